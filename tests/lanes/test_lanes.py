"""Lanes: claimed in due order by one worker at a time, leased by the real clock, fenced against latecomers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fibregate.clock import BusinessTime, SystemClock
from fibregate.db import WORK_ROLE, Db, Tx
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane, LeaseLost
from fibregate.lanes.runner import Handler, Runner
from fibregate.migrate import Dsns

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
RUN_OUT = "update lanes set leased_until = clock_timestamp() - interval '1 second' where leased_until is not null"


@dataclass
class Yard:
    db: Db

    async def put(self, name: str, *, due_at: datetime = LONG_AGO, kind: str = "job") -> None:
        async with self.db.tx(None) as tx:
            await lanes.schedule(tx, Lane(kind, name, None, {"name": name}), due_at=due_at)

    async def claim(self, owner: str = "one", limit: int = 10) -> list[Claim]:
        return await lanes.claim(self.db, owner, limit=limit)

    async def row(self, name: str) -> Any:
        return await self.db.row("select * from lanes where key = $1", None, f"job:{name}")

    async def complete(self, claim: Claim) -> None:
        async with self.db.tx(None) as tx:
            await lanes.complete(tx, claim)

    async def left(self) -> int:
        return len(await self.db.rows("select key from lanes where last_done < last_enqueued", None))

    def runner(self, handlers: Mapping[str, Handler], concurrency: int = 8) -> Runner:
        return Runner(self.db, SystemClock(), handlers, concurrency=concurrency)


@pytest.fixture
async def yard(dsns: Dsns) -> AsyncIterator[Yard]:
    db = Db(dsns.runtime, role=WORK_ROLE, size=8)
    yield Yard(db)
    await db.close()


async def emptied(yard: Yard) -> None:
    async with asyncio.timeout(20):
        while await yard.left():
            await asyncio.sleep(0.02)


async def test_the_longest_due_is_claimed_first_and_what_is_not_due_is_left(yard: Yard) -> None:
    for hours in (3, 1, 2):
        await yard.put(str(hours), due_at=LONG_AGO + timedelta(hours=hours))
    await yard.put("later", due_at=datetime(2090, 1, 1, tzinfo=UTC))
    assert [(await yard.claim(limit=1))[0].subject["name"] for _ in range(3)] == ["1", "2", "3"]
    assert await yard.claim() == []


async def test_a_lane_is_in_one_hand_at_a_time(yard: Yard) -> None:
    for n in range(40):
        await yard.put(str(n))
    got = await asyncio.gather(*(yard.claim(f"w{n}", limit=20) for n in range(8)))
    keys = [claim.key for claims in got for claim in claims]
    assert len(keys) == len(set(keys)) == 40


async def test_a_worker_that_comes_back_late_finishes_nothing(yard: Yard) -> None:
    await yard.put("a")
    (stale,) = await yard.claim("one")
    await yard.db.row(RUN_OUT, None)
    assert await lanes.rescue(yard.db) == 1
    (fresh,) = await yard.claim("two")
    assert fresh.generation > stale.generation
    acts: list[Callable[[Tx], Awaitable[None]]] = [
        lambda tx: lanes.complete(tx, stale),
        lambda tx: lanes.postpone(tx, stale, BusinessTime(LONG_AGO), failed=True),
        lambda tx: lanes.park(tx, stale, "no"),
    ]
    for act in acts:
        with pytest.raises(LeaseLost):  # noqa: PT012 - the unit is what fails
            async with yard.db.tx(None) as tx:
                await lanes.schedule(tx, Lane("job", "side effect", None))
                await act(tx)
    assert await yard.row("side effect") is None
    assert await lanes.extend(yard.db, "one", [stale]) == set()
    await yard.complete(fresh)
    assert await yard.left() == 0


async def test_the_same_owner_is_fenced_by_generation_too(yard: Yard) -> None:
    await yard.put("a")
    (stale,) = await yard.claim("one")
    await yard.db.row(RUN_OUT, None)
    await lanes.rescue(yard.db)
    (fresh,) = await yard.claim("one")
    with pytest.raises(LeaseLost):
        await yard.complete(stale)
    await yard.complete(fresh)


async def test_leases_go_by_the_real_clock_whatever_business_time_does(yard: Yard) -> None:
    await yard.put("a")
    (claim,) = await yard.claim()
    app = Db(yard.db._dsn, size=1)
    await app.row("update business_clock set sandbox = true, shift = interval '400 days'", None)
    await app.close()
    assert await lanes.rescue(yard.db) == 0
    assert await lanes.extend(yard.db, "one", [claim]) == {claim.key}
    await yard.db.row(RUN_OUT, None)
    assert await lanes.rescue(yard.db) == 1


async def test_work_that_comes_while_a_lane_runs_is_run_afterwards(yard: Yard) -> None:
    await yard.put("a")
    (claim,) = await yard.claim()
    await yard.put("a")
    await yard.complete(claim)
    (again,) = await yard.claim()
    assert again.last_enqueued == 2
    await yard.complete(again)
    assert await yard.claim() == []


async def test_what_a_lane_leaves_due_wakes_the_workers_and_nothing_else_does(yard: Yard) -> None:
    hints: list[str] = []
    yard.db.hint = lambda: hints.append("hint")

    async def over(due_at: datetime | None) -> list[str]:
        (claim,) = await yard.claim()
        hints.clear()
        async with yard.db.tx(None) as tx:
            if due_at is None:
                await lanes.complete(tx, claim, done=claim.head)
            else:
                await lanes.postpone(tx, claim, BusinessTime(due_at), failed=False)
        return list(hints)

    await yard.put("a")
    await yard.put("a")
    assert await over(None) == ["hint"]
    assert await over(LONG_AGO) == ["hint"]
    assert await over(None) == []
    await yard.put("a")
    assert await over(datetime(2100, 1, 1, tzinfo=UTC)) == []


async def test_handing_back_gives_only_what_is_mine(yard: Yard) -> None:
    for name in "ab":
        await yard.put(name)
    (first,) = await yard.claim("one", limit=1)
    (second,) = await yard.claim("two", limit=1)
    assert await lanes.hand_back(yard.db, "one") == 1
    assert [one.key for one in await yard.claim("three")] == [first.key]
    await yard.complete(second)


async def test_nothing_is_lost_when_a_handler_raises(yard: Yard) -> None:
    tried: dict[str, int] = {}

    async def job(claim: Claim) -> None:
        name = str(claim.subject["name"])
        tried[name] = tried.get(name, 0) + 1
        if tried[name] == 1:
            raise RuntimeError("the first time fails")
        await yard.complete(claim)

    for n in range(10):
        await yard.put(str(n))
    runner = yard.runner({"job": job})
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(10):
        while len(tried) < 10 or (await yard.row("9"))["attempts"] == 0:
            await asyncio.sleep(0.02)
    await emptied(yard)
    await runner.stop()
    await running
    assert set(tried.values()) == {2}


async def test_a_unit_that_fails_after_completing_is_not_completed(yard: Yard) -> None:
    await yard.put("a")
    (claim,) = await yard.claim()
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the unit is what fails
        async with yard.db.tx(None) as tx:
            await lanes.complete(tx, claim)
            raise ZeroDivisionError
    assert await yard.left() == 1
    await yard.complete(claim)


async def test_two_runners_never_run_one_lane_at_once_and_lose_no_count(yard: Yard) -> None:
    inside: set[str] = set()
    runs = 0

    async def job(claim: Claim) -> None:
        nonlocal runs
        assert claim.key not in inside
        inside.add(claim.key)
        await asyncio.sleep(0.002)
        inside.discard(claim.key)
        runs += 1
        await yard.complete(claim)

    async def put_many() -> None:
        for n in range(60):
            await yard.put(str(n % 6))

    runners = [yard.runner({"job": job}) for _ in range(2)]
    running = [asyncio.create_task(one.run()) for one in runners]
    await asyncio.gather(put_many(), put_many())
    await emptied(yard)
    for one in runners:
        await one.stop()
    await asyncio.gather(*running)
    rows = await yard.db.rows("select last_done, last_enqueued, owner from lanes", None)
    assert [(row["last_done"], row["last_enqueued"], row["owner"]) for row in rows] == [(20, 20, None)] * 6
    assert 6 <= runs <= 120


async def test_a_stop_lets_the_running_finish_and_gives_back_the_rest(yard: Yard) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def job(claim: Claim) -> None:
        begun.set()
        await may_end.wait()
        await yard.complete(claim)

    await yard.put("a")
    runner = yard.runner({"job": job})
    running = asyncio.create_task(runner.run())
    await begun.wait()
    await runner.stop()
    may_end.set()
    await running
    row = await yard.row("a")
    assert (row["last_done"], row["owner"], row["leased_until"]) == (1, None, None)


async def test_a_lost_lease_stops_its_handler(yard: Yard) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def job(_: Claim) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    await yard.put("a")
    runner = yard.runner({"job": job})
    running = asyncio.create_task(runner.run())
    await begun.wait()
    await yard.db.row("update lanes set owner = 'another', generation = generation + 1 where key = 'job:a'", None)
    await runner._extend()
    async with asyncio.timeout(2):
        await ended.wait()
    await runner.stop()
    await running
    assert (await yard.row("a"))["owner"] == "another"
