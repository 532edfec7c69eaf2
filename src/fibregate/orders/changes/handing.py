"""Bring a change to our own network, and say so where the tenant is told of what was sent."""

from dataclasses import replace

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.orders import actions as orders
from fibregate.orders import news
from fibregate.orders import store as rows
from fibregate.orders.changes import actions, outcomes, store
from fibregate.orders.changes.model import Change
from fibregate.orders.model import TENANT_DOOR, Order
from fibregate.orders.states import Step
from fibregate.orders.watch import actions as watch
from fibregate.suppliers.port import Draft
from fibregate.vocabulary import ChangeStatus, OrderKey, Reason, TenantId


async def to_own_network(tx: Tx, tenant: TenantId, key: OrderKey, number: int, now: BusinessTime) -> Change | None:
    """The order's change of that number lies with the network; None where it was decided or the order has ended."""
    order = await orders.lock(tx, tenant, key)
    waiting = [one for one in await actions.find_open(tx, tenant, key) if one.number == number]
    if not waiting or waiting[0].status is not ChangeStatus.RECEIVED_BY_GATEWAY:
        return None
    return await sent(tx, order, waiting[0], f"{order.supplier_reference or order.key}-{number}", now)


async def sent(
    tx: Tx, order: Order, change: Change, reference: str | None, now: BusinessTime, *, sent_id: int | None = None
) -> Change:
    """The network has the change and will decide it; the locked order waits for that."""
    await store.mark(tx, order.tenant, change.key, ChangeStatus.PENDING, reference=reference, sent_id=sent_id)
    pending = replace(change, status=ChangeStatus.PENDING, supplier_reference=reference, sent_id=sent_id)
    waiting = outcomes.Answer(None, [pending, *await actions.find_open(tx, order.tenant, order.key)])
    step = Step(order.status, order.returns_to, order.beneath).under(waiting.waits)
    waits = replace(order, status=step.status, beneath=step.beneath, updated_at=now)
    await rows.move(tx, waits)
    await watch.begin(tx, waits, change.kind.value, now)
    if change.door == TENANT_DOOR:
        text = f"{change.kind.value.capitalize()} {change.id} was sent to {order.supplier}."
        told = {change.kind.value.lower(): pending.shown()}
        await news.tell(tx, waits, Draft(reason=Reason.UPDATE, text=text), now, before=order, more=told)
    return pending
