"""Ethernet orders at the tenant door: what is taken, what is refused, and that a price is ordered once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tests.doors.tenant.asking import ask, provide, visit
from tests.doors.tenant.ethernet import CONTACT, ends, one_item, order, ordered, place, quoted
from tests.doors.tenant.quoting import HALL, ONE_DAY, answered, item, service, site
from tests.journeys.gateway import Gateway

ORDERS = "select id from orders where tenant_id = $1 and service_type = 'ETHERNET'"
UNPRICED = """
select e.order_key from ethernet_orders as e join orders as o on o.tenant_id = $1 and o.order_key = e.order_key
left join quote_items as i
    on i.tenant_id = $1 and i.supplier_id = e.supplier_id and i.supplier_quote_id = e.supplier_quote_id
where e.tenant_id = $1 and (i.status is distinct from 'QUOTED' or o.created_at > i.valid_until)
"""


async def test_an_order_echoes_what_was_sent_with_what_we_know_of_it(running: Gateway) -> None:
    body = order(await quoted(running))
    got = await place(running, body)
    assert got.status == 201, got.raw
    shown = got.body
    body["ethernetOrderItems"][0]["service"]["serviceSpecification"]["name"] = "Ethernet private line"
    assert {name: shown[name] for name in body} == body
    assert (shown["id"], shown["status"], shown["updates"]) == (1, "RECEIVED_BY_GATEWAY", [])
    assert set(shown) == {*body, "id", "status", "updates", "created", "updated"}
    await running.walk(timedelta(seconds=1))
    read = (await ask(running, "GET", f"ethernet/service-orders/{shown['id']}")).body
    assert (read["status"], [one["information"]["type"] for one in read["updates"]]) == ("SENT_TO_SUPPLIER", ["UPDATE"])
    listed = (await running.ask("GET", "/manage/v1/orders")).body["orders"]
    assert [one["id"] for one in listed] == [1]


async def test_each_door_shows_its_own_kind_only_and_a_foreign_order_is_an_absent_one(running: Gateway) -> None:
    number = await ordered(running)
    visit_made = await ask(running, "POST", "appointments", visit(), request="r3")
    booked = await ask(running, "POST", "service-orders", provide(visit_made.body["id"]), request="r4")
    assert booked.status == 201, booked.raw
    absent = (await ask(running, "GET", "ethernet/service-orders/77")).refused(404, "NOT_FOUND")
    there = [
        (f"ethernet/service-orders/{booked.body['id']}", "YOUR_TENANT"),
        (f"service-orders/{number}", "YOUR_TENANT"),
        (f"ethernet/service-orders/{number}", "ISP1"),
    ]
    for path, tenant in there:
        told = (await ask(running, "GET", path, tenant=tenant)).refused(404, "NOT_FOUND")
        assert [one.replace(path.rpartition("/")[2], "77") for one in told] == absent


async def test_an_equal_request_has_the_same_answer_and_orders_once(running: Gateway) -> None:
    body = order(await quoted(running))
    first, *again = await asyncio.gather(*(place(running, body) for _ in range(3)))
    assert {(one.status, one.raw) for one in again} == {(201, first.raw)}
    assert len(await running.rows("YOUR_TENANT", ORDERS)) == 1
    told = (await place(running, body, request="r2")).refused(422, "INVALID_REQUEST")
    assert told == ["supplierQuoteId: SUPP2-QUO-ETH-5002 was ordered already, by order 1; quote again"]


async def test_of_many_orders_of_one_price_at_once_one_is_taken(running: Gateway) -> None:
    body = order(await quoted(running))
    got = await asyncio.gather(*(place(running, body, request=f"r{n}") for n in range(6)))
    assert sorted(one.status for one in got) == [201, *[422] * 5]
    assert len(await running.rows("YOUR_TENANT", ORDERS)) == 1
    assert await running.rows("YOUR_TENANT", UNPRICED) == []


def _at(place: int, **more: Any) -> dict[str, Any]:
    sites = ends()
    sites[place] |= more
    return {"siteInformation": sites}


A_ENDS = [{**one, "role": "A-END", "name": name} for one, name in zip(ends(), ("Here", "There"), strict=True)]
CONTRACT = one_item()["contractDetails"]
REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"supplier": "NOBODY"}, ["supplier: NOBODY is no supplier of yours; accepted: NETWORK1, SUPPLIER2"]),
    ({"supplier": "NETWORK1"}, ["supplierQuoteId: NETWORK1 gave you no price SUPP2-QUO-ETH-5002; quote first"]),
    ({"supplierQuoteId": "no"}, ["supplierQuoteId: SUPPLIER2 gave you no price no; quote first"]),
    (_at(0, postcode="FB1 3AZ"), ["siteInformation[0].postcode: FB1 3AZ is quoted as FB1 3AA"]),
    (_at(1, postcode="fb19zz"), []),
    (
        _at(1, address={"id": "999900002002", "type": "UPRN"}),
        [
            "siteInformation[1].address: B-END B-END at UPRN 999900002002 is not in the quote",
            "siteInformation: B-END B-END at UPRN 999900002900 was quoted, too",
        ],
    ),
    (_at(1, address={"id": "0999900002900", "type": "UPRN"}), []),
    (
        {"siteInformation": A_ENDS},
        [
            (
                "ethernetOrderItems[0].service.serviceSpecification.id: ethernet-epl joins one A-END with one B-END; "
                "sites: Here is A-END, There is A-END"
            ),
            "siteInformation[1].role: A-END There is quoted as B-END",
        ],
    ),
    (
        {"ethernetOrderItems": [one_item(service=service("10G10G"))]},
        [
            (
                "ethernetOrderItems[0].service.serviceCharacteristic: POINT_OF_INTERCONNECT 10G10G, here or at the "
                "sites, is quoted as 1G1G"
            ),
        ],
    ),
    (_at(0, siteCharacteristics=[{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]), []),
    (
        {"ethernetOrderItems": [one_item(service=service(None, "ftthl2r"))]},
        ["ethernetOrderItems[0].service.serviceSpecification.id: 'ftthl2r' is quoted as ethernet-epl"],
    ),
    (
        {"ethernetOrderItems": [one_item(months=60)]},
        ["ethernetOrderItems[0].contractDetails.contractLength: 60 months is quoted as 36"],
    ),
    (
        {"ethernetOrderItems": [one_item(contractDetails={**CONTRACT, "billingFrequency": "YEARLY"})]},
        ["ethernetOrderItems[0].contractDetails.billingFrequency: YEARLY is quoted as MONTHLY"],
    ),
    (
        {"ethernetOrderItems": [one_item(), one_item()]},
        ["ethernetOrderItems: 2 ordered, 1 quoted; order every service of the quote once"],
    ),
    (
        {"ethernetOrderItems": [one_item(wished="2025-06-30")]},
        ["ethernetOrderItems[0].requestedCompletionDate: 2025-06-30 is past; accepted: 2025-07-01 or later"],
    ),
    ({"ethernetOrderItems": [one_item(wished="2025-07-01")]}, []),
]


async def test_what_is_not_as_quoted_is_refused_and_writes_nothing(running: Gateway) -> None:
    number = await quoted(running)
    taken = 0
    for place_in, (changes, wanted) in enumerate(REFUSED):
        body = order(number, **changes)
        if wanted:
            got = await place(running, body, request=f"r{place_in}")
            assert got.refused(422, "INVALID_REQUEST") == wanted
        else:
            taken += 1
            got = await place(running, {**body, "supplierQuoteId": await quoted(running, number=taken + 1)})
            assert got.status == 201, got.raw
        assert len(await running.rows("YOUR_TENANT", ORDERS)) == taken
    foreign = await place(running, order(number), tenant="ISP1")
    unknown = foreign.refused(422, "INVALID_REQUEST")
    assert unknown == [f"supplierQuoteId: SUPPLIER2 gave you no price {number}; quote first"]
    good = await place(running, order(number), request="good")
    assert (good.status, good.body["id"]) == (201, taken + 1)  # what was refused has used up no number
    assert await running.rows("YOUR_TENANT", UNPRICED) == []


async def test_every_fault_is_told_at_once_beside_those_of_fields_that_cannot_be_read(running: Gateway) -> None:
    number = await quoted(running)
    wrong = order(number, **_at(0, postcode="FB1 3AZ"), ethernetOrderItems=[one_item(months=60, wished="2025-06-30")])
    told = (await place(running, wrong)).refused(422, "INVALID_REQUEST")
    assert [one.partition(":")[0] for one in told] == [
        "ethernetOrderItems[0].requestedCompletionDate",
        "siteInformation[0].postcode",
        "ethernetOrderItems[0].contractDetails.contractLength",
    ]
    wrong["siteInformation"][0].pop("role")
    told = (await place(running, wrong)).refused(400, "MALFORMED_REQUEST")
    assert [one.partition(":")[0] for one in told] == [
        "siteInformation[0].role",
        "ethernetOrderItems[0].requestedCompletionDate",
        "ethernetOrderItems[0].contractDetails.contractLength",
    ]


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        ({"siteInformation": "here"}, 400),
        ({"supplierQuoteId": None}, 400),
        ({"supplier": 7}, 400),
        ({"siteInformation": ends() * 11}, 422),
        ({"siteInformation": ends()[:1]}, 422),
        ({"ethernetOrderItems": []}, 422),
    ],
)
async def test_what_cannot_be_read_is_refused(running: Gateway, spoil: dict[str, Any], status: int) -> None:
    body = {name: value for name, value in order("x", **spoil).items() if value is not None}
    assert (await place(running, body)).status == status


async def test_an_old_price_is_refused_with_its_last_moment(running: Gateway) -> None:
    number = await quoted(running, at=ONE_DAY)
    await running.walk(timedelta(days=1, minutes=1))
    sites = [{**site(ONE_DAY), "primaryContact": CONTACT}, {**site(HALL[0], "B-END"), "primaryContact": CONTACT}]
    (told,) = (await place(running, order(number, siteInformation=sites))).refused(422, "INVALID_REQUEST")
    assert told.startswith(f"supplierQuoteId: {number} held until 2025-07-02T09:")
    assert told.endswith("; quote again")


async def test_an_alternate_is_ordered_by_its_own_number_and_a_rejection_by_none(running: Gateway) -> None:
    far = "999900002008"
    (one,) = await answered(running, item(sites=[site(far), site(HALL[0], "B-END")], service=[service("10G10G")]))
    (other,) = one["alternates"]
    got = await place(running, order(other["supplierQuoteId"], siteInformation=ends(at=far)))
    assert got.status == 201, got.raw


async def test_an_order_is_cancelled_and_amended_as_far_as_its_quote_leaves_it_open(running: Gateway) -> None:
    number = await ordered(running)
    await running.walk(timedelta(hours=2))
    wrong = {"serviceCharacteristics": [{"name": "POINT_OF_INTERCONNECT", "value": "10G10G"}], "notes": "x"}
    body = {"orderId": number, **wrong, "requestedCompletionDate": "2025-08-30"}
    told = (await ask(running, "POST", "service-order-amendments", body, request="r5")).refused(422, "INVALID_REQUEST")
    assert [one.partition(":")[0] for one in told] == ["requestedCompletionDate", "serviceCharacteristics[0].value"]
    body = {"orderId": number, "notes": "Ring first.", "hazards": "Asbestos in the riser."}
    assert (await ask(running, "POST", "service-order-amendments", body, request="r6")).status == 201
    await running.walk(timedelta(minutes=10))
    read = (await ask(running, "GET", f"ethernet/service-orders/{number}")).body
    assert (read["status"], read["notes"], read["hazards"]) == ("ACKNOWLEDGED", "Ring first.", "Asbestos in the riser.")
    body = {"orderId": number, "reasonCode": "NO_LONGER_REQUIRED"}
    assert (await ask(running, "POST", "service-order-cancellations", body, request="r7")).status == 201
    await running.walk(timedelta(days=40))
    read = (await ask(running, "GET", f"ethernet/service-orders/{number}")).body
    assert (read["status"], read["updates"][-1]["information"]["type"]) == ("CANCELLED", "CANCELLED")
    again = (await place(running, order("SUPP2-QUO-ETH-5002"), request="r8")).refused(422, "INVALID_REQUEST")
    assert again[0].endswith("was ordered already, by order 1; quote again")  # once for good


async def test_an_address_chooses_the_story_and_no_header_does(running: Gateway) -> None:
    body = order(await quoted(running))
    for name in ("X-Scenario", "X-Problem-Code"):
        value = {"X-Scenario": "ORDER_DELAYED", "X-Problem-Code": "NETWORK_ISSUE"}[name]
        got = await place(running, body, request=f"req-{name}", **{name.replace("-", "_"): value})
        (message,) = got.refused(422, "INVALID_REQUEST")
        assert message.startswith(f"{name}: the first A-END's address chooses the story")
    assert (await place(running, body, request="req-delay", X_Kci_Delay="0")).status == 201
