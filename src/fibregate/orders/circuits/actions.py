"""Take an order about a circuit under a number of ours, in somebody's transaction."""

from fibregate.appointments.model import Asker
from fibregate.db import Statements, Tx
from fibregate.errors import Invalid
from fibregate.orders import store as orders
from fibregate.orders import view
from fibregate.orders.actions import Placement
from fibregate.orders.circuits import rules, store
from fibregate.orders.circuits.model import Outcome, Request
from fibregate.orders.circuits.rules import Facts
from fibregate.orders.model import Order
from fibregate.suppliers.network.circuits import actions as circuits
from fibregate.suppliers.network.circuits import rates, terms
from fibregate.suppliers.network.circuits.model import Circuit
from fibregate.suppliers.quoting import BANDWIDTH
from fibregate.tenants.numbers import actions as numbers
from fibregate.vocabulary import OrderType, TenantId


async def place(tx: Tx, tenant: TenantId, request: Request, asker: Asker, how: Placement) -> Order:
    """The order, with what it will cost, its work and its audit row. Raises `Invalid` with every fault.

    Breaks a unique key where another order about the circuit was placed at the same time: begin again.
    """
    circuit = await circuits.lock(tx, tenant, request.service_id)
    facts = await _facts(tx, tenant, request, circuit)
    found = [*how.faults, *rules.faults(request, facts, how.now)]
    if found or facts.circuit is None:
        raise Invalid(found)
    number = await numbers.take(tx, tenant, "ORDER")
    await store.place(
        tx,
        tenant,
        number,
        request,
        asker,
        circuit=facts.circuit,
        outcome=_outcome(request, facts.circuit, facts),
        play=how.play,
        now=how.now,
    )
    row = await orders.find_by_id(tx, tenant, number)
    if row is None:
        raise AssertionError("the order was just kept")
    tx.wakes_workers = True
    return view.read(tenant, row)


async def faults(on: Statements, tenant: TenantId, request: Request, how: Placement) -> list[str]:
    """All that `place` would raise `Invalid` for."""
    named = "serviceId" not in request.unread
    circuit = await circuits.find(on, tenant, request.service_id) if named else None
    return [*how.faults, *rules.faults(request, await _facts(on, tenant, request, circuit), how.now)]


async def _facts(on: Statements, tenant: TenantId, request: Request, circuit: Circuit | None) -> Facts:
    """A circuit at another of our codes is none at the one that is named."""
    if circuit is None or (circuit.supplier != request.supplier and "supplier" not in request.unread):
        return Facts(circuit=None, busy_with=None, rates=None, notice_days=0)
    return Facts(
        circuit=circuit,
        busy_with=await store.busy_with(on, tenant, circuit.service_id),
        rates=await rates.of(on, circuit),
        notice_days=await rates.notice_days(on, circuit),
    )


def _outcome(request: Request, circuit: Circuit, facts: Facts) -> Outcome:
    """Of an order without faults."""
    if request.order_type is OrderType.CEASE:
        if request.wished is None or circuit.term_from is None:
            raise AssertionError("a cease has its day, and a live circuit its term")
        ending = terms.early_ending(circuit.term_from, circuit.months, circuit.monthly, request.wished)
        return Outcome(ending=ending)
    bandwidth = next((one["value"] for one in request.characteristics if one["name"] == BANDWIDTH), circuit.bandwidth)
    monthly = facts.rates.monthly(bandwidth, request.months or circuit.months) if facts.rates else None
    if monthly is None:
        raise AssertionError("its faults were looked for first")
    return Outcome(bandwidth=bandwidth, monthly=monthly)
