"""The ways out of a process: to tenants' endpoints, and to suppliers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fibregate.clock import BusinessClock
from fibregate.db import Db
from fibregate.settings import Settings
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.circuits.model import Half
from fibregate.suppliers.circuits.reporter import Reporter
from fibregate.suppliers.http.access import Accesses
from fibregate.tenants.callers import Callers
from fibregate.vault import Vault
from fibregate.web.connector import Connector
from fibregate.web.guard import Guard

SUPPLIER_SECONDS: Final = 30.0
"""For what an account does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the halves of one process share."""

    db: Db
    clock: BusinessClock
    settings: Settings
    vault: Vault
    callers: Callers
    guard: Guard
    supplier_guard: Guard


def to_tenants(settings: Settings) -> Guard:
    """Where webhooks may go."""
    return Guard(
        allow=settings.webhook_allow, ports=settings.webhook_ports or None, plain_http=settings.webhook_plain_http
    )


def to_suppliers(settings: Settings) -> Guard:
    """Where suppliers may be."""
    return Guard(
        allow=settings.supplier_allow, ports=settings.supplier_ports or None, plain_http=settings.supplier_plain_http
    )


def connector(shared: Shared) -> Connector:
    """The worker and the web server have one each: neither waits for what the other has open."""
    return Connector(
        shared.guard,
        connect_seconds=shared.settings.webhook_connect_seconds,
        total_seconds=shared.settings.webhook_total_seconds,
    )


@asynccontextmanager
async def networks(shared: Shared, half: Half) -> AsyncGenerator[Networks]:
    """The suppliers far away, for one half of a process: it tells how they answer, and the worker judges them."""
    async with Connector(
        shared.supplier_guard, connect_seconds=SUPPLIER_SECONDS, total_seconds=SUPPLIER_SECONDS
    ) as calls:
        failures = shared.settings.supplier_failures
        found = Networks(shared.db, shared.vault, Accesses(calls), failures=failures)
        failing_after = timedelta(seconds=shared.settings.supplier_failing_seconds)
        clock = shared.clock if half is Half.WORKER else None
        reporter = Reporter(shared.db, found, half, clock=clock, failing_after=failing_after)
        telling = asyncio.create_task(reporter.run())
        try:
            yield found
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
