from datetime import UTC, datetime
from typing import Any

import orjson

from fibregate.clock import BusinessTime
from fibregate.doors.wholesale.rendering import render

MADE = BusinessTime(datetime(2025, 11, 3, 10, 12, 2, tzinfo=UTC))
FACTS: dict[str, Any] = {
    "id": "0d5b0c8e-6b0e-4c39-9d35-6f2c8d1f7a11",
    "sequenceNumber": 2,
    "reason": "COMMITTED",
    "status": "IN_PROGRESS",
    "previousStatus": "ACKNOWLEDGED",
    "orderId": 4801,
    "orderType": "NEW",
    "happenedAt": "2025-11-03T10:12:01.000Z",
    "text": "Install booked",
}
APPOINTMENT = {
    "timeslotStartDateTime": "2025-11-14T08:00:00.000Z",
    "timeslotEndDateTime": "2025-11-14T12:00:00.000Z",
    "classification": "WEEKDAY_AM",
    "standard": True,
}


def test_a_kci_is_an_order_status_update() -> None:
    assert orjson.loads(render(FACTS, MADE)) == {
        "id": "0d5b0c8e-6b0e-4c39-9d35-6f2c8d1f7a11",
        "sequenceNumber": 2,
        "eventType": "ORDER_STATUS_UPDATE",
        "orderId": 4801,
        "status": "IN_PROGRESS",
        "reasonCode": "COMMITTED",
        "timestamp": "2025-11-03T10:12:01.000Z",
        "notes": "Install booked",
        "details": {
            "previousStatus": "ACKNOWLEDGED",
            "notes": "Install booked",
            "text": "Install booked",
            "deliveredOn": "2025-11-03T10:12:02.000Z",
        },
    }


def test_all_that_the_supplier_said_is_in_the_details() -> None:
    act_by = {"who": "TENANT", "by": "2025-11-10T10:00:00.000Z"}
    facts = FACTS | {
        "problemCode": "ACCESS_ISSUE",
        "supplierCodes": ["2001"],
        "supplierReference": "WO-10000001",
        "committedDate": "2025-11-14T12:00:00.000Z",
        "targetDate": "2025-11-14T12:00:00.000Z",
        "appointment": APPOINTMENT,
        "characteristics": [{"name": "SERVICE_ID", "value": "S1"}],
        "notes": [{"note": "No answer at the door", "type": "Engineer Note"}],
        "actBy": act_by,
        "entity": {"primaryContact": {"name": "Asha Patel"}},
    }
    event = orjson.loads(render(facts, MADE))
    assert event["notes"] == "Install booked\nNo answer at the door"
    assert event["details"] == {
        "previousStatus": "ACKNOWLEDGED",
        "problemCode": "ACCESS_ISSUE",
        "text": "Install booked",
        "supplierCodes": ["2001"],
        "supplierOrderReference": "WO-10000001",
        "committedDate": "2025-11-14T12:00:00.000Z",
        "targetDate": "2025-11-14T12:00:00.000Z",
        "appointment": APPOINTMENT,
        "characteristics": [{"name": "SERVICE_ID", "value": "S1"}],
        "supplierNotes": [{"note": "No answer at the door", "type": "Engineer Note"}],
        "actBy": act_by,
        "notes": "Install booked\nNo answer at the door",
        "deliveredOn": "2025-11-03T10:12:02.000Z",
    }


def test_the_same_facts_and_time_give_the_same_bytes() -> None:
    assert render(FACTS, MADE) == render(dict(FACTS), MADE)


def test_a_cease_that_the_tenant_never_asked_for_is_an_event_of_its_own() -> None:
    cease = {"serviceId": "2f6b7d7c-1d53-4b39-8a83-0b1d6c9c4d55", "reason": "NO_AUTHORISATION"}
    facts = FACTS | {"orderType": "UNSOLICITED_CEASE", "reason": "CREATED", "text": "Line taken over", "entity": cease}
    event = orjson.loads(render(facts, MADE))
    assert {name: event[name] for name in ("eventType", "serviceId", "reasonCode", "timestamp", "notes")} == {
        "eventType": "UNSOLICITED_CEASE",
        "serviceId": "2f6b7d7c-1d53-4b39-8a83-0b1d6c9c4d55",
        "reasonCode": "NO_AUTHORISATION",
        "timestamp": "2025-11-03T10:12:01.000Z",
        "notes": "Line taken over",
    }
