"""The schema's way forward: numbered `.sql` files, each applied once, in order, in its own transaction.

The owner applies them; the service runs as `fibregate_runtime`, which owns nothing and may only become one of two roles
that the migrations grant to by name: `fibregate_app` (one tenant at a time) and `fibregate_work` (lanes of all).
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import asyncpg

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

OWNER = "fibregate_owner"
RUNTIME = "fibregate_runtime"
ROLES = ("fibregate_app", "fibregate_work")
DATABASE = "fibregate"
TURN = 4_207_163_201  # the advisory lock of whoever migrates; any number that nobody else uses
PATIENCE = 60.0


class MigrationRefused(Exception):
    """The schema cannot be brought to this version of the code; nothing of the refused step was done."""


@dataclass(frozen=True)
class Migration:
    """One file: `0007_slots.sql` has number 7 and name `0007_slots`."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


class Server(Protocol):
    """An embedded server, as `fibregate.postgres` has it."""

    def superuser_dsn(self, database: str = "postgres") -> str: ...
    def dsn(self, user: str, database: str) -> str: ...
    def secret(self, name: str) -> str: ...


@dataclass(frozen=True)
class Dsns:
    """The two ways into one database: to change its schema, and to run the service."""

    owner: str
    runtime: str


def known() -> list[Migration]:
    """The migrations that this version of the code brings, in order."""
    folder = resources.files("fibregate") / "migrations"
    names = sorted(file.name for file in folder.iterdir() if file.name[:4].isdigit() and file.name.endswith(".sql"))
    found = [Migration(int(name[:4]), Path(name).stem, (folder / name).read_text("utf-8")) for name in names]
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        msg = f"Migrations must be numbered 1 to n without gaps or twins: {', '.join(names)}"
        raise MigrationRefused(msg)
    return found


async def apply(owner_dsn: str, migrations: list[Migration] | None = None) -> list[str]:
    """Bring the schema to this version of the code; the names of what was applied now.

    Raises `MigrationRefused`. What was applied before the refused file stays applied.
    """
    wanted = known() if migrations is None else migrations
    async with _turn(owner_dsn) as owner:
        await _create_roles(owner)
        await owner.execute(
            "create table if not exists schema_migrations (number int primary key, name text not null, "
            "checksum text not null, applied_at timestamptz not null default clock_timestamp())"
        )
        # Everybody may read which version this is: the service asks before it has become anyone.
        await owner.execute("grant select on schema_migrations to public")
        waiting = _waiting(wanted, await _applied(owner))
        for migration in waiting:
            await _apply(owner, migration)
    return [migration.name for migration in waiting]


async def pending(dsn: str) -> list[str]:
    """Names of the migrations that the database still lacks. Any role may ask.

    Raises `MigrationRefused` when the database is newer than the code or was migrated with other files.
    """
    connection = await asyncpg.connect(dsn)
    try:
        there = await connection.fetchval("select to_regclass('schema_migrations') is not null")
        return [migration.name for migration in _waiting(known(), await _applied(connection) if there else {})]
    finally:
        await connection.close()


async def ensure_runtime_role(owner_dsn: str, *, name: str = RUNTIME, password: str | None) -> bool:
    """The login of the service: no privilege of its own, no inheritance, no way round row-level security.

    An existing role gets the password, or keeps its own for None. Answers whether the role is new; a new one needs a
    password. Raises `MigrationRefused` where the role belongs to somebody else.
    """
    async with _turn(owner_dsn) as owner:
        await _create_roles(owner)
        exists = await owner.fetchval("select true from pg_roles where rolname = $1", name)
        try:
            if password is not None:
                verb = "alter" if exists else "create"
                await _execute(owner, f"{verb} role %I login noinherit password %L", name, password)
            for role in ROLES:
                if not await owner.fetchval("select pg_has_role($1, $2, 'member')", name, role):
                    await _execute(owner, "grant %I to %I with inherit false, set true", role, name)
        except asyncpg.InsufficientPrivilegeError as error:
            msg = (
                f"The schema is current, but the login {name} is not this owner's to change ({error}). Give another "
                "name with --runtime-role, or run this as the role that made it."
            )
            raise MigrationRefused(msg) from error
    return not exists


