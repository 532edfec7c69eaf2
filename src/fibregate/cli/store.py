"""What the operator's commands read across rooms: work orders, timelines, what is sold, what waits."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.vocabulary import OrderKey, TenantId

_WORK_ORDERS = """
select
    w.reference, w.engineer_notes, w.created_at, o.order_key, o.id, o.order_type, o.service_type, o.supplier_id,
    o.status, o.uprn, p.area,
    o.requested_completion_date, o.committed_at, o.target_at, s.starts_at, s.ends_at, s.classification
from work_orders as w
join orders as o on o.tenant_id = w.tenant_id and o.order_key = w.order_key
left join premises as p on p.uprn = o.uprn
left join reservations as r on r.tenant_id = o.tenant_id and r.id = o.reservation_id
left join slots as s on s.slot_id = r.slot_id
"""
_OPEN = """
where w.tenant_id = $1 and ($2 or o.status <> all($3::text[])) and ($4::text is null or p.area = $4)
order by s.starts_at nulls last, w.created_at limit $5
"""


async def list_work_orders(
    on: Statements, tenant: TenantId, *, ended: bool, ends: Sequence[str], area: str | None, limit: int
) -> list[Row]:
    """Those whose visit is next come first."""
    return await on.rows(f"{_WORK_ORDERS} {_OPEN}", tenant, ended, list(ends), area, limit)


async def find_work_order(on: Statements, tenant: TenantId, reference: str) -> Row | None:
    return await on.row(f"{_WORK_ORDERS} where w.tenant_id = $1 and w.reference = $2", tenant, reference)


_UPDATE_STATE = """
select u.state, u.refusal, u.sequence_number, o.status from supplier_updates as u
join orders as o on o.tenant_id = u.tenant_id and o.order_key = u.order_key where u.tenant_id = $1 and u.id = $2
"""


async def update_state(on: Statements, tenant: TenantId, update: UUID) -> Row | None:
    return await on.row(_UPDATE_STATE, tenant, update)


_UPDATES = """
select sequence_number, reason, content, state, refusal, issued_at, received_at, applied_at from supplier_updates
where tenant_id = $1 and order_key = $2 order by sequence_number
"""


async def list_updates(on: Statements, tenant: TenantId, order: OrderKey) -> list[Row]:
    return await on.rows(_UPDATES, tenant, order)


_DATES = """
select move, which, moved_from, moved_to, caused_by, problem_code, at from order_dates
where tenant_id = $1 and order_key = $2 order by move, which
"""


async def list_dates(on: Statements, tenant: TenantId, order: OrderKey) -> list[Row]:
    return await on.rows(_DATES, tenant, order)


_DELIVERIES = """
select d.sequence_number, e.url, d.delivered_at, d.attempts, l.parked_reason from deliveries as d
join endpoints as e on e.tenant_id = d.tenant_id and e.endpoint_id = d.endpoint_id
left join lanes as l on l.key = 'kci:' || d.endpoint_id || ':' || d.order_key
where d.tenant_id = $1 and d.order_key = $2 order by d.sequence_number, e.url
"""


async def list_deliveries(on: Statements, tenant: TenantId, order: OrderKey) -> list[Row]:
    return await on.rows(_DELIVERIES, tenant, order)


_VISITS = """
select r.id, r.reference, r.state, r.created_at, r.ended_at, s.starts_at, s.ends_at, s.classification
from reservations as r join slots as s on s.slot_id = r.slot_id
where r.tenant_id = $1 and r.order_key = $2 order by r.created_at, r.id
"""


async def list_visits(on: Statements, tenant: TenantId, order: OrderKey) -> list[Row]:
    return await on.rows(_VISITS, tenant, order)


_SLOTS = """
select s.slot_id, b.area, b.service, b.purpose, s.local_date, s.classification, s.starts_at, s.ends_at, s.standard,
    s.closed, s.capacity, s.booked
from slots as s join slot_books as b on b.book_id = s.book_id
where ($1::text is null or b.area = $1) and ($2::text is null or b.purpose = $2) and s.local_date between $3 and $4
order by b.area, b.service, b.purpose, s.starts_at, s.ends_at limit $5
"""


async def list_slots(
    on: Statements, area: str | None, purpose: str | None, *, first: date, last: date, limit: int
) -> list[Row]:
    return await on.rows(_SLOTS, None, area, purpose, first, last, limit)


_HOLDS = """
select slot_id, state, count(*) as places from reservations
where tenant_id = $1 and slot_id = any($2::bigint[])
    and state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED', 'FULFILLED')
group by slot_id, state
"""


async def count_holds(on: Statements, tenant: TenantId, slots: Sequence[int]) -> list[Row]:
    """How many places one tenant has in each timeslot, by state."""
    return await on.rows(_HOLDS, tenant, list(slots))


_LANES = """
select
    count(*) filter (where parked_reason is not null) as parked,
    min(parked_reason) as parked_reason,
    count(*) filter (where leased_until < clock_timestamp() - interval '30 seconds') as expired,
    count(*) filter (where is_due) as overdue,
    max(clock() - due_at) filter (where is_due) as longest
from (
    select *, leased_until is null and last_done < last_enqueued and parked_reason is null
        and not held and due_at < clock() - interval '60 seconds' as is_due
    from lanes
) as l
"""


async def lanes(on: Statements) -> Row | None:
    return await on.row(_LANES, None)


_BOOKS_BEHIND = """
select b.area, b.service, b.purpose, b.opened_until from slot_books as b
where exists (select from slot_patterns as p where p.book_id = b.book_id)
    and (b.opened_until is null or b.opened_until < $1::date + b.open_days - 2)
order by b.area, b.purpose
"""


async def books_behind(on: Statements, today: date) -> list[Row]:
    """Books that should be open further than they are."""
    return await on.rows(_BOOKS_BEHIND, None, today)


_ENDPOINTS = """
select count(*) filter (where not enabled) as suspended, count(*) as live from endpoints
where tenant_id = $1 and deleted_at is null
"""


async def endpoints(on: Statements, tenant: TenantId) -> Row | None:
    return await on.row(_ENDPOINTS, tenant)


_LATE_HOLDS = """
select count(*) as late from reservations
where tenant_id = $1 and state = 'RESERVED' and expires_at < clock() - interval '5 minutes'
"""


async def late_holds(on: Statements, tenant: TenantId) -> int:
    """Holds that should have expired by now."""
    row = await on.row(_LATE_HOLDS, tenant)
    return int(row["late"]) if row else 0
