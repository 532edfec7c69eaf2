"""Lanes of KCIs, and what they stand for: queues, their heads, what is astray, and credentials that end."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fibregate.db import Row, Statements
from fibregate.vocabulary import TenantId

_TENANTS = "select tenant_no, code from tenants order by tenant_no"


async def tenants(on: Statements) -> dict[TenantId, str]:
    return {TenantId(row["tenant_no"]): row["code"] for row in await on.rows(_TENANTS, None)}


_QUEUES = """
select
    for_tenant, share, sum(last_enqueued - last_done)::bigint as waiting,
    coalesce(sum(last_enqueued - last_done) filter (where parked_reason is not null), 0)::bigint as parked
from lanes
where share is not null and last_done < last_enqueued and kind = 'kci'
group by for_tenant, share
"""


async def queues(on: Statements) -> list[Row]:
    """Of each endpoint that has something before it. Reads no other lanes."""
    return await on.rows(_QUEUES, None)


# One head after the other by its key, whatever the planner believes of tables that it has not analysed yet.
_OLDEST = """
select min(k.created_at) as told_at
from lanes as l
cross join lateral (
    select h.created_at from kcis as h
    where h.tenant_id = $1 and h.order_key = (l.subject ->> 'order')::bigint and h.sequence_number = l.last_done + 1
    limit 1
) as k
where l.share = any($2::text[]) and l.last_done < l.last_enqueued and l.kind = 'kci' and l.for_tenant = $1
"""


async def oldest(on: Statements, tenant: TenantId, shares: Sequence[str]) -> datetime | None:
    """When the oldest was told that some endpoint has not taken."""
    row = await on.row(_OLDEST, tenant, list(shares))
    return row["told_at"] if row else None


_PARKED = """
select distinct share from lanes
where share = any($2::text[]) and last_done < last_enqueued and parked_reason is not null and for_tenant = $1
"""


async def list_parked(on: Statements, tenant: TenantId, shares: Sequence[str]) -> set[str]:
    """Which of these endpoints have a lane that is parked, of its own or of a replay."""
    return {row["share"] for row in await on.rows(_PARKED, tenant, list(shares))}


_ORDERS = """
select order_key from orders
where tenant_id = $1 and order_key > $2 and updated_at > $3 order by order_key limit $4
"""


async def list_orders(
    on: Statements, tenant: TenantId, *, after: int, updated_since: datetime, limit: int
) -> list[int]:
    """Those that anything was told of since then, in the order of their keys."""
    return [row["order_key"] for row in await on.rows(_ORDERS, tenant, after, updated_since, limit)]


# One snapshot. `done` is how far deliveries and skips reach without a gap from where the lane stands; `passed` is the
# first KCI behind the lane's mark that was told when the endpoint was there and was neither delivered nor skipped.
# What is told while an endpoint is being made does not see it and is in the feed only: hence the minute.
_ASTRAY = """
with lane as (
    select
        o.order_key, e.endpoint_id, e.created_at, l.key, l.last_enqueued, l.last_done,
        (select max(k.sequence_number) from kcis as k where k.tenant_id = $1 and k.order_key = o.order_key) as told
    from unnest($2::bigint[]) as o (order_key)
    join endpoints as e on e.tenant_id = $1 and e.deleted_at is null
    left join lanes as l on l.key = 'kci:' || e.endpoint_id || ':' || o.order_key
),
seen as (
    select lane.*, ahead.undone - 1 as done, behind.passed
    from lane
    cross join lateral (
        select coalesce(min(k.sequence_number), lane.told + 1) as undone
        from kcis as k
        left join deliveries as d
            on d.tenant_id = $1 and d.endpoint_id = lane.endpoint_id and d.order_key = k.order_key
            and d.sequence_number = k.sequence_number
        where k.tenant_id = $1 and k.order_key = lane.order_key and k.sequence_number > lane.last_done
            and d.delivered_at is null and d.skipped_at is null
    ) as ahead
    cross join lateral (
        select min(k.sequence_number) as passed
        from kcis as k
        left join deliveries as d
            on d.tenant_id = $1 and d.endpoint_id = lane.endpoint_id and d.order_key = k.order_key
            and d.sequence_number = k.sequence_number
        left join kci_skips as s
            on s.tenant_id = $1 and s.endpoint_id = lane.endpoint_id and s.order_key = k.order_key
            and s.sequence_number = k.sequence_number
        where k.tenant_id = $1 and k.order_key = lane.order_key
            and k.created_at > lane.created_at + interval '1 minute'
            and k.sequence_number <= coalesce(lane.last_done, lane.told)
            and d.delivered_at is null and d.skipped_at is null and s.done_at is null
    ) as behind
)
select order_key, endpoint_id, key, last_enqueued, last_done, told, done, passed
from seen
where told is not null and (
    (key is null and passed is not null)
    or (key is not null and (last_enqueued <> told or done > last_done or passed is not null))
)
order by order_key, endpoint_id
"""


async def list_astray(on: Statements, tenant: TenantId, orders: Sequence[int]) -> list[Row]:
    """Lanes that say something else than the KCIs and deliveries of these orders, and KCIs that no lane has."""
    return await on.rows(_ASTRAY, tenant, list(orders))


_RAISE_ENQUEUED = """
update lanes set
    last_enqueued = $3, due_at = case when last_done = last_enqueued then clock() else due_at end
