"""Our side of a supplier far away, on a database of the test's own: one tenant, one account, one route."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.suppliers.http.peer import Peer, account, peer
from tests.web.test_connector import LOOPBACK

from fibregate.clock import SystemClock
from fibregate.db import APP_ROLE, WORK_ROLE, Db
from fibregate.migrate import Dsns
from fibregate.suppliers.accounts import actions, store
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.breaker import Breaker
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.health import Health
from fibregate.suppliers.http.access import Accesses
from fibregate.suppliers.http.model import Basic
from fibregate.suppliers.questions import Trace
from fibregate.tenants import actions as tenants
from fibregate.tenants.model import Actor
from fibregate.vault import Vault
from fibregate.vocabulary import SupplierId, TenantId
from fibregate.web.connector import Connector

BY = Actor("test", "here")
CODE = "ALTNET1"


@dataclass
class Ground:
    web: Db
    work: Db
    vault: Vault
    connector: Connector
    there: Peer
    tenant: TenantId
    clock: SystemClock = field(default_factory=SystemClock)
    rows: Any = field(default_factory=lambda: count(1))

    def networks(self, db: Db, *, failures: int = 3, rest_seconds: float = 60) -> Networks:
        """As a process has them, with a breaker of its own."""
        found = Networks(db, self.vault, Accesses(self.connector))
        breaker = Breaker(failures=failures, rest_seconds=rest_seconds)
        found.health[CODE] = Health(breaker=breaker, turned=found.turned.set)
        return found

    async def account_id(self, name: str = "default") -> int:
        return next(row["account_id"] for row in await store.list_accounts(self.web) if row["name"] == name)

    async def supplier_id(self) -> SupplierId:
        return next(one.supplier_id for one in await actions.list_suppliers(self.web) if one.code == CODE)

    async def calls(self, networks: Networks) -> SupplierFailed | None:
        """One call, and what came of it."""
        try:
            await (await networks.at(await self.account_id())).probe(Trace("conv-1"))
        except SupplierFailed as failed:
            return failed
        return None


@asynccontextmanager
async def ground(dsns: Dsns) -> AsyncGenerator[Ground]:
    web, work = Db(dsns.runtime, role=APP_ROLE, size=3), Db(dsns.runtime, role=WORK_ROLE, size=3)
    vault = Vault(bytes(range(32)))
    try:
        async with peer() as there, Connector(LOOPBACK, connect_seconds=1, total_seconds=2) as connector:
            async with web.tx(None) as tx:
                tenant = (await tenants.add(tx, "ISP1", by=BY)).tenant_id
                await actions.add(tx, CODE, "Fenland Fibre", by=BY)
                await actions.put_account(tx, vault, account(there.url, Basic("us", "secret")), by=BY)
            async with web.tx(tenant) as tx:
                await actions.let(tx, tenant, CODE, by=BY)
            yield Ground(web, work, vault, connector, there, tenant)
    finally:
        await web.close()
        await work.close()
