"""Orders at a supplier far away: what its answers and its news make of them, and what switching it off does."""

from datetime import timedelta
from typing import Any

import pytest
from tests.doors.tenant.asking import visit
from tests.journeys.gateway import BY, Gateway
from tests.orders.far import CODE, ISP, UPRN, Far, far, types

from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.accounts import networks

GIVEN_UP = timedelta(minutes=16)
COMMITTED = {"status": "IN_PROGRESS", "committedDate": "2025-07-16T12:00:00Z", "targetDate": "2025-07-16T12:00:00Z"}
SLOT = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
MOVED = ("2025-07-17T12:00:00.000Z", "2025-07-17T17:00:00.000Z")

ANSWERS: list[tuple[int, Any, str, list[str]]] = [
    (201, {"status": "ACKNOWLEDGED", "supplierOrderReference": "A1"}, "ACKNOWLEDGED", ["UPDATE", "ACKNOWLEDGED"]),
    (201, COMMITTED, "IN_PROGRESS", ["UPDATE", "ACKNOWLEDGED", "COMMITTED"]),
    (202, None, "SENT_TO_SUPPLIER", ["UPDATE"]),
    (422, {"messages": ["no duct there"]}, "REJECTED", ["TERMINATED"]),
    (400, {"messages": ["unreadable"]}, "FAILED_TO_SEND", ["GATEWAY_FAULT"]),
    (401, {"messages": ["who are you?"]}, "FAILED_TO_SEND", ["SUPPLIER_FAULT"]),
    (403, {"messages": ["not you"]}, "FAILED_TO_SEND", ["SUPPLIER_FAULT"]),
    (501, {"messages": ["not here"]}, "FAILED_TO_SEND", ["NOT_IMPLEMENTED"]),
    *(
        (status, {"messages": ["never"]}, "FAILED_TO_SEND", ["SUPPLIER_FAULT"])
        for status in (404, 406, 409, 410, 411, 413, 415, 417, 428, 451)
    ),
]


async def test_each_answer_makes_of_an_order_what_the_table_says(running: Gateway) -> None:
    async with far(running) as there:
        for place, (status, body, becomes, told) in enumerate(ANSWERS):
            there.answers["POST service-orders"] = (status, body)
            order = await there.ordered(uprn=str(int(UPRN) + place))
            read = await there.until(order, lambda read, until=becomes: read["status"] == until)
            assert types(read) == told, (status, read)
            if becomes == "FAILED_TO_SEND":
                assert body["messages"][0] in read["updates"][0]["error"]["messages"][0]
            if status == 422:
                assert read["updates"][0]["information"]["text"] == "no duct there"
        assert len(there.asked("service-orders")) == len(ANSWERS)


async def test_one_that_is_away_is_tried_for_a_quarter_of_an_hour_and_then_given_up(running: Gateway) -> None:
    async with far(running) as there:
        there.answers["POST service-orders"] = (503, {"messages": ["closed"]})
        order = await there.ordered()
        await running.walk(timedelta(minutes=10))
        assert (await there.ask("GET", f"service-orders/{order}")).body["status"] == "RECEIVED_BY_GATEWAY"
        await running.walk(GIVEN_UP)
        read = await there.until(order, lambda read: read["status"] == "FAILED_TO_SEND")
        assert types(read) == ["SUPPLIER_FAULT"]
        numbers = {one["id"] for one in there.asked("service-orders")}
        assert len(numbers) == 1  # one order there, however often it was asked for
        alarms = "select from alarms where about_tenant = $1 and kind = 'CALL_UNKNOWN'"
        assert await running.rows(ISP, alarms) == []


async def test_what_may_pass_is_asked_again_and_waits_meanwhile(running: Gateway) -> None:
    async with far(running) as there:
        for place, status in enumerate((408, 423, 425, 429, 503)):
            there.answers["POST service-orders"] = (status, {"messages": ["later"]})
            order = await there.ordered(uprn=str(int(UPRN) + place))
            await running.walk(timedelta(seconds=4))
            read = (await there.ask("GET", f"service-orders/{order}")).body
            assert (read["status"], types(read)) == ("RECEIVED_BY_GATEWAY", []), status
            there.answers["POST service-orders"] = (202, None)
            await running.walk(timedelta(minutes=1))
            assert (await there.ask("GET", f"service-orders/{order}")).body["status"] == "SENT_TO_SUPPLIER"


