"""Bodies of the tenant door's requests, with what a test changes."""

from typing import Any

from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import DOCUMENTS, address

MORNING = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")


def visit(
    *,
    uprn: str = DOCUMENTS,
    slot: tuple[str, str] = MORNING,
    purpose: str = "PROVIDE",
    supplier: str = "NETWORK1",
    **more: Any,
) -> dict[str, Any]:
    return {
        "supplier": supplier,
        "address": address(uprn),
        "serviceSpecification": {"id": "fttp"},
        "purpose": purpose,
        "timeslot": {"timeslotStartDateTime": slot[0], "timeslotEndDateTime": slot[1]},
        **more,
    }


def provide(
    appointment: int | None = None,
    *,
    uprn: str = DOCUMENTS,
    supplier: str = "NETWORK1",
    characteristics: dict[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    asked = {"LINE_PROFILE": "55/55"} if characteristics is None else characteristics
    quoted = {} if appointment is None else {"appointmentReservationId": appointment}
    return {
        "orderType": "NEW",
        "supplier": supplier,
        "address": address(uprn),
        "serviceOrderItem": {
            "serviceSpecification": {"id": "fttp"},
            "serviceCharacteristics": [{"name": name, "value": value} for name, value in asked.items()],
        },
        "primaryContact": {"name": "Asha Patel", "phoneNumber": "01632 960001"},
        **quoted,
        **more,
    }


async def ask(
    running: Gateway,
    method: str,
    path: str,
    body: object = None,
    *,
    tenant: str = "YOUR_TENANT",
    request: str = "req-1",
    at: str | None = None,
    **headers: str,
) -> Got:
    """As an ISP does, with this `X-Request-ID`; further headers are written with underscores."""
    extra = {"X-Request-ID": request, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await running.ask(method, f"/v1/{path}", tenant=tenant, body=body, extra=extra, at=at)
