"""Charges as a supplier tells of them, as the tenant reads and answers them, and as they are passed on."""

import asyncio
from typing import Any
from uuid import uuid4

import orjson
import pytest
from tests.doors.updates.test_updates import ordered, said, tell, until
from tests.journeys.gateway import START, Gateway, Got

from fibregate.clock import BusinessTime
from fibregate.doors.updates import rendering
from fibregate.vocabulary import Reason

NOW = BusinessTime(START)
COST = {"construction": "5150.00", "included": "2800.00", "answerBy": "2025-08-13T16:00:00.000Z"}
QUESTION = "Construction 5150.00, of which 2800.00 is included: 2350.00 to pay."


async def manage(running: Gateway, method: str, path: str, body: Any = None, tenant: str = "YOUR_TENANT") -> Got:
    extra = {"X-Request-ID": str(uuid4())}
    return await running.ask(method, f"/manage/v1/{path}", tenant=tenant, body=body, extra=extra)


async def charged(running: Gateway) -> dict[str, Any]:
    """An order whose supplier has asked for money; the charge as its tenant reads it."""
    await ordered(running)
    asked = said(2, "INFORMATION_REQUIRED", text=QUESTION, problemCode="COST_ISSUE", charge=COST)
    assert (await tell(running, said(1, "ACKNOWLEDGED", entity={"status": "ACKNOWLEDGED"}))).status == 204
    assert (await tell(running, asked)).status == 204
    await until(running, lambda read: read["status"] == "PENDING")
    (charge,) = (await manage(running, "GET", "charges?orderId=127")).body["charges"]
    return charge


async def becomes(running: Gateway, charge: str, state: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            read = (await manage(running, "GET", f"charges/{charge}")).body
            if read["state"] == state:
                return read
            await asyncio.sleep(0.02)


async def test_a_charge_is_read_answered_with_its_amount_and_told_to_the_supplier(running: Gateway) -> None:
    charge = await charged(running)
    identity = charge["id"]
    assert {name: charge[name] for name in ("state", "construction", "included", "amount", "currency", "text")} == {
        "state": "AWAITING_RESPONSE",
        "construction": "5150.00",
        "included": "2800.00",
        "amount": "2350.00",
        "currency": "GBP",
        "text": QUESTION,
    }
    assert charge["answerBy"] == COST["answerBy"]
    path = f"charges/{identity}/decision"
    for wrong, status in (
        ({"decision": "ACCEPT"}, 422),
        ({"decision": "ACCEPT", "amount": "2350.01"}, 422),
        ({"decision": "ACCEPT", "amount": 2350.0}, 400),
        ({"decision": "ACCEPT", "amount": "2350"}, 422),
        ({"decision": "MAYBE"}, 422),
    ):
        assert (await manage(running, "POST", path, wrong)).status == status, wrong
    yes = {"decision": "ACCEPT", "amount": "2350.00"}
    assert (await manage(running, "POST", path, yes, tenant="ISP1")).status == 404
    first = await manage(running, "POST", path, yes)
    assert (first.status, first.body["state"]) == (200, "ANSWERED"), first.raw
    assert (await manage(running, "POST", path, yes)).body == first.body
    (change,) = await running.rows(
        "YOUR_TENANT", "select id, asked, door from order_changes where tenant_id = $1 and kind = 'AMENDMENT'"
    )
    assert {"name": "ECC_CHARGEBAND", "value": "2350.00"} in change["asked"]["serviceCharacteristics"]
    assert (await tell(running, said(3, "AMENDED", entity={"serviceOrderAmendmentId": change["id"]}))).status == 204
    done = await becomes(running, identity, "ACCEPTED")
    assert (done["decision"], done["amount"]) == ("ACCEPT", "2350.00")
    listed = (await manage(running, "GET", "charges?state=ACCEPTED")).body["charges"]
    assert [one["id"] for one in listed] == [identity]
    assert (await manage(running, "GET", "charges", tenant="ISP1")).body == {"charges": []}


@pytest.mark.parametrize(
    ("reason", "cost", "told"),
    [
        ("DELAY", COST, "charge: goes with reasonCode INFORMATION_REQUIRED or UPDATE"),
        (
            "UPDATE",
            {"construction": "100.00", "included": "100.00"},
            "charge.included: 100.00 leaves nothing of 100.00 to pay; leave charge out",
        ),
    ],
)
async def test_a_charge_that_makes_no_sense_is_refused(
    running: Gateway, reason: str, cost: dict[str, str], told: str
) -> None:
    await ordered(running)
    body = said(1, reason, text="Money.", problemCode="COST_ISSUE", charge=cost)
    assert told in (await tell(running, body)).refused(422, "INVALID_REQUEST")


def test_a_charge_is_passed_on_where_it_is_raised_and_not_where_it_is_decided() -> None:
    facts = {
        "id": str(uuid4()),
        "sequenceNumber": 2,
        "happenedAt": START.isoformat(),
        "orderId": 7,
        "orderType": "NEW",
        "tenant": "ISP1",
        "status": "PENDING",
        "text": QUESTION,
        "problemCode": "COST_ISSUE",
        "charge": {**COST, "id": str(uuid4()), "amount": "2350.00", "state": "AWAITING_RESPONSE"},
    }
    raised = orjson.loads(rendering.render({**facts, "reason": Reason.INFORMATION_REQUIRED.value}, NOW))
    assert raised["charge"] == COST
    decided = orjson.loads(rendering.render({**facts, "reason": Reason.AMENDED.value}, NOW))
    assert "charge" not in decided
