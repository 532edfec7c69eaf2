"""Find and book appointments."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from fibregate.appointments import numbered, offers
from fibregate.appointments.far import actions as far
from fibregate.appointments.far.model import Desk, Kept
from fibregate.appointments.far.model import Wish as FarWish
from fibregate.appointments.model import Reservation, Wish
from fibregate.calendars import stamp
from fibregate.db import Tx
from fibregate.doors.tenant.appointment_shapes import BookingIn, BookingOut, SlotsOut, SlotsQuery
from fibregate.doors.tenant.services import IDEMPOTENCY_KEY, SCOPE, TenantDoor, asked_of, asker_of, tenant_of
from fibregate.doors.tenant.shown import timeslot_out
from fibregate.doors.tenant.wire import Characteristic
from fibregate.errors import Invalid, Malformed
from fibregate.suppliers.accounts.model import Capability
from fibregate.suppliers.accounts.model import Route as Way
from fibregate.suppliers.answers import Slots
from fibregate.suppliers.network.model import ADDRESS_NOT_KNOWN, TEXTS
from fibregate.suppliers.port import Timeslot as Slot
from fibregate.suppliers.questions import BookingAsked, SlotsAsked, Trace
from fibregate.tenants.numbers.actions import UNNUMBERED
from fibregate.tenants.replays.model import Stored
from fibregate.vocabulary import Purpose
from fibregate.web.call import Answer, Call
from fibregate.web.route import Route

BOOK: Final = "bookAppointment"


async def find(call: Call[SlotsQuery, None, TenantDoor]) -> Answer:
    query = call.query
    route = await call.services.routing.one(tenant_of(call), query.supplier, needs=Capability.APPOINTMENTS)
    found = await _slots(call, route)
    slots = [one for one in found.slots if not query.standard_only or one.standard is not False]
    body = {
        "supplier": query.supplier,
        "address": query.address.as_sent,
        "serviceSpecification": {"id": query.service_specification.id, **_named(found.service_name)},
        "availableTimeslots": [timeslot_out(one) for one in slots],
    }
    return Answer(200, body)


async def _slots(call: Call[SlotsQuery, None, TenantDoor], route: Way) -> Slots:
    services, query = call.services, call.query
    asked = SlotsAsked(
        address=query.address.asked,
        service=query.service_specification.id,
        purpose=query.appointment_purpose,
        service_name=query.service_specification.name,
        from_date=query.appointment_from_date,
    )
    if route.account_id is None:
        now = await services.clock.now()
        return await offers.own(services.db, tenant_of(call), query.address.uprn, asked, now)
    trace = Trace(call.conversation_id or "")
    return await offers.far(services.networks, route.account_id, asked, trace, seconds=services.answer_seconds)


def _named(name: str | None) -> dict[str, str]:
    return {"name": name} if name else {}


async def book(call: Call[None, BookingIn, TenantDoor]) -> Answer:
    asked, services, tenant = call.body, call.services, tenant_of(call)
    if asked.purpose is Purpose.REPAIR and asked.service_id is None:
        raise Malformed("serviceId: is required with purpose REPAIR; accepted is the id of the live service")
    route = await services.routing.one(tenant, asked.supplier, needs=Capability.APPOINTMENTS)
    if route.account_id is not None:
        done = await _book_far(call, route)
        return Answer(done.status, done.body)
    wish = _wish(asked, call.fingerprint or b"")
    await services.before_booking(wish.uprn)
    now = await services.clock.now()

    async def work(tx: Tx) -> Stored:
        made = await numbered.book(tx, tenant, wish, asker_of(call), now=now, hold_limit=services.hold_limit)
        sent = _characteristics(asked.service_characteristics or ())
        return Stored(201, orjson.dumps(_shown(made, service_id=asked.service_id, characteristics=sent)))

    done = await services.once.do(tenant, asked_of(call, BOOK), now, work)
    return Answer(done.status, done.body)


async def _book_far(call: Call[None, BookingIn, TenantDoor], route: Way) -> Stored:
    asked, services = call.body, call.services
    question = BookingAsked(
        id=UNNUMBERED,
        address=asked.address.asked,
        service=asked.service_specification.id,
        purpose=asked.purpose,
        timeslot=Slot(asked.timeslot.timeslot_start_date_time, asked.timeslot.timeslot_end_date_time),
        service_id=asked.service_id,
    )
    wish = FarWish(
        route=route,
        address=asked.address.as_sent,
        service=asked.service_specification.id,
        service_id=asked.service_id,
        characteristics=_characteristics(asked.service_characteristics or ()),
        purpose=asked.purpose,
        question=question,
    )
    desk, asked_for = Desk(services.db, services.networks, stored, services.answer_seconds), asked_of(call, BOOK)
    return await far.book(desk, tenant_of(call), wish, asked=asked_for, asker=asker_of(call), clock=services.clock)


def stored(made: Reservation, kept: Kept) -> Stored:
    """The answer to the request that wanted it, whoever learns that it is held."""
    return Stored(201, orjson.dumps(_shown(made, service_id=kept.service_id, characteristics=kept.characteristics)))


def _wish(asked: BookingIn, fingerprint: bytes) -> Wish:
    """The digits of a time are never taken for anything but its instant."""
    uprn = asked.address.uprn
    if uprn is None:
        raise Invalid(f"address: {ADDRESS_NOT_KNOWN}: {TEXTS[ADDRESS_NOT_KNOWN]}")
    return Wish(
        id=UNNUMBERED,
        uprn=uprn,
        address=asked.address.as_sent,
        service=asked.service_specification.id,
        purpose=asked.purpose,
        starts_at=asked.timeslot.timeslot_start_date_time,
        ends_at=asked.timeslot.timeslot_end_date_time,
        read_as_local=False,
        body_hash=fingerprint,
        service_id=asked.service_id,
    )


def _shown(
    made: Reservation, *, service_id: str | None, characteristics: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": made.id,
        "supplier": made.supplier,
        "supplierReference": made.reference,
        "address": made.address,
        "serviceSpecification": {"id": made.service, **_named(made.service_name)},
        "purpose": made.purpose.value,
        "timeslot": timeslot_out(made.timeslot),
    }
    if made.expires_at:
        body["expiryDateTime"] = stamp(made.expires_at)
    if service_id:
        body["serviceId"] = service_id
    if characteristics:
        body["serviceCharacteristics"] = list(characteristics)
    return body


def _characteristics(asked: Sequence[Characteristic]) -> list[dict[str, str]]:
    return [{"name": one.name, "value": one.value} for one in asked]


_ADDRESS: Final = {"id": "10025559646", "type": "UPRN"}
_SLOT: Final = {
    "timeslotStartDateTime": "2025-07-16T07:00:00.000Z",
    "timeslotEndDateTime": "2025-07-16T12:00:00.000Z",
    "classification": "WEEKDAY_AM",
    "standard": True,
}
BOOKING: Final = {
    "supplier": "NETWORK1",
    "address": _ADDRESS,
    "serviceSpecification": {"id": "fttp"},
    "purpose": "PROVIDE",
    "timeslot": {
        "timeslotStartDateTime": "2025-07-16T08:00:00.000+01:00",
        "timeslotEndDateTime": "2025-07-16T13:00:00.000+01:00",
    },
}
BOOKED: Final = {
    "id": 31,
    **BOOKING,
    "supplierReference": "APPT-2025-031",
    "serviceSpecification": {"id": "fttp", "name": "FTTP"},
    "timeslot": _SLOT,
    "expiryDateTime": "2025-07-15T22:59:59.000Z",
}

ROUTES: Final = [
    Route(
        method="GET",
        path="/available-appointments",
        name="findAppointments",
        summary="Visits that can be booked",
        scope=SCOPE,
        action=find,
        query=SlotsQuery,
        answers={200: SlotsOut},
        errors=(501, 502),
        tags=("Appointments",),
        query_examples={
            "supplier": "NETWORK1",
            "address": _ADDRESS,
            "appointmentPurpose": "PROVIDE",
            "serviceSpecification": {"id": "fttp"},
        },
        answer_examples={
            200: {
                "supplier": "NETWORK1",
                "address": _ADDRESS,
                "serviceSpecification": {"id": "fttp", "name": "FTTP"},
                "availableTimeslots": [_SLOT],
            }
        },
    ),
    Route(
        method="POST",
        path="/appointments",
        name=BOOK,
        summary="Hold a visit",
        description=(
            "An equal body under the same `X-Request-ID` has the same answer again for 30 days, and books nothing "
            "twice. Where the last place has gone: 422, with free ones in `alternatives`. Times are the instants that "
            "they are: `Z` is UTC, also in summer."
        ),
        scope=SCOPE,
        action=book,
        body=BookingIn,
        headers=(IDEMPOTENCY_KEY,),
        answers={201: BookingOut},
        errors=(501, 502),
        tags=("Appointments",),
        body_examples={"visit": BOOKING},
        answer_examples={201: BOOKED},
    ),
]
