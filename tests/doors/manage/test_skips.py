import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from tests.doors.manage.conftest import Desk
from tests.kcis.receiver import Received, Receiver, receiving

from fibregate.kcis.delivery import actions as delivery

ORDERS = "/manage/v1/orders"
FEED = "/manage/v1/kcis"


def refusing(number: int) -> Callable[[Received], web.Response]:
    return lambda got: web.Response(status=422 if got.number == number else 204)


async def stuck(desk: Desk, receiver: Receiver, *, number: int = 2, times: int = 3) -> str:
    """An endpoint that does not take that KCI of order 159."""
    receiver.respond = refusing(number)
    endpoint: str = (await desk.made(url=receiver.url))["id"]
    order = await desk.stage.order()
    for _ in range(times):
        await desk.stage.tell(order)
    await desk.stage.work_off()
    return endpoint


async def skip(desk: Desk, endpoint: str, number: int = 2, *, order_id: int = 159) -> tuple[int, Any]:
    body = {"endpointId": endpoint, "sequenceNumber": number, "because": "done by hand"}
    answer = await desk.ours.post(f"{ORDERS}/{order_id}/skip", json=body)
    return answer.status_code, answer.json().get("state") or answer.json()["messages"][0]


async def states(desk: Desk) -> list[str]:
    return [one["state"] for one in (await desk.ours.get(f"{ORDERS}/159/deliveries")).json()["deliveries"]]


async def test_a_skipped_kci_lets_the_next_pass_and_is_told_of_in_the_feed(desk: Desk) -> None:
    async with receiving() as receiver:
        endpoint = await stuck(desk, receiver)
        assert await skip(desk, endpoint) == (202, "SKIPPING")
        assert await skip(desk, endpoint) == (202, "SKIPPING")
        await desk.stage.work_off()
        assert receiver.numbers() == [1, 2, 3]
        assert await skip(desk, endpoint) == (202, "SKIPPED")
        assert await skip(desk, endpoint, 1) == (202, "DELIVERED")
    events = (await desk.ours.get(FEED)).json()["events"]
    assert [one["type"] for one in events] == ["KCI", "KCI", "KCI", "SKIPPED"]
    assert events[3] == {
        "type": "SKIPPED",
        "at": "2025-07-01T09:00:00.000Z",
        "kciId": events[1]["id"],
        "orderId": 159,
        "sequenceNumber": 2,
        "endpointId": endpoint,
    }
    assert await states(desk) == ["DELIVERED", "SKIPPED", "DELIVERED"]
    act = (await desk.audited())[-1]
    assert (act["act"], act["actor"], act["subject"]) == ("kci.skip", "client-1", "order 159")
    assert act["details"] == {"endpointId": endpoint, "sequenceNumber": 2, "because": "done by hand"}


async def test_only_the_head_can_be_skipped(desk: Desk) -> None:
    async with receiving() as receiver:
        endpoint = await stuck(desk, receiver)
    assert await skip(desk, endpoint, 3) == (
        422,
        "sequenceNumber: only the next one to be sent can be skipped, and that is 2",
    )
    assert await skip(desk, endpoint, 4) == (422, "sequenceNumber: the order's latest KCI is 3")
    status, said = await skip(desk, str(uuid4()))
    assert (status, said.startswith("endpointId: there is no endpoint")) == (422, True)
    assert await skip(desk, endpoint, order_id=999) == (404, "id: there is no order 999")
    assert await states(desk) == ["DELIVERED", "PENDING", "PENDING"]


async def test_what_is_older_than_the_endpoint_does_not_wait_to_be_skipped(desk: Desk) -> None:
    order = await desk.stage.order()
    await desk.stage.tell(order)
    endpoint = (await desk.made())["id"]
    status, said = await skip(desk, endpoint, 1)
    assert (status, "before there was this endpoint" in said) == (422, True)


async def test_a_skip_of_a_suspended_endpoint_is_done_and_sends_nothing(desk: Desk) -> None:
    async with receiving() as receiver:
        endpoint = await stuck(desk, receiver)
        await desk.ours.patch(f"/manage/v1/endpoints/{endpoint}", json={"enabled": False})
        await desk.stage.step(timedelta(hours=1))
        assert await states(desk) == ["DELIVERED", "HELD", "HELD"]
        assert await skip(desk, endpoint) == (202, "SKIPPING")
        await desk.stage.work_off()
        assert await states(desk) == ["DELIVERED", "SKIPPED", "HELD"]
        assert receiver.numbers() == [1, 2]
        await desk.ours.patch(f"/manage/v1/endpoints/{endpoint}", json={"enabled": True})
        await desk.stage.work_off()
        assert receiver.numbers() == [1, 2, 3]


async def test_a_parked_lane_goes_on_after_a_skip(desk: Desk) -> None:
    async with receiving() as receiver:
        endpoint = await stuck(desk, receiver)
        await desk.stage.work.row("update lanes set parked_reason = 'given up' where kind = 'kci'", None)
        assert await states(desk) == ["DELIVERED", "PARKED", "PARKED"]
        assert await skip(desk, endpoint) == (202, "SKIPPING")
        await desk.stage.work_off()
        assert receiver.numbers() == [1, 2, 3]


