"""What an amendment or a cancellation must satisfy before it is taken: every fault at once, in words.

Rules: `docs/reference/orders.md`.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.db import Row
from fibregate.orders.changes import contents, ethernet
from fibregate.orders.changes.deadlines import AMENDABLE, CANCELLABLE, limits, too_late
from fibregate.orders.changes.model import CANCEL_OTHER, REASONS, Change, Wish
from fibregate.orders.model import Order
from fibregate.orders.rules import items
from fibregate.orders.rules.dates import NO_VISIT_LEAD_DAYS
from fibregate.suppliers.network.model import Premises
from fibregate.vocabulary import (
    PROVIDES,
    ChangeKind,
    Nation,
    OrderStatus,
    OrderType,
    Purpose,
    ReservationState,
    ServiceType,
)


def of_any(wish: Wish, order: Order) -> Iterator[str]:
    """What holds for amendments and cancellations alike."""
    if wish.supplier is not None and wish.supplier != order.supplier:
        yield f"supplier: order {order.id} is with {order.supplier}"
    if wish.supplier_reference is not None and wish.supplier_reference != order.supplier_reference:
        yield f"supplierOrderReference: is not that of order {order.id}"


def of_amendment(
    wish: Wish, order: Order, held: Row | None, premises: Premises | None, now: BusinessTime
) -> Iterator[str]:
    """`premises` is None where the network is not ours, which judges for itself."""
    if order.order_type == OrderType.UNSOLICITED_CEASE:
        yield f"orderId: order {order.id} is a cease by the network, which cannot be amended; it can be cancelled"
        return
    if order.status not in AMENDABLE:
        yield _wrong_state(order, "amended", AMENDABLE)
        return
    if not any(name in wish.asked or name in wish.unread for name in contents.MEMBERS):
        yield f"body: nothing is to be changed; accepted are one or more of {', '.join(ethernet.members(order))}"
    until = limits(order).changes_until
    if until is not None and now >= until and order.uprn not in wish.answers_late:
        yield f"orderId: {too_late(order, until)}"
    if order.service_type == ServiceType.ETHERNET:
        yield from ethernet.faults(wish, order)
        yield from _contacts(contents.amended(order, wish.asked))
        return
    yield from _reservation(wish, order, held, now)
    yield from _contacts(contents.amended(order, wish.asked))
    yield from _day(wish, order, now)
    sent = wish.asked.get("serviceCharacteristics")
    if premises is not None and sent is not None:
        kind, at = OrderType(order.order_type), "serviceCharacteristics"
        yield from items.characteristics(at, sent, premises, kind=kind, whole=kind in PROVIDES)
        yield from items.kept(at, order.characteristics, sent)


def _day(wish: Wish, order: Order, now: BusinessTime) -> Iterator[str]:
    """With a visit it is a wish; without one it is the day of the work, of which our own network needs notice."""
    wished, today = wish.asked.get("requestedCompletionDate"), calendars.uk_date(now)
    visited = order.reservation_id is not None or "appointmentReservationId" in {*wish.asked, *wish.unread}
    first = calendars.add_working_days(today, NO_VISIT_LEAD_DAYS, Nation(order.nation))
    works_then = order.own_network and not visited
    if wished is None:
        return
    if not wished and works_then:
        yield f"requestedCompletionDate: cannot be removed without a visit; accepted: {first.isoformat()} or later"
    elif wished and date.fromisoformat(wished) < today:
        yield f"requestedCompletionDate: {wished} is past; accepted: {today.isoformat()} or later"
    elif wished and works_then and date.fromisoformat(wished) < first:
        yield f"requestedCompletionDate: {wished} is too soon; accepted: {first.isoformat()} or later"


def of_cancellation(wish: Wish, order: Order, others: list[Change], now: BusinessTime) -> Iterator[str]:
    """But for an objection to a cease, which its network judges."""
    accepted = CANCEL_OTHER if order.order_type == OrderType.UNSOLICITED_CEASE else REASONS
    if wish.reason_code not in accepted and "reasonCode" not in wish.unread:
        yield f"reasonCode: {wish.reason_code!r} does not fit order {order.id}; accepted: {', '.join(accepted)}"
    waiting = [one for one in others if one.is_open and one.kind is ChangeKind.CANCELLATION]
    if waiting:
        yield f"orderId: cancellation {waiting[0].id} of order {order.id} is not decided yet"
    elif order.status not in CANCELLABLE:
        yield _wrong_state(order, "cancelled", CANCELLABLE)
        return
    until = limits(order).ends_until
    if until is not None and now >= until:
        because = "its work began at" if order.circuit is None else "it could be until"
        yield f"orderId: too late to cancel order {order.id}; {because} {calendars.stamp(until)}"


def _wrong_state(order: Order, verb: str, possible: frozenset[OrderStatus]) -> str:
    names = ", ".join(one.value for one in OrderStatus if one in possible)
    return f"orderId: order {order.id} is {order.status.value} and cannot be {verb}; it can while it is {names}"


def _reservation(wish: Wish, order: Order, held: Row | None, now: BusinessTime) -> Iterator[str]:
    number = wish.asked.get("appointmentReservationId")
    if number is None:
        return
    if held is None:
        yield f"appointmentReservationId: there is no appointment {number}; book one first"
        return
    said = (*_not_free(held, order, now), *_not_fitting(held, order))
    yield from (f"appointmentReservationId: appointment {number} {one}" for one in said)


def _not_free(held: Row, order: Order, now: BusinessTime) -> Iterator[str]:
    state = ReservationState(held["state"])
    if state.holds_a_place and state is not ReservationState.RESERVED:
        whose = "this" if held["order_key"] == order.key else "an"
        yield f"already belongs to {whose} order; book another"
    elif state is not ReservationState.RESERVED:
        yield f"was {state.value.lower()}; book another"
    elif held["expires_at"] and held["expires_at"] <= now:
        yield f"expired at {calendars.stamp(held['expires_at'])}; book another"


def _not_fitting(held: Row, order: Order) -> Iterator[str]:
    if not held["same_supplier"]:
        yield "is with another supplier"
    elif not _same_place(held, order):
        yield "is for another address"
    elif held["service"] != order.service:
        yield f"is for serviceSpecification {held['service']}"
    purpose = Purpose.MODIFY if order.order_type == OrderType.MODIFY else Purpose.PROVIDE
    if held["purpose"] != purpose:
        yield f"is for {held['purpose']}; an order of type {order.order_type} takes {purpose.value}"


def _same_place(held: Row, order: Order) -> bool:
    if order.uprn is not None or held["uprn"] is not None:
        return held["uprn"] == order.uprn
    theirs, ours = (_key(one) for one in (held["address"], order.address))
    return theirs == ours


def _key(address: Mapping[str, Any]) -> tuple[str, str]:
    return str(address.get("type")), str(address.get("id"))


def _contacts(after: Order) -> Iterator[str]:
    """Whoever is to be spoken to has a name and a number."""
    optional = after.order_type in {OrderType.CEASE, OrderType.MODIFY} or after.ethernet is not None
    primary = after.primary_contact if optional else after.primary_contact or {}
    for where, contact in (("primaryContact", primary), ("secondaryContact", after.secondary_contact)):
        missing = [part for part in _PARTS if not contact.get(part)] if contact is not None else []
        yield from (f"{where}.{part}: would be missing; send one" for part in missing)


_PARTS: Final = ("name", "phoneNumber")
