"""Many at once, through several processes: places, ids and orders are given out exactly once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from tests.journeys.gateway import TENANTS, Card, Gateway, apart, gateway, plan
from tests.journeys.requests import booking, order

from fibregate.migrate import Dsns

HOT = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
CAPACITY = """
update slots set capacity = $1 where starts_at = '2025-07-16T07:00Z' and ends_at = '2025-07-16T12:00Z'
and book_id in (select book_id from slot_books where area = 'TEWKESBURY' and purpose = 'PROVIDE') returning slot_id
"""


@pytest.fixture
async def crowd(town: tuple[Dsns, Card]) -> AsyncIterator[tuple[Gateway, list[str]]]:
    """Four processes of doors; the fifth address is of this process, which also works."""
    fresh, card = town
    async with apart(fresh.runtime, count=4) as addresses, gateway(fresh.runtime, card) as ready:
        yield ready, addresses
    assert ready.bugs() == []


async def test_200_bookings_from_four_processes_on_seven_places(crowd: tuple[Gateway, list[str]]) -> None:
    one, addresses = crowd
    await one.db.row(CAPACITY, None, 7)
    for code in TENANTS:
        await one.token(code)
    got = await asyncio.gather(
        *(
            one.ask("POST", "appointments", tenant=code, body=booking(1000 + n, slot=HOT), at=at)
            for n, code, at in zip(range(200), cycle(TENANTS), cycle(addresses), strict=False)
        )
    )
    assert Counter(each.status for each in got) == {201: 7, 409: 193}
    taken = [each for each in got if each.status == 409]
    assert all(each.refused(409, "INVALID_REQUEST") for each in taken)
    assert all(each.body["alternatives"] for each in taken)
    assert len({each.body["supplierReference"] for each in got if each.status == 201}) == 7
    await one.counts_are_right()


async def test_480_bookings_of_forty_ids_have_forty_effects(crowd: tuple[Gateway, list[str]]) -> None:
    one, addresses = crowd
    await one.db.row(CAPACITY, None, 1000)
    await one.token("ISP1")
    got = await asyncio.gather(
        *(
            one.ask("POST", "appointments", tenant="ISP1", body=booking(1 + n % 40, slot=HOT), at=at)
            for n, at in zip(range(480), cycle(addresses), strict=False)
        )
    )
    assert Counter(each.status for each in got) == {201: 480}
    assert len({each.raw for each in got}) == 40
    held = await one.rows("ISP1", "select count(*) as held from reservations where tenant_id = $1")
    assert held[0]["held"] == 40
    await one.counts_are_right()


async def test_an_order_sent_fifty_times_over_two_processes_is_one_order(crowd: tuple[Gateway, list[str]]) -> None:
    one, addresses = crowd
    assert (await one.ask("POST", "appointments", body=booking(159, slot=HOT))).status == 201
    got = await asyncio.gather(
        *(
            one.ask("POST", "service-orders", body=order(127, appointment=159), at=at)
            for _, at in zip(range(50), cycle(addresses[:2]), strict=False)
        )
    )
    assert {(each.status, each.raw) for each in got} == {(202, b"")}
    kept = await one.rows("YOUR_TENANT", "select order_key from orders where tenant_id = $1")
    assert len(kept) == 1
    audited = await one.rows(
        "YOUR_TENANT", "select count(*) as acts from audit where about_tenant = $1 and act = 'order.place'"
    )
    assert audited[0]["acts"] == 1
    await one.counts_are_right()


async def test_two_orders_that_quote_one_appointment_have_one_winner(running: Gateway) -> None:
    for n in range(10):
        assert (await running.ask("POST", "appointments", body=booking(500 + n, slot=HOT))).status in {201, 409}
    await running.db.row(CAPACITY, None, 100)
    for n in range(10):
        booked = await running.ask("POST", "appointments", body=booking(500 + n, slot=HOT))
        assert booked.status == 201
        got = await asyncio.gather(
            *(
                running.ask("POST", "service-orders", body=order(1000 + 10 * n + twin, appointment=500 + n))
                for twin in range(4)
            )
        )
        assert sorted(each.status for each in got) == [202, 422, 422, 422]
        for each in got:
            if each.status == 422:
                assert "already belongs to an order" in each.refused(422, "INVALID_REQUEST")[0]
    await running.counts_are_right()


async def test_orders_race_the_expiry_of_the_holds_that_they_quote(town: tuple[Dsns, Card]) -> None:
    fresh, card = town
    async with gateway(fresh.runtime, card, plan(fresh.runtime)) as one:
        await one.db.row(CAPACITY, None, 100)
        for n in range(20):
            assert (await one.ask("POST", "appointments", body=booking(1 + n, slot=HOT))).status == 201
        expiry = await one.rows("YOUR_TENANT", "select max(expires_at) as at from reservations where tenant_id = $1")
        await one.walk(expiry[0]["at"] - await one.clock.now() - timedelta(milliseconds=150))

        async def late(n: int) -> Any:
            await asyncio.sleep(0.02 * n)
            return await one.ask("POST", "service-orders", body=order(100 + n, appointment=1 + n))

        got = await asyncio.gather(*(late(n) for n in range(20)))
        assert {each.status for each in got} == {202, 422}
        placed = {1 + n for n, each in enumerate(got) if each.status == 202}
        async with asyncio.timeout(10):
            while await one.rows(
                "YOUR_TENANT", "select id from reservations where tenant_id = $1 and state = 'RESERVED'"
            ):
                await asyncio.sleep(0.02)
        rows = await one.rows("YOUR_TENANT", "select id, state from reservations where tenant_id = $1")
        assert {row["id"] for row in rows if row["state"] != "EXPIRED"} == placed
        feed = await one.ask("GET", "/manage/v1/kcis?limit=100")
        gone = {each["appointmentId"] for each in feed.body["events"] if each["type"] == "APPOINTMENT"}
        assert gone == {row["id"] for row in rows if row["state"] == "EXPIRED"}
        await one.counts_are_right()
    assert one.bugs() == []


async def test_the_last_line_of_a_premises_is_sold_once(running: Gateway) -> None:
    """An XGS terminal has one port, so a premises there takes one open order of anybody."""
    row = await running.db.row(
        "select p.uprn, p.area from premises as p join profiles as f on f.profile_id = p.profile_id "
        "where f.ont_ports = 1 and p.uprn between 999900005000 and 999900009999 and p.readiness = 'READY' "
        "order by p.uprn limit 1",
        None,
    )
    assert row is not None
    uprn = str(row["uprn"])
    slots = await running.ask(
        "GET",
        f"available-appointments?addressId={uprn}&appointmentPurpose=PROVIDE"
        "&serviceSpecification=%7B%22id%22:%22fttp%22%7D",
        tenant="ISP1",
    )
    free = [(one["timeslotStartDateTime"], one["timeslotEndDateTime"]) for one in slots.body["availableTimeslots"]]
    for n, code in enumerate(TENANTS):
        booked = await running.ask("POST", "appointments", tenant=code, body=booking(1, uprn=uprn, slot=free[n * 3]))
        assert booked.status == 201, booked.raw
    got = await asyncio.gather(
        *(
            running.ask("POST", "service-orders", tenant=code, body=order(1, uprn=uprn, tenant=code, appointment=1))
            for code in TENANTS
        )
    )
    assert sorted(each.status for each in got) == [202, 422, 422]
