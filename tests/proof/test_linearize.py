"""The judge of booking histories is itself judged: histories known to be right, and histories known to be wrong."""

import random
from itertools import permutations
from math import inf

import pytest
from proof.linearize import (
    ABSENT,
    BOOK,
    FREE,
    FULL,
    GONE,
    HELD,
    LIST,
    READ,
    RELEASE,
    SPENT,
    Op,
    State,
    Timeslot,
    judge,
    judge_all,
)

from proof import linearize


def op(kind: str, hold: int, said: str | None, began: float, ended: float = inf, slot: str = "s") -> Op:
    return Op(slot, kind, hold, said, began, ended)


GOOD = {
    "one after the other": [op(BOOK, 1, HELD, 0, 1), op(BOOK, 2, FULL, 2, 3), op(RELEASE, 1, GONE, 4, 5)],
    "two at once, one place": [op(BOOK, 1, HELD, 0, 9), op(BOOK, 2, FULL, 0, 9)],
    "the refusal is answered before the booking": [op(BOOK, 1, HELD, 0, 9), op(BOOK, 2, FULL, 1, 2)],
    "released and booked again at the same time": [
        op(BOOK, 1, HELD, 0, 1),
        op(RELEASE, 1, GONE, 2, 9),
        op(BOOK, 2, HELD, 3, 4),
    ],
    "the same booking twice": [op(BOOK, 1, HELD, 0, 1), op(BOOK, 1, HELD, 2, 3)],
    "a spent id stays spent": [
        op(BOOK, 1, HELD, 0, 1),
        op(RELEASE, 1, GONE, 2, 3),
        op(RELEASE, 1, GONE, 4, 5),
        op(BOOK, 1, SPENT, 6, 7),
    ],
    "nobody answered, and it had happened": [op(BOOK, 1, None, 0), op(BOOK, 2, FULL, 5, 6)],
    "nobody answered, and it had not": [op(BOOK, 1, None, 0), op(BOOK, 2, HELD, 5, 6)],
    "nobody answered, and it happened late": [
        op(BOOK, 1, None, 0),
        op(BOOK, 2, HELD, 5, 6),
        op(RELEASE, 2, GONE, 7, 8),
        op(READ, 1, HELD, 9, 10),
    ],
    "a release that nobody answered": [
        op(BOOK, 1, HELD, 0, 1),
        op(RELEASE, 1, None, 2),
        op(BOOK, 2, FULL, 3, 4),
        op(BOOK, 3, HELD, 5, 6),
    ],
    "listed as free while there is room": [op(LIST, 0, FREE, 0, 1), op(BOOK, 1, HELD, 2, 3), op(LIST, 0, FULL, 4, 5)],
    "an absent hold": [op(READ, 1, ABSENT, 0, 1), op(RELEASE, 1, ABSENT, 1, 2)],
}
BAD = {
    "two holders of one place": [op(BOOK, 1, HELD, 0, 1), op(BOOK, 2, HELD, 2, 3)],
    "two holders at once": [op(BOOK, 1, HELD, 0, 9), op(BOOK, 2, HELD, 0, 9)],
    "full without a holder": [op(BOOK, 1, FULL, 0, 1)],
    "full after the release was answered": [
        op(BOOK, 1, HELD, 0, 1),
        op(RELEASE, 1, GONE, 2, 3),
        op(BOOK, 2, FULL, 4, 5),
    ],
    "a release that frees somebody else's place": [
        op(BOOK, 1, HELD, 0, 1),
        op(RELEASE, 1, GONE, 2, 3),
        op(BOOK, 2, HELD, 4, 5),
        op(RELEASE, 1, GONE, 6, 7),
        op(BOOK, 3, HELD, 8, 9),
        op(READ, 2, HELD, 10, 11),
    ],
    "an unanswered call does not reach into its past": [op(BOOK, 2, FULL, 0, 1), op(BOOK, 1, None, 5)],
    "one unanswered booking cannot fill twice": [
        op(BOOK, 1, None, 0),
        op(BOOK, 2, FULL, 1, 2),
        op(BOOK, 3, HELD, 3, 4),
    ],
    "listed as free while full": [op(BOOK, 1, HELD, 0, 1), op(LIST, 0, FREE, 2, 3)],
    "a spent id that books again": [op(BOOK, 1, HELD, 0, 1), op(RELEASE, 1, GONE, 2, 3), op(BOOK, 1, HELD, 4, 5)],
    "a hold that was lost": [op(BOOK, 1, HELD, 0, 1), op(READ, 1, ABSENT, 2, 3)],
}


@pytest.mark.parametrize("name", GOOD)
def test_a_history_that_one_place_obeys_fits(name: str) -> None:
    assert judge("s", GOOD[name], 1).fits


