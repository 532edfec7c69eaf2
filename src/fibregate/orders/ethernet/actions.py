"""Take an Ethernet order: under a number of ours in somebody's transaction, or under its caller's own number."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import asyncpg

from fibregate.appointments.model import Asker
from fibregate.clock import BusinessTime
from fibregate.db import Db, Statements, Tx
from fibregate.errors import Invalid, Unavailable
from fibregate.orders import store as orders
from fibregate.orders import view
from fibregate.orders.actions import TRIES, Placement
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
    price = _good(*await _seen(tx, tenant, request, supplier, how))
    numbered = replace(request, id=await numbers.take(tx, tenant, "ORDER"))
    await _keep(tx, tenant, numbered, price, asker, supplier=supplier, how=how)
    row = await orders.find_by_id(tx, tenant, numbered.id)
    if row is None:
        raise AssertionError("the order was just kept")
    return view.read(tenant, row)


async def place_numbered(
    db: Db, tenant: TenantId, request: Request, asker: Asker, *, supplier: SupplierId, how: Placement
) -> None:
    """Take the order under the number that it has, once: with its price, its work and its audit row, or not at all.

    Raises `Invalid` with every fault. The same id with an equal body is the same order again and does nothing. A
    cancelled call may have placed it: the same id asked again tells.
    """
    for _ in range(TRIES):
        try:
            async with db.tx(tenant) as tx:
                await _place_once(tx, tenant, request, asker, supplier=supplier, how=how)
        except asyncpg.UniqueViolationError:  # the number, or the price, was used at the same time
            continue
        return
    raise Unavailable("The order met others at the same time too often; nothing was done.", 1)


async def _place_once(
    tx: Tx, tenant: TenantId, request: Request, asker: Asker, *, supplier: SupplierId, how: Placement
) -> None:
    seen = await _seen(tx, tenant, request, supplier, how)
    # After the price: an equal order that came in between has taken it, and is found here.
    known = await store.find_body(tx, tenant, request.id)
    if known is not None:
        if known != request.body_hash:
            raise Invalid(f"id: {request.id} was used for another order; send a new id")
        return
    price = _good(*seen)
    if not how.dry_run:
        await _keep(tx, tenant, request, price, asker, supplier=supplier, how=how)


async def _seen(
    tx: Tx, tenant: TenantId, request: Request, supplier: SupplierId, how: Placement
) -> tuple[Price | None, list[str]]:
    """The price that the order rests on, and every fault."""
    price = await _price(tx, tenant, request, supplier)
    return price, [*how.faults, *await _judged(tx, request, price, supplier, how.now)]


def _good(price: Price | None, found: list[str]) -> Price:
    """The price of an order that can be taken. Raises `Invalid` with every fault."""
    if found or price is None:
        raise Invalid(found)
    return price


async def _keep(
    tx: Tx, tenant: TenantId, request: Request, price: Price, asker: Asker, *, supplier: SupplierId, how: Placement
) -> None:
    await store.place(
        tx,
        tenant,
        request,
        asker,
        supplier=supplier,
        uprn=_uprn(request),
        items=_named(request, price),
        play=how.play,
        now=how.now,
    )
    tx.wakes_workers = True


async def faults(
    on: Statements, tenant: TenantId, request: Request, *, supplier: SupplierId, now: BusinessTime
) -> list[str]:
    """All that `place` would raise `Invalid` for."""
    return await _judged(on, request, await _price(on, tenant, request, supplier), supplier, now)


def faults_of_play(play: Mapping[str, Any] | None) -> tuple[str, ...]:
    """A sandbox's headers that an Ethernet order cannot have."""
    return tuple(rules.unfit(play or {}))


def faults_of_dates(request: Request, now: BusinessTime) -> list[str]:
    """Those that no supplier is needed to know."""
    return list(rules.past(request, now))


async def _judged(
    on: Statements, request: Request, price: Price | None, supplier: SupplierId, now: BusinessTime
) -> list[str]:
    return rules.faults(request, price, await network.find_prices(on, supplier), now)


async def _price(on: Statements, tenant: TenantId, request: Request, supplier: SupplierId) -> Price | None:
    row = await store.find_price(on, tenant, supplier, request.supplier_quote_id)
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
