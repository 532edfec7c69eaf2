"""Sound an alarm and clear it. Rules: `docs/reference/alarms.md`."""

from collections.abc import Mapping
from typing import Final

from fibregate.alarms import store
from fibregate.alarms.model import Alarm, Kind
from fibregate.clock import BusinessTime
from fibregate.db import Db, Tx
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Lane
from fibregate.vocabulary import TenantId

FIRST: Final = (False, 2**62)
"""Before all alarms of a list."""


async def sound(
    tx: Tx,
    tenant: TenantId | None,
    *,
    kind: Kind,
    subject: str,
    text: str,
    now: BusinessTime,
    tells_tenant: bool = False,
    level: int = 1,
) -> bool:
    """Open an alarm, or raise an open one to a higher level; else do nothing. Tells whether there is something new.

    With `tells_tenant` the tenant's contact is told as well as the operator. No personal data in `text`.
    """
    made = await store.sound(
        tx, tenant, kind=kind.value, subject=subject, level=level, text=text, tells_tenant=tells_tenant, now=now
    )
    if made is None:
        return False
    await _queue(tx, tenant, made, now)
    return True


async def clear(tx: Tx, tenant: TenantId | None, *, kind: Kind, subject: str, now: BusinessTime) -> bool:
    """End an open alarm, whatever its level; tells whether there was one."""
    ended = await store.clear(tx, tenant, kind=kind.value, subject=subject, now=now)
    if ended is None:
        return False
    await _queue(tx, tenant, ended, now)
    return True


async def list_of(
    db: Db, tenant: TenantId | None, *, cleared: bool, after: tuple[bool, int] | None = None, limit: int
) -> list[Alarm]:
    """A tenant's own, or the operator's own for the worker's role: open ones first, the newest first.

    `after` is whether the last one seen was cleared, and its number.
    """
    async with db.tx(tenant) as tx:
        return await store.list_of(tx, tenant, cleared=cleared, after=after or FIRST, limit=limit)


async def open_subjects(tx: Tx, tenant: TenantId | None, kind: Kind) -> list[str]:
    """What alarms of one kind are about that are open now."""
    return await store.list_open(tx, tenant, kind.value)


async def settle(
    tx: Tx,
    tenant: TenantId | None,
    *,
    kind: Kind,
    found: Mapping[str, str],
    now: BusinessTime,
    tells_tenant: bool = False,
) -> None:
    """A check has looked at everything: what it found sounds, by subject and text, and what it did not is cleared."""
    for subject in await open_subjects(tx, tenant, kind):
        if subject not in found:
            await clear(tx, tenant, kind=kind, subject=subject, now=now)
    for subject, text in found.items():
        await sound(tx, tenant, kind=kind, subject=subject, text=text, now=now, tells_tenant=tells_tenant)


async def _queue(tx: Tx, tenant: TenantId | None, alarm: int, now: BusinessTime) -> None:
    await lanes.schedule(tx, Lane("alarm", str(alarm), tenant, {"alarm": alarm}), due_at=now)
