"""What is read of KCIs, deliveries, lanes, replays and skips together, to say where each way stands."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.vocabulary import OrderKey, TenantId

# Ways of the KCIs in `told`, which has their key. A KCI that no endpoint is to have has no way.
_WAYS: Final = """
with told as ({told})
select
    k.order_key, w.endpoint_id, w.url, (k.facts ->> 'orderId')::bigint as order_id, k.sequence_number, k.id as kci_id,
    k.reason, k.created_at as told_at, w.state, w.parked_reason, w.made_at, w.delivered_at, w.skipped_at,
    case when w.state = 'PENDING' then w.next_attempt_at end as next_attempt_at, w.attempts as attempt_count
from told as t
join kcis as k on k.tenant_id = $1 and k.order_key = t.order_key and k.sequence_number = t.sequence_number
{join} join lateral (
    select
        e.endpoint_id, e.url, d.made_at, d.delivered_at, s.done_at as skipped_at, coalesce(d.attempts, 0) as attempts,
        case
            when d.delivered_at is not null then 'DELIVERED'
            when e.deleted_at is not null then 'ENDED'
            when k.sequence_number > l.last_done and l.parked_reason is not null then 'PARKED'
            when k.sequence_number > l.last_done and (l.held or not e.enabled) then 'HELD'
            when k.sequence_number > l.last_done then 'PENDING'
            when r.parked_reason is not null then 'PARKED'
            when r.stops then 'HELD'
            when r.order_key is not null then 'PENDING'
            when s.done_at is not null then 'SKIPPED'
        end as state,
        case
            when k.sequence_number > l.last_done then l.parked_reason
            when d.delivered_at is null then r.parked_reason
        end as parked_reason,
        case
            when k.sequence_number = l.last_done + 1 then l.due_at
            when k.sequence_number <= l.last_done or l.key is null then r.next_attempt_at
        end as next_attempt_at
    from endpoints as e
    left join lanes as l on l.key = 'kci:' || e.endpoint_id || ':' || k.order_key
    left join deliveries as d
        on d.tenant_id = $1 and d.endpoint_id = e.endpoint_id and d.order_key = k.order_key
        and d.sequence_number = k.sequence_number
    left join kci_skips as s
        on s.tenant_id = $1 and s.endpoint_id = e.endpoint_id and s.order_key = k.order_key
        and s.sequence_number = k.sequence_number
    left join lateral (
        select
            i.order_key, rl.parked_reason, rl.held or not e.enabled as stops,
            case when i.position = rl.last_done + 1 then rl.due_at end as next_attempt_at
        from replay_items as i
        join lanes as rl on rl.key = 'replay:' || i.endpoint_id || ':' || i.order_key || ':' || i.replay_id
        where i.tenant_id = $1 and i.endpoint_id = e.endpoint_id and i.order_key = k.order_key
            and i.sequence_number = k.sequence_number and i.done_at is null and i.position > rl.last_done
        order by rl.parked_reason nulls first, rl.due_at limit 1
    ) as r on true
    where e.tenant_id = $1 and (
        (k.sequence_number > l.last_done and k.sequence_number <= l.last_enqueued)
        or d.endpoint_id is not null or s.done_at is not null or r.order_key is not null
    )
) as w on w.state is not null
"""
_LIKE: Final = """
where ($2::uuid is null or w.endpoint_id = $2) and ($3::text[] is null or w.state = any($3))
order by k.created_at, k.order_key, k.sequence_number, w.endpoint_id limit $4
"""

_ORDER_WAYS = (
    _WAYS.format(told="select $2::bigint as order_key, generate_series(1, $3::integer) as sequence_number", join="")
    + "order by k.sequence_number, w.endpoint_id"
)


async def list_of_order(on: Statements, tenant: TenantId, order: OrderKey, *, up_to: int) -> list[Row]:
    """The ways of its KCIs from the first to that number."""
    return await on.rows(_ORDER_WAYS, tenant, order, up_to)


_KCI: Final = "select order_key, sequence_number from kcis where tenant_id = $1 and id = $2::uuid"
_KCI_WAYS = _WAYS.format(told=_KCI, join="left") + "order by w.endpoint_id"


async def list_of_kci(on: Statements, tenant: TenantId, kci: UUID) -> list[Row]:
    """Its ways; without any, one row without an endpoint. None when there is no such KCI."""
    return await on.rows(_KCI_WAYS, tenant, kci)


_NEWEST_WAYS = _WAYS.format(
    told="""
    select order_key, sequence_number from feed where tenant_id = $1 and type = 'KCI'
        and ($5::bigint is null or order_key = $5) order by position desc limit $4
    """,
    join="left",
) + _LIKE.replace("$4", "all")


async def list_newest(
    on: Statements, tenant: TenantId, *, order: OrderKey | None, endpoint: UUID | None, limit: int
) -> list[Row]:
    """The ways of the latest KCIs; one without a way has a row without an endpoint."""
    return await on.rows(_NEWEST_WAYS, tenant, endpoint, None, limit, order)


_WAITING_WAYS = (
    _WAYS.format(
        told="""
        select (l.subject ->> 'order')::bigint as order_key, n as sequence_number
        from endpoints as e
        join lanes as l on l.share = e.endpoint_id::text and l.kind = 'kci' and l.last_done < l.last_enqueued
        cross join lateral generate_series(l.last_done + 1, l.last_enqueued) as n
        where e.tenant_id = $1 and e.deleted_at is null and ($2::uuid is null or e.endpoint_id = $2)
            and ($5::bigint is null or (l.subject ->> 'order')::bigint = $5)
            and ('PENDING' = any($3::text[]) or l.parked_reason is not null)
        union
        select i.order_key, i.sequence_number
        from endpoints as e
        join replay_items as i on i.tenant_id = e.tenant_id and i.endpoint_id = e.endpoint_id and i.done_at is null
        where e.tenant_id = $1 and e.deleted_at is null and ($2::uuid is null or e.endpoint_id = $2)
            and ($5::bigint is null or i.order_key = $5) and i.position is not null
        """,
        join="",
    )
    + _LIKE
)


async def list_waiting(
    on: Statements,
    tenant: TenantId,
    *,
    states: Sequence[str],
    order: OrderKey | None,
    endpoint: UUID | None,
    limit: int,
) -> list[Row]:
    """Ways that are not at their end, the oldest KCI first: those in one of these states."""
    return await on.rows(_WAITING_WAYS, tenant, endpoint, list(states), limit, order)


_FIND_ORDER = "select order_key, kci_count from orders where tenant_id = $1 and id = $2"


async def find_order(on: Statements, tenant: TenantId, order_id: int) -> Row | None:
    return await on.row(_FIND_ORDER, tenant, order_id)


_ATTEMPTS = """
select
    a.endpoint_id, a.sequence_number, a.attempt, a.started_at, a.took_ms, a.dns_ms, a.connect_ms, a.tls_ms,
    a.first_byte_ms, a.peer, a.http_status, a.outcome, a.answer, a.next_attempt_at, a.signed_with, a.request_id,
    a.replay_id
