"""Ethernet at the remote network: where it behaves, and what a quote is like where it does not."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.sandbox.remote.caller import Ground, unvisited

from fibregate.sandbox.remote import premises

COURSE = ["ACKNOWLEDGED", "COMMITTED", "UPDATE", "ADDITIONAL", "COMPLETED"]
PATH = "/ethernet/service-orders"
OF_QUOTES = ("drops-quote-reply", "tells-no-price", "miscounts")


def quote_of(ground: Ground, *uprns: int) -> dict[str, Any]:
    """What Ethernet between these would cost."""
    roles = ("A-END", "B-END")
    return {
        "id": ground.next(),
        "sites": [
            {"name": role, "postcode": "FB1 3AA", "role": role, "address": {"id": str(uprn), "type": "UPRN"}}
            for role, uprn in zip(roles, uprns, strict=True)
        ],
        "contractDetails": {"contractLength": {"value": 36, "unit": "MONTH"}, "billingFrequency": "MONTHLY"},
        "service": [{"serviceSpecification": {"id": "ethernet-epl"}, "serviceCharacteristic": []}],
    }


def ethernet_order(ground: Ground, asked: Mapping[str, Any], number: str) -> dict[str, Any]:
    """All services of such a quote."""
    contact = {"name": "Asha Patel", "phoneNumber": "01632 960001"}
    return {
        "id": ground.next(),
        "tenant": "ISP1",
        "supplierQuoteId": number,
        "siteInformation": [{**one, "primaryContact": contact} for one in asked["sites"]],
        "ethernetOrderItems": [
            {"service": one, "contractDetails": asked["contractDetails"]} for one in asked["service"]
        ],
    }


async def test_ethernet_is_quoted_ordered_once_and_told_of_at_each_end(ground: Ground) -> None:
    asked = quote_of(ground, unvisited("well"), unvisited("well", 501))
    price = await ground.post("/quote", asked)
    assert (price.status, price.body["status"], price.body["contractTotal"]) == (201, "QUOTED", "7960.00")
    assert (await ground.post("/quote", asked)).body == price.body
    assert (await ground.post("/quote", {**asked, "service": asked["service"] * 2})).status == 422
    nowhere = await ground.post("/quote", quote_of(ground, premises.UNKNOWN[0], unvisited("well")))
    assert (nowhere.body["status"], nowhere.body["reasons"][0]["code"]) == ("REJECTED", "ADDRESS_NOT_KNOWN")
    order = ethernet_order(ground, asked, price.body["supplierQuoteId"])
    assert [(await ground.post(PATH, order)).status for _ in range(2)] == [202, 202]
    again = await ground.post(PATH, {**order, "id": ground.next()})
    assert (again.status, again.body["messages"]) == (422, ["supplierQuoteId: was ordered already; quote again"])
    await ground.door.until(lambda: ground.door.reasons() == COURSE)
    last = ground.door.updates[-1]["ethernetServiceOrder"]
    vlans = [one["siteCharacteristics"][0]["name"] for one in last["siteInformation"]]
    circuit = {one["name"] for one in last["ethernetOrderItems"][0]["service"]["serviceCharacteristic"]}
    assert (vlans, circuit) == (["SERVICE_VLAN_ID"] * 2, {"SERVICE_ID", "CIRCUIT_REFERENCE"})
    assert (await ground.get(f"{PATH}/{order['id']}")).body["status"] == "COMPLETED"
    assert (await ground.get(f"/service-orders/{order['id']}")).status == 404


async def test_an_order_is_spoilt_where_its_first_a_end_is(ground: Ground) -> None:
    asked = quote_of(ground, unvisited("drops-order-reply"), unvisited("well"))
    price = await ground.post("/quote", asked)
    order = ethernet_order(ground, asked, price.body["supplierQuoteId"])
    assert (await ground.post(PATH, order)).status == 0
    assert ground.did(kind="order") == ["performed"]
    assert (await ground.get(f"{PATH}/{order['id']}")).status == 200


@pytest.mark.parametrize("name", OF_QUOTES)
async def test_a_quote_is_spoilt_as_it_says(ground: Ground, name: str) -> None:
    asked = quote_of(ground, unvisited(name), unvisited("well"))
    got = await ground.post("/quote", asked)
    assert ground.did(kind="quote") == ["performed"]
    match name:
        case "drops-quote-reply":
            assert (got.status, (await ground.post("/quote", asked)).status) == (0, 0)
        case "tells-no-price":
            assert (got.status, set(got.body)) == (201, {*asked, "created"})
        case _:
            assert (got.body["monthlyTotal"], got.body["recurringCharges"][0]["amount"]) == ("1.00", "210.00")
