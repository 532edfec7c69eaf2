"""Quotes at the tenant door: what each site's price is, what is refused, and that a quote is asked for once."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.doors.tenant import far
from tests.doors.tenant.asking import ask, provide
from tests.doors.tenant.quoting import (
    DOCUMENTS_SITE,
    DUG,
    HALL,
    ONE_DAY,
    OUT_OF_REACH,
    QUICK,
    SURVEYED,
    answered,
    asked,
    item,
    quote,
    service,
    site,
)
from tests.journeys.gateway import Gateway

POWER = {"name": "END_USER_CPE", "value": "ROUTER"}
KEPT = "select sites from quote_items where tenant_id = $1 and supplier_quote_id = $2"
COUNT = "select quote_id from quotes where tenant_id = $1 and external_identifier <> 'E00'"


async def test_a_site_with_fibre_in_the_building_has_a_firm_price(running: Gateway) -> None:
    got = await asked(running)
    assert got.status == 201, got.raw
    whole = got.body
    (only,) = whole.pop("quoteItems")
    assert (whole["externalId"], whole["created"][:13]) == ("TENDER-7", "2025-07-01T09")
    sent = item()
    sent["service"][0]["serviceSpecification"]["name"] = "Ethernet private line"
    until = only.pop("validUntil")
    assert until == whole["created"].replace("2025-07-01", "2025-07-31")
    assert only == {
        **sent,
        "status": "QUOTED",
        "supplierQuoteId": "SUPP2-QUO-ETH-5002",
        "level": "FIRM",
        "currency": "GBP",
        "oneOffCharges": [{"name": "Connection ethernet-epl 1G1G", "amount": "500.00"}],
        "oneOffTotal": "500.00",
        "recurringCharges": [
            {"name": "Rental ethernet-epl 1G1G, 36 months", "amount": "318.98", "frequency": "MONTHLY"}
        ],
        "monthlyTotal": "318.98",
        "contractTotal": "11983.28",
        "leadTimeWorkingDays": 15,
    }


async def test_suppliers_are_asked_side_by_side_and_number_by_themselves(running: Gateway) -> None:
    items = await answered(running, item(0, supplier="NETWORK1"), item(3), item(5, supplier="NETWORK1"))
    assert [(one["id"], one["supplierQuoteId"]) for one in items] == [
        (0, "NETWORK1-QUO-ETH-1"),
        (3, "SUPP2-QUO-ETH-5002"),
        (5, "NETWORK1-QUO-ETH-2"),
    ]
    assert items[0]["monthlyTotal"] == "297.50"


async def test_two_quotes_that_name_suppliers_the_other_way_round_do_not_wait_for_each_other(running: Gateway) -> None:
    ways = [("NETWORK1", "SUPPLIER2"), ("SUPPLIER2", "NETWORK1")] * 4
    bodies = [[item(number, supplier=code) for number, code in enumerate(codes, 1)] for codes in ways]
    found = await asyncio.gather(*(answered(running, *one, request=f"r{n}") for n, one in enumerate(bodies)))
    given = sorted(one["supplierQuoteId"] for items in found for one in items)
    assert given == sorted(
        [*(f"NETWORK1-QUO-ETH-{n}" for n in range(1, 9)), *(f"SUPP2-QUO-ETH-{n}" for n in range(5002, 5010))]
    )


LEVELS = {QUICK: ("FIRM", 15), SURVEYED: ("FIRM_SUBJECT_TO_SURVEY", 30), DUG: ("FIRM_SUBJECT_TO_SURVEY", 65)}


async def test_what_is_to_be_done_at_a_site_decides_how_firm_and_how_soon(running: Gateway) -> None:
    items = await answered(running, *(item(number, at=uprn) for number, uprn in enumerate(LEVELS, 1)))
    assert [(one["level"], one["leadTimeWorkingDays"]) for one in items] == list(LEVELS.values())
    built = items[2]["indicativeConstruction"]
    assert built == [{"site": "A-END A-END", "amount": "4000.00", "included": "2800.00", "excess": "1200.00"}]
    assert Decimal(items[2]["contractTotal"]) == Decimal(items[2]["oneOffTotal"]) + 36 * Decimal(
        items[2]["monthlyTotal"]
    )


async def test_what_is_out_of_reach_is_rejected_with_what_can_be_had_instead(running: Gateway) -> None:
    ends = [site(QUICK), site(OUT_OF_REACH, "B-END")]
    items = [item(n, sites=ends, service=[service(code)]) for n, code in enumerate(("1G10G", "10G10G", "1G1G"), 1)]
    at_the_sites = [{**one, "siteCharacteristics": [POWER, *service("1G10G")["serviceCharacteristic"]]} for one in ends]
    items[0] = item(1, sites=at_the_sites, service=[service(None)])
    unknown = item(4, sites=[site("999900002999", name="Barn"), site(HALL[0], "B-END")])
    *rejected, had, nowhere = await answered(running, *items, unknown)
    assert (nowhere["status"], nowhere["reasons"]) == (
        "REJECTED",
        [{"code": "ADDRESS_NOT_KNOWN", "text": "A-END Barn: This address is in no list of the network."}],
    )
    for one in rejected:
        assert (one["status"], "supplierQuoteId" in one) == ("REJECTED", False)
        assert one["reasons"] == [{"code": "NO_HEADEND", "text": "B-END: no 10G headend within reach"}]
        (other,) = one["alternates"]
        assert other["service"][0]["serviceCharacteristic"] == [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]
        assert (other["status"], other["monthlyTotal"]) == ("QUOTED", had["monthlyTotal"])
    numbers = [*(one["alternates"][0]["supplierQuoteId"] for one in rejected), had["supplierQuoteId"]]
    assert numbers == [f"SUPP2-QUO-ETH-{n}" for n in (5002, 5003, 5004)]
    assert had["recurringCharges"][1]["name"] == "Distance from 5 km on"
    kept = await running.rows("YOUR_TENANT", KEPT, "SUPP2-QUO-ETH-5002")
    assert kept[0]["sites"] == [
        {**one, "siteCharacteristics": [*service("1G1G")["serviceCharacteristic"], POWER]} for one in ends
    ]


async def test_the_documents_site_is_two_a_ends_at_one_address_and_its_quote_is_there_for_everybody(
    running: Gateway,
) -> None:
    rooms = item(1, sites=[DOCUMENTS_SITE, DOCUMENTS_SITE], service=[service(None, "ftthl2r")])
    (one,) = await answered(running, rooms)
    assert (one["level"], one["sites"]) == ("FIRM", [DOCUMENTS_SITE, DOCUMENTS_SITE])
    where = "A-END Strategic Imperative Offices"
    assert one["notes"] == [f"{where} and {where} are at one address"]
    for tenant in ("YOUR_TENANT", "ISP1", "ISP2"):
        *_, printed = (await running.ask("GET", "/manage/v1/quotes", tenant=tenant)).body["quotes"]
        (one,) = printed["quoteItems"]
        assert (one["supplier"], one["supplierQuoteId"], one["status"]) == ("SUPPLIER2", "SUPP2-QUO-ETH-5001", "QUOTED")
        assert (one["sites"], one["contractDetails"]["contractLength"]["value"]) == ([DOCUMENTS_SITE] * 2, 36)


async def test_an_equal_request_has_the_same_answer_and_asks_nobody_twice(running: Gateway) -> None:
    first = await asked(running)
    again = await asyncio.gather(*(asked(running) for _ in range(3)))
    assert {(one.status, one.raw) for one in again} == {(201, first.raw)}
    assert len(await running.rows("YOUR_TENANT", COUNT)) == 1
    keyed = await asked(running, request="r2", Idempotency_Key="k")
    assert (await asked(running, request="r3", Idempotency_Key="k")).raw == keyed.raw
    told = (await asked(running, item(2), request="r4", Idempotency_Key="k")).refused(422, "INVALID_REQUEST")
    assert told[0].startswith("Idempotency-Key")
    other = await asked(running, tenant="ISP1")
    assert other.body["quoteItems"][0]["supplierQuoteId"] == "SUPP2-QUO-ETH-5004"


def _ends(*roles: str) -> list[dict[str, Any]]:
    return [site(QUICK if n == 0 else HALL[0], role, name=f"Site {n}") for n, role in enumerate(roles)]


LENGTH = {"value": 36, "unit": "MONTH"}
INVALID: list[tuple[dict[str, Any], str]] = [
    ({"supplier": "NOBODY"}, "quoteItems[0].supplier: NOBODY is no supplier of yours; accepted: NETWORK1, SUPPLIER2"),
    (
        {"sites": _ends("A-END", "A-END")},
        (
            "quoteItems[0].service[0].serviceSpecification.id: ethernet-epl joins one A-END with one B-END; "
            "sites: Site 0 is A-END, Site 1 is A-END"
        ),
    ),
    (
        {"sites": _ends("A-END", "B-END", "MULTI-POINT")},
        (
            "quoteItems[0].service[0].serviceSpecification.id: ethernet-epl joins one A-END with one B-END; "
            "sites: Site 0 is A-END, Site 1 is B-END, Site 2 is MULTI-POINT"
        ),
    ),
    (
        {"service": [service("2G2G")]},
        (
            "quoteItems[0].service[0].serviceCharacteristic: POINT_OF_INTERCONNECT '2G2G' is not sold; "
            "accepted: 100M1G, 1G1G, 1G10G, 10G10G"
        ),
    ),
    (
        {"service": [service(None)]},
        (
            "quoteItems[0].service[0].serviceCharacteristic: POINT_OF_INTERCONNECT is required, here or at the sites; "
            "accepted: 100M1G, 1G1G, 1G10G, 10G10G"
        ),
    ),
    (
        {
            "sites": [
                {**_ends("A-END")[0], "siteCharacteristics": service("1G10G")["serviceCharacteristic"]},
                site(HALL[0], "B-END"),
            ]
        },
        (
            "quoteItems[0].service[0].serviceCharacteristic: POINT_OF_INTERCONNECT is 1G1G and 1G10G, here and at the "
            "sites; one is accepted"
        ),
    ),
    (
        {"service": [service("1G1G", "dark-fibre")]},
        "quoteItems[0].service[0].serviceSpecification.id: 'dark-fibre' is not sold; accepted: ethernet-epl, ftthl2r",
    ),
    (
        {"contractDetails": {"contractLength": {"value": 24, "unit": "MONTH"}}},
        "quoteItems[0].contractDetails.contractLength: 24 months is not sold; accepted: 12, 36, 60",
    ),
    (
        {"contractDetails": {"contractLength": LENGTH, "billingFrequency": "WEEKLY"}},
        "quoteItems[0].contractDetails.billingFrequency: accepted is MONTHLY",
    ),
    (
        {"sites": [site(QUICK, postcode="FB1 3AB"), site(HALL[0], "B-END")]},
        "quoteItems[0].sites[0].postcode: FB1 3AB is not the postcode of UPRN 999900002001",
    ),
    (
        {"sites": [site(), site(HALL[0], "C-END")]},
        "quoteItems[0].sites[1].role: is not one of the accepted values; accepted is one of A-END, B-END, MULTI-POINT",
    ),
    (
        {"contractDetails": {"contractLength": {"value": 3, "unit": "YEAR"}}},
        "quoteItems[0].contractDetails.contractLength.unit: is not one of the accepted values; accepted is MONTH",
    ),
]


async def test_invalid_data_is_refused_with_what_is_accepted(running: Gateway) -> None:
    for changes, told in INVALID:
        got = await asked(running, item(**changes))
        assert got.refused(422, "INVALID_REQUEST") == [told]
    assert await running.rows("YOUR_TENANT", COUNT) == []


MALFORMED: list[tuple[Any, str]] = [
    ({"quoteItems": [item()]}, "externalIdentifier: is required"),
    ({"externalIdentifier": "x"}, "quoteItems: is required"),
    (
        quote({name: value for name, value in item().items() if name != "contractDetails"}),
        "contractDetails: is required",
    ),
    (quote(item(id="1")), "quoteItems[0].id: has the wrong type"),
    (
        quote(item(contractDetails={"contractLength": {"value": 36.0, "unit": "MONTH"}})),
        "contractLength.value: has the",
    ),
    ([], "body: has the wrong type"),
]


async def test_what_is_missing_or_of_a_wrong_type_is_malformed(running: Gateway) -> None:
    for body, told in MALFORMED:
        (only,) = (await ask(running, "POST", "quote", body)).refused(400, "MALFORMED_REQUEST")
        assert told in only


BEYOND: list[tuple[dict[str, Any], str]] = [
    (quote(item(sites=[site()])), "quoteItems[0].sites: "),
    (quote(item(sites=[site()] * 21)), "quoteItems[0].sites: "),
    (quote(item(sites=[site()] * 1000)), "quoteItems[0].sites: "),
    (quote(*(item(n) for n in range(1, 22))), "quoteItems: "),
    (quote() | {"quoteItems": []}, "quoteItems: "),
    (quote(item(service=[])), "quoteItems[0].service: "),
    (quote(reference="x" * 65), "externalIdentifier: "),
    (quote(item(contractDetails={"contractLength": {"value": 121, "unit": "MONTH"}})), "quoteItems[0].contract"),
]


async def test_limits_are_said_and_kept(running: Gateway) -> None:
    for body, told in BEYOND:
        (only,) = (await ask(running, "POST", "quote", body)).refused(422, "INVALID_REQUEST")
        assert only.startswith(told), only


async def test_every_fault_of_both_kinds_is_told_at_once(running: Gateway) -> None:
    items = [item(1, months=13), item(1, supplier="NOBODY"), item("2")]  # pyright: ignore[reportArgumentType] - a fault
    told = (await ask(running, "POST", "quote", {"quoteItems": items})).refused(400, "MALFORMED_REQUEST")
    assert sorted(one.partition(" ")[0] for one in told) == [
        "externalIdentifier:",
        "quoteItems:",
        "quoteItems[0].contractDetails.contractLength:",
        "quoteItems[1].supplier:",
        "quoteItems[2].id:",
    ]


async def test_a_supplier_that_cannot_be_asked_fails_alone_or_is_the_answer(running: Gateway) -> None:
    await far.add(running, "ALTNET1", "http://127.0.0.1:9")
    await far.add(running, "ALTNET2", "http://127.0.0.1:9", capabilities=["QUOTES"])
    (told,) = (await asked(running, item(supplier="ALTNET1"))).refused(501, "NOT_IMPLEMENTED")
    assert told.startswith("supplier: ALTNET1 does not offer quotes; it offers ")
    failed, beyond, had = await answered(running, item(1, supplier="ALTNET1"), item(2, supplier="ALTNET2"), item(3))
    assert (failed["status"], failed["reasons"]) == ("FAILED", [{"code": "NOT_IMPLEMENTED", "text": told}])
    assert (beyond["status"], beyond["reasons"][0]["code"]) == ("FAILED", "SUPPLIER_FAULT")
    assert had["status"] == "QUOTED"
    (told,) = (await ask(running, "POST", "service-orders", provide(supplier="SUPPLIER2"))).refused(
        501, "NOT_IMPLEMENTED"
    )
    able = "amendments, availability, cancellations, ethernet orders, quotes"
    assert told == f"supplier: SUPPLIER2 does not offer orders of type NEW; it offers {able}"


async def test_a_price_holds_until_its_last_moment(running: Gateway) -> None:
    got = await asked(running, item(1, at=ONE_DAY), item(2))
    path = f"/manage/v1/quotes/{got.body['id']}"
    one_day, usual = got.body["quoteItems"]
    expired = {"status": "EXPIRED"}
    for walked, items in (
        (timedelta(hours=23), [one_day, usual]),
        (timedelta(hours=2), [one_day | expired, usual]),
        (timedelta(days=29), [one_day | expired, usual | expired]),
    ):
        await running.walk(walked)
        assert (await running.ask("GET", path)).body == {**got.body, "quoteItems": items}
