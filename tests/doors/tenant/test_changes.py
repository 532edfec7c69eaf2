"""Amendments and cancellations at the tenant door, numbered by us and told in its own words."""

from datetime import timedelta
from typing import Any

import pytest
from tests.doors.tenant.asking import ask, provide, visit
from tests.journeys.gateway import Gateway, Got

OTHER = ("2025-07-17T07:00:00.000Z", "2025-07-17T12:00:00.000Z")


async def amend(running: Gateway, body: object, **how: Any) -> Got:
    return await ask(running, "POST", "service-order-amendments", body, **how)


async def cancel(running: Gateway, body: object, **how: Any) -> Got:
    return await ask(running, "POST", "service-order-cancellations", body, **how)


async def committed(running: Gateway) -> None:
    """Order 1, whose visit is confirmed."""
    assert (await ask(running, "POST", "appointments", visit())).body["id"] == 1
    assert (await ask(running, "POST", "service-orders", provide(1))).body["id"] == 1
    await running.walk(timedelta(hours=1))


async def order(running: Gateway) -> dict[str, Any]:
    return (await ask(running, "GET", "service-orders/1")).body


async def test_an_amendment_is_numbered_kept_and_answered_by_the_network(running: Gateway) -> None:
    await committed(running)
    assert (await ask(running, "POST", "appointments", visit(slot=OTHER))).body["id"] == 2
    asked = {"orderId": 1, "supplier": "NETWORK1", "appointmentReservationId": 2, "notes": "Ring twice"}
    got = await amend(running, asked)
    assert got.status == 201, got.raw
    assert got.body == {"id": 1, **asked, "status": "RECEIVED_BY_GATEWAY"}
    assert (await amend(running, asked)).raw == got.raw
    await running.walk(timedelta(minutes=10))
    read = (await ask(running, "GET", "service-order-amendments/1")).body
    assert read["status"] == "COMPLETED"
    whole = await order(running)
    assert (whole["appointmentReservationId"], whole["notes"]) == (2, "Ring twice")
    assert whole["committedDate"] == OTHER[1]
    assert whole["status"] == "IN_PROGRESS"
    sent, done = whole["updates"][-2:]
    assert sent["information"] == {"type": "UPDATE", "text": "Amendment 1 was sent to NETWORK1."}
    assert not sent.keys() & {"issuedOn", "receivedOn"}
    assert sent["serviceOrderAmendment"]["status"] == "PENDING"
    assert done["information"]["type"] == "AMENDED"
    assert done["serviceOrderAmendment"] == {key: value for key, value in read.items() if key != "answer"}


async def test_what_is_empty_removes_what_is_stored(running: Gateway) -> None:
    await committed(running)
    assert (
        await amend(running, {"orderId": 1, "notes": "Ring twice", "engineerTasks": ["INSTALL_ROUTER"]})
    ).status == 201
    await running.walk(timedelta(minutes=10))
    asked: dict[str, Any] = {"orderId": 1, "notes": "", "engineerTasks": []}
    got = await amend(running, asked)
    assert got.body == {"id": 2, "supplier": "NETWORK1", **asked, "status": "RECEIVED_BY_GATEWAY"}
    await running.walk(timedelta(minutes=10))
    assert not (await order(running)).keys() & {"notes", "engineerTasks"}


async def test_a_refused_amendment_is_to_be_sent_again(running: Gateway) -> None:
    await committed(running)
    got = await amend(running, {"orderId": 1, "notes": "x"}, X_Scenario="AMENDMENT_REJECTED")
    assert got.status == 201
    await running.walk(timedelta(minutes=10))
    read = (await ask(running, "GET", "service-order-amendments/1")).body
    assert read["status"] == "REJECTED"
    assert read["answer"]
    last = (await order(running))["updates"][-1]
    assert (last["updateType"], last["action"]["type"]) == ("ACTION_REQUIRED", "RESUBMIT")
    (await amend(running, {"orderId": 1, "notes": "y"}, X_Scenario="ORDER_DELAYED")).refused(422, "INVALID_REQUEST")


async def test_a_cancellation_ends_the_order_and_is_told_as_asked_for(running: Gateway) -> None:
    await committed(running)
    asked = {"orderId": 1, "reasonCode": "CUSTOMER_CHANGED_MIND", "text": "Moving abroad"}
    got = await cancel(running, asked)
    assert got.status == 201, got.raw
    assert got.body == {"id": 1, "supplier": "NETWORK1", **asked, "status": "RECEIVED_BY_GATEWAY"}
    await running.walk(timedelta(minutes=10))
    whole = await order(running)
    assert whole["status"] == "CANCELLED"
    assert whole["updates"][-1]["information"]["type"] == "CANCELLED"
    assert whole["updates"][-1]["serviceOrderCancellation"]["id"] == 1
    assert (await ask(running, "GET", "service-order-cancellations/1")).body["status"] == "COMPLETED"
    told = (await cancel(running, asked, request="again")).refused(422, "INVALID_REQUEST")
    assert told[0].startswith("orderId: order 1 is CANCELLED")
    await running.counts_are_right()


