"""A request that is claimed before a network is called, and answered when that has said what it did."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.tenants.office import Office

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.errors import Invalid, Unavailable
from fibregate.tenants.replays import actions
from fibregate.tenants.replays.actions import InFlight
from fibregate.tenants.replays.model import Asked, Stored
from fibregate.tenants.replays.once import Once
from fibregate.vocabulary import TenantId

NOW = BusinessTime(datetime(2025, 7, 1, 9, tzinfo=UTC))
ANSWER = Stored(201, b'{"id":1}')


def asked(body: bytes = b"body", *, key: str | None = None, request: str = "req-1") -> Asked:
    return Asked(route="bookAppointment", request_id=request, body_hash=body, idempotency_key=key)


@pytest.fixture
async def isp(office: Office) -> TenantId:
    row = await office.db.row("select tenant_no from tenants where code = 'ISP1'", None)
    assert row is not None
    return TenantId(row["tenant_no"])


async def claimed(office: Office, isp: TenantId, one: Asked, now: BusinessTime = NOW) -> Stored | None:
    async with office.db.tx(isp) as tx:
        return await actions.claim(tx, isp, one, now)


async def answered(office: Office, isp: TenantId, one: Asked) -> None:
    async with office.db.tx(isp) as tx:
        await actions.answer(tx, isp, one, ANSWER)


@pytest.mark.parametrize("key", [None, "k"])
async def test_a_claim_stands_until_it_is_answered_and_its_equals_wait(
    office: Office, isp: TenantId, key: str | None
) -> None:
    one = asked(key=key)
    assert await claimed(office, isp, one) is None
    with pytest.raises(InFlight):
        await claimed(office, isp, one)
    waiting = asyncio.create_task(actions.wait(office.db, isp, one, NOW))
    await asyncio.sleep(0)
    await answered(office, isp, one)
    assert await waiting == ANSWER
    assert await claimed(office, isp, one) == ANSWER


async def test_a_claim_that_came_to_nothing_may_be_made_anew(office: Office, isp: TenantId) -> None:
    one = asked(key="k")
    assert await claimed(office, isp, one) is None
    async with office.db.tx(isp) as tx:
        await actions.withdraw(tx, isp, one)
    assert await actions.wait(office.db, isp, one, NOW) is None
    assert await claimed(office, isp, one) is None


async def test_an_answer_is_withdrawn_by_nobody_and_changed_by_nobody(office: Office, isp: TenantId) -> None:
    one = asked()
    await claimed(office, isp, one)
    await answered(office, isp, one)
    async with office.db.tx(isp) as tx:
        await actions.withdraw(tx, isp, one)
        await actions.answer(tx, isp, one, Stored(201, b"other"))
    assert await claimed(office, isp, one) == ANSWER


async def test_who_waits_too_long_is_told_to_come_again(office: Office, isp: TenantId) -> None:
    one = asked()
    await claimed(office, isp, one)
    with pytest.raises(Unavailable, match="still being worked on"):
        await actions.wait(office.db, isp, one, NOW, patience=0.3)


async def test_a_key_that_went_with_another_body_is_refused_while_that_is_in_flight_too(
    office: Office, isp: TenantId
) -> None:
    await claimed(office, isp, asked(b"one", key="k"))
    with pytest.raises(Invalid, match="k was sent with another body"):
        await claimed(office, isp, asked(b"two", key="k"))


async def test_thirty_days_later_it_is_a_new_request_whatever_became_of_the_old_one(
    office: Office, isp: TenantId
) -> None:
    one = asked()
    await claimed(office, isp, one)
    await answered(office, isp, one)
    later = BusinessTime(NOW + timedelta(days=30, seconds=1))
    assert await claimed(office, isp, one, BusinessTime(NOW + timedelta(days=30))) == ANSWER
    assert await claimed(office, isp, one, later) is None


async def test_work_that_fails_leaves_nothing_and_others_may_do_it(office: Office, isp: TenantId) -> None:
    once = Once(office.db)

    async def fails(_: Tx) -> Stored:
        raise Invalid("no")

    async def works(_: Tx) -> Stored:
        return ANSWER

    with pytest.raises(Invalid):
        await once.do(isp, asked(), NOW, fails)
    assert await once.do(isp, asked(), NOW, works) == ANSWER
    assert await once.do(isp, asked(), NOW, fails) == ANSWER


async def test_equal_requests_of_one_process_take_turns_and_one_connection(office: Office, isp: TenantId) -> None:
    once, done = Once(office.db), 0
    gate = asyncio.Event()

    async def work(_: Tx) -> Stored:
        nonlocal done
        done += 1
        await gate.wait()
        return ANSWER

    equal = [asyncio.create_task(once.do(isp, asked(), NOW, work)) for _ in range(50)]
    async with asyncio.timeout(5):
        while not done:
            await asyncio.sleep(0.01)
    others: Any = await asyncio.gather(*(once.do(isp, asked(request=f"r{n}"), NOW, _quick) for n in range(20)))
    assert others == [ANSWER] * 20
    gate.set()
    assert await asyncio.gather(*equal) == [ANSWER] * 50
    assert done == 1
    assert once._turns == {}


async def _quick(_: Tx) -> Stored:
    return ANSWER


async def test_a_committed_claim_is_waited_for_and_taken_over_when_it_is_withdrawn(
    office: Office, isp: TenantId
) -> None:
    once, one = Once(office.db), asked()
    await claimed(office, isp, one)
    waiting = asyncio.create_task(once.do(isp, one, NOW, _quick))
    await asyncio.sleep(0)
    async with office.db.tx(isp) as tx:
        await actions.withdraw(tx, isp, one)
    assert await waiting == ANSWER
