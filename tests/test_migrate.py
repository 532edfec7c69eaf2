import asyncio
from dataclasses import replace

import asyncpg
import pytest

from fibregate import migrate
from fibregate.migrate import Dsns, Migration, MigrationRefused

FIRST = Migration(1, "0001_first", "create table first (id int primary key);")
SECOND = Migration(2, "0002_second", "create table second (id int primary key); insert into first values (1);")
BROKEN = Migration(2, "0002_broken", "create table second (id int primary key); insert into nowhere values (1);")


async def tables(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        return {row["tablename"] for row in rows}
    finally:
        await connection.close()


async def test_each_migration_is_applied_once(empty: Dsns) -> None:
    assert await migrate.apply(empty.owner, [FIRST]) == ["0001_first"]
    assert await migrate.apply(empty.owner, [FIRST, SECOND]) == ["0002_second"]
    assert await migrate.apply(empty.owner, [FIRST, SECOND]) == []


async def test_five_at_once_apply_each_migration_once(empty: Dsns) -> None:
    done = await asyncio.gather(*(migrate.apply(empty.owner, [FIRST, SECOND]) for _ in range(5)))
    assert sorted(name for names in done for name in names) == ["0001_first", "0002_second"]


async def test_a_failing_migration_leaves_nothing_and_those_before_it_stay(empty: Dsns) -> None:
    with pytest.raises(MigrationRefused, match="0002_broken failed, and nothing of it was done"):
        await migrate.apply(empty.owner, [FIRST, BROKEN])
    assert await tables(empty.owner) == {"schema_migrations", "first"}


async def test_a_changed_file_is_refused(empty: Dsns) -> None:
    await migrate.apply(empty.owner, [FIRST])
    with pytest.raises(MigrationRefused, match="0001_first was applied to this database with other content"):
        await migrate.apply(empty.owner, [replace(FIRST, sql="select 1;"), SECOND])
    assert "second" not in await tables(empty.owner)


async def test_a_database_newer_than_the_code_is_refused(empty: Dsns) -> None:
    await migrate.apply(empty.owner, [FIRST, SECOND])
    with pytest.raises(MigrationRefused, match="newer than the code: it has 0002_second"):
        await migrate.apply(empty.owner, [FIRST])


async def test_a_table_in_use_is_not_waited_for_long(empty: Dsns) -> None:
    await migrate.apply(empty.owner, [FIRST])
    user = await asyncpg.connect(empty.owner)
    try:
        async with user.transaction():
            await user.execute("lock table first in access exclusive mode")
            with pytest.raises(MigrationRefused, match="waited 2 s for a table in use"):
                await migrate.apply(empty.owner, [FIRST, SECOND])
    finally:
        await user.close()


async def test_the_runtime_sees_what_is_pending(empty: Dsns) -> None:
    everything = [migration.name for migration in migrate.known()]
    assert await migrate.pending(empty.runtime) == everything
    await migrate.apply(empty.owner, migrate.known()[:1])
    assert await migrate.pending(empty.runtime) == everything[1:]


async def test_a_migrated_database_has_nothing_pending(dsns: Dsns) -> None:
    assert await migrate.pending(dsns.runtime) == []


async def test_the_runtime_role_has_no_way_round_the_walls(dsns: Dsns) -> None:
    runtime = await asyncpg.connect(dsns.runtime)
    try:
        role = await runtime.fetchrow(
            "select rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb from pg_roles "
            "where rolname = current_user"
        )
        assert role is not None
        assert not any(role.values())
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await runtime.execute("create table mine (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await runtime.execute("set role fibregate_owner")
        for name in migrate.ROLES:
            await runtime.execute(f"set role {name}")
            assert await runtime.fetchval("select current_user") == name
    finally:
        await runtime.close()
