"""One embedded server for a test run, one migrated database in it, and a fresh copy of that for each test."""

import asyncio
import os
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from fibregate.migrate import DATABASE, OWNER, Dsns, prepare_embedded
from fibregate.postgres import Embedded, PostgresFailed, attach

PREFIX = "fibregate-tests-"

# The run's data is thrown away, so nothing is gained by waiting for the disk, nor by passwords that are slow to guess.
# Tests of durability start their own.
HASTY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "scram_iterations": "1",
}

_numbers = count(1)


@dataclass(frozen=True)
class TestServer:
    """How the workers of a test run reach its server; plain strings, because it travels between processes."""

    __test__ = False

    superuser: str
    owner: str
    runtime: str

    def as_strings(self) -> dict[str, str]:
        return asdict(self)


class Run:
    """The server of this test run, started when first needed and ended with the run."""

    def __init__(self) -> None:
        self._embedded: Embedded | None = None
        self._server: TestServer | None = None

    def server(self) -> TestServer:
        if self._server is None:
            _sweep()
            data = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._embedded = Embedded(data, options=HASTY)
            self._embedded.start()
            dsns = outside_any_loop(prepare_embedded(self._embedded))
            self._server = TestServer(self._embedded.superuser_dsn(), dsns.owner, dsns.runtime)
        return self._server

    def end(self) -> None:
        if self._embedded is not None:
            self._embedded.stop()
            shutil.rmtree(self._embedded.data, ignore_errors=True)
        self._embedded = self._server = None


def outside_any_loop(coroutine: Any) -> Any:
    """The result of a coroutine, without touching the event loop that pytest-asyncio keeps in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def _sweep() -> None:
    """Remove what runs that were killed have left; who still runs holds the lock on their folder."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            found = left.stat()
            # A young one may belong to a run that has not locked it yet.
            if found.st_uid == os.geteuid() and found.st_mtime < time.time() - 120 and not attach(left, patience=0):
                shutil.rmtree(left, ignore_errors=True)
        except (PostgresFailed, OSError):
            continue


async def copy_of_template(server: TestServer, *, template: str = DATABASE) -> Dsns:
    """A new database with the migrated schema and nothing else in it."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    await _as_superuser(server, f"create database {name} template {template} owner {OWNER} strategy file_copy")
    return Dsns(owner=in_database(server.owner, name), runtime=in_database(server.runtime, name))


async def empty_database(server: TestServer) -> Dsns:
    """A new database with no schema of ours."""
    dsns = await copy_of_template(server, template="template1")
    await _as_superuser(server, f"alter schema public owner to {OWNER}", database=database_of(dsns.owner))
    return dsns


async def drop(server: TestServer, dsns: Dsns) -> None:
    await _as_superuser(server, f"drop database {database_of(dsns.owner)} with (force)")


async def _as_superuser(server: TestServer, statement: str, database: str = "postgres") -> None:
    connection = await asyncpg.connect(in_database(server.superuser, database))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def database_of(dsn: str) -> str:
    return urlsplit(dsn).path.removeprefix("/")


def in_database(dsn: str, database: str) -> str:
    """The same login, another database of the same server."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))
