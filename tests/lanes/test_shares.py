"""Queues take turns: a long one delays no short one, and none fills a worker alone."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from fibregate.clock import SystemClock
from fibregate.db import WORK_ROLE, Db
from fibregate.lanes import actions as lanes
from fibregate.lanes.courtesy import A_LITTLE
from fibregate.lanes.model import Claim, Lane, Most, Running
from fibregate.lanes.runner import SHARES_AT_A_TIME, Runner
from fibregate.migrate import Dsns
from fibregate.vocabulary import TenantId

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def db(dsns: Dsns) -> AsyncIterator[Db]:
    found = Db(dsns.runtime, role=WORK_ROLE, size=8)
    yield found
    await found.close()


async def put(db: Db, share: str | None, count: int, *, due_at: datetime = LONG_AGO) -> None:
    async with db.tx(None) as tx:
        for n in range(count):
            lane = Lane("job", f"{share}:{n:05d}", None, {}, share)
            await lanes.schedule(tx, lane, due_at=due_at + timedelta(seconds=n))


def shares(claims: list[Claim]) -> Counter[str | None]:
    return Counter(one.share for one in claims)


async def test_a_claim_takes_from_every_share_before_it_takes_twice_from_one(db: Db) -> None:
    await put(db, "a", 100)
    await put(db, "b", 1, due_at=LONG_AGO + timedelta(days=1))
    await put(db, "c", 2, due_at=LONG_AGO + timedelta(days=2))
    claims = await lanes.claim(db, "one", limit=3)
    assert shares(claims) == {"a": 1, "b": 1, "c": 1}


async def test_a_claim_with_fewer_places_than_shares_goes_round(db: Db) -> None:
    for share in "abcde":
        await put(db, share, 10)
    served, seen = "", list[str]()
    for _ in range(5):
        claims = await lanes.claim(db, "one", limit=2, served=served)
        got = sorted(one.share for one in claims if one.share)
        seen += got
        again = [one for one in got if one <= served]
        served = max(again or got)
    assert Counter(seen) == Counter("aabbccddee")


async def test_a_share_has_no_more_in_hand_than_it_may_whatever_it_has_waiting(db: Db) -> None:
    await put(db, "a", 50)
    await put(db, "b", 50)
    claims = await lanes.claim(db, "one", limit=40, most=Most(8, 40), running=Running(Counter(a=6)))
    assert shares(claims) == {"a": 2, "b": 8}


async def test_a_tenant_has_no_more_in_hand_than_it_may_however_many_endpoints_it_has(db: Db, dsns: Dsns) -> None:
    web = Db(dsns.runtime, size=1)
    await web.row("insert into tenants (code) values ('ISP1'), ('ISP2')", None)
    await web.close()
    async with db.tx(None) as tx:
        for tenant, share in ((1, "a"), (1, "b"), (1, "c"), (2, "d")):
            for n in range(10):
                await lanes.schedule(tx, Lane("job", f"{share}{n}", TenantId(tenant), {}, share), due_at=LONG_AGO)
    claims = await lanes.claim(db, "one", limit=40, most=Most(10, 6))
    assert Counter(one.tenant for one in claims) == {1: 6, 2: 6}
    assert shares(claims) == {"a": 2, "b": 2, "c": 2, "d": 6}
    running = Running(tenants=Counter({1: 6}))
    assert {one.tenant for one in await lanes.claim(db, "one", limit=40, most=Most(10, 6), running=running)} == {2}


async def test_within_a_share_the_longest_due_is_first(db: Db) -> None:
    await put(db, "a", 5)
    claims = await lanes.claim(db, "one", limit=2)
    assert [one.key for one in claims] == ["job:a:00000", "job:a:00001"]


async def test_timers_are_claimed_beside_the_shares(db: Db) -> None:
    await put(db, "a", 50)
    await put(db, None, 3)
    assert shares(await lanes.claim(db, "one", limit=10))[None] == 3


async def test_a_held_lane_is_not_claimed_until_its_share_is_released(db: Db) -> None:
    await put(db, "a", 3)
    for claim in await lanes.claim(db, "one", limit=10):
        async with db.tx(None) as tx:
            await lanes.hold(tx, claim)
    assert await lanes.claim(db, "one", limit=10) == []
    async with db.tx(None) as tx:
        assert await lanes.release(tx, "b") == 0
        assert await lanes.release(tx, "a") == 3
    assert len(await lanes.claim(db, "one", limit=10)) == 3


async def test_a_lane_in_a_workers_hands_is_not_released(db: Db) -> None:
    await put(db, "a", 1)
    (claim,) = await lanes.claim(db, "one", limit=10)
    async with db.tx(None) as tx:
        assert await lanes.release(tx, "a") == 0
    async with db.tx(None) as tx:
        await lanes.complete(tx, claim)


async def test_two_workers_share_what_there_is(db: Db) -> None:
    for share in "ab":
        await put(db, share, 20)
    one, other = await asyncio.gather(lanes.claim(db, "one", limit=20), lanes.claim(db, "other", limit=20))
    keys = [claim.key for claim in (*one, *other)]
    assert len(keys) == len(set(keys))
    assert len(keys) >= 20


async def test_a_share_that_never_answers_leaves_the_worker_to_the_others(db: Db) -> None:
    await put(db, "stuck", 40)
    await put(db, "quick", 20)
    forever, quick = asyncio.Event(), list[str]()

    async def handler(claim: Claim) -> None:
        if claim.share == "stuck":
            await forever.wait()
        else:
            quick.append(claim.key)
        async with db.tx(None) as tx:
            await lanes.complete(tx, claim)

    runner = Runner(db, SystemClock(), {"job": handler}, concurrency=8)
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(10):
        while len(quick) < 20:
            await asyncio.sleep(0.01)
    forever.set()
    await runner.stop()
    await running


async def test_a_lane_in_hand_gives_way_to_what_a_hint_announces(db: Db) -> None:
    await put(db, "loud", A_LITTLE + 1)
    waited = list[bool]()
    forever = asyncio.Event()

    async def handler(claim: Claim) -> None:
        runner._courtesy.withheld["loud"] = 1
        runner.wake()
        giving_way = asyncio.ensure_future(claim.lease.give_way())
        await asyncio.sleep(0)
        waited.append(not giving_way.done())
        await giving_way
        await forever.wait()

    runner = Runner(db, SystemClock(), {"job": handler}, concurrency=SHARES_AT_A_TIME * (A_LITTLE + 1))
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(10):
        while len(waited) <= A_LITTLE:
            await asyncio.sleep(0.01)
    forever.set()
    await runner.stop()
    await running
    assert waited == [True] * (A_LITTLE + 1)
