"""Rows of `deliveries` and `delivery_attempts`, and what is needed of their endpoint, their KCI and their lane."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from fibregate.clock import BusinessTime
from fibregate.db import Row, Statements
from fibregate.kcis.delivery.model import Attempt, Place
from fibregate.vocabulary import OrderKey, TenantId

_FIND_HEAD = """
select
    e.url, e.rendering, e.secret, e.enabled, e.deleted_at is not null as deleted, k.id, d.body, d.made_at,
    k.facts ->> 'requestId' as request_id, k.facts ->> 'conversationId' as conversation_id,
    case when d.body is null then k.facts end as facts
from endpoints as e
left join kcis as k on k.tenant_id = e.tenant_id and k.order_key = $3 and k.sequence_number = $4
left join deliveries as d
    on d.tenant_id = e.tenant_id and d.endpoint_id = e.endpoint_id and d.order_key = $3 and d.sequence_number = $4
where e.tenant_id = $1 and e.endpoint_id = $2
"""


async def find_head(on: Statements, at: Place) -> Row | None:
    return await on.row(_FIND_HEAD, at.tenant, at.endpoint, at.order, at.number)


_INSERT = """
insert into deliveries as d (tenant_id, endpoint_id, order_key, sequence_number, body, made_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id, endpoint_id, order_key, sequence_number) do update set attempts = d.attempts
returning d.body, d.made_at
"""


async def insert(on: Statements, at: Place, *, body: bytes, made_at: BusinessTime) -> Row:
    """Keeps what was there first: the bytes of a delivery never change."""
    row = await on.row(_INSERT, at.tenant, at.endpoint, at.order, at.number, body, made_at)
    if row is None:
        raise AssertionError("an upsert gives a row")
    return row


_RECORD = """
with counted as (
    update deliveries
    set attempts = attempts + 1, delivered_at = coalesce(delivered_at, $10)
    where tenant_id = $1 and endpoint_id = $2 and order_key = $3 and sequence_number = $4
    returning attempts
)
insert into delivery_attempts (
    tenant_id, endpoint_id, order_key, sequence_number, attempt, started_at, took_ms, http_status, outcome, answer
)
select $1, $2, $3, $4, attempts, $5, $6, $7, $8, $9 from counted
returning attempt
"""


async def record(on: Statements, at: Place, attempt: Attempt, *, now: BusinessTime) -> int:
    row = await on.row(
        _RECORD,
        at.tenant,
        at.endpoint,
        at.order,
        at.number,
        attempt.started_at,
        attempt.took_ms,
        attempt.http_status,
        attempt.outcome,
        attempt.answer,
        now if attempt.taken else None,
    )
    if row is None:
        raise AssertionError("an attempt is of a delivery that was made")
    return row["attempt"]


_IS_SUSPENDED = """
select not enabled and deleted_at is null as suspended
from endpoints where tenant_id = $1 and endpoint_id = $2 for share
"""


async def is_suspended(on: Statements, tenant: TenantId, endpoint: UUID) -> bool:
    """Stays true to the end of the transaction: who enables the endpoint waits for it."""
    row = await on.row(_IS_SUSPENDED, tenant, endpoint)
    return row is not None and row["suspended"]


_HOLD_LANE = "update lanes set due_at = clock() + $2::interval where key = $1 returning key"


async def hold_lane(on: Statements, key: str, *, span: timedelta) -> None:
    await on.row(_HOLD_LANE, None, key, span)


_FIND_ORDER = "select order_key from orders where tenant_id = $1 and id = $2"


async def find_order(on: Statements, tenant: TenantId, order_id: int) -> OrderKey | None:
    row = await on.row(_FIND_ORDER, tenant, order_id)
    return None if row is None else OrderKey(row["order_key"])


_LIST_OF_ORDER = """
select
    d.endpoint_id, d.sequence_number, k.id as kci_id, d.made_at, d.delivered_at, d.attempts, l.parked_reason,
    case when l.last_done + 1 = d.sequence_number and l.parked_reason is null then l.due_at end as next_attempt_at
from deliveries as d
join kcis as k
    on k.tenant_id = d.tenant_id and k.order_key = d.order_key and k.sequence_number = d.sequence_number
left join lanes as l on l.key = 'kci:' || d.endpoint_id || ':' || d.order_key
where d.tenant_id = $1 and d.order_key = $2
order by d.sequence_number, d.endpoint_id
"""


async def list_of_order(on: Statements, tenant: TenantId, order: OrderKey) -> Sequence[Row]:
    return await on.rows(_LIST_OF_ORDER, tenant, order)


_LIST_ATTEMPTS = """
select endpoint_id, sequence_number, attempt, started_at, took_ms, http_status, outcome, answer
from delivery_attempts where tenant_id = $1 and order_key = $2
order by started_at desc, sequence_number desc, attempt desc, endpoint_id limit $3
"""


async def list_attempts(on: Statements, tenant: TenantId, order: OrderKey, *, limit: int) -> Sequence[Row]:
    return await on.rows(_LIST_ATTEMPTS, tenant, order, limit)


_SUSPEND = """
update endpoints set enabled = false
where tenant_id = $1 and endpoint_id = $2 and enabled and deleted_at is null returning endpoint_id
"""


async def suspend(on: Statements, tenant: TenantId, endpoint: UUID) -> bool:
    return await on.row(_SUSPEND, tenant, endpoint) is not None
