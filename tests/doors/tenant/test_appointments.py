"""Visits at the tenant door: found, held under numbers of ours, and refused in its own dialect."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from tests.doors.tenant import far
from tests.doors.tenant.asking import MORNING, ask, provide, visit
from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import DOCUMENTS, address, booking
from tests.suppliers.http.peer import peer

ONE_PLACE, BROKEN = "999900003005", "999900003008"
FTTP = quote(json.dumps({"id": "fttp"}))


async def find(running: Gateway, more: str = "", *, supplier: str = "NETWORK1", uprn: str = DOCUMENTS) -> Got:
    query = f"supplier={supplier}&address={quote(json.dumps(address(uprn)))}&serviceSpecification={FTTP}"
    return await ask(running, "GET", f"available-appointments?{query}&appointmentPurpose=PROVIDE{more}")


async def book(running: Gateway, body: object, **how: Any) -> Got:
    return await ask(running, "POST", "appointments", body, **how)


async def test_free_visits_name_their_supplier(running: Gateway) -> None:
    got = await find(running, "&appointmentFromDate=2025-07-16&singleDayAppointment=true")
    assert got.status == 200, got.raw
    body = got.body
    slots = body.pop("availableTimeslots")
    assert body == {
        "supplier": "NETWORK1",
        "address": {"id": DOCUMENTS, "type": "UPRN"},
        "serviceSpecification": {"id": "fttp", "name": "FTTP"},
    }
    assert slots[0] == {
        "timeslotStartDateTime": MORNING[0],
        "timeslotEndDateTime": MORNING[1],
        "classification": "WEEKDAY_AM",
        "standard": True,
    }
    assert not all(one["standard"] for one in slots)


async def test_only_standard_visits_are_listed_where_that_is_asked(running: Gateway) -> None:
    slots = (await find(running, "&standardOnly=true")).body["availableTimeslots"]
    assert slots
    assert all(one["standard"] for one in slots)
    (await find(running, "&standardOnly=yes")).refused(400, "MALFORMED_REQUEST")


async def test_what_a_search_lacks_is_400_and_what_it_cannot_have_422(running: Gateway) -> None:
    bare = f"address={quote(json.dumps(address()))}&serviceSpecification={FTTP}&appointmentPurpose=PROVIDE"
    told = (await ask(running, "GET", f"available-appointments?{bare}")).refused(400, "MALFORMED_REQUEST")
    assert told[0].startswith("supplier: is required")
    assert "supplier: NOBODY" in (await find(running, supplier="NOBODY")).refused(422, "INVALID_REQUEST")[0]
    assert "ADDRESS_NOT_KNOWN" in (await find(running, uprn="5")).refused(422, "INVALID_REQUEST")[0]
    (await find(running, "&serviceId=" + "x" * 51)).refused(422, "INVALID_REQUEST")
    (await find(running, "&appointmentFromDate=tomorrow")).refused(422, "INVALID_REQUEST")
    characteristics = quote(json.dumps([{"name": "CARE_LEVEL", "value": "STANDARD"}]))
    assert (await find(running, f"&serviceCharacteristics={characteristics}")).status == 200


async def test_visits_of_a_supplier_far_away(running: Gateway) -> None:
    slot = {"timeslotStartDateTime": MORNING[0], "timeslotEndDateTime": MORNING[1], "classification": "WEEKDAY_AM"}
    async with peer() as there:
        there.answers(200, {"serviceSpecification": {"id": "fttp", "name": "FTTP"}, "availableTimeslots": [slot]})
        await far.add(running, "ALTNET1", there.url)
        await far.add(running, "MUTE", there.url, capabilities=["AVAILABILITY"])
        got = await find(running, "&standardOnly=true", supplier="ALTNET1")
        assert got.body["availableTimeslots"] == [slot]
        there.answers(422, {"messages": ["nobody comes there"]})
        assert (await find(running, supplier="ALTNET1")).refused(422, "INVALID_REQUEST") == ["nobody comes there"]
        there.answers(500)
        (await find(running, supplier="ALTNET1")).refused(502, "SUPPLIER_FAULT")
        (await find(running, supplier="MUTE")).refused(501, "NOT_IMPLEMENTED")


async def test_a_booking_is_numbered_by_us_and_echoes_what_was_asked(running: Gateway) -> None:
    asked = visit(serviceCharacteristics=[{"name": "CARE_LEVEL", "value": "STANDARD"}])
    got = await book(running, asked)
    assert got.status == 201, got.raw
    body = got.body
    assert body.pop("supplierReference").startswith("APPT-2025-")
    assert body == {
        **asked,
        "id": 1,
        "serviceSpecification": {"id": "fttp", "name": "FTTP"},
        "timeslot": {**asked["timeslot"], "classification": "WEEKDAY_AM", "standard": True},
        "expiryDateTime": "2025-07-15T22:59:59.000Z",
    }
    assert (await running.ask("GET", "appointments/1")).body["state"] == "RESERVED"
    ordered = await ask(running, "POST", "service-orders", provide(1))
    assert ordered.status == 201, ordered.raw
    assert (await running.ask("GET", "appointments/1")).body["state"] == "ATTACHED"
    await running.counts_are_right()


async def test_offsets_are_as_good_as_z_and_digits_are_never_taken_for_local_time(running: Gateway) -> None:
    offset = visit(slot=("2025-07-16T08:00:00.000+01:00", "2025-07-16T13:00:00+01:00"))
    assert (await book(running, offset)).body["timeslot"]["timeslotStartDateTime"] == MORNING[0]
    told = (await book(running, visit(slot=("2025-07-16T08:00:00.000Z", "2025-07-16T13:00:00.000Z")))).refused(
        422, "INVALID_REQUEST"
    )
    assert "2025-07-16 09:00-14:00 UK local time" in told[0]
    assert told[1] == (
        "timeslot: the one at 08:00-13:00 UK local time on that day is written "
        "2025-07-16T07:00:00.000Z to 2025-07-16T12:00:00.000Z"
    )


async def test_a_taken_visit_is_422_with_alternatives_here(running: Gateway) -> None:
    wednesday = ("2025-07-09T07:00:00.000Z", "2025-07-09T12:00:00.000Z")
    assert (await book(running, visit(uprn=ONE_PLACE, slot=wednesday), tenant="ISP1")).status == 201
    got = await book(running, visit(uprn=ONE_PLACE, slot=wednesday))
    got.refused(422, "INVALID_REQUEST")
    first = got.body["alternatives"][0]
    slot = (first["timeslotStartDateTime"], first["timeslotEndDateTime"])
    again = await book(running, visit(uprn=ONE_PLACE, slot=slot))
    assert (again.status, again.body["id"]) == (201, 1)


async def test_a_repair_names_its_service(running: Gateway) -> None:
    thursday = ("2025-07-03T07:00:00Z", "2025-07-03T12:00:00Z")
    told = (await book(running, visit(slot=thursday, purpose="REPAIR"))).refused(400, "MALFORMED_REQUEST")
    assert told[0].startswith("serviceId: is required")
    got = await book(running, visit(slot=thursday, purpose="REPAIR", serviceId="NW1-S-00000127"))
    assert got.status == 201, got.raw
    assert got.body["serviceId"] == "NW1-S-00000127"
    assert "expiryDateTime" not in got.body
    row = await running.rows("YOUR_TENANT", "select service_id from reservations where tenant_id = $1")
    assert row[0]["service_id"] == "NW1-S-00000127"


LACKING = ("supplier", "address", "serviceSpecification", "purpose", "timeslot")
CANNOT_BE: list[tuple[dict[str, Any], str]] = [
    (visit(supplier="NOBODY"), "supplier: NOBODY is no supplier of yours; accepted: NETWORK1, SUPPLIER2"),
    (visit(supplier="A-B"), "supplier"),
    (visit(uprn="5"), "address: ADDRESS_NOT_KNOWN"),
    (visit(uprn="x"), "address"),
    (visit(address={"id": "A00000031882", "type": "NAD"}), "address: ADDRESS_NOT_KNOWN"),
    (visit(address={"id": "1", "type": "POSTCODE"}), "address.type"),
    (visit(uprn="999900003002"), "address: OUT_OF_FOOTPRINT"),
    (visit(serviceSpecification={"id": "ftthl2r"}), "serviceSpecification.id"),
    (visit(purpose="REMOVE"), "purpose"),
    (visit(serviceId=""), "serviceId"),
    (visit(slot=("2025-07-02T07:00:00Z", "2025-07-02T12:00:00Z")), "timeslot: too soon"),
    (visit(slot=("2025-07-13T07:00:00Z", "2025-07-13T12:00:00Z")), "timeslot: there is no timeslot"),
    (visit(slot=("2025-07-16", MORNING[1])), "timeslot.timeslotStartDateTime"),
]


async def test_a_booking_that_cannot_be_is_refused_by_name_and_takes_no_number(running: Gateway) -> None:
    for body, named in CANNOT_BE:
        told = (await book(running, body)).refused(422, "INVALID_REQUEST")
        assert any(one.startswith(named) for one in told), told
    for name in LACKING:
        told = (await book(running, {key: value for key, value in visit().items() if key != name})).refused(
            400, "MALFORMED_REQUEST"
        )
        assert told[0].startswith(f"{name}: is required")
    assert (await book(running, visit())).body["id"] == 1


@pytest.mark.parametrize(
    "wrong", [{"supplier": 1}, {"address": "x"}, {"timeslot": []}, {"purpose": None}, {"serviceId": 5}]
)
async def test_a_wrong_json_type_is_400(running: Gateway, wrong: dict[str, Any]) -> None:
    told = (await book(running, {**visit(), **wrong, "serviceSpecification": {"id": ""}})).refused(
        400, "MALFORMED_REQUEST"
    )
    assert any(one.startswith(next(iter(wrong))) for one in told)
    assert any(one.startswith("serviceSpecification.id") for one in told), "faults of both kinds are named"


async def test_a_network_that_fails_while_it_books_is_502(running: Gateway) -> None:
    (await book(running, visit(uprn=BROKEN))).refused(502, "SUPPLIER_FAULT")
    assert (await book(running, visit())).body["id"] == 1


async def test_numbers_that_the_tenant_has_used_at_the_other_door_are_passed_over(running: Gateway) -> None:
    for number in (1, 2, 4):
        assert (await running.ask("POST", "appointments", body=booking(number))).status == 201
    for number in (3, 5, 6):
        assert (await book(running, visit(), request=f"req-{number}")).body["id"] == number
