"""What an order must satisfy before it is taken: every fault at once, in words. Rules: `docs/reference/orders.md`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.orders.model import Request
from fibregate.suppliers.network.model import ADDRESS_NOT_KNOWN, TEXTS, Premises
from fibregate.vocabulary import Purpose, ReservationState

NO_VISIT_LEAD_DAYS = 1
PROFILE = "LINE_PROFILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database says about an order that is asked for."""

    premises: Premises | None
    by_id: Mapping[str, Any] | None
    by_reference: Mapping[str, Any] | None
    own_open_order: int | None
    open_orders: int
    tenant_code: str
    one_open_order: bool

    @property
    def reservation(self) -> Mapping[str, Any] | None:
        """The appointment that is quoted, by id or by reference."""
        return self.by_id or self.by_reference


def faults(request: Request, facts: Facts, now: BusinessTime) -> list[str]:
    """One message for each fault; empty when the order can be taken. What could not be read is not judged again."""
    found = [*_tenant(request, facts), *_appointment(request, facts, now), *_past(request, now)]
    if request.unread & {"address"}:
        return found
    found += _address(facts)
    if facts.premises and not facts.premises.reason:
        found += [*_item(request, facts.premises), *_room(request, facts, facts.premises, now)]
        found += _too_soon(request, facts, facts.premises, now)
    return found


def _tenant(request: Request, facts: Facts) -> Iterator[str]:
    if request.tenant_code != facts.tenant_code and "tenant" not in request.unread:
        yield f"tenant: must be the tenant of the token; accepted: {facts.tenant_code}"


def _address(facts: Facts) -> Iterator[str]:
    premises = facts.premises
    if premises is None:
        yield f"address: {ADDRESS_NOT_KNOWN}: {TEXTS[ADDRESS_NOT_KNOWN]}"
    elif premises.reason:
        yield f"address: {premises.reason['code']}: {premises.reason['text']}"


def _item(request: Request, premises: Premises) -> Iterator[str]:
    if request.unread & {"serviceOrderItem"}:
        return
    if premises.service != request.service:
        yield (
            f"serviceOrderItem.serviceSpecification.id: {request.service!r} is not offered at this address; "
            f"accepted: {premises.service}"
        )
    yield from _characteristics(request, premises)


def _characteristics(request: Request, premises: Premises) -> Iterator[str]:
    listed = {one["name"]: one for one in premises.characteristics}
    known = {**{one["name"]: one for one in premises.order_characteristics}, **listed}
    names = [one["name"] for one in request.characteristics]
    where = "serviceOrderItem.serviceCharacteristics"
    if PROFILE in listed and PROFILE not in names:
        yield f"{where}: {PROFILE} is missing; accepted: {', '.join(listed[PROFILE]['values'])}"
    for place, one in enumerate(request.characteristics):
        if names.index(one["name"]) != place:
            yield f"{where}[{place}].name: {one['name']} is given twice"
        elif one["name"] not in known:
            yield f"{where}[{place}].name: {one['name']!r} is not known; accepted: {', '.join(sorted(known))}"
        else:
            yield from _value(f"{where}[{place}].value", one["value"], known[one["name"]])


def _value(where: str, value: str, rule: Mapping[str, Any]) -> Iterator[str]:
    values: Sequence[str] | None = rule.get("values")
    pattern: str | None = rule.get("pattern")
    if values is not None:
        same = value.casefold() in {one.casefold() for one in values} if rule.get("ignoreCase") else value in values
        if not same:
            yield f"{where}: {value!r} is not a value of {rule['name']}; accepted: {', '.join(values)}"
    elif pattern is not None and not re.fullmatch(pattern, value):
        yield f"{where}: {value!r} is not a value of {rule['name']}; accepted: {rule.get('text', pattern)}"


