"""Rows of `replays` and `replay_items`, and the lanes that a replay makes or sets going."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.kcis.replays.model import Asked
from fibregate.vocabulary import OrderKey, TenantId

# What is chosen, as endpoint, order and number. $1 is the tenant, $2 its endpoints, the rest is each one's own.
_KCI: Final = """
select e.endpoint_id, k.order_key, k.sequence_number
from unnest($2::uuid[]) as e (endpoint_id) cross join kcis as k
where k.tenant_id = $1 and k.id = $3::uuid
"""
_ORDER: Final = """
select e.endpoint_id, k.order_key, k.sequence_number
from unnest($2::uuid[]) as e (endpoint_id) cross join kcis as k
where k.tenant_id = $1 and k.order_key = $3::bigint
"""
_RANGE: Final = """
select e.endpoint_id, k.order_key, k.sequence_number
from unnest($2::uuid[]) as e (endpoint_id) cross join kcis as k
where k.tenant_id = $1 and k.created_at >= coalesce($3::timestamptz, '-infinity')
    and k.created_at < coalesce($4::timestamptz, 'infinity')
"""
_UNDELIVERED: Final = """
select e.endpoint_id, k.order_key, k.sequence_number
from unnest($2::uuid[]) as e (endpoint_id)
join lanes as l
    on l.share = e.endpoint_id::text and l.kind = 'kci' and l.for_tenant = $1 and l.last_done < l.last_enqueued
join kcis as k
    on k.tenant_id = $1 and k.order_key = (l.subject ->> 'order')::bigint and k.sequence_number > l.last_done
    and k.sequence_number <= l.last_enqueued
"""
_MISSING: Final = """
select e.endpoint_id, k.order_key, k.sequence_number
from unnest($2::uuid[]) as e (endpoint_id)
cross join unnest($3::bigint[], $4::integer[], $5::integer[]) as m (order_key, after, last)
join kcis as k
    on k.tenant_id = $1 and k.order_key = m.order_key and k.sequence_number > m.after and k.sequence_number <= m.last
