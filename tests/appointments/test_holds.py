"""How long a hold stands, what its order does to it, and what an hour's change does to a morning."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.doors.updates.test_updates import ordered, said, tell, until
from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import booking

from fibregate.suppliers.network.books import actions as books

SLOT = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
BOOKS = "book_id in (select book_id from slot_books where area = 'TEWKESBURY' and purpose = 'PROVIDE')"


async def book(running: Gateway, number: int, slot: tuple[str, str] = SLOT, **more: Any) -> Got:
    got = await running.ask("POST", "appointments", body=booking(number, slot=slot, **more))
    assert got.status == 201, got.raw
    return got


async def may_be_booked_on_the_day(running: Gateway) -> None:
    await running.db.row(f"update slots set book_by = local_date where {BOOKS}", None)  # noqa: S608 - a constant


async def test_a_late_hold_has_an_hour_but_never_more_than_until_the_visit(running: Gateway) -> None:
    await may_be_booked_on_the_day(running)
    early = await book(running, 1)
    assert early.body["expiryDateTime"] == "2025-07-15T22:59:59.000Z"
    await running.walk_to(datetime(2025, 7, 15, 22, 30, tzinfo=UTC))
    late = await book(running, 2)
    assert "2025-07-15T23:30:00" <= late.body["expiryDateTime"] <= "2025-07-15T23:30:30"
    await running.walk_to(datetime(2025, 7, 16, 6, 30, tzinfo=UTC))
    last = await book(running, 3)
    assert last.body["expiryDateTime"] == SLOT[0]
    await running.walk_to(datetime(2025, 7, 16, 7, 0, tzinfo=UTC))
    states = [(await running.ask("GET", f"appointments/{number}")).body["state"] for number in (1, 2, 3)]
    assert states == ["EXPIRED"] * 3
    too_late = await running.ask("POST", "appointments", body=booking(4, slot=SLOT))
    too_late.refused(422, "INVALID_REQUEST")
    await running.counts_are_right()


async def test_a_new_lead_time_dates_the_open_visits_anew(running: Gateway) -> None:
    today = (await running.clock.now()).date()
    await running.db.row(f"update slot_books set lead_days = 15 where {BOOKS}", None)  # noqa: S608 - a constant
    async with running.db.tx(None) as tx:
        assert await books.apply_lead_time(tx, "TEWKESBURY", "fttp", "PROVIDE", today=today) > 0
        assert await books.apply_lead_time(tx, "TEWKESBURY", "fttp", "PROVIDE", today=today) == 0
    got = await running.ask("POST", "appointments", body=booking(1, slot=SLOT))
    assert "the first day that can be booked is 2025-07-22" in got.refused(422, "INVALID_REQUEST")[0]


async def test_a_network_may_hold_for_a_duration_instead(running: Gateway) -> None:
    await running.db.row(f"update slot_books set hold_rule = 'DURATION', hold_minutes = 90 where {BOOKS}", None)  # noqa: S608
    before = await running.clock.now()
    got = await book(running, 1)
    expires = datetime.fromisoformat(got.body["expiryDateTime"])
    assert timedelta(minutes=90) - timedelta(seconds=1) <= expires - before <= timedelta(minutes=90, seconds=10)


async def test_mornings_begin_at_eight_in_london_on_both_sides_of_a_change(running: Gateway) -> None:
    for year, month, friday, monday in ((2025, 10, "24T07", "27T08"), (2026, 3, "27T08", "30T07")):
        await running.walk_to(datetime(year, month, 10, 9, tzinfo=UTC))
        found = await running.ask(
            "GET",
            f"available-appointments?addressId=999900001030&appointmentPurpose=PROVIDE&appointmentFromDate={year}-{month:02}-20"
            "&classifications=WEEKDAY_AM&serviceSpecification=%7B%22id%22:%22fttp%22%7D",
        )
        starts = [one["timeslotStartDateTime"] for one in found.body["availableTimeslots"]]
        for day in (friday, monday):
            assert f"{year}-{month:02}-{day}:00:00.000Z" in starts
        slot = found.body["availableTimeslots"][-1]
        times = (slot["timeslotStartDateTime"], slot["timeslotEndDateTime"])
        got = await book(running, year, uprn="999900001030", slot=times)
        assert got.body["timeslot"] == slot


async def test_an_order_confirms_its_visit_and_completion_uses_it(running: Gateway) -> None:
    await ordered(running)
    state = "appointments/127"
    assert (await running.ask("GET", state)).body["state"] == "ATTACHED"
    dates = {"status": "IN_PROGRESS", "committedDate": SLOT[1], "targetDate": SLOT[1]}
    await tell(running, said(1, "COMMITTED", entity=dates))
    await until(running, lambda read: read["status"] == "IN_PROGRESS")
    assert (await running.ask("GET", state)).body["state"] == "CONFIRMED"
    await running.walk(timedelta(days=15))
    assert (await running.ask("GET", state)).body["state"] == "CONFIRMED"
    assert (await tell(running, said(3, "COMPLETED"))).status == 204  # the silent story woke up and took 2
    await until(running, lambda read: read["status"] == "COMPLETED")
    assert (await running.ask("GET", state)).body["state"] == "FULFILLED"
    await running.counts_are_right()


async def test_an_order_that_ends_frees_its_visit_at_once(running: Gateway) -> None:
    await ordered(running)
    await tell(running, said(1, "CANCELLED", problemCode="CAPACITY_ISSUE"))
    await until(running, lambda read: read["status"] == "CANCELLED")
    assert (await running.ask("GET", "appointments/127")).body["state"] == "RELEASED"
    (await running.ask("POST", "appointments", body=booking(127, slot=SLOT))).refused(422, "INVALID_REQUEST")
    await running.counts_are_right()


async def test_a_rejected_orders_hold_is_given_back_for_a_day(running: Gateway) -> None:
    await ordered(running)
    await tell(running, said(1, "ORDER_REJECTED", text="A missing number."))
    await until(running, lambda read: read["status"] == "REJECTED")
    await running.walk(timedelta(hours=23))
    assert (await running.ask("GET", "appointments/127")).body["state"] == "RESERVED"
    await running.walk(timedelta(hours=2))
    assert (await running.ask("GET", "appointments/127")).body["state"] == "EXPIRED"
    await running.counts_are_right()


async def test_silence_warns_after_five_working_days_and_ends_after_ten(running: Gateway) -> None:
    await ordered(running)
    await tell(running, said(1, "REAPPOINT", problemCode="ACCESS_ISSUE"))
    read = await until(running, lambda read: read["status"] == "PENDING")
    assert (await running.ask("GET", "appointments/127")).body["state"] == "RELEASED"
    assert read["updates"][-1]["actBy"]["by"] == "2025-07-15T09:00:00.000Z"
    await running.walk_to(datetime(2025, 7, 15, 9, tzinfo=UTC))
    read = await until(running, lambda read: read["status"] == "CANCELLED")
    told = [(one["reasonCode"], one.get("problemCode"), one["issuedOn"][:16]) for one in read["updates"]]
    assert told[1:] == [
        ("WARNING", "ACCESS_ISSUE", "2025-07-08T09:00"),
        ("CANCELLED", "TIMED_OUT", "2025-07-15T09:00"),
    ]
    assert read["updates"][1]["text"] == "No answer yet. The order ends on Tuesday 15 July without one."
    await running.counts_are_right()
