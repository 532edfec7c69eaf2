"""What many lanes ask of the database at the same time goes there as one statement.

The first question flies at once; those that come while it is away fly together when it is back. So a lone delivery
waits for nobody, and under load the trips, and the commits, are shared. Only a few flights are away at a time: with
many tenants, too, each then carries many.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from fibregate.vocabulary import TenantId

MOST: Final = 64
"""Questions of one flight."""

RUNWAYS: Final = 4
"""Flights that a worker has under way at a time, whoever asks what."""

AT_ONCE: Final = 4
"""Answers of one flight that are given out in one turn of the event loop."""

Q = TypeVar("Q")
A = TypeVar("A")


class Together(Generic[Q, A]):
    """`fly` answers the questions of one tenant, in their order; an exception is every one's answer."""

    def __init__(
        self, fly: Callable[[TenantId, Sequence[Q]], Awaitable[Sequence[A]]], runways: asyncio.Semaphore
    ) -> None:
        self._fly = fly
        self._runways = runways
        self._waiting: dict[TenantId, deque[tuple[Q, asyncio.Future[A]]]] = {}
        self._flights: set[asyncio.Task[None]] = set()

    async def ask(self, tenant: TenantId, question: Q) -> A:
        """Cancelled while it waits, it may have been answered all the same: as with any statement."""
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.get(tenant)
        if waiting is not None:
            waiting.append((question, future))
        else:
            self._waiting[tenant] = deque([(question, future)])
            flight = asyncio.create_task(self._shuttle(tenant))
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
        return await future

    async def _shuttle(self, tenant: TenantId) -> None:
        waiting = self._waiting[tenant]
        while waiting:
            async with self._runways:
                aboard = [waiting.popleft() for _ in range(min(len(waiting), MOST))]
                await self._carry(tenant, [one for one in aboard if not one[1].done()])
        del self._waiting[tenant]

    async def _carry(self, tenant: TenantId, aboard: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        try:
            answers = await self._fly(tenant, [question for question, _ in aboard]) if aboard else ()
        except Exception as error:  # noqa: BLE001 - whatever happened, happened to all of them
            for _, future in aboard:
                if not future.done():
                    future.set_exception(error)
            return
        for place, ((_, future), answer) in enumerate(zip(aboard, answers, strict=True), 1):
            if place % AT_ONCE == 0:
                await asyncio.sleep(0)  # whoever waits for a socket has his turn between them
            if not future.done():
                future.set_result(answer)
