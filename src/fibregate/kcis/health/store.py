"""Rows of `endpoint_health` and `endpoint_places`, and the held lanes of an endpoint."""

from datetime import datetime, timedelta
from uuid import UUID

from fibregate.clock import BusinessTime
from fibregate.db import Row, Statements
from fibregate.vocabulary import TenantId

_LOCK = """
with endpoint as materialized (
    select enabled, deleted_at from endpoints where tenant_id = $1 and endpoint_id = $2 for share
)
select
    h.state = 'DOWN' as down, h.failures, h.failing_since, h.failing_lanes, h.prober, h.scout,
    e.enabled, e.deleted_at is not null as deleted,
    exists (
        select from lanes as l
        where l.key = h.prober and l.last_done < l.last_enqueued and l.parked_reason is null and not l.held
    ) as is_probed
from endpoint as e
cross join endpoint_health as h
where h.tenant_id = $1 and h.endpoint_id = $2 for update of h
"""


async def lock(on: Statements, tenant: TenantId, endpoint: UUID) -> Row:
    """The endpoint, locked first, stays as it is to the end of the transaction: who enables it waits."""
    row = await on.row(_LOCK, tenant, endpoint)
    if row is None:
        raise AssertionError("every endpoint has its health")
    return row


_MARK_FAILED = """
update endpoint_health
set
    failures = failures + 1, failing_since = coalesce(failing_since, $3), last_failure = $4,
    failing_lanes = failing_lanes + $5
where tenant_id = $1 and endpoint_id = $2
returning failing_since
"""


async def mark_failed(
    on: Statements, tenant: TenantId, endpoint: UUID, *, now: BusinessTime, summary: str, more_lanes: int
) -> BusinessTime:
    """Since when nothing has been taken."""
    row = await on.row(_MARK_FAILED, tenant, endpoint, now, summary, more_lanes)
    if row is None:
        raise AssertionError("every endpoint has its health")
    return BusinessTime(row["failing_since"])


_MARK_DOWN = """
update endpoint_health
set state = 'DOWN', down_at = coalesce(down_at, $3), prober = $4, probe_at = $5, failing_lanes = $6, scout = null
where tenant_id = $1 and endpoint_id = $2 returning endpoint_id
"""


async def mark_down(
    on: Statements,
    tenant: TenantId,
    endpoint: UUID,
    *,
    now: BusinessTime,
    prober: str,
    probe_at: BusinessTime,
    failing_lanes: int,
) -> None:
    await on.row(_MARK_DOWN, tenant, endpoint, now, prober, probe_at, failing_lanes)


_MARK_UP = """
update endpoint_health
set
    state = 'UP', failures = 0, failing_since = null, failing_lanes = 0, last_failure = null, down_at = null,
    prober = null, scout = null, probe_at = null,
    recovered_at = case when state = 'DOWN' then clock_timestamp() else recovered_at end
where tenant_id = $1 and endpoint_id = $2 returning endpoint_id
"""


async def mark_up(on: Statements, tenant: TenantId, endpoint: UUID) -> None:
    await on.row(_MARK_UP, tenant, endpoint)


_SET_PROBER = """
update endpoint_health set prober = $3, probe_at = $4, scout = $5
where tenant_id = $1 and endpoint_id = $2 returning endpoint_id
"""


async def set_prober(
    on: Statements, tenant: TenantId, endpoint: UUID, *, prober: str, probe_at: BusinessTime, scout: str | None
) -> None:
    await on.row(_SET_PROBER, tenant, endpoint, prober, probe_at, scout)


_RELEASE_ONE = """
with next as (
    select key from lanes
    where share = $1 and held and last_done < last_enqueued and parked_reason is null and leased_until is null
    order by key > coalesce($2::text, '') desc, key limit 1 for no key update
)
update lanes as l set held = false, due_at = clock() from next where l.key = next.key
returning l.key
"""


async def release_one(on: Statements, share: str, *, after: str | None) -> str | None:
    """Make one held lane due: the first after that key, or the first of all."""
    row = await on.row(_RELEASE_ONE, None, share, after)
    return None if row is None else row["key"]


_PUT_OFF_PROBER = """
with later as (
    update endpoint_health set probe_at = greatest(probe_at, $4)
    where tenant_id = $1 and endpoint_id = $2 and state = 'DOWN'
    returning prober
)
update lanes as l set due_at = greatest(l.due_at, $4)
from later where l.key = later.prober and l.share = $3 and l.leased_until is null
returning l.key
"""


async def put_off_prober(on: Statements, tenant: TenantId, endpoint: UUID, *, until: BusinessTime) -> None:
    await on.row(_PUT_OFF_PROBER, tenant, endpoint, str(endpoint), until)


