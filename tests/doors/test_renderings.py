"""All three renderings of one KCI: the same number and id from the same facts, whatever becomes of the order later."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from tests.doors.frozen import MADE, WHOLE_ENTITY, committed, told
from tests.doors.updates.test_updates import DATES, NEW_SLOT, applied, ordered, said, tell, until
from tests.journeys.gateway import Gateway

from fibregate.clock import BusinessTime
from fibregate.doors.tenant import rendering as tenant
from fibregate.doors.updates import rendering as updates
from fibregate.doors.wholesale import rendering as wholesale
from fibregate.vocabulary import OrderStatus, Reason

Render = Callable[[Mapping[str, Any], BusinessTime], bytes]
RENDERINGS: Final[dict[str, Render]] = {
    tenant.NAME: tenant.render,
    updates.NAME: updates.render,
    wholesale.NAME: wholesale.render,
}
NO_ENTITY: Final[dict[str, Any]] = {}
OPTIONAL = st.fixed_dictionaries(
    {},
    optional={
        "text": st.text(max_size=2000),
        "problemCode": st.sampled_from(["ACCESS_ISSUE", "OTHER", "MOON_PHASE"]),
        "supplierCodes": st.lists(st.text(min_size=1, max_size=50), max_size=3),
        "notes": st.lists(st.fixed_dictionaries({"note": st.text(min_size=1), "type": st.just("Engineer Note")})),
        "supplierReference": st.none() | st.text(min_size=1, max_size=50),
        "tenant": st.none() | st.just("ISP1"),
        "issuedAt": st.none(),
        "receivedAt": st.none(),
        "cancellation": st.just({"id": 7}),
        "entity": st.sampled_from([NO_ENTITY, WHOLE_ENTITY]),
    },
)


def all_three(facts: Mapping[str, Any]) -> dict[str, bytes]:
    return {name: render(facts, MADE) for name, render in RENDERINGS.items()}


@given(st.sampled_from(Reason), st.sampled_from(OrderStatus), st.sampled_from(OrderStatus), OPTIONAL)
def test_every_reason_in_every_state_is_told_alike_by_all(
    reason: Reason, previous: OrderStatus, status: OrderStatus, optional: dict[str, Any]
) -> None:
    facts = committed(**(told(reason, status, previous) | optional))
    before = json.dumps(facts)
    for name, raw in all_three(facts).items():
        record = json.loads(raw)
        assert (record["id"], record["sequenceNumber"]) == (facts["id"], 3), name
        assert None not in record.values(), name
    assert json.dumps(facts) == before


async def cancelling(running: Gateway, number: int) -> None:
    """The tenant asks for the end of its order, and the network has that and says nothing."""
    body = {"id": number, "orderId": 127, "reasonCode": "NO_LONGER_REQUIRED"}
    silent = {"X-Scenario": "CANCELLATION_PENDING"}
    asked = await running.ask("POST", "service-order-cancellations", body=body, extra=silent)
    assert asked.status == 202, asked.raw
    await until(running, lambda read: read["status"] == "PENDING_CANCELLATION")


_FACTS = "select facts from kcis where tenant_id = $1 order by order_key, sequence_number"
_CHANGE = """
update orders set status = 'COMPLETED', returns_to = null, uprn = 1, address = '{}', characteristics = '[]',
    primary_contact = '{}', hazards = 'a dog', notes = 'other', supplier_reference = 'OTHER', reservation_id = null,
    committed_at = null, target_at = null, kci_count = 99, conversation_id = 'other', updated_at = clock()
where tenant_id = $1
"""


async def test_a_changed_order_changes_no_rendering_of_what_was_told(running: Gateway) -> None:
    await ordered(running)
    problem: dict[str, Any] = {
        "problemCode": "ACCESS_ISSUE",
        "supplierCodes": ["NA-2"],
        "text": "No answer at the door",
    }
    notes = [{"note": "Rang twice.", "created": "2025-07-16T08:00:00.000Z"}, {"note": "Left a card."}]
    updates_told = [
        said(1, "COMMITTED", entity={**DATES, "supplierOrderReference": "AN-90017"}),
        said(2, "REAPPOINTED", entity={"appointmentTimeslot": NEW_SLOT}),
        said(3, "REAPPOINT", **problem, supplierNotes=notes),
        said(4, "CANCELLED", problemCode="OTHER", text="The end.", entity={"serviceOrderCancellationId": 7}),
    ]
    for update in updates_told[:-1]:
        assert (await tell(running, update)).status == 204
    await applied(running, len(updates_told) - 1)
    await cancelling(running, 7)
    assert (await tell(running, updates_told[-1])).status == 204
    await applied(running, len(updates_told))
    told_then = [all_three(row["facts"]) for row in await running.rows("YOUR_TENANT", _FACTS)]
    assert len(told_then) == len(updates_told) + 1
    await running.rows("YOUR_TENANT", _CHANGE)
    await running.walk(timedelta(days=1))
    assert [all_three(row["facts"]) for row in await running.rows("YOUR_TENANT", _FACTS)] == told_then
    _are_whole([{name: json.loads(raw) for name, raw in one.items()} for one in told_then])


def _are_whole(told_then: list[dict[str, Any]]) -> None:
    """What a real order freezes is all that the renderings want."""
    assert [one["tenant-kci"]["sequenceNumber"] for one in told_then] == [1, 2, 3, 4, 5]
    types = [(one["tenant-kci"].get("information") or one["tenant-kci"]["action"])["type"] for one in told_then]
    assert types == ["ACKNOWLEDGED", "COMMITTED", "REAPPOINTED", "REAPPOINT", "CANCELLED"]
    entity = told_then[2]["tenant-kci"]["entity"]
    assert entity["supplierOrderNumber"] == "AN-90017"
    assert entity["appointmentTimeslot"]["timeslotStartDateTime"] == "2025-07-21T07:00:00.000Z"
    assert entity["appointmentSupplierReference"]
    orders = [one["supplier-kci"]["provideServiceOrder"] for one in told_then]
    assert {(one["id"], one["tenant"]) for one in orders} == {(127, "YOUR_TENANT")}
    assert orders[-1]["serviceOrderCancellationId"] == 7
