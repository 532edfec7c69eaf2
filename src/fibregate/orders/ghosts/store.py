"""Reservations, orders and timeslots, where they do not agree."""

from datetime import datetime

from fibregate.db import Row, Statements
from fibregate.vocabulary import TenantId

_TENANTS = "select tenant_no from tenants order by tenant_no"


async def list_tenants(on: Statements) -> list[TenantId]:
    return [TenantId(row["tenant_no"]) for row in await on.rows(_TENANTS, None)]


_UNCONFIRMED = """
select r.id as reservation, r.state, r.order_key, o.id as order_id, o.status, min(k.created_at) as since
from reservations as r
join orders as o on o.tenant_id = r.tenant_id and o.order_key = r.order_key and o.status = 'IN_PROGRESS'
join kcis as k on k.tenant_id = o.tenant_id and k.order_key = o.order_key and k.reason = 'COMMITTED'
where r.tenant_id = $1 and r.state = 'ATTACHED'
group by r.id, r.state, r.order_key, o.id, o.status
having min(k.created_at) < $2
"""


async def list_unconfirmed(on: Statements, tenant: TenantId, *, committed_before: datetime) -> list[Row]:
    """Attached to an order that was committed so long ago."""
    return await on.rows(_UNCONFIRMED, tenant, committed_before)


_LEFT_BEHIND = """
select r.id as reservation, r.state, r.order_key, o.id as order_id, o.status, null::timestamptz as since
from reservations as r
left join orders as o on o.tenant_id = r.tenant_id and o.order_key = r.order_key
where r.tenant_id = $1 and r.state in ('ATTACHED', 'CONFIRMED') and (
    o.order_key is null or o.reservation_id is distinct from r.id
    or o.status in ('FAILED_TO_SEND', 'REJECTED', 'CANCELLED', 'FAILED', 'PARTIAL', 'COMPLETED')
) or r.tenant_id = $1 and r.state = 'PROPOSED' and not exists (
    select 1 from order_changes as c
    where c.tenant_id = r.tenant_id and c.reservation_id = r.id and c.status in ('RECEIVED_BY_GATEWAY', 'PENDING')
)
"""


async def list_left_behind(on: Statements, tenant: TenantId) -> list[Row]:
    """Held for an order that ended, went, or has another visit, or for an amendment that is decided."""
    return await on.rows(_LEFT_BEHIND, tenant)


# An order that is PENDING may have given its visit up: it was asked for another.
_WITHOUT_PLACE = """
select r.id as reservation, r.state, o.order_key, o.id as order_id, o.status, null::timestamptz as since
from orders as o
join reservations as r on r.tenant_id = o.tenant_id and r.id = o.reservation_id
where o.tenant_id = $1 and r.state not in ('ATTACHED', 'CONFIRMED')
    and o.status in ('RECEIVED_BY_GATEWAY', 'SENT_TO_SUPPLIER', 'ACKNOWLEDGED', 'IN_PROGRESS', 'HELD')
"""


async def list_without_place(on: Statements, tenant: TenantId) -> list[Row]:
    """Orders that count on a visit whose place is held no longer."""
    return await on.rows(_WITHOUT_PLACE, tenant)


_BOOKED = "select slot_id, booked from slots where ends_at > $1 and booked > 0"


async def booked(on: Statements, *, since: datetime) -> dict[int, int]:
    return {row["slot_id"]: row["booked"] for row in await on.rows(_BOOKED, None, since)}


_HELD = """
select r.slot_id, count(*) as places
from reservations as r join slots as s on s.slot_id = r.slot_id
where r.tenant_id = $1 and s.ends_at > $2 and r.state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED', 'FULFILLED')
group by r.slot_id
"""


async def held(on: Statements, tenant: TenantId, *, since: datetime) -> dict[int, int]:
    return {row["slot_id"]: row["places"] for row in await on.rows(_HELD, tenant, since)}
