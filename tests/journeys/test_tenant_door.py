"""An ISP's whole way through the tenant door, over real HTTP, with its updates pushed to it."""

from datetime import timedelta
from typing import Any

from tests.doors.tenant.asking import ask, provide
from tests.journeys.gateway import Gateway
from tests.journeys.requests import booking
from tests.kcis.receiver import receiving

WHAT = ["UPDATE", "ACKNOWLEDGED", "COMMITTED", "UPDATE", "UPDATE", "ADDITIONAL", "COMPLETED"]


async def test_an_order_goes_from_its_number_to_completed_and_the_isp_is_told_of_each_step(running: Gateway) -> None:
    async with receiving("/isp") as receiver:
        body = {"url": receiver.url, "rendering": "tenant-kci"}
        assert (await running.ask("POST", "/manage/v1/endpoints", body=body)).status == 201
        assert (await running.ask("POST", "appointments", body=booking(31))).status == 201
        asked = provide(31)
        placed = await ask(running, "POST", "service-orders", asked, X_Conversation_ID="conv-48")
        assert placed.status == 201, placed.raw
        assert placed.body["status"] == "RECEIVED_BY_GATEWAY"
        assert placed.body["id"] == 1
        await running.walk(timedelta(days=20))
        read = (await ask(running, "GET", "service-orders/1")).body
        pushed = [one.json for one in receiver.received]
    assert read["status"] == "COMPLETED"
    assert [one["information"]["type"] for one in read["updates"]] == WHAT
    assert {one.headers["x-conversation-id"] for one in receiver.received} == {"conv-48"}
    entity: Any = {}
    for number, (told, listed) in enumerate(zip(pushed, read["updates"], strict=True), 1):
        assert listed.pop("deliveryStatus") == "DELIVERED"
        assert told.pop("entityType") == "PROVIDE_ORDER"
        entity = told.pop("entity")
        assert entity["id"] == 1
        assert entity["address"] == asked["address"]
        assert told == listed
        assert told["sequenceNumber"] == number
    assert {name: value for name, value in read.items() if name != "updates"} == entity


async def test_that_the_order_was_sent_is_told_by_the_gateway_itself_and_only_at_this_door(running: Gateway) -> None:
    for number in (31, 32):
        assert (await running.ask("POST", "appointments", body=booking(number))).status == 201
    assert (await ask(running, "POST", "service-orders", provide(31))).status == 201
    other = {**provide(32), "id": 900, "tenant": "YOUR_TENANT"}
    assert (await running.ask("POST", "service-orders", body=other)).status == 202
    await running.walk(timedelta(minutes=5))
    first = (await ask(running, "GET", "service-orders/1")).body["updates"][0]
    assert first["information"] == {"type": "UPDATE", "text": "Order sent to NETWORK1."}
    assert not first.keys() & {"issuedOn", "receivedOn"}
    assert (await ask(running, "GET", "service-orders/900")).body["updates"][0]["information"]["type"] == "ACKNOWLEDGED"
    feed = (await running.ask("GET", "/manage/v1/kcis")).body["events"]
    told = next(one for one in feed if one.get("orderId") == 1)
    assert (told["reasonCode"], told["status"]) == ("UPDATE", "SENT_TO_SUPPLIER")
