"""Rows of `alarms`. One tenant's, or the operator's own, which have none."""

from datetime import datetime

from fibregate.alarms.model import Alarm, Kind
from fibregate.db import Row, Statements
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


_COLUMNS = """
a.alarm_id, a.about_tenant, a.kind, a.subject, a.level, a.text, a.tells_tenant, a.raised_at, a.cleared_at, a.changes,
a.untold_because
"""


def read(row: Row) -> Alarm:
    """From a row with the columns of this store."""
    return Alarm(
        id=row["alarm_id"],
        tenant=row["about_tenant"],
        kind=Kind(row["kind"]),
        subject=row["subject"],
        level=row["level"],
        text=row["text"],
        tells_tenant=row["tells_tenant"],
        raised_at=row["raised_at"],
        cleared_at=row["cleared_at"],
        changes=row["changes"],
        untold_because=row["untold_because"],
    )


_GET = f"""
select {_COLUMNS}, a.told_by_webhook, a.told_by_mail, a.told_to_tenant, t.code, t.alarm_mail
from alarms as a left join tenants as t on t.tenant_no = a.about_tenant
where a.alarm_id = $2 and a.about_tenant is not distinct from $1::integer
"""  # noqa: S608 - constants only


async def get(on: Statements, tenant: TenantId | None, alarm: int) -> Row:
    row = await on.row(_GET, None, tenant, alarm)
    if row is None:
        raise AssertionError("alarms are kept")
    return row


_LIST = f"""
select {_COLUMNS} from alarms as a
where a.about_tenant is not distinct from $1::integer and ($2 or a.cleared_at is null)
    and (a.cleared_at is not null, -a.alarm_id) > ($3::boolean, -$4::bigint)
order by a.cleared_at is not null, a.alarm_id desc limit $5
"""  # noqa: S608 - constants only


async def list_of(
    on: Statements, tenant: TenantId | None, *, cleared: bool, after: tuple[bool, int], limit: int
) -> list[Alarm]:
    """Open ones first, the newest first; `after` is whether the last one seen was cleared, and its number."""
    return [read(row) for row in await on.rows(_LIST, None, tenant, cleared, *after, limit)]


_LIST_OPEN = """
select subject from alarms where about_tenant is not distinct from $1::integer and kind = $2 and cleared_at is null
"""


async def list_open(on: Statements, tenant: TenantId | None, kind: str) -> list[str]:
    return [row["subject"] for row in await on.rows(_LIST_OPEN, None, tenant, kind)]


_MARK_TOLD = """
update alarms set
    told_by_webhook = case $3 when 'webhook' then greatest(told_by_webhook, $4) else told_by_webhook end,
    told_by_mail = case $3 when 'mail' then greatest(told_by_mail, $4) else told_by_mail end,
    told_to_tenant = case $3 when 'tenant' then greatest(told_to_tenant, $4) else told_to_tenant end
where alarm_id = $2 and about_tenant is not distinct from $1::integer returning alarm_id
"""


async def mark_told(on: Statements, tenant: TenantId | None, alarm: int, channel: str, changes: int) -> None:
    await on.row(_MARK_TOLD, None, tenant, alarm, channel, changes)


_NOTE_UNTOLD = """
update alarms set untold_because = $3
where alarm_id = $2 and about_tenant is not distinct from $1::integer and untold_because is distinct from $3
returning alarm_id
"""


async def note_untold(on: Statements, tenant: TenantId | None, alarm: int, because: str | None) -> None:
    await on.row(_NOTE_UNTOLD, None, tenant, alarm, because)
