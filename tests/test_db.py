"""Connections that remember whose tenant they serve: in a storm of cancellations, and while the database goes away."""

import asyncio
import random
from typing import Any

import asyncpg
import pytest

from fibregate.db import Db, OutcomeUnknown, in_transaction
from fibregate.errors import Unavailable
from fibregate.migrate import Dsns
from fibregate.vocabulary import TenantId

OURS = "select tenant_id, position from feed_heads where tenant_id = $1"
ALL = "select tenant_id from feed_heads where $1::integer is not null"
BUMP = "update feed_heads set position = position + 1 where tenant_id = $1 returning tenant_id"


async def tenants(db: Db, count: int) -> list[TenantId]:
    made: list[TenantId] = []
    for n in range(count):
        row = await db.row("insert into tenants (code) values ($1) returning tenant_no", None, f"T{n}")
        assert row is not None
        made.append(TenantId(row["tenant_no"]))
        await db.row("insert into feed_heads (tenant_id, position) values ($1, 0)", made[-1])
    return made


async def known(dsns: Dsns, count: int) -> list[TenantId]:
    """Tenants that no connection of the test's own has served yet."""
    db = Db(dsns.runtime, size=1)
    made = await tenants(db, count)
    await db.close()
    return made


async def remembers_rightly(db: Db) -> None:
    """Every connection is idle, in no transaction, and serves whom it remembers."""
    if db._opening:
        await asyncio.wait([db._opening])
    assert len(db._idle) == len(db._all)
    for slot in db._all:
        if slot.connection is None:
            continue
        assert not slot.connection.is_in_transaction()
        told = await slot.connection.fetchval("select nullif(current_setting('fg.tenant', true), '')")
        if slot.tenant is not None:
            assert told == str(slot.tenant)


async def test_2000_cancelled_requests_never_see_another_tenants_row(dsns: Dsns) -> None:
    db, chance = Db(dsns.runtime, size=6), random.Random(7)  # noqa: S311 - repeatable
    ours = await tenants(db, 5)
    seen: list[tuple[TenantId, int]] = []

    async def ask(tenant: TenantId) -> None:
        match chance.randrange(4):
            case 0:
                seen.extend((tenant, row["tenant_id"]) for row in await db.rows(ALL, tenant))
            case 1:
                row = await db.row(OURS, tenant)
                seen.append((tenant, row["tenant_id"] if row else -1))
            case 2:
                async with db.tx(tenant) as tx:
                    seen.extend((tenant, row["tenant_id"]) for row in await tx.rows(ALL, tenant))
                    await tx.row(BUMP, tenant)
                    await asyncio.sleep(chance.random() * 0.002)
                    seen.extend((tenant, row["tenant_id"]) for row in await tx.rows(ALL, tenant))
            case _:
                await db.row("select pg_sleep(0.001), $1::integer", tenant)

    async def cancelled(tenant: TenantId) -> bool:
        task = asyncio.create_task(ask(tenant))
        await asyncio.sleep(chance.random() * chance.choice((0.002, 0.01, 0.05)))
        task.cancel()
        done = await asyncio.gather(task, return_exceptions=True)
        assert done[0] is None or isinstance(done[0], asyncio.CancelledError), done
        return isinstance(done[0], asyncio.CancelledError)

    cut_off = 0
    while cut_off < 2000 or len(seen) <= 200:  # on a busy machine few are answered before they are cut off
        cut_off += sum(await asyncio.gather(*(cancelled(chance.choice(ours)) for _ in range(20))))
    await remembers_rightly(db)
    assert all(asked == answered for asked, answered in seen)
    assert not in_transaction()
    await asyncio.gather(*(ask(chance.choice(ours)) for _ in range(50)))
    await db.close()


async def test_a_wrong_memory_means_no_rows(dsns: Dsns) -> None:
    db = Db(dsns.runtime, size=1)
    first, second = await tenants(db, 2)
    assert await db.row(OURS, first)
    db._all[0].tenant = second
    assert await db.row(OURS, second) is None
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.row("insert into feed_heads (tenant_id, position) values ($1, 5)", second)
    assert db._all[0].connection is None
    assert await db.row(OURS, second)
    await db.close()


async def test_a_transaction_serves_one_tenant_only(dsns: Dsns) -> None:
    db = Db(dsns.runtime, size=1)
    first, second = await tenants(db, 2)
    with pytest.raises(AssertionError):  # noqa: PT012 - the unit is what fails
        async with db.tx(first) as tx:
            await tx.row(BUMP, first)
            await tx.row(OURS, second)
    row = await db.row(OURS, first)
    assert row is not None
    assert row["position"] == 0
    await db.close()


async def _end_connections(dsns: Dsns) -> None:
    """As an administrator's `pg_terminate_backend` does."""
    connection = await asyncpg.connect(dsns.runtime)
    try:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()


async def test_a_connection_that_dies_in_the_middle_is_an_unknown_outcome_and_comes_back(dsns: Dsns) -> None:
    db = Db(dsns.runtime, size=3)
    (tenant,) = await tenants(db, 1)
    asked = [asyncio.create_task(db.row("select pg_sleep(10), $1::integer", tenant)) for _ in range(3)]

    async def in_a_unit() -> None:
        async with db.tx(tenant) as tx:
            await tx.row(BUMP, tenant)
            await tx.row("select pg_sleep(10), $1::integer", tenant)

    waiting = asyncio.create_task(in_a_unit())
    while sum(slot.connection is not None for slot in db._all) < 3:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    await _end_connections(dsns)
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, OutcomeUnknown) for one in found), found
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    row = await db.row(OURS, tenant)
    assert row is not None
    assert row["position"] == 0
    await db.close()


