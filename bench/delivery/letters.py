"""What is told: one KCI's frozen facts, as an update of our own network freezes them, and the bytes they come to."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from fibregate.clock import BusinessTime
from fibregate.doors.wholesale import rendering

FACTS: dict[str, Any] = {
    "reason": "UPDATE",
    "status": "IN_PROGRESS",
    "previousStatus": "IN_PROGRESS",
    "orderType": "NEW",
    "tenant": "BENCH001",
    "happenedAt": "2025-07-01T09:30:00.000Z",
    "issuedAt": "2025-07-01T09:29:59.000Z",
    "receivedAt": "2025-07-01T09:29:59.500Z",
    "supplier": "NETWORK1",
    "supplierReference": "NW1-10000001",
    "text": "The cable to the premises was pulled in today; the visit stays as it is.",
    "supplierCodes": ["2001"],
    "committedDate": "2025-07-16T12:00:00.000Z",
    "targetDate": "2025-07-16T12:00:00.000Z",
    "appointment": {
        "timeslotStartDateTime": "2025-07-16T07:00:00.000Z",
        "timeslotEndDateTime": "2025-07-16T12:00:00.000Z",
        "classification": "WEEKDAY_AM",
        "standard": True,
    },
    "appointmentReference": "NWV-00000001",
    "reservationId": 159,
    "requestId": "bench",
    "conversationId": "bench-1",
    "entity": {
        "orderType": "NEW",
        "supplier": "NETWORK1",
        "supplierOrderReference": "NW1-10000001",
        "status": "IN_PROGRESS",
        "address": {"id": "100000000", "type": "UPRN"},
        "serviceOrderItem": {
            "serviceSpecification": {"id": "fttp", "name": "FTTP"},
            "serviceCharacteristics": [
                {"name": "LINE_PROFILE", "value": "55/55"},
                {"name": "END_USER_TYPE", "value": "RESIDENTIAL"},
            ],
        },
        "primaryContact": {"name": "Jane Doe", "phoneNumber": "01234 567890", "email": "jane@doe.com"},
        "appointmentReservationId": 159,
        "committedDate": "2025-07-16T12:00:00.000Z",
        "targetDate": "2025-07-16T12:00:00.000Z",
        "created": "2025-07-01T08:00:00.000Z",
        "updated": "2025-07-01T09:30:00.000Z",
    },
}


def headers(name: str) -> dict[str, str]:
    """As many and as long as those of a delivery; the signatures are none."""
    return {
        "Content-Type": "application/json",
        "X-Request-ID": str(uuid4()),
        "X-Conversation-ID": "bench-1",
        "webhook-id": name,
        "webhook-timestamp": "1751362200",
        "webhook-signature": f"v1,{'A' * 44} v1a,{'A' * 88}",
    }


def letter(order: int, number: int) -> tuple[str, bytes]:
    """An id of its own, and the bytes as the gateway would make them."""
    name = str(uuid4())
    facts = {**FACTS, "id": name, "sequenceNumber": number, "orderId": order}
    return name, rendering.render(facts, BusinessTime(datetime.now(UTC)))
