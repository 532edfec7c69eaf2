"""The single checks of `fibregate doctor`, beside those that every start makes."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from fibregate import calendars, vault
from fibregate.boot import Finding
from fibregate.cli import store
from fibregate.cli.context import clock_of
from fibregate.cli.order_words import local
from fibregate.clock import real_now
from fibregate.db import Db
from fibregate.sandbox import store as sandbox
from fibregate.settings import Settings
from fibregate.tenants import actions as tenants
from fibregate.tenants import keys as signing_keys
from fibregate.tenants.model import Tenant
from fibregate.vault import VaultError

LEAST_FREE_BYTES: Final = 1 << 30
LEAST_FREE_SHARE: Final = 0.05


def said(error: BaseException) -> str:
    """An error in a line; some have no words of their own."""
    return " ".join(str(error).split()) or type(error).__name__


def keys(settings: Settings) -> Iterator[Finding]:
    """The master key: there, readable, for our eyes only. A missing one of an embedded server is made when needed."""
    file = settings.data / vault.KEY_FILE
    if settings.master_key is None and settings.database_url is None and not file.exists():
        yield Finding("master key", well=True, found=f"none yet; the first start makes {file}")
        return
    try:
        vault.from_settings(settings)
    except (VaultError, OSError) as error:
        yield Finding(
            "master key",
            well=False,
            found=said(error),
            mend="32 random bytes in base64, the same for all processes: "
            "python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'",
        )
        return
    yield Finding("master key", well=True, found="from FIBREGATE_MASTER_KEY" if settings.master_key else str(file))


def disk(settings: Settings) -> Iterator[Finding]:
    """Room and rights in the folder of the embedded database."""
    if settings.database_url is not None:
        return
    there = _nearest(settings.data.absolute())
    usage = shutil.disk_usage(there)
    enough = usage.free > LEAST_FREE_BYTES and usage.free > LEAST_FREE_SHARE * usage.total
    yield Finding(
        "disk space",
        well=enough,
        found=f"{usage.free / (1 << 30):,.1f} GiB of {usage.total / (1 << 30):,.1f} free at {there}",
        mend="free some space, or move the folder and name it with --data: PostgreSQL stops when the disk is full",
    )
    may = os.access(there, os.W_OK | os.X_OK)
    yield Finding(
        "folder",
        well=may,
        found=f"{settings.data} {'can' if may else 'cannot'} be written",
        mend="run as the user that it belongs to, or use another --data",
    )


def _nearest(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())


async def contents(db: Db, settings: Settings) -> AsyncIterator[Finding]:
    """What the rows tell: clock, keys, work, books, endpoints."""
    yield await _business_clock(db)
    yield await _signing_keys(db, settings)
    async for one in _lanes(db):
        yield one
    yield await _books(db)
    all_tenants = await tenants.list_all(db)
    yield Finding("tenants", well=True, found=_count(len(all_tenants), "tenant"))
    yield await _endpoints(db, all_tenants)
    yield await _holds(db, all_tenants)


async def _business_clock(db: Db) -> Finding:
    row = await sandbox.read_clock(db)
    if row["sandbox"]:
        state = "stands still: an advance goes on, or was cut off" if row["frozen"] else "ticks"
        mend = "if no advance is going on, start the sandbox again"
        return Finding("business clock", not row["frozen"], f"a sandbox's: {local(row['now'])}, UK; {state}", mend)
    return Finding("business clock", well=True, found=f"the machine's: {local(real_now())}, UK")


async def _signing_keys(db: Db, settings: Settings) -> Finding:
    found = [key for key, _ in await signing_keys.stages(db) if key.verifies]
    if not found:
        return Finding("signing keys", well=True, found="none yet; the first token makes one")
    try:
        await signing_keys.KeyRing(db, vault.from_settings(settings)).find(found[0].kid)
    except VaultError as error:
        return Finding("signing keys", well=False, found=said(error), mend="use the master key of this database")
    signs = sum(key.signs for key in found)
    counted = f"{_count(len(found), 'key')}, {signs} may sign"
    return Finding("signing keys", signs > 0, counted, "fibregate signing-key rotate --now")


async def _lanes(db: Db) -> AsyncIterator[Finding]:
    row = await store.lanes(db)
    if row is None:
        return
    late: timedelta = row["longest"] or timedelta()
    yield Finding(
        "work",
        not row["overdue"],
        f"{row['overdue']} lanes are overdue, the longest by {late}" if row["overdue"] else "nothing is overdue",
        "run a worker: fibregate serve, or fibregate work; if one runs, read its log",
    )
    yield Finding(
        "leases",
        not row["expired"],
        f"{row['expired']} have expired" if row["expired"] else "none has expired",
        "a worker died and no other runs: start one, it takes them back",
    )
    yield Finding(
        "parked work",
        not row["parked"],
        f"{row['parked']} lanes are parked, such as: {row['parked_reason']}" if row["parked"] else "none",
        "mend the reason; tenants get parked KCIs again by replay",
    )


async def _books(db: Db) -> Finding:
    today = calendars.uk_date(await (await clock_of(db)).now())
    behind = await store.books_behind(db, today)
    names = ", ".join(f"{row['area']} {row['purpose']}" for row in behind[:5])
    more = f" and {len(behind) - 5} more" if len(behind) > 5 else ""  # noqa: PLR2004 - as many as are named
    return Finding(
        "slot books",
        not behind,
        f"not open as far ahead as they should be: {names}{more}" if behind else "open as far ahead as they should be",
        "run a worker: it opens them a minute past midnight, and when it starts",
    )


async def _endpoints(db: Db, all_tenants: list[Tenant]) -> Finding:
    suspended: list[str] = []
    live = 0
    for one in all_tenants:
        row = await store.endpoints(db, one.tenant_id)
        live += row["live"] if row else 0
        suspended += [one.code] if row and row["suspended"] else []
    return Finding(
        "endpoints",
        not suspended,
        f"suspended ones of {', '.join(suspended)}" if suspended else f"{_count(live, 'endpoint')}, none suspended",
        "their KCIs gather, in order; the tenant resumes with PATCH /manage/v1/endpoints/{id} {enabled: true}",
    )


async def _holds(db: Db, all_tenants: list[Tenant]) -> Finding:
    late = sum([await store.late_holds(db, one.tenant_id) for one in all_tenants])
    return Finding(
        "held places",
        not late,
        f"{late} should have expired" if late else "none is held beyond its time",
        "run a worker: it gives them back",
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
