"""Answers of the wholesale dialect in our own words. Each raises `SupplierFailed` for what cannot be read."""

from collections.abc import Iterable
from typing import TypeVar

from pydantic import ValidationError

from fibregate.suppliers import answers
from fibregate.suppliers.answers import (
    Acknowledged,
    Applied,
    Availability,
    Booked,
    OrderStands,
    RequestStands,
    SlotGone,
    Slots,
    Taken,
)
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.http import wire
from fibregate.suppliers.http.faults import Reply
from fibregate.suppliers.port import Timeslot
from fibregate.suppliers.questions import AvailabilityAsked, BookingAsked, Characteristic, Identifier, SlotsAsked
from fibregate.vocabulary import OrderStatus
from fibregate.web.wire import Wire

Model = TypeVar("Model", bound=Wire)
MOST_FAULTS = 5


def availability(reply: Reply, asked: AvailabilityAsked) -> Availability:
    told = read(reply, wire.Availability)
    if not _is_of(told.address.identifier, asked.address):
        raise reply.broken("address: another one than was asked for is answered")
    return Availability(
        address=_address(told.address),
        specifications=tuple(
            answers.Specification(
                one.id,
                one.name,
                tuple(answers.Choice(choice.name, tuple(choice.values)) for choice in one.service_characteristics),
            )
            for one in told.service_specifications
        ),
        reasons=_reasons(told.unavailability_reasons),
        site=_site(told.site_information) if told.site_information else None,
        unknown=told.unknown,
    )


def slots(reply: Reply, asked: SlotsAsked) -> Slots:
    told = read(reply, wire.Slots)
    named = told.service_specification
    if told.address is not None and not _is_of(told.address, asked.address):
        raise reply.broken("address: another one than was asked for is answered")
    found = (_timeslot(reply, one) for one in told.available_timeslots)
    return Slots(
        service=named.id if named else asked.service,
        service_name=named.name if named else None,
        slots=tuple(sorted(found, key=lambda one: (one.starts_at, one.ends_at))),
    )


def booked(reply: Reply, number: int, asked: BookingAsked | None = None) -> Booked:
    """Without a timeslot in the answer it is the one that was asked for."""
    told = read(reply, wire.Booked)
    _is_ours(reply, told.id, number)
    timeslot = _timeslot(reply, told.timeslot) if told.timeslot else asked.timeslot if asked else None
    if timeslot is None:
        raise reply.broken("timeslot: is missing in its answer")
    return Booked(
        id=number,
        reference=told.supplier_reference,
        timeslot=timeslot,
        expires_at=told.expiry_date_time,
        service_name=told.service_specification.name if told.service_specification else None,
        notice=(reply.answered.headers.get("x-notice") or "")[: wire.LONGEST_TEXT] or None,
        state=told.state,
    )


def slot_gone(reply: Reply) -> SlotGone:
    """The status alone says it; alternatives that cannot be read are none."""
    try:
        told = read(reply, wire.SlotGone)
        alternatives = tuple(_timeslot(reply, one) for one in told.alternatives)
    except SupplierFailed:
        alternatives = ()
    return SlotGone(reply.words() or ("the timeslot has been taken",), alternatives)


def taken(reply: Reply, number: int) -> Taken:
    """202: usually without a body, and whatever there is may only name the network's reference."""
    return _taken(reply, wire.Order, number)


def acknowledged(reply: Reply, number: int, tenant: str) -> Acknowledged:
    """IN_PROGRESS commits only with a date; a missing target is the commitment."""
    told = read(reply, wire.Order)
    _is_ours(reply, told.id, number)
    _is_to_us(reply, told.tenant, tenant)
    committed = told.committed_date is not None and told.status == OrderStatus.IN_PROGRESS
    return Acknowledged(
        reference=told.reference,
        status=OrderStatus.IN_PROGRESS if committed else OrderStatus.ACKNOWLEDGED,
        committed_at=told.committed_date if committed else None,
        target_at=(told.target_date or told.committed_date) if committed else None,
        said=told.status,
    )


def request_taken(reply: Reply, number: int) -> Taken:
    """As `taken`, for amendments and cancellations."""
    return _taken(reply, wire.Request, number)


def applied(reply: Reply, number: int) -> Applied:
    told = read(reply, wire.Request)
    _is_ours(reply, told.id, number)
    return Applied(told.reference, told.status)


def order_stands(reply: Reply, number: int, tenant: str) -> OrderStands:
    told = read(reply, wire.Order)
    _is_ours(reply, told.id, number)
    _is_to_us(reply, told.tenant, tenant)
    if told.status is None:
        raise reply.broken("status: is missing in its answer")
    return OrderStands(
        id=number,
        said=told.status,
        reference=told.reference,
        committed_at=told.committed_date,
        target_at=told.target_date,
    )


