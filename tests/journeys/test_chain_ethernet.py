"""Ethernet through two gateways: asked and ordered at the near one, built by the far one's network, told alike."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, cast

import pytest
from tests.doors.tenant import ethernet
from tests.doors.tenant.quoting import DUG, OUT_OF_REACH, item, quote, service, site
from tests.doors.wholesale.test_ethernet_orders import body, quoted
from tests.journeys import comparing
from tests.journeys.chain import ISP, SUPPLIER, THERE, Chain
from tests.journeys.customer import Customer, Json
from tests.journeys.gateway import BY, Gateway

from fibregate.cli.demo.receiver import listening
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.accounts.model import CAPABILITIES

DIRECTLY = "ISP2"
"""A tenant of the far gateway's own."""

PATH = "ethernet/service-orders"
GIVEN_OUT: Final = {"SERVICE_ID", "CIRCUIT_REFERENCE", "SERVICE_VLAN_ID"}
_CIRCUIT: Final = re.compile(r"ETH[0-9/]+")


@pytest.fixture
async def able(chain: Chain) -> Chain:
    """The far gateway quotes, and takes orders for Ethernet."""
    async with chain.near.db.tx(None) as tx:
        await accounts.change(tx, SUPPLIER, capabilities=list(CAPABILITIES), by=BY)
    return chain


async def asked(chain: Chain, *items: Json) -> list[Json]:
    got = await chain.ask("POST", "quote", quote(*items))
    assert got.status == 201, got.raw
    return cast("list[Json]", got.body["quoteItems"])


async def test_an_order_is_built_and_told_through_two_gateways_as_it_is_directly(able: Chain) -> None:
    async with listening() as heard, listening() as straight:
        isp, direct = Customer(able.near, ISP, heard, SUPPLIER), Customer(able.far, DIRECTLY, straight)
        await isp.listen()
        await direct.listen()
        (price,) = await asked(able, item(supplier=SUPPLIER))
        assert (price["status"], price["level"], price["monthlyTotal"]) == ("QUOTED", "FIRM", "297.50")
        ordered = ethernet.order(price["supplierQuoteId"], supplier=SUPPLIER)
        made = await able.ask("POST", PATH, ordered)
        assert made.status == 201, made.raw
        there = body(await quoted(able.far, tenant=DIRECTLY), tenant=DIRECTLY)
        placed = await able.far.ask("POST", PATH, tenant=DIRECTLY, body=there)
        assert placed.status == 202, placed.raw
        await able.walk(timedelta(days=24))
        assert await heard.until(7, 20)
        assert await straight.until(6, 20)
        sent, *through = isp.told(made.body["id"])
        assert sent["information"]["text"] == f"Order sent to {SUPPLIER}."
        assert [_comparable(one) for one in through] == [_comparable(one) for one in direct.told(131)]
        read = (await able.ask("GET", f"{PATH}/{made.body['id']}")).body
        assert read["status"] == "COMPLETED"
        far = await able.far.ask("GET", "/manage/v1/orders", tenant=THERE)
        assert [one["status"] for one in far.body["orders"]] == ["COMPLETED"]
        vlans = [_named(one, "siteCharacteristics")["SERVICE_VLAN_ID"] for one in read["siteInformation"]]
        assert len({*vlans}) == 2


def _named(part: Mapping[str, Any], member: str) -> dict[str, str]:
    return {one["name"]: one["value"] for one in part[member]}


def _comparable(kci: Mapping[str, Any]) -> Json:
    return {name: _masked(value) for name, value in comparing.comparable(kci).items() if "supplierQuoteId" not in name}


