"""An endpoint that fails is probed; an event that fails alone backs off alone; the first 2xx releases what waits."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from tests.kcis.receiver import Received, Receiver, Respond
from tests.kcis.stage import RENDERINGS, Stage

from fibregate.clock import BusinessTime
from fibregate.doors.wholesale import rendering
from fibregate.kcis.delivery import actions as delivery
from fibregate.kcis.delivery.model import Rendering

MINUTES = timedelta(minutes=1)


def down(_: Received) -> web.Response:
    return web.Response(status=503)


def poison(order_id: int) -> Respond:
    def respond(got: Received) -> web.Response:
        return web.Response(status=400 if got.json["orderId"] == order_id else 204)

    return respond


async def health(stage: Stage, endpoint: UUID) -> Any:
    row = await stage.web.row(
        "select * from endpoint_health where tenant_id = $1 and endpoint_id = $2", stage.ours, endpoint
    )
    assert row is not None
    return row


async def held(stage: Stage) -> int:
    return len(await stage.work.rows("select key from lanes where held", None))


async def dead_endpoint(stage: Stage, receiver: Receiver, *, orders: int) -> UUID:
    endpoint, _ = await stage.endpoint(receiver.url)
    receiver.respond = down
    for _ in range(orders):
        await stage.tell(await stage.order())
    await stage.work_off()
    for span in (5, 30, 120):
        await stage.step(timedelta(seconds=span))
    return endpoint


async def test_ten_failures_of_any_events_put_an_endpoint_down_and_spare_it_the_rest(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    receiver.respond = down
    for _ in range(60):
        await stage.tell(await stage.order())
    while claims := await stage.claim():
        for claim in claims:
            await delivery.deliver_in_a_row(stage.post, claim)
    assert len(receiver.received) == 10
    assert (await health(stage, endpoint))["state"] == "DOWN"
    assert await held(stage) == 50


async def test_while_down_only_the_prober_and_one_scout_at_a_time_are_tried(stage: Stage, receiver: Receiver) -> None:
    await dead_endpoint(stage, receiver, orders=40)
    receiver.received.clear()
    for _ in range(4):
        await stage.step(5 * MINUTES)
    assert len(receiver.received) == 8
    probed = [got.json["orderId"] for got in receiver.received]
    assert len(set(probed)) == 5


async def test_the_first_2xx_releases_every_waiting_lane_at_most_five_minutes_after_the_recovery(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint = await dead_endpoint(stage, receiver, orders=40)
    await stage.step(timedelta(hours=20))
    receiver.respond = lambda _: web.Response(status=204)
    await stage.step(5 * MINUTES)
    assert len(receiver.taken) == 40
    assert await held(stage) == 0
    row = await health(stage, endpoint)
    assert (row["state"], row["failures"], row["failing_since"]) == ("UP", 0, None)


async def test_what_is_told_while_the_endpoint_is_down_waits_and_is_sent_in_order(
    stage: Stage, receiver: Receiver
) -> None:
    await dead_endpoint(stage, receiver, orders=12)
    order = await stage.order()
    for _ in range(3):
        await stage.tell(order)
        await stage.work_off()
    receiver.respond = lambda _: web.Response(status=204)
    await stage.step(5 * MINUTES)
    mine = [got.number for got in receiver.taken if got.json["orderId"] == 171]
    assert mine == [1, 2, 3]


async def test_a_lone_failing_event_backs_off_to_an_hour_and_its_neighbours_go_on(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    receiver.respond = poison(159)
    bad = await stage.order()
    await stage.tell(bad)
    waits: list[float] = []
    for _ in range(10):
        await stage.tell(await stage.order())
        await stage.work_off()
        lane = await stage.work.row(
            "select due_at, last_done from lanes where subject ->> 'order' = $1", None, str(bad)
        )
        assert lane is not None
        waits.append((lane["due_at"] - await stage.clock.now()).total_seconds())
        await stage.clock.set(lane["due_at"])
    assert waits == [5, 30, 120, 300, 600, 1200, 2400, 3600, 3600, 3600]
    assert len(receiver.taken) == 10
    assert (await health(stage, endpoint))["state"] == "UP"


async def test_a_poison_event_that_was_alone_at_first_does_not_hold_up_the_next_order(
    stage: Stage, receiver: Receiver
) -> None:
    """With nothing else to send the endpoint seems down; the next order shows that it is not."""
    endpoint, _ = await stage.endpoint(receiver.url)
    receiver.respond = poison(159)
    await stage.tell(await stage.order())
    await stage.work_off()
    for span in (5, 30, 120, 300):
        await stage.step(timedelta(seconds=span))
    assert (await health(stage, endpoint))["state"] == "DOWN"
    await stage.tell(await stage.order())
    await stage.work_off()
    assert [got.json["orderId"] for got in receiver.taken] == [160]
    assert (await health(stage, endpoint))["state"] == "UP"


async def test_a_retry_after_is_for_the_whole_endpoint(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    receiver.respond = lambda _: web.Response(status=429, headers={"Retry-After": "600"})
    await stage.tell(await stage.order())
    await stage.work_off()
    for _ in range(5):
        await stage.tell(await stage.order())
    await stage.step(9 * MINUTES)
    assert len(receiver.received) == 1
    receiver.respond = lambda _: web.Response(status=204)
    await stage.step(MINUTES)
    assert len(receiver.taken) == 6


async def test_an_endpoint_dead_for_its_days_has_its_old_lanes_parked_and_the_younger_ones_kept(
    stage: Stage, receiver: Receiver
) -> None:
    stage.retry_days = 1
    await dead_endpoint(stage, receiver, orders=12)
    await stage.step(timedelta(hours=12))
    young = await stage.order()
    await stage.tell(young)
    await stage.work_off()
    for _ in range(13):
        await stage.step(timedelta(hours=1))
    rows = await stage.work.rows("select parked_reason, subject ->> 'order' as o from lanes where kind = 'kci'", None)
    assert [row["o"] for row in rows if row["parked_reason"] is None] == [str(young)]
    kinds = await stage.web.rows(
        "select distinct kind from alarms where about_tenant = $1 and cleared_at is null", stage.ours
    )
    assert {row["kind"] for row in kinds} == {"DELIVERY_PARKED", "ENDPOINT_FAILING"}
    receiver.respond = lambda _: web.Response(status=204)
    await stage.step(5 * MINUTES)
    assert [got.json["orderId"] for got in receiver.taken] == [171]


async def test_an_endpoint_dead_for_its_days_has_no_lane_left_over(stage: Stage, receiver: Receiver) -> None:
    """Also the scout that the prober's last failure lets go is parked, and tried no more."""
    stage.retry_days = 1
    endpoint = await dead_endpoint(stage, receiver, orders=12)
    for _ in range(25):
        await stage.step(timedelta(hours=1))
    rows = await stage.work.rows("select parked_reason from lanes where kind = 'kci'", None)
    assert [row["parked_reason"] for row in rows] == ["not taken in 1 days; last: answered 503"] * 12
    assert (await health(stage, endpoint))["state"] == "UP"
    receiver.received.clear()
    await stage.step(timedelta(hours=1))
    assert receiver.received == []


