"""What an order looks like on this door's wire, asked for and shown."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from fibregate.calendars import uk_date
from fibregate.doors.tenant.wire import (
    AddressIdentifier,
    Characteristic,
    Contact,
    ServiceId,
    SpecificationRef,
    SupplierCode,
    Timeslot,
)
from fibregate.vocabulary import PROVIDES, OrderStatus, OrderType
from fibregate.web.dialect import ErrorBody
from fibregate.web.fields import Day, Id, Instant, Stamp, Text1000
from fibregate.web.variants import OneOf
from fibregate.web.wire import Wire

EngineerTasks = Annotated[list[Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,50}$")]], Field(max_length=20)]
Characteristics = Annotated[list[Characteristic], Field(max_length=50)]


class OrderItem(Wire):
    """The service asked for."""

    service_specification: SpecificationRef
    service_characteristics: Characteristics = Field(default_factory=list[Characteristic])


class AnyOrderIn(Wire):
    """What every order says."""

    order_type: Literal[
        OrderType.NEW,
        OrderType.START,
        OrderType.TRANSFER,
        OrderType.TAKEOVER,
        OrderType.SWAP,
        OrderType.MODIFY,
        OrderType.CEASE,
    ]
    supplier: SupplierCode


class ProvideIn(Wire):
    """An order that brings a service. We number it.

    START, TRANSFER, TAKEOVER and SWAP name the line that is there, by ONT_REFERENCE and ONT_PORT or by LINE_ID among
    the characteristics; SWAP names the service that it replaces, too, as SERVICE_ID.
    """

    order_type: Literal[OrderType.NEW, OrderType.START, OrderType.TRANSFER, OrderType.TAKEOVER, OrderType.SWAP]
    supplier: SupplierCode
    address: AddressIdentifier
    service_order_item: OrderItem
    primary_contact: Contact
    secondary_contact: Contact | None = None
    appointment_reservation_id: Id | None = None
    requested_completion_date: Day | None = None
    engineer_tasks: EngineerTasks | None = None
    hazards: Text1000 | None = None
    on_site_restrictions: Text1000 | None = None
    notes: Text1000 | None = None


class ModifyIn(Wire):
    """An order that changes a live service: the characteristics that it names, and no others."""

    order_type: Literal[OrderType.MODIFY]
    supplier: SupplierCode
    service_id: ServiceId
    service_characteristics: Annotated[list[Characteristic], Field(min_length=1, max_length=50)]
    primary_contact: Contact | None = None
    secondary_contact: Contact | None = None
    appointment_reservation_id: Id | None = None
    requested_completion_date: Day | None = None
    engineer_tasks: EngineerTasks | None = None
    hazards: Text1000 | None = None
    on_site_restrictions: Text1000 | None = None
    notes: Text1000 | None = None


def _as_day(value: object) -> object:
    """A date-time stands for its day in the UK; anything else is judged as a day."""
    try:
        return uk_date(Instant.read(value)) if isinstance(value, str) and "T" in value else value
    except ValueError:
        return value


CeaseDay = Annotated[Day, BeforeValidator(_as_day), Field(description="a date-time is taken for its day in the UK")]


class CeaseIn(Wire):
    """An order that ends a live service on a day."""

    order_type: Literal[OrderType.CEASE]
    supplier: SupplierCode
    service_id: ServiceId
    requested_completion_date: CeaseDay
    primary_contact: Contact | None = None
    secondary_contact: Contact | None = None
    notes: Text1000 | None = None


OrderIn = ProvideIn | ModifyIn | CeaseIn
SHAPES: Final[Mapping[str, type[OrderIn]]] = {
    **dict.fromkeys(sorted(PROVIDES), ProvideIn),
    OrderType.MODIFY: ModifyIn,
    OrderType.CEASE: CeaseIn,
}
BODY: Final[OneOf[OrderIn]] = OneOf("orderType", SHAPES, AnyOrderIn)


class NoteOut(Wire):
    """What an engineer noted."""

    note: str
    type: str
    created: Stamp | None = None


class ToldOut(Wire):
    """What an update says: `type` is what happened, or what is to be done; `code` is the problem code."""

    type: str
    code: str | None = None
    text: str | None = None
    supplier_code: str | None = Field(default=None, description="the first of `supplierCodes`; deprecated")
    supplier_codes: list[str] | None = None


class UpdateOut(Wire):
    """One KCI of the order, as it was told; exactly one of `information`, `action` and `error` is there."""

    id: UUID
    supplier: str
    sequence_number: int
    issued_on: Stamp | None = Field(default=None, description="absent where the gateway made it itself")
    received_on: Stamp | None = Field(default=None, description="absent where the gateway made it itself")
    delivered_on: Stamp | None = None
    delivery_status: Literal["PENDING", "DELIVERED", "FAILED"] | None = Field(
        default=None, description="over all of your endpoints; absent where none is to have it, and the feed has it"
    )
    update_type: Literal["INFORMATIONAL", "ACTION_REQUIRED", "ERROR"]
    information: ToldOut | None = None
    action: ToldOut | None = None
    error: ErrorBody | None = None
    supplier_notes: list[NoteOut] | None = None
    service_order_amendment: dict[str, Any] | None = Field(
        default=None, description="the amendment that this is about, as it stood"
    )
    service_order_cancellation: dict[str, Any] | None = Field(
        default=None, description="the cancellation that this is about, as it stood"
    )


class OrderOut(Wire):
    """The order as it stands: its fields as they were sent, with what has been learnt since."""

    id: int
    order_type: OrderType
    supplier: str
    supplier_order_number: str | None = None
    status: OrderStatus
    service_id: str | None = Field(default=None, description="of a modify or a cease: the live service")
    reason: str | None = Field(default=None, description="of a cease that you did not order: why the service ends")
    address: AddressIdentifier | None = None
    service_order_item: OrderItem | None = None
    service_characteristics: list[Characteristic] | None = Field(default=None, description="of a modify: new values")
    primary_contact: Contact | None = None
    secondary_contact: Contact | None = None
    appointment_reservation_id: int | None = None
    appointment_supplier_reference: str | None = None
    appointment_timeslot: Timeslot | None = None
    requested_completion_date: Day | None = None
    requested_cease_date: Stamp | None = None
    committed_date: Stamp | None = None
    target_date: Stamp | None = None
    engineer_tasks: list[str] | None = None
    hazards: str | None = None
    on_site_restrictions: str | None = None
    notes: str | None = None
    created: Stamp
    updated: Stamp
    updates: list[UpdateOut]


_ANY: Final[Mapping[str, Any]] = {"supplier": "x"}
STAND_INS: Final[Mapping[type[OrderIn], Mapping[str, Any]]] = {
    ProvideIn: {
        **_ANY,
        "address": {"id": "0", "type": "UPRN"},
        "serviceOrderItem": {"serviceSpecification": {"id": "-"}},
        "primaryContact": {"name": "-", "phoneNumber": "---"},
    },
    ModifyIn: {**_ANY, "serviceId": "-", "serviceCharacteristics": [{"name": "-", "value": "-"}]},
    CeaseIn: {**_ANY, "serviceId": "-", "requestedCompletionDate": "2000-01-01"},
}
"""For required fields that could not be read, while the others are judged."""
