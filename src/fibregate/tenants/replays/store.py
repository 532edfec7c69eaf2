"""Rows of `accepted_requests`."""

from datetime import datetime

from fibregate.db import Row, Statements
from fibregate.tenants.replays.model import Key
from fibregate.vocabulary import TenantId

_BOUND_WAITS = "select set_config('lock_timeout', $1, true)"


async def bound_waits(on: Statements, seconds: float) -> None:
    """No statement of this transaction waits longer than that for another's."""
    await on.row(_BOUND_WAITS, None, f"{round(seconds * 1000)}ms")


# Waits for whoever has inserted the same key and not yet committed. A row that is too old counts for nothing.
_CLAIM = """
insert into accepted_requests as a (tenant_id, route, strict, key, body_hash, created_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id, route, strict, key) do update
set body_hash = excluded.body_hash, http_status = null, answer = null, created_at = excluded.created_at
where a.created_at < $7
returning a.key
"""


async def claim(
    on: Statements, tenant: TenantId, route: str, key: Key, *, body_hash: bytes, now: datetime, dead_before: datetime
) -> bool:
    """Whether it is ours."""
    row = await on.row(_CLAIM, tenant, route, key.strict, key.text, body_hash, now, dead_before)
    return row is not None


_FIND = """
select body_hash, http_status, answer from accepted_requests
where tenant_id = $1 and route = $2 and strict = $3 and key = $4 and created_at >= $5
"""


async def find(on: Statements, tenant: TenantId, route: str, key: Key, *, dead_before: datetime) -> Row | None:
    return await on.row(_FIND, tenant, route, key.strict, key.text, dead_before)


_ANSWER = """
update accepted_requests set http_status = $5, answer = $6
where tenant_id = $1 and route = $2 and strict = $3 and key = $4 and http_status is null returning key
"""


async def answer(on: Statements, tenant: TenantId, route: str, key: Key, *, status: int, body: bytes) -> None:
    """Keep the first answer; a later one changes nothing."""
    await on.row(_ANSWER, tenant, route, key.strict, key.text, status, body)


_WITHDRAW = """
update accepted_requests set created_at = '-infinity'
where tenant_id = $1 and route = $2 and strict = $3 and key = $4 and http_status is null returning key
"""


async def withdraw(on: Statements, tenant: TenantId, route: str, key: Key) -> None:
    """The doors may not delete, and need not: a row of no age counts for nothing, and goes with the old ones."""
    await on.row(_WITHDRAW, tenant, route, key.strict, key.text)


_DELETE_OLD = """
delete from accepted_requests where tenant_id = $1 and (route, strict, key) in (
    select a.route, a.strict, a.key from accepted_requests as a
    where a.tenant_id = $1 and a.created_at < $2 order by a.created_at limit $3
) returning key
"""


async def delete_old(on: Statements, tenant: TenantId, before: datetime, *, limit: int) -> int:
    return len(await on.rows(_DELETE_OLD, tenant, before, limit))
