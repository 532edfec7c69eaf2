"""Rows of `deliveries` and `delivery_attempts`: what came of sending, in one statement with the lane."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from fibregate.clock import BusinessTime
from fibregate.db import Row, Statements
from fibregate.kcis.delivery.letters import store as letters
from fibregate.kcis.delivery.model import Attempt, Place, Taken
from fibregate.vocabulary import TenantId

_RECORD_TAKEN = """
with asked as (
    select a.*
    from unnest(
        $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::uuid[], $7::bigint[], $8::integer[], $9::timestamptz[],
        $10::uuid[], $11::timestamptz[], $12::real[], $13::real[], $14::real[], $15::real[], $16::real[],
        $17::smallint[], $18::text[], $19::text[], $20::text[], $21::text[], $22::uuid[], $23::boolean[],
        $24::uuid[], $25::bytea[], $26::timestamptz[]
    ) as a (
        key, owner, generation, head, endpoint_id, order_key, number, now, replay_id, started_at, took_ms, dns_ms,
        connect_ms, tls_ms, first_byte_ms, http_status, outcome, answer, peer, signed_with, request_id,
        keeps_lane, lane_of_replay, next_body, next_made_at
    )
),
held as materialized (
    select l.key, a.head, a.keeps_lane and l.last_enqueued > a.head as is_kept
    from asked as a
    join lanes as l on l.key = a.key and l.owner = a.owner and l.generation = a.generation
    order by l.key for no key update of l
),
done as (
    update lanes as l
    set last_done = greatest(l.last_done, h.head), attempts = 0, due_at = greatest(l.due_at, clock()),
        owner = case when h.is_kept then l.owner end, leased_until = case when h.is_kept then l.leased_until end
    from held as h
    where l.key = h.key
    returning l.key, l.last_enqueued, h.is_kept
),
counted as (
    update deliveries as d
    set attempts = d.attempts + 1, delivered_at = coalesce(d.delivered_at, a.now), failing_since = null,
        refused_since = null
    from asked as a join done using (key)
    where d.tenant_id = $1 and d.endpoint_id = a.endpoint_id and d.order_key = a.order_key
        and d.sequence_number = a.number
    returning a.key, d.attempts
),
replayed as (
    update replay_items as i set done_at = a.now
    from asked as a join done using (key)
    where i.tenant_id = $1 and i.endpoint_id = a.endpoint_id and i.order_key = a.order_key
        and i.sequence_number = a.number and i.done_at is null and (i.position is null or i.replay_id = a.replay_id)
),
noted as (
    insert into delivery_attempts (
        tenant_id, endpoint_id, order_key, sequence_number, attempt, replay_id, started_at, took_ms, dns_ms, connect_ms,
        tls_ms, first_byte_ms, http_status, outcome, answer, peer, signed_with, request_id
    )
    select
        $1, a.endpoint_id, a.order_key, a.number, c.attempts, a.replay_id, a.started_at, a.took_ms, a.dns_ms,
        a.connect_ms, a.tls_ms, a.first_byte_ms, a.http_status, a.outcome, a.answer, a.peer, a.signed_with::uuid[],
        a.request_id
    from asked as a join counted as c using (key)
),
made as (
    insert into deliveries as d (tenant_id, endpoint_id, order_key, sequence_number, body, made_at)
    select $1, a.endpoint_id, a.order_key, a.number + 1, a.next_body, a.next_made_at
    from asked as a join done using (key)
    where done.is_kept and a.next_body is not null
    order by a.endpoint_id, a.order_key, a.number
    on conflict (tenant_id, endpoint_id, order_key, sequence_number) do nothing
    returning d.endpoint_id, d.order_key
)
select done.key, done.last_enqueued, done.is_kept, made.order_key is not null as is_made, h.*
from asked as g
join done using (key)
left join made using (endpoint_id, order_key)
left join lateral (
{head}
) as h on done.is_kept
""".replace(
    "{head}",
    letters.head(
        "g.endpoint_id, g.order_key, g.head + 1 as number, g.lane_of_replay as replay_id,"
        " g.next_body is null as has_no_bytes"
    ),
)


async def record_taken(on: Statements, tenant: TenantId, taken: Sequence[Taken]) -> list[Row | None]:
    """The lanes' heads are done, in one statement with their attempts, and the bytes of what comes next are kept.

    Locks the lanes in the order of their keys, as those do who tell. Answers, in the order given, the last number that
    each lane has, whether the lane is kept and then its next head (as `find_heads`, seen before this was recorded);
    None where the lease is lost and nothing was recorded.
    """
    columns = zip(*(_taken(one) for one in taken), strict=True)
    rows = await on.rows(_RECORD_TAKEN, tenant, *(list(one) for one in columns))
    recorded = {row["key"]: row for row in rows}
    return [recorded.get(one.claim.key) for one in taken]


@lru_cache
def _literal(keys: tuple[UUID, ...]) -> str:
    """An array inside an array has to be written out; the same few come again and again."""
    return "{" + ",".join(map(str, keys)) + "}"


def _taken(one: Taken) -> tuple[object, ...]:
    claim, at = one.claim, one.at
    *columns, _, request_id = _columns(one.attempt)
    return (
        claim.key,
        claim.owner,
        claim.generation,
        claim.head,
        at.endpoint,
        at.order,
        at.number,
        one.now,
        *columns,
        _literal(one.attempt.signed_with),
        request_id,
        one.keeps_lane,
        at.replay,
        one.following and one.following.body,
        one.following and one.following.made_at,
    )


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
