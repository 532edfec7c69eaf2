"""Every story through two gateways, each a process with a database of its own, and the same story without the first.

An ISP at the tenant door of A, whose only supplier is B; and an ISP at the wholesale door of a gateway like B, which is
told in the same rendering. All stories are lived through side by side, answered as they advise. `comparing.LEFT_OUT`
says what cannot be the same.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Final

import pytest
from tests.database import TestServer
from tests.journeys import comparing
from tests.journeys.chain import ISP, SUPPLIER, THERE, connect, copies, far_apart, leave_watching
from tests.journeys.customer import Customer, Json, said
from tests.journeys.gateway import START, Card, Gateway
from tests.journeys.world import World, live_through

from fibregate.cli.demo.receiver import listening
from fibregate.sandbox.library import library

LOSER = "ISP2"
DAYS = [1, 3, *range(6, 17), 18, *range(20, 75, 4), 125]
MOMENTS = [START + timedelta(days=day, hours=1) for day in DAYS]

NOT_THROUGH_A: Final[Mapping[str, str]] = {
    "F24": "who loses the line is ISP2, whose service was there before A was: it is B's own tenant, and is told by B",
    "F25": "the same; its objection is made at B",
}
"""What of the stories does not go through the chain, and why; it is compared all the same."""

SILENT: Final = (
    "No commitment 4 working hours after acknowledgement. We are asking the network; nothing is needed from you."
)
SAID_BY_B: Final = {"F26": [SILENT]}
"""What a gateway told by itself when it was asked directly; through the chain it is its supplier's word."""


async def customer(up: AsyncExitStack, gateway: Gateway, tenant: str, supplier: str | None = None) -> Customer:
    one = Customer(gateway, tenant, await up.enter_async_context(listening()), supplier)
    await one.listen()
    return one


@pytest.fixture
async def worlds(server: TestServer, furnished: tuple[str, Card]) -> AsyncIterator[tuple[World, World]]:
    """The chain, and a gateway that is asked directly."""
    template, card = furnished
    async with AsyncExitStack() as up:
        databases = await up.enter_async_context(copies(server, template, 3))
        near, far, alone = await up.enter_async_context(far_apart(databases, card))
        await connect(near, far)
        await leave_watching(near)
        chained = World([far, near], await customer(up, near, ISP, SUPPLIER), await customer(up, far, LOSER))
        direct = World([alone], await customer(up, alone, THERE), await customer(up, alone, LOSER))
        yield chained, direct


@pytest.mark.timeout(300)
async def test_every_story_is_the_same_through_two_gateways(worlds: tuple[World, World]) -> None:
    chained, direct = worlds
    await live_through(worlds, MOMENTS)
    through, straight = chained.told(), direct.told()
    found = {name: differences(comparing.issued(told), straight[name]) for name, told in through.items()}
    assert {name: differs for name, differs in found.items() if differs} == {}
    assert {name: comparing.own(told) for name, told in through.items()} == {
        name: [f"Order sent to {SUPPLIER}.", *(f"Amendment {one} was sent to {SUPPLIER}." for one in placed.amendments)]
        for name, placed in chained.orders.items()
    }
    assert {name: found for name, told in straight.items() if (found := comparing.own(told))} == SAID_BY_B
    assert chained.losses().keys() == direct.losses().keys() == NOT_THROUGH_A.keys()
    found = {name: differences(told, direct.losses()[name]) for name, told in chained.losses().items()}
    assert {name: differs for name, differs in found.items() if differs} == {}
    ends, others = await asyncio.gather(chained.ends(), direct.ends())
    assert {name: comparing.comparable({"entity": one}) for name, one in ends.items()} == {
        name: comparing.comparable({"entity": one}) for name, one in others.items()
    }
    assert {name: one["status"] for name, one in ends.items()} == {
        name: one.story.ends for name, one in chained.orders.items()
    }
    stories = {one.story.id for one in chained.orders.values()}
    assert stories == {one.id for one in library().of_lines}


def differences(told: list[Any], wanted: list[Json]) -> list[Any]:
    """What is not the same, as (which KCI, member, through the chain, directly)."""
    for all_of_them in (told, wanted):
        assert len({one["id"] for one in all_of_them}) == len(all_of_them)
    kinds, others = [said(one)["type"] for one in told], [said(one)["type"] for one in wanted]
    if kinds != others:
        return [("the KCIs", kinds, others)]
    found: list[Any] = []
    for place, (one, other) in enumerate(zip(told, wanted, strict=True), 1):
        here, there = comparing.comparable(one), comparing.comparable(other)
        found += [
            (place, name, here.get(name), there.get(name))
            for name in sorted({*here, *there})
            if here.get(name) != there.get(name)
        ]
        if not comparing.at_the_same_time(one, other):
            found.append((place, "issuedOn", one["issuedOn"], other["issuedOn"]))
    return found
