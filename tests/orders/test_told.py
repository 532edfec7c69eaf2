"""What the page of states says that a tenant is told: of each move, and of orders that made them all."""

import json
from collections.abc import Mapping
from typing import Any

from docs_gen import told
from tests.journeys.gateway import Gateway
from tests.orders.far import ISP, UPRN, Far, far

from fibregate.doors.tenant import rendering as tenant
from fibregate.vocabulary import Reason

CALLED = {
    ("UPDATE", "FAILED_TO_SEND"): "ERROR",
    ("ORDER_REJECTED", "REJECTED"): "INFORMATIONAL TERMINATED",
    ("INFORMATION_REQUIRED", "PENDING"): "ACTION_REQUIRED INFORMATION_REQUIRED",
    ("REAPPOINT", "PENDING"): "ACTION_REQUIRED REAPPOINT",
    ("AMENDMENT_REJECTED", "the state beneath"): "ACTION_REQUIRED RESUBMIT",
    ("CANCELLATION_REJECTED", "the state beneath"): "ACTION_REQUIRED RESUBMIT",
    ("CANCELLED", "FAILED"): "INFORMATIONAL TERMINATED",
}
"""What the tenant dialect does not simply call by its reason; and an end that nobody asked for, see below."""
COMMITTED = {"status": "IN_PROGRESS", "committedDate": "2025-07-16T12:00:00Z", "targetDate": "2025-07-16T12:00:00Z"}
SLOT = {"timeslotStartDateTime": "2025-07-17T12:00:00Z", "timeslotEndDateTime": "2025-07-17T17:00:00Z"}
PROBLEM = {"problemCode": "NETWORK_ISSUE"}


def test_each_move_is_called_what_the_dialects_call_it() -> None:
    rows = told.every()
    assert {one.reason for one in rows} == {*Reason, None}
    ends = [one.says[tenant.NAME] for one in rows if (one.reason, one.target) == (Reason.CANCELLED, "`CANCELLED`")]
    assert ends == ["INFORMATIONAL CANCELLED", "INFORMATIONAL TERMINATED"]
    for one in rows:
        if one.reason is None:
            assert one.says == {}
            continue
        key = (one.reason.value, one.target.strip("`"))
        if key != ("CANCELLED", "CANCELLED"):
            assert one.says[tenant.NAME] == CALLED.get(key, f"INFORMATIONAL {one.reason.value}"), key
        assert one.says["wholesale-webhook"] == (
            "UNSOLICITED_CEASE" if one.reason is Reason.CREATED else one.reason.value
        )
        assert one.says["supplier-kci"] == ("ORDER_REJECTED" if key[1] == "FAILED_TO_SEND" else one.reason.value)


async def test_orders_that_make_all_moves_are_told_as_the_page_says(running: Gateway) -> None:
    async with far(running) as there:
        there.answers["POST service-order-amendments"] = (202, None)
        there.answers["POST service-order-cancellations"] = (202, None)
        await _to_completed(there)
        await _ends(there)
        rows = await running.rows(ISP, "select facts from kcis where tenant_id = $1")
        heard = [row["facts"] for row in rows]
    page = {(one.reason.value, json.dumps(one.says, sort_keys=True)) for one in told.every() if one.reason}
    made = {(facts["reason"], json.dumps(told.heard(facts), sort_keys=True)) for facts in heard}
    assert made == page
    assert all(_leads_as_told(facts) for facts in heard)


def _leads_as_told(facts: Mapping[str, Any]) -> bool:
    """There is a row with this reason that goes from there to there."""
    source, target = facts["previousStatus"], facts["status"]
    return any(
        facts["reason"] == one.reason
        and (not one.source or source in {*one.source, "PENDING_AMENDMENT", "PENDING_CANCELLATION"})
        and (one.target == f"`{target}`" or "`" not in one.target)
        for one in told.every()
    )


