"""Orders at the door: what is taken, what is refused, and that every fault is told in one answer."""

from typing import Any

from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import booking, order

PROVIDE = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
SOON = ("2025-07-03T07:00:00Z", "2025-07-03T12:00:00Z")
ITEM = "serviceOrderItem.serviceCharacteristics"


async def place(running: Gateway, body: object, tenant: str = "YOUR_TENANT", query: str = "") -> Got:
    return await running.ask("POST", f"service-orders{query}", tenant=tenant, body=body)


async def booked(
    running: Gateway, number: int, tenant: str = "YOUR_TENANT", slot: tuple[str, str] = PROVIDE, **more: Any
) -> str:
    got = await running.ask("POST", "appointments", tenant=tenant, body=booking(number, slot=slot, **more))
    assert got.status == 201, got.raw
    return str(got.body["supplierReference"])


async def orders(running: Gateway) -> int:
    return len(await running.rows("YOUR_TENANT", "select order_key from orders where tenant_id = $1"))


async def test_each_rule_is_refused_by_name_and_refusals_spend_no_id(running: Gateway) -> None:
    await booked(running, 1)
    await booked(running, 2)
    await booked(running, 3, slot=SOON, purpose="REPAIR")
    await booked(running, 4, uprn="999900001001")
    await booked(running, 5, "ISP1")
    references = [await booked(running, number) for number in (6,)]
    assert (await running.ask("DELETE", "appointments/2")).status == 204
    good = {"LINE_PROFILE": "55/55"}
    cases: list[tuple[dict[str, Any], str]] = [
        (order(9, appointment=1, tenant="ISP1"), "tenant: must be"),
        (order(9, appointment=1, uprn="5"), "address: ADDRESS_NOT_KNOWN"),
        (order(9, appointment=1, uprn="999900003002"), "address: OUT_OF_FOOTPRINT"),
        (order(9), "appointmentReservationId: an engineer must visit"),
        (order(9, appointment=99), "appointmentReservationId: there is no appointment 99"),
        (order(9, appointment=5), "appointmentReservationId: there is no appointment 5"),
        (order(9, appointment=2), "appointmentReservationId: appointment 2 was released"),
        (order(9, appointment=3), "appointmentReservationId: appointment 3 is for REPAIR"),
        (order(9, appointment=4), "appointmentReservationId: appointment 4 is for another address"),
        (
            order(9, appointment=1, appointmentReservationReference=references[0]),
            "appointmentReservationReference: names",
        ),
        (order(9, appointmentReservationReference="NOBODYS"), "appointmentReservationReference: there is no such"),
        (order(9, appointment=1, requestedCompletionDate="2025-06-30"), "requestedCompletionDate: 2025-06-30 is past"),
        (order(9, appointment=1, requestedCompletionDate="2025-06-31"), "requestedCompletionDate"),
        (order(9, appointment=1, characteristics={}), f"{ITEM}: LINE_PROFILE is missing"),
        (order(9, appointment=1, characteristics={"LINE_PROFILE": "1/1"}), f"{ITEM}[0].value: '1/1'"),
        (order(9, appointment=1, characteristics={**good, "MINIMUM_SPEED": "1"}), f"{ITEM}[1].value"),
        (order(9, appointment=1, characteristics={**good, "COLOUR": "red"}), f"{ITEM}[1].name: 'COLOUR' is not known"),
        (order(9, appointment=1, characteristics={**good, "END_USER_TYPE": "ROBOT"}), f"{ITEM}[1].value"),
        (order(9, appointment=1, characteristics={**good, "CONTRACT_TERM": "121"}), f"{ITEM}[1].value"),
        (order(9, appointment=1, characteristics={**good, "STATIC_IP_REQUESTED": "yes"}), f"{ITEM}[1].value"),
        (order(9, appointment=1, orderType="UNSOLICITED_CEASE"), "orderType: is not one of the accepted values"),
        (order(9, appointment=1, notes=""), "notes"),
        (order(9, appointment=1, hazards="x" * 1001), "hazards"),
        (order(9, appointment=1, engineerTasks=["install router"]), "engineerTasks[0]"),
        (order(9, appointment=1, primaryContact={"name": "A"}), "primaryContact.phoneNumber"),
        (
            order(9, appointment=1, primaryContact={"name": "A", "phoneNumber": "0", "email": "a"}),
            "primaryContact.phone",
        ),
    ]
    for body, named in cases:
        told = (await place(running, body)).refused(422, "INVALID_REQUEST")
        assert any(one.startswith(named) for one in told), (named, told)
        told = (await place(running, body, query="?dryRun=true")).refused(422, "INVALID_REQUEST")
        assert any(one.startswith(named) for one in told), (named, told)
    assert await orders(running) == 0
    assert (await running.ask("GET", "appointments/1")).body["state"] == "RESERVED"
    assert (await place(running, order(9, appointment=1))).status == 202
    told = (await place(running, order(10, appointment=1))).refused(422, "INVALID_REQUEST")
    assert told == ["appointmentReservationId: appointment 1 already belongs to an order; book another"]
    await running.counts_are_right()


