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
from fibregate.vocabulary import OrderStatus, OrderType, Reason
from fibregate.web.fields import Day, Id, Stamp, Text50, Text1000
from fibregate.web.wire import Wire


class OrderItem(Wire):
    """The service asked for."""

    service_specification: SpecificationRef
    service_characteristics: Annotated[list[Characteristic], Field(max_length=50)] = Field(
        default_factory=list[Characteristic]
    )


class OrderQuery(Wire):
    """`dryRun` checks everything and does nothing."""

    dry_run: bool = False


class OrderIn(Wire):
    """An order. `id` is the caller's own number, for ever."""

    id: CallerId
    order_type: OrderType
    tenant: Text50
    address: AddressIdentifier
    service_order_item: OrderItem
    primary_contact: Contact
    secondary_contact: Contact | None = None
    appointment_reservation_id: Id | None = None
    appointment_reservation_reference: Text50 | None = None
    requested_completion_date: Day | None = None
    engineer_tasks: (
        Annotated[list[Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,50}$")]], Field(max_length=20)] | None
    ) = None
    hazards: Text1000 | None = None
    on_site_restrictions: Text1000 | None = None
    notes: Text1000 | None = None


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
    address: AddressIdentifier
    service_order_item: OrderItem
    primary_contact: Contact
    secondary_contact: Contact | None = None
    appointment_reservation_id: int | None = None
    appointment_reservation_reference: str | None = None
    appointment_timeslot: Timeslot | None = None
    requested_completion_date: Day | None = None
    committed_date: Stamp | None = None
    target_date: Stamp | None = None
    engineer_tasks: list[str] | None = None
    hazards: str | None = None
    on_site_restrictions: str | None = None
    notes: str | None = None
    created: Stamp
    updated: Stamp
    updates: list[UpdateOut]


STAND_INS: Final[Mapping[str, Any]] = {
    "id": 1,
    "orderType": "NEW",
    "tenant": "-",
    "address": {"id": "0", "type": "UPRN"},
    "serviceOrderItem": {"serviceSpecification": {"id": "-"}},
    "primaryContact": {"name": "-", "phoneNumber": "---"},
}
"""For required fields that could not be read, while the others are judged."""
