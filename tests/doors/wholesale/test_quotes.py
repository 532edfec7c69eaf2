"""Quotes at the wholesale door: one question, answered at once under its caller's own number, and once for ever."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.doors.tenant.quoting import DUG, OUT_OF_REACH, item, site
from tests.journeys.gateway import Gateway, Got

KEPT = "select caller_id, quote_id::text from quotes where tenant_id = $1 and caller_id is not null"
NUMBERS = "select last_quote_number as last from ethernet_price_lists as l join suppliers as s using (supplier_id)"


def question(number: int = 41, **more: Any) -> dict[str, Any]:
    """As the tenant door's item, without a supplier."""
    asked = item(number, **more)
    del asked["supplier"]
    return asked


async def ask(running: Gateway, body: object, *, tenant: str = "YOUR_TENANT") -> Got:
    return await running.ask("POST", "quote", tenant=tenant, body=body)


async def test_a_question_is_answered_in_the_fields_that_a_gateway_reads(running: Gateway) -> None:
    got = await ask(running, question(externalIdentifier="TENDER-7"))
    assert got.status == 201, got.raw
    told = got.body
    sent = question()
    sent["service"][0]["serviceSpecification"]["name"] = "Ethernet private line"
    ((number, kept),) = [tuple(one) for one in await running.rows("YOUR_TENANT", KEPT)]
    assert (number, told.pop("id")) == (41, kept)
    assert told.pop("validUntil") == told.pop("created").replace("2025-07-01", "2025-07-31")
    del sent["id"]
    assert told == {
        **sent,
        "externalIdentifier": "TENDER-7",
        "status": "QUOTED",
        "supplierQuoteId": "NETWORK1-QUO-ETH-1",
        "level": "FIRM",
        "currency": "GBP",
        "oneOffCharges": [{"name": "Connection ethernet-epl 1G1G", "amount": told["oneOffTotal"]}],
        "oneOffTotal": told["oneOffTotal"],
        "recurringCharges": [
            {"name": "Rental ethernet-epl 1G1G, 36 months", "amount": "297.50", "frequency": "MONTHLY"}
        ],
        "monthlyTotal": "297.50",
        "contractTotal": f"{float(told['oneOffTotal']) + 36 * 297.5:.2f}",
        "leadTimeWorkingDays": 15,
    }
    shown = (await running.ask("GET", f"/manage/v1/quotes/{kept}")).body
    assert shown["quoteItems"][0]["supplierQuoteId"] == "NETWORK1-QUO-ETH-1"


async def test_a_number_is_answered_once_for_ever_and_has_one_body(running: Gateway) -> None:
    raced = await asyncio.gather(*(ask(running, question(at=DUG)) for _ in range(4)))
    assert {(one.status, one.raw) for one in raced} == {(201, raced[0].raw)}
    assert len(await running.rows("YOUR_TENANT", KEPT)) == 1
    used = await running.db.rows(f"{NUMBERS} where s.code = 'NETWORK1'", None)
    assert [one["last"] for one in used] == [1]
    told = (await ask(running, question(at=DUG, months=12))).refused(422, "INVALID_REQUEST")
    assert told == ["id: 41 was used for another quote; send a new id"]
    theirs = await ask(running, question(months=12), tenant="ISP1")
    assert (theirs.status, theirs.body["supplierQuoteId"]) == (201, "NETWORK1-QUO-ETH-2")
    await running.walk(timedelta(days=40))
    assert (await ask(running, question(at=DUG))).raw == raced[0].raw


async def test_what_is_out_of_reach_is_rejected_with_what_can_be_had_instead(running: Gateway) -> None:
    ends = [site(), site(OUT_OF_REACH, "B-END")]
    wanted = [{"name": "POINT_OF_INTERCONNECT", "value": "10G10G"}]
    service = {"serviceSpecification": {"id": "ethernet-epl"}, "serviceCharacteristic": wanted}
    told = (await ask(running, question(sites=ends, service=[service]))).body
    assert (told["status"], "supplierQuoteId" in told) == ("REJECTED", False)
    assert told["reasons"] == [{"code": "NO_HEADEND", "text": "B-END: no 10G headend within reach"}]
    (other,) = told["alternates"]
    assert (other["status"], other["supplierQuoteId"]) == ("QUOTED", "NETWORK1-QUO-ETH-1")
    assert other["service"][0]["serviceCharacteristic"] == [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]


async def test_every_fault_is_told_at_once_and_spends_no_number(running: Gateway) -> None:
    wrong = question(months=7, service=[{"serviceSpecification": {"id": "string"}}])
    wrong["sites"][0]["postcode"] = "ZZ9 9ZZ"
    told = (await ask(running, wrong)).refused(422, "INVALID_REQUEST")
    assert [one.split(":")[0] for one in told] == [
        "contractDetails.contractLength",
        "service[0].serviceSpecification.id",
        "sites[0].postcode",
    ]
    del wrong["sites"]
    told = (await ask(running, wrong)).refused(422, "INVALID_REQUEST")
    assert [one.split(":")[0] for one in told] == ["sites", "contractDetails.contractLength"]
    wrong["sites"] = [site()]
    told = (await ask(running, {**wrong, "id": "41", "service": 7})).refused(400, "MALFORMED_REQUEST")
    assert {one.split(":")[0] for one in told} == {"id", "sites", "service", "contractDetails.contractLength"}
    assert await running.rows("YOUR_TENANT", KEPT) == []
    assert (await ask(running, question())).body["supplierQuoteId"] == "NETWORK1-QUO-ETH-1"