def _appointment(request: Request, facts: Facts, now: BusinessTime) -> Iterator[str]:
    quoted = (
        request.appointment_id is not None
        or request.appointment_reference is not None
        or bool(request.unread & {"address", "appointmentReservationId", "appointmentReservationReference"})
    )
    if request.appointment_id is not None and facts.by_id is None:
        yield f"appointmentReservationId: there is no appointment {request.appointment_id}; book one first"
    if request.appointment_reference is not None and facts.by_reference is None:
        yield "appointmentReservationReference: there is no such appointment; quote the supplierReference of a booking"
    if facts.by_id and facts.by_reference and facts.by_id["id"] != facts.by_reference["id"]:
        yield "appointmentReservationReference: names another appointment than appointmentReservationId"
    if facts.reservation:
        yield from _reservation(request, facts.reservation, now)
    if not quoted and facts.premises and not facts.premises.reason and facts.premises.installation_type:
        yield (
            "appointmentReservationId: an engineer must visit this address "
            f"(installationType {facts.premises.installation_type}); book an appointment and quote its id"
        )


def _reservation(request: Request, held: Mapping[str, Any], now: BusinessTime) -> Iterator[str]:
    where = "appointmentReservationId"
    state = ReservationState(held["state"])
    if state in {ReservationState.ATTACHED, ReservationState.CONFIRMED, ReservationState.FULFILLED}:
        yield f"{where}: appointment {held['id']} already belongs to an order; book another"
    elif state is not ReservationState.RESERVED:
        yield f"{where}: appointment {held['id']} was {state.value.lower()}; book another"
    elif held["expires_at"] and held["expires_at"] <= now:
        yield f"{where}: appointment {held['id']} expired at {calendars.stamp(held['expires_at'])}; book another"
    if held["uprn"] != request.uprn and "address" not in request.unread:
        yield f"{where}: appointment {held['id']} is for another address"
    if held["service"] != request.service and "serviceOrderItem" not in request.unread:
        yield f"{where}: appointment {held['id']} is for serviceSpecification {held['service']}"
    if held["purpose"] != Purpose.PROVIDE.value:
        yield f"{where}: appointment {held['id']} is for {held['purpose']}; an order of type NEW takes PROVIDE"


def _room(request: Request, facts: Facts, premises: Premises, now: BusinessTime) -> Iterator[str]:
    if facts.own_open_order is not None and (facts.one_open_order or premises.one_open_order):
        yield f"address: your order {facts.own_open_order} is open at this address; wait for it to end"
        return
    left = premises.lines_left(facts.open_orders)
    if left > 0:
        return
    free_from = premises.pending_cease
    if free_from is None or left < 0:
        yield _line_exists(premises)
    elif _day_of_work(request, facts, now) < free_from:
        yield f"orderType: NEW is possible here from {free_from.isoformat()}, when the line that is there is ceased"


def _line_exists(premises: Premises) -> str:
    if any(port["status"] == "STOPPED" for one in premises.terminals for port in one.ports):
        return "orderType: a line exists: use START with ONT_REFERENCE and ONT_PORT"
    return "orderType: no free port is left at this address for a NEW line"


def _day_of_work(request: Request, facts: Facts, now: BusinessTime) -> date:
    visit: datetime | None = facts.reservation["starts_at"] if facts.reservation else None
    if visit:
        return calendars.uk_date(visit)
    return request.requested_completion_date or calendars.uk_date(now)


def _past(request: Request, now: BusinessTime) -> Iterator[str]:
    today, wished = calendars.uk_date(now), request.requested_completion_date
    if wished and wished < today:
        yield f"requestedCompletionDate: {wished.isoformat()} is past; accepted: {today.isoformat()} or later"


def _too_soon(request: Request, facts: Facts, premises: Premises, now: BusinessTime) -> Iterator[str]:
    """Where no engineer visits, the tenant chooses the day, and the network needs notice of it."""
    if facts.reservation or premises.installation_type or "requestedCompletionDate" in request.unread:
        return
    today, wished = calendars.uk_date(now), request.requested_completion_date
    first = calendars.add_working_days(today, NO_VISIT_LEAD_DAYS, premises.nation)
    if wished is None:
        yield f"requestedCompletionDate: required where no engineer visits; accepted: {first.isoformat()} or later"
    elif today <= wished < first:
        yield f"requestedCompletionDate: {wished.isoformat()} is too soon; accepted: {first.isoformat()} or later"
