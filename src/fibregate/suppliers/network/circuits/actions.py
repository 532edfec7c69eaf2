"""Set the circuits of an order up, complete it, or give up what was set up. Rules: `docs/reference/ethernet.md`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from fibregate.calendars import uk_date
from fibregate.clock import BusinessTime
from fibregate.db import Row, Statements, Tx
from fibregate.errors import Invalid
from fibregate.suppliers.network.circuits import store
from fibregate.suppliers.network.circuits.model import Circuit, End, Planned, SetUp
from fibregate.suppliers.network.ethernet import circuits as names
from fibregate.suppliers.quoting import BANDWIDTH, Role
from fibregate.vocabulary import OrderKey, OrderType, SupplierId, TenantId

_VLAN: Final = re.compile(r"(?:([1-9][0-9]{0,3})\.)?([1-9][0-9]{0,3})")
_LOWEST, _HIGHEST = 2, 4094
_USUAL: Final = 101
"""The outer tag where none is said."""


def read(row: Row) -> Circuit:
    """From a row with the store's columns."""
    return Circuit(
        service_id=row["service_id"],
        supplier_id=SupplierId(row["supplier_id"]),
        supplier=row["supplier"],
        reference=row["circuit_reference"],
        order_id=row["order_id"],
        place=row["place"],
        product=row["product"],
        bandwidth=row["bandwidth"],
        months=row["months"],
        monthly=row["monthly"],
        state=row["state"],
        since=row["since"],
        term_from=row["term_from"],
        ceased_at=row["ceased_at"],
        ends=[End(**one) for one in row["ends"]],
    )


async def of_order(on: Statements, tenant: TenantId, order: OrderKey) -> list[Circuit]:
    """Those that it brings or has brought, in the order of its items."""
    return [read(row) for row in await store.list_of_order(on, tenant, order)]


async def find(on: Statements, tenant: TenantId, service: str) -> Circuit | None:
    """Another tenant's is as unknown as one that is not there; so is one that never lived."""
    return _lived(await store.find(on, tenant, service))


async def lock(tx: Tx, tenant: TenantId, service: str) -> Circuit | None:
    """As `find`; held until the end of the transaction."""
    return _lived(await store.lock(tx, tenant, service))


def _lived(row: Row | None) -> Circuit | None:
    return read(row) if row is not None and row["since"] is not None else None


async def list_live(on: Statements, tenant: TenantId, *, ceased: bool, uprn: int | None, limit: int) -> list[Circuit]:
    """The oldest first; with `ceased`, those that have ended too. `uprn` is that of one of its sites."""
    return [read(row) for row in await store.list_live(on, tenant, ceased=ceased, uprn=uprn, limit=limit)]


async def provision(tx: Tx, tenant: TenantId, order: OrderKey) -> SetUp:
    """The order's circuits, with their VLANs; asked again, the same. Raises `Invalid` where no VLAN is left."""
    found = await of_order(tx, tenant, order)
    if not found:
        await _set_up(tx, tenant, order)
        found = await of_order(tx, tenant, order)
    return SetUp(found)


async def untold(tx: Tx, tenant: TenantId, order: OrderKey) -> dict[str, str]:
    """The facts of circuits that nobody has set up yet, set up now; none where there is nothing more to tell."""
    if await store.list_of_order(tx, tenant, order) or await store.find_wanted(tx, tenant, order) is None:
        return {}
    return (await provision(tx, tenant, order)).facts


async def _set_up(tx: Tx, tenant: TenantId, order: OrderKey) -> None:
    wanted = await store.find_wanted(tx, tenant, order)
    if wanted is None:
        raise Invalid("the order brings no circuit of this network")
    await store.take_turn(tx, tenant)
    services = priced(wanted["items"], wanted["services"], wanted["recurring_charges"])
    references = names.references(order, len(wanted["items"]))
    for place, (product, bandwidth, monthly) in enumerate(services):
        planned = Planned(
            service_id=names.service_id(order, place),
            supplier_id=SupplierId(wanted["supplier_id"]),
            reference=references[place],
            order=order,
            place=place,
            product=product,
            bandwidth=bandwidth,
            months=wanted["months"],
            monthly=monthly,
        )
        await store.insert(tx, tenant, planned)
        given = _given(wanted["characteristics"]) if place == 0 else None
        await hand_over(tx, tenant, planned.service_id, wanted["sites"], given=given)


