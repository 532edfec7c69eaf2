"""A network that says nothing (story F26), as its tenant lives through it: told by the gateway, then by the network."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson
from tests.journeys.gateway import Gateway
from tests.journeys.requests import booking, order
from tests.kcis.receiver import Received, Receiver, receiving

SILENT = "999900001026"
SLOT = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
TEXT = "No commitment 4 working hours after acknowledgement. We are asking the network; nothing is needed from you."


async def listening(running: Gateway, receiver: Receiver, rendering: str) -> None:
    path = f"/{rendering}/kcis"
    url = receiver.url.removesuffix("/kcis") + path
    made = await running.ask("POST", "/manage/v1/endpoints", body={"url": url, "rendering": rendering})
    assert made.status == 201, made.raw


def warnings(receiver: Receiver) -> list[Mapping[str, Any]]:
    return [orjson.loads(one.body) for one in receiver.received if b'"WARNING"' in one.body]


def reasons(received: list[Received]) -> list[str]:
    return [one.json["reasonCode"] for one in received if "eventType" in one.json]


async def open_alarms(running: Gateway) -> list[tuple[str, str, str]]:
    got = await running.ask("GET", "/manage/v1/alarms?state=OPEN")
    return [(one["kind"], one["subject"], one["text"]) for one in got.body["alarms"]]


async def test_the_gateway_speaks_where_the_network_is_silent(running: Gateway) -> None:
    async with receiving() as receiver:
        for rendering in ("wholesale-webhook", "tenant-kci", "supplier-kci"):
            await listening(running, receiver, rendering)
        assert (await running.ask("POST", "appointments", body=booking(1, uprn=SILENT, slot=SLOT))).status == 201
        asked = order(26, uprn=SILENT, appointment=1, characteristics={"LINE_PROFILE": "80/20"})
        assert (await running.ask("POST", "service-orders", body=asked)).status == 202
        await running.walk(timedelta(hours=4))
        assert reasons(receiver.received) == ["ACKNOWLEDGED"]
        assert await open_alarms(running) == []
        await running.walk(timedelta(minutes=5))
        assert reasons(receiver.received) == ["ACKNOWLEDGED", "WARNING"]
        assert len(warnings(receiver)) == 3
        [told] = [one for one in warnings(receiver) if "eventType" in one]
        assert told["status"] == "ACKNOWLEDGED"
        assert told["notes"] == TEXT
        assert told["details"]["problemCode"] == "OTHER"
        assert told["details"]["actBy"]["who"] == "SUPPLIER"
        assert not {"issuedOn", "receivedOn"} & told["details"].keys()
        assert await open_alarms(running) == [("ORDER_SILENT", "order 26", TEXT)]
        shown = (await running.ask("GET", "service-orders/26")).body
        assert shown["status"] == "ACKNOWLEDGED"
        assert shown["updates"][1]["reasonCode"] == "WARNING"
        assert shown["updates"][1]["actBy"]["who"] == "SUPPLIER"
        await running.walk(timedelta(days=16))
        told_in_all = ["ACKNOWLEDGED", "WARNING", "COMMITTED", "UPDATE", "UPDATE", "ADDITIONAL", "COMPLETED"]
        assert reasons(receiver.received) == told_in_all
        assert len(receiver.received) == 3 * len(told_in_all)
        assert await open_alarms(running) == []
        feed = (await running.ask("GET", "/manage/v1/kcis")).body["events"]
        assert [(one["sequenceNumber"], one["reasonCode"]) for one in feed] == list(enumerate(told_in_all, 1))
