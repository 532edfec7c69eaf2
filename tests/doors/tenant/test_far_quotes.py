"""Quotes from suppliers far away: each answers by itself, nobody is asked twice, and prices are passed on as told."""

import asyncio
from typing import Any
from uuid import uuid4

from aiohttp import web
from tests.doors.tenant import far
from tests.doors.tenant.quoting import answered, asked, item, service, site
from tests.journeys.gateway import Gateway
from tests.suppliers.http.peer import Heard, Peer, peer
from tests.suppliers.http.test_quoting import PRICE

QUOTES = "select quote_id from quotes where tenant_id = $1 and external_identifier <> 'E00'"
WORDS = "sites[1]: is at sea"


def price(number: str, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "status": "QUOTED", **PRICE, "supplierQuoteId": number, **changes}


def refusal(code: str) -> dict[str, Any]:
    return {"uuid": str(uuid4()), "code": code, "messages": [WORDS]}


def counts(there: Peer) -> None:
    """A number of its own for each question."""
    there.respond = lambda heard: web.json_response(price(f"ALT-{heard.body['id']}"), status=201)


async def add(running: Gateway, code: str, there: Peer, seconds: float = 20.0) -> None:
    await far.add(running, code, there.url, capabilities=["QUOTES"], total_seconds=seconds)


async def test_a_price_from_far_away_is_passed_on_as_it_was_told_and_kept(running: Gateway) -> None:
    async with peer() as there:
        counts(there)
        await add(running, "ALTNET1", there)
        contract = {"contractLength": {"value": 36, "unit": "MONTH"}, "priceAlteration": "NONE"}
        sent = item(4, supplier="ALTNET1", contractDetails=contract)
        first = await asked(running, sent, item(5), item(6, supplier="ALTNET1"))
        assert first.status == 201, first.raw
        got, own, other = first.body["quoteItems"]
        assert [one.body["id"] for one in there.calls] in ([1, 2], [2, 1])
        assert (await asked(running, sent, item(5), item(6, supplier="ALTNET1"))).raw == first.raw
        assert len(there.calls) == 2
    heard = next(one.body for one in there.calls if one.body["id"] == 1)
    assert (heard["contractDetails"], heard["sites"], heard["service"]) == (contract, sent["sites"], sent["service"])
    assert got == {**sent, "status": got["status"], **PRICE, "supplierQuoteId": "ALT-1"}
    assert (own["supplierQuoteId"], other["supplierQuoteId"]) == ("SUPP2-QUO-ETH-5002", "ALT-2")
    kept = (await running.ask("GET", f"/manage/v1/quotes/{first.body['id']}")).body
    assert kept["quoteItems"] == first.body["quoteItems"]


async def test_one_that_fails_or_is_slow_leaves_the_others_as_they_are(running: Gateway) -> None:
    late = asyncio.Event()

    async def slow(_: Heard) -> web.StreamResponse:
        await late.wait()
        return web.Response(status=500)

    async with peer() as fails, peer() as refuses, peer() as garbles, peer() as sleeps, peer() as bare:
        fails.answers(500, refusal("SUPPLIER_FAULT"))
        refuses.answers(422, refusal("INVALID_REQUEST"))
        garbles.answers(201, b"<html>")
        bare.answers(201, {"id": str(uuid4()), "service": [service()]})
        sleeps.respond = slow
        peers = {"ALTNET1": fails, "ALTNET2": refuses, "ALTNET3": garbles, "ALTNET4": sleeps, "ALTNET5": bare}
        for code, there in peers.items():
            await add(running, code, there, seconds=1.0 if there is sleeps else 20.0)
        items = [item(n, supplier=code) for n, code in enumerate(peers, 1)]
        *failed, own = await answered(running, *items, item(6))
        assert {one["status"] for one in failed} == {"FAILED"}
        assert [one["reasons"][0]["code"] for one in failed] == [
            "SUPPLIER_FAULT",
            "INVALID_REQUEST",
            "SUPPLIER_FAULT",
            "SUPPLIER_TIMED_OUT",
            "SUPPLIER_FAULT",
        ]
        assert failed[1]["reasons"][0]["text"] == WORDS
        assert failed[4]["reasons"][0]["text"].endswith("without telling a price")
        assert (own["status"], own["monthlyTotal"]) == ("QUOTED", "318.98")
        assert (await asked(running, items[1], request="r2")).refused(422, "INVALID_REQUEST") == [WORDS]
        (await asked(running, items[0], request="r3")).refused(502, "SUPPLIER_FAULT")
        late.set()
    assert len(await running.rows("YOUR_TENANT", QUOTES)) == 1


async def test_a_number_that_was_given_before_names_no_price(running: Gateway) -> None:
    async with peer() as there:
        there.answers(201, price("ALT-7"))
        await add(running, "ALTNET1", there)
        had, again = await answered(running, item(1, supplier="ALTNET1"), item(2, supplier="ALTNET1"))
        assert (had["status"], again["status"]) == ("QUOTED", "FAILED")
        assert again["reasons"][0]["text"].startswith("ALTNET1: gave the number of a quote twice")
        (told,) = (await asked(running, item(3, supplier="ALTNET1"), request="r2")).refused(502, "SUPPLIER_FAULT")
        assert told == again["reasons"][0]["text"]


async def test_nobody_is_asked_for_what_is_refused(running: Gateway) -> None:
    async with peer() as there:
        counts(there)
        await add(running, "ALTNET1", there)
        wrong = item(2, sites=[site(), site(role="A-END")])
        (await asked(running, item(1, supplier="ALTNET1"), wrong)).refused(422, "INVALID_REQUEST")
        assert not there.calls
        equal = [asked(running, item(1, supplier="ALTNET1"), request="r2") for _ in range(3)]
        found = await asyncio.gather(*equal)
        assert {(one.status, one.raw) for one in found} == {(201, found[0].raw)}
        assert len(there.calls) == 1
