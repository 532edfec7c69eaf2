"""A cease that a supplier far away has ordered itself: it becomes an order of the tenant's whose service ends.

The supplier names the service, and us by the tenant that it takes us for; whose service it is, our own orders know.
"""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from fibregate.clock import BusinessTime
from fibregate.db import Db, Tx
from fibregate.errors import Invalid
from fibregate.inbox import actions, store
from fibregate.inbox.actions import Named
from fibregate.orders.ceases import actions as ceases
from fibregate.orders.ceases.actions import Cease
from fibregate.suppliers.port import Addressee, Update
from fibregate.vocabulary import TenantId


@dataclass(frozen=True, slots=True)
class Announced:
    """Which service ends, why, and when."""

    service_id: str
    reason: str
    ends_at: datetime


async def receive(db: Db, named: Named, announced: Announced, update: Update, raw: bytes, *, now: BusinessTime) -> None:
    """Make the order, told as CREATED, and keep the update as read; a repeat does nothing. Raises `Invalid`."""
    if named.reference is None and named.order_id is None:
        raise Invalid("id or supplierOrderReference: at least one must name the order")
    tenant = await store.find_owner(db, named.supplier, announced.service_id)
    if tenant is None:
        raise Invalid(f"serviceId: no service {announced.service_id!r} of yours is known here")
    try:
        await _received(db, tenant, named, announced, update, raw=raw, now=now)
    except asyncpg.UniqueViolationError:  # the same one at the same time: it is there now
        await _received(db, tenant, named, announced, update, raw=raw, now=now)


async def _received(
    db: Db, tenant: TenantId, named: Named, announced: Announced, update: Update, *, raw: bytes, now: BusinessTime
) -> None:
    async with db.tx(tenant) as tx:
        if await store.find_update(tx, tenant, named.supplier, update.id):
            return
        account = await store.find_account(tx, named.supplier, named.tenant_code) if named.tenant_code else None
        await _not_known_yet(tx, named)
        cease = Cease(
            supplier=named.supplier,
            service_id=announced.service_id,
            reason=announced.reason,
            ends_at=announced.ends_at,
            text=update.text,
        )
        order = await ceases.begin(tx, tenant, cease, now)
        about = Addressee(tenant, named.supplier, order.key)
        await store.name_at_supplier(tx, order.key, account=account, number=named.order_id, reference=named.reference)
        await actions.keep_read(tx, about, update, raw, now)


async def _not_known_yet(tx: Tx, named: Named) -> None:
    known = await store.find_by_reference(tx, named.supplier, named.reference) if named.reference else None
    if known is not None:
        raise Invalid(f"supplierOrderReference: you gave {named.reference!r} to another order")
