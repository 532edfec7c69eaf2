"""Bodies of Ethernet orders, with what a test changes, and the documents' own."""

import json
from pathlib import Path
from typing import Any

from tests.doors.tenant.asking import ask
from tests.doors.tenant.quoting import HALL, QUICK, answered, item, service, site
from tests.journeys.gateway import Gateway, Got

CONTACT = {"name": "Asha Patel", "phoneNumber": "01632 960001"}
_PRINTED = Path(__file__).parent / "printed"
ASKED, ANSWERED = (
    json.loads((_PRINTED / f"ethernet-order-{name}.json").read_text("utf-8")) for name in ("request", "answer")
)
"""As the documents print them."""


def ends(*, at: str = QUICK) -> list[dict[str, Any]]:
    return [{**one, "primaryContact": CONTACT} for one in (site(at), site(HALL[0], "B-END"))]


def one_item(*, months: int = 36, wished: str | None = "2025-07-22", **more: Any) -> dict[str, Any]:
    when = {"requestedCompletionDate": wished} if wished else {}
    contract = {"contractLength": {"value": months, "unit": "MONTH"}, "billingFrequency": "MONTHLY"}
    return {"service": service(), "contractDetails": contract, **when, **more}


def order(quote: str, **more: Any) -> dict[str, Any]:
    return {
        "supplier": "SUPPLIER2",
        "supplierQuoteId": quote,
        "siteInformation": ends(),
        "ethernetOrderItems": [one_item()],
        **more,
    }


async def place(running: Gateway, body: dict[str, Any], **how: Any) -> Got:
    return await ask(running, "POST", "ethernet/service-orders", body, **how)


async def quoted(running: Gateway, *, tenant: str = "YOUR_TENANT", **more: Any) -> str:
    """A number to order by."""
    (one,) = await answered(running, item(**more), tenant=tenant, request=f"quote-{more}")
    number: str = one["supplierQuoteId"]
    return number


async def ordered(running: Gateway, **how: Any) -> int:
    """An order that is placed, and its number."""
    got = await place(running, order(await quoted(running)), **how)
    assert got.status == 201, got.raw
    number: int = got.body["id"]
    return number
