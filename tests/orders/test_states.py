"""The life of an order as a table: every row walked, every absent row refused, no way out of an end."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibregate.orders.states import AFTER_THE_END, MOVES, MoveRefused, Standing, Step, To, step
from fibregate.vocabulary import ENDED, OrderStatus, Reason

S = OrderStatus
WAITING = (S.PENDING, S.HELD)


def standing(status: OrderStatus, *, before: OrderStatus = S.IN_PROGRESS, committed: bool = True) -> Standing:
    return Standing(status, before if status in WAITING else None, committed)


def targets(target: OrderStatus | To, source: OrderStatus) -> set[OrderStatus]:
    if isinstance(target, OrderStatus):
        return {target}
    return {
        To.SAME: {source},
        To.AGREED: {S.IN_PROGRESS if source is S.PENDING else source},
        To.BENEATH: {source},
        To.BACK: {S.IN_PROGRESS},
        To.SAME_OR_BACK: {source, S.IN_PROGRESS},
        To.ENDED_HOW: {S.CANCELLED, S.FAILED},
        To.DONE_HOW: {S.COMPLETED, S.PARTIAL},
    }[target]


def test_every_row_of_the_table_is_walked_to_each_of_its_ends() -> None:
    for move in MOVES:
        for source in move.source:
            reached = {
                step(standing(source), move.reason, said=said, settles=settles).status
                for said, settles in product((None, S.FAILED, S.PARTIAL), (True, False))
            }
            assert reached == targets(move.target, source), (move, source)


def test_no_two_rows_contradict_each_other() -> None:
    rows = [(move.reason, source) for move in MOVES for source in move.source]
    assert len(rows) == len(set(rows))


def test_every_absent_row_is_refused_naming_what_is_possible() -> None:
    rows = {(move.reason, source) for move in MOVES for source in move.source}
    absent = [
        (reason, status)
        for reason, status in product(Reason, OrderStatus)
        if (reason, status) not in rows and not (status in ENDED and reason in AFTER_THE_END)
    ]
    assert len(absent) > 100
    for reason, status in absent:
        with pytest.raises(MoveRefused, match=f"{reason} is not possible for an order that is {status}"):
            step(standing(status), reason)


@given(
    st.sampled_from(sorted(ENDED)),
    st.lists(st.tuples(st.sampled_from(Reason), st.sampled_from([None, *OrderStatus]), st.booleans()), max_size=12),
)
def test_no_path_leaves_a_final_state(status: OrderStatus, said: list[tuple[Reason, OrderStatus | None, bool]]) -> None:
    now = Standing(status, None, committed=True)
    for reason, claims, settles in said:
        try:
            after = step(now, reason, said=claims, settles=settles)
        except MoveRefused:
            assert reason not in AFTER_THE_END
            continue
        assert after == Step(status, None)


@given(st.lists(st.tuples(st.sampled_from(Reason), st.sampled_from([None, *OrderStatus]), st.booleans()), max_size=30))
def test_any_sequence_keeps_what_the_schema_demands(said: list[tuple[Reason, OrderStatus | None, bool]]) -> None:
    now, committed = Standing(S.SENT_TO_SUPPLIER, None, committed=False), False
    for reason, claims, settles in said:
        try:
            after = step(now, reason, said=claims, settles=settles)
        except MoveRefused:
            continue
        committed = committed or reason is Reason.COMMITTED
        assert (after.status in WAITING) == (after.returns_to is not None)
        assert after.returns_to in {None, S.SENT_TO_SUPPLIER, S.ACKNOWLEDGED, S.IN_PROGRESS}
        if reason is Reason.COMMITTED:
            assert not now.committed
        now = Standing(after.status, after.returns_to, committed)


def test_a_wait_that_began_in_a_hold_returns_by_what_was_promised() -> None:
    for committed, back in ((True, S.IN_PROGRESS), (False, S.ACKNOWLEDGED)):
        held = step(Standing(S.IN_PROGRESS if committed else S.ACKNOWLEDGED, None, committed), Reason.DELAY)
        assert held == Step(S.HELD, back)
        asked = step(Standing(S.HELD, held.returns_to, committed), Reason.REAPPOINT)
        assert asked == Step(S.PENDING, back)
        assert step(Standing(S.PENDING, back, committed), Reason.REAPPOINTED) == Step(back, None)


def test_a_hold_goes_back_to_where_it_was() -> None:
    for status in (S.ACKNOWLEDGED, S.IN_PROGRESS):
        held = step(Standing(status, None, status is S.IN_PROGRESS), Reason.DELAY)
        again = step(Standing(S.HELD, held.returns_to, status is S.IN_PROGRESS), Reason.DELAY)
        assert held == again
        assert step(Standing(S.HELD, held.returns_to, committed=True), Reason.RESUMED) == Step(status, None)


def test_a_question_asked_twice_returns_to_before_the_first() -> None:
    asked = step(standing(S.PENDING, before=S.ACKNOWLEDGED, committed=False), Reason.INFORMATION_REQUIRED)
    assert asked == Step(S.PENDING, S.ACKNOWLEDGED)


CHANGES = (S.PENDING_AMENDMENT, S.PENDING_CANCELLATION)


def test_the_state_beneath_a_change_goes_on_by_the_same_rows() -> None:
    for move in MOVES:
        for source, waits in product(move.source, CHANGES):
            plain = step(standing(source), move.reason)
            beneath = Standing(waits, standing(source).returns_to, committed=True, beneath=source)
            over = step(beneath, move.reason, waits=waits)
            if plain.status in ENDED:
                assert over == plain, "an end needs nobody's decision"
            else:
                assert over == Step(waits, plain.returns_to, plain.status)
                assert step(beneath, move.reason) == plain, "the last change was decided"


def test_what_the_table_lacks_is_refused_beneath_a_change_too() -> None:
    rows = {(move.reason, source) for move in MOVES for source in move.source}
    absent = [pair for pair in product(Reason, {source for _, source in rows}) if pair not in rows]
    assert len(absent) > 30
    for (reason, source), waits in product(absent, CHANGES):
        beneath = Standing(waits, standing(source).returns_to, committed=True, beneath=source)
        with pytest.raises(MoveRefused, match=f"{reason} is not possible for an order that is {source}"):
            step(beneath, reason, waits=waits)


def test_a_question_is_answered_by_an_amendment_that_is_taken_and_by_no_other() -> None:
    asked = Standing(S.PENDING_AMENDMENT, S.IN_PROGRESS, committed=True, beneath=S.PENDING)
    assert step(asked, Reason.AMENDED) == Step(S.IN_PROGRESS, None)
    assert step(asked, Reason.AMENDMENT_REJECTED) == Step(S.PENDING, S.IN_PROGRESS)
    held = Standing(S.PENDING_AMENDMENT, S.IN_PROGRESS, committed=True, beneath=S.HELD)
    assert step(held, Reason.AMENDED) == Step(S.HELD, S.IN_PROGRESS)


def test_an_ended_order_takes_no_decision_on_a_change() -> None:
    for status, reason in product(sorted(ENDED), (Reason.AMENDED, Reason.AMENDMENT_REJECTED, Reason.CANCELLED)):
        with pytest.raises(MoveRefused):
            step(Standing(status, None, committed=True), reason)
