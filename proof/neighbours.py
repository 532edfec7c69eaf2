"""A quiet tenant, and how long it waits: alone, and beside one that is not quiet, slice by slice in turns.

Waiting is until an order is accepted, and from the sending of an update by the network until it stands at the receiver.
The machine may be busy with other things, so the sides take turns and the medians of their slices' p99 are compared.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from statistics import median
from typing import Final
from uuid import uuid4

from proof.caller import UPDATES, Caller
from proof.model import Findings, say
from proof.tail import Came, Event
from proof.traffic import order, update

BOUND: Final = 1.5
ACCEPT: Final = "hundredths by which a quiet tenant's p99 to accept beside others goes beyond the bound"
DELIVER: Final = "hundredths by which a quiet tenant's p99 to deliver beside others goes beyond the bound"
LOST: Final = "requests of the quiet tenant that were refused, or never came to anything"
INVARIANTS: Final = (ACCEPT, DELIVER, LOST)
PATIENCE: Final = 30.0
AT_A_TIME: Final = 8


@dataclass
class Waits:
    """Milliseconds, one list a slice."""

    accept: list[list[float]] = field(default_factory=list[list[float]])
    deliver: list[list[float]] = field(default_factory=list[list[float]])


@dataclass
class Quiet:
    """Asks at its own pace, so many a second. Updates go to `known` orders in turns; `orders` are new ones."""

    tenant: Caller
    supplier: Caller
    came: Came
    path: str
    found: Findings
    updates: float
    orders: float = 0.0
    known: int = 200
    _placed: int = 0
    _turns: deque[int] = field(default_factory=deque[int])
    _numbers: dict[int, int] = field(default_factory=dict[int, int])

    async def prepare(self) -> None:
        """Orders to be told of, with a first update each, so that all has been done once."""
        left = iter(range(self.known))

        async def some() -> None:
            for _ in left:
                number = await self._place()
                self._turns.append(number)
                await self._tell(number)

        await asyncio.gather(*(some() for _ in range(AT_A_TIME)))
        await self._arrived([(self.path, *one) for one in self._numbers.items()])

    async def slice(self, seconds: float, into: Waits | None) -> None:
        """One slice of that length and the rest of its arrivals. None: it is not counted."""
        accept: list[float] = []
        sent: dict[Event, float] = {}

        async def place() -> None:
            began = time.monotonic()
            await self._place()
            accept.append((time.monotonic() - began) * 1000)

        async def tell() -> None:
            number = self._turns[0]
            self._turns.rotate(-1)
            began = time.monotonic()
            sent[self.path, number, await self._tell(number)] = began

        ends = time.monotonic() + seconds
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_pace(tell, self.updates, ends))
            if self.orders:
                tasks.create_task(_pace(place, self.orders, ends))
        await self._arrived(list(sent))
        if into is not None:
            into.accept.append(accept)
            into.deliver.append([(self.came.at[key] - at) * 1000 for key, at in sent.items() if key in self.came.at])

    async def _place(self) -> int:
        self._placed += 1
        number = self._placed
        got = await self.tenant.ask("POST", "service-orders", order(number, self.tenant.who.code))
        if got.status != 202:
            self.found.broke(LOST, f"order {number}: {got.status} {got.raw[:200]!r}")
        return number

    async def _tell(self, number: int) -> int:
        place = self._numbers[number] = self._numbers.get(number, 0) + 1
        body = update(str(uuid4()), number, self.tenant.who.code, place, reason="UPDATE", status="ACKNOWLEDGED")
        got = await self.supplier.ask("POST", UPDATES, body)
        if got.status != 204:
            self.found.broke(LOST, f"update {place} of order {number}: {got.status} {got.raw[:200]!r}")
        return place

    async def _arrived(self, wanted: Sequence[Event]) -> None:
        """Waits for all of them; what never comes is found, not waited for."""
        deadline = time.monotonic() + PATIENCE
        self.came.read_on()
        while (missing := [one for one in wanted if one not in self.came.at]) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
            self.came.read_on()
        for _, number, place in missing:
            self.found.broke(LOST, f"update {place} of order {number} is not at the receiver after {PATIENCE:g} s")


async def _pace(do: Callable[[], Awaitable[None]], a_second: float, ends: float) -> None:
    """Begins one after the other at an even pace, without waiting for any; ends with the last."""
    following = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        while following < ends:
            await asyncio.sleep(max(0.0, following - time.monotonic()))
            tasks.create_task(_awaited(do))
            following += 1 / a_second


async def _awaited(do: Callable[[], Awaitable[None]]) -> None:
    await do()


async def compare(
    quiet: Quiet,
    noise: Callable[[], AbstractAsyncContextManager[None]],
    *,
    slices: int,
    seconds: float,
    settle: float = 1.0,
    bound: float = BOUND,
) -> None:
    """The two sides in turns; a slice begins to count when the noise has been there, or gone, for `settle` seconds."""
    alone, beside = Waits(), Waits()
    for one in range(slices):
        await quiet.slice(settle, None)
        await quiet.slice(seconds, alone)
        async with noise():
            await quiet.slice(settle, None)
            await quiet.slice(seconds, beside)
        say(f"  slice {one + 1} of {slices}: p99 {_told(alone)} alone, {_told(beside)} beside")
    judge("accept", alone.accept, beside.accept, ACCEPT, quiet.found, bound=bound)
    judge("deliver", alone.deliver, beside.deliver, DELIVER, quiet.found, bound=bound)


def _told(waits: Waits) -> str:
    return "/".join(f"{p99(side[-1]):.0f}" for side in (waits.accept, waits.deliver) if side and side[-1]) + " ms"


def p99(values: Sequence[float]) -> float:
    """The value that one in a hundred is beyond."""
    there = sorted(values)
    return there[min(len(there) - 1, len(there) * 99 // 100)] if there else 0.0


def judge(
    what: str,
    alone: Sequence[Sequence[float]],
    beside: Sequence[Sequence[float]],
    name: str,
    found: Findings,
    *,
    bound: float = BOUND,
) -> None:
    """The median slice of each side; counted is by how many hundredths the bound is missed."""
    found.looked_at(name)
    sides = [[p99(one) for one in side if one] for side in (alone, beside)]
    if not all(sides):
        return
    low, high = median(sides[0]), median(sides[1])
    ratio = high / low
    found.done[f"{what}: waits measured"] += sum(map(len, alone)) + sum(map(len, beside))
    found.notes.append(f"{what}: p99 {low:.1f} ms alone, {high:.1f} ms beside, {ratio:.2f} times; bound {bound:g}")
    if ratio > bound:
        found.wrong[name] += round((ratio - bound) * 100) or 1
        found.examples.setdefault(name, []).append(
            f"slices alone {', '.join(f'{one:.1f}' for one in sides[0])} ms; "
            f"beside {', '.join(f'{one:.1f}' for one in sides[1])} ms"
        )
