"""The database that a command works on: one that runs already, or the embedded one, started for as long as it takes."""

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from pydantic import ValidationError

from fibregate import migrate, vault
from fibregate.clock import BusinessClock, SystemClock
from fibregate.db import APP_ROLE, Db
from fibregate.migrate import MigrationRefused
from fibregate.postgres import Embedded, PostgresFailed, attach
from fibregate.sandbox import store as sandbox
from fibregate.sandbox.clock import SandboxClock
from fibregate.settings import Settings
from fibregate.vault import Vault, VaultError
from fibregate.web.server import run


class Refused(Exception):
    """A command does not do what it was asked; the message says why and what to do."""


REFUSALS = (
    Refused,
    PostgresFailed,
    VaultError,
    MigrationRefused,
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)
"""What a command ends on with a message instead of a traceback."""


def in_words(error: BaseException) -> str:
    """The reason of a refusal, as it is told to a person."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    return f"{error.strerror}: {error.filename}" if error.filename else error.strerror


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What a command needs."""

    db: Db
    settings: Settings
    vault: Vault
    clock: BusinessClock


def settings_of(data: Path | None, database: str | None) -> Settings:
    """The environment's settings, with what the command line says instead."""
    given = _environment()
    changes: dict[str, object] = {}
    if data is not None:
        changes["data"] = data
    if database is not None:
        changes["database_url"] = database
    return Settings.model_validate({**given.model_dump(exclude_unset=True), **changes})


def _environment() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        faults = (f"FIBREGATE_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors())
        raise Refused("\n".join(faults)) from error


@contextmanager
def database(settings: Settings) -> Generator[tuple[str, Embedded | None]]:
    """The runtime DSN of the given database as it is, or of the embedded server, which is ours while we run it.

    Raises `PostgresFailed` where another process runs it, or it cannot be started.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value(), None
        return
    with Embedded(settings.data, bin_dir=settings.postgres_bin) as server:
        yield run(migrate.prepare_embedded(server)).runtime, server


@asynccontextmanager
async def opened(data: Path | None, database_url: str | None, *, role: str = APP_ROLE) -> AsyncGenerator[Workbench]:
    """A few connections for one command: beside a running service, or with the embedded server started for it."""
    settings = settings_of(data, database_url)
    if settings.database_url is not None:
        async with _workbench(settings, settings.database_url.get_secret_value(), role) as bench:
            yield bench
        return
    running = attach(settings.data)
    if running is not None:
        async with _workbench(settings, running.dsn(migrate.RUNTIME, migrate.DATABASE), role) as bench:
            yield bench
        return
    with Embedded(settings.data, bin_dir=settings.postgres_bin) as server:
        dsns = await migrate.prepare_embedded(server)
        async with _workbench(settings, dsns.runtime, role) as bench:
            yield bench


@asynccontextmanager
async def _workbench(settings: Settings, dsn: str, role: str) -> AsyncGenerator[Workbench]:
    db = Db(dsn, role=role, size=2)
    try:
        yield Workbench(db=db, settings=settings, vault=vault.from_settings(settings), clock=await clock_of(db))
    finally:
        await db.close()


async def clock_of(db: Db) -> BusinessClock:
    """The sandbox's clock in a sandbox, else the machine's."""
    return SandboxClock(db) if (await sandbox.read_clock(db))["sandbox"] else SystemClock()


def origin() -> str:
    """Where an operator's act comes from, for the audit."""
    return f"cli:{os.environ.get('SUDO_USER') or os.environ.get('USER') or os.getuid()}"
