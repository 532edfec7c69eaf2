"""The remote network where it behaves: a supplier like any other, over real HTTP."""

import asyncio
import base64
from typing import Any

from tests.sandbox.remote.caller import PREFIX, Ground, Grounds, address, entity, quoted, unvisited

from fibregate.sandbox.remote import premises
from fibregate.sandbox.remote.model import Client, Paces

VISITED = premises.FIRST
COURSE = ["ACKNOWLEDGED", "COMMITTED", "UPDATE", "ADDITIONAL", "COMPLETED"]
SLOW = Paces(kci=0.05)


async def completed(ground: Ground, order: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Place it and wait for its end; the last update."""
    before = len(ground.door.updates)
    assert (await ground.post("/service-orders", order, **more)).status == 202
    await ground.door.until(lambda: "COMPLETED" in ground.door.reasons()[before:])
    return ground.door.updates[-1]


async def test_an_order_goes_from_an_address_to_completed(ground: Ground) -> None:
    told = (await ground.get(f"{PREFIX}/service-availability?address={address(VISITED)}")).body
    assert told["siteInformation"]["installationType"] == "STANDARD"
    assert told["serviceSpecifications"][0]["id"] == "fttp"
    slot = (await ground.slots(VISITED))[0]
    booking = ground.booking(VISITED, slot)
    booked = await ground.post(f"{PREFIX}/appointments", booking)
    assert booked.status == 201
    assert booked.body["timeslot"] == slot
    order = ground.order(VISITED, appointmentReservationId=booking["id"])
    assert (await ground.post("/service-orders", order)).status == 202
    await ground.door.until(lambda: ground.door.reasons() == COURSE)
    assert [one["sequenceNumber"] for one in ground.door.updates] == [1, 2, 3, 4, 5]
    mark = entity(ground.door.updates[0])["supplierOrderReference"]
    assert [one["text"].partition(":")[0] for one in ground.door.updates] == [f"{mark}/{n}" for n in range(1, 6)]
    committed, last = entity(ground.door.updates[1]), entity(ground.door.updates[4])
    assert committed["status"] == "IN_PROGRESS"
    assert committed["committedDate"] == committed["targetDate"] == slot["timeslotEndDateTime"]
    assert (last["id"], last["tenant"], last["status"]) == (order["id"], "ISP1", "COMPLETED")
    assert last["appointmentReservationReference"] == booked.body["supplierReference"]
    facts = {one["name"] for one in last["serviceOrderItem"]["serviceCharacteristics"]}
    assert {"SERVICE_ID", "ONT_REFERENCE", "ONT_PORT", "SERVICE_VLAN_ID"} <= facts
    assert {one["X-Conversation-ID"] for one in ground.door.headers} == {"conversation-1"}
    assert [one["status"] for one in await ground.told(5)] == [204] * 5
    assert ground.did(kind="order") == ["performed"]


async def test_a_service_is_modified_and_ceased(ground: Ground) -> None:
    last = entity(await completed(ground, ground.order(unvisited("well"))))
    facts = {one["name"]: one["value"] for one in last["serviceOrderItem"]["serviceCharacteristics"]}
    modify = {
        "id": ground.next(),
        "orderType": "MODIFY",
        "tenant": "ISP1",
        "serviceId": facts["SERVICE_ID"],
        "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "80/20"}],
    }
    assert "modifyServiceOrder" in await completed(ground, modify)
    cease = {"id": ground.next(), "orderType": "CEASE", "tenant": "ISP1", "serviceId": facts["SERVICE_ID"]}
    assert "ceaseServiceOrder" in await completed(ground, cease)
    again = await ground.post("/service-orders", {**cease, "id": ground.next()})
    assert again.status == 422
    assert "serviceId" in again.body["messages"][0]


async def test_the_same_number_is_done_once(ground: Ground) -> None:
    booking = ground.booking(VISITED, (await ground.slots(VISITED))[0])
    first, second = [await ground.post("/appointments", booking) for _ in range(2)]
    assert (first.status, first.body) == (second.status, second.body)
    order = ground.order(unvisited("well"))
    assert [(await ground.post("/service-orders", order)).status for _ in range(3)] == [202, 202, 202]
    changed = await ground.post("/service-orders", {**order, "notes": "another"})
    assert (changed.status, changed.body["code"]) == (422, "INVALID_REQUEST")
    assert (await ground.post("/service-orders", {**order, "tenant": "ISP2"}, tenant="ISP2")).status == 202
    assert ground.did(kind="booking") == ["performed", "replayed"]
    assert ground.did(kind="order", tenant="ISP1") == ["performed", "replayed", "replayed"]
    assert ground.did(kind="order", tenant="ISP2") == ["performed"]


async def test_an_order_is_amended_and_cancelled(grounds: Grounds) -> None:
    async with grounds(SLOW) as ground:
        slots = await ground.slots(VISITED)
        first, second = [ground.booking(VISITED, one) for one in slots[:2]]
        for one in (first, second):
            assert (await ground.post("/appointments", one)).status == 201
        order = ground.order(VISITED, appointmentReservationId=first["id"])
        await ground.post("/service-orders", order)
        amendment = {
            "id": ground.next(),
            "orderId": order["id"],
            "appointmentReservationId": second["id"],
            "notes": "ring twice",
            "primaryContact": {"phoneNumber": "01632 960002"},
        }
        assert (await ground.post("/service-order-amendments", amendment)).status == 202
        assert (await ground.get(f"/service-order-amendments/{amendment['id']}")).body["status"] == "PENDING"
        await ground.door.until(lambda: "AMENDED" in ground.door.reasons())
        amended = next(entity(one) for one in ground.door.updates if one["reasonCode"] == "AMENDED")
        assert amended["serviceOrderAmendmentId"] == amendment["id"]
        assert amended["appointmentTimeslot"] == slots[1]
        assert (await ground.get(f"/appointments/{first['id']}")).body["state"] == "RELEASED"
        cancellation = {"id": ground.next(), "orderId": order["id"], "reasonCode": "NO_LONGER_REQUIRED"}
        assert (await ground.post("/service-order-cancellations", cancellation)).status == 202
        await ground.door.until(lambda: "CANCELLED" in ground.door.reasons())
        last = ground.door.updates[-1]
        assert last["problemCode"]
        assert entity(last)["serviceOrderCancellationId"] == cancellation["id"]
        shown = (await ground.get(f"/service-orders/{order['id']}")).body
        assert (shown["status"], shown["notes"]) == ("CANCELLED", "ring twice")
        assert shown["primaryContact"] == {"name": "Asha Patel", "phoneNumber": "01632 960002"}
        assert [one["sequenceNumber"] for one in ground.door.updates] == [*range(1, len(ground.door.updates) + 1)]
        late = await ground.post("/service-order-cancellations", {**cancellation, "id": ground.next()})
        assert (late.status, late.body["messages"]) == (422, ["orderId: the order is CANCELLED"])


async def test_a_timeslot_of_one_is_booked_once(grounds: Grounds) -> None:
    async with grounds(places=1) as ground:
        slot = (await ground.slots(VISITED))[0]
        got = await asyncio.gather(
            *(ground.post("/appointments", ground.booking(VISITED + one, slot)) for one in range(5))
        )
        assert sorted(one.status for one in got) == [201, 409, 409, 409, 409]
        refused = next(one.body for one in got if one.status == 409)
        assert slot not in refused["alternatives"]
        assert refused["alternatives"]
        held = next(one.body["id"] for one in got if one.status == 201)
        assert (await ground.send("DELETE", f"/appointments/{held}")).status == 204
        assert (await ground.post("/appointments", ground.booking(VISITED, slot))).status == 201


async def test_what_is_wrong_is_named_all_at_once(ground: Ground) -> None:
    wrong = ground.order(VISITED, orderType="GIFT", tenant="ISP2")
    del wrong["primaryContact"]
    got = await ground.post("/service-orders", wrong)
    assert (got.status, got.body["code"]) == (422, "INVALID_REQUEST")
    missing = await ground.post("/service-orders", {**wrong, "orderType": "NEW"})
    assert {one.partition(":")[0] for one in missing.body["messages"]} == {
        "tenant",
        "primaryContact",
        "appointmentReservationId",
    }
    assert (await ground.post("/service-orders", b"{")).status == 400
    assert (await ground.post("/service-orders", {**wrong, "id": "7"})).status == 400
    assert (await ground.get(f"/service-availability?address={address(VISITED)}", Tenant="")).status == 400
    assert (await ground.get("/nothing")).status == 404
    assert (await ground.get("/service-orders")).status == 405
    nowhere = premises.UNKNOWN[0]
    told = (await ground.get(f"/service-availability?address={address(nowhere)}")).body
    assert told["unavailabilityReasons"][0]["code"] == "ADDRESS_NOT_KNOWN"
    assert (await ground.post("/service-orders", ground.order(nowhere + 500))).status == 422
    assert ground.did(kind="order") == []


async def test_only_its_clients_are_let_in_and_each_for_its_tenant(grounds: Grounds) -> None:
    async with grounds(clients=(Client("gateway", "pw", "ISP1"),)) as ground:
        form = b"grant_type=client_credentials&client_id=gateway&client_secret="
        there = f"{ground.url}/IdentityModule/v1.0/oauth/token"
        assert (await ground.raw("POST", there, {}, form + b"wrong")).body["error"] == "invalid_client"
        assert (await ground.raw("POST", there, {}, form + b"pw")).body["token_type"] == "Bearer"
        path = f"/service-availability?address={address(VISITED)}"
        assert (await ground.get(path)).status == 200
        assert (await ground.get(path, tenant="ISP2")).status == 401
        assert (await ground.get(path, Authorization="Bearer made-up")).status == 401
        basic = base64.b64encode(b"gateway:pw").decode()
        assert (await ground.get(path, Authorization=f"Basic {basic}")).status == 200


async def test_the_log_holds_no_secret(ground: Ground) -> None:
    there = f"{ground.url}/oauth/token"
    basic = base64.b64encode(b"gateway:hush").decode()
    form = b"grant_type=client_credentials&client_id=gateway&client_secret=hush"
    token = (await ground.raw("POST", there, {"Authorization": f"Basic {basic}"}, form)).body["access_token"]
    said = ground.log.read_text()
    assert ground.lines("call")
    assert not [one for one in ("hush", basic, token) if one in said]


async def test_one_that_cannot_be_asked_answers_404(grounds: Grounds) -> None:
    async with grounds(lookup=False) as ground:
        order = ground.order(unvisited("well"))
        assert (await ground.post("/service-orders", order)).status == 202
        assert (await ground.get(f"/service-orders/{order['id']}")).status == 404


async def test_a_foreign_number_is_an_absent_one(ground: Ground) -> None:
    order = ground.order(unvisited("well"))
    await ground.post("/service-orders", order)
    assert (await ground.get(f"/service-orders/{order['id']}")).status == 200
    foreign = await ground.get(f"/service-orders/{order['id']}", tenant="ISP2")
    absent = await ground.get("/service-orders/999", tenant="ISP2")
    assert (foreign.status, absent.status) == (404, 404)
    cancellation = {"id": 1, "orderId": order["id"], "reasonCode": "OTHER"}
    assert (await ground.post("/service-order-cancellations", cancellation, tenant="ISP2")).status == 422


async def test_an_update_is_told_until_it_is_taken_and_then_the_next(ground: Ground) -> None:
    busy = iter([503, 204, 503])
    ground.door.answers = lambda _: next(busy, 204)
    await ground.post("/service-orders", ground.order(unvisited("well")))
    await ground.door.until(lambda: ground.door.reasons()[-1:] == ["COMPLETED"])
    assert ground.door.reasons() == ["ACKNOWLEDGED", "ACKNOWLEDGED", "COMMITTED", "COMMITTED", *COURSE[2:]]
    assert len({one["id"] for one in ground.door.updates}) == 5


async def test_a_refused_update_is_left_and_the_next_one_told(ground: Ground) -> None:
    ground.door.answers = lambda update: 422 if update["reasonCode"] == "UPDATE" else 204
    await ground.post("/service-orders", ground.order(unvisited("well")))
    await ground.door.until(lambda: ground.door.reasons() == COURSE)
    assert [one["status"] for one in await ground.told(5)] == [204, 204, 422, 204, 204]


async def test_a_token_that_is_refused_is_asked_for_anew(ground: Ground) -> None:
    await completed(ground, ground.order(unvisited("well")))
    ground.door.token = "another"
    await completed(ground, ground.order(unvisited("well")))
    assert len(ground.door.updates) == 10


async def test_slots_can_be_chosen_by_kind_and_day(ground: Ground) -> None:
    slots = await ground.slots(VISITED)
    day = slots[-1]["timeslotStartDateTime"][:10]
    query = (
        f"address={address(VISITED)}&appointmentPurpose=PROVIDE&serviceSpecification={quoted({'id': 'fttp'})}"
        f"&appointmentFromDate={day}&classifications=WEEKDAY_PM"
    )
    found = (await ground.get(f"/available-appointments?{query}")).body["availableTimeslots"]
    assert {one["classification"] for one in found} == {"WEEKDAY_PM"}
    assert min(one["timeslotStartDateTime"] for one in found) > day
