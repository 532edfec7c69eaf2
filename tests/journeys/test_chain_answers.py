"""What a network answers before there is an order: the same through two gateways as directly."""

import re
from datetime import timedelta
from typing import Any, Final, cast
from urllib.parse import quote
from uuid import uuid4

import pytest
from tests.database import TestServer
from tests.doors.tenant.asking import provide
from tests.journeys.chain import ISP, SUPPLIER, THERE, Chain, chained
from tests.journeys.gateway import Card, Got

from fibregate.sandbox import behaviour

OWN: Final = "NETWORK1"
ADDRESSES: Final = {f"A{one:02}": 999900003000 + one for one in range(1, 13)}
ONE_PLACE, SLOW, BROKEN, DROPPED = (ADDRESSES[name] for name in ("A05", "A07", "A08", "A11"))
CALLS: Final = "select state, outcome from supplier_calls where tenant_id = $1"
HELD: Final = "select id from reservations where tenant_id = $1 and state = 'RESERVED'"


async def direct(chain: Chain, method: str, path: str, body: object = None) -> Got:
    """At the far gateway itself, as its tenant that the near one is."""
    return await chain.far.ask(method, f"/v1/{path}", tenant=THERE, body=body, extra={"X-Request-ID": str(uuid4())})


def address(uprn: int) -> str:
    return quote(f'{{"id":"{uprn}","type":"UPRN"}}')


def shown(got: Got) -> tuple[int, list[dict[str, Any]]]:
    """Without who says it, when, and the number of an error."""
    answers = cast("list[dict[str, Any]]", got.body if isinstance(got.body, list) else [got.body])
    own = {"supplier", "asOf", "uuid"}
    return got.status, [{name: value for name, value in one.items() if name not in own} for one in answers]


async def available(chain: Chain, uprn: int) -> tuple[Got, Got]:
    path = f"service-availability?address={address(uprn)}&suppliers="
    return await chain.ask("GET", path + SUPPLIER), await direct(chain, "GET", path + OWN)


async def slots(chain: Chain, uprn: int) -> tuple[Got, Got]:
    service = quote('{"id":"fttp"}')
    wanted = f"&appointmentPurpose=PROVIDE&serviceSpecification={service}&supplier="
    path = f"available-appointments?address={address(uprn)}{wanted}"
    return await chain.ask("GET", path + SUPPLIER), await direct(chain, "GET", path + OWN)


async def test_what_can_be_had_at_each_address_is_the_same_through_two_gateways(chain: Chain) -> None:
    for name, uprn in ADDRESSES.items():
        for asked in (slots,) if uprn == SLOW else (available, slots):
            through, straight = await asked(chain, uprn)
            assert shown(through) == shown(straight), (name, asked.__name__)


def booking(got: Got, supplier: str, uprn: int) -> dict[str, Any]:
    """Of the first timeslot that is there."""
    slot = got.body["availableTimeslots"][0]
    return {
        "supplier": supplier,
        "address": {"id": str(uprn), "type": "UPRN"},
        "serviceSpecification": {"id": "fttp"},
        "purpose": "PROVIDE",
        "timeslot": {name: slot[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")},
    }


async def test_the_last_place_of_a_timeslot_is_gone_for_either_and_the_next_ones_are_told(chain: Chain) -> None:
    there, _ = await slots(chain, ONE_PLACE)
    wanted = booking(there, SUPPLIER, ONE_PLACE)
    assert (await chain.ask("POST", "appointments", wanted)).status == 201
    through = await chain.ask("POST", "appointments", wanted)
    straight = await direct(chain, "POST", "appointments", {**wanted, "supplier": OWN})
    assert through.status == 422
    assert through.body["alternatives"]
    assert shown(through) == shown(straight)


async def test_a_slow_network_is_late_at_either_gateway(
    server: TestServer, furnished: tuple[str, Card], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes 40 seconds and a gateway waits 20, or less where it is set so."""
    monkeypatch.setattr(behaviour, "SLOW_SECONDS", 2.0)
    async with chained(server, *furnished, answer_seconds=0.5) as hasty:
        for one in await available(hasty, SLOW):
            one.refused(504, "SUPPLIER_TIMED_OUT")


async def held(chain: Chain) -> list[int]:
    """How many visits are held, near and far."""
    return [len(await chain.near.rows(ISP, HELD)), len(await chain.far.rows(THERE, HELD))]


async def test_a_booking_that_fails_there_holds_nothing_at_either(chain: Chain) -> None:
    """The near one takes a 500 for no proof that nothing was done: it asks what became of it, and learns the same."""
    there, _ = await slots(chain, BROKEN)
    wanted = booking(there, SUPPLIER, BROKEN)
    (await direct(chain, "POST", "appointments", {**wanted, "supplier": OWN})).refused(502, "SUPPLIER_FAULT")
    (await chain.ask("POST", "appointments", wanted)).refused(504, "SUPPLIER_TIMED_OUT")
    assert [one["state"] for one in await chain.near.rows(ISP, CALLS)] == ["UNKNOWN"]
    await chain.walk(timedelta(minutes=2))
    (call,) = await chain.near.rows(ISP, CALLS)
    assert (call["state"], await held(chain)) == ("RECONCILED", [0, 0])
    assert "nothing is held" in call["outcome"]


async def test_a_hold_that_the_network_takes_back_is_refused_with_the_order_that_quotes_it(chain: Chain) -> None:
    """The near one hears nothing of a hold: it learns by the order, which is refused in the same words."""
    there, _ = await slots(chain, DROPPED)
    wanted = booking(there, SUPPLIER, DROPPED)
    later = there.body["availableTimeslots"][1]
    other = {"timeslot": {name: later[name] for name in wanted["timeslot"]}, "supplier": OWN}
    through = await chain.ask("POST", "appointments", wanted)
    straight = await direct(chain, "POST", "appointments", {**wanted, **other})
    assert (through.status, straight.status) == (201, 201)
    await chain.walk(timedelta(minutes=70))
    assert await held(chain) == [1, 0]
    refused = await direct(
        chain, "POST", "service-orders", provide(straight.body["id"], uprn=str(DROPPED), supplier=OWN)
    )
    (why,) = refused.refused(422, "INVALID_REQUEST")
    asked = await chain.ask("POST", "service-orders", provide(through.body["id"], uprn=str(DROPPED), supplier=SUPPLIER))
    assert asked.status == 201
    await chain.walk(timedelta(seconds=4))
    read = (await chain.ask("GET", f"service-orders/{asked.body['id']}")).body
    assert read["status"] == "REJECTED"
    assert re.sub(r"\d+", "…", read["updates"][-1]["information"]["text"]) == re.sub(r"\d+", "…", why)
    assert "was withdrawn" in why