from endpoints as e
join delivery_attempts as a
    on a.tenant_id = e.tenant_id and a.endpoint_id = e.endpoint_id and a.order_key = $2
    and ($3::integer is null or a.sequence_number = $3) and ($4::integer is null or a.attempt < $4)
where e.tenant_id = $1 and ($5::uuid is null or e.endpoint_id = $5)
order by a.started_at desc, a.sequence_number desc, a.attempt desc, a.endpoint_id limit $6
"""


async def list_attempts(
    on: Statements,
    tenant: TenantId,
    order: OrderKey,
    *,
    number: int | None = None,
    before: int | None = None,
    endpoint: UUID | None = None,
    limit: int,
) -> list[Row]:
    """The newest first; `before` is the number of an attempt."""
    return await on.rows(_ATTEMPTS, tenant, order, number, before, endpoint, limit)


_FIND_KCI = """
select k.order_key, k.sequence_number, k.id, k.reason, k.status, k.facts, k.created_at
from kcis as k where k.tenant_id = $1 and k.id = $2
"""


async def find_kci(on: Statements, tenant: TenantId, kci: UUID) -> Row | None:
    return await on.row(_FIND_KCI, tenant, kci)


_ENDPOINTS = """
select
    e.endpoint_id, e.url, e.rendering, e.enabled, e.suspended_because, e.suspended_at, e.rate_per_second,
    e.concurrency, h.state, h.failures, h.failing_since, h.last_failure, h.probe_at,
    coalesce(q.waiting, 0)::bigint as waiting, coalesce(q.parked, 0)::bigint as parked, q.oldest
from endpoints as e
join endpoint_health as h on h.tenant_id = e.tenant_id and h.endpoint_id = e.endpoint_id
left join lateral (
    select
        sum(l.last_enqueued - l.last_done) as waiting,
        sum(l.last_enqueued - l.last_done) filter (where l.parked_reason is not null) as parked,
        min(k.created_at) as oldest
    from lanes as l
    left join kcis as k
        on l.kind = 'kci' and k.tenant_id = $1 and k.order_key = (l.subject ->> 'order')::bigint
        and k.sequence_number = l.last_done + 1
    where l.share = e.endpoint_id::text and l.last_done < l.last_enqueued
) as q on true
where e.tenant_id = $1 and e.deleted_at is null
order by e.created_at, e.endpoint_id
"""


async def list_endpoints(on: Statements, tenant: TenantId) -> list[Row]:
    """With the KCIs that wait for each, those of replays included, and when the oldest of the others was told."""
    return await on.rows(_ENDPOINTS, tenant)
