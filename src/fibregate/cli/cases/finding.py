"""An order found by whatever somebody has in hand: its number, a reference, a KCI's id, an appointment's reference."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fibregate.cli.cases import store
from fibregate.cli.context import Refused, Workbench
from fibregate.db import Row
from fibregate.errors import Unknown
from fibregate.orders import actions as orders
from fibregate.orders.model import Order
from fibregate.tenants import actions as tenants
from fibregate.tenants.model import Tenant

HIGHEST: Final = 9_007_199_254_740_991


@dataclass(frozen=True, slots=True)
class Found:
    """One order, whose it is, and by what it was found."""

    tenant: Tenant
    order: Order
    by: str


async def find(bench: Workbench, named: str, tenant_code: str | None) -> Found:
    """Raises `Unknown`, and `Refused` where several orders are meant, naming them."""
    text = named.strip()
    asked = await _asked(bench, tenant_code)
    found = [one for tenant in asked for one in await _of_tenant(bench, tenant, text)]
    if not found:
        whose = f" of {tenant_code}" if tenant_code else ""
        raise Unknown(f"there is no order{whose} with the number, reference, KCI or appointment {text!r}")
    return await only(bench, found)


async def by_request(bench: Workbench, ids: Iterable[str], tenant_code: str | None) -> Found | None:
    """The one order that was placed under one of these request or conversation ids, if there is just one."""
    wanted = sorted({one for one in ids if one})
    found: list[Match] = []
    for tenant in await _asked(bench, tenant_code) if wanted else ():
        found += _matches(tenant, await store.by_request(bench.db, tenant.tenant_id, wanted))
    return await only(bench, found) if len({(one.tenant.code, one.order_id) for one in found}) == 1 else None


async def by_uuid(bench: Workbench, named: UUID, tenant_code: str | None) -> Found | None:
    """The order that has a KCI or a supplier's update of this id."""
    found: list[Match] = []
    for tenant in await _asked(bench, tenant_code):
        found += _matches(tenant, await store.by_uuid(bench.db, tenant.tenant_id, named))
    return await only(bench, found) if found else None


async def _asked(bench: Workbench, tenant_code: str | None) -> list[Tenant]:
    return [await tenants.get(bench.db, tenant_code)] if tenant_code else await tenants.list_all(bench.db)


@dataclass(frozen=True, slots=True)
class Match:
    """An order that may be meant."""

    tenant: Tenant
    order_id: int
    by: str


async def only(bench: Workbench, found: list[Match]) -> Found:
    """The one that all of them are. Raises `Refused` where they differ."""
    different = {(one.tenant.code, one.order_id): one for one in found}
    if len(different) > 1:
        several = ", ".join(f"{one.order_id} of {one.tenant.code} ({one.by})" for one in different.values())
        raise Refused(f"several orders are meant: {several}; say which, with --tenant and its number")
    one = found[0]
    return Found(one.tenant, await orders.get(bench.db, one.tenant.tenant_id, one.order_id), one.by)


def _matches(tenant: Tenant, rows: Iterable[Row]) -> list[Match]:
    return [Match(tenant, row["id"], row["named"]) for row in rows]


async def _of_tenant(bench: Workbench, tenant: Tenant, text: str) -> list[Match]:
    """A number is the tenant's own first; only where it has no such order may it be a reference."""
    if text.isascii() and text.isdigit() and 1 <= int(text[:20]) <= HIGHEST:
        try:
            order = await orders.get(bench.db, tenant.tenant_id, int(text))
        except Unknown:
            pass
        else:
            return [Match(tenant, order.id, "number")]
    identity = uuid_of(text)
    if identity is not None:
        return _matches(tenant, await store.by_uuid(bench.db, tenant.tenant_id, identity))
    return _matches(tenant, await store.by_reference(bench.db, tenant.tenant_id, text))


def uuid_of(text: str) -> UUID | None:
    """None for what is no UUID."""
    try:
        return UUID(text)
    except ValueError:
        return None