_PARK_OLD = """
update lanes as l set parked_reason = $3, held = false
from kcis as k
where l.share = $2::text and l.leased_until is null and l.kind = 'kci' and l.last_done < l.last_enqueued
    and (l.held or l.key = (
        select h.scout from endpoint_health as h where h.tenant_id = $1 and h.endpoint_id = ($2::text)::uuid
    ))
    and k.tenant_id = $1 and k.order_key = (l.subject ->> 'order')::bigint and k.sequence_number = l.last_done + 1
    and k.created_at <= $4
    and not exists (
        select from replay_items as i
        join replays as r on r.tenant_id = i.tenant_id and r.replay_id = i.replay_id
        where i.tenant_id = $1 and i.endpoint_id = ($2::text)::uuid and i.order_key = k.order_key and i.done_at is null
            and i.position is null and r.created_at > $4
    )
returning l.key
"""


async def park_old(on: Statements, tenant: TenantId, share: str, *, reason: str, before: datetime) -> list[str]:
    """Park the held lanes of an endpoint, and its scout, whose heads were told, and last replayed, before then."""
    return [row["key"] for row in await on.rows(_PARK_OLD, tenant, share, reason, before)]


_TAKE = """
with free_rate as (
    select place from endpoint_places
    where tenant_id = $1 and endpoint_id = $2 and kind = 'RATE' and place < $3 and free_at <= clock_timestamp()
    order by free_at, place limit 1 for update skip locked
),
free_line as (
    select place from endpoint_places
    where tenant_id = $1 and endpoint_id = $2 and kind = 'CONCURRENCY' and place < $4 and free_at <= clock_timestamp()
    order by free_at, place limit 1 for update skip locked
),
free as (
    select 'RATE' as kind, place from free_rate
    union all
    select 'CONCURRENCY', place from free_line
)
update endpoint_places as p
set free_at = clock_timestamp() + $6::interval, holder = $5
from free
where p.tenant_id = $1 and p.endpoint_id = $2 and p.kind = free.kind and p.place = free.place
    and ($3::integer is null or exists (select from free_rate))
    and ($4::integer is null or exists (select from free_line))
returning p.kind
"""


async def take_place(
    on: Statements,
    tenant: TenantId,
    endpoint: UUID,
    *,
    rate: int | None,
    concurrency: int | None,
    holder: UUID,
    span: timedelta,
) -> bool:
    """One place of each kind that is limited, or none. They come free by themselves after `span`."""
    return bool(await on.rows(_TAKE, tenant, endpoint, rate, concurrency, holder, span))


_ADD_PLACES = """
insert into endpoint_places (tenant_id, endpoint_id, kind, place)
select $1::integer, $2::uuid, 'RATE', n from generate_series(0, coalesce($3::integer, 0) - 1) as n
union all
select $1::integer, $2::uuid, 'CONCURRENCY', n from generate_series(0, coalesce($4::integer, 0) - 1) as n
on conflict (tenant_id, endpoint_id, kind, place) do nothing
returning place
"""


async def add_places(
    on: Statements, tenant: TenantId, endpoint: UUID, *, rate: int | None, concurrency: int | None
) -> None:
    """Those that are missing."""
    await on.rows(_ADD_PLACES, tenant, endpoint, rate, concurrency)


_NEXT_FREE = """
select
    ($3::integer is not null and r.free_at is null) or ($4::integer is not null and c.free_at is null) as missing,
    coalesce(extract(epoch from greatest(r.free_at, c.free_at, clock_timestamp()) - clock_timestamp()), 0)::float8
        as seconds
from
    (
        select min(free_at) as free_at from endpoint_places
        where tenant_id = $1 and endpoint_id = $2 and kind = 'RATE' and place < $3
    ) as r,
    (
        select min(free_at) as free_at from endpoint_places
        where tenant_id = $1 and endpoint_id = $2 and kind = 'CONCURRENCY' and place < $4
    ) as c
"""


async def next_free(
    on: Statements, tenant: TenantId, endpoint: UUID, *, rate: int | None, concurrency: int | None
) -> float | None:
    """Seconds of real time until a place may be free; None where places are missing."""
    row = await on.row(_NEXT_FREE, tenant, endpoint, rate, concurrency)
    return None if row is None or row["missing"] else float(row["seconds"])


_FREE = """
update endpoint_places
set free_at = clock_timestamp() + case kind when 'RATE' then interval '1 second' else interval '0' end, holder = null
where tenant_id = $1 and endpoint_id = $2 and holder = $3
returning place
"""


async def free_places(on: Statements, tenant: TenantId, endpoint: UUID, *, holder: UUID) -> None:
    """A rate's place rests for a second after its call is over, so two calls of one place are never closer."""
    await on.rows(_FREE, tenant, endpoint, holder)
