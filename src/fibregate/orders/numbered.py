"""Place an order under a number of ours, in somebody's transaction: what the tenant door does."""

from dataclasses import replace

from fibregate.appointments import store as reservations
from fibregate.appointments.model import Asker
from fibregate.db import Tx
from fibregate.errors import Invalid
from fibregate.orders import actions, store, view
from fibregate.orders.actions import Placement
from fibregate.orders.model import Order, Request
from fibregate.orders.rules import actions as rules
from fibregate.tenants.numbers import actions as numbers
from fibregate.vocabulary import TenantId


async def place(tx: Tx, tenant: TenantId, request: Request, asker: Asker, how: Placement) -> Order:
    """The order, numbered, with its appointment, its work and its audit row. Raises `Invalid` with every fault.

    Breaks a unique key where others were met at the same time: then nothing of the transaction is good, begin again.
    """
    if request.appointment_id is not None:
        await reservations.lock(tx, tenant, request.appointment_id)
    _, facts = await actions.seen(tx, tenant, request, how)
    whole = rules.completed(request, facts)
    found = [*how.faults, *rules.faults(whole, facts, how.now)]
    if found:
        raise Invalid(found)
    numbered = replace(whole, id=await numbers.take(tx, tenant, "ORDER"))
    await actions.put(tx, tenant, numbered, asker, facts=facts, how=how)
    row = await store.find_by_id(tx, tenant, numbered.id)
    if row is None:
        raise AssertionError("an order whose appointment is locked can be kept")
    tx.wakes_workers = True
    return view.read(tenant, row)
