"""Rows of `kcis`, `feed` and `feed_heads`."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from fibregate.db import Statements
from fibregate.vocabulary import OrderKey, TenantId

_TELL = """
with head as (
    insert into feed_heads as h (tenant_id, position) values ($1, 1)
    on conflict (tenant_id) do update set position = h.position + 1
    returning position
),
told as (
    insert into kcis (
        tenant_id, order_key, sequence_number, id, reason, status, facts, issued_at, received_at, created_at
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    returning sequence_number
),
shown as (
    insert into feed (tenant_id, position, type, order_key, sequence_number, at)
    select $1, head.position, 'KCI', $2, told.sequence_number, $10 from head, told
)
insert into lanes as l (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
select
    'kci:' || e.endpoint_id || ':' || $2, 'kci', $1,
    jsonb_build_object('endpoint', e.endpoint_id, 'order', $2::bigint), $10, $3, $3 - 1, e.endpoint_id::text
from endpoints as e where e.tenant_id = $1 and e.deleted_at is null
order by e.endpoint_id
on conflict (key) do update set
    last_enqueued = greatest(l.last_enqueued, excluded.last_enqueued),
    due_at = case when l.last_done = l.last_enqueued then excluded.due_at else l.due_at end
"""


async def tell(
    on: Statements,
    tenant: TenantId,
    order: OrderKey,
    *,
    number: int,
    id: UUID,  # noqa: A002 - the field's own word
    reason: str,
    status: str,
    facts: Mapping[str, object],
    issued_at: datetime | None,
    received_at: datetime | None,
    now: datetime,
) -> None:
    await on.row(_TELL, tenant, order, number, id, reason, status, dict(facts), issued_at, received_at, now)


_SHOW_APPOINTMENT = """
with head as (
    insert into feed_heads as h (tenant_id, position) values ($1, 1)
    on conflict (tenant_id) do update set position = h.position + 1
    returning position
)
insert into feed (tenant_id, position, type, appointment_id, appointment_state, at)
select $1, head.position, 'APPOINTMENT', $2, $3, $4 from head
"""


async def show_appointment(on: Statements, tenant: TenantId, reservation: int, *, state: str, now: datetime) -> None:
    await on.row(_SHOW_APPOINTMENT, tenant, reservation, state, now)
