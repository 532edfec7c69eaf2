"""Orders about lines and services at the door, and what the tenant that loses a line sees there."""

from datetime import timedelta
from typing import Any

import orjson
from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import cease, modify, order

from fibregate.calendars import stamp
from fibregate.doors.tenant import rendering as tenant_kci
from fibregate.doors.updates import rendering as supplier_kci
from fibregate.doors.wholesale import rendering as wholesale_webhook

TO_TAKE_OVER = "999900001025"
ITEM = "serviceOrderItem.serviceCharacteristics"


async def place(one: Gateway, body: dict[str, Any]) -> Got:
    return await one.ask("POST", "service-orders", tenant=body["tenant"], body=body)


async def taken_over(one: Gateway, day: str = "2025-07-16") -> int:
    """ISP1 orders the line of ISP2; answers the number of ISP2's cease."""
    found = await one.ask("GET", f"service-availability?addressId={TO_TAKE_OVER}", tenant="ISP1")
    (line,) = found.body["siteInformation"]["existingLines"]
    (port,) = line["ont"]["ports"]
    assert (port["status"], port["tenantActive"]) == ("ACTIVE", False)
    named = {"LINE_PROFILE": "80/20", "ONT_REFERENCE": line["ont"]["ontReference"], "ONT_PORT": "1"}
    body = order(1, uprn=TO_TAKE_OVER, tenant="ISP1", characteristics=named, requestedCompletionDate=day)
    got = await place(one, {**body, "orderType": "TAKEOVER"})
    assert (got.status, got.raw) == (202, b"")
    await one.walk(timedelta(minutes=11))
    (row,) = await one.rows("ISP2", "select id from orders where tenant_id = $1")
    return int(row["id"])


async def test_every_fault_of_a_modify_and_of_a_cease_is_told_at_once(running: Gateway) -> None:
    body = {**modify(0, "S-1", tenant="ISP2"), "appointmentReservationId": 5, "notes": ""}
    told = (await running.ask("POST", "service-orders", tenant="ISP1", body=body)).refused(422, "INVALID_REQUEST")
    starts = ["id", "notes", "tenant", "appointmentReservationId", "serviceId"]
    assert [one.partition(": ")[0] for one in told] == starts, told
    body = cease(1, "S-1", "2025-07-16", tenant="ISP1")
    del body["serviceId"]
    told = (await place(running, body)).refused(422, "INVALID_REQUEST")
    assert told == ["serviceId: is required; accepted is a string of 1 to 50 characters"]
    body = {**cease(1, "S-1", "2025-06-30", tenant="ISP1"), "address": {"id": "1", "type": "UPRN"}}
    told = (await place(running, body)).refused(422, "INVALID_REQUEST")
    assert [one.partition(": ")[0] for one in told] == ["requestedCompletionDate", "serviceId"], told
    (await place(running, modify(1, "S-1", serviceCharacteristics=[]))).refused(422, "INVALID_REQUEST")


async def test_a_modify_is_taken_again_and_a_dry_run_takes_nothing(running: Gateway) -> None:
    (row,) = await running.rows("ISP2", "select service_id from services where tenant_id = $1 and uprn = 999900003009")
    body = modify(7, row["service_id"], tenant="ISP2", requestedCompletionDate="2025-07-16")
    dry = await running.ask("POST", "service-orders?dryRun=true", tenant="ISP2", body=body)
    assert (dry.status, dry.body) == (200, {"valid": True})
    for _ in range(2):
        assert (await place(running, body)).status == 202
    other = {**body, "requestedCompletionDate": "2025-07-17"}
    told = (await place(running, other)).refused(422, "INVALID_REQUEST")
    assert told == ["id: 7 was used for another order; send a new id"]
    assert len(await running.rows("ISP2", "select id from orders where tenant_id = $1")) == 1


async def test_who_loses_a_line_reads_its_cease_and_hears_of_it_in_every_rendering(running: Gateway) -> None:
    number = await taken_over(running)
    (service,) = await running.rows("ISP2", "select service_id from services where tenant_id = $1 and yields")
    read = (await running.ask("GET", f"service-orders/{number}", tenant="ISP2")).body
    expected = {
        "id": number,
        "orderType": "UNSOLICITED_CEASE",
        "status": "IN_PROGRESS",
        "reason": "TAKEOVER",
        "serviceId": service["service_id"],
        "requestedCeaseDate": "2025-07-16T05:00:00.000Z",
        "committedDate": "2025-07-16T22:59:59.000Z",
    }
    assert {name: read[name] for name in expected} == expected
    assert [one["reasonCode"] for one in read["updates"]] == ["CREATED", "ACKNOWLEDGED", "COMMITTED"]
    assert "issuedOn" not in read["updates"][0]
    rows = await running.rows("ISP2", "select facts from kcis where tenant_id = $1 order by sequence_number")
    now = await running.clock.now()
    first = orjson.loads(tenant_kci.render(rows[0]["facts"], now))
    assert (first["updateType"], first["information"]["type"]) == ("INFORMATIONAL", "CREATED")
    assert (first["entityType"], first["sequenceNumber"]) == ("UNSOLICITED_CEASE_ORDER", 1)
    assert not {"issuedOn", "receivedOn"} & first.keys()
    entity = first["entity"]
    assert (entity["status"], entity["reason"]) == ("RECEIVED_BY_GATEWAY", "TAKEOVER")
    assert entity["requestedCeaseDate"] == "2025-07-16T05:00:00.000Z"
    for row in rows:
        event = orjson.loads(wholesale_webhook.render(row["facts"], now))
        assert (event["eventType"], event["reasonCode"]) == ("UNSOLICITED_CEASE", "TAKEOVER")
        assert event["serviceId"] == service["service_id"]
        assert event["details"]["deliveredOn"] == stamp(now)
        update = orjson.loads(supplier_kci.render(row["facts"], now))
        assert update["unsolicitedCeaseServiceOrder"]["reason"] == "TAKEOVER"


async def test_an_objection_is_a_cancellation_of_the_cease(running: Gateway) -> None:
    number = await taken_over(running)
    body = {"id": 1, "orderId": number, "reasonCode": "CUSTOMER_CHANGED_MIND"}
    told = (await running.ask("POST", "service-order-cancellations", tenant="ISP2", body=body)).refused(
        422, "INVALID_REQUEST"
    )
    assert "END_USER_NOT_MOVING" in told[0]
    body["reasonCode"] = "END_USER_NOT_MOVING"
    assert (await running.ask("POST", "service-order-cancellations", tenant="ISP2", body=body)).status in {201, 202}
    await running.walk(timedelta(minutes=5))
    lost = (await running.ask("GET", f"service-orders/{number}", tenant="ISP2")).body
    gone = (await running.ask("GET", "service-orders/1", tenant="ISP1")).body
    assert (lost["status"], gone["status"]) == ("CANCELLED", "CANCELLED")
    assert gone["updates"][-1]["supplierCodes"] == ["8001"]
    amendment = {"id": 1, "orderId": number, "notes": "no"}
    (await running.ask("POST", "service-order-amendments", tenant="ISP2", body=amendment)).refused(
        422, "INVALID_REQUEST"
    )