async def test_a_conflict_may_be_with_what_was_asked_for_before(running: Gateway) -> None:
    """Whoever says 503 may have done it all the same; at the first time there is nothing that it could have done."""
    async with far(running) as there:
        there.answers["POST service-orders"] = (503, {"messages": ["closed"]})
        order = await there.ordered()
        await running.walk(timedelta(seconds=4))
        there.answers["POST service-orders"] = (409, {"messages": ["I have that"]})
        there.answers["GET service-orders"] = (200, {"status": "ACKNOWLEDGED", "supplierOrderReference": "A1"})
        await running.walk(timedelta(minutes=1))
        read = (await there.ask("GET", f"service-orders/{order}")).body
        assert (read["status"], types(read)) == ("ACKNOWLEDGED", ["UPDATE", "ACKNOWLEDGED"])
        there.answers["POST service-order-amendments"] = (409, {"messages": ["not now"]})
        asked = await there.ask("POST", "service-order-amendments", {"orderId": order, "notes": "ring"})
        await running.walk(timedelta(seconds=4))
        change = (await there.ask("GET", f"service-order-amendments/{asked.body['id']}")).body
        assert change["status"] == "FAILED_TO_SEND"
        assert len(there.asked("service-order-amendments")) == 1
        read = (await there.ask("GET", f"service-orders/{order}")).body
        assert (read["status"], types(read)[2:]) == ("ACKNOWLEDGED", ["SUPPLIER_FAULT"])


async def test_an_answer_that_was_lost_is_looked_up_and_never_sent_again(running: Gateway) -> None:
    async with far(running) as there:
        there.answers["POST service-orders"] = (500, {"messages": ["on fire"]})
        there.answers["GET service-orders"] = (200, {"status": "ACKNOWLEDGED", "supplierOrderReference": "A1"})
        order = await there.ordered()
        await running.walk(timedelta(minutes=1))
        read = await there.until(order, lambda read: read["status"] == "ACKNOWLEDGED")
        assert types(read) == ["UPDATE", "ACKNOWLEDGED"]
        assert len(there.asked("service-orders")) == 1


async def test_under_a_disabled_account_nothing_is_sent_and_orders_in_flight_are_told_on(
    running: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "FRESH_SECONDS", 0.0)
    async with far(running) as there:
        there.answers["POST service-orders"] = (201, COMMITTED)
        there.answers["POST service-order-amendments"] = (202, None)
        order = await there.ordered()
        await there.until(order, lambda read: read["status"] == "IN_PROGRESS")
        (asked,) = there.asked("service-orders")
        await switch(running, enabled=False)
        await amend(there, order, "ring")
        await running.walk(GIVEN_UP)
        read = await there.until(order, lambda read: "SUPPLIER_FAULT" in types(read))
        assert read["status"] == "IN_PROGRESS"
        assert "disabled by the operator" in read["updates"][-1]["error"]["messages"][0]
        assert (await there.tell(asked["id"], "UPDATE", text="Duct found.")).status == 204
        await there.until(order, lambda read: types(read)[-1] == "UPDATE")
        assert there.asked("service-order-amendments") == []
        await amend(there, order, "ring twice")
        await switch(running, enabled=True)
        await running.walk(timedelta(minutes=5))
        assert [one["notes"] for one in there.asked("service-order-amendments")] == ["ring twice"]


async def switch(running: Gateway, *, enabled: bool) -> None:
    async with running.db.tx(None) as tx:
        await accounts.switch_account(tx, CODE, "default", enabled=enabled, by=BY)


async def amend(there: Far, order: int, notes: str) -> None:
    made = await there.ask("POST", "service-order-amendments", {"orderId": order, "notes": notes})
    assert made.status == 201, made.raw


