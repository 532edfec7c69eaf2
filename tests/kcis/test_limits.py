"""A rate is never exceeded in any second, nor a concurrency at any instant, by however many processes."""

import asyncio
import time
from datetime import timedelta
from uuid import UUID

from aiohttp import web
from tests.kcis.receiver import Received, Receiver
from tests.kcis.stage import Stage

from fibregate.clock import RealTime, real_now
from fibregate.kcis.health import limits, model, store
from fibregate.kcis.health.limits import Limits


def most_in_a_second(times: list[float]) -> int:
    return max(sum(1 for other in times if one <= other < one + 1) for one in times)


async def limit(stage: Stage, endpoint: UUID, *, rate: int | None, concurrency: int | None) -> None:
    await stage.web.row(
        "update endpoints set rate_per_second = $3, concurrency = $4 where tenant_id = $1 and endpoint_id = $2",
        stage.ours,
        endpoint,
        rate,
        concurrency,
    )


async def test_a_rate_is_never_exceeded_in_any_second_and_nearly_used(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    await limit(stage, endpoint, rate=5, concurrency=None)
    times: list[float] = []

    async def respond(_: Received) -> web.Response:
        times.append(time.monotonic())
        await asyncio.sleep(0.02 * (len(times) % 3))
        return web.Response(status=204)

    receiver.respond = respond
    for _ in range(22):
        await stage.tell(await stage.order())
    await asyncio.gather(stage.work_off(), stage.work_off())
    assert len(receiver.taken) == 22
    assert most_in_a_second(times) == 5
    assert times[-1] - times[0] < 8


async def test_a_concurrency_is_never_exceeded(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    await limit(stage, endpoint, rate=None, concurrency=2)
    now, most = 0, 0

    async def respond(_: Received) -> web.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        return web.Response(status=204)

    receiver.respond = respond
    for _ in range(12):
        await stage.tell(await stage.order())
    await asyncio.gather(stage.work_off(), stage.work_off())
    assert len(receiver.taken) == 12
    assert most == 2


async def test_a_place_whose_holder_died_comes_free_by_itself(stage: Stage) -> None:
    endpoint, _ = await stage.endpoint("http://127.0.0.1:9/")
    await store.add_places(stage.work, stage.ours, endpoint, rate=None, concurrency=1)
    mine = Limits(rate=None, concurrency=1, call_seconds=0.2)
    dead = UUID(int=1)
    span = timedelta(seconds=0.3)
    assert await store.take_place(stage.work, stage.ours, endpoint, rate=None, concurrency=1, holder=dead, span=span)
    async with asyncio.timeout(5), limits.place(stage.work, stage.ours, endpoint, mine) as waited:
        assert waited


async def test_an_endpoint_without_limits_takes_no_place(stage: Stage) -> None:
    endpoint, _ = await stage.endpoint("http://127.0.0.1:9/")
    async with limits.place(stage.work, stage.ours, endpoint, Limits(rate=None, concurrency=None, call_seconds=1)):
        rows = await stage.work.rows("select place from endpoint_places where tenant_id = $1", stage.ours)
    assert rows == []


def test_after_a_recovery_the_rate_rises_from_a_quarter_to_the_whole_in_a_minute() -> None:
    now = real_now()
    rates = [model.ramped(100, RealTime(now - timedelta(seconds=gone)), now) for gone in (0, 20, 40, 60, 600)]
    assert rates == [25, 50, 75, 100, 100]
    assert model.ramped(1, now, now) == 1
    assert model.ramped(100, None, now) == 100
