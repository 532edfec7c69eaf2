import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from tests.tenants.office import OPERATOR, Office

from fibregate.db import Tx
from fibregate.errors import NotAuthorised
from fibregate.tenants import actions, callers
from fibregate.tenants.callers import Callers, Fresh


async def test_a_token_makes_a_caller_of_its_client(office: Office) -> None:
    isp = await office.callers.authenticate(await office.token(office.isp))
    assert (isp.kind, isp.tenant_code, isp.supplier_code, isp.scopes) == (
        "tenant", "ISP1", None, {"gateway", "manage"},
    )  # fmt: skip
    network = await office.callers.authenticate(await office.token(office.network))
    assert (network.kind, network.tenant_code, network.supplier_code) == ("supplier", None, "NETWORK1")
    assert network.supplier > 0


async def refused_after(processes: list[Callers], token: str) -> float:
    began = time.monotonic()
    for one in processes:
        async with asyncio.timeout(5):
            while await accepts(one, token):
                await asyncio.sleep(0.02)
    return time.monotonic() - began


async def accepts(process: Callers, token: str) -> bool:
    try:
        await process.authenticate(token)
    except NotAuthorised:
        return False
    return True


Act = Callable[[Tx, Office], Awaitable[object]]

TAKES_TRUST_AWAY: dict[str, Act] = {
    "the client is disabled": lambda tx, office: actions.disable_client(tx, office.isp.client_id, by=OPERATOR),
    "the tenant is disabled": lambda tx, _: actions.disable(tx, "ISP1", by=OPERATOR),
    "the secrets are revoked": lambda tx, office: actions.revoke_secrets(tx, office.isp.client_id, by=OPERATOR),
}


@pytest.mark.parametrize("act", TAKES_TRUST_AWAY.values(), ids=TAKES_TRUST_AWAY.keys())
async def test_every_process_refuses_within_two_seconds_when(office: Office, act: Act) -> None:
    token = await office.token(office.isp)
    processes = [office.callers, office.another_process(), office.another_process()]
    assert all([await accepts(one, token) for one in processes])
    async with office.db.tx(None) as tx:
        await act(tx, office)
    assert await refused_after(processes, token) < 2


async def test_an_enabled_client_asks_for_new_tokens_and_the_old_ones_stay_dead(office: Office) -> None:
    token = await office.token(office.isp)
    async with office.db.tx(None) as tx:
        await actions.disable_client(tx, office.isp.client_id, by=OPERATOR)
        await actions.enable_client(tx, office.isp.client_id, by=OPERATOR)
    process = office.another_process()
    assert not await accepts(process, token)
    assert await accepts(process, await office.token(office.isp))


async def test_a_token_outlives_a_rotation_of_the_secret(office: Office) -> None:
    token = await office.token(office.isp)
    async with office.db.tx(None) as tx:
        await actions.rotate_secret(tx, office.vault, office.isp.client_id, by=OPERATOR)
    assert await accepts(office.another_process(), token)


async def test_a_token_that_is_remembered_still_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await office.token(office.isp)
    assert await accepts(office.callers, token)
    present = time.time
    monkeypatch.setattr(time, "time", lambda: present() + 3599)
    assert await accepts(office.callers, token)
    monkeypatch.setattr(time, "time", lambda: present() + 3600)
    with pytest.raises(NotAuthorised, match="expired"):
        await office.callers.authenticate(token)
    with pytest.raises(NotAuthorised, match="expired"):
        await office.another_process().authenticate(token)


async def test_what_is_remembered_is_bounded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "TOKENS_KEPT", 5)
    given = [await office.token(office.isp) for _ in range(12)]
    for token in given:
        await office.callers.authenticate(token)
    assert len(office.callers._known) == 5
    assert all([await accepts(office.callers, token) for token in given])
    assert len(office.callers._known) == 5


async def test_a_fresh_cache_is_bounded_and_reads_once_for_all_who_wait() -> None:
    asked: list[int] = []

    async def read(key: int) -> int | None:
        asked.append(key)
        await asyncio.sleep(0)
        return None if key < 0 else key * 10

    cache = Fresh[int, int](3, read)
    assert await asyncio.gather(*(cache.get(1) for _ in range(50))) == [10] * 50
    assert asked == [1]
    for key in range(2, 20):
        assert await cache.get(key) == key * 10
    assert len(cache) == 3
    assert await cache.get(-1) is None
    assert await cache.get(-1) is None
    assert asked.count(-1) == 2
    assert len(cache) == 3


async def test_one_who_stops_waiting_does_not_stop_the_others() -> None:
    gate = asyncio.Event()

    async def read(key: int) -> int:
        await gate.wait()
        return key

    cache = Fresh[int, int](3, read)
    waiting = [asyncio.create_task(cache.get(7)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    gate.set()
    assert await asyncio.gather(*waiting[1:]) == [7, 7]
    with pytest.raises(asyncio.CancelledError):
        await waiting[0]


async def test_a_remembered_token_is_cheap(office: Office) -> None:
    token = await office.token(office.isp)
    first = await office.callers.authenticate(token)
    assert await office.callers.authenticate(token) is first
