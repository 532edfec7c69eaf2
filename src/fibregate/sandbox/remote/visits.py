"""Availability and bookings: what the network does when it is asked about an address."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import islice
from typing import Any, Final, cast

from fibregate.calendars import eve, stamp, uk_date
from fibregate.errors import Invalid, SlotTaken, Unknown
from fibregate.sandbox.remote import premises, shapes, slots
from fibregate.sandbox.remote.done import Done, Reply, as_json
from fibregate.sandbox.remote.memory import Memory
from fibregate.sandbox.remote.model import Booking, Json

_ALTERNATIVES: Final = 5


class Visits:
    """The part of the network that knows addresses and engineers. `places` is the capacity of each timeslot."""

    def __init__(self, memory: Memory, now: Callable[[], datetime], *, places: int) -> None:
        self._memory, self._now, self._places = memory, now, places

    def availability(self, asked: shapes.AvailabilityQuery) -> Done:
        address = asked.address
        body: Json = {"address": {"identifier": address.as_sent}, "serviceSpecifications": []}
        if premises.is_known(address.uprn):
            body["serviceSpecifications"] = premises.offered()
            body["siteInformation"] = premises.site(address.uprn)
        else:
            unknown = {"code": "ADDRESS_NOT_KNOWN", "text": "this network does not know the address"}
            body["unavailabilityReasons"] = [unknown]
        return Done("read", as_json(200, body))

    def slots(self, asked: shapes.SlotsQuery) -> Done:
        premises.check(asked.address.uprn, asked.service_specification.id)
        free = self._free(asked.address.uprn, asked.appointment_from_date)
        body: Json = {
            "address": asked.address.as_sent,
            "serviceSpecification": premises.SPECIFICATION,
            "availableTimeslots": [
                one for one in free if not asked.classifications or one["classification"] in asked.classifications
            ],
        }
        return Done("read", as_json(200, body))

    def _free(self, uprn: int, from_day: date | None = None) -> list[Json]:
        now = self._now()
        return [
            one.shown
            for one in slots.open_slots(now, from_day)
            if self._memory.taken(uprn, one.starts_at, now) < self._places
        ]

    def book(self, tenant: str, asked: shapes.BookingIn, body: Json) -> Done:
        """A number that was used before is answered as it was then, while the booking stands."""
        known = self._memory.booking(tenant, asked.id)
        if known is not None:
            return self._again(known, body)
        uprn, now = asked.address.uprn, self._now()
        premises.check(uprn, asked.service_specification.id)
        starts_at, ends_at = asked.timeslot.timeslot_start_date_time, asked.timeslot.timeslot_end_date_time
        slot = slots.bookable(starts_at, ends_at, now)
        if slot is None:
            raise Invalid("timeslot: there is no such timeslot; accepted are those that available appointments lists")
        if self._memory.taken(uprn, slot.starts_at, now) >= self._places:
            raise self.gone(uprn)
        made = Booking(
            tenant=tenant,
            id=asked.id,
            reference=self._memory.reference("V"),
            uprn=uprn,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            expires_at=eve(uk_date(slot.starts_at)),
            body=body,
        )
        self._memory.keep(made)
        return Done("performed", as_json(201, _shown(made)), made)

    def gone(self, uprn: int) -> SlotTaken:
        """That the last place was somebody else's."""
        others = islice(self._free(uprn), _ALTERNATIVES)
        return SlotTaken("timeslot: its last place has gone; ask for available appointments again", list(others))

    def _again(self, known: Booking, body: Json) -> Done:
        if known.body != body:
            raise Invalid(f"id: {known.id} was used for another booking; take a new one")
        if not known.holds(self._now()):
            raise Invalid(f"id: booking {known.id} is no longer held; take a new id")
        return Done("replayed", as_json(201, _shown(known)), known)

    def read(self, tenant: str, number: int) -> Done:
        found = self._get(tenant, number)
        state = "EXPIRED" if found.state == "RESERVED" and not found.holds(self._now()) else found.state
        return Done("read", as_json(200, {**_shown(found), "state": state}), found)

    def release(self, tenant: str, number: int) -> Done:
        found = self._get(tenant, number)
        if found.order:
            raise Invalid(f"appointment {number}: an order quotes it; amend or cancel the order")
        done = found.state != "RELEASED"
        found.state = "RELEASED"
        self._memory.keep(found)
        return Done("performed" if done else "replayed", Reply(204), found)

    def _get(self, tenant: str, number: int) -> Booking:
        found = self._memory.booking(tenant, number)
        if found is None:
            raise Unknown(f"appointment {number}: there is none of yours")
        return found


def timeslot(booking: Booking) -> Json:
    """The visit of a booking, as the wire has it."""
    found = slots.on(uk_date(booking.starts_at))
    return next(one.shown for one in found if one.starts_at == booking.starts_at)


def _shown(booking: Booking) -> Json:
    """What was sent, and what became of it."""
    service = cast("dict[str, Any]", booking.body["serviceSpecification"])
    return {
        **booking.body,
        "supplierReference": booking.reference,
        "serviceSpecification": {**service, "name": premises.SPECIFICATION["name"]},
        "timeslot": timeslot(booking),
        "expiryDateTime": stamp(booking.expires_at),
    }
