"""Bodies of requests as the documents print them, with what a test changes."""

from typing import Any

DOCUMENTS = "10025559646"
PRINTED = ("2025-07-16T08:00:00.000Z", "2025-07-16T13:00:00.000Z")


def address(uprn: str = DOCUMENTS) -> dict[str, Any]:
    return {"id": uprn, "type": "UPRN"}


def booking(
    number: int, *, uprn: str = DOCUMENTS, slot: tuple[str, str] = PRINTED, purpose: str = "PROVIDE", **more: Any
) -> dict[str, Any]:
    return {
        "id": number,
        "address": address(uprn),
        "serviceSpecification": {"id": "fttp"},
        "purpose": purpose,
        "timeslot": {"timeslotStartDateTime": slot[0], "timeslotEndDateTime": slot[1]},
        **more,
    }


def order(
    number: int,
    *,
    uprn: str = DOCUMENTS,
    tenant: str = "YOUR_TENANT",
    appointment: int | None = None,
    characteristics: dict[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    asked = {"LINE_PROFILE": "55/55"} if characteristics is None else characteristics
    quoted = {} if appointment is None else {"appointmentReservationId": appointment}
    return {
        "id": number,
        "orderType": "NEW",
        "tenant": tenant,
        "address": address(uprn),
        "serviceOrderItem": {
            "serviceSpecification": {"id": "fttp"},
            "serviceCharacteristics": [{"name": name, "value": value} for name, value in asked.items()],
        },
        "primaryContact": {"name": "Jane Doe", "email": "jane@doe.com", "phoneNumber": "01234 567890"},
        **quoted,
        **more,
    }


def modify(number: int, service: str, *, tenant: str = "YOUR_TENANT", profile: str = "80/20", **more: Any) -> Any:
    return {
        "id": number,
        "orderType": "MODIFY",
        "tenant": tenant,
        "serviceId": service,
        "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": profile}],
        **more,
    }


def cease(number: int, service: str, day: str, *, tenant: str = "YOUR_TENANT", **more: Any) -> Any:
    return {
        "id": number,
        "orderType": "CEASE",
        "tenant": tenant,
        "serviceId": service,
        "requestedCompletionDate": day,
        **more,
    }