"""


def _choice(asked: Asked, order: OrderKey | None) -> tuple[str, tuple[object, ...]]:
    """The statement that chooses, and its own parameters."""
    if asked.kci is not None:
        return _KCI, (asked.kci,)
    if order is not None:
        return _ORDER, (order,)
    if asked.undelivered:
        return _UNDELIVERED, ()
    if asked.missing is not None:
        orders, afters, lasts = zip(*((one.order, one.after, one.last) for one in asked.missing), strict=True)
        return _MISSING, (list(orders), list(afters), list(lasts))
    return _RANGE, (asked.told_from, asked.told_to)


async def count(
    on: Statements, tenant: TenantId, endpoints: Sequence[UUID], asked: Asked, order: OrderKey | None
) -> list[Row]:
    """How many KCIs are chosen for each endpoint."""
    chosen, given = _choice(asked, order)
    statement = f"""
    with chosen as ({chosen})
    select endpoint_id, count(*) as items, 0::bigint as sent, false as deleted from chosen
    group by endpoint_id order by endpoint_id
    """  # noqa: S608 - constants only
    return await on.rows(statement, tenant, list(endpoints), *given)


_INSERT = """
insert into replays (tenant_id, replay_id, asked_hash, asked, asked_by, kci_count) values ($1, $2, $3, $4, $5, 0)
on conflict (tenant_id, replay_id) do nothing returning replay_id
"""


async def insert(
    on: Statements, tenant: TenantId, replay: UUID, *, asked: Mapping[str, Any], asked_hash: bytes, by: str
) -> bool:
    """False when the id is taken. Who takes it makes the others wait."""
    return await on.row(_INSERT, tenant, replay, asked_hash, dict(asked), by) is not None


_GIVE_WAY = "select set_config('lock_timeout', '250ms', true)"


async def give_way(on: Statements) -> None:
    """From now on this transaction gives up rather than be part of a deadlock, which is found after a second."""
    await on.row(_GIVE_WAY, None)


async def insert_items(
    on: Statements,
    tenant: TenantId,
    replay: UUID,
    *,
    endpoints: Sequence[UUID],
    asked: Asked,
    order: OrderKey | None,
) -> None:
    """With positions for what the lanes have passed by now. What they pass before `settle` is given its own there."""
    chosen, given = _choice(asked, order)
    statement = f"""
    insert into replay_items (tenant_id, replay_id, endpoint_id, order_key, sequence_number, position)
    select
        $1, ${len(given) + 3}, c.endpoint_id, c.order_key, c.sequence_number,
        case when l.key is null or c.sequence_number <= l.last_done then
            row_number() over (partition by c.endpoint_id, c.order_key order by c.sequence_number)
        end
    from ({chosen}) as c
    left join lanes as l on l.key = 'kci:' || c.endpoint_id || ':' || c.order_key
    """  # noqa: S608 - constants only
    await on.row(statement, tenant, list(endpoints), *given, replay)


_LOCK_LANES = """
select l.key
from (
    select distinct 'kci:' || endpoint_id || ':' || order_key as key from replay_items
    where tenant_id = $1 and replay_id = $2 and position is null
) as ahead
join lanes as l on l.key = ahead.key
order by l.key for no key update of l
"""


async def lock_lanes(on: Statements, tenant: TenantId, replay: UUID) -> None:
    """Those that are to send items in their turn stay where they are to the end of the transaction."""
    await on.rows(_LOCK_LANES, tenant, replay)


_SETTLE = """
update replay_items as i
set position = (
    select count(*) from replay_items as n
    where n.tenant_id = $1 and n.replay_id = $2 and n.endpoint_id = i.endpoint_id and n.order_key = i.order_key
        and n.sequence_number <= i.sequence_number
)
from lanes as l
where i.tenant_id = $1 and i.replay_id = $2 and i.position is null
    and l.key = 'kci:' || i.endpoint_id || ':' || i.order_key and i.sequence_number <= l.last_done
"""


async def settle(on: Statements, tenant: TenantId, replay: UUID) -> None:
    """Give a position to whatever was passed before its lane was locked."""
    await on.row(_SETTLE, tenant, replay)


_INSERT_LANES = """
insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
select
    'replay:' || endpoint_id || ':' || order_key || ':' || $2::uuid, 'replay', $1,
    jsonb_build_object('endpoint', endpoint_id, 'order', order_key, 'replay', $2::uuid), clock(), count(*), 0,
    endpoint_id::text
from replay_items where tenant_id = $1 and replay_id = $2 and position is not null
group by endpoint_id, order_key
"""


async def insert_lanes(on: Statements, tenant: TenantId, replay: UUID) -> None:
    """The job's own lanes, one for each endpoint and order. One of an endpoint that is down is held when claimed."""
    await on.row(_INSERT_LANES, tenant, replay)


_SET_GOING = """
update lanes as l set parked_reason = null, due_at = least(l.due_at, clock())
from (
    select distinct 'kci:' || endpoint_id || ':' || order_key as key from replay_items
    where tenant_id = $1 and replay_id = $2 and position is null
) as ahead
where l.key = ahead.key and (l.parked_reason is not null or l.due_at > clock())
"""


async def set_going(on: Statements, tenant: TenantId, replay: UUID) -> None:
    """Lanes that were parked or backing off. One that is held stays so, until its endpoint is up or enabled."""
    await on.row(_SET_GOING, tenant, replay)


_PARKED = """
select l.share::uuid as endpoint_id, l.last_enqueued - l.last_done as items
from lanes as l
where l.share = any($2::text[]) and l.kind = 'replay' and l.for_tenant = $1 and l.last_done < l.last_enqueued
    and l.parked_reason is not null
order by l.key
"""


