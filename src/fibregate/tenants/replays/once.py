"""Do what a request asks for in one transaction with its record, so that it is done once however often it is sent."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from fibregate.clock import BusinessTime
from fibregate.db import Db, Tx
from fibregate.errors import Unavailable
from fibregate.tenants.replays import actions
from fibregate.tenants.replays.actions import PATIENCE, InFlight, in_flight
from fibregate.tenants.replays.model import Asked, Stored
from fibregate.vocabulary import TenantId

Work = Callable[[Tx], Awaitable[Stored]]
Ahead = Callable[[], Awaitable[None]]

TRIES: Final = 5
_LEAST: Final = 0.5
"""Seconds that are left to a request whose patience was used up before it had a connection."""


class MetOthers(Exception):
    """What the work counted on has gone since it looked: it begins again."""


_AGAIN: Final = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, MetOthers)


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Once:
    """One for a process: equal requests that it has at the same time take turns before they take a connection."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._turns: dict[tuple[TenantId, str, str], _Turn] = {}

    async def do(
        self, tenant: TenantId, asked: Asked, now: BusinessTime, work: Work, *, ahead: Ahead | None = None
    ) -> Stored:
        """The answer of `work`, whose transaction also keeps it, or the one that an equal request has had.

        `ahead` is what has to be learnt from others before, with no transaction open; it may do nothing that lasts. It
        is left out where the request has its answer, and happens again where that was lost.

        What `work` raises undoes all of it and is not kept. Raises `Unavailable` while an equal request is in flight
        for long, and where others were met at the same time too often; `Invalid` for an idempotency key with another
        body. A cancelled call may have done it: the same request sent again tells.
        """
        async with self._turn(tenant, asked):
            if ahead is not None:
                known = await actions.find_answer(self._db, tenant, asked, now)
                if known is not None:
                    return known
                await ahead()
            until = time.monotonic() + PATIENCE
            for _ in range(TRIES):
                done = await self._try(tenant, asked, now, work, patience=max(until - time.monotonic(), _LEAST))
                if done is not None:
                    return done
        raise Unavailable("The request met others at the same time too often; nothing was done.", 1)

    async def _try(
        self, tenant: TenantId, asked: Asked, now: BusinessTime, work: Work, *, patience: float
    ) -> Stored | None:
        try:
            async with self._db.tx(tenant) as tx:
                stored = await actions.claim(tx, tenant, asked, now, patience=patience)
                if stored is None:
                    stored = await work(tx)
                    await actions.answer(tx, tenant, asked, stored)
                return stored
        except InFlight:
            return await actions.wait(self._db, tenant, asked, now, patience=patience)
        except asyncpg.LockNotAvailableError:
            raise in_flight() from None
        except _AGAIN:
            return None

    @asynccontextmanager
    async def _turn(self, tenant: TenantId, asked: Asked) -> AsyncGenerator[None]:
        key = (tenant, asked.route, asked.keys[0].text)
        turn = self._turns.setdefault(key, _Turn())
        turn.waiting += 1
        try:
            await _taken(turn.lock)
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[key]


async def _taken(lock: asyncio.Lock) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await lock.acquire()
    except TimeoutError:
        raise in_flight() from None
