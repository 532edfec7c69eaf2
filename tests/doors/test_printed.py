"""Every payload that the documents print, word for word: asked, answered or told as it stands there.

`printed/` has them as they are printed. What the documents themselves get wrong is named beside each.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

import pytest
from tests.doors.frozen import committed
from tests.doors.tenant.test_rendering import CEASED, NEVER_SENT, REAPPOINT
from tests.doors.test_renderings import RENDERINGS
from tests.doors.wholesale.test_rendering import FACTS
from tests.doors.wholesale.test_seeds import AVAILABILITY, SLOTS
from tests.journeys.gateway import Gateway
from tests.orders.far import UPRN, far

from fibregate.clock import BusinessTime
from fibregate.doors.updates import rendering as supplier
from fibregate.doors.wholesale import rendering as wholesale

HERE: Final = Path(__file__).parent
PRINTED: Final = {
    "flow-availability-answer": "a sample integration, 1: availability",
    "flow-booking-request": "a sample integration, 2: a booking",
    "flow-booking-answer": "a sample integration, 2: a booking",
    "flow-order-request": "a sample integration, 3: an order",
    "appointments-slots-answer": "appointment management: available appointments",
    "appointments-booking-request": "appointment management: appointments",
    "appointments-booking-answer": "appointment management: appointments",
    "appointments-error-answer": "appointment management: errors",
    "kci-committed": "the tenant's KCI record: committed",
    "kci-action-required": "the tenant's KCI record: action required",
    "kci-could-not-send": "the tenant's KCI record: could not send",
    "kci-unsolicited-cease": "the tenant's KCI record: unsolicited cease",
    "event-order-status": "the webhook's events: an order",
    "event-unsolicited-cease": "the webhook's events: a cease",
    "update-committed": "the supplier's updates: committed",
}
"""Name of a file to the section of the documents that prints it."""

UNPRINTED: Final = {
    "flow-availability-request": "a sample integration, 1: availability, a query",
    "flow-order-answer": "a sample integration, 3: an order, 202 without a body",
    "appointments-slots-request": "appointment management: available appointments, a query",
}
"""Payloads that are no JSON: they are tried beside the others."""

DESCRIBED: Final = {
    "availability answer": "doors/tenant/test_availability.py::test_our_own_network_answers_in_the_tenant_dialect",
    "no availability": "doors/tenant/test_availability.py::test_nothing_to_be_had_is_no_fault",
    "an existing line": (
        "doors/tenant/test_availability.py::test_where_no_new_line_fits_there_is_no_line_but_the_existing_one"
    ),
    "address look-up answer": (
        "doors/tenant/test_addresses.py::test_an_address_is_found_by_its_uprn_or_its_postcode_however_that_is_spaced"
    ),
    "available appointments answer": "doors/tenant/test_appointments.py::test_free_visits_name_their_supplier",
    "booking and its answer": (
        "doors/tenant/test_appointments.py::test_a_booking_is_numbered_by_us_and_echoes_what_was_asked"
    ),
    "repair booking": "doors/tenant/test_appointments.py::test_a_repair_names_its_service",
    "provide order and its answer": (
        "doors/tenant/test_orders.py::test_an_order_echoes_what_was_asked_with_what_we_know_of_it"
    ),
    "modify and cease order and their answers": (
        "doors/tenant/test_orders.py::test_a_live_service_is_modified_and_ceased"
    ),
    "order read with its updates": (
        "journeys/test_tenant_door.py::test_an_order_goes_from_its_number_to_completed_and_the_isp_is_told_of_each_step"
    ),
    "amendment and its answer": (
        "doors/tenant/test_changes.py::test_an_amendment_is_numbered_kept_and_answered_by_the_network"
    ),
    "amendment that removes": "doors/tenant/test_changes.py::test_what_is_empty_removes_what_is_stored",
    "cancellation and its answer": (
        "doors/tenant/test_changes.py::test_a_cancellation_ends_the_order_and_is_told_as_asked_for"
    ),
    "what became of a change, told in each rendering": (
        "doors/test_changes_told.py::test_what_was_asked_comes_with_what_became_of_it"
    ),
    "every question to a supplier, with its answers": (
        "suppliers/http/test_samples.py::test_a_sample_goes_out_as_it_is_written_and_comes_back_in_our_words"
    ),
}
"""Payloads that the documents describe by their fields and do not print: the tests that compare them whole."""


def printed(name: str) -> Any:
    return json.loads(raw(name).decode())


def raw(name: str) -> bytes:
    return (HERE / "printed" / f"{name}.json").read_bytes()


def differs(wanted: Any, got: Any, at: str = "") -> list[str]:
    """Where something printed is not there as printed; more may be there. `...` stands for what is not printed."""
    if wanted == got:
        return []
    if not (isinstance(wanted, Mapping) and isinstance(got, Mapping)):
        return [at]
    members, there = cast("Mapping[str, Any]", wanted), cast("Mapping[str, Any]", got)
    return [
        one
        for name, value in members.items()
        if name != "..."
        for one in differs(value, there.get(name), f"{at}.{name}".lstrip("."))
    ]


def test_every_payload_is_counted() -> None:
    assert sorted(path.stem for path in (HERE / "printed").iterdir()) == sorted(PRINTED)
    assert len(PRINTED) + len(UNPRINTED) == 18
    for test in DESCRIBED.values():
        file, _, name = test.partition("::")
        assert f"def {name}(" in (HERE.parent / file).read_text("utf-8"), test


def at(moment: str) -> BusinessTime:
    return BusinessTime(datetime.fromisoformat(moment))


TOLD: Final = {
    "kci-committed": committed(),
    "kci-action-required": REAPPOINT,
    "kci-could-not-send": NEVER_SENT,
    "kci-unsolicited-cease": CEASED,
}


@pytest.mark.parametrize("name", TOLD)
def test_a_printed_kci_is_told_as_printed(name: str) -> None:
    wanted = printed(name)
    facts: Mapping[str, Any] = TOLD[name]
    got = json.loads(RENDERINGS["tenant-kci"](facts, at(wanted["deliveredOn"])))
    assert differs(wanted, got) == []
    if "..." not in wanted["entity"]:
        assert got == wanted


def test_the_printed_events_are_told_as_printed() -> None:
    wanted = printed("event-order-status")
    assert differs(wanted, json.loads(wholesale.render(FACTS, at(wanted["timestamp"])))) == []
    wanted = printed("event-unsolicited-cease")
    cease = {"serviceId": wanted["serviceId"], "reason": wanted["reasonCode"]}
    about = {"orderType": "UNSOLICITED_CEASE", "reason": "CREATED", "text": "Line taken over", "entity": cease}
    got = json.loads(wholesale.render(FACTS | about | {"happenedAt": wanted["timestamp"]}, at(wanted["timestamp"])))
    assert differs(wanted, got) == []


def test_the_printed_update_is_what_we_tell_as_a_supplier() -> None:
    wanted = printed("update-committed")
    got = json.loads(supplier.render(committed(id=wanted["id"], sequenceNumber=2), at(wanted["issuedOn"])))
    assert differs(wanted, got) == []


async def test_the_printed_update_is_taken_as_printed(running: Gateway) -> None:
    wanted = printed("update-committed")
    entity = wanted["provideServiceOrder"]
    async with far(running, entity["tenant"], first_number=entity["id"]) as there:
        acknowledged = {"status": "ACKNOWLEDGED", "supplierOrderReference": entity["supplierOrderReference"]}
        there.answers["POST service-orders"] = (201, acknowledged)
        order = await there.ordered(uprn=UPRN)
        await there.until(order, lambda read: read["status"] == "ACKNOWLEDGED")
        assert (await there.tell(entity["id"], "UPDATE", text="Duct found.")).status == 204
        told = await running.ask("POST", "/v1/kcis", tenant="ALTNET1", body=raw("update-committed"))
        assert (told.status, told.raw) == (204, b"")
        read = await there.until(order, lambda read: read["status"] == entity["status"])
        assert read["supplierOrderNumber"] == entity["supplierOrderReference"]
        assert (read["committedDate"], read["targetDate"]) == (entity["committedDate"], entity["targetDate"])
        told_of = next(one for one in read["updates"] if one["information"]["type"] == wanted["reasonCode"])
        assert told_of["issuedOn"] == wanted["issuedOn"]


UK_TIME: Final = ["timeslot.timeslotStartDateTime", "timeslot.timeslotEndDateTime", "expiryDateTime"]
"""The documents print a visit in July as if UK time were UTC then."""


async def test_the_printed_flow_is_answered_as_printed(running: Gateway) -> None:
    got = await running.ask("GET", AVAILABILITY)
    assert (got.status, got.body) == (200, printed("flow-availability-answer"))
    booked = await running.ask("POST", "appointments", body=raw("flow-booking-request"))
    assert booked.status == 201, booked.raw
    assert differs(printed("flow-booking-answer"), booked.body) == UK_TIME
    assert booked.body.keys() == printed("flow-booking-answer").keys()
    ordered = await running.ask("POST", "service-orders", body=raw("flow-order-request"))
    assert (ordered.status, ordered.raw) == (202, b"")
    read = await running.ask("GET", "service-orders/127")
    item = printed("flow-order-request")["serviceOrderItem"]["serviceCharacteristics"]
    wanted = printed("flow-order-request") | {"serviceOrderItem": {"serviceSpecification": {"id": "fttp"}}}
    assert differs(wanted, read.body) == []
    assert [one for one in item if one not in read.body["serviceOrderItem"]["serviceCharacteristics"]] == []


async def test_the_printed_management_of_appointments_is_answered_as_printed(running: Gateway) -> None:
    found = await running.ask("GET", SLOTS)
    wanted = printed("appointments-slots-answer")
    assert found.status == 200
    assert found.body.keys() == wanted.keys()
    assert [found.body[name] for name in ("address", "serviceSpecification")] == [
        wanted[name] for name in ("address", "serviceSpecification")
    ]
    first, shown = found.body["availableTimeslots"][0], wanted["availableTimeslots"][0]
    assert first.keys() == shown.keys()
    # printed is a Saturday, before the day that was asked from
    assert differs(shown, first) == ["timeslotStartDateTime", "timeslotEndDateTime"]
    booked = await running.ask("POST", "appointments", body=raw("appointments-booking-request"))
    assert booked.status == 201, booked.raw
    assert differs(printed("appointments-booking-answer"), booked.body) == UK_TIME
    wrong = printed("appointments-booking-request") | {"id": 160, "purpose": "LUNCH"}
    refused = await running.ask("POST", "appointments", body=wrong)
    assert refused.status == 422
    assert refused.body.keys() == printed("appointments-error-answer").keys()
    assert differs(printed("appointments-error-answer"), refused.body) == ["uuid", "messages"]