async def test_all_rules_broken_at_once_are_told_at_once(running: Gateway) -> None:
    await booked(running, 3, uprn="999900001001", slot=SOON, purpose="REPAIR")
    reference = await booked(running, 6)
    body = order(
        9,
        tenant="ISP1",
        appointment=3,
        appointmentReservationReference=reference,
        requestedCompletionDate="2025-01-01",
        characteristics={"COLOUR": "red", "MINIMUM_SPEED": "1"},
    )
    body["serviceOrderItem"]["serviceSpecification"]["id"] = "soge"
    body["serviceOrderItem"]["serviceCharacteristics"].append({"name": "MINIMUM_SPEED", "value": "100"})
    told = (await place(running, body)).refused(422, "INVALID_REQUEST")
    starts = [
        "tenant",
        "serviceOrderItem.serviceSpecification.id",
        "appointmentReservationReference",
        "appointmentReservationId",
        "appointmentReservationId",
        "appointmentReservationId",
        ITEM,
        f"{ITEM}[0].name",
        f"{ITEM}[1].value",
        f"{ITEM}[2].name",
        "requestedCompletionDate",
    ]
    assert sorted(one.partition(": ")[0] for one in told) == sorted(starts), told


async def test_faults_beside_what_cannot_be_read_are_told_too(running: Gateway) -> None:
    body = {**order(9, tenant="ISP1", appointment=77), "id": "9", "order_type": 1}
    del body["primaryContact"]
    got = await running.ask("POST", "service-orders", body=body, extra={"X-Scenario": "NOPE"})
    told = got.refused(400, "MALFORMED_REQUEST")
    starts = ["id", "primaryContact", "X-Scenario", "tenant", "appointmentReservationId"]
    assert [one.partition(": ")[0] for one in told] == starts, told
    body["address"] = "10025559646"
    told = (await place(running, body)).refused(400, "MALFORMED_REQUEST")
    starts = ["id", "address", "primaryContact", "tenant", "appointmentReservationId"]
    assert [one.partition(": ")[0] for one in told] == starts, told


async def test_an_unknown_order_type_leaves_nothing_to_be_judged_but_what_all_orders_say(running: Gateway) -> None:
    body = {**order(9, tenant="ISP1", appointment=77), "id": "9", "orderType": "BEGIN"}
    del body["primaryContact"]
    got = await running.ask("POST", "service-orders", body=body, extra={"X-Scenario": "NOPE"})
    told = got.refused(400, "MALFORMED_REQUEST")
    assert [one.partition(": ")[0] for one in told] == ["id", "orderType", "X-Scenario", "tenant"], told
    assert told[1].endswith("accepted is one of NEW, START, TRANSFER, TAKEOVER, SWAP, MODIFY, CEASE")
    del body["orderType"]
    assert "orderType: is required" in (await place(running, body)).refused(400, "MALFORMED_REQUEST")[1]
    (await place(running, {**order(9), "orderType": ["NEW"]})).refused(400, "MALFORMED_REQUEST")


