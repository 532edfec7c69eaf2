"""The appointment that an order quotes, or should."""

from collections.abc import Iterator, Mapping
from typing import Any

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.orders.model import Request
from fibregate.orders.rules.facts import Facts
from fibregate.vocabulary import OrderType, Purpose, ReservationState

_TAKEN = frozenset(
    {ReservationState.PROPOSED, ReservationState.ATTACHED, ReservationState.CONFIRMED, ReservationState.FULFILLED}
)


def needed(request: Request, facts: Facts) -> str | None:
    """The installation type because of which an engineer must come; a line that is there has none."""
    if request.order_type is not OrderType.NEW or facts.premises is None:
        return None
    return facts.premises.installation_type


def faults(request: Request, facts: Facts, now: BusinessTime) -> Iterator[str]:
    if request.appointment_id is not None and facts.by_id is None:
        yield f"appointmentReservationId: there is no appointment {request.appointment_id}; book one first"
    if request.appointment_reference is not None and facts.by_reference is None:
        yield "appointmentReservationReference: there is no such appointment; quote the supplierReference of a booking"
    if facts.by_id and facts.by_reference and facts.by_id["id"] != facts.by_reference["id"]:
        yield "appointmentReservationReference: names another appointment than appointmentReservationId"
    if facts.reservation:
        yield from _reservation(request, facts.reservation, now)
    kind = needed(request, facts)
    if kind and facts.premises and not facts.premises.reason and not _quoted(request):
        yield (
            f"appointmentReservationId: an engineer must visit this address (installationType {kind}); "
            "book an appointment and quote its id"
        )


def _quoted(request: Request) -> bool:
    return (
        request.appointment_id is not None
        or request.appointment_reference is not None
        or bool(request.unread & {"address", "appointmentReservationId", "appointmentReservationReference"})
    )


def _reservation(request: Request, held: Mapping[str, Any], now: BusinessTime) -> Iterator[str]:
    where, number = "appointmentReservationId", held["id"]
    state = ReservationState(held["state"])
    if state in _TAKEN:
        yield f"{where}: appointment {number} already belongs to an order; book another"
    elif state is not ReservationState.RESERVED:
        yield f"{where}: appointment {number} was {state.value.lower()}; book another"
    elif held["expires_at"] and held["expires_at"] <= now:
        yield f"{where}: appointment {number} expired at {calendars.stamp(held['expires_at'])}; book another"
    if request.uprn is not None and held["uprn"] != request.uprn and "address" not in request.unread:
        yield f"{where}: appointment {number} is for another address"
    if request.service and held["service"] != request.service and "serviceOrderItem" not in request.unread:
        yield f"{where}: appointment {number} is for serviceSpecification {held['service']}"
    kind = request.order_type
    purpose = Purpose.MODIFY if kind is OrderType.MODIFY else Purpose.PROVIDE
    if held["purpose"] != purpose.value:
        yield f"{where}: appointment {number} is for {held['purpose']}; an order of type {kind} takes {purpose}"
