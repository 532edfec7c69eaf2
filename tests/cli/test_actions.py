"""`fibregate actions`: who must act, the overdue first."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from tests.cli.operator_desk import Desk
from tests.cli.test_why import BY, CLEAN, NOBODY_HOME, RULES, SAYS_NOTHING, listening, placed
from tests.kcis.receiver import Receiver, receiving
from tests.sandbox.stage import Stage, seed, staged

from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.endpoints.model import Change
from fibregate.migrate import Dsns
from fibregate.orders import actions as orders


@pytest.fixture
async def stage(dsns: Dsns) -> AsyncIterator[Stage]:
    await seed(dsns)
    async with staged(dsns) as ready:
        yield ready


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as ready:
        yield ready


def lines(printed: str) -> list[str]:
    """The rows of the table."""
    return [" ".join(line.split()) for line in printed.splitlines() if re.search(r"order \d|endpoint |lane ", line)]


async def test_where_nothing_waits_that_is_said(office: Desk, stage: Stage) -> None:
    await placed(stage, CLEAN)
    assert await office.does("actions") == "Nothing waits for anybody.\n"


async def test_the_overdue_come_first_and_are_marked(office: Desk, stage: Stage) -> None:
    later = await placed(stage, NOBODY_HOME)
    asked = await placed(stage, CLEAN, "ISP2")
    await stage.walk(timedelta(days=6))
    reference = (await orders.get(stage.db, stage.tenants["ISP2"], asked)).supplier_reference
    await office.does(f'work-order ask {reference} --text "Which floor is the flat on?" --answer-by 2025-07-09')
    await stage.walk(timedelta(days=2))
    early = lines(await office.does("actions"))
    assert [line.split()[0] for line in early] == ["TENANT", "TENANT"]
    await stage.walk(timedelta(days=1))
    printed = await office.does("actions")
    first, second = lines(printed)
    assert first.startswith("OVERDUE TENANT Wed 9 Jul 2025 23:59 ISP2")
    assert f"order {asked} INFORMATION_REQUIRED by KCI" in first
    assert "Which floor is the flat on?" in first
    assert second.startswith("TENANT Tue 22 Jul 2025 10:00 ISP1")
    assert f"order {later} REAPPOINT by KCI 4: No answer at the door" in second
    assert "2 open, 1 overdue." in printed
    assert len(lines(await office.does("actions ISP1"))) == 1
    assert await office.does("actions ISP1 --who OPERATOR") == "Nothing waits for anybody.\n"
    assert "tenant" in await office.fails("actions NOBODY")


async def test_a_silent_supplier_is_named(office: Desk, stage: Stage) -> None:
    order = await placed(stage, SAYS_NOTHING)
    await stage.walk(timedelta(days=1, hours=1))
    (line,) = lines(await office.does("actions --who supplier"))
    assert line.startswith("OVERDUE SUPPLIER")
    assert f"order {order} no news while ACKNOWLEDGED: No commitment" in line


async def test_endpoints_that_stand_still_are_somebodys(office: Desk, stage: Stage, receiver: Receiver) -> None:
    await listening(stage, receiver, answers=500)
    await placed(stage, CLEAN)
    await stage.walk(timedelta(hours=2))
    (line,) = lines(await office.does("actions"))
    assert line.startswith("TENANT as soon as possible ISP1 endpoint")
    assert "takes nothing, last: answered 500; 2 KCIs waiting; mend the receiver" in line
    tenant = stage.tenants["ISP1"]
    (endpoint,) = await endpoints.list_all(stage.db, tenant)
    async with stage.db.tx(tenant) as tx:
        await endpoints.change(tx, tenant, endpoint.endpoint_id, to=Change(enabled=False), rules=RULES, by=BY)
    (line,) = lines(await office.does("actions"))
    assert "suspended because it was switched off; 2 KCIs waiting; enable it" in line
    receiver.respond = lambda _: web.Response(status=204)
    async with stage.db.tx(tenant) as tx:
        await endpoints.change(tx, tenant, endpoint.endpoint_id, to=Change(enabled=True), rules=RULES, by=BY)
    await stage.walk(timedelta(hours=1))
    assert await office.does("actions") == "Nothing waits for anybody.\n"


async def test_parked_deliveries_are_for_either(
    office: Desk, dsns: Dsns, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIBREGATE_RETRY_DAYS", "1")
    await seed(dsns)
    async with staged(dsns) as stage:
        await listening(stage, receiver, answers=404)
        order = await placed(stage, CLEAN)
        await stage.walk(timedelta(days=2))
        found = lines(await office.does("actions --who operator"))
        assert any("2 KCIs parked; mend the receiver, then replay" in line for line in found)
        assert all("TENANT or OPERATOR" in line for line in found)
        said = await office.does(f"why {order}")
    assert "KCIs 1 to 2 parked, and sent no more to" in said
    assert "not taken in 1 days; last: answered 404" in said
