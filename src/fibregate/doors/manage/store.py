"""What this door reads across rooms: the feed with its KCIs, lists of orders, and orders against what is claimed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fibregate.db import Row, Statements
from fibregate.vocabulary import TenantId

_LIST_FEED = """
select
    f.position, f.type, f.at, f.appointment_id, f.appointment_state, f.sequence_number, f.skipped_at_endpoint, k.facts
from feed as f
left join kcis as k
    on k.tenant_id = f.tenant_id and k.order_key = f.order_key and k.sequence_number = f.sequence_number
where f.tenant_id = $1 and f.position > $2
order by f.position limit $3
"""


async def list_feed(on: Statements, tenant: TenantId, *, after: int, limit: int) -> Sequence[Row]:
    """Positions are given out under a lock, so whoever sees one has seen all before it."""
    return await on.rows(_LIST_FEED, tenant, after, limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What orders must be like; None asks for nothing. `created_to` is exclusive."""

    statuses: Sequence[str] | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    updated_since: datetime | None = None
    uprn: int | None = None
    order_type: str | None = None


_LIST_ORDERS = """
select
    o.order_key, o.id, o.order_type, o.status, s.code as supplier, o.supplier_reference, o.address, o.service,
    o.requested_completion_date, o.reservation_id, o.committed_at, o.target_at, o.kci_count, o.created_at, o.updated_at
from orders as o
join suppliers as s on s.supplier_id = o.supplier_id
where o.tenant_id = $1
    and ($2::text[] is null or o.status = any($2))
    and ($3::timestamptz is null or o.created_at >= $3)
    and ($4::timestamptz is null or o.created_at < $4)
    and ($5::timestamptz is null or o.updated_at >= $5)
    and ($6::bigint is null or o.uprn = $6)
    and ($7::text is null or o.order_type = $7)
    and (o.created_at, o.order_key) > (coalesce($8::timestamptz, '-infinity'), $9::bigint)
order by o.created_at, o.order_key limit $10
"""


async def list_orders(
    on: Statements, tenant: TenantId, like: Filter, *, after: tuple[datetime | None, int], limit: int
) -> Sequence[Row]:
    """The oldest first."""
    return await on.rows(
        _LIST_ORDERS,
        tenant,
        None if like.statuses is None else list(like.statuses),
        like.created_from,
        like.created_to,
        like.updated_since,
        like.uprn,
        like.order_type,
        *after,
        limit,
    )


_LIST_CLAIMED = """
select o.order_key, o.id, o.status, o.kci_count
from unnest($2::bigint[]) as c (id) join orders as o on o.tenant_id = $1 and o.id = c.id
"""


async def list_claimed(on: Statements, tenant: TenantId, ids: Sequence[int]) -> Sequence[Row]:
    return await on.rows(_LIST_CLAIMED, tenant, list(ids))


_LIST_MISSING = """
select k.order_key, k.facts, k.created_at as at
from unnest($2::bigint[], $3::integer[], $4::integer[]) with ordinality as m (order_key, after, last, turn)
join kcis as k
    on k.tenant_id = $1 and k.order_key = m.order_key and k.sequence_number > m.after and k.sequence_number <= m.last
order by m.turn, k.sequence_number limit $5
"""


async def list_missing(
    on: Statements, tenant: TenantId, gaps: Sequence[tuple[int, int, int]], *, limit: int
) -> Sequence[Row]:
    """KCIs of each gap (order, after, last), one gap after the other."""
    orders, afters, lasts = (list(part) for part in zip(*gaps, strict=True)) if gaps else ([], [], [])
    return await on.rows(_LIST_MISSING, tenant, orders, afters, lasts, limit)


_LIST_UNMENTIONED = """
select o.id from orders as o
where o.tenant_id = $1 and o.status <> all($3::text[])
    and not exists (select from unnest($2::bigint[]) as c (id) where c.id = o.id)
order by o.created_at, o.order_key limit $4
"""


async def list_unmentioned(
    on: Statements, tenant: TenantId, ids: Sequence[int], *, ended: Sequence[str], limit: int
) -> list[int]:
    """Open orders that are not among these, the oldest first."""
    return [row["id"] for row in await on.rows(_LIST_UNMENTIONED, tenant, list(ids), list(ended), limit)]


_LIST_SERVICES = """
with lines as (
    select
        s.service_id, s.state, s.supplier_id, s.service, s.characteristics, s.ont_reference, s.port_number, s.enni_id,
        s.outer_vlan || '.' || s.inner_vlan as vlan, s.since, s.ceased_at, s.order_key, s.order_id,
        coalesce(s.address, jsonb_build_object('id', s.uprn::text, 'type', 'UPRN')) as address, null::jsonb as circuit
    from services as s
    where s.tenant_id = $1 and s.since is not null
        and ($3::text[] is null or s.state = any($3))
        and ($4::bigint is null or s.uprn = $4)
        and ($5::text is null or s.service_id = $5)
        and s.service_id > $6
    order by s.service_id limit $7
),
circuits as (
    select
        c.service_id, c.state, c.supplier_id, c.product as service,
        jsonb_build_array(jsonb_build_object('name', 'POINT_OF_INTERCONNECT', 'value', c.bandwidth)) as characteristics,
        null::text as ont_reference, null::smallint as port_number, null::text as enni_id, null::text as vlan, c.since,
        c.ceased_at, c.order_key, null::bigint as order_id, e.address,
        jsonb_build_object(
            'circuitReference', c.circuit_reference, 'sites', e.shown, 'contractMonths', c.months,
            'contractFrom', c.term_from, 'monthlyTotal', c.monthly::text
        ) as circuit
    from ethernet_circuits as c, lateral (
        select
            array_agg(s.handover) as handovers, (array_agg(s.address order by s.role, s.place))[1] as address,
            jsonb_agg(jsonb_build_object(
                'name', s.name, 'role', s.role, 'postcode', s.postcode, 'address', s.address,
                'serviceVlanId', s.outer_vlan || '.' || s.inner_vlan
            ) order by s.place) as shown
        from ethernet_circuit_sites as s where s.tenant_id = $1 and s.service_id = c.service_id
    ) as e
    where c.tenant_id = $1 and c.since is not null
        and ($3::text[] is null or c.state = any($3))
        and ($4::bigint is null or 'UPRN ' || $4::bigint = any(e.handovers))
        and ($5::text is null or c.service_id = $5)
        and c.service_id > $6
    order by c.service_id limit $7
)
select
    s.service_id, s.state, u.code as supplier, s.service, s.characteristics, s.ont_reference, s.port_number, s.enni_id,
    s.vlan, s.since, s.ceased_at, coalesce(o.id, s.order_id) as order_id, s.address, s.circuit,
    s.state = 'ACTIVE' and s.since > clock() - $2::interval as early_life
from (select * from lines union all select * from circuits) as s
join suppliers as u on u.supplier_id = s.supplier_id
left join orders as o on o.tenant_id = $1 and o.order_key = s.order_key
order by s.service_id limit $7
"""


async def list_services(
    on: Statements,
    tenant: TenantId,
    *,
    early_life: timedelta,
    states: Sequence[str] | None,
    uprn: int | None,
    service_id: str | None,
    after: str,
    limit: int,
) -> Sequence[Row]:
    """Those that are or were live, by their ids."""
    states = None if states is None else list(states)
    return await on.rows(_LIST_SERVICES, tenant, early_life, states, uprn, service_id, after, limit)
