"""What the gateway itself tells of an order: no supplier said it, so nobody issued it and nothing was received."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.kcis import actions as kcis
from fibregate.orders import store, telling
from fibregate.orders.model import TENANT_DOOR, Order
from fibregate.suppliers.port import Draft
from fibregate.vocabulary import OrderStatus, Reason


async def sent(tx: Tx, order: Order, now: BusinessTime) -> Order:
    """The locked order was handed over: it is sent, and the tenant of a gateway is told so."""
    moved = replace(order, status=OrderStatus.SENT_TO_SUPPLIER, updated_at=now)
    await store.move(tx, moved)
    if order.door != TENANT_DOOR:
        return moved
    return await tell(tx, moved, was_sent(order), now, before=order)


def was_sent(order: Order) -> Draft:
    """What a tenant hears when its order was handed over."""
    return Draft(reason=Reason.UPDATE, text=f"Order sent to {order.supplier}.")


async def tell(
    tx: Tx,
    order: Order,
    draft: Draft,
    now: BusinessTime,
    *,
    before: Order | None = None,
    more: Mapping[str, Any] | None = None,
) -> Order:
    """The next KCI of a locked order; `before` is the order as it stood, where it has moved, `more` are further facts.

    Takes the lock of the tenant's feed, so call it last.
    """
    number = await store.count_kci(tx, order.tenant, order.key, now)
    told = replace(order, kci_count=number, updated_at=now)
    facts = telling.own_facts(before or order, told, draft, now) | dict(more or {})
    await kcis.tell(
        tx,
        told.tenant,
        told.key,
        number=number,
        reason=draft.reason.value,
        status=told.status.value,
        facts=facts,
        issued_at=None,
        received_at=None,
        now=now,
    )
    return told
