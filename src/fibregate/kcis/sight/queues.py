"""The queues of KCIs as `/metrics` shows them, and the attempts that this process has made."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fibregate.clock import BusinessClock
from fibregate.db import Db
from fibregate.errors import Unavailable
from fibregate.kcis.sight import store
from fibregate.vocabulary import TenantId

FRESH_SECONDS: Final = 5.0
REST: Final = 20
"""After a reading, at least so many times as long as it took goes by until the next: so it takes 5 % at the most."""

_attempts: Counter[tuple[TenantId, str]] = Counter()


def count_attempt(tenant: TenantId, outcome: str) -> None:
    """One more attempt of this process; `outcome` is one of the few words of `delivery_attempts`."""
    _attempts[tenant, outcome] += 1


@dataclass(frozen=True, slots=True)
class Queue:
    """What some tenant's endpoints have not taken: how many, how many of those are parked, the oldest one's time."""

    waiting: int
    parked: int
    oldest_at: datetime | None


async def read(db: Db) -> dict[TenantId, Queue]:
    """Of every tenant that has anything waiting. Reads only lanes that wait, and their heads."""
    found: dict[TenantId, Queue] = {}
    shares: dict[TenantId, list[str]] = {}
    for row in await store.queues(db):
        tenant = TenantId(row["for_tenant"])
        before = found.get(tenant, Queue(0, 0, None))
        found[tenant] = Queue(before.waiting + row["waiting"], before.parked + row["parked"], None)
        shares.setdefault(tenant, []).append(row["share"])
    return {
        tenant: Queue(one.waiting, one.parked, await store.oldest(db, tenant, shares[tenant]))
        for tenant, one in found.items()
    }


@dataclass(eq=False)
class Gauges(Collector):
    """One for a process. `page` reads the database when what is known has gone stale, and never more than that."""

    db: Db
    clock: BusinessClock
    _codes: dict[TenantId, str] = field(default_factory=dict[TenantId, str])
    _queues: dict[TenantId, Queue] = field(default_factory=dict[TenantId, Queue])
    _now: datetime | None = None
    _stale_at: float = float("-inf")
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _registry: CollectorRegistry = field(default_factory=lambda: CollectorRegistry(auto_describe=False))

    def __post_init__(self) -> None:
        self._registry.register(self)

    async def page(self) -> bytes:
        """In the text format. While the database is away, the queues are left out rather than told wrongly."""
        async with self._reading:
            if time.monotonic() >= self._stale_at:
                await self._refresh()
        return generate_latest(self._registry)

    async def _refresh(self) -> None:
        began = time.monotonic()
        try:
            self._codes = await store.tenants(self.db)
            self._queues = await read(self.db)
            self._now = await self.clock.now()
        except Unavailable:
            self._now = None
        took = time.monotonic() - began
        self._stale_at = time.monotonic() + max(FRESH_SECONDS, REST * took)

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when this is registered."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """What was read last."""
        if self._now is not None:
            yield from self._gauges(self._now)
        if _attempts:
            yield self._counted()

    def _gauges(self, now: datetime) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("fibregate_kci_queue", "KCIs that endpoints have not taken yet", labels=["tenant"])
        age = GaugeMetricFamily(
            "fibregate_kci_oldest_undelivered_seconds", "Business time since the oldest was told", labels=["tenant"]
        )
        parked = GaugeMetricFamily("fibregate_kci_parked", "KCIs in lanes that are parked", labels=["tenant"])
        for tenant, code in self._codes.items():
            queue = self._queues.get(tenant, Queue(0, 0, None))
            seconds = max(0.0, (now - queue.oldest_at).total_seconds()) if queue.oldest_at else 0.0
            waiting.add_metric([code], queue.waiting)
            age.add_metric([code], seconds)
            parked.add_metric([code], queue.parked)
        return waiting, age, parked

    def _counted(self) -> Metric:
        made = CounterMetricFamily(
            "fibregate_delivery_attempts", "Attempts to deliver a KCI, by this process", labels=["tenant", "outcome"]
        )
        for (tenant, outcome), count in _attempts.items():
            made.add_metric([self._codes.get(tenant, str(tenant)), outcome], count)
        return made