def _masked(value: Any) -> Any:
    """What the far network gives out in the order in which orders come to it."""
    if isinstance(value, list):
        return [_masked(one) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        found = cast("Json", value)
        given = found.get("name") in GIVEN_OUT
        return {name: "given" if given and name == "value" else _masked(one) for name, one in found.items()}
    return _CIRCUIT.sub("{circuit}", value) if isinstance(value, str) else value


async def test_prices_rejections_and_faults_are_passed_on_as_the_far_network_has_them(able: Chain) -> None:
    reach = [site(), site(OUT_OF_REACH, "B-END")]
    had, refused, wrong = await asked(
        able,
        item(1, at=DUG, supplier=SUPPLIER),
        item(2, supplier=SUPPLIER, sites=reach, service=[service("10G10G")]),
        item(3, supplier=SUPPLIER, months=7),
    )
    assert had["indicativeConstruction"][0]["excess"] == "1200.00"
    assert (refused["status"], refused["reasons"][0]["code"]) == ("REJECTED", "NO_HEADEND")
    assert refused["alternates"][0]["supplierQuoteId"].startswith("NETWORK1-QUO-ETH-")
    assert (wrong["status"], wrong["reasons"][0]["code"]) == ("FAILED", "INVALID_REQUEST")
    assert wrong["reasons"][0]["text"].startswith("contractDetails.contractLength: 7 months is not sold")


async def test_it_is_amended_and_cancelled_through_both(able: Chain) -> None:
    (price,) = await asked(able, item(supplier=SUPPLIER))
    made = await able.ask("POST", PATH, ethernet.order(price["supplierQuoteId"], supplier=SUPPLIER))
    number = made.body["id"]
    await able.walk(timedelta(hours=2))
    changed = await able.ask("POST", "service-order-amendments", {"orderId": number, "notes": "Ring twice."})
    assert changed.status == 201, changed.raw
    await able.walk(timedelta(hours=1))
    read = (await able.ask("GET", f"{PATH}/{number}")).body
    assert (read["status"], read["notes"]) == ("ACKNOWLEDGED", "Ring twice.")
    over = {"orderId": number, "reasonCode": "NO_LONGER_REQUIRED"}
    assert (await able.ask("POST", "service-order-cancellations", over)).status == 201
    await able.walk(timedelta(hours=1))
    assert (await able.ask("GET", f"{PATH}/{number}")).body["status"] == "CANCELLED"
    far = await able.far.ask("GET", "/manage/v1/orders", tenant=THERE)
    assert [one["status"] for one in far.body["orders"]] == ["CANCELLED"]


async def test_a_charge_is_asked_accepted_and_built_through_both(able: Chain) -> None:
    (price,) = await asked(able, item(at=DUG, supplier=SUPPLIER))
    here = ethernet.order(price["supplierQuoteId"], supplier=SUPPLIER, siteInformation=ethernet.ends(at=DUG))
    made = await able.ask("POST", PATH, here)
    assert made.status == 201, made.raw
    await able.walk(timedelta(days=14))
    ours, theirs = [await _charge(one, tenant) for one, tenant in ((able.near, ISP), (able.far, THERE))]
    assert ours["state"] == theirs["state"] == "AWAITING_RESPONSE"
    amounts = ("construction", "included", "amount", "text", "answerBy")
    assert [ours[name] for name in amounts] == [theirs[name] for name in amounts]
    yes = {"decision": "ACCEPT", "amount": "2350.00"}
    path = f"/manage/v1/charges/{ours['id']}/decision"
    assert (await able.near.ask("POST", path, tenant=ISP, body=yes)).status == 200
    await able.walk(timedelta(days=100))
    states = [(await _charge(one, tenant))["state"] for one, tenant in ((able.near, ISP), (able.far, THERE))]
    assert states == ["ACCEPTED", "ACCEPTED"]
    read = (await able.ask("GET", f"{PATH}/{made.body['id']}")).body
    assert (read["status"], read["committedDate"]) == ("COMPLETED", read["targetDate"])


async def _charge(gateway: Gateway, tenant: str) -> Json:
    (charge,) = (await gateway.ask("GET", "/manage/v1/charges", tenant=tenant)).body["charges"]
    return cast("Json", charge)
