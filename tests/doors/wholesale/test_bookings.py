"""Bookings at the door: their answers, replays, refusals, and how they are given back."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import PRINTED, booking, order

MORNING = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
ONE_PLACE = "999900003005"


async def book(running: Gateway, body: object, tenant: str = "YOUR_TENANT") -> Got:
    return await running.ask("POST", "appointments", tenant=tenant, body=body)


async def places(running: Gateway) -> int:
    row = await running.db.row("select coalesce(sum(booked), 0)::integer as taken from slots", None)
    assert row is not None
    return int(row["taken"])


async def test_an_equal_booking_is_the_same_booking_again(running: Gateway) -> None:
    before = await places(running)
    first = await book(running, booking(159))
    again = await book(
        running,
        b' {"purpose":"PROVIDE","id":159,"timeslot":{"timeslotEndDateTime":"2025-07-16T13:00:00'
        b'.000Z","timeslotStartDateTime":"2025-07-16T08:00:00.000Z"},"serviceSpecification":{"id":"ft'
        b'tp"},"address":{"type":"UPRN","id":"10025559646"}} ',
    )
    assert (again.status, again.raw) == (first.status, first.raw)
    assert again.headers["X-Notice"] == first.headers["X-Notice"]
    assert await places(running) == before + 1


async def test_another_body_under_a_spent_id_is_422_and_never_409(running: Gateway) -> None:
    await book(running, booking(159))
    for other in (booking(159, slot=MORNING), booking(159, purpose="REPAIR"), booking(159, uprn=ONE_PLACE)):
        assert (await book(running, other)).refused(422, "INVALID_REQUEST")[0].startswith("id: 159 was used")


async def test_ids_of_tenants_do_not_meet(running: Gateway) -> None:
    first = await book(running, booking(159))
    other = await book(running, booking(159, slot=MORNING), tenant="ISP1")
    assert (first.status, other.status) == (201, 201)
    assert first.body["supplierReference"] != other.body["supplierReference"]


async def test_instants_win_over_digits_and_only_z_may_mean_local_time(running: Gateway) -> None:
    exact = await book(running, booking(1, slot=MORNING))
    offset = await book(running, booking(2, slot=("2025-07-16T08:00:00.000+01:00", "2025-07-16T13:00:00+01:00")))
    odd = await book(running, booking(3, slot=("2025-07-16T20:00:00+13:00", "2025-07-16T02:00:00-10:00")))
    for got in (exact, offset, odd):
        assert got.status == 201, got.raw
        assert got.body["timeslot"]["timeslotStartDateTime"] == MORNING[0]
        assert "X-Notice" not in got.headers
    mixed = ("2025-07-16T08:00:00.000Z", "2025-07-16T13:00:00.000+00:00")
    assert "accepted on that day" in (await book(running, booking(4, slot=mixed))).refused(422, "INVALID_REQUEST")[0]


async def test_a_full_slot_is_409_with_alternatives_and_its_id_is_not_spent(running: Gateway) -> None:
    wednesday = ("2025-07-09T07:00:00.000Z", "2025-07-09T12:00:00.000Z")
    assert (await book(running, booking(1, uprn=ONE_PLACE, slot=wednesday), "ISP1")).status == 201
    got = await book(running, booking(7, uprn=ONE_PLACE, slot=wednesday))
    got.refused(409, "INVALID_REQUEST")
    following = got.body["alternatives"]
    assert following[0] == {
        "timeslotStartDateTime": "2025-07-16T07:00:00.000Z",
        "timeslotEndDateTime": "2025-07-16T12:00:00.000Z",
        "classification": "WEEKDAY_AM",
        "standard": True,
    }
    slot = (following[0]["timeslotStartDateTime"], following[0]["timeslotEndDateTime"])
    assert (await book(running, booking(7, uprn=ONE_PLACE, slot=slot))).status == 201


async def test_local_digits_of_a_full_slot_are_409_too(running: Gateway) -> None:
    local = ("2025-07-09T08:00:00.000Z", "2025-07-09T13:00:00.000Z")
    assert (await book(running, booking(1, uprn=ONE_PLACE, slot=local))).status == 201
    got = await book(running, booking(2, uprn=ONE_PLACE, slot=local))
    assert got.refused(409, "INVALID_REQUEST")
    assert got.body["alternatives"]


async def test_a_repair_carries_no_expiry_and_stands(running: Gateway) -> None:
    got = await book(running, booking(1, slot=("2025-07-03T07:00:00Z", "2025-07-03T12:00:00Z"), purpose="REPAIR"))
    assert got.status == 201, got.raw
    assert "expiryDateTime" not in got.body
    await running.walk(timedelta(days=4))
    assert (await running.ask("GET", "appointments/1")).body["state"] == "RESERVED"


async def test_a_hold_expires_on_the_eve_and_says_so(running: Gateway) -> None:
    before = await places(running)
    assert (await book(running, booking(159))).status == 201
    await running.walk_to((await running.clock.now()).replace(month=7, day=15, hour=22, minute=59, second=59))
    read = await running.ask("GET", "appointments/159")
    assert read.body["state"] == "EXPIRED"
    assert await places(running) == before
    assert (
        (await book(running, booking(159)))
        .refused(422, "INVALID_REQUEST")[0]
        .startswith("id: appointment 159 is EXPIRED")
    )
    feed = await running.ask("GET", "/manage/v1/kcis")
    assert [(one["type"], one["appointmentId"], one["state"]) for one in feed.body["events"]] == [
        ("APPOINTMENT", 159, "EXPIRED")
    ]
    assert (await running.ask("DELETE", "appointments/159")).status == 204
    told = (await running.ask("POST", "service-orders", body=order(1, appointment=159))).refused(422, "INVALID_REQUEST")
    assert "expired" in told[0]
    await running.counts_are_right()


async def test_a_release_frees_the_place_once(running: Gateway) -> None:
    before = await places(running)
    await book(running, booking(159))
    got = await asyncio.gather(*(running.ask("DELETE", "appointments/159") for _ in range(8)))
    assert {(one.status, one.raw) for one in got} == {(204, b"")}
    assert await places(running) == before
    assert (await running.ask("GET", "appointments/159")).body["state"] == "RELEASED"
    (await book(running, booking(159))).refused(422, "INVALID_REQUEST")
    assert (await book(running, booking(160))).status == 201
    await running.counts_are_right()


async def test_what_an_order_quotes_cannot_be_released(running: Gateway) -> None:
    await book(running, booking(159))
    assert (await running.ask("POST", "service-orders", body=order(1, appointment=159))).status == 202
    (await running.ask("DELETE", "appointments/159")).refused(422, "INVALID_REQUEST")
    replay = await book(running, booking(159))
    assert replay.status == 201


async def test_a_foreign_appointment_answers_as_an_absent_one(running: Gateway) -> None:
    await book(running, booking(159), "ISP1")
    for method in ("GET", "DELETE"):
        foreign = await running.ask(method, "appointments/159")
        absent = await running.ask(method, "appointments/160")
        assert foreign.status == absent.status == 404
        assert foreign.body["messages"] == [one.replace("160", "159") for one in absent.body["messages"]]
    assert (await running.ask("GET", "appointments/159", tenant="ISP1")).body["state"] == "RESERVED"


CANNOT_BE: list[tuple[dict[str, Any], str]] = [
    (booking(1, uprn="5"), "address: ADDRESS_NOT_KNOWN"),
    (booking(1, uprn="999900003002"), "address: OUT_OF_FOOTPRINT"),
    (booking(1, uprn="999900003003"), "address: PLANNED"),
    (booking(1, uprn="999900003004"), "address: PARENT_ADDRESS"),
    (booking(1, serviceSpecification={"id": "ftthl2r"}), "serviceSpecification.id"),
    (booking(1, slot=("2025-07-02T07:00:00Z", "2025-07-02T12:00:00Z")), "timeslot: too soon"),
    (booking(1, slot=("2025-06-02T07:00:00Z", "2025-06-02T12:00:00Z")), "timeslot: there is no timeslot"),
    (booking(1, slot=("2025-07-13T07:00:00Z", "2025-07-13T12:00:00Z")), "timeslot: there is no timeslot"),
    (booking(1, slot=(MORNING[1], MORNING[0])), "timeslot"),
    (booking(1, slot=("2100-12-31T07:00:00Z", "2100-12-31T12:00:00Z")), "timeslot"),
    (booking(1, slot=("2000-01-01T00:00:00+14:00", "2000-01-01T00:00:00+14:00")), "timeslot"),
    (booking(1, purpose="REMOVE"), "purpose"),
    (booking(1, slot=("2025-07-16", PRINTED[1])), "timeslot.timeslotStartDateTime"),
    (booking(0), "id"),
    (booking(2**53), "id"),
    ({"id": 1}, "address"),
]


async def test_a_booking_that_cannot_be_is_refused_by_name(running: Gateway) -> None:
    before = await places(running)
    for body, named in CANNOT_BE:
        told = (await book(running, body)).refused(422, "INVALID_REQUEST")
        assert any(one.startswith(named) for one in told), told
    assert await places(running) == before


async def test_an_id_is_a_json_integer(running: Gateway) -> None:
    numbers: list[object] = ["159", 1.0, True, None, [1], {}]
    for number in numbers:
        got = await book(running, {**booking(1), "id": number})
        assert got.refused(400, "MALFORMED_REQUEST")[0].startswith("id:")


async def test_one_answer_names_every_fault_of_both_kinds(running: Gateway) -> None:
    headers = await running.headers("YOUR_TENANT")
    del headers["X-Request-ID"]
    raw = b'{"id":"1","purpose":"EAT","address":{"type":"UPRN"},"timeslot":{"timeslotStartDateTime":5}}'
    got = await running.send("POST", "/WholesaleGateway/v1.0/gateway/appointments", headers, raw)
    told = got.refused(400, "MALFORMED_REQUEST")
    starts = ["X-Request-ID", "id", "address.id", "serviceSpecification", "purpose"]
    starts += ["timeslot.timeslotStartDateTime", "timeslot.timeslotEndDateTime"]
    assert sorted(one.partition(":")[0] for one in told) == sorted(starts)
