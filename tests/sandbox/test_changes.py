"""Amendments and cancellations that meet the course of a story, each other, and an order's end."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from tests.sandbox.asking import dates, new_visit, ordered, walk_to, when
from tests.sandbox.isp import BANDED, Isp
from tests.sandbox.stage import ASKER, Stage

from fibregate.errors import Invalid
from fibregate.inbox import actions as inbox
from fibregate.orders import actions as orders
from fibregate.orders.changes import actions as changes
from fibregate.sandbox.library import library
from fibregate.sandbox.world.places import is_sandbox_uprn
from fibregate.suppliers.network import store as suppliers
from fibregate.suppliers.port import Addressee, Draft
from fibregate.vocabulary import ChangeKind, ChangeStatus, OrderStatus, Reason, SupplierId

A_MONTH, LONG_ENOUGH = timedelta(days=31), timedelta(days=100)
CLEAN, NOBODY_HOME, REFUSED, IN_THE_ROAD = 999900001001, 999900001003, 999900001004, 999900001006
POLE, CHARGE, CANNOT_COME, MESSY = 999900001014, 999900001015, 999900001018, 999900001027


async def reservations(stage: Stage, order: int) -> list[str]:
    """The states of those that the order has had, in the order of their booking."""
    found = await orders.get(stage.db, stage.tenants["ISP1"], order)
    rows = await stage.db.rows(
        "select state from reservations where tenant_id = $1 and order_key = $2 order by created_at, id",
        found.tenant,
        found.key,
    )
    return [row["state"] for row in rows]


async def state(stage: Stage, visit: Mapping[str, int]) -> str:
    rows = await stage.db.rows(
        "select state from reservations where tenant_id = $1 and id = $2",
        stage.tenants["ISP1"],
        visit["appointmentReservationId"],
    )
    return str(rows[0]["state"])


async def is_sound(stage: Stage) -> bool:
    return not (await stage.refused_updates() or await stage.overbooked() or await stage.proposed())


async def test_every_story_goes_on_with_a_visit_that_its_tenant_has_moved(stage: Stage) -> None:
    isp = Isp(stage)
    visited = [one for one in library().of_lines if one.uprns and one.visited]
    stories = [one for one in visited if one.id not in {"F12", "F16", "F30"}]
    placed = {one.id: await isp.order(one, next(filter(is_sandbox_uprn, one.uprns))) for one in stories}
    await stage.walk(timedelta(minutes=40))
    visits = {name: await stage.book(isp.uprns[order], from_date=date(2025, 7, 31)) for name, order in placed.items()}
    for name, order in placed.items():
        await stage.amend(order, appointmentReservationId=visits[name].id)
    await stage.walk(LONG_ENOUGH)
    for one in stories:
        told = await stage.told(placed[one.id])
        assert told.letters.replace(" a", "", 1) == (one.unanswered or one.all_kcis), one.id
        tied = [row for row in told.rows if row["facts"]["text"] == "Engineer on site."]
        assert all(row["issued_at"] > visits[one.id].timeslot.starts_at for row in tied), one.id
        promised = [row["facts"]["committedDate"] for row in told.rows if "committedDate" in row["facts"]]
        moved = visits[one.id].timeslot.ends_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert promised[-1:] in ([], [moved]), one.id
    assert await is_sound(stage)


@pytest.mark.parametrize(
    ("uprn", "letters"),
    [
        (IN_THE_ROAD, "A C U U D U W U M a U U + E"),
        (POLE, "A C U M a U U + E"),
        (CANNOT_COME, "A C U M a U W U + E"),
    ],
)
async def test_a_visit_that_the_network_has_booked_can_be_moved_and_the_broken_promise_stays_broken(
    stage: Stage, uprn: int, letters: str
) -> None:
    order = await ordered(stage, uprn)
    while "M" not in (await stage.told(order)).letters:
        await stage.walk(timedelta(hours=2))
    visit = await stage.book(uprn, from_date=date(2025, 8, 18))
    await stage.amend(order, appointmentReservationId=visit.id)
    await stage.walk(LONG_ENOUGH)
    told = await stage.told(order)
    assert told.letters == letters
    assert dates(told, -1) == ("2025-07-08", "2025-08-18")
    assert told.at(Reason.COMPLETED).date() == date(2025, 8, 18)
    assert (await stage.causes(order))[-1] == ("TARGET", "TENANT")
    assert await reservations(stage, order) == ["REPLACED", "REPLACED", "FULFILLED"]
    assert await is_sound(stage)


@pytest.mark.parametrize("after", [timedelta(minutes=5), timedelta(hours=1), timedelta(minutes=28, seconds=5)])
async def test_a_messenger_counts_the_answers_to_changes_too(stage: Stage, after: timedelta) -> None:
    order = await ordered(stage, MESSY)
    await stage.walk(timedelta(minutes=31))
    await stage.walk(after)
    await stage.amend(order, **await new_visit(stage, MESSY, 21))
    await stage.amend(order, headers={"x-scenario": "AMENDMENT_REJECTED"}, notes="ring twice")
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters.replace(" a", "").replace(" n", "") == "A C U U + E +"
    assert told.letters.count("a") == told.letters.count("n") == 1
    assert told.at(Reason.COMPLETED).date() == date(2025, 7, 21)
    assert await is_sound(stage)


async def test_a_messenger_brings_both_of_a_pair_before_a_change_is_answered(stage: Stage) -> None:
    order = await ordered(stage, MESSY)
    await walk_to(stage, 7, "15:00")
    headers = {"x-kci-delay": str(17 * 3600 + 40 * 60 + 5)}  # five seconds into the pair on the day of the visit
    await stage.amend(order, headers=headers, notes="ring twice")
    await walk_to(stage, 8, "09:00")
    told = await stage.told(order)
    assert told.letters == "A C U U a"
    assert told.rows[4]["issued_at"] >= told.rows[3]["created_at"]
    await stage.walk(A_MONTH)
    assert (await stage.told(order)).letters == "A C U U a + E +"
    assert await is_sound(stage)


async def test_seconds_on_the_change_or_else_on_its_order_count(stage: Stage) -> None:
    held = await stage.book(CLEAN)
    order = await stage.order(CLEAN, appointment=held.id, headers={"x-kci-delay": "7200"})
    await stage.walk(timedelta(hours=2, minutes=1))
    first = await stage.amend(order, notes="ring")
    second = await stage.amend(order, headers={"x-kci-delay": "90"}, notes="ring twice")
    await stage.walk(timedelta(days=1))
    for change, seconds in ((second, 90), (first, 7200)):
        made = await stage.decided(ChangeKind.AMENDMENT, change)
        assert made.decided_at is not None
        assert 0 <= (made.decided_at - made.created_at).total_seconds() - seconds < 5
    told = await stage.told(order)
    assert told.letters == "A a C a U U + E"
    assert told.rows[-1]["facts"]["entity"]["notes"] == "ring"


async def test_a_scenario_beats_what_a_story_would_say(stage: Stage) -> None:
    order = await ordered(stage, NOBODY_HOME)
    await walk_to(stage, 8, "10:00")
    refused = {"x-scenario": "AMENDMENT_REJECTED", "x-problem-code": "PLANNING_ISSUE"}
    visit = await new_visit(stage, NOBODY_HOME, 15)
    await stage.amend(order, headers=refused, **visit)
    await stage.walk(timedelta(minutes=3))
    told = await stage.told(order)
    assert told.texts[-1] == "The network refuses, as X-Scenario asked."
    assert told.rows[-1]["facts"]["problemCode"] == "PLANNING_ISSUE"
    assert await state(stage, visit) == "RESERVED"
    await stage.amend(order, headers={"x-scenario": "AMENDMENT_ACCEPTED"}, notes="without a visit")
    await stage.walk(timedelta(minutes=3))
    told = await stage.told(order)
    assert told.letters.startswith("A C U P n a")
    assert told.texts[5] == "Changed as asked."


async def test_a_cancellation_is_refused_where_a_scenario_asks_for_that(stage: Stage) -> None:
    order = await ordered(stage, NOBODY_HOME)
    await walk_to(stage, 8, "10:00")
    await stage.cancel(order, headers={"x-scenario": "CANCELLATION_REJECTED"})
    await stage.walk(timedelta(minutes=3))
    told = await stage.told(order)
    assert told.rows[-1]["reason"] == "CANCELLATION_REJECTED"
    assert told.rows[-1]["facts"]["actBy"] == {"who": "TENANT", "by": "2025-07-22T09:00:00.000Z"}
    assert await stage.status(order) is OrderStatus.PENDING
    await stage.walk(A_MONTH)
    assert await stage.status(order) is OrderStatus.CANCELLED


async def test_an_amendment_that_stays_pending_stops_no_story(stage: Stage) -> None:
    order = await ordered(stage, CLEAN)
    await stage.walk(timedelta(days=1))
    visit = await new_visit(stage, CLEAN, 21)
    change = await stage.amend(order, headers={"x-scenario": "AMENDMENT_PENDING"}, **visit)
    await stage.walk(timedelta(days=2))
    assert await stage.status(order) is OrderStatus.PENDING_AMENDMENT
    assert await state(stage, visit) == "PROPOSED"
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert [one for one in told.letters.split() if one != "W"] == ["A", "C", "U", "U", "+", "E"]
    assert [row["status"] for row in told.rows][-3:] == ["PENDING_AMENDMENT", "PENDING_AMENDMENT", "COMPLETED"]
    made = await stage.decided(ChangeKind.AMENDMENT, change)
    assert (made.status, made.answer) == (ChangeStatus.REJECTED, "The order ended, COMPLETED.")
    assert await state(stage, visit) == "EXPIRED"
    assert await is_sound(stage)


async def test_an_order_that_its_network_cancels_gives_a_proposed_visit_back(stage: Stage) -> None:
    order = await ordered(stage, REFUSED)
    await walk_to(stage, 7, "15:00")
    visit = await new_visit(stage, REFUSED, 21)
    await stage.amend(order, headers={"x-scenario": "AMENDMENT_PENDING"}, **visit)
    await walk_to(stage, 8, "12:00")
    assert await stage.status(order) is OrderStatus.CANCELLED
    assert await state(stage, visit) == "RESERVED"
    assert await is_sound(stage)


async def test_silence_waits_for_an_amendment_and_goes_on_where_it_is_refused(stage: Stage) -> None:
    waiting, refused = [await ordered(stage, NOBODY_HOME) for _ in range(2)]
    await walk_to(stage, 22, "09:30")
    await stage.amend(waiting, headers={"x-scenario": "AMENDMENT_PENDING"}, notes="patience")
    late = {"x-scenario": "AMENDMENT_REJECTED", "x-kci-delay": "7200"}
    await stage.amend(refused, headers=late, notes="no")
    await walk_to(stage, 22, "11:35")
    told = await stage.told(refused)
    assert told.letters == "A C U P W n"
    assert told.rows[-1]["facts"]["actBy"] == {"who": "TENANT", "by": "2025-07-23T09:00:00.000Z"}
    await stage.walk(timedelta(days=3))
    told = await stage.told(refused)
    assert told.letters == "A C U P W n X"
    assert when(told, -1) == "Wed 23 Jul 10:00"
    assert await stage.status(waiting) is OrderStatus.PENDING_AMENDMENT
    assert "X" not in (await stage.told(waiting)).letters


async def test_a_refusal_early_on_changes_nothing_about_the_end(stage: Stage) -> None:
    order = await ordered(stage, NOBODY_HOME)
    await walk_to(stage, 9, "09:30")
    await stage.amend(order, notes="no visit in here")
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C U P n W X"
    assert [when(told, place) for place in (5, 6)] == ["Tue 15 Jul 10:00", "Tue 22 Jul 10:00"]


async def test_a_charge_does_not_lapse_while_its_answer_is_with_the_network(stage: Stage) -> None:
    kept, lapsed = [await ordered(stage, CHARGE, from_date=date(2025, 8, 25)) for _ in range(2)]
    await walk_to(stage, 7, "16:30", month=8)
    for order in (kept, lapsed):
        banded = BANDED if order == kept else [BANDED[0]]
        await stage.amend(order, headers={"x-kci-delay": "7200"}, serviceCharacteristics=banded)
    await stage.walk(timedelta(days=5))
    assert (await stage.told(kept)).letters == "A U I W W W W a C"
    told = await stage.told(lapsed)
    assert told.letters == "A U I W W W W n X"
    assert when(told, -1) == "Fri 8 Aug 10:00"
    assert told.rows[-2]["facts"]["actBy"]["by"] == "2025-08-08T09:00:00.000Z"


async def test_two_amendments_at_once_are_both_decided(stage: Stage) -> None:
    order = await ordered(stage, CLEAN)
    await stage.walk(timedelta(days=1))
    first, second = [await new_visit(stage, CLEAN, day) for day in (21, 22)]
    await stage.amend(order, **first)
    await stage.amend(order, notes="ring twice", **second)
    with pytest.raises(Invalid, match="already belongs to this order"):
        await stage.amend(order, **second)
    await stage.walk(timedelta(seconds=10))
    assert [await state(stage, one) for one in (first, second)] == ["PROPOSED"] * 2
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C a a U U + E"
    assert [row["status"] for row in told.rows[2:4]] == ["PENDING_AMENDMENT", "IN_PROGRESS"]
    assert dates(told, -1) == ("2025-07-22", "2025-07-22")
    assert await reservations(stage, order) == ["REPLACED", "REPLACED", "FULFILLED"]
    assert await is_sound(stage)


async def test_of_two_answers_to_one_question_the_refused_one_leaves_the_other(stage: Stage) -> None:
    order = await ordered(stage, NOBODY_HOME)
    await walk_to(stage, 8, "10:00")
    await stage.amend(order, notes="no visit")
    await stage.amend(order, **await new_visit(stage, NOBODY_HOME, 15))
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C U P n a U U + E"
    assert [row["status"] for row in told.rows[4:6]] == ["PENDING_AMENDMENT", "IN_PROGRESS"]
    assert "actBy" not in told.rows[4]["facts"]


async def test_a_cancellation_beats_an_amendment(stage: Stage) -> None:
    order = await ordered(stage, CLEAN)
    await stage.walk(timedelta(days=1))
    visit = await new_visit(stage, CLEAN, 21)
    amendment = await stage.amend(order, headers={"x-kci-delay": "600"}, **visit)
    cancellation = await stage.cancel(order, because="CUSTOMER_CHANGED_MIND")
    await stage.walk(timedelta(minutes=1))
    assert await stage.status(order) is OrderStatus.PENDING_CANCELLATION
    with pytest.raises(Invalid, match="PENDING_CANCELLATION and cannot be amended"):
        await stage.amend(order, notes="too late")
    with pytest.raises(Invalid, match=f"cancellation {cancellation} of order {order} is not decided yet"):
        await stage.cancel(order)
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C X"
    assert told.texts[-1] == "Cancelled as asked."
    assert told.rows[-1]["facts"]["problemCode"] == "CUSTOMER_CHANGED_MIND"
    made = await stage.decided(ChangeKind.AMENDMENT, amendment)
    assert (made.status, made.answer) == (ChangeStatus.REJECTED, "The order ended, CANCELLED.")
    assert (await stage.decided(ChangeKind.CANCELLATION, cancellation)).status is ChangeStatus.COMPLETED
    assert await is_sound(stage)


async def test_a_change_that_was_decided_before_it_was_handed_over_is_let_go(stage: Stage) -> None:
    order, kind = await ordered(stage, CLEAN), ChangeKind.AMENDMENT
    await stage.walk(timedelta(hours=1))
    tenant, now = stage.tenants["ISP1"], await stage.clock.now()
    wish = changes.Wish(kind=kind, id=999, door="WHOLESALE", order_id=order, asked={"notes": "ring"}, body_hash=b"")
    async with stage.db.tx(tenant) as tx:
        asked = await changes.take(tx, tenant, wish, ASKER, now)
        await changes.give_up(tx, tenant, asked, "Too late.", now)
    await stage.walk(timedelta(days=1))
    assert (await stage.decided(kind, 999)).answer == "Too late."
    assert (await stage.told(order)).letters == "A C"


async def test_a_cancellation_that_is_refused_leaves_the_amendment_waiting(stage: Stage) -> None:
    order = await ordered(stage, CLEAN)
    await stage.walk(timedelta(days=1))
    await stage.amend(order, headers={"x-kci-delay": "600"}, notes="ring")
    await stage.cancel(order, headers={"x-scenario": "CANCELLATION_REJECTED"})
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert [row["reason"] for row in told.rows[2:4]] == ["CANCELLATION_REJECTED", "AMENDED"]
    assert [row["status"] for row in told.rows[2:4]] == ["PENDING_AMENDMENT", "IN_PROGRESS"]
    assert await stage.status(order) is OrderStatus.COMPLETED


async def test_a_late_cancellation_costs_the_visit_and_one_during_it_is_refused(stage: Stage) -> None:
    early, late, never = [await ordered(stage, CLEAN) for _ in range(3)]
    await walk_to(stage, 7, "15:59")
    await stage.cancel(early)
    await walk_to(stage, 8, "07:50")
    await stage.cancel(late)
    await walk_to(stage, 8, "08:00")
    with pytest.raises(Invalid, match=f"too late to cancel order {never}; its work began at 2025-07-08T07:00:00.000Z"):
        await stage.cancel(never)
    await stage.walk(timedelta(hours=8))
    assert (await stage.told(early)).texts[-1] == "Cancelled as asked."
    assert (await stage.told(late)).texts[-1] == "Cancelled as asked; the aborted visit is charged."
    assert await stage.status(never) is OrderStatus.COMPLETED
    assert await is_sound(stage)


async def test_an_order_can_be_cancelled_as_soon_as_it_was_sent(stage: Stage) -> None:
    order = await ordered(stage, CLEAN)
    await stage.walk(timedelta(seconds=10))
    assert await stage.status(order) is OrderStatus.SENT_TO_SUPPLIER
    await stage.cancel(order)
    await stage.walk(timedelta(minutes=5))
    told = await stage.told(order)
    assert told.letters == "A X"
    assert [row["status"] for row in told.rows] == ["PENDING_CANCELLATION", "CANCELLED"]


async def test_an_order_that_is_held_for_long_can_be_cancelled_without_a_charge(stage: Stage) -> None:
    order = await ordered(stage, IN_THE_ROAD)
    await walk_to(stage, 9, "12:00")
    assert await stage.status(order) is OrderStatus.HELD
    await stage.cancel(order)
    await stage.walk(timedelta(minutes=5))
    assert (await stage.told(order)).texts[-1] == "Cancelled as asked."


async def test_the_day_of_an_order_without_a_visit_is_moved(stage: Stage) -> None:
    order = await stage.order(999900003009, day=date(2025, 7, 9))
    await stage.walk(timedelta(days=1))
    await stage.amend(order, requestedCompletionDate="2025-07-14")
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C a + E"
    assert dates(told, 2) == ("2025-07-14", "2025-07-14")
    assert when(told, -1) == "Mon 14 Jul 06:32"


async def test_a_question_asked_while_a_cancellation_waits_is_waited_for_when_that_is_refused(stage: Stage) -> None:
    held = await stage.book(CLEAN)
    order = await stage.order(CLEAN, appointment=held.id, headers={"x-scenario": "ORDER_ACKNOWLEDGED"})
    await stage.walk(timedelta(hours=1))
    number = await stage.cancel(order, headers={"x-scenario": "CANCELLATION_PENDING"})
    key, owner = (await orders.get(stage.db, stage.tenants["ISP1"], order)).key, stage.tenants["ISP1"]
    about = Addressee(owner, SupplierId(await suppliers.own_supplier(stage.db)), key)
    for said in (
        Draft(reason=Reason.INFORMATION_REQUIRED, text="Which floor?"),
        Draft(reason=Reason.CANCELLATION_REJECTED, text="No.", request_id=number),
    ):
        async with stage.db.tx(owner) as tx:
            await inbox.announce(tx, about, said, await stage.clock.now())
    await stage.walk(timedelta(seconds=1))
    assert await stage.status(order) is OrderStatus.PENDING
    await stage.walk(timedelta(days=15))
    assert (await stage.told(order)).texts[-1] == "Ended: no answer."
