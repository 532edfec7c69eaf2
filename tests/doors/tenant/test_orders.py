"""Orders at the tenant door: each rule in its own dialect, every fault at once, and how an order is read again."""

from datetime import timedelta
from typing import Any

import pytest
from tests.doors.tenant import far
from tests.doors.tenant.asking import ask, provide, visit
from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import booking

ITEM = "serviceOrderItem.serviceCharacteristics"
SOON = ("2025-07-03T07:00:00Z", "2025-07-03T12:00:00Z")
QUICK = {"X_Scenario": "ORDER_SUCCESSFUL", "X_Kci_Delay": "0"}


async def place(running: Gateway, body: object, **how: Any) -> Got:
    return await ask(running, "POST", "service-orders", body, **how)


async def booked(running: Gateway, **more: Any) -> int:
    got = await ask(running, "POST", "appointments", visit(**more), request=f"visit-{more}")
    assert got.status == 201, got.raw
    return int(got.body["id"])


async def live_service(running: Gateway) -> str:
    """Of a NEW order that has completed."""
    assert (await place(running, provide(await booked(running)), **QUICK)).status == 201
    await running.walk(timedelta(minutes=5))
    read = (await ask(running, "GET", "service-orders/1")).body
    assert read["status"] == "COMPLETED", read
    given = {one["name"]: one["value"] for one in read["serviceOrderItem"]["serviceCharacteristics"]}
    return given["SERVICE_ID"]


async def test_an_order_echoes_what_was_asked_with_what_we_know_of_it(running: Gateway) -> None:
    asked = provide(
        await booked(running),
        secondaryContact={"name": "Sam Reed", "phoneNumber": "01632 960002"},
        requestedCompletionDate="2025-07-28",
        engineerTasks=["INSTALL_ROUTER"],
        hazards="a dog",
        onSiteRestrictions="hard hats",
        notes="ring twice",
    )
    got = await place(running, asked)
    assert got.status == 201, got.raw
    body = got.body
    assert body.pop("created") == body.pop("updated")
    assert body.pop("appointmentSupplierReference").startswith("APPT-2025-")
    item = {**asked["serviceOrderItem"], "serviceSpecification": {"id": "fttp", "name": "FTTP"}}
    assert body == {
        **asked,
        "id": 1,
        "status": "RECEIVED_BY_GATEWAY",
        "serviceOrderItem": item,
        "appointmentTimeslot": {
            "timeslotStartDateTime": "2025-07-16T07:00:00.000Z",
            "timeslotEndDateTime": "2025-07-16T12:00:00.000Z",
            "classification": "WEEKDAY_AM",
            "standard": True,
        },
        "updates": [],
    }


async def test_each_rule_is_refused_by_name_and_a_refusal_takes_no_number(running: Gateway) -> None:
    held = await booked(running)
    other = await booked(running, uprn="999900001001")
    repair = await booked(running, slot=SOON, purpose="REPAIR", serviceId="S")
    theirs = await ask(running, "POST", "appointments", visit(), tenant="ISP1")
    assert theirs.status == 201
    good = {"LINE_PROFILE": "55/55"}
    cases: list[tuple[dict[str, Any], str]] = [
        (provide(held, supplier="NOBODY"), "supplier: NOBODY is no supplier of yours; accepted: NETWORK1, SUPPLIER2"),
        (provide(held, uprn="5"), "address: ADDRESS_NOT_KNOWN"),
        (provide(held, address={"id": "A00000031882", "type": "NAD"}), "address: ADDRESS_NOT_KNOWN"),
        (provide(held, uprn="999900003002"), "address: OUT_OF_FOOTPRINT"),
        (provide(), "appointmentReservationId: an engineer must visit"),
        (provide(99), "appointmentReservationId: there is no appointment 99"),
        (provide(repair), f"appointmentReservationId: appointment {repair} is for REPAIR"),
        (provide(other), f"appointmentReservationId: appointment {other} is for another address"),
        (provide(held, requestedCompletionDate="2025-06-30"), "requestedCompletionDate: 2025-06-30 is past"),
        (provide(held, characteristics={}), f"{ITEM}: LINE_PROFILE is missing"),
        (provide(held, characteristics={"LINE_PROFILE": "1/1"}), f"{ITEM}[0].value: '1/1'"),
        (provide(held, characteristics={**good, "COLOUR": "red"}), f"{ITEM}[1].name: 'COLOUR' is not known"),
        (provide(held, orderType="UNSOLICITED_CEASE"), "orderType: is not one of the accepted values"),
        (provide(held, orderType="START"), ITEM),
        (provide(held, notes=""), "notes"),
        (provide(held, engineerTasks=["install router"]), "engineerTasks[0]"),
        (provide(held, primaryContact={"name": "A", "phoneNumber": "0"}), "primaryContact.phoneNumber"),
    ]
    for body, named in cases:
        told = (await place(running, body)).refused(422, "INVALID_REQUEST")
        assert any(one.startswith(named) for one in told), (named, told)
    assert (await place(running, provide(held))).body["id"] == 1
    told = (await place(running, provide(held, notes="again"))).refused(422, "INVALID_REQUEST")
    assert told == [f"appointmentReservationId: appointment {held} already belongs to an order; book another"]
    await running.counts_are_right()


@pytest.mark.parametrize(
    "name", ["orderType", "supplier", "address", "serviceOrderItem", "primaryContact", "primaryContact.name"]
)
async def test_a_missing_field_is_400_here(running: Gateway, name: str) -> None:
    body: dict[str, Any] = provide(1)
    inside, _, part = name.rpartition(".")
    del (body[inside] if inside else body)[part]
    told = (await place(running, body)).refused(400, "MALFORMED_REQUEST")
    assert told[0].startswith(f"{name}: is required"), told