async def hand_over(
    on: Statements,
    tenant: TenantId,
    service: str,
    sites: Sequence[Mapping[str, Any]],
    *,
    given: tuple[int, int] | None = None,
) -> None:
    """A VLAN at each site; at the tenant's own end the one that it has `given`, where that is free there.

    That is the first B-END, else the last site.
    """
    own = next((place for place, one in enumerate(sites) if one["role"] == Role.B_END), len(sites) - 1)
    for place, site in enumerate(sites):
        where = _handover(site["address"])
        wanted = given if place == own else None
        if not await store.insert_site(on, tenant, service, place, site, handover=where, wanted=wanted):
            raise Invalid(f"the tenant has no VLAN left at {where}")


def _handover(address: Mapping[str, Any]) -> str:
    kind, key = str(address["type"]), str(address["id"])
    return f"{kind} {key.lstrip('0') or '0'}" if kind == "UPRN" else f"{kind} {key.upper()}"


def _given(characteristics: Sequence[Mapping[str, str]]) -> tuple[int, int] | None:
    """The VLAN that an amendment of the order has brought: one of two tags, or an inner one."""
    said = next((one["value"] for one in characteristics if one["name"] == names.OF_A_SITE[0]), "")
    found = _VLAN.fullmatch(said)
    tags = (int(found[1] or _USUAL), int(found[2])) if found else None
    return tags if tags and all(_LOWEST <= one <= _HIGHEST for one in tags) else None


def priced(
    items: Sequence[Mapping[str, Any]], services: Sequence[Mapping[str, Any]], charges: Sequence[Mapping[str, str]]
) -> Iterator[tuple[str, str, Decimal]]:
    """Of each item its product, its bandwidth, and what it costs a month.

    `services` and `charges` are those of the price: the charges stand in the order of its services, equally many for
    each. An order names each of these services once, in any order.
    """
    each = len(charges) // len(services)
    left = [(one, charges[place * each : (place + 1) * each]) for place, one in enumerate(services)]
    for item in items:
        found = next(one for one in left if _same(item["service"], one[0]))
        left.remove(found)
        service, lines = found
        monthly = sum((Decimal(one["amount"]) for one in lines), Decimal("0.00"))
        yield service["serviceSpecification"]["id"], _bandwidth(service) or "", monthly


def _same(ordered: Mapping[str, Any], quoted: Mapping[str, Any]) -> bool:
    """A bandwidth that the order leaves out is the quoted one."""
    if ordered["serviceSpecification"]["id"] != quoted["serviceSpecification"]["id"]:
        return False
    return _bandwidth(ordered) in {None, _bandwidth(quoted)}


def _bandwidth(service: Mapping[str, Any]) -> str | None:
    said = service.get("serviceCharacteristic") or ()
    return next((str(one["value"]) for one in said if one["name"] == BANDWIDTH), None)


async def complete(tx: Tx, tenant: TenantId, order: OrderKey, kind: OrderType, now: BusinessTime) -> None:
    """The order is done: its circuits live from now on, and their term begins today; or are changed, or have ended.

    What nobody has set up yet is set up now. Raises `Invalid` where the circuit that it changes has ended.
    """
    match kind:
        case OrderType.MODIFY:
            if not await store.modify(tx, tenant, order, uk_date(now)):
                raise Invalid("the circuit is live no longer")
        case OrderType.CEASE:
            await store.cease(tx, tenant, order, now)
        case _:
            await provision(tx, tenant, order)
            await store.activate(tx, tenant, order, now, uk_date(now))


async def give_up(tx: Tx, tenant: TenantId, order: OrderKey, now: BusinessTime) -> None:
    """The order ended without a service: its VLANs are free again."""
    await store.give_up(tx, tenant, order, now)