async def list_parked(on: Statements, tenant: TenantId, endpoints: Sequence[UUID]) -> list[Row]:
    """Lanes of earlier jobs that were given up, and how many KCIs each still has."""
    return await on.rows(_PARKED, tenant, [str(one) for one in endpoints])


_RESUME = """
with parked as (
    select key, last_enqueued - last_done as items from lanes
    where share = any($2::text[]) and kind = 'replay' and for_tenant = $1 and last_done < last_enqueued
        and parked_reason is not null
    order by key for no key update
)
update lanes as l set parked_reason = null, due_at = clock() from parked where l.key = parked.key
returning parked.items
"""


async def resume(on: Statements, tenant: TenantId, endpoints: Sequence[UUID]) -> int:
    """Set the parked lanes of earlier jobs going; how many KCIs they still have."""
    return sum(row["items"] for row in await on.rows(_RESUME, tenant, [str(one) for one in endpoints]))


_COUNTED = """
update replays
set
    kci_count = (select count(*) from replay_items as i where i.tenant_id = $1 and i.replay_id = $2),
    asked = case when $3::integer > 0 then asked || jsonb_build_object('resumed', $3::integer) else asked end
where tenant_id = $1 and replay_id = $2 returning replay_id
"""


async def mark_counted(on: Statements, tenant: TenantId, replay: UUID, *, resumed: int) -> None:
    await on.row(_COUNTED, tenant, replay, resumed)


_FIND = """
select replay_id, asked, asked_hash, asked_by, kci_count, created_at from replays
where tenant_id = $1 and replay_id = $2
"""


async def find(on: Statements, tenant: TenantId, replay: UUID) -> Row | None:
    return await on.row(_FIND, tenant, replay)


_PARTS = """
select
    i.endpoint_id, count(*) as items, bool_and(e.deleted_at is not null) as deleted,
    count(*) filter (
        where i.done_at is not null
            or (i.position is null and i.sequence_number <= l.last_done and e.deleted_at is null)
    ) as sent
from replay_items as i
join endpoints as e on e.tenant_id = i.tenant_id and e.endpoint_id = i.endpoint_id
left join lanes as l on l.key = 'kci:' || i.endpoint_id || ':' || i.order_key
where i.tenant_id = $1 and i.replay_id = $2
group by i.endpoint_id order by i.endpoint_id
"""


async def list_parts(on: Statements, tenant: TenantId, replay: UUID) -> list[Row]:
    """An item without a position is sent when its lane has passed it, even by who knew nothing of the job."""
    return await on.rows(_PARTS, tenant, replay)


_LIST = """
select replay_id, asked, asked_by, kci_count, created_at from replays
where tenant_id = $1 and ($2::timestamptz is null or (created_at, replay_id) < ($2, $3::uuid))
order by created_at desc, replay_id desc limit $4
"""


async def list_recent(on: Statements, tenant: TenantId, *, before: tuple[Any, UUID] | None, limit: int) -> list[Row]:
    """The newest first; `before` is the last one seen."""
    at, replay = before or (None, None)
    return await on.rows(_LIST, tenant, at, replay, limit)


_FIND_ORDER = "select order_key from orders where tenant_id = $1 and id = $2"


async def find_order(on: Statements, tenant: TenantId, order_id: int) -> OrderKey | None:
    row = await on.row(_FIND_ORDER, tenant, order_id)
    return None if row is None else OrderKey(row["order_key"])


_HAS_KCI = "select id from kcis where tenant_id = $1 and id = $2"


async def has_kci(on: Statements, tenant: TenantId, kci: UUID) -> bool:
    return await on.row(_HAS_KCI, tenant, kci) is not None


_LIVE = """
select endpoint_id from endpoints
where tenant_id = $1 and deleted_at is null and ($2::uuid is null or endpoint_id = $2) order by endpoint_id
"""


async def list_endpoints(on: Statements, tenant: TenantId, *, only: UUID | None) -> list[UUID]:
    return [row["endpoint_id"] for row in await on.rows(_LIVE, tenant, only)]
