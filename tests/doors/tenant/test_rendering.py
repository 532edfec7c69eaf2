"""The tenant dialect's KCIs: the contract's records, field by field, and what each reason becomes."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.doors.frozen import MADE, WHOLE_ENTITY, committed, told

from fibregate.clock import BusinessTime
from fibregate.doors.tenant.rendering import render, url

GOLDEN = Path(__file__).parent / "golden"
ERROR = {
    "uuid": "d0a7c1de-8a53-4c62-8e1c-6f5d2b9f7f10",
    "code": "SUPPLIER_TIMED_OUT",
    "messages": ["No timely answer from the supplier"],
}
CEASE = {
    "id": 52,
    "orderType": "UNSOLICITED_CEASE",
    "supplier": "ALTNET1",
    "supplierOrderReference": "AN-90144",
    "status": "RECEIVED_BY_GATEWAY",
    "serviceId": "AN-S-7712",
    "reason": "CHANGE_OF_CP",
    "requestedCeaseDate": "2025-12-15T00:00:00Z",
    "created": "2025-12-01T12:00:00.000Z",
    "updated": "2025-12-01T12:00:01.000Z",
}
REAPPOINT = committed(
    id="5e0a5c58-7a0d-4ac5-8a5e-21c53a4b9d02",
    sequenceNumber=5,
    reason="REAPPOINT",
    status="PENDING",
    previousStatus="IN_PROGRESS",
    issuedAt="2025-11-14T09:05:00.000Z",
    receivedAt="2025-11-14T09:05:00.700Z",
    problemCode="ACCESS_ISSUE",
    text="No answer at the door",
    supplierCodes=["NA-2"],
    entity={**WHOLE_ENTITY, "status": "PENDING"},
)
NEVER_SENT = committed(
    id="b7f7c9f0-4a5d-4bb4-a5a5-9b9b7f0f3b77",
    sequenceNumber=1,
    reason="UPDATE",
    status="FAILED_TO_SEND",
    previousStatus="RECEIVED_BY_GATEWAY",
    issuedAt=None,
    receivedAt=None,
    error=ERROR,
    entity={
        "id": 48,
        "orderType": "NEW",
        "supplier": "ALTNET1",
        "status": "FAILED_TO_SEND",
        "address": {"id": "100120012001", "type": "UPRN"},
        "created": "2025-11-03T10:10:40.000Z",
        "updated": "2025-11-03T10:11:10.000Z",
    },
)
CEASED = committed(
    id="c0f5a0f4-6b7e-4d8b-8a55-0f4f4f6f1d20",
    sequenceNumber=1,
    reason="CREATED",
    status="RECEIVED_BY_GATEWAY",
    previousStatus="RECEIVED_BY_GATEWAY",
    orderId=52,
    orderType="UNSOLICITED_CEASE",
    issuedAt=None,
    receivedAt=None,
    entity=CEASE,
)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("committed", committed()),
        ("action-required", REAPPOINT),
        ("could-not-send", NEVER_SENT),
        ("unsolicited-cease", CEASED),
    ],
)
def test_the_contracts_examples_come_out_as_they_are_printed(name: str, facts: dict[str, Any]) -> None:
    printed = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    made = BusinessTime(datetime.fromisoformat(printed["deliveredOn"]))
    assert json.loads(render(facts, made)) == printed


@pytest.mark.parametrize(
    ("reason", "kind", "means"),
    [
        ("CREATED", "information", "CREATED"),
        ("ACKNOWLEDGED", "information", "ACKNOWLEDGED"),
        ("COMMITTED", "information", "COMMITTED"),
        ("UPDATE", "information", "UPDATE"),
        ("ADDITIONAL", "information", "ADDITIONAL"),
        ("WARNING", "information", "WARNING"),
        ("DELAY", "information", "DELAY"),
        ("RESUMED", "information", "RESUMED"),
        ("REAPPOINTED", "information", "REAPPOINTED"),
        ("AMENDED", "information", "AMENDED"),
        ("COMPLETED", "information", "COMPLETED"),
        ("CANCELLED", "information", "TERMINATED"),
        ("ORDER_REJECTED", "information", "TERMINATED"),
        ("INFORMATION_REQUIRED", "action", "INFORMATION_REQUIRED"),
        ("REAPPOINT", "action", "REAPPOINT"),
        ("AMENDMENT_REJECTED", "action", "RESUBMIT"),
        ("CANCELLATION_REJECTED", "action", "RESUBMIT"),
    ],
)
def test_each_reason_becomes_one_type_and_brings_one_member(reason: str, kind: str, means: str) -> None:
    record = json.loads(render(told(reason, "IN_PROGRESS"), MADE))
    assert record[kind]["type"] == means
    assert record["updateType"] == {"information": "INFORMATIONAL", "action": "ACTION_REQUIRED"}[kind]
    assert {"information", "action", "error"} & set(record) == {kind}


@pytest.mark.parametrize(
    ("previous", "changes", "means"),
    [
        ("IN_PROGRESS", {}, "TERMINATED"),
        ("PENDING_CANCELLATION", {}, "CANCELLED"),
        ("IN_PROGRESS", {"cancellation": {"id": 7}}, "CANCELLED"),
    ],
)
def test_an_end_that_the_tenant_asked_for_is_cancelled_and_any_other_terminated(
    previous: str, changes: dict[str, Any], means: str
) -> None:
    record = json.loads(render(told("CANCELLED", "CANCELLED", previous, **changes), MADE))
    assert record["information"]["type"] == means


def test_the_request_that_is_answered_comes_with_the_order() -> None:
    amended = json.loads(render(told("AMENDED", "IN_PROGRESS"), MADE))["entity"]
    assert amended["serviceOrderAmendment"] == {"id": 7, "supplierReference": "AN-C-7"}
    refused = json.loads(render(told("CANCELLATION_REJECTED", "IN_PROGRESS"), MADE))["entity"]
    assert refused["serviceOrderCancellation"] == {"id": 7, "supplierReference": "AN-C-7"}


def test_codes_come_as_the_first_and_as_all_and_notes_without_what_is_unset() -> None:
    notes = [{"note": "Dog", "type": "Engineer Note", "created": None}]
    record = json.loads(render(committed(supplierCodes=["B", "A"], notes=notes), MADE))
    assert record["information"]["supplierCode"] == "B"
    assert record["information"]["supplierCodes"] == ["B", "A"]
    assert record["supplierNotes"] == [{"note": "Dog", "type": "Engineer Note"}]


def test_what_the_gateway_itself_says_has_no_time_of_issue_or_receipt() -> None:
    record = json.loads(render(committed(issuedAt=None, receivedAt=None), MADE))
    assert not {"issuedOn", "receivedOn"} & set(record)


def test_facts_of_an_older_release_are_still_told() -> None:
    few = {"id", "sequenceNumber", "reason", "status", "orderId", "orderType", "happenedAt"}
    facts = {name: value for name, value in committed().items() if name in few}
    record = json.loads(render(facts, MADE))
    assert record["entity"] == {"id": 48, "orderType": "NEW", "status": "IN_PROGRESS"}


@pytest.mark.parametrize(
    ("saved", "posted"),
    [
        ("https://isp.example", "https://isp.example/kcis"),
        ("https://isp.example/", "https://isp.example/kcis"),
        ("https://isp.example/v1", "https://isp.example/v1/kcis"),
        ("https://isp.example:8443/v1/?key=a%20b", "https://isp.example:8443/v1/kcis?key=a%20b"),
        ("https://isp.example/v1/kcis", "https://isp.example/v1/kcis"),
        ("https://isp.example/v1/kcis/", "https://isp.example/v1/kcis/"),
        ("https://isp.example/kcis?key=1", "https://isp.example/kcis?key=1"),
        ("https://isp.example/mykcis", "https://isp.example/mykcis/kcis"),
    ],
)
def test_the_saved_url_is_the_base_or_names_the_operation(saved: str, posted: str) -> None:
    assert url(saved) == posted