@pytest.mark.parametrize(("status", "came"), [(500, [1, 2, 2, 3]), (204, [1, 2, 2, 3])])
async def test_a_skip_while_it_is_being_sent_holds_unless_that_is_taken(
    desk: Desk, status: int, came: list[int]
) -> None:
    async with receiving() as receiver:
        endpoint = await stuck(desk, receiver)
        answer = asyncio.Event()

        async def respond(got: Any) -> web.Response:
            await answer.wait()
            return web.Response(status=status if got.number == 2 else 204)

        receiver.respond = respond
        await desk.stage.clock.advance(timedelta(hours=2))
        (claim,) = await desk.stage.claim()
        sending = asyncio.create_task(delivery.deliver(desk.stage.post, claim))
        async with asyncio.timeout(10):
            while len(receiver.received) < 3:
                await asyncio.sleep(0.005)
        assert await skip(desk, endpoint) == (202, "SKIPPING")
        answer.set()
        await sending
        await desk.stage.work_off()
        assert receiver.numbers() == came
        wanted = "DELIVERED" if status == 204 else "SKIPPED"
        assert await skip(desk, endpoint) == (202, wanted)
        assert await states(desk) == ["DELIVERED", wanted, "DELIVERED"]


async def test_a_skipped_kci_can_still_be_replayed(desk: Desk) -> None:
    async with receiving() as receiver:
        endpoint = await stuck(desk, receiver)
        await skip(desk, endpoint)
        await desk.stage.work_off()
        receiver.respond = lambda _: web.Response(status=204)
        kci = receiver.received[1].json["id"]
        assert (await desk.ours.post("/manage/v1/replays", json={"kciId": kci})).status_code == 202
        await desk.stage.work_off()
        assert receiver.numbers() == [1, 2, 3, 2]
        assert await states(desk) == ["DELIVERED"] * 3
        assert await skip(desk, endpoint) == (202, "DELIVERED")


async def test_the_head_of_a_replay_that_is_not_taken_can_be_skipped_so_that_the_order_goes_on(desk: Desk) -> None:
    async with receiving() as receiver:
        order = await desk.stage.order()
        for _ in range(2):
            await desk.stage.tell(order)
        endpoint: str = (await desk.made(url=receiver.url))["id"]
        receiver.respond = refusing(1)
        replay = (await desk.ours.post("/manage/v1/replays", json={"orderId": 159})).json()["replayId"]
        await desk.stage.tell(order)
        await desk.stage.work_off()
        assert receiver.numbers() == [1]
        assert await skip(desk, endpoint, 1) == (202, "SKIPPING")
        await desk.stage.work_off()
        assert receiver.numbers() == [1, 2, 3]
        assert await states(desk) == ["SKIPPED", "DELIVERED", "DELIVERED"]
        assert (await desk.ours.get(f"/manage/v1/replays/{replay}")).json()["open"] == 0
        again = (await desk.ours.post("/manage/v1/replays", json={"orderId": 159})).json()["replayId"]
        await desk.stage.work_off()
        assert receiver.numbers() == [1, 2, 3, 1]
        assert await skip(desk, endpoint, 1) == (202, "SKIPPING")
        await desk.stage.work_off()
        assert receiver.numbers() == [1, 2, 3, 1, 2, 3]
        assert (await desk.ours.get(f"/manage/v1/replays/{again}")).json()["open"] == 0


async def test_two_who_skip_at_once_skip_once(desk: Desk) -> None:
    async with receiving() as receiver:
        endpoint = await stuck(desk, receiver)
        assert set(await asyncio.gather(*(skip(desk, endpoint) for _ in range(6)))) == {(202, "SKIPPING")}
        await desk.stage.work_off()
    events = (await desk.ours.get(FEED)).json()["events"]
    assert [one["type"] for one in events].count("SKIPPED") == 1
    assert [row["act"] for row in await desk.audited()].count("kci.skip") == 1


async def test_another_tenants_order_and_endpoint_are_nobodys(desk: Desk) -> None:
    async with receiving() as receiver:
        endpoint = await stuck(desk, receiver)
    body = {"endpointId": endpoint, "sequenceNumber": 2, "because": "mischief"}
    answer = await desk.theirs.post(f"{ORDERS}/159/skip", json=body)
    assert (answer.status_code, answer.json()["messages"]) == (404, ["id: there is no order 159"])
    assert (await desk.theirs.get(FEED)).json()["events"] == []
    await desk.stage.order(desk.stage.theirs)
    await desk.stage.tell(await desk.stage.order(desk.stage.theirs), desk.stage.theirs)
    answer = await desk.theirs.post(f"{ORDERS}/161/skip", json=body)
    assert answer.status_code == 422
    assert answer.json()["messages"][0].startswith("endpointId: ")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"because": ""}, 422),
        ({"because": None}, 400),
        ({"because": "x" * 1001}, 422),
        ({"sequenceNumber": 0}, 422),
        ({"sequenceNumber": "2"}, 400),
        ({"sequenceNumber": 2**31}, 422),
        ({"endpointId": "x"}, 422),
    ],
)
async def test_a_bad_request_is_refused(desk: Desk, change: dict[str, Any], status: int) -> None:
    body = {"endpointId": str(UUID(int=1)), "sequenceNumber": 2, "because": "y", **change}
    assert (await desk.ours.post(f"{ORDERS}/159/skip", json=body)).status_code == status