async def test_idle_connections_that_died_are_replaced_without_a_word(dsns: Dsns) -> None:
    db = Db(dsns.runtime, size=3)
    (tenant,) = await tenants(db, 1)
    await asyncio.gather(*(db.row("select pg_sleep(0.05), $1::integer", tenant) for _ in range(3)))
    await _end_connections(dsns)
    await asyncio.sleep(0.1)
    answers: list[Any] = await asyncio.gather(*(db.row(OURS, tenant) for _ in range(6)))
    assert all(row["tenant_id"] == tenant for row in answers)
    await db.close()


async def test_another_tenant_is_served_on_an_open_connection_while_one_more_is_made_ready(dsns: Dsns) -> None:
    one, other = await known(dsns, 2)
    db = Db(dsns.runtime, size=3)
    pid = "select pg_backend_pid() as pid, tenant_id from feed_heads where tenant_id = $1"
    first = await db.row(pid, one)
    asked = asyncio.create_task(db.row(pid, other))
    await asyncio.sleep(0)
    assert db._opening is not None
    _, second = await asyncio.gather(db._opening, asked)
    assert first is not None
    assert second is not None
    assert (second["pid"], second["tenant_id"]) == (first["pid"], other)
    ready = [slot for slot in db._all if slot.connection is not None]
    assert len(ready) == 2
    assert all(pid in slot.prepared for slot in ready)
    looking = await asyncpg.connect(dsns.runtime)
    states = await looking.fetch(
        "select state from pg_stat_activity where pid = any($1::integer[])",
        [slot.connection.get_server_pid() for slot in ready],
    )
    await looking.close()
    assert [row["state"] for row in states] == ["idle", "idle"]
    await remembers_rightly(db)
    await db.close()


async def test_a_connection_on_which_preparing_was_cut_off_serves_nobody(dsns: Dsns) -> None:
    db = Db(dsns.runtime, size=1)
    await db.ping()
    (slot,) = db._all
    asked = asyncio.create_task(db.row("select 2 as two", None))
    while not slot.is_cut_off:
        await asyncio.sleep(0)
    asked.cancel()
    await asyncio.wait([asked])
    assert slot.connection is None
    assert await db.row("select 2 as two", None)
    await db.close()


async def test_a_connection_that_cannot_be_made_ready_is_nobodys_fault(dsns: Dsns) -> None:
    one, other = await known(dsns, 2)
    db = Db(dsns.runtime, size=3)
    await db.row(OURS, one)
    db._dsn = "postgresql://nobody@127.0.0.1:1/nothing"
    asked = asyncio.create_task(db.row(OURS, other))
    await asyncio.sleep(0)
    assert db._opening is not None
    await db._opening
    assert await asked
    assert sum(slot.connection is not None for slot in db._all) == 1
    await remembers_rightly(db)
    await db.close()


async def test_to_close_ends_what_is_being_opened(dsns: Dsns) -> None:
    one, other = await known(dsns, 2)
    db = Db(dsns.runtime, size=3)
    await db.row(OURS, one)
    asked = asyncio.create_task(db.row(OURS, other))
    await asyncio.sleep(0)
    opening = db._opening
    assert opening is not None
    await db.close()
    await asyncio.wait([opening, asked])
    assert isinstance(asked.exception(), Unavailable)
    assert all(slot.connection is None for slot in db._all)


async def test_whoever_comes_as_late_as_the_close_leaves_no_connection(dsns: Dsns) -> None:
    """One that is still being connected has nothing yet to be ended; another asks when all is over."""
    db = Db(dsns.runtime, size=3)
    asked = asyncio.create_task(db.row("select 1 as one", None))
    await asyncio.sleep(0)
    await db.close()
    assert await asked
    assert await db.row("select 2 as two", None)
    assert all(slot.connection is None for slot in db._all)


async def test_no_server_is_unavailable_and_no_connection_free_too(dsns: Dsns) -> None:
    nowhere = Db("postgresql://nobody@127.0.0.1:1/nothing", size=1)
    with pytest.raises(Unavailable) as away:
        await nowhere.row("select 1", None)
    assert not isinstance(away.value, OutcomeUnknown)
    db = Db(dsns.runtime, size=1, wait_seconds=0.05)
    slow = asyncio.create_task(db.row("select pg_sleep(0.5)", None))
    await asyncio.sleep(0.1)
    with pytest.raises(Unavailable):
        await db.row("select 1", None)
    await slow
    assert await db.row("select 1 as one", None)
    await db.close()


async def test_a_failing_statement_leaves_its_connection_usable_and_its_unit_undone(dsns: Dsns) -> None:
    db = Db(dsns.runtime, size=1)
    (tenant,) = await tenants(db, 1)
    for _ in range(3):
        with pytest.raises(asyncpg.DivisionByZeroError):  # noqa: PT012 - the unit is what fails
            async with db.tx(tenant) as tx:
                await tx.row(BUMP, tenant)
                await tx.row("select 1 / ($1::integer - $1::integer)", tenant)
    row = await db.row(OURS, tenant)
    assert row is not None
    assert row["position"] == 0
    await remembers_rightly(db)
    await db.close()