async def test_a_day_of_4xx_to_one_head_alarms_the_tenant_once(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    receiver.respond = poison(159)
    await stage.tell(await stage.order())
    for _ in range(27):
        await stage.tell(await stage.order())
        await stage.step(timedelta(hours=1))
    rows = await stage.web.rows(
        "select kind from alarms where about_tenant = $1 and kind = 'HEAD_REFUSED' and cleared_at is null", stage.ours
    )
    assert len(rows) == 1
    assert await stage.web.rows("select kind from alarms where about_tenant = $1", stage.theirs) == []


async def test_a_recovery_that_meets_a_worker_about_to_hold_loses_no_lane(stage: Stage, receiver: Receiver) -> None:
    endpoint = await dead_endpoint(stage, receiver, orders=12)
    for _ in range(8):
        await stage.tell(await stage.order())
    receiver.respond = lambda _: web.Response(status=204)
    await stage.clock.advance(5 * MINUTES)
    while claims := await stage.claim():
        await asyncio.gather(*(delivery.deliver(stage.post, claim) for claim in claims))
    assert len(receiver.taken) == 20
    assert await held(stage) == 0
    assert (await health(stage, endpoint))["state"] == "UP"


async def test_what_cannot_be_rendered_is_parked_at_once_and_its_neighbours_go_on(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(facts: Mapping[str, Any], at: BusinessTime) -> bytes:
        if facts["orderId"] == 159:
            raise KeyError("status")
        return rendering.render(facts, at)

    await stage.endpoint(receiver.url)
    monkeypatch.setitem(RENDERINGS, rendering.NAME, Rendering(broken))
    await stage.tell(await stage.order())
    await stage.tell(await stage.order())
    await stage.work_off()
    rows = await stage.work.rows("select parked_reason from lanes where kind = 'kci' order by key", None)
    assert [row["parked_reason"] for row in rows] == ["KCI 1 could not be written in this rendering", None]
    assert [got.json["orderId"] for got in receiver.taken] == [160]
