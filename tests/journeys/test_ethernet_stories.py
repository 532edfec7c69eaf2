"""Every Ethernet story through the tenant door: told as the overview says, whether or not the tenant answers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.doors.tenant.asking import ask
from tests.doors.tenant.ethernet import CONTACT, one_item, order, place
from tests.doors.tenant.quoting import HALL, QUICK, answered, item, service, site
from tests.journeys.gateway import Gateway

from fibregate.sandbox.library import library
from fibregate.sandbox.written import LETTERS
from fibregate.vocabulary import Reason

SITES = {
    "E01": "999900002001",
    "E02": "999900002002",
    "E03": "999900002003",
    "E04": "999900002004",
    "E05": "999900002005",
    "E06": "999900002006",
    "E07": "999900002007",
    "E08": "999900002008",
    "E09": "999900002009",
    "E10": "999900002010",
    "E11": "999900002011",
    "E14": "999900002014",
}
CODES = ("AA", "AB", "AD", "AE", "AF", "AG", "AH", "AJ", "AL", "AN", "AP", "AS")
POSTCODES = dict(zip(SITES.values(), CODES, strict=True))
LONG = timedelta(days=150)
KCIS = """
select k.reason, k.status, k.facts from kcis as k join orders as o using (tenant_id, order_key)
where k.tenant_id = $1 and o.id = $2 order by k.sequence_number
"""
DATES = """
select d.which, d.caused_by from order_dates as d join orders as o using (tenant_id, order_key)
where d.tenant_id = $1 and o.id = $2 and d.moved_from is not null order by d.move, d.which
"""


async def ordered(running: Gateway, story: str, *, cap: str | None = None, **more: Any) -> int:
    """An order that plays this story, and its number."""
    here, hall = SITES[story], {"postcode": HALL[1]}
    ends = [site(here, postcode=f"FB1 3{POSTCODES[here]}"), site(HALL[0], "B-END", **hall)]
    if story == "E08":
        ends = [site(QUICK), {**ends[0], "role": "B-END"}]
    services = [service()] * (2 if story == "E14" else 1)
    (price,) = await answered(running, item(sites=ends, service=services), request=f"quote-{story}-{cap}")
    items = [one_item(wished=None) for _ in services]
    if cap is not None:
        items[0]["service"]["serviceCharacteristic"].append({"name": "ECC_CHARGEBAND", "value": cap})
    body = order(
        price["supplierQuoteId"],
        siteInformation=[{**one, "primaryContact": CONTACT} for one in ends],
        ethernetOrderItems=items,
        **more,
    )
    got = await place(running, body, request=f"order-{story}-{cap}")
    assert got.status == 201, got.raw
    number: int = got.body["id"]
    return number


async def told(running: Gateway, number: int) -> list[Any]:
    """What the network has said of it, without the gateway's own words."""
    return [one for one in await running.rows("YOUR_TENANT", KCIS, number) if "issuedAt" in one["facts"]]


async def letters(running: Gateway, number: int) -> str:
    return " ".join(LETTERS[Reason(one["reason"])] for one in await told(running, number))


async def texts(running: Gateway, number: int) -> list[str]:
    return [one["facts"]["text"] for one in await told(running, number)]


def day(one: Any, name: str) -> str:
    return str(one["facts"][name])[:10]


async def charges(running: Gateway, number: int) -> list[dict[str, Any]]:
    got = await running.ask("GET", f"/manage/v1/charges?orderId={number}")
    assert got.status == 200, got.raw
    found: list[dict[str, Any]] = got.body["charges"]
    return found


