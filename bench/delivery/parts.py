"""What takes turns with what, and what came of each turn."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import median
from time import monotonic
from typing import Any

from bench.delivery import claims, stock
from bench.delivery.found import Deliveries, Drained, Waited
from bench.delivery.ledger import Arrival, Told, judge
from bench.delivery.sides import Side
from bench.rounds import alternate
from bench.service import Process
from fibregate.db import WORK_ROLE, Db
from fibregate.lanes.runner import SHARES_AT_A_TIME

PATIENCE = 120.0
_LOOK_SECONDS = 0.05
_WARM_ORDERS = 64
_WARM_SHARE = 0.1
"""So much of a turn, at its beginning, is not counted: connections open, caches fill."""


async def drains(found: Deliveries) -> None:
    """A stock of KCIs for one worker process of each side, and as many posts for the client alone.

    The gateway's turn comes twice: for as many tenants as fill a worker, and for all of them.
    """
    few = replace(found.gateway, name="gateway", tenants=found.gateway.tenants[:SHARES_AT_A_TIME])
    everybody = replace(found.gateway, name=f"gateway, {len(found.gateway.tenants)} tenants")
    turns = [partial(_drain, found, side) for side in (few, everybody, *found.peers)]
    for number in range(found.bench.rounds):
        found.bench.say(f"deliveries, round {number + 1} of {found.bench.rounds}")
        await alternate([*turns, partial(_client, found)], number)


async def _drain(found: Deliveries, side: Side) -> None:
    sizes, first = found.sizes, found.first()
    told = await side.lay_in(first, orders=sizes.orders, each=sizes.each)
    found.receiver.take()
    with side.worker() as worker:
        await _until(lambda: found.receiver.count() >= len(told) * _WARM_SHARE, f"{side.name} began", worker)
        warm, used = found.receiver.count(), worker.cpu_seconds
        await _until(lambda: found.receiver.count() >= len(told), f"{side.name} delivered its stock", worker)
        arrivals = found.receiver.take()
        used = worker.cpu_seconds - used
    drained = found.drained.setdefault(side.name, Drained())
    drained.per_second.append(_rate(arrivals))
    drained.cpu.append(used / max(1, len(arrivals) - warm))
    drained.delivered += len(arrivals)
    drained.twice += await _judge(found, side, first, arrivals, told=told, orders=sizes.orders)
    await side.clear()


async def _client(found: Deliveries) -> None:
    posts = found.sizes.orders * found.sizes.each
    found.receiver.take()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.delivery.client", found.receiver.url, str(posts)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the client alone failed; what it said is above")
    arrivals = found.receiver.take()
    drained = found.drained.setdefault("client", Drained())
    drained.per_second.append(_rate(arrivals))
    drained.cpu.append(float(said) / posts)
    drained.delivered += len(arrivals)
    if len(arrivals) != posts:
        found.bench.faults.append(f"the client alone: {posts} posts, and {len(arrivals)} arrived")


async def steady(found: Deliveries) -> None:
    """From the commit of a KCI to its arrival, at a steady rate over all tenants, with a worker that waits for work."""
    for number in range(found.bench.rounds):
        found.bench.say(f"commit to arrival, round {number + 1} of {found.bench.rounds}")
        await alternate([partial(_steady, found, side) for side in found.sides], number)


async def _steady(found: Deliveries, side: Side) -> None:
    sizes = found.sizes
    await _tell(
        found, side, side.name, rate=sizes.steady_rate, seconds=sizes.steady_seconds, orders=sizes.steady_orders
    )
    await side.clear()


async def _tell(found: Deliveries, side: Side, name: str, *, rate: float, seconds: float, orders: int) -> None:
    first = found.first()
    job = await side.stand_by(first, orders=orders)
    await side.lay_in(found.first(), orders=_WARM_ORDERS, each=1)
    found.receiver.take()
    with side.worker() as worker:
        await _until(lambda: found.receiver.count() >= _WARM_ORDERS, f"{name} was ready", worker)
        late = await _teller({**job, "side": side.name, "rate": rate, "count": round(rate * seconds)})
        told, commits = await side.told(first, orders=orders)
        mine: list[Arrival] = []

        def arrived() -> bool:
            mine.extend(one for one in found.receiver.take() if first <= one.order < first + orders)
            return len(mine) >= len(told)

        await _until(arrived, f"{name} delivered what was told", worker)
    waited = found.waited.setdefault(name, Waited())
    seconds_waited = _waits(mine, commits)
    waited.p50.append(_percentile(seconds_waited, 0.5))
    waited.p99.append(_percentile(seconds_waited, 0.99))
    waited.late += late
    waited.delivered += len(mine)
    waited.twice += await _judge(found, side, first, mine, told=told, orders=orders)


async def _teller(job: dict[str, Any]) -> int:
    """How many it told later than it should have: the machine was busy, and the rate not quite what it should be."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.delivery.teller"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate(json.dumps(job).encode())
    if process.returncode:
        raise RuntimeError("the teller failed; what it said is above")
    return json.loads(said)["late"]


