"""One port, one service, many who want it: exactly one order has it, and a switch survives whoever carries it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from typing import Any

import asyncpg
import pytest
from tests.journeys.gateway import Card, Gateway, Got, apart, gateway
from tests.journeys.requests import cease, modify, order

from fibregate.calendars import end_of_day
from fibregate.clock import BusinessTime
from fibregate.db import WORK_ROLE, Db
from fibregate.errors import Unavailable
from fibregate.inbox import switches as sides
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.migrate import Dsns
from fibregate.suppliers.network.switches import actions as rows
from fibregate.vocabulary import OrderKey, OrderType

TO_START, TO_TRANSFER, SECOND_PORT = "999900001002", "999900001024", "999900003009"
DAY = "2025-07-16"
AT_ONCE = {"X-Kci-Delay": "0"}


@pytest.fixture
async def crowd(town: tuple[Dsns, Card]) -> AsyncIterator[tuple[Gateway, list[str]]]:
    """Two processes of doors beside the one that also works."""
    fresh, card = town
    async with apart(fresh.runtime, count=2) as addresses, gateway(fresh.runtime, card) as ready:
        yield ready, [ready.url, *addresses]
    assert ready.bugs() == []


async def line(one: Gateway, uprn: str, port: int = 1) -> dict[str, str]:
    found = await one.ask("GET", f"service-availability?addressId={uprn}", tenant="ISP1")
    ont = found.body["siteInformation"]["existingLines"][0]["ont"]
    return {"LINE_PROFILE": "80/20", "ONT_REFERENCE": ont["ontReference"], "ONT_PORT": str(port)}


def about(number: int, tenant: str, uprn: str, kind: OrderType, named: dict[str, str]) -> dict[str, Any]:
    body = order(number, uprn=uprn, tenant=tenant, characteristics=named, requestedCompletionDate=DAY)
    return {**body, "orderType": kind.value}


async def place(
    one: Gateway, body: dict[str, Any], at: str | None = None, headers: Mapping[str, str] | None = None
) -> Got:
    return await one.ask("POST", "service-orders", tenant=body["tenant"], body=body, at=at, extra=headers)


@pytest.mark.parametrize(
    ("kind", "uprn", "tenants"),
    [
        (OrderType.START, TO_START, ("YOUR_TENANT", "ISP1", "ISP2")),
        (OrderType.TRANSFER, TO_TRANSFER, ("YOUR_TENANT", "ISP1")),
        (OrderType.TAKEOVER, TO_TRANSFER, ("YOUR_TENANT", "ISP1")),
    ],
)
async def test_a_port_is_taken_by_one_order_of_many(
    crowd: tuple[Gateway, list[str]], kind: OrderType, uprn: str, tenants: tuple[str, ...]
) -> None:
    one, addresses = crowd
    named = await line(one, uprn)
    for code in tenants:
        await one.token(code)
    got = await asyncio.gather(
        *(
            place(one, about(1 + n, code, uprn, kind, named), at)
            for n, code, at in zip(range(12), cycle(tenants), cycle(addresses), strict=False)
        )
    )
    assert Counter(each.status for each in got) == {202: 1, 422: 11}
    for each in got:
        if each.status == 422:
            assert "open; wait for it to end" in each.refused(422, "INVALID_REQUEST")[0]
    kept = await one.db.rows("select gaining_key, state from switches", None)
    assert len(kept) == (0 if kind is OrderType.START else 1)


async def test_new_and_start_share_what_is_left(crowd: tuple[Gateway, list[str]]) -> None:
    """Three ports are free: whatever asks for them, three orders are taken, and each gets its own port."""
    one, addresses = crowd
    for code in ("YOUR_TENANT", "ISP1"):
        await one.token(code)
    plain = {"LINE_PROFILE": "80/20"}
    bodies = [about(1 + n, "ISP1", SECOND_PORT, OrderType.NEW, plain) for n in range(4)]
    for port in (2, 3, 4):
        named = await line(one, SECOND_PORT, port)
        bodies += [about(10 * port + n, "YOUR_TENANT", SECOND_PORT, OrderType.START, named) for n in range(2)]
    got = await asyncio.gather(
        *(place(one, body, at, AT_ONCE) for body, at in zip(bodies, cycle(addresses), strict=False))
    )
    assert Counter(each.status for each in got) == {202: 3, 422: 7}
    await one.walk(timedelta(minutes=1))
    ports = [
        row["port_number"]
        for code in ("YOUR_TENANT", "ISP1")
        for row in await one.rows(code, "select port_number from services where tenant_id = $1 and state = 'ACTIVE'")
    ]
    assert sorted(ports) == [2, 3, 4]


async def started(one: Gateway, tenant: str = "ISP1") -> str:
    got = await place(one, about(900, tenant, TO_START, OrderType.START, await line(one, TO_START)), headers=AT_ONCE)
    assert got.status == 202, got.raw
    await one.walk(timedelta(minutes=1))
    (row,) = await one.rows(tenant, "select service_id from services where tenant_id = $1 and state = 'ACTIVE'")
    return str(row["service_id"])


async def test_a_service_is_in_one_orders_hands(crowd: tuple[Gateway, list[str]]) -> None:
    one, addresses = crowd
    service = await started(one)
    bodies = [modify(1 + n, service, tenant="ISP1", requestedCompletionDate=DAY) for n in range(5)]
    bodies += [cease(10 + n, service, DAY, tenant="ISP1") for n in range(5)]
    got = await asyncio.gather(*(place(one, body, at) for body, at in zip(bodies, cycle(addresses), strict=False)))
    assert Counter(each.status for each in got) == {202: 1, 422: 9}
    for each in got:
        if each.status == 422:
            assert each.refused(422, "INVALID_REQUEST")[0].startswith("serviceId: your order ")


async def ceases(one: Gateway) -> list[tuple[str, int]]:
    rows = await one.rows("ISP2", "select status, kci_count from orders where tenant_id = $1")
    return [(row["status"], row["kci_count"]) for row in rows]


async def test_a_switch_that_a_worker_died_with_is_told_by_the_next(town: tuple[Dsns, Card]) -> None:
    """It had done all of its unit, and dies where only the lane is left to be given back."""
    fresh, card = town
    async with gateway(fresh.runtime, card) as one:
        named = await line(one, TO_TRANSFER)
        assert (await place(one, about(1, "ISP1", TO_TRANSFER, OrderType.TRANSFER, named))).status == 202
        await one.walk(timedelta(minutes=9))
    work = Db(fresh.runtime, role=WORK_ROLE)
    try:
        (switch,) = await work.rows("select gaining_key from switches", None)
        async with work.tx(None) as tx:
            await rows.plan(tx, OrderKey(switch["gaining_key"]), end_of_day(date.fromisoformat(DAY)))
        (claim,) = [each for each in await lanes.claim(work, "to die", limit=50) if each.kind == rows.TO_LOSER]
        await kill_at_the_lane(fresh.runtime, work, claim)
        assert await work.rows("select id from orders where tenant_id = $1", claim.tenant) == []
        (switch,) = await work.rows("select state, losing_key from switches", None)
        assert (switch["state"], switch["losing_key"]) == ("PLANNED", None)
        await lanes.rescue(work, everybody=True)
    finally:
        await work.close()
    async with gateway(fresh.runtime, card) as again:
        await again.walk(timedelta(minutes=5))
        assert await ceases(again) == [("IN_PROGRESS", 3)]
        await again.walk(timedelta(days=20))
        assert await ceases(again) == [("COMPLETED", 4)]
    assert [*one.bugs(), *again.bugs()] == []


async def kill_at_the_lane(dsn: str, work: Db, claim: Claim) -> None:
    locker, killer = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    try:
        await locker.execute(f'set role "{WORK_ROLE}"')
        async with locker.transaction():
            await locker.execute("select 1 from lanes where key = $1 for update", claim.key)
            dying = asyncio.create_task(sides.follow(work, claim, BusinessTime(datetime.now(UTC))))
            async with asyncio.timeout(20):
                while not await killer.fetch(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and wait_event_type = 'Lock'"
                ):
                    await asyncio.sleep(0.02)
                with pytest.raises(Unavailable):
                    await dying
    finally:
        await locker.close()
        await killer.close()