async def test_nobody_answers(running: Gateway) -> None:
    orders = {story: await ordered(running, story, cap="5000.00" if story == "E05" else None) for story in SITES}
    orders["covered"] = await ordered(running, "E04", cap="D")
    await running.walk(LONG)
    stories = library().stories
    said = {story: await letters(running, number) for story, number in orders.items()}
    covered = said.pop("covered")
    assert said == {story: stories[story].unanswered or stories[story].kcis for story in said}
    assert covered == "A U U U C U U U + E"
    await _what_it_cost(running, orders)
    kcis = await told(running, orders["E02"])
    assert {day(one, "committedDate") for one in kcis[3:]} == {day(kcis[3], "committedDate")}
    assert [day(one, "targetDate") for one in (kcis[3], kcis[-1])] == ["2025-08-12", "2025-09-03"]
    assert (await texts(running, orders["E02"]))[1] == "MILESTONE survey visit on Friday 11 July with Asha Patel."
    moved = await running.rows("YOUR_TENANT", DATES, orders["E09"])
    assert [(one["which"], one["caused_by"]) for one in moved] == [("TARGET", "NETWORK")] * 2
    assert (await texts(running, orders["E03"]))[-1] == "Ended: no answer."
    warned = await told(running, orders["E03"])
    asked, ends = (datetime.fromisoformat(warned[place]["facts"]["happenedAt"]) for place in (2, 4))
    assert ends - asked > timedelta(days=27), "twenty working days"
    assert running.bugs() == []


async def _what_it_cost(running: Gateway, orders: Mapping[str, int]) -> None:
    shown = {story: await charges(running, orders[story]) for story in ("E04", "E05", "E06", "covered", "E01")}
    parts = ("state", "construction", "included", "amount")
    assert {story: [tuple(one[part] for part in parts) for one in found] for story, found in shown.items()} == {
        "E04": [("LAPSED", "5150.00", "2800.00", "2350.00")],
        "E05": [("LAPSED", "14900.00", "2800.00", "12100.00")],
        "E06": [("LAPSED", "5150.00", "2800.00", "2350.00")],
        "covered": [("ACCEPTED", "5150.00", "2800.00", "2350.00")],
        "E01": [],
    }
    assert "12,100.00 to pay, over your cap of 5,000.00." in (await texts(running, orders["E05"]))[3]
    assert "2,350.00 to pay. New duct" in (await texts(running, orders["E06"]))[3]
    assert (await texts(running, orders["covered"]))[3] == "2,350.00 accepted under your cap."
    late = {"decision": "ACCEPT", "amount": "2350.00"}
    refused = await running.ask("POST", f"/manage/v1/charges/{shown['E06'][0]['id']}/decision", body=late)
    assert "is LAPSED since 2025-08" in refused.body["messages"][0]


async def test_a_tenant_that_answers(running: Gateway) -> None:
    asking = ("E03", "E04", "E05", "E10", "E11", "E14")
    orders = {story: await ordered(running, story) for story in asking}
    orders["owner"] = await ordered_by_an_owner(running)
    for _ in range(22):
        await running.walk(timedelta(days=7))
        for story, number in orders.items():
            await answer(running, story, number)
    stories = library().stories
    said = {story: await letters(running, number) for story, number in orders.items()}
    assert said.pop("owner") == "A C U U + E"
    assert said.pop("E14") == "A U U W a C U U + E"
    assert said.pop("E03") == "A W I n a D X"
    assert said == {story: stories[story].kcis for story in said}
    (charge,) = await charges(running, orders["E05"])
    assert (charge["state"], charge["decision"]) == ("DECLINED", "DECLINE")
    assert (await texts(running, orders["E05"]))[-1] == "Declined. Survey 0.00, nothing to pay."
    assert [one["state"] for one in await charges(running, orders["E04"])] == ["ACCEPTED"]
    moved = await running.rows("YOUR_TENANT", DATES, orders["E10"])
    assert {(one["which"], one["caused_by"]) for one in moved} == {("COMMITTED", "TENANT"), ("TARGET", "TENANT")}
    read = (await ask(running, "GET", f"ethernet/service-orders/{orders['E10']}")).body
    far_end = {one["name"]: one["value"] for one in read["siteInformation"][1]["siteCharacteristics"]}
    assert far_end == {"POINT_OF_INTERCONNECT": "ENNI-001 port 7", "SERVICE_VLAN_ID": "101.777"}
    (live,) = (await running.ask("GET", f"/manage/v1/services?uprn={SITES['E10']}")).body["services"]
    assert live["circuit"]["sites"][1]["serviceVlanId"] == "101.777"
    assert running.bugs() == []