async def test_each_rule_is_refused_by_name_and_takes_no_number(running: Gateway) -> None:
    await committed(running)
    amendments: list[tuple[dict[str, Any], str]] = [
        ({"orderId": 99, "notes": "x"}, "orderId: there is no order 99"),
        ({"orderId": 1}, "body: nothing is to be changed"),
        ({"orderId": 1, "supplier": "ALTNET1", "notes": "x"}, "supplier: order 1 is with NETWORK1"),
        ({"orderId": 1, "appointmentReservationId": 9}, "appointmentReservationId: there is no appointment 9"),
        ({"orderId": 1, "serviceCharacteristics": []}, "serviceCharacteristics"),
        (
            {"orderId": 1, "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "1/1"}]},
            "serviceCharacteristics",
        ),
        ({"orderId": 1, "primaryContact": {"name": ""}}, "primaryContact.name: would be missing"),
    ]
    for body, named in amendments:
        told = (await amend(running, body)).refused(422, "INVALID_REQUEST")
        assert told[0].startswith(named), told
    cancellations: list[tuple[dict[str, Any], str]] = [
        ({"orderId": 99, "reasonCode": "OTHER"}, "orderId: there is no order 99"),
        ({"orderId": 1, "reasonCode": "BORED"}, "reasonCode: 'BORED' does not fit"),
        ({"orderId": 1, "reasonCode": "PURCHASED_DIFFERENT_PRODUCT"}, "reasonCode: 'PURCHASED_DIFFERENT_PRODUCT' does"),
        ({"orderId": 1, "reasonCode": "not-a-code"}, "reasonCode"),
        ({"orderId": 1, "reasonCode": "OTHER", "text": ""}, "text"),
    ]
    for body, named in cancellations:
        told = (await cancel(running, body)).refused(422, "INVALID_REQUEST")
        assert told[0].startswith(named), told
    assert (await amend(running, {"orderId": 1, "notes": "x"})).body["id"] == 1
    assert (await cancel(running, {"orderId": 1, "reasonCode": "OTHER"})).body["id"] == 1


@pytest.mark.parametrize(
    ("path", "body", "starts"),
    [
        ("service-order-amendments", {"notes": 5}, ["notes", "orderId"]),
        ("service-order-amendments", {"orderId": "1", "notes": "x"}, ["orderId"]),
        ("service-order-cancellations", {"orderId": 99}, ["orderId", "reasonCode"]),
        (
            "service-order-cancellations",
            {"orderId": 99, "reasonCode": 5, "text": ""},
            ["orderId", "reasonCode", "text"],
        ),
    ],
)
async def test_a_missing_field_or_a_wrong_type_is_400_with_every_fault_beside_it(
    running: Gateway, path: str, body: dict[str, Any], starts: list[str]
) -> None:
    told = (await ask(running, "POST", path, body)).refused(400, "MALFORMED_REQUEST")
    assert sorted(one.partition(":")[0] for one in told) == starts, told


async def test_anothers_order_or_change_is_one_that_is_not_there(running: Gateway) -> None:
    await committed(running)
    assert (await amend(running, {"orderId": 1, "notes": "x"})).status == 201
    for path, body in (("amendments", {"notes": "x"}), ("cancellations", {"reasonCode": "OTHER"})):
        told = (await ask(running, "POST", f"service-order-{path}", {"orderId": 1, **body}, tenant="ISP2")).refused(
            422, "INVALID_REQUEST"
        )
        assert told == ["orderId: there is no order 1"]
        (await ask(running, "GET", f"service-order-{path}/1", tenant="ISP2")).refused(404, "NOT_FOUND")
    (await ask(running, "GET", "service-order-cancellations/1")).refused(404, "NOT_FOUND")


async def test_what_may_be_text_or_nothing_is_named_as_one_field(running: Gateway) -> None:
    await committed(running)
    body = {
        "orderId": 1,
        "notes": "x" * 1001,
        "requestedCompletionDate": "soon",
        "secondaryContact": {"phoneNumber": "1", "email": "x"},
    }
    told = (await amend(running, body)).refused(422, "INVALID_REQUEST")
    assert sorted(one.partition(":")[0] for one in told) == [
        "notes",
        "requestedCompletionDate",
        "secondaryContact.email",
        "secondaryContact.phoneNumber",
    ]
    assert "notes: is too long; accepted is a string of 1 to 1000 characters" in told
    got = await amend(running, {"orderId": 1, "notes": "", "secondaryContact": ""})
    assert got.status == 201, got.raw


async def test_a_supplier_that_takes_no_changes_is_not_asked(running: Gateway) -> None:
    await running.db.row("update suppliers set capabilities = '{NEW,APPOINTMENTS}' where code = 'NETWORK1'", None)
    await committed(running)
    for wrong in (
        await amend(running, {"orderId": 1, "notes": "x"}),
        await cancel(running, {"orderId": 1, "reasonCode": "OTHER"}),
    ):
        told = wrong.refused(501, "NOT_IMPLEMENTED")
        assert told[0].startswith("supplier: NETWORK1 does not offer")
    (await amend(running, {"orderId": 2, "notes": "x"})).refused(422, "INVALID_REQUEST")
