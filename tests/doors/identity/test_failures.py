"""Refused sign-ins are counted and reported; the worker makes an alarm of that, and clears it after an hour of calm."""

import time
from collections.abc import AsyncIterator

import pytest
from tests.doors.identity.identity_client import Identity

from fibregate.alarms import actions as alarms
from fibregate.alarms import sign_ins
from fibregate.clock import BusinessTime, SystemClock
from fibregate.db import WORK_ROLE, Db
from fibregate.doors.identity import failures
from fibregate.doors.identity.failures import Failures
from fibregate.lanes import actions as lanes
from fibregate.migrate import Dsns


@pytest.fixture
async def worker(dsns: Dsns) -> AsyncIterator[Db]:
    made = Db(dsns.runtime, role=WORK_ROLE, size=2)
    yield made
    await made.close()


async def open_alarms(worker: Db) -> list[tuple[str, str]]:
    found = await alarms.list_of(worker, None, cleared=False, limit=10)
    return sorted((one.subject, one.text) for one in found)


async def work_off(worker: Db, now: BusinessTime) -> None:
    for claim in await lanes.claim(worker, "worker", limit=50):
        if claim.kind == sign_ins.LANE:
            await sign_ins.hear(worker, claim, now)
        elif claim.kind == sign_ins.OVER:
            await sign_ins.calm_down(worker, claim, now)


async def test_a_client_that_fails_again_and_again_is_alarmed_with_its_address(identity: Identity, worker: Db) -> None:
    client = identity.office.isp.client_id
    now = await SystemClock().now()
    wrong = {"client_id": client, "client_secret": "wrong"}
    for _ in range(19):
        (await identity.ask(form=wrong)).refused(401, "invalid_client")
    await work_off(worker, now)
    assert await open_alarms(worker) == []
    (await identity.ask(form=wrong)).refused(401, "invalid_client")
    await work_off(worker, now)
    text = "20 requests for a token were refused within ten minutes."
    assert await open_alarms(worker) == [("address 127.0.0.1", text), (f"client {client}", text)]


async def test_an_hour_of_calm_clears_it(identity: Identity, worker: Db) -> None:
    now = await SystemClock().now()
    async with worker.tx(None) as tx:
        await sign_ins.report(tx, "address 192.0.2.1", 20)
    await work_off(worker, now)
    assert len(await open_alarms(worker)) == 1
    [row] = await worker.rows("select due_at from lanes where kind = 'sign-ins-over'", None)
    assert row["due_at"] == now + sign_ins.CALM
    await worker.row("update lanes set due_at = clock() where kind = 'sign-ins-over'", None)
    await work_off(worker, now)
    assert await open_alarms(worker) == []


async def test_a_client_that_nobody_has_is_not_alarmed_by_name(identity: Identity, worker: Db) -> None:
    for _ in range(20):
        await identity.ask(form={"client_id": "client_0123456789abcdef", "client_secret": "wrong"})
    await work_off(worker, await SystemClock().now())
    assert [who for who, _ in await open_alarms(worker)] == ["address 127.0.0.1"]


async def test_who_gets_a_token_is_not_counted(identity: Identity, worker: Db) -> None:
    for _ in range(25):
        assert (await identity.ask(identity.basic())).status == 200
    assert await worker.rows("select key from lanes", None) == []


def test_what_is_ten_minutes_ago_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    counted, start = Failures(most=3), time.monotonic()
    for seconds, reaches in ((0, False), (1, False), (602, False), (603, False), (604, True), (605, False)):
        monkeypatch.setattr(failures.time, "monotonic", lambda now=start + seconds: now)
        assert counted.counts("one") is reaches, seconds


def test_memory_is_bounded_and_so_are_reports() -> None:
    counted = Failures(most=1, size=50)
    reported = sum(counted.counts(f"address {n}") for n in range(1000))
    assert len(counted) == 50
    assert reported == failures.REPORTS


@pytest.mark.parametrize(
    ("peer", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("nonsense", "unknown"),
    ],
)
def test_an_address_of_ipv6_is_its_network(peer: str, place: str) -> None:
    assert failures._place(peer) == place
