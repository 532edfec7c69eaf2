"""What is held, attached and confirmed must agree; where it does not, an alarm says so until it does."""

from datetime import timedelta
from typing import Any

from tests.sandbox.stage import Stage

from fibregate.alarms import actions as alarms
from fibregate.orders.ghosts import actions as ghosts

CLEAN = 999900001001
DAY = timedelta(hours=24)


async def look(stage: Stage) -> list[str]:
    """What is alarmed after a look, ISP1's first."""
    await ghosts.look(stage.work, await stage.clock.now(), attached=DAY)
    found: list[str] = []
    for tenant in (stage.tenants["ISP1"], None):
        found += [one.text for one in await alarms.list_of(stage.work, tenant, cleared=False, limit=20)]
    return found


async def change(stage: Stage, sql: str, *args: object) -> None:
    await stage.db.row(sql, stage.tenants["ISP1"], *args)


async def committed(stage: Stage) -> tuple[int, int]:
    """Appointment and order, an hour after it was placed."""
    held = await stage.book(CLEAN)
    order = await stage.order(CLEAN, appointment=held.id)
    await stage.walk(timedelta(hours=1))
    return held.id, order


async def test_what_agrees_is_not_alarmed(stage: Stage) -> None:
    await stage.book(999900001004)
    await committed(stage)
    await stage.order(999900003009, day=(await stage.clock.now()).date() + timedelta(days=3))
    await stage.walk(timedelta(minutes=1))
    assert await look(stage) == []
    await stage.walk(timedelta(days=10))
    assert await look(stage) == []


async def test_a_visit_that_is_not_confirmed_within_the_time_of_the_network(stage: Stage) -> None:
    held, order = await committed(stage)
    await change(stage, "update reservations set state = 'ATTACHED' where tenant_id = $1 and id = $2", held)
    assert await look(stage) == []
    await stage.walk(DAY)
    [text] = await look(stage)
    assert text.startswith(f"Appointment {held} is ATTACHED, and order {order} is IN_PROGRESS since 2025-07-01T09:30:")
    await change(stage, "update reservations set state = 'CONFIRMED' where tenant_id = $1 and id = $2", held)
    assert await look(stage) == []


async def test_a_visit_of_an_order_that_ended(stage: Stage) -> None:
    held, order = await committed(stage)
    await change(stage, "update orders set status = 'CANCELLED' where tenant_id = $1 and id = $2", order)
    assert await look(stage) == [f"Appointment {held} is CONFIRMED, and order {order} is CANCELLED."]


async def test_a_visit_of_an_order_that_has_another(stage: Stage) -> None:
    held, order = await committed(stage)
    await change(stage, "update orders set reservation_id = null where tenant_id = $1 and id = $2", order)
    assert await look(stage) == [f"Appointment {held} is CONFIRMED, and order {order} is IN_PROGRESS."]
    listed = await alarms.list_of(stage.work, stage.tenants["ISP1"], cleared=False, limit=5)
    assert [one.subject for one in listed] == [f"appointment {held}"]


async def test_a_visit_of_an_order_that_is_gone(stage: Stage) -> None:
    held, _ = await committed(stage)
    await change(stage, "update orders set reservation_id = null where tenant_id = $1")
    await change(stage, "update reservations set order_key = 999 where tenant_id = $1 and id = $2", held)
    assert await look(stage) == [f"Appointment {held} is CONFIRMED, and its order is gone."]


async def test_a_visit_that_was_proposed_by_an_amendment_which_is_decided(stage: Stage) -> None:
    _, order = await committed(stage)
    other = await stage.book(CLEAN)
    await stage.amend(order, headers={"x-scenario": "AMENDMENT_PENDING"}, appointmentReservationId=other.id)
    await stage.walk(timedelta(minutes=1))
    assert await look(stage) == []
    decided = "update order_changes set status = 'REJECTED', decided_at = clock() where tenant_id = $1"
    await change(stage, decided)
    assert await look(stage) == [f"Appointment {other.id} is PROPOSED, and order {order} is PENDING_AMENDMENT."]


async def test_an_order_that_counts_on_a_place_that_is_free(stage: Stage) -> None:
    held, order = await committed(stage)
    await change(
        stage, "update reservations set state = 'EXPIRED', order_key = null where tenant_id = $1 and id = $2", held
    )
    texts = await look(stage)
    assert f"Appointment {held} is EXPIRED, and order {order} is IN_PROGRESS." in texts


async def test_an_order_that_was_asked_for_another_visit_is_no_ghost(stage: Stage) -> None:
    held = await stage.book(999900001003)
    await stage.order(999900001003, appointment=held.id)
    await stage.walk(timedelta(days=9))
    assert await look(stage) == []


async def slot_of(stage: Stage, held: int) -> Any:
    row = await stage.db.row(
        "select slot_id from reservations where tenant_id = $1 and id = $2", stage.tenants["ISP1"], held
    )
    assert row is not None
    return row["slot_id"]


async def test_a_timeslot_whose_count_is_wrong_is_the_operators_alarm(stage: Stage) -> None:
    held, _ = await committed(stage)
    slot = await slot_of(stage, held)
    await stage.db.row("update slots set booked = booked + 1 where slot_id = $1", None, slot)
    assert await look(stage) == ["2 places are counted as taken, and 1 appointments hold one."]
    [alarm] = await alarms.list_of(stage.work, None, cleared=False, limit=5)
    assert alarm.subject == f"timeslot {slot}"
    await stage.db.row("update slots set booked = booked - 1 where slot_id = $1", None, slot)
    assert await look(stage) == []


async def test_places_of_all_tenants_are_counted_together(stage: Stage) -> None:
    slot = next(one for one in await stage.free(CLEAN) if one.classification == "WEEKDAY_PM")
    for tenant in ("ISP1", "ISP2"):
        await stage.book_slot(CLEAN, slot, tenant)
    assert await look(stage) == []
