"""The turns of calls that are passed on, and the rows against the answers."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from bench import checks
from bench.forward import ground
from bench.forward.ground import FIVE, QUICK, SLOW, Far
from bench.rounds import Bench, alternate, load, turn
from bench.service import Process

FAN_OUT, AVAILABILITY, BOOKING, ALONE, BESIDE = "fan-out", "forward", "forward-book", "alone", "beside slow"
SLOW_CALLS = 1000
CALLERS = 8
"""Few: what is looked at is what one call costs, and not how many at a time a core can do."""
_SLOW_CALLERS = 1100
"""Some are always between two calls."""
_SLOW_SECONDS = 10
_PATIENCE = 40.0

_Turn = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Forwards:
    """What these turns share."""

    bench: Bench
    web: Process
    far: Far


@asynccontextmanager
async def forwarding(bench: Bench) -> AsyncGenerator[Forwards]:
    """The suppliers, and a web process of its own that may call suppliers on this machine."""
    with ground.suppliers(bench.folder) as far:
        await ground.introduce(bench.ground, far)
        with ground.web(bench.ground, bench.folder) as web:
            yield Forwards(bench, web, far)


async def passed_on(all_of: Forwards) -> None:
    """Availability of five and of one, and bookings; after each turn of bookings rows and answers are compared."""
    bench = all_of.bench
    sides: list[_Turn] = [
        partial(_asking, all_of, FAN_OUT, FIVE),
        partial(_asking, all_of, AVAILABILITY, (QUICK,)),
        partial(_booking, all_of),
    ]
    await load(_job(all_of, "ask far", (QUICK, *FIVE), bench.warm_seconds))
    for number in range(bench.rounds):
        bench.say(f"calls passed on, round {number + 1} of {bench.rounds}")
        await alternate(sides, number)


async def beside_slow(all_of: Forwards) -> None:
    """Availability of a quick supplier, alone and beside calls that wait for a slow one."""
    bench = all_of.bench
    await load(_job(all_of, "ask far", (QUICK,), bench.warm_seconds))
    for number in range(bench.rounds):
        bench.say(f"beside {SLOW_CALLS:,} slow calls, round {number + 1} of {bench.rounds}")
        await alternate([partial(_asking, all_of, ALONE, (QUICK,)), partial(_beside, all_of)], number)


def _job(all_of: Forwards, kind: str, suppliers: tuple[str, ...], seconds: float) -> dict[str, Any]:
    bench = all_of.bench
    made = bench.job(kind, all_of.web.port, bench.numbers.next(), seconds=seconds)
    return {**made, "connections": min(CALLERS, bench.connections), "suppliers": suppliers}


async def _asking(all_of: Forwards, name: str, suppliers: tuple[str, ...]) -> None:
    job = _job(all_of, "ask far", suppliers, all_of.bench.seconds)
    await turn(all_of.bench, name, all_of.web, job)


async def _booking(all_of: Forwards) -> None:
    """Every 201 has its reservation, and the supplier has booked once for each."""
    bench, far = all_of.bench, all_of.far
    async with bench.ground.superuser() as looking:
        before = far.state()["booked"]
        came = await turn(bench, BOOKING, all_of.web, _job(all_of, "book far", (QUICK,), bench.seconds))
        there = far.state()["booked"] - before
        bench.faults += await checks.forwarded_bookings(looking, came["kept"])
        if there != len(came["kept"]):
            bench.faults.append(f"bookings passed on: {len(came['kept'])} answers of 201 and {there} visits there")
        bench.checked["bookings passed on"] = bench.checked.get("bookings passed on", 0) + there


async def _beside(all_of: Forwards) -> None:
    """Asks while so many calls wait for a slow supplier, as many of them coming and going in each second."""
    bench, far = all_of.bench, all_of.far
    seconds = 2 * _SLOW_SECONDS + bench.seconds
    job = _job(all_of, "ask far", (SLOW,), seconds)
    slow = asyncio.create_task(load({**job, "connections": _SLOW_CALLERS, "stagger": _SLOW_SECONDS}))
    try:
        await _until_waiting(far, slow)
        await _asking(all_of, BESIDE, (QUICK,))
        still = await asyncio.to_thread(far.state)
        if still["waiting"] < SLOW_CALLS:
            bench.faults.append(f"beside slow calls: only {still['waiting']} of {SLOW_CALLS} were in flight at its end")
    finally:
        came = await slow
    if set(came["statuses"]) != {"200"}:
        bench.faults.append(f"slow calls: answers that nobody expected: {came['statuses']}")


async def _until_waiting(far: Far, slow: "asyncio.Task[dict[str, Any]]") -> None:
    deadline = monotonic() + _PATIENCE
    while (await asyncio.to_thread(far.state))["waiting"] < SLOW_CALLS:
        if slow.done() or monotonic() > deadline:
            raise RuntimeError(f"{SLOW_CALLS} slow calls were never in flight together; see forward.log with --keep")
        await asyncio.sleep(0.1)
