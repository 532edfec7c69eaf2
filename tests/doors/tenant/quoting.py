"""Bodies of quotes, with what a test changes, and the documents' own site."""

from typing import Any

from tests.doors.tenant.asking import ask
from tests.journeys.gateway import Gateway, Got

HALL = ("999900002900", "FB1 9ZZ")
PLACES = {
    "999900002001": "FB1 3AA",
    "999900002004": "FB1 3AE",
    "999900002007": "FB1 3AH",
    "999900002008": "FB1 3AJ",
    "999900002002": "FB1 3AB",
}
QUICK, SURVEYED, DUG, ONE_DAY, OUT_OF_REACH = (f"99990000200{n}" for n in (1, 2, 4, 7, 8))
DOCUMENTS_SITE = {
    "name": "Strategic Imperative Offices",
    "address": {
        "id": "A00000031882",
        "type": "NAD",
        "additionalIdentifiers": [{"id": "A00000031882", "type": "NAD"}],
    },
    "postcode": "TW184LG",
    "role": "A-END",
    "siteCharacteristics": [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}],
}


def site(uprn: str = QUICK, role: str = "A-END", **more: Any) -> dict[str, Any]:
    postcode = PLACES.get(uprn, HALL[1])
    return {"name": role, "postcode": postcode, "role": role, "address": {"id": uprn, "type": "UPRN"}, **more}


def service(bandwidth: str | None = "1G1G", product: str = "ethernet-epl") -> dict[str, Any]:
    said = [{"name": "POINT_OF_INTERCONNECT", "value": bandwidth}] if bandwidth else []
    return {"serviceSpecification": {"id": product}, "serviceCharacteristic": said}


def item(
    number: int = 1, *, at: str = QUICK, supplier: str = "SUPPLIER2", months: int = 36, **more: Any
) -> dict[str, Any]:
    return {
        "id": number,
        "supplier": supplier,
        "sites": [site(at), site(HALL[0], "B-END")],
        "contractDetails": {"contractLength": {"value": months, "unit": "MONTH"}, "billingFrequency": "MONTHLY"},
        "service": [service()],
        **more,
    }


def quote(*items: dict[str, Any], reference: str = "TENDER-7") -> dict[str, Any]:
    return {"externalIdentifier": reference, "quoteItems": list(items) or [item()]}


async def asked(running: Gateway, *items: dict[str, Any], **how: Any) -> Got:
    return await ask(running, "POST", "quote", quote(*items), **how)


async def answered(running: Gateway, *items: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
    """The items of a quote that is given."""
    got = await asked(running, *items, **how)
    assert got.status == 201, got.raw
    return got.body["quoteItems"]
