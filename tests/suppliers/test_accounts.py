"""Suppliers, who we are there, and which of them a tenant may use."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from tests.suppliers.http.peer import account
from tests.suppliers.stage import BY, CODE, Ground, ground

from fibregate.errors import Invalid, NotImplementedHere
from fibregate.migrate import Dsns
from fibregate.suppliers.accounts import actions, networks, store
from fibregate.suppliers.accounts.routing import Routing
from fibregate.suppliers.answers import Extension
from fibregate.suppliers.failures import Failure
from fibregate.suppliers.http.model import Basic, ClientCredentials

OWN = "NETWORK1"


@pytest.fixture
async def here(dsns: Dsns) -> AsyncIterator[Ground]:
    async with ground(dsns) as ready:
        yield ready


async def codes(here: Ground) -> list[str]:
    return [one.supplier.code for one in await actions.routes(here.web, here.tenant)]


async def let(here: Ground, code: str, *, preference: int = 100, enabled: bool = True) -> None:
    async with here.web.tx(here.tenant) as tx:
        await actions.let(tx, here.tenant, code, preference=preference, enabled=enabled, by=BY)


async def switch(here: Ground, *, enabled: bool) -> None:
    async with here.web.tx(None) as tx:
        await actions.switch_account(tx, CODE, "default", enabled=enabled, by=BY)


async def test_our_own_network_is_everybodys_and_lower_preferences_come_first(here: Ground) -> None:
    assert await codes(here) == [CODE, OWN]
    await let(here, OWN, preference=50)
    assert await codes(here) == [OWN, CODE]
    await let(here, OWN, enabled=False)
    assert await codes(here) == [CODE]
    async with here.web.tx(None) as tx:
        await actions.change(tx, CODE, enabled=False, by=BY)
    assert await codes(here) == []


async def test_a_disabled_account_is_no_way_to_its_supplier_but_for_what_was_taken_on(here: Ground) -> None:
    await switch(here, enabled=False)
    assert await codes(here) == [OWN]
    with pytest.raises(Invalid, match="is none of yours; accepted: NETWORK1"):
        await actions.route(here.web, here.tenant, CODE)
    found = await actions.route_of(here.web, here.tenant, CODE)
    assert found.account_id == await here.account_id()
    await switch(here, enabled=True)
    assert await codes(here) == [CODE, OWN]


async def test_nothing_is_called_under_a_disabled_account(here: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "FRESH_SECONDS", 0.0)
    here.there.answers(422, {"messages": ["no such address"]})
    calls = here.networks(here.web)
    assert await here.calls(calls) is None
    await switch(here, enabled=False)
    failed = await here.calls(calls)
    assert failed is not None
    assert (failed.kind, failed.nothing_done, failed.ill) == (Failure.UNREACHABLE, True, False)
    assert failed.messages == (f"{CODE}: is disabled by the operator of the gateway",)
    assert len(here.there.calls) == 1
    assert calls.health[CODE].failed == {}
    await switch(here, enabled=True)
    assert await here.calls(calls) is None


async def test_what_cannot_be_added_or_set_is_refused_by_name(here: Ground) -> None:
    async with here.web.tx(None) as tx:
        for code, said in (("ALT NET", "accepted is a code"), ("", "accepted is a code"), (CODE, "exists already")):
            with pytest.raises(Invalid, match=said):
                await actions.add(tx, code, "", by=BY)
        with pytest.raises(Invalid, match="capability: FLYING is not known; accepted: AVAILABILITY"):
            await actions.change(tx, CODE, capabilities=["NEW", "FLYING"], by=BY)
        with pytest.raises(Invalid, match="extension: TELEPATHY is not known"):
            await actions.change(tx, CODE, extensions=["TELEPATHY"], by=BY)
        with pytest.raises(Invalid, match="there is no NOBODY"):
            await actions.change(tx, "NOBODY", replays=True, by=BY)
        with pytest.raises(Invalid, match="there is no ALTNET1 with an account other"):
            await actions.switch_account(tx, CODE, "other", enabled=True, by=BY)
        for wrong in ("NOBODY", OWN):
            with pytest.raises(Invalid, match="far away"):
                await actions.put_account(tx, here.vault, account("http://x", Basic("u", "p"), name=wrong), by=BY)
        with pytest.raises(Invalid, match="credentials of one kind"):
            await actions.put_account(tx, here.vault, account("http://x"), by=BY)


async def test_what_is_not_named_stays_as_it_is(here: Ground) -> None:
    async with here.web.tx(None) as tx:
        await actions.change(tx, CODE, capabilities=["NEW"], extensions=["READ_ORDER"], replays=True, by=BY)
        await actions.change(tx, CODE, aborted_visit_charge=Decimal("85.00"), by=BY)
    (found,) = [one for one in await actions.list_suppliers(here.web) if one.code == CODE]
    assert (found.capabilities, found.extensions, found.replays) == ({"NEW"}, {Extension.READ_ORDER}, True)
    row = await here.web.row("select aborted_visit_charge from suppliers where code = $1", None, CODE)
    assert row is not None
    assert row["aborted_visit_charge"] == Decimal("85.00")
    with pytest.raises(NotImplementedHere, match="does not offer CEASE"):
        await actions.route(here.web, here.tenant, CODE, needs="CEASE")
    with pytest.raises(NotImplementedHere, match="does not offer orders of type CEASE; it offers orders of type NEW"):
        await Routing(here.web).one(here.tenant, CODE, needs="CEASE")


async def test_secrets_are_sealed_and_come_back_whole(here: Ground) -> None:
    auth = ClientCredentials("https://there.example/token", "client-1", "a secret of ours", "orders")
    async with here.web.tx(None) as tx:
        await actions.put_account(tx, here.vault, account(here.there.url, auth, total_seconds=7), by=BY)
    (row,) = await store.list_accounts(here.web)
    assert b"a secret" not in row["auth"]
    opened = actions.open_account(row, here.vault)
    assert (opened.auth, opened.total_seconds, opened.enabled) == (auth, 7, True)


async def test_numbers_are_given_once_and_never_go_back(here: Ground) -> None:
    number = await here.account_id()

    async def take() -> int:
        async with here.web.tx(None) as tx:
            return await store.next_number(tx, number)

    assert sorted(await asyncio.gather(*(take() for _ in range(20)))) == list(range(1, 21))
    for first, then in ((5, 21), (100, 100)):
        async with here.web.tx(None) as tx:
            same = account(here.there.url, Basic("us", "secret"))
            await actions.put_account(tx, here.vault, same, first_number=first, by=BY)
        assert await take() == then
