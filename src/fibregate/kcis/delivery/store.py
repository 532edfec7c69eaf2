"""Rows of `deliveries` and `delivery_attempts`, and what is needed of their endpoint, their KCI and their lane."""

from datetime import datetime
from uuid import UUID

from fibregate.clock import BusinessTime
from fibregate.db import Row, Statements
from fibregate.kcis.delivery.model import Attempt, Place
from fibregate.lanes.model import Claim, LeaseLost
from fibregate.vocabulary import OrderKey, TenantId

_FIND_HEAD = """
select
    e.url, e.rendering, e.enabled, e.deleted_at is not null as deleted, e.rate_per_second, e.concurrency,
    e.connect_seconds, e.total_seconds, e.headers, e.auth_kind, e.auth,
    h.state = 'DOWN' as down, h.failures, h.failing_since, h.failing_lanes, h.prober, h.scout, h.recovered_at,
    x.secret_ids, x.secrets, x.private_keys,
    n.number, k.id, k.facts ->> 'requestId' as request_id, k.facts ->> 'conversationId' as conversation_id,
    d.body, d.made_at, case when d.body is null then k.facts end as facts,
    s.sequence_number is not null as skipped,
    coalesce($5, (
        select i.replay_id from replay_items as i
        where i.tenant_id = $1 and i.endpoint_id = $2 and i.order_key = $3 and i.sequence_number = n.number
            and i.done_at is null and i.position is null
        limit 1
    )) as marked,
    $5::uuid is null and exists (
        select from replay_items as i
        left join deliveries as o
            on o.tenant_id = i.tenant_id and o.endpoint_id = i.endpoint_id and o.order_key = i.order_key
            and o.sequence_number = i.sequence_number
        where i.tenant_id = $1 and i.endpoint_id = $2 and i.order_key = $3 and i.sequence_number < n.number
            and i.done_at is null and i.position is not null and o.delivered_at is null and o.skipped_at is null
    ) as waits_for_replay
from endpoints as e
join endpoint_health as h on h.tenant_id = e.tenant_id and h.endpoint_id = e.endpoint_id
cross join lateral (
    select
        array_agg(y.secret_id order by y.created_at desc, y.secret_id) as secret_ids,
        array_agg(y.secret order by y.created_at desc, y.secret_id) as secrets,
        array_agg(y.private_key order by y.created_at desc, y.secret_id) as private_keys
    from endpoint_secrets as y
    where y.tenant_id = $1 and y.endpoint_id = $2 and (y.expires_at is null or y.expires_at > clock_timestamp())
) as x
cross join lateral (
    select case when $5::uuid is null then $4::integer else (
        select i.sequence_number from replay_items as i
        where i.tenant_id = $1 and i.replay_id = $5 and i.endpoint_id = $2 and i.order_key = $3 and i.position = $4
    ) end as number
) as n
left join kcis as k on k.tenant_id = e.tenant_id and k.order_key = $3 and k.sequence_number = n.number
left join deliveries as d
    on d.tenant_id = e.tenant_id and d.endpoint_id = e.endpoint_id and d.order_key = $3 and d.sequence_number = n.number
left join kci_skips as s
    on s.tenant_id = e.tenant_id and s.endpoint_id = e.endpoint_id and s.order_key = $3
    and s.sequence_number = n.number and s.done_at is null
where e.tenant_id = $1 and e.endpoint_id = $2
"""


async def find_head(
    on: Statements, tenant: TenantId, endpoint: UUID, order: OrderKey, *, number: int, replay: UUID | None
) -> Row | None:
    """The next event of a lane with all that sending it needs. `number` is the lane's; of a replay, the position."""
    return await on.row(_FIND_HEAD, tenant, endpoint, order, number, replay)


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


_RECORD_TAKEN = """
with done as (
    update lanes
    set last_done = greatest(last_done, $5), attempts = 0, due_at = greatest(due_at, clock()), owner = null,
        leased_until = null
    where key = $6 and owner = $7 and generation = $8
    returning last_enqueued > last_done as more
),
counted as (
    update deliveries
    set attempts = attempts + 1, delivered_at = coalesce(delivered_at, $9), failing_since = null, refused_since = null
    from done
    where tenant_id = $1 and endpoint_id = $2 and order_key = $3 and sequence_number = $4
    returning attempts
),
replayed as (
    update replay_items set done_at = $9
    from done
    where $10::uuid is not null and tenant_id = $1 and replay_id = $10 and endpoint_id = $2 and order_key = $3
        and sequence_number = $4
),
noted as (
    insert into delivery_attempts (
        tenant_id, endpoint_id, order_key, sequence_number, attempt, replay_id, started_at, took_ms, dns_ms, connect_ms,
        tls_ms, first_byte_ms, http_status, outcome, answer, peer, signed_with, request_id
    )
    select $1, $2, $3, $4, attempts, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22 from counted
)
select more from done
"""


