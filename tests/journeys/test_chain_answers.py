"""What a network answers before there is an order: the same through two gateways as directly."""

from typing import Any, Final, cast
from urllib.parse import quote
from uuid import uuid4

from tests.journeys.chain import SUPPLIER, THERE, Chain
from tests.journeys.gateway import Got

OWN: Final = "NETWORK1"
SLOW: Final = 7
"""Answers in 40 seconds of the real clock, which is a time-out at either gateway, with tests of its own."""
ANSWERS: Final = {f"A{one:02}": 999900003000 + one for one in range(1, 13) if one != SLOW}
ONE_PLACE: Final = ANSWERS["A05"]


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
    for name, uprn in ANSWERS.items():
        for asked in (available, slots):
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
