"""Find, book, read and release appointments."""

from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field

from fibregate import calendars
from fibregate.appointments import actions, explain
from fibregate.appointments.model import Reservation, Wish
from fibregate.doors.wholesale.services import SCOPE, Wholesale, asker_of, tenant_of
from fibregate.doors.wholesale.wire import (
    AddressIdentifier,
    AddressQuery,
    CallerId,
    SpecificationRef,
    Timeslot,
    TimeslotIn,
)
from fibregate.suppliers.network.books import actions as books
from fibregate.tenants import audit
from fibregate.vocabulary import Classification, Purpose
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Day, Stamp
from fibregate.web.route import Route
from fibregate.web.wire import Wire


class SlotsQuery(AddressQuery):
    """Which visits are looked for. `appointmentFromDate` before the first bookable day means that day."""

    appointment_purpose: Purpose
    service_specification: SpecificationRef
    appointment_from_date: Day | None = None
    classifications: Annotated[list[Classification], Field(max_length=15)] = Field(default_factory=list[Classification])


class SlotsOut(Wire):
    """Free visits in 28 days, the earliest first."""

    address: AddressIdentifier
    service_specification: SpecificationRef
    available_timeslots: list[Timeslot]


class BookingIn(Wire):
    """A visit to hold. `id` is the caller's own number, for ever."""

    id: CallerId
    address: AddressIdentifier
    service_specification: SpecificationRef
    purpose: Purpose
    timeslot: TimeslotIn


class BookingOut(Wire):
    """A visit that is held: `expiryDateTime` is when an unquoted hold is given back."""

    id: int
    supplier_reference: str
    address: AddressIdentifier
    service_specification: SpecificationRef
    purpose: Purpose
    timeslot: Timeslot
    expiry_date_time: Stamp | None = None


class AppointmentOut(BookingOut):
    """A booking as it stands now."""

    state: str


async def find(call: Call[SlotsQuery, None, Wholesale]) -> Answer:
    asked, db = call.query, call.services.db
    premises = await explain.orderable(db, tenant_of(call), asked.address.uprn, asked.service_specification.id)
    book = await books.find(db, premises.area, premises.service or "", asked.appointment_purpose)
    now = await call.services.clock.now()
    free = await _free(call, book, now=now, from_date=asked.appointment_from_date) if book else []
    return Answer(
        200,
        {
            "address": asked.address.as_sent,
            "serviceSpecification": {"id": premises.service, "name": premises.service_name},
            "availableTimeslots": [explain.timeslot(one) for one in free],
        },
    )


async def _free(
    call: Call[SlotsQuery, None, Wholesale], book: books.Book, *, now: Any, from_date: date | None
) -> list[Any]:
    kinds = [one.value for one in call.query.classifications]
    return await books.free(call.services.db, book, now=now, from_date=from_date, classifications=kinds)


async def book(call: Call[None, BookingIn, Wholesale]) -> Answer:
    asked, services = call.body, call.services
    await services.before_booking(asked.address.uprn)
    start, end = asked.timeslot.timeslot_start_date_time, asked.timeslot.timeslot_end_date_time
    wish = Wish(
        id=asked.id,
        uprn=asked.address.uprn,
        address=asked.address.as_sent,
        service=asked.service_specification.id,
        purpose=asked.purpose,
        starts_at=start,
        ends_at=end,
        read_as_local=start.written_zulu and end.written_zulu,
        body_hash=call.fingerprint or b"",
    )
    now = await services.clock.now()
    made = await actions.book(
        services.db, tenant_of(call), wish, asker_of(call), now=now, hold_limit=services.hold_limit
    )
    return Answer(201, _shown(made), {"X-Notice": made.notice} if made.notice else {})


def _shown(made: Reservation) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": made.id,
        "supplierReference": made.reference,
        "address": made.address,
        "serviceSpecification": {"id": made.service, "name": made.service_name},
        "purpose": made.purpose.value,
        "timeslot": explain.timeslot(made.timeslot),
    }
    if made.expires_at:
        body["expiryDateTime"] = calendars.stamp(made.expires_at)
    return body


async def read(call: Call[None, None, Wholesale]) -> Answer:
    made = await actions.get(call.services.db, tenant_of(call), call.path["id"])
    return Answer(200, {**_shown(made), "state": made.state.value})


async def release(call: Call[None, None, Wholesale]) -> Answer:
    tenant, asker, now = tenant_of(call), asker_of(call), await call.services.clock.now()
    number: int = call.path["id"]
    async with call.services.db.tx(tenant) as tx:
        if await actions.release(tx, tenant, number, now):
            await audit.record(
                tx,
                tenant=tenant,
                actor=asker.client,
                act="appointment.release",
                subject=f"appointment {number}",
                origin=asker.origin,
                request_id=asker.request_id,
            )
    return Answer(204)


_ADDRESS: Final = {"id": "10025559646", "type": "UPRN"}
_SLOT: Final = {
    "timeslotStartDateTime": "2025-07-16T07:00:00.000Z",
    "timeslotEndDateTime": "2025-07-16T12:00:00.000Z",
    "classification": "WEEKDAY_AM",
    "standard": True,
}
BOOKING: Final = {
    "id": 159,
    "address": _ADDRESS,
    "serviceSpecification": {"id": "fttp"},
    "purpose": "PROVIDE",
    "timeslot": {
        "timeslotStartDateTime": "2025-07-16T08:00:00.000Z",
        "timeslotEndDateTime": "2025-07-16T13:00:00.000Z",
    },
}
BOOKED: Final = {
    **BOOKING,
    "supplierReference": "APPT-2025-001",
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
        tags=("Appointments",),
        query_examples={
            "address": _ADDRESS,
            "appointmentPurpose": "PROVIDE",
            "serviceSpecification": {"id": "fttp", "name": "FTTP"},
        },
        answer_examples={
            200: {
                "address": _ADDRESS,
                "serviceSpecification": {"id": "fttp", "name": "FTTP"},
                "availableTimeslots": [_SLOT],
            }
        },
    ),
    Route(
        method="POST",
        path="/appointments",
        name="bookAppointment",
        summary="Hold a visit",
        description=(
            "The same id with an equal body gives the same answer again and books nothing twice. 409: the last place "
            "has gone; `alternatives` are free ones, and the id may be used again. Where both ends are written with "
            "`Z` and fit no timeslot, they are read as UK local time, and `X-Notice` says so."
        ),
        scope=SCOPE,
        action=book,
        body=BookingIn,
        answers={201: BookingOut},
        errors=(409,),
        tags=("Appointments",),
        body_examples={"documents": BOOKING},
        answer_examples={201: BOOKED},
    ),
    Route(
        method="GET",
        path="/appointments/{id:int}",
        name="readAppointment",
        summary="How a booking stands (an extension)",
        scope=SCOPE,
        action=read,
        answers={200: AppointmentOut},
        errors=(404,),
        tags=("Appointments",),
        answer_examples={200: {**BOOKED, "state": "RESERVED"}},
    ),
    Route(
        method="DELETE",
        path="/appointments/{id:int}",
        name="releaseAppointment",
        summary="Give a visit back (an extension)",
        description="Said twice it is done once. 422 while an order quotes it.",
        scope=SCOPE,
        action=release,
        answers={204: None},
        errors=(404,),
        tags=("Appointments",),
    ),
]
