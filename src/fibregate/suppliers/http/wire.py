"""What the wholesale dialect answers, as it comes over the wire.

Types are strict, words are not: an enum is text here, a member that we do not know is kept or passed over, null is
absent. Text that only describes is cut to a bound; what identifies something is refused beyond one.
"""

from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from fibregate.web.fields import Day, Instant
from fibregate.web.wire import Wire

LONGEST_TEXT = 1000
LONGEST_DAY = 10


def _described(value: object) -> object:
    return (value[:LONGEST_TEXT] or None) if isinstance(value, str) else value


def _listed(value: object) -> object:
    return () if value is None else value


def _calendar_day(value: object) -> object:
    return value[:LONGEST_DAY] if isinstance(value, str) else value


Described = Annotated[str | None, BeforeValidator(_described)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Value = Annotated[str, StringConstraints(max_length=1000)]
AnyDay = Annotated[Day | None, BeforeValidator(_calendar_day)]
"""A day; of a date-time its day."""
Absent = BeforeValidator(_listed)


class Open(Wire):
    """Keeps what it does not know."""

    model_config = ConfigDict(extra="allow")

    @property
    def unknown(self) -> dict[str, Any]:
        return self.model_extra or {}


class Identifier(Wire):
    id: Name
    type: Name
    additional_identifiers: Annotated[tuple["Identifier", ...], Absent] = ()


class Pair(Wire):
    name: Name
    value: Value


class SubAddress(Wire):
    name: Described = None
    unit_number: Described = None


class Address(Open):
    identifier: Identifier
    name: Described = None
    sub_address: SubAddress | None = None
    street_number: Described = None
    street_name: Described = None
    locality: Described = None
    city: Described = None
    postcode: Described = None
    country: Described = None
    qualifier: Described = None
    source: Described = None
    additional_attributes: Annotated[tuple[Pair, ...], Absent] = ()


class Choice(Wire):
    name: Name
    values: Annotated[tuple[Value, ...], Absent] = ()


class Specification(Wire):
    id: Name
    name: Described = None
    service_characteristics: Annotated[tuple[Choice, ...], Absent] = ()


class Coded(Wire):
    """A code with its text; where only a text comes, it is the code."""

    code: Name
    text: Described = None

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, value: object) -> object:
        return {"code": value} if isinstance(value, str) else value


class Port(Open):
    port_number: int
    description: Described = None
    status: Described = None
    tenant_active: bool | None = None
    stopped_date: Instant | None = None


class Ont(Open):
    ont_reference: Name
    serial_number: Described = None
    manufacturer: Described = None
    floor: Described = None
    room: Described = None
    position: Described = None
    ports: Annotated[tuple[Port, ...], Absent] = ()


class Handover(Open):
    enni_id: Described = None
    site_name: Described = None
    site_location: Described = None
    installation_type: Described = None
    line_characteristics: Annotated[tuple[Pair, ...], Absent] = ()


class Line(Handover):
    line_id: Described = None
    ont: Ont | None = None


class Site(Handover):
    new_line: bool
    constraints: Annotated[tuple[Coded, ...], Absent] = ()
    service_ready_date: AnyDay = None
    existing_lines: Annotated[tuple[Line, ...], Absent] = ()


class Availability(Open):
    address: Address
    service_specifications: Annotated[tuple[Specification, ...], Absent] = ()
    unavailability_reasons: Annotated[tuple[Coded, ...], Absent] = ()
    site_information: Site | None = None


class Timeslot(Wire):
    timeslot_start_date_time: Instant
    timeslot_end_date_time: Instant
    classification: Described = None
    standard: bool | None = None


class SpecificationRef(Wire):
    id: Name
    name: Described = None


class Slots(Wire):
    address: Identifier | None = None
    service_specification: SpecificationRef | None = None
    available_timeslots: Annotated[tuple[Timeslot, ...], Absent] = ()


class Booked(Wire):
    id: int | None = None
    supplier_reference: Name
    service_specification: SpecificationRef | None = None
    timeslot: Timeslot | None = None
    expiry_date_time: Instant | None = None
    state: Described = None


class SlotGone(Wire):
    alternatives: Annotated[tuple[Timeslot, ...], Absent] = ()


class Order(Wire):
    """An order that was taken, acknowledged or looked up."""

    id: int | None = None
    tenant: Described = None
    reference: Name | None = Field(
        default=None,
        validation_alias=AliasChoices("supplierOrderReference", "supplierOrderNumber", "supplierReference"),
    )
    status: Described = None
    committed_date: Instant | None = None
    target_date: Instant | None = None


class Request(Wire):
    """An amendment or a cancellation that was taken, applied or looked up."""

    id: int | None = None
    order_id: int | None = None
    reference: Name | None = Field(default=None, validation_alias="supplierReference")
    status: Described = None
    answer: Described = None