async def test_one_answer_names_every_fault_of_both_kinds(running: Gateway) -> None:
    body = {**provide(77, characteristics={"COLOUR": "red"}), "notes": 5, "hazards": ""}
    del body["primaryContact"]
    told = (await place(running, body, X_Scenario="NOPE")).refused(400, "MALFORMED_REQUEST")
    starts = ["X-Scenario", "appointmentReservationId", "hazards", "notes", "primaryContact", ITEM, f"{ITEM}[0].name"]
    assert sorted(one.partition(": ")[0] for one in told) == sorted(starts), told
    body = {**provide(77, supplier="NOBODY"), "notes": 5}
    told = (await place(running, body)).refused(400, "MALFORMED_REQUEST")
    assert sorted(one.partition(": ")[0] for one in told) == ["notes", "supplier"], told


async def test_a_supplier_that_cannot_do_it_is_not_asked(running: Gateway) -> None:
    await far.add(running, "ALTNET1", "http://127.0.0.1:9", capabilities=["AVAILABILITY", "NEW"])
    told = (await place(running, {**provide(1, supplier="ALTNET1"), "orderType": "START"})).refused(
        501, "NOT_IMPLEMENTED"
    )
    assert told[0].startswith("supplier: ALTNET1 does not offer orders of type START; it offers")


async def test_scenarios_are_those_of_the_other_door(running: Gateway) -> None:
    held = await booked(running)
    (await place(running, provide(held), X_Scenario="NOPE")).refused(422, "INVALID_REQUEST")
    got = await place(
        running, provide(held), X_Scenario="ORDER_CANCELLED", X_Problem_Code="CAPACITY_ISSUE", X_Kci_Delay="0"
    )
    assert got.status == 201
    await running.walk(timedelta(minutes=1))
    read = (await ask(running, "GET", "service-orders/1")).body
    assert read["status"] == "CANCELLED"
    assert read["updates"][-1]["information"]["type"] == "TERMINATED"
    assert read["updates"][-1]["information"]["code"] == "CAPACITY_ISSUE"


async def test_another_tenants_order_answers_as_one_that_is_not_there(running: Gateway) -> None:
    assert (await place(running, provide(await booked(running)))).status == 201
    foreign = await ask(running, "GET", "service-orders/1", tenant="ISP2")
    absent = await ask(running, "GET", "service-orders/2", tenant="ISP2")
    assert foreign.refused(404, "NOT_FOUND") == [one.replace("2", "1") for one in absent.refused(404, "NOT_FOUND")]
    for odd in ("x", "0", "01", "1.0", "-1", "9007199254740992"):
        (await ask(running, "GET", f"service-orders/{odd}")).refused(400, "MALFORMED_REQUEST")


async def test_orders_of_the_other_door_are_read_here_and_have_their_own_numbers(running: Gateway) -> None:
    for number in (1, 2, 4):
        assert (await running.ask("POST", "appointments", body=booking(number))).status == 201
    for number in (1, 2, 4):
        body = {**provide(number), "id": number, "tenant": "YOUR_TENANT"}
        assert (await running.ask("POST", "service-orders", body=body)).status == 202
    for number in (3, 5):
        held = await booked(running, slot=("2025-07-17T07:00:00.000Z", "2025-07-17T12:00:00.000Z"), note=number)
        assert (await place(running, provide(held))).body["id"] == number
    read = (await ask(running, "GET", "service-orders/4")).body
    assert (read["id"], read["supplier"]) == (4, "NETWORK1")


async def test_a_live_service_is_modified_and_ceased(running: Gateway) -> None:
    service = await live_service(running)
    modify = {
        "orderType": "MODIFY",
        "supplier": "NETWORK1",
        "serviceId": service,
        "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "80/20"}],
        "requestedCompletionDate": "2025-07-03",
    }
    got = await place(running, modify)
    assert got.status == 201, got.raw
    body = got.body
    assert {name: body[name] for name in modify} == modify
    assert body["id"] == 2
    assert "serviceOrderItem" not in body
    cease = {
        "orderType": "CEASE",
        "supplier": "NETWORK1",
        "serviceId": service,
        "requestedCompletionDate": "2025-07-29T23:30:00Z",
    }
    told = (await place(running, cease)).refused(422, "INVALID_REQUEST")
    assert f"your order 2 for service '{service}' is open" in told[0]
    (await place(running, {**cease, "serviceId": "NOBODYS"})).refused(422, "INVALID_REQUEST")
    (await place(running, cease, tenant="ISP1")).refused(422, "INVALID_REQUEST")
    for name in ("serviceId", "requestedCompletionDate", "supplier"):
        lacking = {key: value for key, value in cease.items() if key != name}
        assert (await place(running, lacking)).refused(400, "MALFORMED_REQUEST")[0].startswith(f"{name}: is required")
    (await place(running, {**modify, "serviceCharacteristics": []})).refused(422, "INVALID_REQUEST")


async def test_a_date_time_of_a_cease_is_its_day_in_the_uk(running: Gateway) -> None:
    service = await live_service(running)
    cease = {
        "orderType": "CEASE",
        "supplier": "NETWORK1",
        "serviceId": service,
        "requestedCompletionDate": "2025-07-29T23:30:00Z",
    }
    got = await place(running, cease)
    assert got.status == 201, got.raw
    assert got.body["requestedCompletionDate"] == "2025-07-30"
    for odd in ("2025-07-29T25:00:00Z", "tomorrow", "2025-07-29T23:30:00"):
        told = (await place(running, {**cease, "requestedCompletionDate": odd})).refused(422, "INVALID_REQUEST")
        assert told[0].startswith("requestedCompletionDate")
