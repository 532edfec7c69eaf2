"""What suppliers tell us: companions, naming, sequence, repeats, and what becomes of it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import booking, order

SLOT = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
NEW_SLOT = {"timeslotStartDateTime": "2025-07-21T07:00:00Z", "timeslotEndDateTime": "2025-07-21T12:00:00Z"}
QUIET = {"X-Scenario": "ORDER_ACKNOWLEDGED", "X-Kci-Delay": "999999"}
"""A story that keeps silent, so that the test is the network."""
PATIENCE = 60
"""Seconds of a machine that may be very busy; a test that passes waits for none of them."""
DATES = {"status": "IN_PROGRESS", "committedDate": "2025-07-16T12:00:00Z", "targetDate": "2025-07-16T12:00:00Z"}


def said(number: int, reason: str, *, entity: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    about = {"id": 127, "tenant": "YOUR_TENANT", **(entity or {})}
    return {
        "id": str(uuid4()),
        "sequenceNumber": number,
        "issuedOn": "2025-07-01T09:00:00.000Z",
        "reasonCode": reason,
        "provideServiceOrder": about,
        **more,
    }


async def tell(running: Gateway, body: object) -> Got:
    return await running.ask("POST", "/v1/kcis", tenant="NETWORK1", body=body)


async def ordered(running: Gateway, number: int = 127, tenant: str = "YOUR_TENANT") -> None:
    got = await running.ask("POST", "appointments", tenant=tenant, body=booking(number, slot=SLOT))
    assert got.status == 201, got.raw
    body = order(number, tenant=tenant, appointment=number)
    got = await running.ask("POST", "service-orders", tenant=tenant, body=body, extra=QUIET)
    assert got.status == 202, got.raw
    await until(running, lambda read: read["status"] != "RECEIVED_BY_GATEWAY", number, tenant)


async def until(
    running: Gateway,
    condition: Callable[[Any], bool],
    number: int = 127,
    tenant: str = "YOUR_TENANT",
    *,
    path: str = "service-orders/{number}",
) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        while True:
            read = (await running.ask("GET", path.format(number=number), tenant=tenant)).body
            if condition(read):
                return read
            await asyncio.sleep(0.02)


async def applied(running: Gateway, count: int) -> list[Any]:
    """Every update kept, once so many have been read."""
    sql = "select sequence_number, reason, state, refusal from supplier_updates where tenant_id = $1 order by 1"
    async with asyncio.timeout(PATIENCE):
        while True:
            rows = await running.rows("YOUR_TENANT", sql)
            if sum(row["state"] != "RECEIVED" for row in rows) >= count:
                return rows
            await asyncio.sleep(0.02)


async def test_each_reason_wants_its_companions(running: Gateway) -> None:
    await ordered(running)
    wanted = {
        "ACKNOWLEDGED": ["status"],
        "COMMITTED": ["status", "committedDate", "targetDate"],
        "WARNING": ["problemCode"],
        "DELAY": ["problemCode"],
        "REAPPOINT": ["problemCode"],
        "INFORMATION_REQUIRED": ["text"],
        "CANCELLED": ["problemCode"],
        "ORDER_REJECTED": ["text"],
        "AMENDED": ["the amendment's or cancellation's id or reference"],
        "AMENDMENT_REJECTED": ["the amendment's or cancellation's id or reference", "text"],
        "CANCELLATION_REJECTED": ["the amendment's or cancellation's id or reference", "text"],
        "CREATED": ["reasonCode"],
    }
    for reason, names in wanted.items():
        told = (await tell(running, said(1, reason))).refused(422, "INVALID_REQUEST")
        assert [one.partition(":")[0] for one in told] == names
    told = (await tell(running, said(1, "WARNING", problemCode="OTHER"))).refused(422, "INVALID_REQUEST")
    assert told == ["text or supplierCodes: required with problemCode OTHER"]
    wrong = said(1, "COMMITTED", entity={**DATES, "status": "HELD"})
    assert (await tell(running, wrong)).refused(422, "INVALID_REQUEST")[0].startswith("status:")
    assert await running.rows("YOUR_TENANT", "select id from supplier_updates where tenant_id = $1") == []


async def test_shapes_are_checked_at_receipt(running: Gateway) -> None:
    await ordered(running)
    changes: list[tuple[dict[str, Any], int]] = [
        ({"id": "1"}, 422),
        ({"id": 1}, 400),
        ({"sequenceNumber": 0}, 422),
        ({"sequenceNumber": "1"}, 400),
        ({"sequenceNumber": 2**31}, 422),
        ({"issuedOn": "yesterday"}, 422),
        ({"reasonCode": "EATEN"}, 422),
        ({"problemCode": "what?"}, 422),
        ({"supplierNotes": [{"note": ""}]}, 422),
        ({"provideServiceOrder": None}, 400),
        ({"provideServiceOrder": []}, 400),
    ]
    for change, status in changes:
        got = await tell(running, {**said(1, "UPDATE"), **change})
        assert got.status == status, (change, got.raw)
    whole = said(1, "UPDATE")
    for name in ("id", "sequenceNumber", "issuedOn", "reasonCode", "provideServiceOrder"):
        missing = {key: value for key, value in whole.items() if key != name}
        assert any(one.startswith(name) for one in (await tell(running, missing)).refused(400, "MALFORMED_REQUEST"))


async def test_an_order_is_found_by_what_names_it_and_by_nothing_else(running: Gateway) -> None:
    await ordered(running)
    await ordered(running, 128)
    await ordered(running, 127, "ISP1")
    named = {"supplierOrderReference": "REF-1"}
    assert (await tell(running, said(1, "UPDATE", entity=named))).status == 204
    assert (await tell(running, said(1, "UPDATE", entity={"id": 128, "supplierOrderReference": "REF-2"}))).status == 204
    for entity, name in (
        ({"id": 999}, "id: no order 999"),
        ({"tenant": "NOBODY"}, "id: no order 127"),
        ({"tenant": None}, "tenant: required"),
        ({"id": None, "tenant": None}, "id or supplierOrderReference"),
        ({"id": None, "supplierOrderReference": "REF-9"}, "supplierOrderReference: you gave no order"),
        (
            {"id": None, "tenant": "ISP1", "supplierOrderReference": "REF-1"},
            "supplierOrderReference: you gave no order",
        ),
        ({"supplierOrderReference": "REF-2"}, "supplierOrderReference: names another order"),
        ({"tenant": "ISP1", "supplierOrderReference": "REF-1"}, "supplierOrderReference: names another order"),
        ({"supplierOrderReference": "REF-7"}, "supplierOrderReference: this order has the reference"),
    ):
        told = (await tell(running, said(2, "UPDATE", entity=entity))).refused(422, "INVALID_REQUEST")
        assert told[0].startswith(name), told
    by_reference = said(2, "UPDATE", entity={"id": None, "tenant": None, "supplierOrderReference": "REF-1"})
    assert (await tell(running, by_reference)).status == 204
    (await running.ask("POST", "/v1/kcis", tenant="ISP1", body=said(3, "UPDATE"))).refused(403, "NOT_AUTHORISED")


async def test_two_orders_given_one_reference_at_once_keep_it_apart(running: Gateway) -> None:
    await ordered(running)
    await ordered(running, 128)
    bodies = [said(1, "UPDATE", entity={"id": number, "supplierOrderReference": "REF-1"}) for number in (127, 128)]
    got = await asyncio.gather(*(tell(running, body) for body in bodies * 4))
    assert {one.status for one in got} == {204, 422}


async def test_a_repeat_is_taken_and_does_nothing_even_fifty_at_once(running: Gateway) -> None:
    await ordered(running)
    body = said(1, "ACKNOWLEDGED", entity={"status": "ACKNOWLEDGED"})
    got = await asyncio.gather(*(tell(running, body) for _ in range(50)))
    assert {(one.status, one.raw) for one in got} == {(204, b"")}
    read = await until(running, lambda read: read["status"] == "ACKNOWLEDGED")
    assert len(read["updates"]) == 1
    assert (await tell(running, body)).status == 204


async def test_a_number_that_was_used_is_refused_naming_the_next(running: Gateway) -> None:
    await ordered(running)
    for number in (1, 2):
        assert (await tell(running, said(number, "UPDATE"))).status == 204
    await applied(running, 2)
    for number in (1, 2):
        told = (await tell(running, said(number, "UPDATE"))).refused(422, "INVALID_REQUEST")
        assert "the next is 3" in told[0]
    assert (await tell(running, said(4, "UPDATE"))).status == 204
    told = (await tell(running, said(4, "WARNING", problemCode="OTHER", text="t"))).refused(422, "INVALID_REQUEST")
    assert told[0].startswith("sequenceNumber: 4 is taken")


async def test_a_gap_waits_a_minute_of_business_time(running: Gateway) -> None:
    await ordered(running)
    assert (await tell(running, said(2, "UPDATE", text="second"))).status == 204
    await running.walk(timedelta(seconds=50))
    assert [row["state"] for row in await applied(running, 0)] == ["RECEIVED"]
    assert (await tell(running, said(1, "UPDATE", text="first"))).status == 204
    read = await until(running, lambda read: len(read["updates"]) == 2)
    assert [one["text"] for one in read["updates"]] == ["first", "second"]
    assert (await tell(running, said(5, "UPDATE", text="fifth"))).status == 204
    await running.walk(timedelta(seconds=61))
    read = await until(running, lambda read: len(read["updates"]) == 3)
    assert read["updates"][-1]["text"] == "fifth"
    assert "the next is 6" in (await tell(running, said(3, "UPDATE"))).refused(422, "INVALID_REQUEST")[0]


async def test_updates_in_any_order_are_told_in_the_suppliers(running: Gateway) -> None:
    await ordered(running)
    await asyncio.gather(*(tell(running, said(n, "UPDATE", text=str(n))) for n in (7, 3, 5, 1, 4, 8, 2, 6)))
    read = await until(running, lambda read: len(read["updates"]) == 8)
    assert [one["text"] for one in read["updates"]] == [str(n) for n in range(1, 9)]
    assert [one["sequenceNumber"] for one in read["updates"]] == list(range(1, 9))


async def test_a_commitment_before_the_acknowledgement_brings_both(running: Gateway) -> None:
    await ordered(running)
    assert (await tell(running, said(1, "COMMITTED", entity=DATES))).status == 204
    read = await until(running, lambda read: read["status"] == "IN_PROGRESS")
    told = [(one["sequenceNumber"], one["reasonCode"], one["status"]) for one in read["updates"]]
    assert told == [(1, "ACKNOWLEDGED", "ACKNOWLEDGED"), (2, "COMMITTED", "IN_PROGRESS")]
    assert (await running.ask("GET", "appointments/127")).body["state"] == "CONFIRMED"


async def test_what_the_table_refuses_is_kept_with_its_reason_and_blocks_nothing(running: Gateway) -> None:
    await ordered(running)
    assert (await tell(running, said(1, "RESUMED"))).status == 204
    assert (await tell(running, said(2, "ACKNOWLEDGED", entity={"status": "ACKNOWLEDGED"}))).status == 204
    rows = await applied(running, 2)
    assert [row["state"] for row in rows] == ["REFUSED", "APPLIED"]
    assert rows[0]["refusal"].startswith("RESUMED is not possible for an order that is SENT_TO_SUPPLIER")
    read = await until(running, lambda read: read["status"] == "ACKNOWLEDGED")
    assert [one["sequenceNumber"] for one in read["updates"]] == [1]


async def test_an_order_that_ended_takes_only_notes(running: Gateway) -> None:
    await ordered(running)
    assert (await tell(running, said(1, "ORDER_REJECTED", text="No duct."))).status == 204
    await until(running, lambda read: read["status"] == "REJECTED")
    told = (await tell(running, said(2, "DELAY", problemCode="OTHER", text="late"))).refused(422, "INVALID_REQUEST")
    assert told == ["reasonCode: the order has ended; accepted: ADDITIONAL, UPDATE"]
    assert (await tell(running, said(2, "ADDITIONAL", text="a last word"))).status == 204
    read = await until(running, lambda read: len(read["updates"]) == 2)
    assert read["status"] == "REJECTED"
    assert [row["state"] for row in await applied(running, 2)] == ["APPLIED", "RECORDED"]
    held = await running.ask("GET", "appointments/127")
    assert held.body["state"] == "RESERVED"
    assert held.body["expiryDateTime"] < "2025-07-02T10"
    assert (await running.ask("POST", "service-orders", body=order(9, appointment=127), extra=QUIET)).status == 202


async def test_a_visit_that_the_network_moves_is_moved_or_refused_but_never_stuck(running: Gateway) -> None:
    await ordered(running)
    reference = (await running.ask("GET", "appointments/127")).body["supplierReference"]
    other = await running.ask("POST", "appointments", body=booking(500, slot=SLOT))
    day = "2025-07-2"
    moves: list[tuple[dict[str, Any], str]] = [
        ({"appointmentTimeslot": NEW_SLOT}, "APPLIED"),
        ({"appointmentTimeslot": NEW_SLOT, "appointmentReservationReference": reference}, "REFUSED"),
        (
            {"appointmentTimeslot": NEW_SLOT, "appointmentReservationReference": other.body["supplierReference"]},
            "REFUSED",
        ),
        ({"appointmentTimeslot": NEW_SLOT, "appointmentReservationReference": "NET-1"}, "APPLIED"),
        ({"appointmentTimeslot": NEW_SLOT, "appointmentReservationReference": "NET-1"}, "APPLIED"),
        (
            {
                "appointmentTimeslot": {
                    "timeslotStartDateTime": f"{day}2T08:15:00Z",
                    "timeslotEndDateTime": f"{day}2T09:45:00Z",
                }
            },
            "APPLIED",
        ),
        (
            {
                "appointmentTimeslot": {
                    "timeslotStartDateTime": f"{day}3T12:00:00Z",
                    "timeslotEndDateTime": f"{day}3T07:00:00Z",
                }
            },
            "REFUSED",
        ),
        (
            {
                "appointmentTimeslot": {
                    "timeslotStartDateTime": f"{day}3T07:00:00Z",
                    "timeslotEndDateTime": f"{day}4T12:00:00Z",
                }
            },
            "REFUSED",
        ),
    ]
    assert (await tell(running, said(1, "COMMITTED", entity=DATES))).status == 204
    for number, (entity, _) in enumerate(moves, 2):
        assert (await tell(running, said(number, "REAPPOINTED", entity=entity))).status == 204
    rows = await applied(running, len(moves) + 1)
    assert [row["state"] for row in rows[1:]] == [state for _, state in moves], [row["refusal"] for row in rows]
    read = await until(running, lambda _: True)
    assert read["appointmentTimeslot"]["timeslotStartDateTime"] == f"{day}2T08:15:00.000Z"
    assert read["committedDate"] == "2025-07-16T12:00:00.000Z"
    assert read["targetDate"] == f"{day}2T09:45:00.000Z"
    assert (await tell(running, said(20, "CANCELLED", problemCode="CUSTOMER_CHANGED_MIND"))).status == 204
    await running.walk(timedelta(seconds=61))
    assert (await until(running, lambda read: read["status"] == "CANCELLED"))["status"] == "CANCELLED"
    await running.counts_are_right()


async def test_a_visit_that_the_network_makes_after_it_had_asked_for_one_is_the_orders(running: Gateway) -> None:
    await ordered(running)
    assert (
        await tell(running, said(1, "REAPPOINT", problemCode="OTHER", text="Please agree a new visit."))
    ).status == 204
    read = await until(running, lambda read: read["status"] == "PENDING")
    assert "appointmentTimeslot" not in read
    assert (await tell(running, said(2, "REAPPOINTED", entity={"appointmentTimeslot": NEW_SLOT}))).status == 204
    read = await until(running, lambda read: read["status"] != "PENDING")
    assert read["appointmentTimeslot"]["timeslotStartDateTime"] == "2025-07-21T07:00:00.000Z"
    await running.counts_are_right()


async def test_a_visit_that_is_not_needed_is_released_and_no_longer_shown(running: Gateway) -> None:
    await ordered(running)
    assert (await tell(running, said(1, "UPDATE", problemCode="APPOINTMENT_NOT_REQUIRED"))).status == 204
    read = await until(running, lambda read: len(read["updates"]) == 1)
    assert "appointmentReservationId" not in read
    assert (await running.ask("GET", "appointments/127")).body["state"] == "RELEASED"
    await running.counts_are_right()


async def test_an_update_that_brings_the_whole_order_tells_of_what_is_new_in_it(running: Gateway) -> None:
    await ordered(running)
    known = [{"name": "ONT_PORT", "value": "1"}, {"name": "SERVICE_ID", "value": "S-1"}]
    whole = {"status": "ACKNOWLEDGED", "serviceOrderItem": {"serviceCharacteristics": known}}
    other = [{"name": "ONT_PORT", "value": "2"}, known[1]]
    assert (await tell(running, said(1, "ACKNOWLEDGED", entity=whole))).status == 204
    assert (await tell(running, said(2, "UPDATE", entity={"serviceCharacteristics": known}))).status == 204
    assert (await tell(running, said(3, "UPDATE", entity={"serviceCharacteristics": other}))).status == 204
    assert (await tell(running, said(4, "ADDITIONAL", entity={"serviceCharacteristics": other}))).status == 204
    read = await until(running, lambda read: len(read["updates"]) == 4)
    told = [one.get("characteristics") for one in read["updates"]]
    assert told == [known, None, [other[0]], other]
    placed = [one["name"] for one in read["serviceOrderItem"]["serviceCharacteristics"]]
    assert placed == ["LINE_PROFILE", "ONT_PORT", "SERVICE_ID"]