async def has_role(owner_dsn: str, name: str) -> bool:
    """Whether the server has such a login already."""
    async with _turn(owner_dsn) as owner:
        return bool(await owner.fetchval("select true from pg_roles where rolname = $1", name))


async def prepare_embedded(server: Server) -> Dsns:
    """The service's own database on the embedded server, migrated, and the two ways into it."""
    dsns = Dsns(owner=server.dsn(OWNER, DATABASE), runtime=server.dsn(RUNTIME, DATABASE))
    async with _turn(server.superuser_dsn()) as superuser:
        exists = await superuser.fetchval("select true from pg_roles where rolname = $1", OWNER)
        verb = "alter" if exists else "create"
        await _execute(superuser, f"{verb} role %I login createrole password %L", OWNER, server.secret(OWNER))
        if not await superuser.fetchval("select true from pg_database where datname = $1", DATABASE):
            await _execute(superuser, "create database %I owner %I", DATABASE, OWNER)
    async with _turn(server.superuser_dsn(DATABASE)) as superuser:
        await _execute(superuser, "alter schema public owner to %I", OWNER)
    await apply(dsns.owner)
    await ensure_runtime_role(dsns.owner, password=server.secret(RUNTIME))
    return dsns


@asynccontextmanager
async def _turn(dsn: str) -> AsyncGenerator["Connection"]:
    """A connection of the only one who changes this database's schema or roles now."""
    connection = await asyncpg.connect(dsn)
    try:
        deadline = time.monotonic() + PATIENCE
        while not await connection.fetchval("select pg_try_advisory_lock($1)", TURN):
            if time.monotonic() > deadline:
                msg = (
                    f"Somebody else has been migrating this database for {PATIENCE:.0f} s. Wait for it, then try again."
                )
                raise MigrationRefused(msg)
            await asyncio.sleep(0.05)
        yield connection
    finally:
        # The server frees the lock with the connection.
        await connection.close()


async def _create_roles(owner: "Connection") -> None:
    there = {row["rolname"] for row in await owner.fetch("select rolname from pg_roles where rolname = any($1)", ROLES)}
    for role in ROLES:
        if role not in there:
            try:
                await _execute(owner, "create role %I nologin nobypassrls", role)
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                continue  # roles are the whole server's, and somebody migrates its other database


async def _execute(connection: "Connection", template: str, *values: str) -> None:
    """A statement of the kind that takes no parameters, quoted by the server itself."""
    places = ", ".join(f"${number}::text" for number in range(2, len(values) + 2))
    await connection.execute(await connection.fetchval(f"select format($1, {places})", template, *values))


async def _applied(connection: "Connection") -> dict[int, tuple[str, str]]:
    rows = await connection.fetch("select number, name, checksum from schema_migrations")
    return {row["number"]: (row["name"], row["checksum"]) for row in rows}


def _waiting(wanted: list[Migration], applied: dict[int, tuple[str, str]]) -> list[Migration]:
    for migration in wanted:
        name, checksum = applied.get(migration.number, (migration.name, migration.checksum))
        if checksum != migration.checksum:
            msg = (
                f"Migration {name} was applied to this database with other content than {migration.name}.sql has now. "
                "An applied file never changes: restore it and write a new one."
            )
            raise MigrationRefused(msg)
    newer = sorted(applied.keys() - {migration.number for migration in wanted})
    if newer:
        msg = (
            f"This database is newer than the code: it has {', '.join(applied[number][0] for number in newer)}. "
            "Run the version of Fibregate that migrated it, or a later one."
        )
        raise MigrationRefused(msg)
    return [migration for migration in wanted if migration.number not in applied]


async def _apply(owner: "Connection", migration: Migration) -> None:
    try:
        async with owner.transaction():
            await owner.execute("set local lock_timeout = '2s'")
            await owner.execute(migration.sql)
            await owner.execute(
                "insert into schema_migrations (number, name, checksum) values ($1, $2, $3)",
                migration.number,
                migration.name,
                migration.checksum,
            )
    except asyncpg.LockNotAvailableError as error:
        msg = f"Migration {migration.name} waited 2 s for a table in use, and nothing of it was done. Run it again."
        raise MigrationRefused(msg) from error
    except asyncpg.PostgresError as error:
        msg = f"Migration {migration.name} failed, and nothing of it was done: {error}"
        raise MigrationRefused(msg) from error