async def record_taken(on: Statements, at: Place, attempt: Attempt, claim: Claim, *, now: BusinessTime) -> bool:
    """The lane's head is done, in one statement with the attempt; tells whether more is left. Raises `LeaseLost`."""
    row = await on.row(
        _RECORD_TAKEN,
        at.tenant,
        at.endpoint,
        at.order,
        at.number,
        claim.head,
        claim.key,
        claim.owner,
        claim.generation,
        now,
        *_columns(attempt),
    )
    if row is None:
        raise LeaseLost(claim.key)
    return row["more"]


_RECORD_FAILED = """
with counted as (
    update deliveries
    set
        attempts = attempts + 1, failing_since = coalesce(failing_since, $5),
        refused_since = case when $6::boolean then coalesce(refused_since, $5) end
    where tenant_id = $1 and endpoint_id = $2 and order_key = $3 and sequence_number = $4
    returning attempts, refused_since
),
noted as (
    insert into delivery_attempts (
        tenant_id, endpoint_id, order_key, sequence_number, attempt, next_attempt_at, replay_id, started_at, took_ms,
        dns_ms, connect_ms, tls_ms, first_byte_ms, http_status, outcome, answer, peer, signed_with, request_id
    )
    select $1, $2, $3, $4, attempts, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20 from counted
)
select refused_since from counted
"""


async def record_failed(
    on: Statements, at: Place, attempt: Attempt, *, now: BusinessTime, next_attempt_at: BusinessTime | None
) -> BusinessTime | None:
    """Since when the receiver has refused this event, if it does."""
    row = await on.row(
        _RECORD_FAILED,
        at.tenant,
        at.endpoint,
        at.order,
        at.number,
        now,
        attempt.refused,
        next_attempt_at,
        *_columns(attempt),
    )
    if row is None:
        raise AssertionError("an attempt is of a delivery that was made")
    return row["refused_since"] and BusinessTime(row["refused_since"])


def _columns(attempt: Attempt) -> tuple[object, ...]:
    timings = attempt.timings
    return (
        attempt.marked,
        attempt.started_at,
        timings.total_ms,
        timings.dns_ms,
        timings.connect_ms,
        timings.tls_ms,
        timings.first_byte_ms,
        attempt.http_status,
        attempt.outcome,
        attempt.answer,
        attempt.peer,
        list(attempt.signed_with),
        attempt.request_id,
    )


_FAILING_SINCE = """
select failing_since from deliveries
where tenant_id = $1 and endpoint_id = $2 and order_key = $3 and sequence_number = $4
"""


async def failing_since(on: Statements, at: Place) -> datetime | None:
    row = await on.row(_FAILING_SINCE, at.tenant, at.endpoint, at.order, at.number)
    return None if row is None else row["failing_since"]


_MARK_SKIPPED = """
with head as (
    insert into feed_heads as h (tenant_id, position) values ($1, 1)
    on conflict (tenant_id) do update set position = h.position + 1
    returning position
),
asked as (
    update kci_skips set done_at = $5
    where tenant_id = $1 and endpoint_id = $2 and order_key = $3 and sequence_number = $4 and done_at is null
    returning sequence_number
),
delivery as (
    update deliveries set skipped_at = $5, failing_since = null, refused_since = null
    where tenant_id = $1 and endpoint_id = $2 and order_key = $3 and sequence_number = $4
),
item as (
    update replay_items set done_at = $5
    where tenant_id = $1 and endpoint_id = $2 and order_key = $3 and sequence_number = $4 and done_at is null
        and (position is null or replay_id = $6)
)
insert into feed (tenant_id, position, type, order_key, sequence_number, skipped_at_endpoint, at)
select $1, head.position, 'SKIPPED', $3, asked.sequence_number, $2, $5 from head, asked
"""


async def mark_skipped(on: Statements, at: Place, *, now: BusinessTime) -> None:
    """Shows it in the feed too; takes the lock of the tenant's feed, so call it last."""
    await on.row(_MARK_SKIPPED, at.tenant, at.endpoint, at.order, at.number, now, at.replay)


_IS_SKIP_ASKED = """
select sequence_number from kci_skips
where tenant_id = $1 and endpoint_id = $2 and order_key = $3 and sequence_number = $4 and done_at is null
"""


async def is_skip_asked(on: Statements, at: Place) -> bool:
    return await on.row(_IS_SKIP_ASKED, at.tenant, at.endpoint, at.order, at.number) is not None


_WAKE_LIVE = """
update lanes set due_at = clock()
where key = 'kci:' || $1::text || ':' || $2::bigint and last_done < last_enqueued and leased_until is null
    and parked_reason is null and not held and due_at > clock()
returning key
"""


async def wake_live(on: Statements, at: Place) -> None:
    """The live lane of an order, which waited for a replay of what comes before its head."""
    await on.row(_WAKE_LIVE, None, str(at.endpoint), at.order)


_SUSPEND = """
update endpoints set enabled = false, suspended_because = $3, suspended_at = $4
where tenant_id = $1 and endpoint_id = $2 and enabled and deleted_at is null returning endpoint_id
"""


async def suspend(on: Statements, tenant: TenantId, endpoint: UUID, *, because: str, now: BusinessTime) -> bool:
    return await on.row(_SUSPEND, tenant, endpoint, because, now) is not None
