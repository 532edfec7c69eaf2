"""Requests that come again: the same answer, one effect, whoever sends them, through whichever process."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from tests.doors.tenant.asking import MORNING, ask, provide, visit
from tests.journeys.gateway import Card, Gateway, apart, gateway
from tests.journeys.requests import DOCUMENTS, booking

from fibregate.db import WORK_ROLE, Db
from fibregate.migrate import Dsns
from fibregate.tenants.replays import actions as replays

ROOM = """
update slots set capacity = 1000 where starts_at = '2025-07-16T07:00Z' and ends_at = '2025-07-16T12:00Z'
and book_id in (select book_id from slot_books where area = 'TEWKESBURY' and purpose = 'PROVIDE') returning slot_id
"""
KEPT = "select route, strict, key, http_status from accepted_requests where tenant_id = $1 order by key"


@pytest.fixture
async def pair(town: tuple[Dsns, Card]) -> AsyncIterator[tuple[Gateway, list[str]]]:
    """Two processes of doors, and a third that also works; the first timeslot has room for everybody."""
    fresh, card = town
    async with apart(fresh.runtime, count=2) as addresses, gateway(fresh.runtime, card) as ready:
        await ready.db.row(ROOM, None)
        await ready.token("YOUR_TENANT")
        yield ready, addresses
    assert ready.bugs() == []


async def held(running: Gateway) -> list[int]:
    rows = await running.rows("YOUR_TENANT", "select id from reservations where tenant_id = $1 order by id")
    return [row["id"] for row in rows]


async def test_an_equal_request_has_the_same_answer_again_byte_for_byte(running: Gateway) -> None:
    first = await ask(running, "POST", "appointments", visit())
    spaced = (
        b' { "purpose":"PROVIDE", "supplier":"NETWORK1", "timeslot":{"timeslotEndDateTime":"2025-07-16T12:00:00.000Z",'
        b'"timeslotStartDateTime":"2025-07-16T07:00:00.000Z"},"serviceSpecification":{"id":"fttp"},'
        b'"address":{"type":"UPRN","id":"10025559646"}} '
    )
    again = await ask(running, "POST", "appointments", spaced)
    assert (again.status, again.raw) == (201, first.raw)
    assert await held(running) == [1]
    order = await ask(running, "POST", "service-orders", provide(1))
    await running.walk(timedelta(days=1))
    assert (await ask(running, "POST", "service-orders", provide(1))).raw == order.raw
    assert (await ask(running, "GET", "service-orders/1")).body["status"] == "IN_PROGRESS"


async def test_another_body_another_route_or_another_tenant_is_another_request(running: Gateway) -> None:
    assert (await ask(running, "POST", "appointments", visit())).body["id"] == 1
    assert (await ask(running, "POST", "appointments", visit(serviceId="S-1"))).body["id"] == 2
    assert (await ask(running, "POST", "appointments", visit(), request="req-2")).body["id"] == 3
    assert (await ask(running, "POST", "appointments", visit(), tenant="ISP1")).body["id"] == 1
    assert (await ask(running, "POST", "service-orders", provide(1))).body["id"] == 1


async def test_an_idempotency_key_goes_with_one_body(running: Gateway) -> None:
    key = {"Idempotency_Key": "k-1"}
    first = await ask(running, "POST", "appointments", visit(), request="a", **key)
    assert (await ask(running, "POST", "appointments", visit(), request="b", **key)).raw == first.raw
    told = (await ask(running, "POST", "appointments", visit(serviceId="S"), request="c", **key)).refused(
        422, "INVALID_REQUEST"
    )
    assert told == ["Idempotency-Key: k-1 was sent with another body; use each key for one request only"]
    assert await held(running) == [1]
    assert (await ask(running, "POST", "appointments", visit(), tenant="ISP1", **key)).body["id"] == 1
    order = await ask(running, "POST", "service-orders", provide(1), **key)
    assert order.status == 201, "a key is of one route"


async def test_a_key_sent_with_a_known_request_is_answered_alike_and_known_from_then_on(running: Gateway) -> None:
    first = await ask(running, "POST", "appointments", visit())
    assert (await ask(running, "POST", "appointments", visit(), Idempotency_Key="k")).raw == first.raw
    assert (await ask(running, "POST", "appointments", visit(), request="x", Idempotency_Key="k")).raw == first.raw
    (await ask(running, "POST", "appointments", visit(serviceId="S"), Idempotency_Key="k")).refused(
        422, "INVALID_REQUEST"
    )
    assert await held(running) == [1]


async def test_a_refusal_is_not_kept_and_takes_no_number(running: Gateway) -> None:
    (await ask(running, "POST", "service-orders", provide(1))).refused(422, "INVALID_REQUEST")
    assert await running.rows("YOUR_TENANT", KEPT) == []
    assert (await ask(running, "POST", "appointments", visit(), request="other")).body["id"] == 1
    assert (await ask(running, "POST", "service-orders", provide(1))).body["id"] == 1


async def test_what_is_30_days_old_is_asked_anew(running: Gateway) -> None:
    first = await ask(running, "POST", "appointments", visit(), Idempotency_Key="k")
    await running.walk(timedelta(days=29, hours=23))
    assert (await ask(running, "POST", "appointments", visit(), Idempotency_Key="k")).raw == first.raw
    await running.walk(timedelta(hours=2))
    later = visit(slot=("2025-08-20T07:00:00.000Z", "2025-08-20T12:00:00.000Z"))
    assert (await ask(running, "POST", "appointments", later, Idempotency_Key="k")).body["id"] == 2
    (await ask(running, "POST", "appointments", visit())).refused(422, "INVALID_REQUEST")


async def test_old_requests_are_deleted_and_the_others_stay(town: tuple[Dsns, Card], running: Gateway) -> None:
    fresh, _ = town
    await ask(running, "POST", "appointments", visit(), request="old")
    await running.walk(timedelta(days=20))
    later = visit(slot=("2025-08-20T07:00:00.000Z", "2025-08-20T12:00:00.000Z"))
    await ask(running, "POST", "appointments", later, request="new")
    worker = Db(fresh.runtime, role=WORK_ROLE, size=1)
    try:
        await replays.forget_old(worker, await running.clock.now())
        assert len(await running.rows("YOUR_TENANT", KEPT)) == 2
        await running.walk(timedelta(days=11))
        await replays.forget_old(worker, await running.clock.now())
    finally:
        await worker.close()
    assert [row["key"].split()[0] for row in await running.rows("YOUR_TENANT", KEPT)] == ["new"]


async def test_fifty_equal_bookings_at_once_over_two_processes_are_one(pair: tuple[Gateway, list[str]]) -> None:
    one, addresses = pair
    for n, key in enumerate(({}, {"Idempotency_Key": "k"})):
        body = visit(serviceId=f"S-{n}")
        got = await asyncio.gather(
            *(
                ask(one, "POST", "appointments", body, at=at, **key)
                for _, at in zip(range(50), cycle(addresses), strict=False)
            )
        )
        assert {each.status for each in got} == {201}
        assert len({each.raw for each in got}) == 1
        assert await held(one) == list(range(1, n + 2))
    await one.counts_are_right()


async def test_fifty_equal_orders_at_once_are_one_order_with_one_audit_row(pair: tuple[Gateway, list[str]]) -> None:
    one, addresses = pair
    assert (await ask(one, "POST", "appointments", visit())).status == 201
    got = await asyncio.gather(
        *(
            ask(one, "POST", "service-orders", provide(1), at=at)
            for _, at in zip(range(50), cycle(addresses), strict=False)
        )
    )
    assert Counter((each.status, each.raw) for each in got) == {(201, got[0].raw): 50}
    acts = await one.rows(
        "YOUR_TENANT", "select count(*) as acts from audit where about_tenant = $1 and act = 'order.place'"
    )
    assert acts[0]["acts"] == 1


async def test_numbers_are_given_without_a_gap_whatever_is_refused_in_between(pair: tuple[Gateway, list[str]]) -> None:
    one, addresses = pair
    wrong = visit(slot=("2025-07-13T07:00:00Z", "2025-07-13T12:00:00Z"))
    bodies: list[dict[str, Any]] = [wrong if n % 3 == 0 else visit() for n in range(150)]
    got = await asyncio.gather(
        *(
            ask(one, "POST", "appointments", body, request=f"req-{n}", at=at)
            for (n, body), at in zip(enumerate(bodies), cycle(addresses), strict=False)
        )
    )
    assert Counter(each.status for each in got) == {201: 100, 422: 50}
    assert sorted(each.body["id"] for each in got if each.status == 201) == list(range(1, 101))
    await one.counts_are_right()


async def test_both_doors_may_number_at_the_same_time(pair: tuple[Gateway, list[str]]) -> None:
    """The tenant takes numbers of its own at the other door while ours are counted up: each is given once."""
    one, addresses = pair
    there = [
        one.ask("POST", "appointments", body=booking(n, slot=MORNING), at=addresses[n % 2]) for n in range(1, 61, 2)
    ]
    here = [ask(one, "POST", "appointments", visit(), request=f"r-{n}", at=addresses[n % 2]) for n in range(60)]
    got = await asyncio.gather(*there, *here)
    made = [each.body["id"] for each in got[30:] if each.status == 201]
    assert len(made) == 60
    taken = [each.body["id"] for each in got[:30] if each.status == 201]
    assert len(set(made) | set(taken)) == len(made) + len(taken)
    assert await held(one) == sorted({*made, *taken})
    await one.counts_are_right()


async def test_an_equal_request_whose_transaction_hangs_is_told_to_come_again(
    running: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fibregate.tenants.replays.once.PATIENCE", 0.6)
    await running.db.row(ROOM, None)
    tenant = running.card.numbers["YOUR_TENANT"]
    block = "select slot_id from slots where starts_at = '2025-07-16T07:00Z' for update"
    async with running.db.tx(None) as tx:
        await tx.rows(block, None)
        first, second = await asyncio.gather(
            ask(running, "POST", "appointments", visit()), ask(running, "POST", "appointments", visit())
        )
        for got in (first, second):
            got.refused(503, "GATEWAY_FAULT")
            assert int(got.headers["Retry-After"]) > 0
    assert tenant
    assert (await ask(running, "POST", "appointments", visit())).body["id"] == 1
    assert (await ask(running, "POST", "appointments", visit(uprn=DOCUMENTS))).body["id"] == 1


async def test_a_process_that_dies_in_the_middle_leaves_neither_claim_nor_effect(running: Gateway) -> None:
    """Its connection goes, its transaction with it, and the same request does it all."""
    await running.db.row(ROOM, None)
    async with running.db.tx(None) as tx:
        await tx.rows("select slot_id from slots where starts_at = '2025-07-16T07:00Z' for update", None)
        waiting = asyncio.create_task(ask(running, "POST", "appointments", visit()))
        async with asyncio.timeout(5):
            while not await running.db.rows("select pid from pg_locks where not granted", None):
                await asyncio.sleep(0.02)
        waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    again = await ask(running, "POST", "appointments", visit())
    assert (again.status, again.body["id"]) == (201, 1)
    assert await held(running) == [1]
    await running.counts_are_right()
