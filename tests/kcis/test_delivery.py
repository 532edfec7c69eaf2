import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import Webhook
from svix.webhooks import Webhook as SvixWebhook
from tests.kcis.receiver import Received, Receiver, failing
from tests.kcis.stage import RENDERINGS, START, Stage, until

from fibregate.clock import BusinessTime
from fibregate.kcis.delivery import actions as delivery
from fibregate.kcis.delivery.letters import store
from fibregate.kcis.delivery.model import Made, Place, Rendering
from fibregate.kcis.standing import actions as standing
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import LeaseLost
from fibregate.lanes.runner import Runner
from fibregate.vocabulary import OrderKey


async def test_kcis_arrive_in_order_signed_so_that_the_reference_verifies_them(
    stage: Stage, receiver: Receiver
) -> None:
    _, secret = await stage.endpoint(receiver.url)
    order = await stage.order()
    for number in range(1, 6):
        await stage.tell(order, text=f"step {number} – ünïcode")
    await stage.work_off()
    assert receiver.numbers() == [1, 2, 3, 4, 5]
    for got in receiver.received:
        assert Webhook(secret).verify(got.body, got.headers) == got.json
        SvixWebhook(secret).verify(got.body, got.headers)
        assert got.headers["webhook-id"] == got.json["id"]
        assert got.headers["content-type"] == "application/json"
        assert got.headers["x-conversation-id"] == "conversation-1"
    assert len({got.headers["x-request-id"] for got in receiver.received}) == 5


