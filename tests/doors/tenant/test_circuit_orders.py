"""Orders about live Ethernet at the tenant door: what is taken, and what is refused with every fault at once."""

import asyncio
from typing import Any

from tests.doors.tenant.asking import ask
from tests.doors.tenant.circuits import ENDING, SLOW, cease, modify, placed
from tests.doors.tenant.ethernet import place
from tests.journeys.gateway import Gateway

ORDERS = "select id from orders where tenant_id = $1"
NAMED = "POINT_OF_INTERCONNECT"


def named(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    (
        modify("10G10G"),
        [
            (
                "serviceCharacteristics: POINT_OF_INTERCONNECT 10G10G needs a new bearer: order a new service; "
                "accepted here: 100M1G, 1G1G"
            )
        ],
    ),
    (
        modify("5G5G"),
        ["serviceCharacteristics: POINT_OF_INTERCONNECT '5G5G' is not sold; accepted: 100M1G, 1G1G"],
    ),
    (
        modify("100M1G"),
        [
            (
                "body: nothing is to be changed; accepted are serviceCharacteristics with another "
                "POINT_OF_INTERCONNECT than 100M1G, contractDetails with a renewed term, or both"
            )
        ],
    ),
    (modify(months=24), ["contractDetails.contractLength: 24 months is not sold; accepted: 12, 36, 60"]),
    (
        modify(None, months=12),
        [
            (
                "contractDetails.contractLength: 12 months from today would end before 2027-07-31, as the term that "
                "runs does; a renewed term takes nothing off it"
            )
        ],
    ),
    (
        modify(None, serviceCharacteristics=named(LINE_PROFILE="80/20", **{NAMED: "1G1G"})),
        ["serviceCharacteristics: LINE_PROFILE cannot be modified; accepted: POINT_OF_INTERCONNECT"],
    ),
    (
        modify(requestedCompletionDate="2025-06-30"),
        ["requestedCompletionDate: 2025-06-30 is past; accepted: 2025-07-01 or later"],
    ),
    (
        modify("10G10G", months=24, requestedCompletionDate="2025-06-30", serviceId=ENDING),
        [
            "requestedCompletionDate: 2025-06-30 is past; accepted: 2025-07-01 or later",
            (
                "serviceCharacteristics: POINT_OF_INTERCONNECT 10G10G needs a new bearer: order a new service; "
                "accepted here: 100M1G, 1G1G"
            ),
            "contractDetails.contractLength: 24 months is not sold; accepted: 12, 36, 60",
        ],
    ),
    (
        cease("2025-07-30"),
        ["requestedCompletionDate: 2025-07-30 is within the notice of 30 days; accepted: 2025-07-31 or later"],
    ),
    (
        cease("2025-06-30", serviceId="NW1-E-00000001-1"),
        [
            "serviceId: you have no Ethernet service 'NW1-E-00000001-1' at NETWORK1",
            "requestedCompletionDate: 2025-06-30 is past; accepted: 2025-07-01 or later",
        ],
    ),
    (cease(supplier="SUPPLIER2"), [f"serviceId: you have no Ethernet service '{ENDING}' at SUPPLIER2"]),
    (
        cease(supplier="NOBODY"),
        ["supplier: NOBODY is no supplier of yours; accepted: NETWORK1, SUPPLIER2"],
    ),
]


async def test_what_cannot_be_is_refused_with_every_fault(running: Gateway) -> None:
    for number, (body, faults) in enumerate(REFUSED):
        got = await place(running, body, request=f"r{number}")
        assert got.refused(422, "INVALID_REQUEST") == faults
    assert await running.rows("YOUR_TENANT", ORDERS) == []


async def test_a_field_that_cannot_be_read_is_told_with_the_faults_of_the_others(running: Gateway) -> None:
    wrong = modify("10G10G", notes=7)
    said = (await place(running, wrong)).refused(400, "MALFORMED_REQUEST")
    assert [one.partition(":")[0] for one in said] == ["notes", "serviceCharacteristics"]
    early = cease("2025-07-30", requestedCompletionDate=None)
    assert len((await place(running, early, request="r2")).refused(400, "MALFORMED_REQUEST")) == 1
    unknown = {**cease(), "orderType": "SWAP"}
    (said_of_type,) = (await place(running, unknown, request="r3")).refused(422, "INVALID_REQUEST")
    assert said_of_type.startswith("orderType: ")


async def test_a_modify_is_priced_and_shown_as_it_was_sent(running: Gateway) -> None:
    sent = modify(months=60, notes="After hours, please.", requestedCompletionDate="2025-07-20")
    shown = await placed(running, sent)
    assert {name: shown[name] for name in sent} == sent
    assert (shown["monthlyTotal"], shown["status"]) == ("266.00", "RECEIVED_BY_GATEWAY")
    assert shown["address"] == {"id": "999900002012", "type": "UPRN"}
    read = (await ask(running, "GET", f"ethernet/service-orders/{shown['id']}")).body
    assert {name: read[name] for name in sent} == sent
    assert "earlyEndingCharge" not in read
    again = await place(running, sent)
    assert (again.status, again.body["id"]) == (201, shown["id"])
    assert len(await running.rows("YOUR_TENANT", ORDERS)) == 1


async def test_a_cease_says_what_it_costs(running: Gateway) -> None:
    shown = await placed(running, cease("2025-07-31T09:00:00+01:00"))
    assert shown["requestedCompletionDate"] == "2025-07-31"
    assert shown["earlyEndingCharge"] == {"monthsLeft": 7, "amount": "2082.50", "currency": "GBP"}
    assert "monthlyTotal" not in shown


async def test_a_circuit_with_an_open_order_is_refused_naming_it(running: Gateway) -> None:
    first = await placed(running, modify())
    told = [f"serviceId: your order {first['id']} for service '{SLOW}' is open; wait for it to end"]
    for number, body in enumerate((modify(), cease(serviceId=SLOW))):
        assert (await place(running, body, request=f"r{number}")).refused(422, "INVALID_REQUEST") == told
    assert (await placed(running, cease(), request="other"))["id"] == first["id"] + 1


async def test_of_two_at_the_same_time_one_is_taken(running: Gateway) -> None:
    both = await asyncio.gather(*(place(running, cease(), request=f"r{number}") for number in range(2)))
    assert sorted(one.status for one in both) == [201, 422]
