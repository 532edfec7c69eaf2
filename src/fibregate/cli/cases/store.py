"""What is read across rooms to find an order, to say who must act on it, and what caused what."""

from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.vocabulary import OrderKey, TenantId

_BY_NAME = """
select id, 'KCI ' || $2::uuid as named from orders
where tenant_id = $1 and order_key = (select order_key from kcis where tenant_id = $1 and id = $2::uuid)
union all
select o.id, 'update ' || $2::uuid from supplier_updates as u
join orders as o on o.tenant_id = u.tenant_id and o.order_key = u.order_key
where u.tenant_id = $1 and u.id = $2::uuid
"""


async def by_uuid(on: Statements, tenant: TenantId, named: UUID) -> list[Row]:
    """Orders of this tenant that have a KCI or a supplier's update of this id."""
    return await on.rows(_BY_NAME, tenant, named)


_BY_REFERENCE = """
select o.id, 'reference ' || $2::text as named from orders as o where o.tenant_id = $1 and o.supplier_reference = $2
union
select o.id, 'work order ' || $2::text from work_orders as w
join orders as o on o.tenant_id = w.tenant_id and o.order_key = w.order_key
where w.tenant_id = $1 and w.reference = $2
union
select o.id, 'appointment ' || $2::text from reservations as r
join orders as o on o.tenant_id = r.tenant_id and o.order_key = r.order_key
where r.tenant_id = $1 and r.reference = $2
"""


async def by_reference(on: Statements, tenant: TenantId, reference: str) -> list[Row]:
    """Orders of this tenant that a network calls so, and those with an appointment that it calls so."""
    return await on.rows(_BY_REFERENCE, tenant, reference)


_BY_REQUEST = """
select id, 'request ' || request_id as named from orders
where tenant_id = $1 and (request_id = any($2::text[]) or conversation_id = any($2::text[])) order by id limit 20
"""


async def by_request(on: Statements, tenant: TenantId, ids: list[str]) -> list[Row]:
    """Orders of this tenant that were placed under one of these request or conversation ids."""
    return await on.rows(_BY_REQUEST, tenant, ids)


_PENDING = """
select
    o.id, o.order_key, o.order_type, o.updated_at, q.sequence_number, q.reason, q.created_at as asked_at, q.facts
from orders as o
left join lateral (
    select k.sequence_number, k.reason, k.created_at, k.facts from kcis as k
    where k.tenant_id = $1 and k.order_key = o.order_key and k.reason in ('REAPPOINT', 'INFORMATION_REQUIRED')
    order by k.sequence_number desc limit 1
) as q on true
where o.tenant_id = $1 and o.status = 'PENDING' and ($2::bigint is null or o.order_key = $2)
order by o.order_key
"""


async def list_pending(on: Statements, tenant: TenantId, order: OrderKey | None) -> list[Row]:
    """Orders that wait for their tenant, each with its last question."""
    return await on.rows(_PENDING, tenant, order)


_SILENT = """
select o.id, o.order_key, o.status, w.warned_at, k.sequence_number, k.facts
from order_waits as w
join orders as o on o.tenant_id = $1 and o.order_key = w.order_key
left join lateral (
    select n.sequence_number, n.facts from kcis as n
    where n.tenant_id = $1 and n.order_key = w.order_key and n.reason = 'WARNING' and n.issued_at is null
    order by n.sequence_number desc limit 1
) as k on true
where w.tenant_id = $1 and w.warned_at is not null and ($2::bigint is null or o.order_key = $2)
    and o.status not in (
        'PENDING', 'FAILED_TO_SEND', 'REJECTED', 'CANCELLED', 'FAILED', 'PARTIAL', 'COMPLETED'
    )
order by o.order_key
"""


async def list_silent(on: Statements, tenant: TenantId, order: OrderKey | None) -> list[Row]:
    """Open orders of which no news came in time, each with the gateway's own warning; PENDING ones are asked about."""
    return await on.rows(_SILENT, tenant, order)


_WAIT = "select since, after, due_at, warned_at from order_waits where tenant_id = $1 and order_key = $2"


async def find_wait(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    """Since when the next news is waited for, and until when."""
    return await on.row(_WAIT, tenant, order)


_REFUSED_HEADS = """
select subject, text, raised_at from alarms
where about_tenant = $1 and kind = 'HEAD_REFUSED' and cleared_at is null order by raised_at
"""


async def list_refused_heads(on: Statements, tenant: TenantId) -> list[Row]:
    """KCIs that an endpoint has refused for a day, by their lane."""
    return await on.rows(_REFUSED_HEADS, tenant)


_UPDATES = """
select
    u.id, u.sequence_number, u.reason, u.state, u.issued_at, u.received_at, s.code as supplier,
    (
        select a.actor || ' (' || a.act || ')' from audit as a
        join work_orders as w on w.tenant_id = $1 and w.order_key = u.order_key
        where a.about_tenant = $1 and a.subject = 'work order ' || w.reference and a.act like 'work-order.%'
            and a.details ->> 'reason' = u.reason and abs(extract(epoch from a.at - u.received_at)) < 2
        order by abs(extract(epoch from a.at - u.received_at)), a.audit_id limit 1
    ) as entered_by
from supplier_updates as u join suppliers as s on s.supplier_id = u.supplier_id
where u.tenant_id = $1 and u.order_key = $2 and u.state in ('APPLIED', 'RECORDED')
order by u.applied_at, u.sequence_number
"""


async def list_causes(on: Statements, tenant: TenantId, order: OrderKey) -> list[Row]:
    """Updates that made a KCI, in the order in which they were read, and the operator who entered one."""
    return await on.rows(_UPDATES, tenant, order)


_STORY = "select story from story_runs where tenant_id = $1 and order_key = $2"


async def find_story(on: Statements, tenant: TenantId, order: OrderKey) -> str | None:
    """Which story a sandbox's network acts out."""
    row = await on.row(_STORY, tenant, order)
    return None if row is None else row["story"]
