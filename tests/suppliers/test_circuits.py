"""What all processes together know of a supplier, and the alarm when it fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from tests.suppliers.stage import BY, CODE, Ground, ground

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Alarm, Kind
from fibregate.clock import RealTime, real_now
from fibregate.db import Db
from fibregate.migrate import Dsns
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.breaker import State
from fibregate.suppliers.circuits import actions
from fibregate.suppliers.circuits.model import Condition, Half
from fibregate.suppliers.circuits.reporter import Reporter

AFTER = timedelta(seconds=120)


@pytest.fixture
async def here(dsns: Dsns) -> AsyncIterator[Ground]:
    async with ground(dsns) as ready:
        yield ready


async def condition(here: Ground) -> Condition:
    return (await actions.conditions(here.web))[CODE]


async def fails(here: Ground, networks: Networks, times: int = 3) -> None:
    here.there.answers(500, {"messages": ["on fire"]})
    for _ in range(times):
        assert await here.calls(networks) is not None


async def works(here: Ground, networks: Networks) -> None:
    here.there.answers(422, {"messages": ["no such address"]})
    assert await here.calls(networks) is None


async def judged(here: Ground, later: timedelta = timedelta(0)) -> list[Alarm]:
    """The alarms after a worker has judged, as if it were so much later."""
    at = RealTime(real_now() + later)
    await actions.judge(here.work, await here.clock.now(), at, after=AFTER)
    found = await alarms.list_of(here.work, None, cleared=True, limit=10)
    return [one for one in found if one.kind is Kind.SUPPLIER_FAILING]


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await true():
            await asyncio.sleep(0.05)


async def test_what_two_processes_see_is_one_condition(here: Ground) -> None:
    ill, well = here.networks(here.web), here.networks(here.work)
    teller, other = Reporter(here.web, ill, Half.WEB), Reporter(here.work, well, Half.WORKER)
    await works(here, well)
    await other.tell()
    await fails(here, ill)
    await teller.tell()
    found = await condition(here)
    assert found.state is State.OPEN
    assert [one.process.name for one in found.opened] == [teller.process.name]
    assert {one.process.half for one in found.circuits} == {Half.WEB, Half.WORKER}
    assert (found.answered, found.failed) == (1, 3)
    assert found.last_fault == "ERROR"
    assert found.last_fault_text is not None
    assert "on fire" in found.last_fault_text
    assert found.last_good_at is not None
    assert found.last_fault_at is not None
    assert found.since is not None
    assert found.failing_since is not None
    assert found.last_good_at < found.failing_since <= found.since == ill.health[CODE].opened_at


async def test_what_was_seen_earlier_and_told_later_changes_nothing(here: Ground) -> None:
    early, late = here.networks(here.web), here.networks(here.web)
    await fails(here, early, 1)
    here.there.respond = lambda _: (_ for _ in ()).throw(ConnectionResetError)
    await here.calls(late)
    await Reporter(here.web, late, Half.WEB).tell()
    latest = (await condition(here)).last_fault_at
    await Reporter(here.web, early, Half.WEB).tell()
    found = await condition(here)
    assert found.last_fault_at == latest == late.health[CODE].last_fault_at


async def test_nothing_is_written_while_nothing_happens(here: Ground) -> None:
    networks = here.networks(here.web)
    teller = Reporter(here.web, networks, Half.WEB)
    await teller.tell()
    assert await actions.conditions(here.web) == {}
    await works(here, networks)
    await teller.tell()
    stamp = await here.web.row("select told_at, xmin::text from supplier_circuits", None)
    await teller.tell()
    assert await here.web.row("select told_at, xmin::text from supplier_circuits", None) == stamp


async def test_the_alarm_sounds_once_and_clears_itself(here: Ground) -> None:
    networks = here.networks(here.web, rest_seconds=0)
    teller = Reporter(here.web, networks, Half.WEB)
    await fails(here, networks)
    await teller.tell()
    assert await judged(here) == []  # not for a while yet
    (first,) = await judged(here, AFTER)
    assert (first.subject, first.cleared_at) == (CODE, None)
    assert "last failure: ERROR" in first.text
    assert teller.process.name in first.text
    assert "on fire" not in first.text
    await fails(here, networks)
    await teller.tell()
    (same,) = await judged(here, AFTER)
    assert (same.id, same.changes, same.cleared_at) == (first.id, first.changes, None)
    await works(here, networks)
    await teller.tell()
    (cleared,) = await judged(here, AFTER)
    assert cleared.id == first.id
    assert cleared.cleared_at is not None
    assert (await condition(here)).state is State.CLOSED


async def test_refused_credentials_are_a_failure_that_opens_no_circuit(here: Ground) -> None:
    networks = here.networks(here.web)
    here.there.answers(401, {"messages": ["who are you?"]})
    for _ in range(3):
        await here.calls(networks)
    await Reporter(here.web, networks, Half.WEB).tell()
    found = await condition(here)
    assert (found.state, found.last_fault) == (State.CLOSED, "REFUSED_CREDENTIALS")
    assert [one.cleared_at for one in await judged(here, AFTER)] == [None]


async def test_a_few_failures_are_no_alarm_however_long_ago(here: Ground) -> None:
    networks = here.networks(here.web)
    await fails(here, networks, 2)
    await Reporter(here.web, networks, Half.WEB).tell()
    assert await judged(here, timedelta(days=1)) == []


async def test_a_killed_process_leaves_no_alarm_behind(here: Ground) -> None:
    networks = here.networks(here.web)
    await fails(here, networks)
    await Reporter(here.web, networks, Half.WEB).tell()
    assert len(await judged(here, AFTER)) == 1
    await here.web.row("update supplier_circuits set told_at = told_at - interval '61 seconds'", None)
    (cleared,) = await judged(here, AFTER)
    assert cleared.cleared_at is not None
    found = await condition(here)
    assert (found.state, found.circuits, found.last_fault) == (State.CLOSED, [], "ERROR")
    assert await here.web.rows("select from supplier_circuits", None) == []


async def test_one_that_is_not_called_any_more_fails_nobody(here: Ground) -> None:
    networks = here.networks(here.web)
    await fails(here, networks)
    await Reporter(here.web, networks, Half.WEB).tell()
    await judged(here, AFTER)
    async with here.web.tx(None) as tx:
        await accounts.switch_account(tx, CODE, "default", enabled=False, by=BY)
    (cleared,) = await judged(here, AFTER)
    assert cleared.cleared_at is not None


async def test_one_that_nobody_calls_is_found_well_again(here: Ground) -> None:
    networks = here.networks(here.web, rest_seconds=0.05)
    await fails(here, networks)
    running = asyncio.create_task(Reporter(here.web, networks, Half.WEB).run())
    try:
        await until(lambda: _state_is(here, networks, opened=True))
        here.there.answers(422, {"messages": ["no such address"]})
        await until(lambda: _state_is(here, networks, opened=False))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert (await condition(here)).circuits == []  # taken back
    assert (await condition(here)).last_good_at == networks.health[CODE].last_ok_at


async def _state_is(here: Ground, networks: Networks, *, opened: bool) -> bool:
    told = (await actions.conditions(here.web)).get(CODE)
    return told is not None and bool(told.opened) is opened and networks.health[CODE].breaker.is_closed is not opened


async def test_a_database_that_is_away_is_told_later(here: Ground, dsns: Dsns) -> None:
    away = Db(dsns.runtime.replace("fibregate_runtime", "nobody_at_all"), size=1, wait_seconds=0.2)
    networks = here.networks(here.web)
    await works(here, networks)
    teller = Reporter(away, networks, Half.WEB)
    running = asyncio.create_task(teller.run())
    try:
        await asyncio.wait_for(_tried(away), 10)
        assert not running.done()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await away.close()
    await Reporter(here.web, networks, Half.WEB).tell()
    assert (await condition(here)).answered == 1


async def _tried(away: Db) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever way it is away
        await away.ping()
