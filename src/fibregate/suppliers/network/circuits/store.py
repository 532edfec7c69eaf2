"""Rows of circuits and of their sites; each is one tenant's."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fibregate.db import Row, Statements
from fibregate.suppliers.network.circuits.model import Planned
from fibregate.vocabulary import OrderKey, TenantId

_COLUMNS = """
c.service_id, c.supplier_id, u.code as supplier, c.circuit_reference, o.id as order_id, c.place, c.product, c.bandwidth,
c.months, c.monthly, c.state, c.since, c.term_from, c.ceased_at,
(
    select jsonb_agg(jsonb_build_object(
        'place', s.place, 'vlan', s.outer_vlan || '.' || s.inner_vlan, 'name', s.name, 'role', s.role,
        'postcode', s.postcode, 'address', s.address
    ) order by s.place)
    from ethernet_circuit_sites as s where s.tenant_id = $1 and s.service_id = c.service_id
) as ends
"""
_FROM = """
from ethernet_circuits as c
join suppliers as u on u.supplier_id = c.supplier_id
left join orders as o on o.tenant_id = $1 and o.order_key = c.order_key
"""

_OF_ORDER = f"select {_COLUMNS} {_FROM} where c.tenant_id = $1 and c.order_key = $2 order by c.place"


async def list_of_order(on: Statements, tenant: TenantId, order: OrderKey) -> list[Row]:
    """Those that the order brings, or has brought."""
    return await on.rows(_OF_ORDER, tenant, order)


_FIND = f"select {_COLUMNS} {_FROM} where c.tenant_id = $1 and c.service_id = $2"
_LOCK = f"{_FIND} for no key update of c"


async def find(on: Statements, tenant: TenantId, service: str) -> Row | None:
    return await on.row(_FIND, tenant, service)


async def lock(on: Statements, tenant: TenantId, service: str) -> Row | None:
    return await on.row(_LOCK, tenant, service)


_LIVE = f"""
select {_COLUMNS} {_FROM}
where c.tenant_id = $1 and c.since is not null and ($2 or c.state = 'ACTIVE') and ($3::bigint is null or exists (
    select 1 from ethernet_circuit_sites as s
    where s.tenant_id = $1 and s.service_id = c.service_id and s.handover = 'UPRN ' || $3::bigint
))
order by c.since, c.service_id limit $4
"""  # noqa: S608 - constants


async def list_live(on: Statements, tenant: TenantId, *, ceased: bool, uprn: int | None, limit: int) -> list[Row]:
    """With `ceased`, those that have ended too."""
    return await on.rows(_LIVE, tenant, ceased, uprn, limit)


_WANTED = """
select o.supplier_id, o.characteristics, e.sites, e.items, i.services, i.months, i.recurring_charges
from orders as o
join ethernet_orders as e on e.tenant_id = $1 and e.order_key = o.order_key
join quote_items as i
    on i.tenant_id = $1 and i.supplier_id = e.supplier_id and i.supplier_quote_id = e.supplier_quote_id
where o.tenant_id = $1 and o.order_key = $2
"""


async def find_wanted(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    """What the order asks for, and the price that it rests on."""
    return await on.row(_WANTED, tenant, order)


_TAKE_TURN = "select pg_advisory_xact_lock(7311017, $1)"


async def take_turn(on: Statements, tenant: TenantId) -> None:
    """A tenant's circuits get their VLANs one after the other."""
    await on.row(_TAKE_TURN, None, tenant)


_INSERT = """
insert into ethernet_circuits (
    tenant_id, service_id, supplier_id, circuit_reference, order_key, place, product, bandwidth, months, monthly, state,
    since, term_from
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::numeric, $11, $12, $13) returning service_id
"""


async def insert(on: Statements, tenant: TenantId, one: Planned) -> None:
    """Live from the beginning where it is known since when."""
    await on.row(
        _INSERT,
        tenant,
        one.service_id,
        one.supplier_id,
        one.reference,
        one.order,
        one.place,
        one.product,
        one.bandwidth,
        one.months,
        str(one.monthly),
        "ALLOCATED" if one.since is None else "ACTIVE",
        one.since,
        one.term_from,
    )


