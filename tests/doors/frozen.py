"""Facts of KCIs as they are frozen, for tests of renderings."""

from datetime import UTC, datetime
from typing import Any

from fibregate.clock import BusinessTime

MADE = BusinessTime(datetime(2025, 11, 3, 10, 12, 1, 480_000, tzinfo=UTC))
TIMESLOT = {
    "timeslotStartDateTime": "2025-11-14T08:00:00.000Z",
    "timeslotEndDateTime": "2025-11-14T13:00:00.000Z",
    "classification": "WEEKDAY_AM",
    "standard": True,
}
ENTITY: dict[str, Any] = {
    "id": 48,
    "orderType": "NEW",
    "supplier": "ALTNET1",
    "supplierOrderReference": "AN-90017",
    "status": "IN_PROGRESS",
    "address": {"id": "100120012001", "type": "UPRN"},
    "serviceOrderItem": {
        "serviceSpecification": {"id": "fttp", "name": "FTTP"},
        "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "500/500"}],
    },
    "primaryContact": {"name": "Asha Patel", "phoneNumber": "01632 960001"},
    "appointmentReservationId": 31,
    "committedDate": "2025-11-14T08:00:00.000Z",
    "targetDate": "2025-11-14T08:00:00.000Z",
    "created": "2025-11-03T10:10:40.000Z",
    "updated": "2025-11-03T10:12:01.100Z",
}
WHOLE_ENTITY: dict[str, Any] = {
    **ENTITY,
    "secondaryContact": {"name": "Sam Reed", "phoneNumber": "01632 960002"},
    "appointmentReservationReference": "NWV-00000031",
    "appointmentTimeslot": TIMESLOT,
    "requestedCompletionDate": "2025-11-14",
    "engineerTasks": ["INSTALL_ROUTER"],
    "hazards": "a dog",
    "onSiteRestrictions": "hard hats",
    "notes": "ring twice",
}
_REQUESTS = {
    "AMENDED": "amendment",
    "AMENDMENT_REJECTED": "amendment",
    "CANCELLATION_REJECTED": "cancellation",
}
AMENDMENT: dict[str, Any] = {
    "id": 12,
    "reference": "AN-90017-1",
    "status": "COMPLETED",
    "orderId": 48,
    "supplier": "ALTNET1",
    "appointmentReservationId": 31,
    "hazards": "a dog",
    "notes": "",
}
"""As a change is frozen: `notes` was asked to be removed."""

CANCELLATION: dict[str, Any] = {
    "id": 13,
    "reference": "AN-90017-2",
    "status": "COMPLETED",
    "orderId": 48,
    "supplier": "ALTNET1",
    "reasonCode": "CUSTOMER_CHANGED_MIND",
    "text": "Moving abroad",
}


def committed(**changes: Any) -> dict[str, Any]:
    """The contract's order 48 when it was committed; a change to None leaves a fact out."""
    facts = {
        "id": "0d5b0c8e-6b0e-4c39-9d35-6f2c8d1f7a11",
        "sequenceNumber": 3,
        "reason": "COMMITTED",
        "status": "IN_PROGRESS",
        "previousStatus": "ACKNOWLEDGED",
        "orderId": 48,
        "orderType": "NEW",
        "tenant": "ISP1",
        "happenedAt": "2025-11-03T10:12:01.100Z",
        "issuedAt": "2025-11-03T10:12:00.000Z",
        "receivedAt": "2025-11-03T10:12:01.120Z",
        "supplier": "ALTNET1",
        "supplierReference": "AN-90017",
        "committedDate": "2025-11-14T08:00:00.000Z",
        "targetDate": "2025-11-14T08:00:00.000Z",
        "reservationId": 31,
        "entity": ENTITY,
        "requestId": "req-1",
        "conversationId": "conv-1",
        **changes,
    }
    return {name: value for name, value in facts.items() if value is not None}


def told(reason: str, status: str, previous: str = "IN_PROGRESS", **changes: Any) -> dict[str, Any]:
    """What is frozen when this reason leads there."""
    request = {_REQUESTS[reason]: {"id": 7, "reference": "AN-C-7"}} if reason in _REQUESTS else {}
    entity = {**WHOLE_ENTITY, "status": status}
    return committed(reason=reason, status=status, previousStatus=previous, entity=entity, **request, **changes)
