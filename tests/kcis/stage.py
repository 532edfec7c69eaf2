"""A database with two tenants and their orders, a frozen business clock, and the worker's part of delivering."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any
from uuid import UUID

from fibregate.calendars import stamp
from fibregate.clock import BusinessTime
from fibregate.db import WORK_ROLE, Db
from fibregate.doors.wholesale import rendering
from fibregate.kcis import actions as kcis
from fibregate.kcis.delivery import actions as delivery
from fibregate.kcis.delivery.access import Accesses
from fibregate.kcis.delivery.actions import Post
from fibregate.kcis.delivery.flights import Flights
from fibregate.kcis.delivery.model import Rendering
from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.endpoints.model import Rules
from fibregate.kcis.endpoints.trials import Trials
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.migrate import Dsns
from fibregate.tenants.model import Actor
from fibregate.vault import Vault
from fibregate.vocabulary import OrderKey, TenantId
from fibregate.web.connector import Connector
from fibregate.web.guard import Guard

START = datetime(2025, 7, 1, 9, tzinfo=UTC)
LOOPBACK = Guard(allow=["127.0.0.0/8", "::1/128"], ports=None, plain_http=True)
RENDERINGS = {rendering.NAME: Rendering(rendering.render)}
BY = Actor("test")


class FrozenClock:
    """The database's own clock, stopped; moved by hand."""

    def __init__(self, db: Db) -> None:
        self._db = db

    async def now(self) -> BusinessTime:
        row = await self._db.row("select clock() as now", None)
        assert row is not None
        return BusinessTime(row["now"])

    async def set(self, moment: datetime) -> None:
        await self._db.row("update business_clock set sandbox = true, frozen_at = $1", None, moment)

    async def advance(self, span: timedelta) -> None:
        await self.set(await self.now() + span)


_ORDER = """
insert into orders (
    tenant_id, id, door, supplier_id, order_type, status, uprn, address, service, characteristics, primary_contact,
    body_hash, request_id, conversation_id
)
select $1, $2, 'WHOLESALE', supplier_id, 'NEW', 'ACKNOWLEDGED', $3, '{"id": "1", "type": "UPRN"}', 'fttp', '[]', '{}',
    '', 'request-1', 'conversation-1'
from suppliers
returning order_key
"""
_NUMBER = """
update orders set kci_count = kci_count + 1 where tenant_id = $1 and order_key = $2 returning id, kci_count
"""


@dataclass
class Stage:
    web: Db
    work: Db
    clock: FrozenClock
    vault: Vault
    connector: Connector
    ours: TenantId
    theirs: TenantId
    retry_days: int = 7
    rest_seconds: float = 0
    order_ids: "count[int]" = field(default_factory=lambda: count(159))

    @property
    def rules(self) -> Rules:
        return Rules(guard=LOOPBACK, renderings=RENDERINGS, vault=self.vault)

    @cached_property
    def accesses(self) -> Accesses:
        return Accesses(self.connector, self.vault)

    @property
    def trials(self) -> Trials:
        return Trials(
            db=self.web,
            clock=self.clock,
            connector=self.connector,
            accesses=self.accesses,
            vault=self.vault,
            renderings=RENDERINGS,
            total_seconds=3,
        )

    @property
    def post(self) -> Post:
        return Post(
            db=self.work,
            flights=Flights(self.work),
            clock=self.clock,
            connector=self.connector,
            accesses=self.accesses,
            vault=self.vault,
            renderings=RENDERINGS,
            retry_days=self.retry_days,
            rest_seconds=self.rest_seconds,
        )

    async def order(self, tenant: TenantId | None = None, *, uprn: int = 1) -> OrderKey:
        row = await self.web.row(_ORDER, tenant or self.ours, next(self.order_ids), uprn)
        assert row is not None
        return OrderKey(row["order_key"])

    async def tell(self, order: OrderKey, tenant: TenantId | None = None, **facts: Any) -> None:
        tenant = tenant or self.ours
        now = await self.clock.now()
        async with self.web.tx(tenant) as tx:
            row = await tx.row(_NUMBER, tenant, order)
            assert row is not None
            told = {
                "reason": "UPDATE",
                "status": "ACKNOWLEDGED",
                "orderId": row["id"],
                "orderType": "NEW",
                "happenedAt": stamp(now),
                "conversationId": "conversation-1",
                **facts,
            }
            await kcis.tell(
                tx,
                tenant,
                order,
                number=row["kci_count"],
                reason="UPDATE",
                status="ACKNOWLEDGED",
                facts=told,
                issued_at=None,
                received_at=None,
                now=now,
            )

    async def endpoint(self, url: str, tenant: TenantId | None = None) -> tuple[UUID, str]:
        tenant = tenant or self.ours
        async with self.web.tx(tenant) as tx:
            made, secret = await endpoints.create(
                tx, tenant, url=url, rendering=rendering.NAME, rules=self.rules, by=BY
            )
        return made.endpoint_id, secret

    async def claim(self, owner: str = "worker") -> list[Claim]:
        """What is due of deliveries; alarms that are due as well are left to nobody."""
        return [one for one in await lanes.claim(self.work, owner, limit=50) if one.kind in {"kci", "replay"}]

    async def work_off(self) -> int:
        """Deliver all that is due now; how many attempts or visits it took."""
        visits = 0
        while claims := await self.claim():
            await asyncio.gather(*(delivery.deliver_in_a_row(self.post, claim) for claim in claims))
            visits += len(claims)
        return visits

    async def lane(self) -> Any:
        row = await self.work.row("select * from lanes where kind = 'kci'", None)
        assert row is not None
        return row

    async def step(self, span: timedelta) -> int:
        await self.clock.advance(span)
        return await self.work_off()

    async def attempts(self, tenant: TenantId | None = None) -> list[Any]:
        return await self.web.rows(
            "select * from delivery_attempts where tenant_id = $1 order by started_at, sequence_number, attempt",
            tenant or self.ours,
        )


@asynccontextmanager
async def staged(dsns: Dsns) -> AsyncGenerator[Stage]:
    web, work = Db(dsns.runtime, size=12), Db(dsns.runtime, role=WORK_ROLE, size=12)
    clock = FrozenClock(web)
    async with Connector(LOOPBACK, connect_seconds=2, total_seconds=3) as connector:
        try:
            await clock.set(START)
            ours, theirs = [await _tenant(web, code) for code in ("ISP1", "ISP2")]
            yield Stage(web, work, clock, Vault(b"k" * 32), connector, ours, theirs)
        finally:
            await web.close()
            await work.close()


async def _tenant(db: Db, code: str) -> TenantId:
    row = await db.row("insert into tenants (code) values ($1) returning tenant_no", None, code)
    assert row is not None
    return TenantId(row["tenant_no"])


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Waits for a condition, with a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
