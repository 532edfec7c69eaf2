"""What the suite makes of a supplier's updates."""

from typing import Any
from uuid import uuid4

import orjson
import pytest

from fibregate.suppliers.conformance import updates

AT = "2025-11-03T10:12:00.000Z"
DATES = {"status": "IN_PROGRESS", "committedDate": AT, "targetDate": AT}


def said(number: int, reason: str, entity: dict[str, Any] | None = None, **more: Any) -> bytes:
    order = {"id": 48, "tenant": "GATEWAY1", **(entity or {})}
    body = {"id": str(uuid4()), "sequenceNumber": number, "issuedOn": AT, "reasonCode": reason, **more}
    return orjson.dumps({"provideServiceOrder": order, **body})


ACKNOWLEDGED = said(1, "ACKNOWLEDGED", {"status": "ACKNOWLEDGED"})


@pytest.mark.parametrize(
    "bodies",
    [
        [ACKNOWLEDGED, said(2, "COMMITTED", DATES), said(3, "UPDATE"), said(4, "COMPLETED")],
        [said(1, "COMMITTED", DATES)],
        [said(1, "ORDER_REJECTED", text="no such flat")],
        [ACKNOWLEDGED, ACKNOWLEDGED, said(2, "MOONLIT")],
        [ACKNOWLEDGED, said(2, "DELAY", problemCode="NETWORK_ISSUE")],
        [ACKNOWLEDGED, said(2, "AMENDED", {"serviceOrderAmendmentId": 7})],
        [orjson.dumps({**orjson.loads(ACKNOWLEDGED), "moonPhase": "WAXING"})],
        [said(1, "ACKNOWLEDGED", {"id": None, "supplierOrderReference": "AN-1", "status": "ACKNOWLEDGED"})],
    ],
)
def test_updates_that_are_as_they_must_be_have_no_fault(bodies: list[bytes]) -> None:
    assert list(updates.faults(bodies)) == []


@pytest.mark.parametrize(
    ("bodies", "fault"),
    [
        ([b"<html>"], "update 1 cannot be read: JSON:"),
        ([b"[]"], "update 1 cannot be read"),
        ([said(2, "ACKNOWLEDGED", {"status": "ACKNOWLEDGED"})], "update 1 has the number 2, and 1 comes next"),
        ([ACKNOWLEDGED, said(3, "UPDATE"), said(2, "UPDATE")], "update 2 has the number 3, and 2 comes next"),
        ([said(1, "UPDATE")], "the first update is UPDATE"),
        ([said(1, "ACKNOWLEDGED")], "ACKNOWLEDGED: must bring status"),
        ([ACKNOWLEDGED, said(2, "COMMITTED", {"status": "IN_PROGRESS"})], "COMMITTED: must bring committedDate"),
        ([ACKNOWLEDGED, said(2, "DELAY")], "DELAY: must bring problemCode"),
        ([said(1, "ORDER_REJECTED")], "ORDER_REJECTED: must bring text"),
        ([ACKNOWLEDGED, said(2, "AMENDED")], "AMENDED: must bring an id or reference of the amendment"),
        ([said(1, "ACKNOWLEDGED", {"id": None, "status": "ACKNOWLEDGED"})], "names the order neither by our id"),
        ([said(1, "ACKNOWLEDGED", {"status": "ACKNOWLEDGED"}, issuedOn="yesterday")], "issuedOn"),
        ([orjson.dumps({**orjson.loads(ACKNOWLEDGED), "provideServiceOrder": None})], "brings no provideServiceOrder"),
        ([said(1, "ACKNOWLEDGED", {"status": "BREWING"})], "provideServiceOrder.status"),
    ],
)
def test_each_fault_of_updates_is_told(bodies: list[bytes], fault: str) -> None:
    assert [one for one in updates.faults(bodies) if fault in one]


def test_after_a_synchronous_answer_anything_may_be_said_first() -> None:
    assert list(updates.faults([said(1, "UPDATE")], acknowledged=True)) == []


def test_updates_of_other_orders_are_left_out_and_what_cannot_be_read_is_not() -> None:
    assert updates.about(ACKNOWLEDGED, 48)
    assert not updates.about(ACKNOWLEDGED, 49)
    assert updates.about(b"<html>", 49)
    assert updates.about(said(1, "ACKNOWLEDGED", {"id": None, "supplierOrderReference": "AN-1"}), 49)
