"""Rows of `lanes`. Keys and times only; no tenant's data, so no tenant policy."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fibregate.db import Row, Statements
from fibregate.lanes.model import Lane, Most, Running

_ENQUEUE = """
insert into lanes as l (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
values ($1, $2, $3, $4, coalesce($5, clock()), $6::bigint, $6::bigint - 1, $7)
on conflict (key) do update set
    last_enqueued = greatest(l.last_enqueued, excluded.last_enqueued),
    due_at = case when l.last_done = l.last_enqueued then excluded.due_at else l.due_at end
"""


async def enqueue(on: Statements, lane: Lane, *, number: int, due_at: datetime | None) -> None:
    await on.row(_ENQUEUE, None, lane.key, lane.kind, lane.tenant, dict(lane.subject), due_at, number, lane.share)


_SCHEDULE = """
insert into lanes as l (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
values ($1, $2, $3, $4, coalesce($5, clock()), 1, 0, $6)
on conflict (key) do update set last_enqueued = l.last_enqueued + 1, due_at = excluded.due_at
"""


async def schedule(on: Statements, lane: Lane, *, due_at: datetime | None) -> None:
    await on.row(_SCHEDULE, None, lane.key, lane.kind, lane.tenant, dict(lane.subject), due_at, lane.share)


_CLAIM = """
with recursive shares as (
    (
        select share, for_tenant from lanes
        where share is not null and leased_until is null and last_done < last_enqueued and parked_reason is null
            and not held
        order by share limit 1
    )
    union all
    select n.share, n.for_tenant
    from shares as s
    cross join lateral (
        select l.share, l.for_tenant from lanes as l
        where l.share > s.share and l.leased_until is null and l.last_done < l.last_enqueued
            and l.parked_reason is null and not l.held
        order by l.share limit 1
    ) as n
),
room as (
    select s.share, s.for_tenant, $4 - coalesce(b.running, 0) as places, $10 - coalesce(t.running, 0) as of_tenant
    from shares as s
    left join unnest($5::text[], $6::integer[]) as b (share, running) on b.share = s.share
    left join unnest($8::integer[], $9::integer[]) as t (tenant, running) on t.tenant = s.for_tenant
    where coalesce(b.running, 0) < $4 and coalesce(t.running, 0) < $10
),
turns as (
    select
        l.key, r.share, r.share <= $7 as served, r.for_tenant, r.of_tenant,
        row_number() over (partition by r.share order by l.due_at, l.key) as turn
    from room as r
    cross join lateral (
        select key, due_at from lanes
        where share = r.share and leased_until is null and last_done < last_enqueued and parked_reason is null
            and not held and due_at <= clock()
        order by due_at, key
        limit least(r.places, r.of_tenant, greatest(1, $2 / (select count(*) from room)))
        for update skip locked
    ) as l
),
fair as (
    select
        key, turn, share, served,
        row_number() over (partition by for_tenant order by turn, served, share) <= of_tenant as has_place
    from turns
),
timers as (
    select key from lanes
    where share is null and leased_until is null and last_done < last_enqueued and parked_reason is null and not held
        and due_at <= clock()
    order by due_at, key limit $2 for update skip locked
),
picked as (
    select key from (
        select key, turn, share, served from fair where has_place
        union all
        select key, 1, null, false from timers
    ) as one
    order by turn, served, share limit $2
)
update lanes as l
set owner = $1, leased_until = clock_timestamp() + $3::interval, generation = l.generation + 1
from picked where l.key = picked.key
returning
    l.key, l.kind, l.for_tenant, l.subject, l.owner, l.generation, l.attempts, l.last_enqueued, l.last_done, l.share,
    l.due_at
"""


async def claim(
    on: Statements, owner: str, *, limit: int, lease: timedelta, most: Most, running: Running, served: str
) -> Sequence[Row]:
    """Takes turns between shares, beginning after `served`."""
    taken = running.shares + running.withheld
    return await on.rows(
        _CLAIM,
        None,
        owner,
        limit,
        lease,
        most.of_share,
        list(taken),
        list(taken.values()),
        served,
        list(running.tenants),
        list(running.tenants.values()),
        most.of_tenant,
    )


_EXTEND = """
with free as (
    select key from lanes where owner = $1 and key = any($3::text[]) for no key update skip locked
),
extended as (
    update lanes as l set leased_until = clock_timestamp() + $2::interval from free where l.key = free.key
    returning l.key
)
select l.key, e.key is not null as extended
from lanes as l
left join extended as e on e.key = l.key
where l.owner = $1 and l.key = any($3::text[])
"""


async def extend(on: Statements, owner: str, *, keys: Sequence[str], lease: timedelta) -> dict[str, bool]:
    """Which are still the owner's, and whether their leases were renewed.

    Waits for nobody: a row that is locked, because its lane is just being finished, is left to the next beat.
    """
    return {row["key"]: row["extended"] for row in await on.rows(_EXTEND, None, owner, lease, list(keys))}


_COMPLETE = """
update lanes
set last_done = greatest(last_done, $4), attempts = 0, due_at = greatest(due_at, clock()), owner = null,
    leased_until = null
where key = $1 and owner = $2 and generation = $3 returning last_done < last_enqueued as has_more
"""


async def complete(on: Statements, key: str, owner: str, generation: int, *, done: int) -> bool | None:
    """Whether the lane has more; None where the lease is lost."""
    row = await on.row(_COMPLETE, None, key, owner, generation, done)
    return None if row is None else row["has_more"]


_POSTPONE = """
update lanes set due_at = $4, attempts = attempts + $5, owner = null, leased_until = null
where key = $1 and owner = $2 and generation = $3 returning due_at <= clock() as is_due
"""


async def postpone(
    on: Statements, key: str, owner: str, generation: int, *, due_at: datetime, attempts: int
) -> bool | None:
    """Whether the lane is due already; None where the lease is lost."""
    row = await on.row(_POSTPONE, None, key, owner, generation, due_at, attempts)
    return None if row is None else row["is_due"]


_PARK = """
update lanes set parked_reason = $4, owner = null, leased_until = null
where key = $1 and owner = $2 and generation = $3 returning key
"""


async def park(on: Statements, key: str, owner: str, generation: int, *, reason: str) -> bool:
    return await on.row(_PARK, None, key, owner, generation, reason) is not None


_HOLD = """
update lanes set held = true, attempts = $4, owner = null, leased_until = null
where key = $1 and owner = $2 and generation = $3 returning key
"""


async def hold(on: Statements, key: str, owner: str, generation: int, *, attempts: int) -> bool:
    return await on.row(_HOLD, None, key, owner, generation, attempts) is not None


_RELEASE = """
with waiting as (
    select key from lanes
    where share = $1 and last_done < last_enqueued and leased_until is null and parked_reason is null
        and (held or due_at > clock())
    order by key for no key update
)
update lanes as l set held = false, due_at = clock() from waiting where l.key = waiting.key
returning l.key
"""


async def release(on: Statements, share: str) -> int:
    """A lane in a worker's hands is left to its worker."""
    return len(await on.rows(_RELEASE, None, share))


_HAND_BACK_EXPIRED = """
with expired as (
    select key from lanes where leased_until is not null and leased_until < clock_timestamp()
    for no key update skip locked
)
update lanes as l set owner = null, leased_until = null from expired where l.key = expired.key returning l.key
"""


async def hand_back_expired(on: Statements) -> int:
    return len(await on.rows(_HAND_BACK_EXPIRED, None))


_HAND_BACK_ALL = "update lanes set owner = null, leased_until = null where leased_until is not null returning key"


async def hand_back_all(on: Statements) -> int:
    return len(await on.rows(_HAND_BACK_ALL, None))


_HAND_BACK_MINE = "update lanes set owner = null, leased_until = null where owner = $1 returning key"


async def hand_back_mine(on: Statements, owner: str) -> int:
    return len(await on.rows(_HAND_BACK_MINE, None, owner))


_OUTLOOK = """
select
    (select min(due_at) from lanes
        where leased_until is null and last_done < last_enqueued and parked_reason is null and not held) as next_due,
    (select count(*) from lanes where leased_until is not null) as leased,
    clock() as now
"""


async def outlook(on: Statements) -> Row:
    row = await on.row(_OUTLOOK, None)
    if row is None:
        raise AssertionError("an aggregate gives a row")
    return row
