"""`fibregate doctor`: everything that can be wrong with an installation, and how to mend it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import typer
from rich.console import Console
from rich.text import Text

from fibregate import boot, migrate
from fibregate.boot import Finding
from fibregate.cli import doctor_checks as checks
from fibregate.cli.context import Refused, settings_of
from fibregate.cli.desk import Data, Database
from fibregate.db import Db
from fibregate.errors import GatewayError
from fibregate.postgres import Embedded, PostgresFailed, attach
from fibregate.settings import Settings

_BACKEND_GONE: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, GatewayError, TimeoutError)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("doctor", epilog="Example: fibregate doctor --data /var/lib/fibregate")(doctor)


def doctor(data: Data = None, database: Database = None) -> None:
    """Say what is wrong with settings, keys, disk, database, roles, clocks and work, and how to mend each.

    Nothing is changed. Exit code 0: all is well. 1: something is not.
    """
    is_well = asyncio.run(_examine_all(data, database))
    raise typer.Exit(0 if is_well else 1)


async def _examine_all(data: Data, database: Database) -> bool:
    page = Console(highlight=False)
    wrong = 0
    async for one in findings(data, database):
        wrong += not one.well
        mark = ("  ✓ ", "green") if one.well else ("  ✗ ", "bold red")
        page.print(Text.assemble(mark, (f"{one.what:<20}", "bold"), one.found), soft_wrap=True)
        if not one.well and one.mend:
            page.print(Text.assemble(("    → ", "yellow"), one.mend), soft_wrap=True)
    page.print("\nAll is well." if not wrong else f"\nNot well: {wrong}.")
    return not wrong


async def findings(data: Data, database: Database) -> AsyncIterator[Finding]:
    """Each as it is found; what depends on something broken is left out."""
    try:
        settings = settings_of(data, database)
    except Refused as refused:
        for line in str(refused).splitlines():
            yield Finding("settings", well=False, found=line, mend="see docs/reference/settings.md")
        return
    yield Finding("settings", well=True, found="can be read")
    for one in (*checks.keys(settings), *checks.disk(settings)):
        yield one
    async for one in _database(settings):
        yield one


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with _reached(settings) as dsn:
            if dsn is None:
                yield Finding("database", well=True, found=f"none yet in {settings.data}; the first start makes it")
                return
            async for one in _inside(settings, dsn):
                yield one
    except (PostgresFailed, migrate.MigrationRefused) as error:
        yield Finding("database", well=False, found=str(error), mend="see what it says")
    except _BACKEND_GONE as error:
        yield Finding("database", well=False, found=checks.said(error), mend=_way_in(settings))


def _way_in(settings: Settings) -> str:
    if settings.database_url is None:
        return f"see {settings.data}/postgres.log"
    return "check host, port, database, user and password in --database or FIBREGATE_DATABASE_URL"


def _place(dsn: str) -> str:
    """Without the password."""
    parts = urlsplit(dsn)
    return f"{parts.hostname or 'a socket'}{parts.path}"


@asynccontextmanager
async def _reached(settings: Settings) -> AsyncGenerator[str | None]:
    """The runtime DSN; None where nothing was ever set up. The embedded server is started where it is not running."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    running = attach(settings.data) if settings.data.exists() else None
    if running is not None:
        yield running.dsn(migrate.RUNTIME, migrate.DATABASE)
    elif not (settings.data / "postgres").exists():
        yield None
    else:
        with Embedded(settings.data, bin_dir=settings.postgres_bin) as server:
            yield server.dsn(migrate.RUNTIME, migrate.DATABASE)


async def _inside(settings: Settings, dsn: str) -> AsyncIterator[Finding]:
    found = await boot.examine(dsn)
    yield Finding("database", well=True, found=f"answers at {_place(dsn)}")
    for one in found:
        yield one
    if not all(one.well for one in found if one.what in {"schema", "role", "rights"}):
        return
    db = Db(dsn, size=1)
    try:
        async for one in checks.contents(db, settings):
            yield one
    finally:
        await db.close()