async def test_dry_run_answers_valid_and_does_nothing(running: Gateway) -> None:
    await booked(running, 1)
    got = await place(running, order(9, appointment=1), query="?dryRun=true")
    assert (got.status, got.body) == (200, {"valid": True})
    assert await orders(running) == 0
    assert (await running.ask("GET", "appointments/1")).body["state"] == "RESERVED"
    assert (await place(running, order(9, appointment=1), query="?dryRun=false")).status == 202
    for wrong in ("?dryRun=yes", "?dryRun=1", "?dryRun=true&dryRun=true", "?dryRun="):
        assert (await place(running, order(10), query=wrong)).status in {400, 422}


async def test_an_equal_order_is_taken_again_and_another_is_refused(running: Gateway) -> None:
    await booked(running, 1)
    await booked(running, 2)
    for _ in range(3):
        got = await place(running, order(9, appointment=1))
        assert (got.status, got.raw) == (202, b"")
    assert await orders(running) == 1
    for other in (order(9, appointment=2), order(9, appointment=1, notes="ring"), order(9)):
        told = (await place(running, other)).refused(422, "INVALID_REQUEST")
        assert told == ["id: 9 was used for another order; send a new id"]
    assert (await running.ask("GET", "appointments/2")).body["state"] == "RESERVED"


async def test_a_foreign_order_answers_as_an_absent_one(running: Gateway) -> None:
    await booked(running, 1)
    assert (await place(running, order(127, appointment=1))).status == 202
    foreign = await running.ask("GET", "service-orders/127", tenant="ISP1")
    absent = await running.ask("GET", "service-orders/128", tenant="ISP1")
    assert foreign.refused(404, "NOT_FOUND") == [one.replace("128", "127") for one in absent.refused(404, "NOT_FOUND")]


async def test_what_was_sent_is_what_is_read(running: Gateway) -> None:
    reference = await booked(running, 1)
    body = order(
        127,
        appointment=1,
        appointmentReservationReference=reference,
        secondaryContact={"name": "Al", "phoneNumber": "01632 960002"},
        engineerTasks=["INSTALL_ROUTER"],
        hazards="A dog \N{DOG FACE}",
        onSiteRestrictions="Ring first",
        notes="Gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n",
        requestedCompletionDate="2025-07-01",
    )
    assert (await place(running, body)).status == 202
    read = (await running.ask("GET", "service-orders/127")).body
    body["serviceOrderItem"]["serviceSpecification"]["name"] = "FTTP"
    assert {name: read[name] for name in body} == body
    assert read["appointmentTimeslot"]["timeslotStartDateTime"] == PROVIDE[0]


async def test_without_a_visit_a_date_is_required_and_has_a_lead_time(running: Gateway) -> None:
    uprn = "999900003009"
    body = order(1, uprn=uprn, tenant="ISP1", characteristics={"LINE_PROFILE": "55/55"})
    told = (await place(running, body, "ISP1")).refused(422, "INVALID_REQUEST")
    assert told == ["requestedCompletionDate: required where no engineer visits; accepted: 2025-07-02 or later"]
    body["requestedCompletionDate"] = "2025-07-01"
    told = (await place(running, body, "ISP1")).refused(422, "INVALID_REQUEST")
    assert told == ["requestedCompletionDate: 2025-07-01 is too soon; accepted: 2025-07-02 or later"]
    body["requestedCompletionDate"] = "2025-07-02"
    assert (await place(running, body, "ISP1")).status == 202


async def test_unknown_scenarios_are_refused_naming_the_accepted_ones(running: Gateway) -> None:
    await booked(running, 1)
    for header, value in (("X-Scenario", "ORDER_EATEN"), ("X-Problem-Code", "NONE"), ("X-Kci-Delay", "soon")):
        got = await running.ask("POST", "service-orders", body=order(9, appointment=1), extra={header: value})
        assert any(header in one for one in got.refused(422, "INVALID_REQUEST")), got.raw
    assert await orders(running) == 0