async def test_a_visit_that_the_supplier_moves_is_the_orders_visit(running: Gateway) -> None:
    async with far(running) as there:
        slot = {"timeslotStartDateTime": SLOT[0], "timeslotEndDateTime": SLOT[1]}
        there.answers["POST appointments"] = (201, {"supplierReference": "V-1", "timeslot": slot})
        there.answers["POST service-orders"] = (201, COMMITTED)
        made = await there.ask("POST", "appointments", visit(uprn=UPRN, supplier=CODE, slot=SLOT))
        assert made.status == 201, made.raw
        order = await there.ordered(appointmentReservationId=made.body["id"])
        await there.until(order, lambda read: read["status"] == "IN_PROGRESS")
        (asked,) = there.asked("service-orders")
        moved = {"timeslotStartDateTime": MOVED[0], "timeslotEndDateTime": MOVED[1]}
        about = {"appointmentTimeslot": moved, "appointmentReservationReference": "V-2"}
        assert (await there.tell(asked["id"], "REAPPOINTED", about=about)).status == 204
        read = await there.until(order, lambda read: types(read)[-1] == "REAPPOINTED")
        assert read["status"] == "IN_PROGRESS"
        assert read["targetDate"] == MOVED[1]
        assert read["committedDate"] == COMMITTED["committedDate"].replace("Z", ".000Z")
        rows = await running.rows(ISP, "select reference, state, starts_at from reservations where tenant_id = $1")
        held = {row["reference"]: row["state"] for row in rows}
        assert held["V-1"] == "REPLACED"
        assert held["V-2"] == "CONFIRMED"


async def test_a_tenant_objects_to_a_cease_of_a_supplier_far_away(running: Gateway) -> None:
    async with far(running) as there:
        there.answers["POST service-orders"] = (201, COMMITTED)
        there.answers["POST service-order-cancellations"] = (202, None)
        order = await there.ordered()
        await there.until(order, lambda read: read["status"] == "IN_PROGRESS")
        (asked,) = there.asked("service-orders")
        assert (await there.tell(asked["id"], "COMPLETED", about={"serviceId": "SVC-9"})).status == 204
        await there.until(order, lambda read: read["status"] == "COMPLETED")
        cease = {"serviceId": "SVC-9", "reason": "OTHER_PROVIDER", "requestedCeaseDate": "2025-08-01T12:00:00Z"}
        told = await there.tell(77, "CREATED", kind="unsolicitedCease", about=cease)
        assert told.status == 204, told.raw
        read = await there.until(order + 1, lambda read: "updates" in read)
        assert types(read) == ["CREATED"]
        said = await there.tell(77, "COMMITTED", kind="unsolicitedCease", about=COMMITTED)
        assert said.status == 204, said.raw
        await there.until(order + 1, lambda read: read["status"] == "IN_PROGRESS")
        no = {"orderId": order + 1, "reasonCode": "END_USER_NOT_MOVING"}
        made = await there.ask("POST", "service-order-cancellations", no)
        assert made.status == 201, made.raw
        await there.until(order + 1, lambda read: read["status"] == "PENDING_CANCELLATION")
        (objection,) = there.asked("service-order-cancellations")
        assert (objection["orderId"], objection["reasonCode"]) == (77, "END_USER_NOT_MOVING")
        number = {"serviceOrderCancellationId": objection["id"]}
        ended = await there.tell(77, "CANCELLED", kind="unsolicitedCease", about=number, problemCode="INVALID_REQUEST")
        assert ended.status == 204, ended.raw
        await there.until(order + 1, lambda read: read["status"] == "CANCELLED")
        (service,) = await running.rows(ISP, "select service_id, state from services where tenant_id = $1")
        assert (service["service_id"], service["state"]) == ("SVC-9", "ACTIVE")


async def test_a_cease_without_a_number_there_cannot_be_objected_to(running: Gateway) -> None:
    async with far(running) as there:
        there.answers["POST service-orders"] = (201, COMMITTED)
        order = await there.ordered()
        await there.until(order, lambda read: read["status"] == "IN_PROGRESS")
        (asked,) = there.asked("service-orders")
        assert (await there.tell(asked["id"], "COMPLETED", about={"serviceId": "SVC-9"})).status == 204
        await there.until(order, lambda read: read["status"] == "COMPLETED")
        cease = {"serviceId": "SVC-9", "reason": "OTHER_PROVIDER", "supplierOrderReference": "C-1", "id": None}
        told = await there.tell(77, "CREATED", kind="unsolicitedCease", about=cease)
        assert told.status == 204, told.raw
        acknowledged = {"supplierOrderReference": "C-1", "id": None, "status": "ACKNOWLEDGED"}
        assert (await there.tell(77, "ACKNOWLEDGED", kind="unsolicitedCease", about=acknowledged)).status == 204
        await there.until(order + 1, lambda read: read.get("status") == "ACKNOWLEDGED")
        no = {"orderId": order + 1, "reasonCode": "END_USER_NOT_MOVING"}
        refused = (await there.ask("POST", "service-order-cancellations", no)).refused(422, "INVALID_REQUEST")
        assert refused == [f"orderId: {CODE} has given no number to order {order + 1}; ask it directly"]
