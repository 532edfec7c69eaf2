"""What an order says of its updates' deliveries, over real HTTP."""

from datetime import timedelta
from typing import Any

from aiohttp import web
from tests.journeys.gateway import Gateway
from tests.journeys.requests import booking, order
from tests.kcis.receiver import receiving


async def place(running: Gateway, number: int) -> None:
    assert (await running.ask("POST", "appointments", body=booking(number))).status == 201
    assert (await running.ask("POST", "service-orders", body=order(number, appointment=number))).status == 202


async def updates(running: Gateway, number: int) -> list[dict[str, Any]]:
    return (await running.ask("GET", f"service-orders/{number}")).body["updates"]


async def test_an_update_says_whether_it_was_delivered_and_nothing_where_there_is_no_endpoint(
    running: Gateway,
) -> None:
    await place(running, 1)
    await running.walk(timedelta(minutes=10))
    alone = await updates(running, 1)
    assert alone
    assert not [one for one in alone if "deliveryStatus" in one or "deliveredOn" in one]
    async with receiving() as receiver:
        body = {"url": receiver.url, "rendering": "wholesale-webhook"}
        assert (await running.ask("POST", "/manage/v1/endpoints", body=body)).status == 201
        receiver.respond = lambda got: web.Response(status=204 if got.number == 1 else 500)
        await place(running, 2)
        await running.walk(timedelta(hours=1))
        shown = await updates(running, 2)
        assert len(shown) > 1
        assert [one["deliveryStatus"] for one in shown] == ["DELIVERED"] + ["PENDING"] * (len(shown) - 1)
        assert "deliveredOn" in shown[1]
        await running.db.row("update lanes set parked_reason = 'given up' where kind = 'kci'", None)
        assert {one["deliveryStatus"] for one in (await updates(running, 2))[1:]} == {"FAILED"}
        receiver.respond = lambda _: web.Response(status=204)
        made = await running.ask("POST", "/manage/v1/replays", body={"undelivered": True})
        assert made.status == 202
        await running.walk(timedelta(minutes=10))
        assert {one["deliveryStatus"] for one in await updates(running, 2)} == {"DELIVERED"}
        assert (await running.ask("GET", "service-orders/2", tenant="ISP1")).status == 404