async def _order(there: Far, place: int) -> tuple[int, int]:
    """Its number here, and there."""
    there.answers["POST service-orders"] = (201, COMMITTED)
    order = await there.ordered(uprn=str(int(UPRN) + place))
    await there.until(order, lambda read: read["status"] == "IN_PROGRESS")
    return order, there.asked("service-orders")[-1]["id"]


async def _say(there: Far, order: int, number: int, reason: str, until: str, **more: Any) -> None:
    before = (await there.ask("GET", f"service-orders/{order}")).body
    got = await there.tell(number, reason, **more)
    assert got.status == 204, got.raw
    read = await there.until(order, lambda read: len(read["updates"]) > len(before["updates"]))
    assert read["status"] == until, (reason, read["status"])


async def _change(there: Far, order: int, kind: str, body: Mapping[str, Any]) -> int:
    """With the network, under this number there."""
    made = await there.ask("POST", f"service-order-{kind}s", {"orderId": order, **body})
    assert made.status == 201, made.raw
    await there.until(order, lambda read: read["status"] == f"PENDING_{kind.upper()}")
    return int(there.asked(f"service-order-{kind}s")[-1]["id"])


async def _to_completed(there: Far) -> None:
    order, number = await _order(there, 0)
    for reason, until, more in (
        ("UPDATE", "IN_PROGRESS", {"text": "Duct found."}),
        ("ADDITIONAL", "IN_PROGRESS", {"about": {"serviceId": "SVC-9"}}),
        ("WARNING", "IN_PROGRESS", PROBLEM),
        ("DELAY", "HELD", PROBLEM),
        ("RESUMED", "IN_PROGRESS", {}),
        ("INFORMATION_REQUIRED", "PENDING", {"text": "Which door?"}),
        ("UPDATE", "IN_PROGRESS", {"about": {"status": "IN_PROGRESS"}}),
        ("REAPPOINT", "PENDING", PROBLEM),
        ("REAPPOINTED", "IN_PROGRESS", {"about": {"appointmentTimeslot": SLOT}}),
    ):
        await _say(there, order, number, reason, until, **more)
    for reason in ("AMENDED", "AMENDMENT_REJECTED"):
        asked = await _change(there, order, "amendment", {"notes": f"ring, {reason}"})
        about = {"serviceOrderAmendmentId": asked}
        await _say(there, order, number, reason, "IN_PROGRESS", about=about, text="As said.")
    asked = await _change(there, order, "cancellation", {"reasonCode": "OTHER"})
    about = {"serviceOrderCancellationId": asked}
    await _say(there, order, number, "CANCELLATION_REJECTED", "IN_PROGRESS", about=about, text="Too late.")
    await _say(there, order, number, "COMPLETED", "COMPLETED", about={"serviceId": "SVC-9"})
    cease = {"serviceId": "SVC-9", "reason": "OTHER_PROVIDER", "requestedCeaseDate": "2025-08-01T12:00:00Z"}
    assert (await there.tell(77, "CREATED", kind="unsolicitedCease", about=cease)).status == 204


async def _ends(there: Far) -> None:
    order, number = await _order(there, 1)
    asked = await _change(there, order, "cancellation", {"reasonCode": "OTHER"})
    about: dict[str, Any] = {"serviceOrderCancellationId": asked}
    await _say(there, order, number, "CANCELLED", "CANCELLED", about=about, problemCode="NO_LONGER_REQUIRED")
    for place, (reason, said, more) in enumerate(
        (("CANCELLED", "CANCELLED", PROBLEM), ("CANCELLED", "FAILED", PROBLEM), ("COMPLETED", "PARTIAL", {})), 2
    ):
        order, number = await _order(there, place)
        await _say(there, order, number, reason, said, about={"status": said}, **more)
    for place, (status, until) in enumerate(((422, "REJECTED"), (400, "FAILED_TO_SEND")), 5):
        there.answers["POST service-orders"] = (status, {"messages": ["no"]})
        order = await there.ordered(uprn=str(int(UPRN) + place))
        await there.until(order, lambda read, until=until: read["status"] == until)