async def test_a_failing_event_holds_back_those_after_it_for_three_waits(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    order = await stage.order()
    for _ in range(3):
        await stage.tell(order)
    receiver.respond = failing(3, number=2)
    await stage.work_off()
    assert receiver.numbers() == [1, 2]
    for span in (5, 30, 120):
        assert await stage.step(timedelta(seconds=span - 1)) == 0
        assert await stage.step(timedelta(seconds=1)) > 0
    assert receiver.numbers() == [1, 2, 2, 2, 2, 3]
    assert [one.number for one in receiver.taken] == [1, 2, 3]


async def test_after_four_failures_the_next_attempt_is_every_five_minutes(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await stage.tell(await stage.order())
    receiver.respond = failing(7, number=1)
    await stage.work_off()
    for span in (5, 30, 120, 300, 300, 300, 300):
        assert await stage.step(timedelta(seconds=span - 1)) == 0
        assert await stage.step(timedelta(seconds=1)) == 1
    assert len(receiver.taken) == 1


async def test_the_bytes_are_made_once_and_sent_verbatim_for_ever(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(_facts: Mapping[str, Any], _at: BusinessTime) -> bytes:
        return b"{}"

    _, secret = await stage.endpoint(receiver.url)
    await stage.tell(await stage.order(), text="once")
    receiver.respond = failing(1, number=1)
    await stage.work_off()
    monkeypatch.setitem(RENDERINGS, "wholesale-webhook", Rendering(other))
    await stage.step(timedelta(days=1))
    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert second.json["details"]["deliveredOn"] == "2025-07-01T09:00:00.000Z"
    Webhook(secret).verify(second.body, second.headers)


async def test_bytes_are_kept_before_they_are_sent(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await stage.tell(await stage.order())
    kept: list[bytes] = []

    async def respond(got: Received) -> web.Response:
        row = await stage.web.row("select body from deliveries where tenant_id = $1", stage.ours)
        assert row is not None
        kept.append(row["body"])
        return web.Response(status=200)

    receiver.respond = respond
    await stage.work_off()
    assert kept == [receiver.received[0].body]


async def test_only_a_2xx_is_success(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    statuses = [301, 302, 304, 400, 401, 404, 409, 422, 429, 500, 503]
    wanted = iter(statuses)
    receiver.respond = lambda _: web.Response(status=next(wanted), headers={"Location": receiver.url})
    for _ in statuses:
        await stage.tell(await stage.order())
    await stage.work_off()
    assert (len(receiver.received), len(receiver.taken)) == (len(statuses), 0)
    receiver.respond = lambda _: web.Response(status=299)
    await stage.step(timedelta(seconds=5))
    assert len(receiver.taken) == len(statuses)
    outcomes = {(one["attempt"], one["http_status"], one["outcome"]) for one in await stage.attempts()}
    assert outcomes == {(1, status, "REFUSED_BY_ENDPOINT") for status in statuses} | {(2, 299, "DELIVERED")}


ASKED = {
    "90": 90,
    "1": 5,
    "999999999": 3600,
    "garbage": 5,
    "-5": 5,
    "Wed, 21 Oct 2015 07:28:00 GMT": 5,
    "Wed, 21 Oct 9999 07:28:00 +9999": 5,
    "99999999999999999999": 3600,
    "9" * 21: 5,
    "1" * 9: 3600,
}


@pytest.mark.parametrize("asked", ASKED)
async def test_retry_after_is_honoured_up_to_an_hour(stage: Stage, receiver: Receiver, asked: str) -> None:
    await stage.endpoint(receiver.url)
    await stage.tell(await stage.order())
    receiver.respond = failing(1, number=1, status=429, headers={"Retry-After": asked})
    await stage.work_off()
    assert ((await stage.lane())["due_at"] - START).total_seconds() == ASKED[asked]


async def test_retry_after_may_be_a_date_of_the_real_clock(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await stage.tell(await stage.order())
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    receiver.respond = failing(1, number=1, status=503, headers={"Retry-After": date})
    await stage.work_off()
    wait = (await stage.lane())["due_at"] - START
    assert timedelta(minutes=9, seconds=50) <= wait <= timedelta(minutes=10)


async def test_an_exhausted_lane_is_parked_and_nothing_is_dropped(stage: Stage, receiver: Receiver) -> None:
    stage.retry_days = 1
    await stage.endpoint(receiver.url)
    order = await stage.order()
    await stage.tell(order)
    await stage.tell(order)
    receiver.respond = lambda _: web.Response(status=500)
    await stage.work_off()
    for _ in range(30):
        await stage.step(timedelta(hours=1))
    lane = await stage.lane()
    assert lane["parked_reason"] == "not taken in 1 days; last: answered 500"
    assert (lane["last_done"], lane["last_enqueued"]) == (0, 2)
    assert len(receiver.received) == 25
    shown = await standing.of_order(stage.web, stage.ours, 159)
    assert [(one.state, one.attempt_count) for one in shown] == [("PARKED", 25), ("PARKED", 0)]


async def test_of_two_workers_that_make_the_bytes_the_first_decides(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    order = await stage.order()
    await stage.tell(order)
    at, now = Place(tenant=stage.ours, endpoint=endpoint, order=order, number=1), await stage.clock.now()
    first, other = Made(at, b'{"sequenceNumber":1}', now), Made(at, b"other", now)
    kept = [await store.insert(stage.work, stage.ours, [one]) for one in (first, other)]
    assert kept == [[first], [first]]
    assert await store.insert(stage.work, stage.ours, [other, other]) == [first, first]
    await stage.work_off()
    assert receiver.received[0].body == b'{"sequenceNumber":1}'


async def test_a_new_endpoint_gets_what_is_told_after_its_creation(stage: Stage, receiver: Receiver) -> None:
    order = await stage.order()
    await stage.tell(order)
    await stage.tell(order)
    await stage.endpoint(receiver.url)
    await stage.tell(order)
    await stage.work_off()
    assert receiver.numbers() == [3]


async def test_the_result_of_a_lost_lease_is_dropped(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    order = await stage.order()
    await stage.tell(order)
    await stage.tell(order)
    stale = (await stage.claim("stale"))[0]
    held = asyncio.Event()

    async def respond(_: Received) -> web.Response:
        await held.wait()
        return web.Response(status=200)

    receiver.respond = respond
    slow = asyncio.create_task(delivery.deliver(stage.post, stale))
    await until(lambda: len(receiver.received) == 1)
    await stage.work.row("update lanes set leased_until = clock_timestamp() - interval '1 s'", None)
    assert await lanes.rescue(stage.work) == 1
    fresh = (await stage.claim("fresh"))[0]
    held.set()
    with pytest.raises(LeaseLost):
        await slow
    assert await stage.attempts() == []
    await delivery.deliver(stage.post, fresh)
    await stage.work_off()
    assert receiver.numbers() == [1, 1, 2]
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 2
    assert receiver.received[0].body == receiver.received[1].body


async def test_one_dead_endpoint_delays_no_other_order_and_no_other_tenant(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint("http://127.0.0.1:1/dead")
    await stage.endpoint(receiver.url, stage.theirs)
    for tenant in (stage.ours, stage.theirs):
        order = await stage.order(tenant)
        await stage.tell(order, tenant)
        await stage.tell(order, tenant)
    await stage.work_off()
    assert receiver.numbers() == [1, 2]
    attempts = await stage.attempts()
    assert [(one["outcome"], one["http_status"], one["answer"]) for one in attempts] == [
        ("CONNECT_FAILED", None, "no connection could be made")
    ]


async def test_the_runner_delivers_many_orders_each_in_its_own_order(stage: Stage, receiver: Receiver) -> None:
    _, secret = await stage.endpoint(receiver.url)

    async def handler(claim: lanes.Claim) -> None:
        await delivery.deliver_in_a_row(stage.post, claim)

    runner = Runner(stage.work, stage.clock, {"kci": handler}, concurrency=8)
    running = asyncio.create_task(runner.run())
    stage.web.hint = runner.wake
    stage.work.hint = runner.wake
    keys = [await stage.order() for _ in range(8)]

    async def story(key: OrderKey) -> None:
        for _ in range(6):
            await stage.tell(key)

    await asyncio.gather(*(story(key) for key in keys))
    await until(lambda: len(receiver.taken) == 48)
    await runner.stop()
    await running
    for got in receiver.taken:
        Webhook(secret).verify(got.body, got.headers)
    for order_id in range(159, 167):
        assert [got.number for got in receiver.taken if got.json["orderId"] == order_id] == [1, 2, 3, 4, 5, 6]


async def test_no_packet_leaves_while_a_transaction_is_open(stage: Stage, receiver: Receiver) -> None:
    async with stage.web.tx(stage.ours):
        with pytest.raises(AssertionError):
            await stage.connector.post(receiver.url, b"{}", {})
    assert receiver.received == []


async def test_what_an_endpoint_answers_is_kept_short_and_scrubbed(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await stage.tell(await stage.order())

    def respond(got: Received) -> web.Response:
        said = f"\x00 {got.headers['webhook-signature']} asha@example.com 01632 960001 whsec_abcdefgh= " + "x" * 10_000
        return web.Response(status=500, text=said)

    receiver.respond = respond
    await stage.work_off()
    answer = (await stage.attempts())[0]["answer"]
    assert answer.startswith("\ufffd *** *** *** *** *** xxx")
    assert len(answer) <= 4096


async def test_a_failed_attempt_keeps_its_place_for_a_moment_and_its_lane_not_at_all(
    stage: Stage, receiver: Receiver
) -> None:
    stage.rest_seconds = 3600
    await stage.endpoint(receiver.url)
    await stage.tell(await stage.order())
    receiver.respond = lambda _: web.Response(status=500)
    (claim,) = await stage.claim()
    working = asyncio.create_task(delivery.deliver_in_a_row(stage.post, claim))
    async with asyncio.timeout(10):
        while (await stage.lane())["owner"] is not None:
            await asyncio.sleep(0.01)
    assert (await stage.lane())["attempts"] == 1
    assert not working.done()
    working.cancel()
