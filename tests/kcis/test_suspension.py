import asyncio
from datetime import timedelta
from uuid import UUID

from aiohttp import web
from tests.kcis.receiver import Receiver, failing
from tests.kcis.stage import BY, Stage

from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.endpoints.model import Change
from fibregate.kcis.health import actions as health


async def test_410_suspends_the_endpoint_and_enabling_it_drains_in_order(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    order = await stage.order()
    await stage.tell(order)
    receiver.respond = failing(1, number=1, status=410)
    await stage.work_off()
    assert not (await endpoints.get(stage.web, stage.ours, endpoint)).enabled
    await stage.tell(order)
    await stage.tell(order)
    await stage.step(timedelta(days=30))
    assert receiver.numbers() == [1]
    await switch(stage, endpoint, enabled=True)
    await stage.work_off()
    assert receiver.numbers() == [1, 1, 2, 3]
    acts = await stage.web.rows("select actor, act from audit where about_tenant = $1 order by audit_id", stage.ours)
    assert [tuple(one) for one in acts] == [
        ("test", "endpoint.create"),
        ("gateway", "endpoint.suspend"),
        ("test", "endpoint.change"),
    ]


async def switch(stage: Stage, endpoint: UUID, *, enabled: bool) -> None:
    async with stage.web.tx(stage.ours) as tx:
        await endpoints.change(tx, stage.ours, endpoint, to=Change(enabled=enabled), rules=stage.rules, by=BY)


async def test_a_disabled_endpoint_gathers_without_attempts(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    one, other = await stage.order(), await stage.order()
    await switch(stage, endpoint, enabled=False)
    for order in (one, other, one):
        await stage.tell(order)
        await stage.work_off()
    assert receiver.received == []
    assert await stage.attempts() == []
    await switch(stage, endpoint, enabled=True)
    await stage.work_off()
    per_order = {
        number: [got.number for got in receiver.received if got.json["orderId"] == number] for number in (159, 160)
    }
    assert per_order == {159: [1, 2], 160: [1]}


async def test_days_of_suspension_are_no_days_of_trying(stage: Stage, receiver: Receiver) -> None:
    stage.retry_days = 1
    endpoint, _ = await stage.endpoint(receiver.url)
    await stage.tell(await stage.order())
    receiver.respond = failing(2, number=1)
    await stage.work_off()
    await switch(stage, endpoint, enabled=False)
    await stage.step(timedelta(days=10))
    await switch(stage, endpoint, enabled=True)
    await stage.work_off()
    assert (await stage.lane())["parked_reason"] is None
    await stage.step(timedelta(seconds=5))
    assert len(receiver.taken) == 1


async def test_enabling_while_a_worker_is_about_to_hold_loses_no_wake_up(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    await switch(stage, endpoint, enabled=False)
    await stage.tell(await stage.order())
    claims = await stage.claim()
    await switch(stage, endpoint, enabled=True)
    async with stage.work.tx(stage.ours) as tx:
        await health.hold(tx, stage.ours, endpoint, claims[0], await stage.clock.now())
    await stage.work_off()
    assert receiver.numbers() == [1]


async def test_enabling_waits_for_a_worker_that_is_holding_a_lane(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    await switch(stage, endpoint, enabled=False)
    await stage.tell(await stage.order())
    claim = (await stage.claim())[0]
    async with stage.work.tx(stage.ours) as tx:
        await health.hold(tx, stage.ours, endpoint, claim, await stage.clock.now())
        enabling = asyncio.create_task(switch(stage, endpoint, enabled=True))
        done, _ = await asyncio.wait([enabling], timeout=0.2)
        assert not done
    await enabling
    await stage.work_off()
    assert receiver.numbers() == [1]


async def test_a_deleted_endpoint_ends_its_lanes_quietly(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    order = await stage.order()
    await stage.tell(order)
    receiver.respond = lambda _: web.Response(status=500)
    await stage.work_off()
    async with stage.web.tx(stage.ours) as tx:
        await endpoints.delete(tx, stage.ours, endpoint, by=BY)
    await stage.tell(order)
    await stage.work_off()
    lane = await stage.lane()
    assert lane["last_done"] == lane["last_enqueued"] == 1
    assert len(receiver.received) == 1
