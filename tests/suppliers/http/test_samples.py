"""Each file in `samples` is one call: what goes out, what comes back, and what that is in our words."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.suppliers.http.peer import PREFIX, TRACE, network, peer

from fibregate.suppliers import answers as a
from fibregate.suppliers import questions as q
from fibregate.suppliers.http.adapter import HttpNetwork
from fibregate.suppliers.port import Timeslot
from fibregate.vocabulary import Classification, OrderStatus, OrderType, Purpose

SAMPLES = Path(__file__).parent / "samples"
HOME = q.Identifier("100120012001")
FAST = (q.Characteristic("LINE_PROFILE", "500/500"),)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MORNING = Timeslot(at("2025-11-10T08:00"), at("2025-11-10T13:00"))
CLASSED = Timeslot(MORNING.starts_at, MORNING.ends_at, "WEEKDAY_AM", standard=True)
PORTS = (
    a.Port(number=1, description="Data", status="ACTIVE", tenant_active=True),
    a.Port(number=2, description="Data", status="STOPPED", tenant_active=False, stopped_at=at("2025-09-30T23:00")),
    a.Port(number=3, status="SMOKING", unknown={"colour": "green"}),
)
ONT = a.Ont(
    reference="ONT1",
    serial_number="SN1",
    manufacturer="Nokia",
    floor="1",
    room="Hall",
    position="by the door",
    ports=PORTS,
)
THERE: dict[str, Any] = {"enni_id": "ENNI-077", "site_name": "LEEDS-1", "site_location": "Leeds"}
NAD = q.Identifier("A15100427183", "NAD", (q.Identifier("LS", "DistrictCode"),))
AVAILABLE = a.Availability(
    address=a.Address(
        identifier=NAD,
        name="Tannery House",
        sub_address_name="Flat 4",
        unit_number="4",
        street_number="12",
        street_name="Mill Lane",
        locality="Holbeck",
        city="Leeds",
        postcode="LS11 9XX",
        country="UK",
        qualifier="Gold",
        source="OPENREACH",
        attributes=(q.Characteristic("UNINHABITED", "true"),),
        unknown={"what3words": "filled.count.soap"},
    ),
    specifications=(
        a.Specification(
            "fttp",
            "FTTP",
            (a.Choice("LINE_PROFILE", ("80/20", "500/500")), a.Choice("AUTHENTICATION_AGENT", ("None",))),
        ),
    ),
    site=a.Site(
        new_line=False,
        constraints=(a.Reason("WAYLEAVE_SHARED", "A shared drive"), a.Reason("SURVEY_REQUIRED")),
        service_ready_date=date(2025, 11, 14),
        line_characteristics=(q.Characteristic("MINIMUM_LEAD_TIME", "5"),),
        existing_lines=(
            a.Line(
                line_id="L-1",
                installation_type="STANDARD",
                line_characteristics=(q.Characteristic("MAX_DOWNSTREAM_MBPS", "1000"),),
                ont=ONT,
                **THERE,
            ),
        ),
        unknown={"moonPhase": "WAXING"},
        **THERE,
    ),
)
NOTHING = a.Availability(
    address=a.Address(identifier=q.Identifier("1")),
    reasons=(a.Reason("ADDRESS_NOT_KNOWN", "This address is in no list."), a.Reason("NO_COVERAGE")),
)
SLOTS = a.Slots(
    service="fttp",
    service_name="FTTP",
    slots=(
        Timeslot(MORNING.starts_at, MORNING.ends_at, "WEEKDAY_DAWN"),
        Timeslot(at("2025-11-15T13:00"), at("2025-11-15T18:00"), "SATURDAY_PM", standard=False),
    ),
)
PROVIDE = q.Provide(
    id=48,
    order_type=OrderType.NEW,
    address=HOME,
    service="fttp",
    characteristics=FAST,
    primary_contact=q.Contact("Asha Patel", "01632 960001"),
    secondary_contact=q.Contact("Bo Lee", "01632 960002", "bo@example.net"),
    appointment_id=31,
    appointment_reference="AN-V-9",
    requested_completion_date=date(2025, 11, 14),
    engineer_tasks=("INSTALL_ROUTER",),
    hazards="Dog",
    on_site_restrictions="Gate code 1",
    notes="Ring twice",
)
MODIFY = q.Modify(
    id=49,
    service_id="AN-S-7712",
    characteristics=(q.Characteristic("LINE_PROFILE", "1000/1000"),),
    requested_completion_date=date(2025, 12, 1),
)
CEASE = q.Cease(
    id=50, service_id="AN-S-7712", reason="NO_LONGER_REQUIRED", requested_completion_date=date(2025, 12, 31)
)
AMENDMENT = q.AmendmentAsked(
    id=7,
    order_id=48,
    order_reference="AN-90017",
    characteristics=(),
    primary_contact=q.Contact(phone_number="01632 960009"),
    secondary_contact="",
    appointment_id=33,
    requested_completion_date="",
    engineer_tasks=(),
    hazards="",
    notes="Ring once",
)
CANCELLATION = q.CancellationAsked(id=8, order_id=48, reason_code="PURCHASED_DIFFERENT_PRODUCT", text="Sold elsewhere")
COMMITTED = a.Acknowledged(
    reference="AN-90020",
    status=OrderStatus.IN_PROGRESS,
    committed_at=at("2025-12-01T23:59:59"),
    target_at=at("2025-12-02T23:59:59"),
    said="IN_PROGRESS",
)
STANDS = a.OrderStands(
    id=48,
    said="IN_PROGRESS",
    reference="AN-90017",
    committed_at=at("2025-11-14T08:00"),
    target_at=at("2025-11-15T08:00"),
)
REPAIR = q.BookingAsked(
    id=31,
    address=HOME,
    service="fttp",
    purpose=Purpose.REPAIR,
    timeslot=MORNING,
    service_id="AN-S-7712",
    characteristics=(q.Characteristic("CARE_LEVEL", "STANDARD"),),
)
VISIT = q.BookingAsked(id=32, address=HOME, service="fttp", purpose=Purpose.PROVIDE, timeslot=MORNING)
BOOKED = a.Booked(
    id=31, reference="AN-V-9", timeslot=CLASSED, expires_at=at("2025-11-09T23:59:59"), service_name="FTTP"
)
WHEN = q.SlotsAsked(
    address=HOME,
    service="fttp",
    purpose=Purpose.PROVIDE,
    from_date=date(2025, 11, 10),
    classifications=(Classification.WEEKDAY_AM, Classification.SATURDAY_PM),
)
AFTERNOON = Timeslot(at("2025-11-10T13:00"), at("2025-11-10T18:00"), "WEEKDAY_PM", standard=True)

Said = Callable[[HttpNetwork], Awaitable[object]]
CALLS: dict[str, tuple[Said, object]] = {
    "availability": (
        lambda it: it.availability(q.AvailabilityAsked(address=NAD, service_types=("BROADBAND", "ETHERNET")), TRACE),
        AVAILABLE,
    ),
    "nothing-to-be-had": (
        lambda it: it.availability(q.AvailabilityAsked(address=q.Identifier("1")), TRACE),
        NOTHING,
    ),
    "slots": (lambda it: it.slots(WHEN, TRACE), SLOTS),
    "booking": (lambda it: it.book(REPAIR, TRACE), BOOKED),
    "slot-gone": (lambda it: it.book(VISIT, TRACE), a.SlotGone(("The timeslot is full",), (AFTERNOON,))),
    "booking-read": (
        lambda it: it.read_appointment(31, TRACE),
        a.Booked(id=31, reference="AN-V-9", timeslot=MORNING, state="RESERVED"),
    ),
    "booking-released": (lambda it: it.release(31, TRACE), a.Released()),
    "provide": (lambda it: it.order(PROVIDE, TRACE), a.Taken()),
    "modify": (lambda it: it.order(MODIFY, TRACE), COMMITTED),
    "cease": (
        lambda it: it.order(CEASE, TRACE),
        a.Acknowledged(reference="AN-90021", status=OrderStatus.ACKNOWLEDGED, said="ACKNOWLEDGED"),
    ),
    "refused": (
        lambda it: it.order(q.Cease(id=51, service_id="AN-S-1"), TRACE),
        a.Refused(("serviceId: is not yours", "address:  is  closed")),
    ),
    "order-read": (lambda it: it.read_order(48, TRACE), STANDS),
    "not-there": (lambda it: it.read_order(99, TRACE), a.Absent()),
    "amendment": (lambda it: it.amend(AMENDMENT, TRACE), a.Applied("AN-A-7", "COMPLETED")),
    "amendment-read": (
        lambda it: it.read_amendment(7, TRACE),
        a.RequestStands(id=7, said="PENDING", order_id=48, reference="AN-A-7"),
    ),
    "cancellation": (lambda it: it.cancel(CANCELLATION, TRACE), a.Taken("AN-C-8")),
    "cancellation-read": (
        lambda it: it.read_cancellation(8, TRACE),
        a.RequestStands(id=8, said="REJECTED", order_id=48, answer="Too late"),
    ),
}


def test_every_sample_is_tried() -> None:
    assert sorted(CALLS) == sorted(one.stem for one in SAMPLES.glob("*.json"))


@pytest.mark.parametrize("name", sorted(CALLS))
async def test_a_sample_goes_out_as_it_is_written_and_comes_back_in_our_words(name: str) -> None:
    sample: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    call, means = CALLS[name]
    async with peer() as there, network(there.url) as it:
        there.answers(sample["answers"]["status"], sample["answers"].get("body"))
        found = await call(it)
        assert await call(it) == found
    first, again = there.heard
    asked = sample["asks"]
    assert found == means
    assert (first.method, first.path) == (asked["method"], f"{PREFIX}/{asked['path']}")
    assert (first.query, first.body) == (asked.get("query", {}), asked.get("body"))
    assert first.headers["tenant"] == "GATEWAY1"
    assert first.headers["x-conversation-id"] == "conv-7"
    assert first.headers["x-request-id"] != again.headers["x-request-id"]
    assert ("content-type" in first.headers) == ("body" in asked)
    assert "authorization" not in first.headers
