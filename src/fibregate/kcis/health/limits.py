"""An endpoint's rate and concurrency, kept by all processes together, whatever their speed.

A rate of n is n places. A call occupies one until it is over and the place then rests for a second, so no n + 1 calls
can reach the receiver within any one second, however long each was on its way. That costs a little of the rate where
the receiver is slow.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from fibregate.clock import real_now
from fibregate.db import Db
from fibregate.errors import Unavailable
from fibregate.kcis.health import model, store
from fibregate.vocabulary import TenantId

SPARE = timedelta(seconds=5)
_SHORTEST, _LONGEST = 0.005, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`call_seconds` is the longest that a call can take; `recovered_at` (real time) starts the ramp."""

    rate: int | None
    concurrency: int | None
    call_seconds: float
    recovered_at: datetime | None = None

    @property
    def any(self) -> bool:
        return self.rate is not None or self.concurrency is not None


@asynccontextmanager
async def place(db: Db, tenant: TenantId, endpoint: UUID, limits: Limits) -> AsyncGenerator[bool]:
    """Wait for a place, keep it during the call; tells whether there was a wait, in which things may have changed."""
    if not limits.any:
        yield False
        return
    holder, waited = uuid4(), False
    while not await _taken(db, tenant, endpoint, limits, holder):
        waited = True
        await asyncio.sleep(await _wait(db, tenant, endpoint, limits))
    try:
        yield waited
    finally:
        await asyncio.shield(_freed(db, tenant, endpoint, holder))


def _rate(limits: Limits) -> int | None:
    return None if limits.rate is None else model.ramped(limits.rate, limits.recovered_at, real_now())


async def _taken(db: Db, tenant: TenantId, endpoint: UUID, limits: Limits, holder: UUID) -> bool:
    span = timedelta(seconds=limits.call_seconds) + SPARE
    return await store.take_place(
        db, tenant, endpoint, rate=_rate(limits), concurrency=limits.concurrency, holder=holder, span=span
    )


async def _wait(db: Db, tenant: TenantId, endpoint: UUID, limits: Limits) -> float:
    seconds = await store.next_free(db, tenant, endpoint, rate=_rate(limits), concurrency=limits.concurrency)
    if seconds is None:
        await store.add_places(db, tenant, endpoint, rate=limits.rate, concurrency=limits.concurrency)
        return 0.0
    return min(max(seconds, _SHORTEST), _LONGEST)


async def _freed(db: Db, tenant: TenantId, endpoint: UUID, holder: UUID) -> None:
    try:
        await store.free_places(db, tenant, endpoint, holder=holder)
    except Unavailable:
        return  # it comes free by itself when its span is over
