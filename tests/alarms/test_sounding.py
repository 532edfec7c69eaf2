import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime
from fibregate.db import Db
from fibregate.vocabulary import TenantId

NOW = BusinessTime(datetime(2025, 7, 1, 9, tzinfo=UTC))


async def sound(db: Db, tenant: TenantId | None, *, level: int = 1, subject: str = "it") -> bool:
    async with db.tx(tenant) as tx:
        return await alarms.sound(
            tx, tenant, kind=Kind.ENDPOINT_FAILING, subject=subject, text=f"level {level}", now=NOW, level=level
        )


async def clear(db: Db, tenant: TenantId | None) -> bool:
    async with db.tx(tenant) as tx:
        return await alarms.clear(
            tx, tenant, kind=Kind.ENDPOINT_FAILING, subject="it", now=BusinessTime(NOW + timedelta(hours=1))
        )


async def seen(db: Db, tenant: TenantId | None) -> list[tuple[int | None, int, bool]]:
    found = await db.rows(
        "select about_tenant, level, cleared_at from alarms where $1::integer is not null", TenantId(tenant or 0)
    )
    return [(row["about_tenant"], row["level"], row["cleared_at"] is not None) for row in found]


async def test_a_repeat_while_open_does_nothing(db: Db, tenant: TenantId) -> None:
    assert await sound(db, tenant)
    assert not await sound(db, tenant)
    assert await seen(db, tenant) == [(tenant, 1, False)]


async def test_a_higher_level_is_new_and_a_lower_one_is_not(db: Db, tenant: TenantId) -> None:
    assert await sound(db, tenant)
    assert await sound(db, tenant, level=3)
    assert not await sound(db, tenant, level=2)
    assert await seen(db, tenant) == [(tenant, 3, False)]


async def test_a_cleared_alarm_may_sound_again(db: Db, tenant: TenantId) -> None:
    assert await sound(db, tenant)
    assert await clear(db, tenant)
    assert not await clear(db, tenant)
    assert await sound(db, tenant)
    assert await seen(db, tenant) == [(tenant, 1, True), (tenant, 1, False)]


async def test_many_at_once_open_one(db: Db, tenant: TenantId) -> None:
    made = await asyncio.gather(*(sound(db, tenant) for _ in range(6)))
    assert sorted(made) == [False] * 5 + [True]


async def test_each_change_wakes_the_lane_that_tells_of_it(db: Db, tenant: TenantId) -> None:
    await sound(db, tenant)
    await clear(db, tenant)
    found = await db.rows("select key, for_tenant, last_enqueued, last_done from lanes", None)
    assert [(row["for_tenant"], row["last_enqueued"], row["last_done"]) for row in found] == [(tenant, 2, 0)]
    assert found[0]["key"].startswith("alarm:")


async def test_an_alarm_of_a_unit_that_fails_was_never_sounded(db: Db, tenant: TenantId) -> None:
    async def fails() -> None:
        async with db.tx(tenant) as tx:
            await alarms.sound(tx, tenant, kind=Kind.DELIVERY_PARKED, subject="it", text="", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    assert await seen(db, tenant) == []
    assert not await db.rows("select key from lanes", None)


async def test_a_tenant_sees_neither_anothers_nor_the_operators_own(db: Db, web: Db, tenant: TenantId) -> None:
    await sound(db, tenant)
    await sound(db, None)
    assert await seen(web, tenant) == [(tenant, 1, False)]
    assert await seen(web, TenantId(tenant + 1)) == []
    async with web.tx(tenant) as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await alarms.sound(tx, None, kind=Kind.DELIVERY_PARKED, subject="it", text="", now=NOW)


async def test_a_look_sounds_what_it_found_and_clears_what_it_did_not(db: Db, tenant: TenantId) -> None:
    for found in ({"a": "first", "b": "second"}, {"b": "second"}, {"b": "again", "c": "third"}):
        async with db.tx(tenant) as tx:
            await alarms.settle(tx, tenant, kind=Kind.GHOST_APPOINTMENT, found=found, now=NOW)
    listed = await alarms.list_of(db, tenant, cleared=True, limit=10)
    assert [(one.subject, one.cleared_at is None, one.text) for one in listed] == [
        ("c", True, "third"),
        ("b", True, "second"),
        ("a", False, "first"),
    ]
    page = await alarms.list_of(db, tenant, cleared=True, after=(False, listed[0].id), limit=1)
    assert [one.subject for one in page] == ["b"]
    page = await alarms.list_of(db, tenant, cleared=True, after=(False, listed[1].id), limit=1)
    assert [one.subject for one in page] == ["a"]
    assert [one.subject for one in await alarms.list_of(db, tenant, cleared=False, limit=10)] == ["c", "b"]
    assert await alarms.list_of(db, None, cleared=True, limit=10) == []


async def test_the_operators_own_and_a_tenants_are_apart(db: Db, tenant: TenantId) -> None:
    assert await sound(db, None)
    assert await sound(db, tenant)
    assert await clear(db, None)
    assert not await clear(db, None)
    assert (tenant, 1, False) in await seen(db, tenant)
