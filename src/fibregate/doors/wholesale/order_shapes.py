"""What an order looks like on this door's wire, asked for and shown."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from fibregate.doors.wholesale.wire import (
    AddressIdentifier,
    CallerId,
    Characteristic,
    Contact,
    SpecificationRef,
    Timeslot,
)
from fibregate.vocabulary import PROVIDES, OrderStatus, OrderType, Reason
from fibregate.web.fields import Day, Id, Stamp, Text50, Text1000
from fibregate.web.variants import OneOf
from fibregate.web.wire import Wire


class OrderItem(Wire):
    """The service asked for."""

    service_specification: SpecificationRef
    service_characteristics: Annotated[list[Characteristic], Field(max_length=50)] = Field(
        default_factory=list[Characteristic]
    )


EngineerTasks = Annotated[list[Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,50}$")]], Field(max_length=20)]


class OrderQuery(Wire):
    """`dryRun` checks everything and does nothing."""

    dry_run: bool = False


class AnyOrderIn(Wire):
    """What every order says."""

    id: CallerId
    order_type: Literal[
        OrderType.NEW,
        OrderType.START,
        OrderType.TRANSFER,
        OrderType.TAKEOVER,
        OrderType.SWAP,
        OrderType.MODIFY,
        OrderType.CEASE,
    ]
    tenant: Text50


class ProvideIn(Wire):
    """An order that brings a service. `id` is the caller's own number, for ever.

    START, TRANSFER, TAKEOVER and SWAP name the line that is there, by ONT_REFERENCE and ONT_PORT or by LINE_ID among
    the characteristics; SWAP names the service that it replaces, too, as SERVICE_ID.
    """

    id: CallerId
    order_type: Literal[OrderType.NEW, OrderType.START, OrderType.TRANSFER, OrderType.TAKEOVER, OrderType.SWAP]
    tenant: Text50
    address: AddressIdentifier
    service_order_item: OrderItem
    primary_contact: Contact
    secondary_contact: Contact | None = None
    appointment_reservation_id: Id | None = None
    appointment_reservation_reference: Text50 | None = None
    requested_completion_date: Day | None = None
    engineer_tasks: EngineerTasks | None = None
    hazards: Text1000 | None = None
    on_site_restrictions: Text1000 | None = None
    notes: Text1000 | None = None


class ModifyIn(Wire):
    """An order that changes a live service: the characteristics that it names, and no others."""

    id: CallerId
    order_type: Literal[OrderType.MODIFY]
    tenant: Text50
    service_id: Text50
    service_characteristics: Annotated[list[Characteristic], Field(min_length=1, max_length=50)]
    primary_contact: Contact | None = None
    secondary_contact: Contact | None = None
    appointment_reservation_id: Id | None = None
    appointment_reservation_reference: Text50 | None = None
    requested_completion_date: Day | None = None
    engineer_tasks: EngineerTasks | None = None
    hazards: Text1000 | None = None
    on_site_restrictions: Text1000 | None = None
    notes: Text1000 | None = None


class CeaseIn(Wire):
    """An order that ends a live service on a day."""

    id: CallerId
    order_type: Literal[OrderType.CEASE]
    tenant: Text50
    service_id: Text50
    requested_completion_date: Day
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


class ValidOut(Wire):
    """What a dry run answers when nothing is wrong."""

    valid: bool


class NoteOut(Wire):
    """What an engineer noted."""

    note: str
    type: str
    created: Stamp | None = None


class ActBy(Wire):
    """Who must act, and by when."""

    who: str
    by: Stamp


class UpdateOut(Wire):
    """One KCI of the order, as it was told."""

    id: UUID
    sequence_number: int
    reason_code: Reason
    status: OrderStatus
    issued_on: Stamp | None = None
    received_on: Stamp | None = None
    delivered_on: Stamp | None = None
    delivery_status: Literal["PENDING", "DELIVERED", "FAILED"] | None = Field(
        default=None, description="over all of your endpoints; absent where none is to have it, and the feed has it"
    )
    supplier: str
    problem_code: str | None = None
    text: str | None = None
    supplier_codes: list[str] | None = None
    supplier_notes: list[NoteOut] | None = None
    committed_date: Stamp | None = None
    target_date: Stamp | None = None
    characteristics: list[Characteristic] | None = None
    appointment: Timeslot | None = None
    act_by: ActBy | None = None


class OrderOut(Wire):
    """The order as it stands: its fields as they were sent, with what has been learnt since."""

    id: int
    order_type: str
    tenant: str
    supplier_order_reference: str | None = None
    status: OrderStatus
    service_id: str | None = Field(default=None, description="of a modify or a cease: the live service")
    reason: str | None = Field(default=None, description="of a cease that you did not order: why the service ends")
    address: AddressIdentifier | None = None
    service_order_item: OrderItem | None = None
    service_characteristics: list[Characteristic] | None = Field(default=None, description="of a modify: new values")
    primary_contact: Contact | None = None
    secondary_contact: Contact | None = None
    appointment_reservation_id: int | None = None
    appointment_reservation_reference: str | None = None
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


_ANY: Final[Mapping[str, Any]] = {"id": 1, "tenant": "-"}
_ADDRESS: Final = {"id": "0", "type": "UPRN"}
STAND_INS: Final[Mapping[type[OrderIn], Mapping[str, Any]]] = {
    ProvideIn: {
        **_ANY,
        "address": _ADDRESS,
        "serviceOrderItem": {"serviceSpecification": {"id": "-"}},
        "primaryContact": {"name": "-", "phoneNumber": "---"},
    },
    ModifyIn: {**_ANY, "serviceId": "-", "serviceCharacteristics": [{"name": "-", "value": "-"}]},
    CeaseIn: {**_ANY, "serviceId": "-", "requestedCompletionDate": "2000-01-01"},
}
"""For required fields that could not be read, while the others are judged."""
