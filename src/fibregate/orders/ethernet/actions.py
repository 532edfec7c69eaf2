"""Take an Ethernet order under a number of ours, in somebody's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from fibregate.appointments.model import Asker
from fibregate.clock import BusinessTime
from fibregate.db import Statements, Tx
from fibregate.errors import Invalid
from fibregate.orders import store as orders
from fibregate.orders import view
from fibregate.orders.actions import Placement
from fibregate.orders.ethernet import rules, store
from fibregate.orders.ethernet.model import Price, Request
from fibregate.orders.model import Order
from fibregate.suppliers.network.ethernet import actions as network
from fibregate.tenants.numbers import actions as numbers
from fibregate.vocabulary import SupplierId, TenantId


async def place(
    tx: Tx, tenant: TenantId, request: Request, asker: Asker, *, supplier: SupplierId, how: Placement
) -> Order:
    """The order, with its price, its work and its audit row. Raises `Invalid` with every fault.

    Breaks a unique key where another order took the price at the same time: begin again.
    """
    price = await _price(tx, tenant, request)
    found = [*how.faults, *await _judged(tx, request, price, supplier, how.now)]
    if found or price is None:
        raise Invalid(found)
    number = await numbers.take(tx, tenant, "ORDER")
    await store.place(
        tx,
        tenant,
        number,
        request,
        asker,
        supplier=supplier,
        uprn=_uprn(request),
        items=_named(request, price),
        play=how.play,
        now=how.now,
    )
    row = await orders.find_by_id(tx, tenant, number)
    if row is None:
        raise AssertionError("the order was just kept")
    tx.wakes_workers = True
    return view.read(tenant, row)


async def faults(
    on: Statements, tenant: TenantId, request: Request, *, supplier: SupplierId, now: BusinessTime
) -> list[str]:
    """All that `place` would raise `Invalid` for."""
    return await _judged(on, request, await _price(on, tenant, request), supplier, now)


def faults_of_dates(request: Request, now: BusinessTime) -> list[str]:
    """Those that no supplier is needed to know."""
    return list(rules.past(request, now))


async def _judged(
    on: Statements, request: Request, price: Price | None, supplier: SupplierId, now: BusinessTime
) -> list[str]:
    return rules.faults(request, price, await network.find_prices(on, supplier), now)


async def _price(on: Statements, tenant: TenantId, request: Request) -> Price | None:
    row = await store.find_price(on, tenant, request.supplier, request.supplier_quote_id)
    return Price(**row) if row else None


def _uprn(request: Request) -> int | None:
    address = request.sites[request.first_site].address
    keys = (address, *address.additional)
    return next((int(one.id) for one in keys if one.type == "UPRN"), None)


def _named(request: Request, price: Price) -> Sequence[Mapping[str, Any]]:
    """The items as they were sent, with the names that the quote gave their products."""
    names = {one["serviceSpecification"]["id"]: one["serviceSpecification"].get("name") for one in price.services}
    return [_with_name(one, names) for one in request.items_sent]


def _with_name(item: Mapping[str, Any], names: Mapping[str, str | None]) -> dict[str, Any]:
    service = item["service"]
    product = service["serviceSpecification"]["id"]
    name = names.get(product)
    named = {"id": product, **({"name": name} if name else {})}
    return {**item, "service": {**service, "serviceSpecification": named}}
