"""What a supplier decides about a tenant's amendment or cancellation, told over the updates door."""

from typing import Any

import pytest
from tests.doors.updates.test_updates import DATES, applied, ordered, said, tell, until
from tests.journeys.gateway import Gateway


async def progressing(running: Gateway) -> None:
    """An order that is committed and otherwise left to this test."""
    await ordered(running)
    assert (await tell(running, said(1, "COMMITTED", entity=DATES))).status == 204
    await until(running, lambda read: read["status"] == "IN_PROGRESS")


async def ask(running: Gateway, kind: str, number: int, **asked: Any) -> str:
    """The supplier has it and says nothing; answers its reference there."""
    body = {"id": number, "orderId": 127, **asked}
    silent = {"X-Scenario": f"{kind.upper()}_PENDING"}
    assert (await running.ask("POST", f"service-order-{kind}s", body=body, extra=silent)).status == 202
    # not the order's own status: another change may have moved it there before
    there = await until(running, lambda read: read["status"] == "PENDING", path=f"service-order-{kind}s/{number}")
    return str(there["supplierReference"])


async def stands(running: Gateway, kind: str, number: int) -> Any:
    return (await running.ask("GET", f"service-order-{kind}s/{number}")).body


async def test_an_amendment_is_decided_by_its_number_or_its_reference(running: Gateway) -> None:
    await progressing(running)
    await ask(running, "amendment", 7, notes="ring")
    reference = await ask(running, "amendment", 8, notes="ring twice")
    assert (await tell(running, said(2, "AMENDED", entity={"serviceOrderAmendmentId": 7}))).status == 204
    no = said(3, "AMENDMENT_REJECTED", text="Never.", entity={"serviceOrderAmendmentReference": reference})
    assert (await tell(running, no)).status == 204
    stood = await until(running, lambda read: read["status"] == "IN_PROGRESS")
    assert stood["notes"] == "ring"
    told = [(one["reasonCode"], one["status"]) for one in stood["updates"][-2:]]
    assert told == [("AMENDED", "PENDING_AMENDMENT"), ("AMENDMENT_REJECTED", "IN_PROGRESS")]
    assert (await stands(running, "amendment", 7))["status"] == "COMPLETED"
    refused = await stands(running, "amendment", 8)
    assert (refused["status"], refused["answer"]) == ("REJECTED", "Never.")


@pytest.mark.parametrize("named", [{"serviceOrderAmendmentId": 99}, {"serviceOrderAmendmentReference": "NOBODYS"}])
async def test_a_decision_about_no_open_change_is_kept_and_changes_nothing(
    running: Gateway, named: dict[str, Any]
) -> None:
    await progressing(running)
    await ask(running, "amendment", 7, notes="ring")
    assert (await tell(running, said(2, "AMENDED", entity=named))).status == 204
    rows = await applied(running, 2)
    assert rows[-1]["state"] == "REFUSED"
    assert "which is no open change of this order" in rows[-1]["refusal"]
    assert (await stands(running, "amendment", 7))["status"] == "PENDING"
    for number in (3, 4):
        assert (await tell(running, said(number, "AMENDED", entity={"serviceOrderAmendmentId": 7}))).status == 204
    assert [row["state"] for row in await applied(running, 4)] == ["APPLIED", "REFUSED", "APPLIED", "REFUSED"]


async def test_an_end_that_does_not_name_the_cancellation_is_still_what_was_asked(running: Gateway) -> None:
    await progressing(running)
    await ask(running, "amendment", 7, notes="ring")
    await ask(running, "cancellation", 8, reasonCode="OTHER")
    assert (await tell(running, said(2, "CANCELLED", problemCode="NO_LONGER_REQUIRED"))).status == 204
    await until(running, lambda read: read["status"] == "CANCELLED")
    assert (await stands(running, "cancellation", 8))["status"] == "COMPLETED"
    overtaken = await stands(running, "amendment", 7)
    assert (overtaken["status"], overtaken["answer"]) == ("REJECTED", "The order ended, CANCELLED.")


async def test_a_new_date_ends_a_hold_beneath_an_amendment(running: Gateway) -> None:
    """A gateway that is our supplier names the status that its own order has: the amendment's."""
    await progressing(running)
    await ask(running, "amendment", 7, notes="ring")
    assert (await tell(running, said(2, "DELAY", problemCode="NETWORK_ISSUE"))).status == 204
    later = {"status": "PENDING_AMENDMENT", "targetDate": "2025-07-30T12:00:00.000Z"}
    assert (await tell(running, said(3, "UPDATE", entity=later))).status == 204
    assert (await tell(running, said(4, "COMPLETED"))).status == 204
    await until(running, lambda read: read["status"] == "COMPLETED")