async def beside(found: Deliveries) -> None:
    """A quiet tenant's wait alone, and beside another tenant with a backlog."""
    sizes, ground = found.sizes, found.bench.ground
    quiet, loud = (replace(found.gateway, tenants=[one]) for one in (1, 2))
    tell = partial(
        _tell, found, quiet, rate=sizes.quiet_rate, seconds=sizes.quiet_seconds, orders=round(sizes.quiet_rate * 4)
    )

    async def with_backlog() -> None:
        await loud.lay_in(found.first(), orders=sizes.backlog, each=1)
        await tell("quiet, beside")
        async with ground.superuser() as looking:
            left = await looking.fetchval("select count(*) from lanes where kind = 'kci' and last_done < last_enqueued")
        if not left:
            found.bench.faults.append("the backlog was over before the quiet tenant's turn was")
        await found.gateway.clear()

    async def alone() -> None:
        await tell("quiet, alone")
        await found.gateway.clear()

    for number in range(found.bench.rounds):
        found.bench.say(f"beside a backlog, round {number + 1} of {found.bench.rounds}")
        await alternate([alone, with_backlog], number)


async def claiming(found: Deliveries, web: Process) -> None:
    """What a claim takes while the orders of a dead endpoint wait."""
    bench, sizes, ground = found.bench, found.sizes, found.bench.ground
    tenant = ground.tenants[0]
    dead = stock.subscribe(web.url, token=bench.tokens[0], tenant=tenant, url=claims.DEAD_URL)
    living = replace(found.gateway, tenants=range(2, len(ground.tenants) + 1))
    bench.say(f"claiming: {sizes.blocked:,} orders come to wait for a dead endpoint")
    async with ground.superuser() as looking:
        await stock.lay_in(looking, found.first(), orders=sizes.blocked, each=5, tenants=[1], endpoint=dead)
        began = monotonic()
        with living.worker():
            await claims.until_blocked(looking, str(dead), sizes.blocked, patience=PATIENCE)
        found.claimed.seconds_to_block = monotonic() - began
        await living.lay_in(found.first(), orders=claims.LIVING, each=1)
        db = Db(ground.runtime, role=WORK_ROLE, size=1)
        try:
            for _ in range(bench.rounds):
                await claims.measure(db, found.claimed, tries=sizes.claim_tries)
        finally:
            await db.close()
        found.claimed.blocked = sizes.blocked
        await stock.unsubscribe(looking, dead)
    await found.gateway.clear()


async def _judge(
    found: Deliveries, side: Side, first: int, arrivals: Sequence[Arrival], *, told: Told, orders: int
) -> int:
    """Compares what arrived with what was told, and with what the side's own rows say; how many came twice."""
    findings = judge(arrivals, told)
    faults = findings.faults(side.name)
    if undone := await side.undelivered(first, orders=orders):
        faults.append(f"{side.name}: all arrived, and its rows say that {undone} did not")
    found.bench.faults += faults
    found.bench.checked[f"deliveries of {side.name}"] = found.bench.checked.get(f"deliveries of {side.name}", 0) + len(
        told
    )
    return findings.twice


async def _until(condition: Callable[[], bool], what: str, worker: Process) -> None:
    deadline = monotonic() + PATIENCE
    while not condition():
        worker.check()
        if monotonic() > deadline:
            raise RuntimeError(f"{PATIENCE:g} s are over before {what}")
        await asyncio.sleep(_LOOK_SECONDS)


def _rate(arrivals: Sequence[Arrival]) -> float:
    start = round(len(arrivals) * _WARM_SHARE)
    return (len(arrivals) - 1 - start) / (arrivals[-1].at - arrivals[start].at)


def _waits(arrivals: Sequence[Arrival], commits: dict[str, float]) -> list[float]:
    """Of first comings, in the order of their commits, without the warm beginning."""
    came: dict[str, float] = {}
    for one in arrivals:
        came.setdefault(one.id, one.at)
    known = sorted((commits[name], at - commits[name]) for name, at in came.items() if name in commits)
    return sorted(wait for _, wait in known[round(len(known) * _WARM_SHARE) :])


def _percentile(sorted_values: Sequence[float], share: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' own ratios."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))
