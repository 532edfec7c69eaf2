"""Calls that have an effect: written down, made, and found out about."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.suppliers.http.test_samples import CEASE, PROVIDE
from tests.suppliers.stage import Ground, ground

from fibregate.clock import BusinessTime
from fibregate.migrate import Dsns
from fibregate.suppliers import keeping
from fibregate.suppliers.keeping import Kept
from fibregate.suppliers.ledger import actions, store
from fibregate.suppliers.ledger.actions import LIMIT, SETTLES, Next, Ways
from fibregate.suppliers.ledger.model import About, Call, CallKind, CallState
from fibregate.suppliers.questions import Provide
from fibregate.vocabulary import SupplierId, TenantId

NOW = BusinessTime(datetime(2025, 7, 1, 9, tzinfo=UTC))
CALL = Call(
    tenant=TenantId(1),
    call_id=1,
    supplier_id=SupplierId(2),
    account_id=1,
    kind=CallKind.ORDER,
    sent_id=1,
    order_key=None,
    change_key=None,
    state=CallState.INTENT,
    outcome=None,
    request={},
    attempts=0,
    created_at=NOW,
    sent_at=None,
)


@pytest.fixture
async def here(dsns: Dsns) -> AsyncIterator[Ground]:
    async with ground(dsns) as ready:
        yield ready


@pytest.mark.parametrize("state", [CallState.SENT, CallState.UNKNOWN])
def test_what_was_sent_is_never_simply_sent_again(state: CallState) -> None:
    sent = replace(CALL, state=state, sent_at=NOW)
    for replays in (True, False):
        assert actions.next_step(CALL, Ways(looks_up=True, replays=replays)) is Next.SEND
        assert actions.next_step(sent, Ways(looks_up=True, replays=replays)) is Next.LOOK_UP
    assert actions.next_step(sent, Ways(looks_up=False, replays=True)) is Next.SEND
    assert actions.next_step(sent, Ways(looks_up=False, replays=False)) is Next.WAIT


def test_absence_proves_nothing_until_the_call_has_settled() -> None:
    assert not actions.may_send_again(CALL, NOW)
    sent = replace(CALL, sent_at=NOW)
    assert not actions.may_send_again(sent, BusinessTime(NOW + SETTLES - timedelta(seconds=1)))
    assert actions.may_send_again(sent, BusinessTime(NOW + SETTLES))


def test_tries_come_further_and_further_apart_and_end_in_time() -> None:
    now, times = NOW, list[int]()
    while not actions.is_over(CALL, now):
        now = actions.again_at(len(times), now, CALL)
        times.append(int((now - NOW).total_seconds()))
    assert times == [5, 15, 30, 60, 120, 240, 480, 720, 900]
    assert now == NOW + LIMIT
    late = BusinessTime(NOW + 2 * LIMIT)
    assert actions.again_at(0, late, CALL) == late + timedelta(seconds=1)


async def intended(here: Ground, kind: CallKind = CallKind.ORDER, asked: Kept = PROVIDE, **about: Any) -> Call:
    async def ask(number: int) -> Kept:
        return replace(asked, id=number)

    account, supplier = await here.account_id(), await here.supplier_id()
    async with here.web.tx(here.tenant) as tx:
        return await actions.intend(
            tx, here.tenant, supplier, account, kind=kind, ask=ask, about=About(**about), now=NOW
        )


async def test_a_call_is_written_down_under_the_next_number_with_its_question(here: Ground) -> None:
    first, second = await intended(here), await intended(here, asked=CEASE)
    assert (first.sent_id, second.sent_id) == (1, 2)
    assert (first.state, first.attempts, first.sent_at) == (CallState.INTENT, 0, None)
    assert keeping.load(dict(first.request), Provide) == replace(PROVIDE, id=1)
    assert [one.call_id for one in await store.list_open(here.web, here.tenant, limit=10)] == [
        first.call_id,
        second.call_id,
    ]


async def test_a_number_goes_with_one_call_of_its_kind_only(here: Ground) -> None:
    first = await intended(here)
    account, supplier = await here.account_id(), await here.supplier_id()
    with pytest.raises(asyncpg.UniqueViolationError):
        await store.insert(
            here.web,
            here.tenant,
            supplier,
            account,
            kind=CallKind.ORDER,
            sent_id=first.sent_id,
            about=About(),
            request={},
            now=NOW,
        )


async def test_a_call_is_settled_once_and_not_sent_after_that(here: Ground) -> None:
    call = await intended(here)
    assert await store.mark_sent(here.web, here.tenant, call.call_id, NOW)
    assert not await store.mark_sent(here.web, here.tenant, call.call_id, NOW)  # it is under way
    assert await store.settle(here.web, here.tenant, call.call_id, CallState.UNKNOWN, outcome="TIMED_OUT")
    assert await store.mark_sent(here.web, here.tenant, call.call_id, NOW)
    done = CallState.CONFIRMED
    assert await store.settle(here.web, here.tenant, call.call_id, done, settled_at=NOW)
    assert not await store.settle(here.web, here.tenant, call.call_id, CallState.REJECTED, settled_at=NOW)
    assert not await store.mark_sent(here.web, here.tenant, call.call_id, NOW)
    found = await store.lock(here.web, here.tenant, call.call_id)
    assert (found.state, found.attempts) == (CallState.CONFIRMED, 2)
    assert await store.list_open(here.web, here.tenant, limit=10) == []


async def test_another_tenants_calls_are_not_seen(here: Ground) -> None:
    await intended(here)
    assert await store.list_open(here.web, TenantId(here.tenant + 1), limit=10) == []
