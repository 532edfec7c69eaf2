"""Orders: what is taken, under which number, and what it will be told."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from fibregate.calendars import end_of_day, stamp, uk_date
from fibregate.errors import Invalid, Unknown
from fibregate.sandbox.remote import premises, shapes, visits
from fibregate.sandbox.remote.done import Done, Reply, as_json
from fibregate.sandbox.remote.memory import Memory
from fibregate.sandbox.remote.model import RECEIVED, Booking, Json, Order, Shape, Step

_SHAPES: Final = {"MODIFY": Shape.MODIFY, "CEASE": Shape.CEASE}
_USUAL_DAYS: Final = timedelta(days=14)
_PROVIDED: Final = ("ACKNOWLEDGED", "COMMITTED", "UPDATE", "ADDITIONAL", "COMPLETED")
COURSES: Final = {
    Shape.PROVIDE: _PROVIDED,
    Shape.MODIFY: _PROVIDED,
    Shape.CEASE: ("ACKNOWLEDGED", "COMMITTED", "UPDATE", "COMPLETED"),
    Shape.UNSOLICITED: ("CREATED", "COMMITTED", "COMPLETED"),
    Shape.ETHERNET: _PROVIDED,
}
SAID_AT_ONCE: Final = {"": 0, "ACKNOWLEDGED": 1, "IN_PROGRESS": 2}
"""How many steps of a course the answer to an order has told already."""

Bend = Callable[[list[Step]], list[Step]]


class Orders:
    """The part of the network that takes orders."""

    def __init__(self, memory: Memory, now: Callable[[], datetime]) -> None:
        self._memory, self._now = memory, now

    def uprn(self, tenant: str, asked: shapes.OrderIn) -> int:
        """Where the service is or will be; 0 where that cannot be known."""
        if asked.address is not None:
            return asked.address.uprn
        service = self._memory.service(tenant, asked.service_id or "")
        return service.uprn if service else 0

    def replay(self, tenant: str, asked: shapes.OrderIn | shapes.EthernetOrderIn, body: Json) -> Done | None:
        """What a number that was used before is answered; None for a new one."""
        known = self._memory.order(tenant, asked.id)
        if known is None:
            return None
        if known.body != body:
            raise Invalid(f"id: {asked.id} was used for another order; take a new one")
        return Done("replayed", placed(known), known)

    def place(
        self, tenant: str, asked: shapes.OrderIn, body: Json, *, conversation: str, at_once: str, bend: Bend
    ) -> Done:
        """Take a new order, once more where its number has one already; raises `Invalid` with every fault."""
        faults = list(self._faults(tenant, asked))
        if faults:
            raise Invalid(faults)
        shape = _SHAPES.get(asked.order_type, Shape.PROVIDE)
        booking = self._booking(tenant, asked)
        made = Order(
            shape=shape,
            tenant=tenant,
            id=asked.id,
            reference=self._memory.reference(),
            uprn=self.uprn(tenant, asked),
            body=body,
            conversation=conversation,
            made_at=self._now(),
            status=at_once or RECEIVED,
            at_once=at_once,
            twin=self._memory.order(tenant, asked.id) is not None,
            booking=booking.id if booking else None,
            service_id=asked.service_id or "",
            course=bend([Step(one) for one in COURSES[shape]][SAID_AT_ONCE[at_once] :]),
        )
        made.committed_at = made.target_at = self._promise(asked, booking)
        self._attach(made, booking)
        self._memory.keep(made)
        return Done("performed", placed(made), made)

    def _attach(self, order: Order, booking: Booking | None) -> None:
        if booking is not None:
            booking.order = order.reference
            booking.state = "CONFIRMED" if order.at_once == "IN_PROGRESS" else booking.state
            self._memory.keep(booking)

    def _promise(self, asked: shapes.OrderIn, booking: Booking | None) -> datetime:
        if booking is not None:
            return booking.ends_at
        if asked.requested_completion_date:
            return end_of_day(date.fromisoformat(asked.requested_completion_date[:10]))
        return end_of_day(uk_date(self._now() + _USUAL_DAYS))

    def _faults(self, tenant: str, asked: shapes.OrderIn) -> Iterator[str]:
        if asked.tenant != tenant:
            yield f"tenant: {asked.tenant!r} is not that of the header"
        if asked.order_type in _SHAPES:
            if self._memory.service(tenant, asked.service_id or "") is None:
                yield "serviceId: there is no such live service of yours"
        else:
            yield from self._provide_faults(tenant, asked)

    def _provide_faults(self, tenant: str, asked: shapes.OrderIn) -> Iterator[str]:
        address, item = asked.address, asked.service_order_item
        for name, value in (
            ("address", address),
            ("serviceOrderItem", item),
            ("primaryContact", asked.primary_contact),
        ):
            if value is None:
                yield f"{name}: is required"
        if address is None or item is None:
            return
        yield from _offer_faults(address.uprn, item)
        if asked.appointment_reservation_id or asked.appointment_reservation_reference:
            yield from self.booking_faults(tenant, self._booking(tenant, asked), address.uprn, asked)
        elif asked.order_type == "NEW" and premises.needs_visit(address.uprn):
            yield "appointmentReservationId: is required; an engineer must visit"
        elif not asked.requested_completion_date:
            yield "requestedCompletionDate: is required where no engineer visits"

    def booking_faults(
        self, tenant: str, booking: Booking | None, uprn: int, asked: shapes.OrderIn | None = None, order: str = ""
    ) -> Iterator[str]:
        """Why an order, or the change of one, cannot have this visit."""
        if booking is None or booking.tenant != tenant:
            yield "appointmentReservationId: there is no such booking of yours"
            return
        if booking.uprn != uprn:
            yield f"appointmentReservationId: booking {booking.id} is for another address"
        if not booking.holds(self._now()):
            yield f"appointmentReservationId: booking {booking.id} is no longer held"
        if booking.order not in {"", order}:
            yield f"appointmentReservationId: booking {booking.id} is another order's"
        if asked and asked.appointment_reservation_reference not in {None, booking.reference}:
            yield "appointmentReservationReference: is not that of appointmentReservationId"

    def _booking(self, tenant: str, asked: shapes.OrderIn) -> Booking | None:
        if asked.appointment_reservation_id is not None:
            return self._memory.booking(tenant, asked.appointment_reservation_id)
        found = self._memory.named(asked.appointment_reservation_reference or "")
        return found if isinstance(found, Booking) else None

    def read(self, tenant: str, number: int, *, ethernet: bool) -> Done:
        """Each kind is found at its own operation alone."""
        found = self._memory.order(tenant, number)
        if found is None or (found.shape is Shape.ETHERNET) is not ethernet:
            raise Unknown(f"order {number}: there is none of yours")
        return Done("read", as_json(200, self.shown(found)), found)

    def shown(self, order: Order) -> Json:
        """An order as it stands, as it is read back and as its updates carry it."""
        booking = self._memory.booking(order.tenant, order.booking) if order.booking else None
        found: Json = {
            **order.body,
            "id": order.id,
            "tenant": order.tenant,
            "supplierOrderReference": order.reference,
            "status": order.status,
            "serviceId": (order.service_id or None) if order.shape is not Shape.ETHERNET else None,
        }
        if booking is not None:
            found["appointmentReservationId"] = booking.id
            found["appointmentReservationReference"] = booking.reference
            found["appointmentTimeslot"] = visits.timeslot(booking)
        if order.status in {"IN_PROGRESS", "COMPLETED"} and order.committed_at and order.target_at:
            found["committedDate"], found["targetDate"] = stamp(order.committed_at), stamp(order.target_at)
        return {name: value for name, value in found.items() if value is not None}


def _offer_faults(uprn: int, item: shapes.Item) -> Iterator[str]:
    try:
        premises.check(uprn, item.service_specification.id)
    except Invalid as refused:
        yield from refused.messages
    for one in item.service_characteristics:
        wanted = premises.OFFERED.get(one.name)
        if wanted and one.value not in wanted:
            yield f"serviceCharacteristics: {one.name}={one.value!r} is not offered; accepted: {', '.join(wanted)}"


def placed(order: Order) -> Reply:
    """The answer to an order, first and whenever its number comes again."""
    if not order.at_once:
        return Reply(202)
    body: Json = {
        "id": order.id,
        "tenant": order.tenant,
        "orderType": order.body.get("orderType"),
        "supplierOrderReference": order.reference,
        "status": order.at_once,
    }
    if order.at_once == "IN_PROGRESS" and order.committed_at:
        body["committedDate"] = body["targetDate"] = stamp(order.committed_at)
    return as_json(201, {name: value for name, value in body.items() if value is not None})
