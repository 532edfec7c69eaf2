"""Rows of `lanes`. Keys and times only; no tenant's data, so no tenant policy."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fibregate.db import Row, Statements
from fibregate.lanes.model import Lane

_ENQUEUE = """
insert into lanes as l (key, kind, for_tenant, subject, due_at, last_enqueued, last_done)
values ($1, $2, $3, $4, coalesce($5, clock()), $6::bigint, $6::bigint - 1)
on conflict (key) do update set
    last_enqueued = greatest(l.last_enqueued, excluded.last_enqueued),
    due_at = case when l.last_done = l.last_enqueued then excluded.due_at else l.due_at end
"""


async def enqueue(on: Statements, lane: Lane, *, number: int, due_at: datetime | None) -> None:
    await on.row(_ENQUEUE, None, lane.key, lane.kind, lane.tenant, dict(lane.subject), due_at, number)


_SCHEDULE = """
insert into lanes as l (key, kind, for_tenant, subject, due_at, last_enqueued, last_done)
values ($1, $2, $3, $4, coalesce($5, clock()), 1, 0)
on conflict (key) do update set last_enqueued = l.last_enqueued + 1, due_at = excluded.due_at
"""


async def schedule(on: Statements, lane: Lane, *, due_at: datetime | None) -> None:
    await on.row(_SCHEDULE, None, lane.key, lane.kind, lane.tenant, dict(lane.subject), due_at)


_CLAIM = """
with due as (
    select key from lanes
    where leased_until is null and last_done < last_enqueued and parked_reason is null and due_at <= clock()
    order by due_at, key limit $2 for update skip locked
)
update lanes as l
set owner = $1, leased_until = clock_timestamp() + $3::interval, generation = l.generation + 1
from due where l.key = due.key
returning l.key, l.kind, l.for_tenant, l.subject, l.owner, l.generation, l.attempts, l.last_enqueued, l.last_done
"""


async def claim(on: Statements, owner: str, *, limit: int, lease: timedelta) -> Sequence[Row]:
    return await on.rows(_CLAIM, None, owner, limit, lease)


_EXTEND = """
update lanes set leased_until = clock_timestamp() + $2::interval
where owner = $1 and key = any($3::text[]) returning key
"""


async def extend(on: Statements, owner: str, *, keys: Sequence[str], lease: timedelta) -> set[str]:
    return {row["key"] for row in await on.rows(_EXTEND, None, owner, lease, list(keys))}


_COMPLETE = """
update lanes
set last_done = greatest(last_done, $4), attempts = 0, due_at = greatest(due_at, clock()), owner = null,
    leased_until = null
where key = $1 and owner = $2 and generation = $3 returning key
"""


async def complete(on: Statements, key: str, owner: str, generation: int, *, done: int) -> bool:
    return await on.row(_COMPLETE, None, key, owner, generation, done) is not None


_POSTPONE = """
update lanes set due_at = $4, attempts = attempts + $5, owner = null, leased_until = null
where key = $1 and owner = $2 and generation = $3 returning key
"""


async def postpone(on: Statements, key: str, owner: str, generation: int, *, due_at: datetime, attempts: int) -> bool:
    return await on.row(_POSTPONE, None, key, owner, generation, due_at, attempts) is not None


_PARK = """
update lanes set parked_reason = $4, owner = null, leased_until = null
where key = $1 and owner = $2 and generation = $3 returning key
"""


async def park(on: Statements, key: str, owner: str, generation: int, *, reason: str) -> bool:
    return await on.row(_PARK, None, key, owner, generation, reason) is not None


_HAND_BACK_EXPIRED = """
update lanes set owner = null, leased_until = null
where leased_until is not null and leased_until < clock_timestamp() returning key
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
        where leased_until is null and last_done < last_enqueued and parked_reason is null) as next_due,
    (select count(*) from lanes where leased_until is not null) as leased,
    clock() as now
"""


async def outlook(on: Statements) -> Row:
    row = await on.row(_OUTLOOK, None)
    if row is None:
        raise AssertionError("an aggregate gives a row")
    return row