where for_tenant = $1 and key = $2 and last_enqueued < $3
    and exists (
        select from kcis as k
        where k.tenant_id = $1 and k.order_key = (lanes.subject ->> 'order')::bigint and k.sequence_number = $3
    )
returning key
"""


async def raise_enqueued(on: Statements, tenant: TenantId, key: str, *, to: int) -> bool:
    """Put in what was told: a KCI with this number is there."""
    return await on.row(_RAISE_ENQUEUED, tenant, key, to) is not None


_RAISE_DONE = """
update lanes set last_done = $4
where for_tenant = $1 and key = $2 and last_done = $3 and last_enqueued >= $4 and leased_until is null
    and (
        select count(*) from deliveries as d
        where d.tenant_id = $1 and d.endpoint_id = (lanes.subject ->> 'endpoint')::uuid
            and d.order_key = (lanes.subject ->> 'order')::bigint
            and d.sequence_number between $3::bigint + 1 and $4::bigint
            and (d.delivered_at is not null or d.skipped_at is not null)
    ) = $4::bigint - $3::bigint
returning key
"""


async def raise_done(on: Statements, tenant: TenantId, key: str, *, seen: int, to: int) -> bool:
    """Only where each one in between was taken or skipped, and nobody has the lane in hand."""
    return await on.row(_RAISE_DONE, tenant, key, seen, to) is not None


_ENDING_SECRETS = """
select s.endpoint_id, max(s.expires_at) as ends_at
from endpoint_secrets as s
join endpoints as e on e.tenant_id = s.tenant_id and e.endpoint_id = s.endpoint_id and e.deleted_at is null
where s.tenant_id = $1 and (s.expires_at is null or s.expires_at > clock_timestamp())
group by s.endpoint_id
having bool_and(s.expires_at is not null and s.expires_at <= clock_timestamp() + $2::interval)
"""


async def list_ending_secrets(on: Statements, tenant: TenantId, *, within: timedelta) -> list[Row]:
    """Endpoints whose last secret ends soon, by the real clock."""
    return await on.rows(_ENDING_SECRETS, tenant, within)


_CERTIFICATES = """
select endpoint_id, auth from endpoints
where tenant_id = $1 and deleted_at is null and auth_kind = 'MTLS' and auth is not null
"""


async def list_certificates(on: Statements, tenant: TenantId) -> list[Row]:
    """Still sealed."""
    return await on.rows(_CERTIFICATES, tenant)
