"""Amendments and cancellations at the door: what is taken, once, what is refused and why, and what becomes of it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import booking, order

VISIT = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
LATER = ("2025-07-21T07:00:00.000Z", "2025-07-21T12:00:00.000Z")
SOON = ("2025-07-03T07:00:00Z", "2025-07-03T12:00:00Z")
QUIET = {"X-Scenario": "ORDER_IN_PROGRESS"}
NO_ANSWER = {"X-Scenario": "AMENDMENT_PENDING"}


async def book(
    running: Gateway, number: int, tenant: str = "YOUR_TENANT", *, slot: tuple[str, str] = LATER, **more: Any
) -> None:
    got = await running.ask("POST", "appointments", tenant=tenant, body=booking(number, slot=slot, **more))
    assert got.status == 201, got.raw


async def place(running: Gateway, number: int = 127, tenant: str = "YOUR_TENANT", **more: Any) -> None:
    """An order that is IN_PROGRESS and stays so, with its visit on 16 July."""
    await book(running, number, tenant, slot=VISIT)
    body = order(number, tenant=tenant, appointment=number, **more)
    got = await running.ask("POST", "service-orders", tenant=tenant, body=body, extra=QUIET)
    assert got.status == 202, got.raw
    await running.walk(timedelta(minutes=40))
    assert (await read(running, number, tenant))["status"] == "IN_PROGRESS"


async def read(running: Gateway, number: int = 127, tenant: str = "YOUR_TENANT") -> Any:
    return (await running.ask("GET", f"service-orders/{number}", tenant=tenant)).body


async def amend(running: Gateway, number: int, order_id: int = 127, **asked: Any) -> Got:
    extra, tenant = asked.pop("extra", None), asked.pop("tenant", "YOUR_TENANT")
    body = {"id": number, "orderId": order_id, **asked}
    return await running.ask("POST", "service-order-amendments", tenant=tenant, body=body, extra=extra)


async def cancel(running: Gateway, number: int, order_id: int = 127, **asked: Any) -> Got:
    extra, tenant = asked.pop("extra", None), asked.pop("tenant", "YOUR_TENANT")
    body = {"id": number, "orderId": order_id, "reasonCode": "NO_LONGER_REQUIRED", **asked}
    return await running.ask("POST", "service-order-cancellations", tenant=tenant, body=body, extra=extra)


async def changes(running: Gateway) -> list[Any]:
    sql = "select kind, id, status from order_changes where tenant_id = $1 order by change_key"
    return [tuple(row) for row in await running.rows("YOUR_TENANT", sql)]


def starts(told: list[str]) -> list[str]:
    return [one.partition(": ")[0] for one in told]


async def test_a_new_visit_is_asked_for_and_taken(running: Gateway) -> None:
    await place(running)
    await book(running, 160)
    got = await amend(running, 12, appointmentReservationId=160)
    assert (got.status, got.raw) == (202, b"")
    await running.walk(timedelta(seconds=5))
    shown = (await running.ask("GET", "service-order-amendments/12")).body
    reference = (await read(running))["supplierOrderReference"]
    assert shown == {
        "id": 12,
        "orderId": 127,
        "appointmentReservationId": 160,
        "status": "PENDING",
        "supplierReference": f"{reference}-1",
    }
    assert (await read(running))["status"] == "PENDING_AMENDMENT"
    assert (await running.ask("GET", "appointments/160")).body["state"] == "PROPOSED"
    await running.walk(timedelta(minutes=2))
    shown = (await running.ask("GET", "service-order-amendments/12")).body
    assert (shown["status"], shown["answer"]) == ("COMPLETED", "New visit on Monday 21 July, 08:00\N{EN DASH}13:00.")
    stands = await read(running)
    assert stands["status"] == "IN_PROGRESS"
    assert stands["committedDate"] == stands["targetDate"] == LATER[1]
    assert stands["appointmentReservationId"] == 160
    assert stands["appointmentTimeslot"]["timeslotStartDateTime"] == LATER[0]
    assert [one["reasonCode"] for one in stands["updates"]] == ["ACKNOWLEDGED", "COMMITTED", "AMENDED"]
    states = [(await running.ask("GET", f"appointments/{one}")).body["state"] for one in (127, 160)]
    assert states == ["REPLACED", "CONFIRMED"]
    await running.counts_are_right()


async def test_only_what_is_sent_changes_an_array_as_a_whole_and_emptiness_removes(running: Gateway) -> None:
    second = {"name": "Sam Reed", "phoneNumber": "01632 960002"}
    asked = {"LINE_PROFILE": "55/55", "MINIMUM_SPEED": "100", "CONTRACT_TERM": "12"}
    tasks = ["INSTALL_ROUTER", "TAKE_PHOTOS"]
    await place(
        running, characteristics=asked, secondaryContact=second, hazards="a dog", notes="ring", engineerTasks=tasks
    )
    fewer = [{"name": "LINE_PROFILE", "value": "80/20"}]
    first: dict[str, Any] = {
        "serviceCharacteristics": fewer,
        "primaryContact": {"phoneNumber": "07700 900123", "email": ""},
        "engineerTasks": ["TAKE_PHOTOS"],
        "notes": "ring twice",
    }
    assert (await amend(running, 1, **first)).status == 202
    await running.walk(timedelta(minutes=3))
    stands = await read(running)
    assert stands["serviceOrderItem"]["serviceCharacteristics"] == fewer
    assert stands["primaryContact"] == {"name": "Jane Doe", "phoneNumber": "07700 900123"}
    assert (stands["secondaryContact"], stands["hazards"], stands["notes"]) == (second, "a dog", "ring twice")
    assert stands["engineerTasks"] == ["TAKE_PHOTOS"]
    assert stands["appointmentReservationId"] == 127
    removed: dict[str, Any] = {"secondaryContact": "", "hazards": "", "notes": "", "engineerTasks": []}
    assert (await amend(running, 2, **removed)).status == 202
    await running.walk(timedelta(minutes=3))
    assert not {"secondaryContact", "hazards", "notes", "engineerTasks"} & set(await read(running))
    shown = (await running.ask("GET", "service-order-amendments/2")).body
    assert {name: shown[name] for name in removed} == {**removed, "secondaryContact": {}}


async def test_an_equal_change_is_taken_again_and_another_is_refused(running: Gateway) -> None:
    await place(running)
    for _ in range(3):
        assert (await amend(running, 12, notes="ring", extra=NO_ANSWER)).status == 202
        silent = {"X-Scenario": "CANCELLATION_PENDING"}
        assert (await cancel(running, 12, extra=silent)).status == 202
    told = (await amend(running, 12, notes="ring twice")).refused(422, "INVALID_REQUEST")
    assert told == ["id: 12 was used for another amendment; send a new id"]
    told = (await cancel(running, 12, reasonCode="OTHER")).refused(422, "INVALID_REQUEST")
    assert told == ["id: 12 was used for another cancellation; send a new id"]
    await running.walk(timedelta(days=1))
    assert await changes(running) == [("AMENDMENT", 12, "PENDING"), ("CANCELLATION", 12, "PENDING")]


async def test_one_id_asked_often_at_once_is_one_change(running: Gateway) -> None:
    await place(running)
    got = await asyncio.gather(*(amend(running, 12, notes="ring", extra=NO_ANSWER) for _ in range(20)))
    assert {one.status for one in got} == {202}
    got = await asyncio.gather(*(amend(running, 13, notes=f"ring {n % 2}", extra=NO_ANSWER) for n in range(20)))
    assert Counter(one.status for one in got) == {202: 10, 422: 10}
    await running.walk(timedelta(seconds=5))
    assert await changes(running) == [("AMENDMENT", 12, "PENDING"), ("AMENDMENT", 13, "PENDING")]


async def test_one_appointment_is_proposed_by_one_amendment(running: Gateway) -> None:
    await place(running)
    await place(running, 128)
    await book(running, 160)
    asked = [
        amend(running, number, 127 + number % 2, appointmentReservationId=160, extra=NO_ANSWER)
        for number in range(1, 9)
    ]
    got = await asyncio.gather(*asked)
    assert Counter(one.status for one in got) == {202: 1, 422: 7}
    for refused in (one for one in got if one.status == 422):
        [told] = refused.refused(422, "INVALID_REQUEST")
        assert told.startswith("appointmentReservationId: appointment 160 ")
    told = (await running.ask("DELETE", "appointments/160")).refused(422, "INVALID_REQUEST")
    assert told == ["id: appointment 160 is proposed by an amendment that is not decided yet"]
    told = (await running.ask("POST", "service-orders", body=order(129, appointment=160))).refused(
        422, "INVALID_REQUEST"
    )
    assert told == ["appointmentReservationId: appointment 160 already belongs to an order; book another"]
    assert (await running.ask("POST", "appointments", body=booking(160, slot=LATER))).status == 201
    await running.counts_are_right()


async def test_each_rule_of_an_appointment_is_refused_by_name(running: Gateway) -> None:
    await place(running)
    await book(running, 2)
    assert (await running.ask("DELETE", "appointments/2")).status == 204
    await book(running, 3, slot=SOON, purpose="REPAIR")
    await book(running, 4, uprn="999900001001")
    await book(running, 5, "ISP1")
    cases = {
        99: "there is no appointment 99; book one first",
        5: "there is no appointment 5; book one first",
        2: "appointment 2 was released; book another",
        3: "appointment 3 is for REPAIR; an order of type NEW takes PROVIDE",
        4: "appointment 4 is for another address",
        127: "appointment 127 already belongs to this order; book another",
    }
    for number, why in cases.items():
        told = (await amend(running, 1, appointmentReservationId=number)).refused(422, "INVALID_REQUEST")
        assert told == [f"appointmentReservationId: {why}"]
    assert await changes(running) == []


async def test_all_that_is_wrong_is_told_at_once(running: Gateway) -> None:
    await place(running)
    wrong: dict[str, Any] = {
        "supplierOrderReference": "ANOTHER",
        "appointmentReservationId": 99,
        "requestedCompletionDate": "2025-06-30",
        "primaryContact": {"name": ""},
        "secondaryContact": {"name": "Sam Reed"},
        "serviceCharacteristics": [{"name": "COLOUR", "value": "red"}],
    }
    told = (await amend(running, 1, extra={"X-Scenario": "NOPE"}, **wrong)).refused(422, "INVALID_REQUEST")
    expected = [
        *("X-Scenario", "supplierOrderReference", "appointmentReservationId", "primaryContact.name"),
        *("secondaryContact.phoneNumber", "requestedCompletionDate"),
        *("serviceCharacteristics", "serviceCharacteristics[0].name"),
    ]
    assert starts(told) == expected
    unreadable: dict[str, Any] = wrong | {"notes": 5, "serviceCharacteristics": []}
    told = (await amend(running, 1, **unreadable)).refused(400, "MALFORMED_REQUEST")
    assert starts(told) == ["serviceCharacteristics", "notes", *expected[1:6]]
    told = (await cancel(running, 1, extra={"X-Problem-Code": "MOON"}, reasonCode="NO_AUTHORISATION")).refused(
        422, "INVALID_REQUEST"
    )
    assert starts(told) == ["X-Problem-Code", "reasonCode"]
    told = (await cancel(running, 1, supplierOrderReference="X", reasonCode="no", text=5)).refused(
        400, "MALFORMED_REQUEST"
    )
    assert starts(told) == ["reasonCode", "text", "supplierOrderReference"]
    assert await changes(running) == []


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({}, "body"),
        ({"requestedCompletionDate": "2025-06-31"}, "requestedCompletionDate"),
        ({"primaryContact": {"phoneNumber": "0"}}, "primaryContact.phoneNumber"),
        ({"primaryContact": {"email": "a"}}, "primaryContact.email"),
        ({"primaryContact": {}}, "primaryContact.name"),
        ({"engineerTasks": ["install router"]}, "engineerTasks[0]"),
        ({"hazards": "x" * 1001}, "hazards"),
        ({"serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "1/1"}]}, "serviceCharacteristics[0].value"),
        ({"id": 9_000_000_000_000_000, "notes": "x"}, "id"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(running: Gateway, asked: dict[str, Any], named: str) -> None:
    await place(running)
    told = (await amend(running, 1, **asked)).refused(422, "INVALID_REQUEST")
    assert named in starts(told)
    assert (await amend(running, 1, notes="the id is not spent")).status == 202


async def test_a_foreign_order_or_change_is_as_absent(running: Gateway) -> None:
    await place(running)
    assert (await amend(running, 12, notes="ring")).status == 202
    assert (await cancel(running, 13, extra={"X-Scenario": "CANCELLATION_PENDING"})).status == 202
    for ask in (amend, cancel):
        foreign = (await ask(running, 1, tenant="ISP1", notes="x")).refused(422, "INVALID_REQUEST")
        absent = (await ask(running, 1, 999, tenant="ISP1", notes="x")).refused(422, "INVALID_REQUEST")
        assert [foreign, absent] == [["orderId: there is no order 127"], ["orderId: there is no order 999"]]
    for path, kind in (
        ("service-order-amendments/12", "amendment"),
        ("service-order-cancellations/13", "cancellation"),
    ):
        told = (await running.ask("GET", path, tenant="ISP1")).refused(404, "NOT_FOUND")
        assert told == [f"id: there is no {kind} {path.rpartition('/')[2]}"]
        assert (await running.ask("GET", path)).status == 200
        assert (await running.ask("GET", path.rpartition("/")[0] + "/77")).status == 404


async def test_an_order_is_amended_and_cancelled_only_while_that_can_be(running: Gateway) -> None:
    await book(running, 1, slot=VISIT)
    assert (await running.ask("POST", "service-orders", body=order(1, appointment=1))).status == 202
    await running.walk(timedelta(seconds=5))
    told = (await amend(running, 1, 1, notes="x")).refused(422, "INVALID_REQUEST")
    can = "ACKNOWLEDGED, IN_PROGRESS, PENDING, PENDING_AMENDMENT"
    assert told == [f"orderId: order 1 is SENT_TO_SUPPLIER and cannot be amended; it can while it is {can}"]
    await running.walk(timedelta(days=16))
    assert (await read(running, 1))["status"] == "COMPLETED"
    for told in (
        (await amend(running, 1, 1, notes="x")).refused(422, "INVALID_REQUEST"),
        (await cancel(running, 1, 1)).refused(422, "INVALID_REQUEST"),
    ):
        assert told[0].startswith("orderId: order 1 is COMPLETED and cannot be ")
        assert len(told) == 1


async def test_the_deadline_of_a_change_is_four_in_the_afternoon(running: Gateway) -> None:
    await place(running)
    await book(running, 160)
    await running.walk_to(datetime(2025, 7, 15, 14, 59, 50, tzinfo=UTC))
    assert (await amend(running, 1, notes="ring", extra=NO_ANSWER)).status == 202
    await running.walk_to(datetime(2025, 7, 15, 15, tzinfo=UTC))
    late: list[dict[str, Any]] = [{"appointmentReservationId": 160}, {"notes": "ring twice"}]
    for asked in late:
        told = (await amend(running, 2, **asked)).refused(422, "INVALID_REQUEST")
        words = "The visit on Wednesday 16 July can no longer be changed; the deadline was 16:00 on Tuesday 15 July."
        assert told == [f"orderId: {words}"]
    await running.walk_to(datetime(2025, 7, 16, 7, tzinfo=UTC))
    told = (await cancel(running, 1)).refused(422, "INVALID_REQUEST")
    assert told == ["orderId: too late to cancel order 127; its work began at 2025-07-16T07:00:00.000Z"]


async def test_a_cancellation_ends_the_order_and_frees_the_place(running: Gateway) -> None:
    await place(running)
    got = await cancel(running, 13, reasonCode="CUSTOMER_CHANGED_MIND", text="Moving abroad")
    assert (got.status, got.raw) == (202, b"")
    await running.walk(timedelta(seconds=5))
    assert (await read(running))["status"] == "PENDING_CANCELLATION"
    told = (await cancel(running, 14)).refused(422, "INVALID_REQUEST")
    assert told == ["orderId: cancellation 13 of order 127 is not decided yet"]
    await running.walk(timedelta(minutes=2))
    shown = (await running.ask("GET", "service-order-cancellations/13")).body
    assert shown == {
        "id": 13,
        "orderId": 127,
        "reasonCode": "CUSTOMER_CHANGED_MIND",
        "text": "Moving abroad",
        "status": "COMPLETED",
        "supplierReference": shown["supplierReference"],
        "answer": "Cancelled as asked.",
    }
    stands = await read(running)
    assert stands["status"] == "CANCELLED"
    assert stands["updates"][-1]["problemCode"] == "CUSTOMER_CHANGED_MIND"
    assert (await running.ask("GET", "appointments/127")).body["state"] == "RELEASED"
    await running.counts_are_right()


async def test_the_day_of_work_without_a_visit_needs_notice(running: Gateway) -> None:
    body = order(
        5, uprn="999900003009", requestedCompletionDate="2025-07-09", characteristics={"LINE_PROFILE": "80/20"}
    )
    assert (await running.ask("POST", "service-orders", body=body)).status == 202
    await running.walk(timedelta(minutes=40))
    for day, why in (("2025-07-01", "is too soon; accepted: 2025-07-02 or later"), ("", "cannot be removed")):
        told = (await amend(running, 1, 5, requestedCompletionDate=day)).refused(422, "INVALID_REQUEST")
        assert len(told) == 1
        assert why in told[0]
    assert (await amend(running, 1, 5, requestedCompletionDate="2025-07-02")).status == 202
    await running.walk(timedelta(minutes=3))
    stands = await read(running, 5)
    assert stands["requestedCompletionDate"] == "2025-07-02"
    assert stands["committedDate"] == "2025-07-02T22:59:59.000Z"


async def test_who_asked_for_what_is_noted(running: Gateway) -> None:
    await place(running)
    await amend(running, 12, notes="the key is under the mat")
    await cancel(running, 13)
    rows = await running.rows("YOUR_TENANT", "select act, subject, request_id from audit where about_tenant = $1")
    assert {tuple(row) for row in rows} >= {
        ("order.amendment", "amendment 12", "req-1"),
        ("order.cancellation", "cancellation 13", "req-1"),
    }
    assert b"under the mat" not in running.log.getvalue()