def request_stands(reply: Reply, number: int) -> RequestStands:
    told = read(reply, wire.Request)
    _is_ours(reply, told.id, number)
    if told.status is None:
        raise reply.broken("status: is missing in its answer")
    return RequestStands(
        id=number, said=told.status, order_id=told.order_id, reference=told.reference, answer=told.answer
    )


def _taken(reply: Reply, model: type[wire.Order | wire.Request], number: int) -> Taken:
    if not reply.answered.excerpt.strip():
        return Taken()
    try:
        told = read(reply, model)
    except SupplierFailed:
        return Taken()
    _is_ours(reply, told.id, number)
    return Taken(told.reference)


def read(reply: Reply, model: type[Model]) -> Model:
    try:
        return model.model_validate(reply.body(), by_alias=True, by_name=False)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)[:MOST_FAULTS]
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults)
        raise reply.broken(f"its answer is not what this call answers: {told}") from error


def _is_ours(reply: Reply, told: int | None, number: int) -> None:
    """An answer about another id is somebody else's."""
    if told is not None and told != number:
        raise reply.broken(f"id: {told} is answered where {number} was asked for")


def _is_to_us(reply: Reply, told: str | None, tenant: str) -> None:
    if told is not None and told != tenant:
        raise reply.broken("tenant: another one than ours is answered")


def _timeslot(reply: Reply, told: wire.Timeslot) -> Timeslot:
    start, end = told.timeslot_start_date_time, told.timeslot_end_date_time
    if end <= start:
        raise reply.broken("timeslot: ends before it starts")
    return Timeslot(start, end, told.classification, told.standard)


def _is_of(told: wire.Identifier, asked: Identifier) -> bool:
    """Another key of the address will do, another value of the same key will not."""
    same = [_bare(one.id) for one in (told, *told.additional_identifiers) if one.type == asked.type]
    return not same or _bare(asked.id) in same


def _bare(key: str) -> str:
    """UPRNs compare as numbers."""
    return key.lstrip("0") if key.isdecimal() else key


def _identifier(told: wire.Identifier) -> Identifier:
    return Identifier(told.id, told.type, tuple(_identifier(one) for one in told.additional_identifiers))


def _pairs(told: Iterable[wire.Pair]) -> tuple[Characteristic, ...]:
    return tuple(Characteristic(one.name, one.value) for one in told)


def _reasons(told: Iterable[wire.Coded]) -> tuple[answers.Reason, ...]:
    return tuple(answers.Reason(one.code, one.text) for one in told)


def _address(told: wire.Address) -> answers.Address:
    return answers.Address(
        identifier=_identifier(told.identifier),
        name=told.name,
        sub_address_name=told.sub_address.name if told.sub_address else None,
        unit_number=told.sub_address.unit_number if told.sub_address else None,
        street_number=told.street_number,
        street_name=told.street_name,
        locality=told.locality,
        city=told.city,
        postcode=told.postcode,
        country=told.country,
        qualifier=told.qualifier,
        source=told.source,
        attributes=_pairs(told.additional_attributes),
        unknown=told.unknown,
    )


def _site(told: wire.Site) -> answers.Site:
    return answers.Site(
        enni_id=told.enni_id,
        site_name=told.site_name,
        site_location=told.site_location,
        new_line=told.new_line,
        installation_type=told.installation_type,
        constraints=_reasons(told.constraints),
        service_ready_date=told.service_ready_date,
        line_characteristics=_pairs(told.line_characteristics),
        existing_lines=tuple(_line(one) for one in told.existing_lines),
        unknown=told.unknown,
    )


def _line(told: wire.Line) -> answers.Line:
    return answers.Line(
        enni_id=told.enni_id,
        site_name=told.site_name,
        site_location=told.site_location,
        line_id=told.line_id,
        installation_type=told.installation_type,
        line_characteristics=_pairs(told.line_characteristics),
        ont=_ont(told.ont) if told.ont else None,
        unknown=told.unknown,
    )


def _ont(told: wire.Ont) -> answers.Ont:
    return answers.Ont(
        reference=told.ont_reference,
        serial_number=told.serial_number,
        manufacturer=told.manufacturer,
        floor=told.floor,
        room=told.room,
        position=told.position,
        ports=tuple(
            answers.Port(
                number=one.port_number,
                description=one.description,
                status=one.status,
                tenant_active=one.tenant_active,
                stopped_at=one.stopped_date,
                unknown=one.unknown,
            )
            for one in told.ports
        ),
        unknown=told.unknown,
    )
