"""Quotes over HTTP: what is asked, what is read of a price, and that nothing is made up where none is told."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tests.suppliers.http.peer import PREFIX, TRACE, Peer, network, peer

from fibregate.suppliers.answers import Reason, Refused
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.questions import Characteristic, Identifier
from fibregate.suppliers.quoting import (
    Construction,
    Level,
    NotQuoted,
    PriceLine,
    QuoteAsked,
    Quoted,
    Role,
    ServiceAsked,
    SiteAsked,
)

RATE = Characteristic("POINT_OF_INTERCONNECT", "1G1G")
ENDS = (
    SiteAsked(name="Office", postcode="FB1 3AA", role=Role.A_END, address=Identifier("999900002001")),
    SiteAsked(
        name="Hall",
        postcode="FB1 9ZZ",
        role=Role.B_END,
        address=Identifier("A00000031882", "NAD"),
        characteristics=(RATE,),
    ),
)
ASKED = QuoteAsked(
    sites=ENDS, services=(ServiceAsked("ethernet-epl", (RATE,)),), months=36, billing="MONTHLY", price_alteration="NONE"
)
SERVICE = {
    "serviceSpecification": {"id": "ethernet-epl", "name": "Private line"},
    "serviceCharacteristic": [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}],
}
PRICE: dict[str, Any] = {
    "supplierQuoteId": "ALT-17",
    "level": "FIRM_SUBJECT_TO_SURVEY",
    "currency": "GBP",
    "oneOffCharges": [{"name": "Connection", "amount": "500.00"}, {"name": "Port", "amount": "0.05"}],
    "oneOffTotal": "500.05",
    "recurringCharges": [{"name": "Rental", "amount": "318.98", "frequency": "MONTHLY"}],
    "monthlyTotal": "318.98",
    "contractTotal": "11983.33",
    "leadTimeWorkingDays": 30,
    "validUntil": "2025-07-31T09:00:00.000Z",
    "indicativeConstruction": [
        {"site": "A-END Office", "amount": "4000.00", "included": "2800.00", "excess": "1200.00"}
    ],
    "notes": ["by the canal"],
}
QUOTED = {"id": str(uuid4()), "status": "QUOTED", "service": [SERVICE], "colour": "green", **PRICE}
REJECTED = {"id": str(uuid4()), "status": "REJECTED", "reasons": [{"code": "NO_HEADEND", "text": "too far"}]}
READ = Quoted(
    quote_id="ALT-17",
    services=(ServiceAsked("ethernet-epl", (RATE,), "Private line"),),
    level=Level.FIRM_SUBJECT_TO_SURVEY,
    months=36,
    one_off=(PriceLine("Connection", Decimal("500.00")), PriceLine("Port", Decimal("0.05"))),
    monthly=(PriceLine("Rental", Decimal("318.98")),),
    construction=(Construction(site="A-END Office", amount=Decimal("4000.00"), included=Decimal("2800.00")),),
    lead_days=30,
    valid_until=datetime(2025, 7, 31, 9, tzinfo=UTC),
    notes=("by the canal",),
)


async def answer(there: Peer) -> Quoted | NotQuoted | Refused:
    async with network(there.url) as it:
        return await it.quote(41, ASKED, TRACE)


async def failed(there: Peer) -> SupplierFailed:
    with pytest.raises(SupplierFailed) as caught:
        await answer(there)
    return caught.value


async def test_the_question_is_the_contracts_and_a_price_is_read_as_it_is_told() -> None:
    async with peer() as there:
        there.answers(201, QUOTED)
        assert await answer(there) == READ
    (heard,) = there.calls
    assert (heard.method, heard.path, heard.headers["tenant"]) == ("POST", f"{PREFIX}/quote", "GATEWAY1")
    rate = [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]
    assert heard.body == {
        "id": 41,
        "sites": [
            {
                "name": "Office",
                "postcode": "FB1 3AA",
                "role": "A-END",
                "address": {"id": "999900002001", "type": "UPRN"},
            },
            {
                "name": "Hall",
                "postcode": "FB1 9ZZ",
                "role": "B-END",
                "address": {"id": "A00000031882", "type": "NAD"},
                "siteCharacteristics": rate,
            },
        ],
        "contractDetails": {
            "contractLength": {"value": 36, "unit": "MONTH"},
            "billingFrequency": "MONTHLY",
            "priceAlteration": "NONE",
        },
        "service": [{"serviceSpecification": {"id": "ethernet-epl"}, "serviceCharacteristic": rate}],
    }


async def test_a_rejection_has_its_reasons_and_what_can_be_had_instead() -> None:
    async with peer() as there:
        there.answers(201, REJECTED | {"alternates": [{"service": [SERVICE], "status": "QUOTED", **PRICE}]})
        assert await answer(there) == NotQuoted((Reason("NO_HEADEND", "too far"),), (READ,))
        there.answers(422, {"uuid": str(uuid4()), "code": "INVALID_REQUEST", "messages": ["sites: one is at sea"]})
        assert await answer(there) == Refused(("sites: one is at sea",))


async def test_who_answers_no_more_than_the_contract_has_told_no_price_and_is_not_ill() -> None:
    number = str(uuid4())
    async with peer() as there:
        there.answers(201, {"id": number, "sites": [], "service": [SERVICE]})
        told = await failed(there)
        assert (told.code, told.ill) == ("SUPPLIER_FAULT", False)
        assert told.messages == (f"ALTNET1: answered the quote {number} without telling a price",)
        there.answers(201, {"id": number, "status": "FAILED", "reasons": [{"code": "SUPPLIER_FAULT", "text": "no"}]})
        assert (await failed(there)).messages == ("ALTNET1 failed and said: no",)


BROKEN: dict[str, Any] = {
    "nothing": b"",
    "garbage": b"<html>",
    "no id": {key: value for key, value in QUOTED.items() if key != "id"},
    "a status of its own": QUOTED | {"status": "MAYBE"},
    "no reasons": REJECTED | {"reasons": []},
    "a number for money": QUOTED | {"monthlyTotal": 318.98},
    "a third of a penny": QUOTED | {"oneOffCharges": [{"name": "Connection", "amount": "500.333"}]},
    "less than nothing": QUOTED | {"oneOffCharges": [{"name": "Credit", "amount": "-5.00"}]},
    "more than there is": QUOTED | {"oneOffTotal": "99999999999.00"},
    "a wrong sum": QUOTED | {"monthlyTotal": "318.97"},
    "a wrong sum of all": QUOTED | {"contractTotal": "1.00"},
    "no sum": {key: value for key, value in QUOTED.items() if key != "oneOffTotal"},
    "euros": QUOTED | {"currency": "EUR"},
    "yearly": QUOTED | {"recurringCharges": [{"name": "Rental", "amount": "318.98", "frequency": "YEARLY"}]},
    "a level of its own": QUOTED | {"level": "SOLID"},
    "no number": {key: value for key, value in QUOTED.items() if key != "supplierQuoteId"},
    "a number that is too long": QUOTED | {"supplierQuoteId": "A" * 65},
    "no last moment": {key: value for key, value in QUOTED.items() if key != "validUntil"},
    "a day for a moment": QUOTED | {"validUntil": "2025-07-31"},
    "days without end": QUOTED | {"leadTimeWorkingDays": 10**9},
    "another product": QUOTED | {"service": [{"serviceSpecification": {"id": "dark-fibre"}}]},
    "one service too many": QUOTED | {"service": [SERVICE, SERVICE]},
    "an alternate of nothing": REJECTED | {"alternates": [PRICE]},
    "an alternate without a price": REJECTED | {"alternates": [{"service": [SERVICE]}]},
}


async def test_a_price_that_cannot_be_read_is_none() -> None:
    async with peer() as there:
        for what, body in BROKEN.items():
            there.answers(201, body)
            told = await failed(there)
            assert (told.kind, told.code, told.ill) == ("BROKEN", "SUPPLIER_FAULT", True), what
        there.answers(200, QUOTED)
        assert await answer(there) == READ
