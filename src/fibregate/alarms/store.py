"""Rows of `alarms`. One tenant's, or the operator's own, which have none."""

from datetime import datetime

from fibregate.db import Statements
from fibregate.vocabulary import TenantId

# An alarm that sounds on and on takes no lock: it is seen first.
_SOUND = """
insert into alarms as a (about_tenant, kind, subject, level, text, tells_tenant, raised_at)
select $1, $2, $3, $4, $5, $6, $7
where not exists (
    select 1 from alarms as o
    where o.kind = $2 and o.subject = $3 and o.about_tenant is not distinct from $1::integer
        and o.cleared_at is null and o.level >= $4::smallint
)
on conflict (kind, subject, about_tenant) where cleared_at is null do update set
    level = excluded.level, text = excluded.text, tells_tenant = a.tells_tenant or excluded.tells_tenant,
    changes = a.changes + 1
where a.level < excluded.level
returning a.alarm_id
"""


async def sound(
    on: Statements,
    tenant: TenantId | None,
    *,
    kind: str,
    subject: str,
    level: int,
    text: str,
    tells_tenant: bool,
    now: datetime,
) -> int | None:
    """None when it sounds already, as loud."""
    row = await on.row(_SOUND, None, tenant, kind, subject, level, text, tells_tenant, now)
    return None if row is None else row["alarm_id"]


_CLEAR = """
update alarms set cleared_at = $4, changes = changes + 1
where kind = $2 and subject = $3 and about_tenant is not distinct from $1::integer and cleared_at is null
returning alarm_id
"""


async def clear(on: Statements, tenant: TenantId | None, *, kind: str, subject: str, now: datetime) -> int | None:
    """None when there is none open."""
    row = await on.row(_CLEAR, None, tenant, kind, subject, now)
    return None if row is None else row["alarm_id"]
