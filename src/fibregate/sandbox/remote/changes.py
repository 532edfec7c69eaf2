"""Amendments and cancellations: what is taken, and what an order is like afterwards."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, cast

from fibregate.errors import Invalid, Unknown
from fibregate.sandbox.remote import shapes
from fibregate.sandbox.remote.done import Done, Reply, as_json
from fibregate.sandbox.remote.memory import Memory
from fibregate.sandbox.remote.model import Booking, Change, ChangeKind, Json, Order, Shape, Step
from fibregate.sandbox.remote.orders import Orders

_OF_THE_REQUEST: Final = frozenset({"id", "orderId", "supplierOrderReference", "tenant"})
_IN_PARTS: Final = frozenset({"primaryContact", "secondaryContact"})
_ANSWERS: Final = {
    (ChangeKind.AMENDMENT, True): "AMENDED",
    (ChangeKind.AMENDMENT, False): "AMENDMENT_REJECTED",
    (ChangeKind.CANCELLATION, True): "CANCELLED",
    (ChangeKind.CANCELLATION, False): "CANCELLATION_REJECTED",
}

Asked = shapes.AmendmentIn | shapes.CancellationIn


class Changes:
    """The part of the network that changes orders."""

    def __init__(self, memory: Memory, orders: Orders, now: Callable[[], datetime]) -> None:
        self._memory, self._orders, self._now = memory, orders, now

    def order(self, tenant: str, asked: Asked) -> Order | None:
        """The order that is meant: by its number, or by our reference where it has none."""
        found = self._memory.order(tenant, asked.order_id) or self._memory.named(asked.supplier_order_reference or "")
        return found if isinstance(found, Order) and found.tenant == tenant else None

    def replay(self, what: ChangeKind, tenant: str, asked: Asked, body: Json) -> Done | None:
        """What a number that was used before is answered; None for a new one."""
        known = self._memory.change(what, tenant, asked.id)
        if known is None:
            return None
        if known.body != body:
            raise Invalid(f"id: {asked.id} was used for another request; take a new one")
        return Done("replayed", _answer(known), known)

    def ask(self, what: ChangeKind, tenant: str, asked: Asked, body: Json, *, at_once: bool, agrees: bool) -> Done:
        """Take the request. It is granted or refused by an update, or granted `at_once` by the answer."""
        order = self.order(tenant, asked)
        if order is None:
            raise Invalid("orderId: there is no such order of yours")
        faults = list(self._faults(what, order, asked, body))
        if faults:
            raise Invalid(faults)
        made = Change(
            what=what,
            tenant=tenant,
            id=asked.id,
            reference=self._memory.reference("A" if what is ChangeKind.AMENDMENT else "C"),
            order=order.reference,
            uprn=order.uprn,
            body=body,
            made_at=self._now(),
            at_once=at_once,
        )
        if at_once:
            self.grant(order, made)
        else:
            self._attach(order, asked)
            order.course = _course(order, Step(_ANSWERS[what, agrees], made.reference), ends=agrees)
        self._memory.keep(made)
        self._memory.keep(order)
        return Done("performed", _answer(made), made)

    def _faults(self, what: ChangeKind, order: Order, asked: Asked, body: Json) -> Iterator[str]:
        if order.ended:
            yield f"orderId: the order is {order.status}"
        if asked.supplier_order_reference not in {None, order.reference}:
            yield "supplierOrderReference: is not that of orderId"
        if any(one.change and one.reason == "CANCELLED" for one in order.course):
            yield "orderId: the order is being cancelled"
        if what is ChangeKind.CANCELLATION:
            return
        if order.shape is Shape.UNSOLICITED:
            yield "orderId: an unsolicited cease cannot be amended"
        if not set(body) - _OF_THE_REQUEST:
            yield "body: names nothing that is to change"
        number = asked.appointment_reservation_id if isinstance(asked, shapes.AmendmentIn) else None
        if number is not None:
            wanted = self._memory.booking(order.tenant, number)
            yield from self._orders.booking_faults(order.tenant, wanted, order.uprn, order=order.reference)

    def _attach(self, order: Order, asked: Asked) -> None:
        """Until the request is answered the order holds both visits."""
        number = asked.appointment_reservation_id if isinstance(asked, shapes.AmendmentIn) else None
        wanted = self._memory.booking(order.tenant, number) if number else None
        if wanted is not None:
            wanted.order = order.reference
            self._memory.keep(wanted)

    def grant(self, order: Order, change: Change) -> None:
        """Do what was asked; the caller keeps the order."""
        change.status = "COMPLETED"
        self._memory.keep(change)
        if change.what is ChangeKind.CANCELLATION:
            order.status, order.course = "CANCELLED", []
            self.free(order)
        else:
            self._amend(order, change)

    def refuse(self, change: Change) -> None:
        change.status = "REJECTED"
        self._memory.keep(change)
        number = change.body.get("appointmentReservationId")
        wanted = self._memory.booking(change.tenant, number) if isinstance(number, int) else None
        if wanted is not None:
            self._give_back(wanted, "")

    def free(self, order: Order) -> None:
        """Give the order's visit back."""
        booking = self._memory.booking(order.tenant, order.booking) if order.booking else None
        if booking is not None:
            booking.state = "RELEASED"
            self._give_back(booking, "")

    def _give_back(self, booking: Booking, order: str) -> None:
        booking.order = order
        self._memory.keep(booking)

    def _amend(self, order: Order, change: Change) -> None:
        """Only what is named changes, of a contact only its named parts; what is empty goes."""
        fields = {name: value for name, value in change.body.items() if name not in _OF_THE_REQUEST}
        number = fields.get("appointmentReservationId")
        if isinstance(number, int) and number != order.booking:
            self.free(order)
            order.booking = number
            booking = self._memory.booking(order.tenant, number)
            if booking is not None:
                booking.state, order.target_at = "CONFIRMED", booking.ends_at
                self._give_back(booking, order.reference)
        characteristics = fields.pop("serviceCharacteristics", None)
        if isinstance(characteristics, list):
            item = cast("dict[str, Any]", order.body.get("serviceOrderItem") or {})
            order.body = {**order.body, "serviceOrderItem": {**item, "serviceCharacteristics": characteristics}}
        for name in _IN_PARTS & set(fields):
            if isinstance(fields[name], dict):
                fields[name] = _filled({**(order.body.get(name) or {}), **fields[name]})
        order.body = _filled({**order.body, **fields})

    def read(self, what: ChangeKind, tenant: str, number: int) -> Done:
        found = self._memory.change(what, tenant, number)
        if found is None:
            raise Unknown(f"{what.name.lower()} {number}: there is none of yours")
        return Done("read", as_json(200, _shown(found)), found)


def _filled(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value not in ("", [])}


def _course(order: Order, answer: Step, *, ends: bool) -> list[Step]:
    """An answer comes before whatever else is to be told; a granted cancellation ends it, but for other answers."""
    answers = [one for one in order.course if one.change]
    if ends and answer.reason == "CANCELLED":
        return [*answers, answer]
    return [*answers, answer, *(one for one in order.course if not one.change)]


def _answer(change: Change) -> Reply:
    """The same whenever the number comes again, whatever has become of it."""
    return as_json(201, _shown(change)) if change.at_once else Reply(202)


def _shown(change: Change) -> Json:
    return {**change.body, "supplierReference": change.reference, "status": change.status}