async def ordered_by_an_owner(running: Gateway) -> int:
    (price,) = await answered(
        running,
        item(sites=[site(SITES["E03"], postcode="FB1 3AD"), site(HALL[0], "B-END")]),
        request="quote-owner",
    )
    ends = [
        {**site(SITES["E03"], postcode="FB1 3AD"), "primaryContact": CONTACT, "wayleave": {"wayleaveOwner": True}},
        {**site(HALL[0], "B-END"), "primaryContact": CONTACT},
    ]
    got = await place(running, order(price["supplierQuoteId"], siteInformation=ends), request="order-owner")
    assert got.status == 201, got.raw
    number: int = got.body["id"]
    return number


async def answer(running: Gateway, story: str, number: int) -> None:
    """What the story advises, where the order waits for its tenant."""
    said = await told(running, number)
    waits = bool(said) and said[-1]["status"] == "PENDING"
    if waits and story in {"E04", "E05"}:
        (charge,) = await charges(running, number)
        yes = {"decision": "ACCEPT", "amount": charge["amount"]}
        body = yes if story == "E04" else {"decision": "DECLINE"}
        got = await running.ask("POST", f"/manage/v1/charges/{charge['id']}/decision", body=body)
        assert got.status == 200, got.raw
    elif waits or (story == "E14" and said and said[-1]["reason"] == "WARNING"):
        tried = sum(one["reason"] == "AMENDMENT_REJECTED" for one in said)
        await amend(running, number, **AMENDMENTS[story][tried])


AMENDMENTS: Mapping[str, list[dict[str, Any]]] = {
    "E03": [{"hazards": "None known."}, {"notes": "Ask Ben Okoro, 01632 960002."}],
    "E10": [
        {
            "serviceCharacteristics": [
                {"name": "POINT_OF_INTERCONNECT", "value": "ENNI-001 port 7"},
                {"name": "SERVICE_VLAN_ID", "value": "101.777"},
            ]
        }
    ],
    "E11": [{"hazards": "Register in the boiler room.", "onSiteRestrictions": "Closed on Fridays."}],
    "E14": [{"notes": "Accept shared."}],
}


async def amend(running: Gateway, number: int, **what: Any) -> None:
    now = (await running.clock.now()).isoformat()
    got = await ask(running, "POST", "service-order-amendments", {"orderId": number, **what}, request=f"{number}-{now}")
    assert got.status == 201, got.raw


async def test_what_an_amendment_may_not_change(running: Gateway) -> None:
    number = await ordered(running, "E10")
    await running.walk(timedelta(hours=2))
    sent = [
        {"name": "POINT_OF_INTERCONNECT", "value": "10G10G"},
        {"name": "SERVICE_VLAN_ID", "value": "4095"},
        {"name": "ECC_CHARGEBAND", "value": "lots"},
        {"name": "SPEED", "value": "1"},
    ]
    body = {"orderId": number, "serviceCharacteristics": sent, "requestedCompletionDate": "2025-09-01"}
    got = await ask(running, "POST", "service-order-amendments", body, request="bad")
    messages = got.refused(422, "INVALID_REQUEST")
    options = await running.ask("GET", f"/manage/v1/orders/{number}/options")
    fields = ["serviceCharacteristics", "primaryContact", "secondaryContact", "hazards", "onSiteRestrictions", "notes"]
    assert options.body["amend"]["fields"] == fields
    assert [one.partition(":")[0] for one in sorted(messages)] == [
        "requestedCompletionDate",
        "serviceCharacteristics[0].value",
        "serviceCharacteristics[1].value",
        "serviceCharacteristics[2].value",
        "serviceCharacteristics[3].name",
    ]


async def test_a_cap_is_an_amount(running: Gateway) -> None:
    (price,) = await answered(running, item())
    items = [one_item()]
    items[0]["service"]["serviceCharacteristic"].append({"name": "ECC_CHARGEBAND", "value": "-5"})
    got = await place(running, order(price["supplierQuoteId"], ethernetOrderItems=items))
    (message,) = got.refused(422, "INVALID_REQUEST")
    assert message.startswith("ethernetOrderItems[0].service.serviceCharacteristic[0].value")
