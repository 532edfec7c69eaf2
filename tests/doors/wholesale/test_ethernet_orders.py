"""Ethernet orders at the wholesale door: under the caller's own number, as they were quoted, and told in its words."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.doors.tenant import ethernet
from tests.doors.wholesale.test_quotes import ask, question
from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import booking, order

PATH = "ethernet/service-orders"
ORDERS = "select id from orders where tenant_id = $1 and service_type = 'ETHERNET'"


async def quoted(running: Gateway, number: int = 41, *, tenant: str = "YOUR_TENANT", **more: Any) -> str:
    got = await ask(running, question(number, **more), tenant=tenant)
    assert got.status == 201, got.raw
    return str(got.body["supplierQuoteId"])


def body(quote: str, number: int = 131, **more: Any) -> dict[str, Any]:
    found = {**ethernet.order(quote), "id": number, "tenant": "YOUR_TENANT", **more}
    del found["supplier"]
    return found


async def place(running: Gateway, sent: object, *, query: str = "", **how: Any) -> Got:
    return await running.ask("POST", PATH + query, body=sent, **how)


async def read(running: Gateway, number: int = 131) -> Any:
    got = await running.ask("GET", f"{PATH}/{number}")
    assert got.status == 200, got.raw
    return got.body


async def test_an_order_is_taken_under_its_callers_number_and_told_in_this_doors_words(running: Gateway) -> None:
    sent = body(await quoted(running))
    dry = await place(running, sent, query="?dryRun=true")
    assert (dry.status, dry.body) == (200, {"valid": True})
    assert await running.rows("YOUR_TENANT", ORDERS) == []
    got = await place(running, sent)
    assert (got.status, got.raw) == (202, b"")
    shown = await read(running)
    sent["ethernetOrderItems"][0]["service"]["serviceSpecification"]["name"] = "Ethernet private line"
    assert {name: shown[name] for name in sent} == sent
    await running.walk(timedelta(days=24))
    shown = await read(running)
    assert (shown["status"], shown["supplierOrderReference"][:4]) == ("COMPLETED", "NW1-")
    reasons = [one["reasonCode"] for one in shown["updates"]]
    assert reasons == ["ACKNOWLEDGED", "COMMITTED", "UPDATE", "UPDATE", "ADDITIONAL", "COMPLETED"]
    named = {one["name"] for one in shown["updates"][4]["characteristics"]}
    assert named == {"SERVICE_ID_1", "CIRCUIT_REFERENCE_1", "SERVICE_VLAN_ID_1", "SERVICE_VLAN_ID_2"}
    circuit = shown["ethernetOrderItems"][0]["service"]["serviceCharacteristic"]
    assert {one["name"] for one in circuit} == {"POINT_OF_INTERCONNECT", "SERVICE_ID", "CIRCUIT_REFERENCE"}
    (await running.ask("GET", "service-orders/131")).refused(404, "NOT_FOUND")
    (await running.ask("GET", f"{PATH}/131", tenant="ISP1")).refused(404, "NOT_FOUND")


async def test_it_is_amended_and_cancelled_as_other_orders_are(running: Gateway) -> None:
    assert (await place(running, body(await quoted(running)))).status == 202
    await running.walk(timedelta(hours=2))
    amended = {"id": 7, "orderId": 131, "notes": "Ring twice."}
    assert (await running.ask("POST", "service-order-amendments", body=amended)).status == 202
    refused = {"id": 8, "orderId": 131, "requestedCompletionDate": "2025-08-01"}
    told = (await running.ask("POST", "service-order-amendments", body=refused)).refused(422, "INVALID_REQUEST")
    assert told[0].startswith("requestedCompletionDate: cannot be changed on order 131")
    await running.walk(timedelta(hours=1))
    assert (await read(running))["notes"] == "Ring twice."
    cancelled = {"id": 9, "orderId": 131, "reasonCode": "NO_LONGER_REQUIRED"}
    assert (await running.ask("POST", "service-order-cancellations", body=cancelled)).status == 202
    await running.walk(timedelta(hours=1))
    assert (await read(running))["status"] == "CANCELLED"


async def test_a_number_orders_once_and_so_does_a_price(running: Gateway) -> None:
    quote = await quoted(running)
    raced = await asyncio.gather(*(place(running, body(quote)) for _ in range(8)))
    assert {(one.status, one.raw) for one in raced} == {(202, b"")}
    assert [one["id"] for one in await running.rows("YOUR_TENANT", ORDERS)] == [131]
    other = await place(running, body(quote, ethernetOrderItems=[ethernet.one_item(wished=None)]))
    assert other.refused(422, "INVALID_REQUEST") == ["id: 131 was used for another order; send a new id"]
    told = (await place(running, body(quote, 132))).refused(422, "INVALID_REQUEST")
    assert told == [f"supplierQuoteId: {quote} was ordered already, by order 131; quote again"]
    assert (await running.ask("POST", "appointments", body=booking(1))).status == 201
    line = await running.ask("POST", "service-orders", body=order(131, appointment=1))
    assert line.refused(422, "INVALID_REQUEST") == ["id: 131 was used for another order; send a new id"]


async def test_every_fault_is_told_at_once_and_uses_nothing_up(running: Gateway) -> None:
    quote = await quoted(running)
    theirs = await quoted(running, tenant="ISP1")
    told = (await place(running, body(theirs))).refused(422, "INVALID_REQUEST")
    assert told == [f"supplierQuoteId: the network gave you no price {theirs}; quote first"]
    wrong = body(quote, tenant="ISP1", ethernetOrderItems=[ethernet.one_item(months=60, wished="2025-06-30")])
    got = await place(running, wrong, extra={"X-Scenario": "ORDER_PENDING"})
    assert [one.split(":")[0] for one in got.refused(422, "INVALID_REQUEST")] == [
        "tenant",
        "X-Scenario",
        "ethernetOrderItems[0].requestedCompletionDate",
        "ethernetOrderItems[0].contractDetails.contractLength",
    ]
    del wrong["siteInformation"]
    told = (await place(running, wrong)).refused(422, "INVALID_REQUEST")
    assert [one.split(":")[0] for one in told] == [
        "siteInformation",
        "tenant",
        "ethernetOrderItems[0].requestedCompletionDate",
        "ethernetOrderItems[0].contractDetails.contractLength",
    ]
    (await place(running, {**wrong, "id": "131"})).refused(400, "MALFORMED_REQUEST")
    assert await running.rows("YOUR_TENANT", ORDERS) == []
    assert (await place(running, body(quote))).status == 202
