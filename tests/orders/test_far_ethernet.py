"""Ethernet orders at a supplier far away: judged by what it quoted, asked once, looked up, and told of at each end."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.doors.tenant import ethernet
from tests.doors.tenant.quoting import HALL, item, quote, service, site
from tests.journeys.gateway import BY, Gateway, Got
from tests.orders.far import CODE, ISP, Far, far, types
from tests.suppliers.http.peer import PREFIX
from tests.suppliers.http.test_quoting import PRICE

from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.accounts.model import CAPABILITIES
from fibregate.suppliers.answers import Extension
from fibregate.tenants import callers

PATH = "ethernet/service-orders"
SERVICES = "select service_id from services where tenant_id = $1 and state = 'ACTIVE' and service <> 'fttp'"
RATE = service("1G1G")["serviceCharacteristic"]


@pytest.fixture
async def there(running: Gateway) -> AsyncIterator[Far]:
    async with far(running) as one:
        await able(running, list(CAPABILITIES))
        yield one


async def able(running: Gateway, capabilities: list[str], extensions: Sequence[str] = tuple(Extension)) -> None:
    async with running.db.tx(None) as tx:
        await accounts.change(tx, CODE, capabilities=capabilities, extensions=extensions, by=BY)


async def quoted(there: Far, number: str = "ALT-17", **asked: Any) -> None:
    """The supplier has given this number, for a price of the services as they are asked."""
    told = {"id": str(uuid4()), "status": "QUOTED", **PRICE, "supplierQuoteId": number}
    there.answers["POST quote"] = (201, told)
    got = await there.ask("POST", "quote", quote(item(supplier=CODE, **asked)))
    assert (got.status, got.body["quoteItems"][0]["status"]) == (201, "QUOTED"), got.raw


async def place(there: Far, number: str = "ALT-17", **more: Any) -> Got:
    return await there.ask("POST", PATH, ethernet.order(number, supplier=CODE, **more))


async def read(there: Far, order: int) -> Any:
    got = await there.ask("GET", f"{PATH}/{order}")
    assert got.status == 200, got.raw
    return got.body


async def test_an_order_goes_out_as_the_contract_has_it_and_is_told_of_at_each_end(there: Far) -> None:
    await quoted(there)
    there.answers["POST service-orders"] = (202, None)
    sites, technician = ethernet.ends(), {"name": "Kim", "phoneNumber": "01632 960009"}
    sites[0] |= {"hazards": "a dog", "notes": "ring", "secondaryContact": technician}
    sites[0] |= {"wayleave": {"wayleaveOwner": False, "wayleaveContact": ethernet.CONTACT}}
    items = [ethernet.one_item(technicalContact=technician)]
    made = await place(there, siteInformation=sites, ethernetOrderItems=items)
    assert made.status == 201, made.raw
    await there.gateway.walk(timedelta(seconds=5))
    heard = next(one for one in there.there.calls if one.path.endswith(PATH))
    assert heard.path == f"{PREFIX}/{PATH}"
    number = heard.body["id"]
    assert heard.body == {
        "id": number,
        "tenant": there.us,
        "supplierQuoteId": "ALT-17",
        "siteInformation": sites,
        "ethernetOrderItems": items,
    }
    shown = await read(there, made.body["id"])
    assert (shown["status"], types(shown)) == ("SENT_TO_SUPPLIER", ["UPDATE"])
    given = {
        "supplierOrderReference": "A-9",
        "siteInformation": [
            {"siteCharacteristics": [{"name": "SERVICE_VLAN_ID", "value": "7.8"}]},
            {"siteCharacteristics": [*RATE, {"name": "SERVICE_VLAN_ID", "value": "7.9"}]},
        ],
        "ethernetOrderItems": [{"service": {"serviceCharacteristic": [{"name": "SERVICE_ID", "value": "S-1"}]}}],
    }
    dates = {"committedDate": "2025-07-22T12:00:00Z", "targetDate": "2025-07-22T12:00:00Z"}
    for reason, about in (("COMMITTED", {"status": "IN_PROGRESS", **dates}), ("COMPLETED", {"status": "COMPLETED"})):
        got = await there.tell(number, reason, kind="ethernet", about=about | given)
        assert got.status == 204, got.raw
    await there.gateway.walk(timedelta(minutes=1))
    shown = await read(there, made.body["id"])
    assert (shown["status"], shown["supplierOrderNumber"]) == ("COMPLETED", "A-9")
    assert types(shown) == ["UPDATE", "ACKNOWLEDGED", "COMMITTED", "COMPLETED"]
    here, hall = shown["siteInformation"]
    assert here["siteCharacteristics"] == [{"name": "SERVICE_VLAN_ID", "value": "7.8"}]
    assert hall["siteCharacteristics"] == [{"name": "SERVICE_VLAN_ID", "value": "7.9"}]
    circuit = shown["ethernetOrderItems"][0]["service"]["serviceCharacteristic"]
    assert circuit == [*RATE, {"name": "SERVICE_ID", "value": "S-1"}]
    assert await there.gateway.rows(ISP, SERVICES) == []


async def test_an_answer_that_was_lost_is_looked_up_and_never_sent_again(there: Far) -> None:
    await quoted(there)
    there.answers["POST service-orders"] = (500, {"messages": ["on fire"]})
    there.answers["GET service-orders"] = (200, {"status": "ACKNOWLEDGED", "supplierOrderNumber": "A-9"})
    made = await place(there)
    await there.gateway.walk(timedelta(minutes=1))
    shown = await read(there, made.body["id"])
    assert (shown["status"], types(shown)) == ("ACKNOWLEDGED", ["UPDATE", "ACKNOWLEDGED"])
    (asked,) = there.asked("service-orders")
    looks = {one.path for one in there.there.calls if one.method == "GET"}
    assert looks == {f"{PREFIX}/{PATH}/{asked['id']}"}


async def test_where_nothing_can_be_looked_up_its_own_news_is_waited_for(
    there: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "FRESH_SECONDS", 0.0)
    await able(there.gateway, list(CAPABILITIES), extensions=["READ_ORDER"])
    await quoted(there)
    there.answers["POST service-orders"] = (500, {"messages": ["on fire"]})
    made = await place(there)
    await there.gateway.walk(timedelta(minutes=5))
    (asked,) = there.asked("service-orders")
    assert [one.path for one in there.there.calls if one.method == "GET"] == []
    told = {"status": "ACKNOWLEDGED", "supplierOrderReference": "A-9"}
    assert (await there.tell(asked["id"], "ACKNOWLEDGED", kind="ethernet", about=told)).status == 204
    await there.gateway.walk(timedelta(minutes=20))
    assert (await read(there, made.body["id"]))["status"] == "ACKNOWLEDGED"
    assert len(there.asked("service-orders")) == 1


async def test_what_it_refuses_ends_the_order_in_its_words(there: Far) -> None:
    await quoted(there)
    there.answers["POST service-orders"] = (422, {"messages": ["supplierQuoteId: is too old"]})
    made = await place(there)
    await there.gateway.walk(timedelta(minutes=1))
    shown = await read(there, made.body["id"])
    assert (shown["status"], shown["updates"][0]["information"]["text"]) == ("REJECTED", "supplierQuoteId: is too old")
    told = (await place(there)).refused(422, "INVALID_REQUEST")
    assert told == [f"supplierQuoteId: ALT-17 was ordered already, by order {made.body['id']}; quote again"]


async def test_an_order_is_held_against_what_its_supplier_quoted_and_nothing_else(there: Far) -> None:
    there.answers["POST service-orders"] = (202, None)
    contract = {"contractLength": {"value": 36, "unit": "MONTH"}}
    ends = [{**site(), "siteCharacteristics": RATE}, site(HALL[0], "A-END")]
    await quoted(there, sites=ends, service=[service(None, "their-own")], contractDetails=contract)
    sites = [{**one, "primaryContact": ethernet.CONTACT} for one in ends]
    ordered = {**ethernet.one_item(), "service": service(None, "their-own")}
    shorter = {"contractLength": {"value": 12, "unit": "MONTH"}}
    wrong = {**ordered, "service": service("10G10G", "their-own"), "contractDetails": shorter}
    got = await place(there, siteInformation=sites, ethernetOrderItems=[wrong])
    told = got.refused(422, "INVALID_REQUEST")
    assert [one.split(":")[0] for one in told] == [
        "ethernetOrderItems[0].contractDetails.contractLength",
        "ethernetOrderItems[0].service.serviceCharacteristic",
    ]
    assert told[1].endswith("is quoted as 1G1G")
    billed = {"contractDetails": {**contract, "billingFrequency": "QUARTERLY"}}
    got = await place(there, siteInformation=sites, ethernetOrderItems=[ordered | billed])
    assert got.status == 201, got.raw


async def test_who_takes_no_such_orders_is_not_asked(there: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "FRESH_SECONDS", 0.0)
    await quoted(there)
    await able(there.gateway, ["QUOTES"])
    (told,) = (await place(there)).refused(501, "NOT_IMPLEMENTED")
    assert told == f"supplier: {CODE} does not offer ethernet orders; it offers quotes"
    assert there.asked("service-orders") == []
