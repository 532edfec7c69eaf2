"""Where T2 happens: a gateway of whole processes, and beside it those that are born to die at a point."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg

from proof import history, traffic
from proof.caller import Answer, Caller, Wire
from proof.ground import SETTINGS, Gateway, Process
from proof.look import rows, until_none
from proof.slots import Slot, open_slots
from proof.t2_nursery import Nursery
from proof.t2_points import PAGE, Page
from proof.town import Town, settle

PATIENCE: Final = 30.0
DIES_WITHIN: Final = 2.0
"""Seconds after an answer, or without one, in which an armed point has to be met."""

_BUSY: Final = """
select key from lanes where leased_until is not null
union all
select pid::text from pg_stat_activity where state like 'idle in transaction%'
"""
_UNDONE: Final = """
select key from lanes
where kind in ('dispatch', 'change', 'inbox', 'kci', 'replay', 'hold', 'silence-warn') and last_done < last_enqueued
    and parked_reason is null and due_at <= now() and not held
"""


@dataclass
class Tree:
    """The instrumented source and the labels of its points."""

    source: Path
    labels: list[str]


@dataclass
class Stage:
    """`plain` serves without points; it prepares and is never killed. `sql` looks behind all walls."""

    gateway: Gateway
    folder: Path
    wire: Wire
    plain: Process
    hears: Process
    sql: Any
    callers: Mapping[str, Caller]
    tenants: Mapping[str, int]
    slots: list[Slot]

    async def row(self, statement: str, *arguments: object) -> dict[str, Any]:
        found = await self.sql.fetchrow(statement, *arguments)
        return dict(found) if found else {}

    async def rows(self, statement: str, *arguments: object) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.sql.fetch(statement, *arguments)]

    async def busy(self) -> bool:
        """Whether anything is due."""
        return await self.sql.fetchrow(f"{_UNDONE} limit 1") is not None

    async def done(self, tenant: str = "") -> bool:
        """Waits until the workers have nothing left that is due, of one tenant or of all."""
        only = f" and for_tenant = {self.tenants[tenant]}" if tenant else ""
        deadline = time.monotonic() + PATIENCE
        pause = 0.005
        while await self.sql.fetchrow(f"{_UNDONE}{only} limit 1"):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.1)
        return True


@asynccontextmanager
async def stage(source: Path, folder: Path, town: Town, *, works: bool) -> AsyncGenerator[Stage]:
    """The gateway of the tree under proof. Unless it `works`, its own worker sleeps once its database runs."""
    async with AsyncExitStack() as parts:
        gateway = Gateway(folder / "g", source, {"FIBREGATE_ONE_OPEN_ORDER": "false"})
        await settle(gateway, town)
        await parts.enter_async_context(gateway)
        supervisor = await gateway.serve()
        plain = supervisor
        if not works:
            plain = await gateway.web("plain")
            await parts.enter_async_context(asleep(gateway, supervisor))
        await _let_in(gateway)
        await rows(gateway, "update premises set unlimited_lines = true")
        wire = await parts.enter_async_context(Wire())
        log = parts.enter_context(history.writing(folder / "client.jsonl"))
        sql: Any = await parts.enter_async_context(asyncpg.create_pool(gateway.superuser, min_size=2, max_size=4))
        yield Stage(
            gateway=gateway,
            folder=folder,
            wire=wire,
            plain=plain,
            hears=await traffic.receiver_of(gateway, folder),
            sql=sql,
            callers=traffic.callers(gateway, wire, plain, log),
            tenants={row["code"]: row["tenant_no"] for row in await rows(gateway, "select * from tenants")},
            slots=await open_slots(gateway, [100_000] * 4, apart=timedelta(days=1)),
        )


async def _let_in(gateway: Gateway) -> None:
    """Without a password: proving one takes most of a process's start, and dying at it says nothing of our work."""
    (gateway.data / "postgres" / "pg_hba.conf").write_text("local all all trust\n")
    await rows(gateway, "select pg_reload_conf()")


@asynccontextmanager
async def asleep(gateway: Gateway, process: Process) -> AsyncGenerator[None]:
    """Stopped where it holds nothing: no lane, no transaction. The database does not notice."""
    deadline = time.monotonic() + PATIENCE
    while True:
        if not await until_none(gateway, _BUSY, patience=PATIENCE):
            raise TimeoutError(f"{process.name} never rests")
        os.kill(process.pid, signal.SIGSTOP)
        if not await rows(gateway, _BUSY):
            break
        os.kill(process.pid, signal.SIGCONT)
        if time.monotonic() > deadline:
            raise TimeoutError(f"{process.name} is never met at rest")
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it may have ended; whoever stops it will see
            os.kill(process.pid, signal.SIGCONT)


@asynccontextmanager
async def mortal(on: Stage, tree: Tree, name: str, **more: str) -> AsyncGenerator[tuple[Nursery, Page]]:
    """A nursery of the instrumented program on the stage's database, and the page that its points look at."""
    page = Page(on.folder / f"{name}.page", tree.labels)
    settings = {
        **SETTINGS,
        **on.gateway.settings,
        "FIBREGATE_DATABASE_URL": on.gateway.runtime,
        PAGE: str(page.file),
        **more,
    }
    with closing(page):
        async with Nursery(tree.source, on.folder / f"{name}.log", settings) as nursery:
            yield nursery, page


_GENERATED: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|whsec_[\w+/=]+|[\d][\d.:TZ+-]*"
    r"|(?<=\")(WEEKDAY|SATURDAY|SUNDAY)(?=_)"
)
_PROGRESS: Final = re.compile(r'"\w+Ms":#,?|(?<="SKIPP)(ING|ED)')
_NUMBERS: Final = re.compile(r"\[#(,#)*\]")


def shape(answer: Answer) -> tuple[int, str]:
    """An answer without what is different each time: ids, numbers, lists of numbers, times and their days, secrets,
    progress."""
    text = _GENERATED.sub("#", answer.raw.decode(errors="replace"))
    return answer.status, _NUMBERS.sub("[]", _PROGRESS.sub("", text))