@pytest.mark.parametrize("name", BAD)
def test_a_history_that_no_order_explains_does_not_fit(name: str) -> None:
    found = judge("s", BAD[name], 1)
    assert not found.fits
    assert found.stuck


def test_a_refusal_without_a_holder_is_told_apart() -> None:
    assert judge("s", BAD["full without a holder"], 1).by_full_alone
    assert judge("s", BAD["full after the release was answered"], 1).by_full_alone
    assert not judge("s", BAD["two holders of one place"], 1).by_full_alone


def test_timeslots_are_judged_apart_and_the_wrong_ones_come_first() -> None:
    ops = [op(BOOK, 1, HELD, 0, 1, "a"), op(BOOK, 2, FULL, 0, 1, "b"), op(BOOK, 3, HELD, 0, 1, "c")]
    found = judge_all(ops, {"a": 1, "b": 1, "c": 1})
    assert [(one.slot, one.fits) for one in found] == [("b", False), ("a", True), ("c", True)]


def _by_force(ops: list[Op], capacity: int) -> bool:
    """The definition itself: some order that keeps to real time and obeys the timeslot."""
    for order in permutations(ops):
        if any(a.began > b.ended for n, a in enumerate(order) for b in order[n + 1 :]):
            continue
        model = Timeslot(capacity)
        states = {model.start()}
        for one in order:
            steps = {after for state in states if (after := _step(model, state, one)) is not None}
            states = states | steps if one.said is None else steps
        if states:
            return True
    return False


def _step(model: Timeslot, state: State, one: Op) -> State | None:
    return model.perhaps(state, one) if one.said is None else model.after(state, one)


def _chance(rng: random.Random) -> list[Op]:
    made: list[Op] = []
    for _ in range(6):
        began = rng.randrange(12)
        kind, said = rng.choice([(BOOK, HELD), (BOOK, FULL), (RELEASE, GONE), (READ, HELD), (LIST, FREE), (LIST, FULL)])
        made.append(op(kind, 0 if kind == LIST else rng.randrange(1, 4), said, began, began + rng.randrange(1, 8)))
    return made


def _read_at_the_end(ops: list[Op], rng: random.Random) -> list[Op]:
    """Some answers are lost, and the holds are read when all is over."""
    lost = [op(one.kind, one.hold, None, one.began) if rng.random() < 0.4 and one.hold else one for one in ops[:4]]
    return [*lost, *(op(READ, hold, rng.choice([ABSENT, HELD, GONE]), 30, 31) for hold in (1, 2))]


@pytest.mark.parametrize("unanswered", [False, True])
def test_the_search_agrees_with_trying_every_order(*, unanswered: bool) -> None:
    rng = random.Random(20250701)  # noqa: S311 - the same histories each time
    both: set[bool] = set()
    for _ in range(400):
        ops = _read_at_the_end(_chance(rng), rng) if unanswered else _chance(rng)
        wanted = _by_force(ops, 2)
        assert judge("s", ops, 2).fits == wanted, ops
        both.add(wanted)
    assert both == {True, False}


def test_a_long_history_with_unanswered_calls_is_judged_in_time() -> None:
    """A true run of a slot of three, twelve clients at a time, a tenth of the answers lost."""
    rng = random.Random(7)  # noqa: S311 - the same history each time
    model, state = Timeslot(3), (0, 0)
    ops: list[Op] = []
    for n in range(600):
        one = op(*rng.choice([(BOOK, n), (RELEASE, rng.randrange(n - 12, n + 1)), (LIST, 0)]), None, n)
        said = next(
            each
            for each in (HELD, FULL, SPENT, GONE, ABSENT, FREE)
            if model.after(state, op(one.kind, one.hold, each, n)) is not None
        )
        done = op(one.kind, one.hold, said, n - rng.random() * 12, n + rng.random() * 12)
        after = model.after(state, done)
        assert after is not None
        state = after
        ops.append(op(done.kind, done.hold, None, done.began) if rng.random() < 0.1 else done)
    assert judge("s", ops, 3).fits


def test_many_unanswered_calls_for_one_place_are_judged_in_time() -> None:
    """Each may have had the place for a while, or never; the readings at the end say which."""
    lost = [op(kind, hold, None, hold) for hold in range(1, 41) for kind in (BOOK, RELEASE)]
    full = [op(BOOK, hold, FULL, hold, hold + 1) for hold in range(100, 130)]
    ends = [op(READ, hold, GONE if hold % 3 else ABSENT, 200, 201) for hold in range(1, 41)]
    assert judge("s", [*lost, *full, *ends], 1).fits


def test_what_cannot_be_judged_in_time_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linearize, "MOST_STEPS", 3)
    found = judge("s", BAD["a hold that was lost"] + [op(BOOK, 9, None, 0), op(BOOK, 8, None, 0)], 2)
    assert (found.fits, found.is_judged) == (False, False)