# The VLAN that is wanted, where it is free there, else the first free one from 1001 on, else from 2 on; under the first
# outer tag that has any.
_INSERT_SITE = """
with first as (
    select o as outer_vlan from generate_series(101, 110) as o
    where (
        select count(*) from ethernet_circuit_sites as s
        where s.tenant_id = $1 and s.handover = $4 and s.outer_vlan = o and s.released_at is null
    ) < 4093
    order by o limit 1
),
tags as (
    select outer_vlan, i as inner_vlan from first, generate_series(2, 4094) as i
    union all
    select $5::smallint, $6::smallint where $6::smallint is not null
),
free as (
    select t.outer_vlan, t.inner_vlan from tags as t
    where not exists (
        select 1 from ethernet_circuit_sites as s
        where s.tenant_id = $1 and s.handover = $4 and s.outer_vlan = t.outer_vlan and s.inner_vlan = t.inner_vlan
            and s.released_at is null
    )
    order by (t.outer_vlan, t.inner_vlan) is distinct from ($5::smallint, $6::smallint), t.inner_vlan < 1001,
        t.inner_vlan
    limit 1
)
insert into ethernet_circuit_sites (
    tenant_id, service_id, place, handover, outer_vlan, inner_vlan, name, role, postcode, address
)
select $1, $2, $3, $4, outer_vlan, inner_vlan, $7, $8, $9, $10 from free returning place
"""


async def insert_site(
    on: Statements,
    tenant: TenantId,
    service: str,
    place: int,
    site: Mapping[str, Any],
    *,
    handover: str,
    wanted: tuple[int, int] | None = None,
) -> bool:
    """False where the tenant has no VLAN left there."""
    outer, inner = wanted or (None, None)
    row = await on.row(
        _INSERT_SITE,
        tenant,
        service,
        place,
        handover,
        outer,
        inner,
        site["name"],
        site["role"],
        site["postcode"],
        dict(site["address"]),
    )
    return row is not None


_ACTIVATE = """
update ethernet_circuits set state = 'ACTIVE', since = $3, term_from = $4
where tenant_id = $1 and order_key = $2 and state = 'ALLOCATED' returning service_id
"""


async def activate(on: Statements, tenant: TenantId, order: OrderKey, now: datetime, term_from: date) -> None:
    await on.rows(_ACTIVATE, tenant, order, now, term_from)


_GIVE_UP = """
with gone as (
    update ethernet_circuits set state = 'CEASED'
    where tenant_id = $1 and order_key = $2 and state = 'ALLOCATED' returning service_id
)
update ethernet_circuit_sites as s set released_at = $3 from gone
where s.tenant_id = $1 and s.service_id = gone.service_id and s.released_at is null returning s.place
"""


async def give_up(on: Statements, tenant: TenantId, order: OrderKey, now: datetime) -> None:
    """What was set up for the order and never lived."""
    await on.rows(_GIVE_UP, tenant, order, now)


# What the order says, from the day that it is done; a renewed term begins on it.
_MODIFY = """
update ethernet_circuits as c set bandwidth = coalesce(a.bandwidth, c.bandwidth), months = coalesce(a.months, c.months),
    monthly = a.monthly, term_from = case when a.months is null then c.term_from else $3 end
from circuit_orders as a
where a.tenant_id = $1 and a.order_key = $2 and c.tenant_id = $1 and c.service_id = a.service_id and c.state = 'ACTIVE'
returning c.service_id
"""


async def modify(on: Statements, tenant: TenantId, order: OrderKey, today: date) -> bool:
    """False where the circuit has ended."""
    return await on.row(_MODIFY, tenant, order, today) is not None


_CEASE = """
with gone as (
    update ethernet_circuits as c set state = 'CEASED', ceased_at = $3 from circuit_orders as a
    where a.tenant_id = $1 and a.order_key = $2 and c.tenant_id = $1 and c.service_id = a.service_id
        and c.state = 'ACTIVE'
    returning c.service_id
)
update ethernet_circuit_sites as s set released_at = $3 from gone
where s.tenant_id = $1 and s.service_id = gone.service_id and s.released_at is null returning s.place
"""


async def cease(on: Statements, tenant: TenantId, order: OrderKey, now: datetime) -> None:
    """Its VLANs are free again; it stays known."""
    await on.rows(_CEASE, tenant, order, now)
