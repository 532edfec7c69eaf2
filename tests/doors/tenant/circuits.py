"""Bodies of orders about circuits that live in every sandbox, with what a test changes."""

from typing import Any

from tests.doors.tenant.ethernet import place
from tests.journeys.gateway import Gateway

SLOW, ENDING = "NW1-E-99002012-1", "NW1-E-99002013-1"
FIRST_DAY = "2025-07-31"
"""On which a circuit can end whose cease is ordered when the tests begin."""


def modify(bandwidth: str | None = "1G1G", *, months: int | None = None, **more: Any) -> dict[str, Any]:
    said = {"serviceCharacteristics": [{"name": "POINT_OF_INTERCONNECT", "value": bandwidth}]} if bandwidth else {}
    term = {"contractDetails": {"contractLength": {"value": months, "unit": "MONTH"}}} if months else {}
    return {"orderType": "MODIFY", "supplier": "NETWORK1", "serviceId": SLOW, **said, **term, **more}


def cease(day: str = FIRST_DAY, **more: Any) -> dict[str, Any]:
    return {
        "orderType": "CEASE",
        "supplier": "NETWORK1",
        "serviceId": ENDING,
        "requestedCompletionDate": day,
        **more,
    }


async def placed(running: Gateway, body: dict[str, Any], **how: Any) -> dict[str, Any]:
    got = await place(running, body, **how)
    assert got.status == 201, got.raw
    shown: dict[str, Any] = got.body
    return shown
