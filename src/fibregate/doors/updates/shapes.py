"""What suppliers send: one message about one order."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from fibregate.vocabulary import OrderStatus, Reason
from fibregate.web.fields import Day, Id, Instant, Text50, Text1000
from fibregate.web.wire import Wire

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{1,50}$")]
Pounds = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}\.[0-9]{2}$")]


class NoteIn(Wire):
    """An engineer's note."""

    note: Text1000
    type: Text50 = "Engineer Note"
    created: Instant | None = None


class SlotIn(Wire):
    """A visit; its kind and price as the supplier calls them, where it does."""

    timeslot_start_date_time: Instant
    timeslot_end_date_time: Instant
    classification: Text50 | None = None
    standard: bool | None = None


class CharacteristicIn(Wire):
    """A name and a value."""

    name: Text50
    value: Annotated[str, StringConstraints(max_length=255)]


class ItemIn(Wire):
    """What the service has been given."""

    service_characteristics: Annotated[list[CharacteristicIn], Field(max_length=50)] = Field(
        default_factory=list[CharacteristicIn]
    )


class ChargeIn(Wire):
    """What building costs, in GBP without VAT, how much of it the price includes, and until when an answer is taken."""

    construction: Pounds
    included: Pounds = "0.00"
    answer_by: Instant | None = None


class EntityIn(Wire):
    """The order as the supplier has it, named by our id with its tenant, by the supplier's reference, or by both."""

    id: Id | None = None
    supplier_order_reference: Text50 | None = None
    tenant: Text50 | None = None
    status: OrderStatus | None = None
    service_id: Text50 | None = None
    service_order_item: ItemIn | None = None
    service_characteristics: Annotated[list[CharacteristicIn], Field(max_length=50)] = Field(
        default_factory=list[CharacteristicIn]
    )
    appointment_reservation_reference: Text50 | None = None
    appointment_timeslot: SlotIn | None = None
    committed_date: Instant | None = None
    target_date: Instant | None = None
    service_order_amendment_id: Id | None = None
    service_order_amendment_reference: Text50 | None = None
    service_order_cancellation_id: Id | None = None
    service_order_cancellation_reference: Text50 | None = None


class SiteIn(Wire):
    """What a site of an Ethernet order has been given."""

    site_characteristics: Annotated[list[CharacteristicIn], Field(max_length=50)] = Field(
        default_factory=list[CharacteristicIn]
    )


class CircuitIn(Wire):
    """What a service of an Ethernet order has been given."""

    service_characteristic: Annotated[list[CharacteristicIn], Field(max_length=50)] = Field(
        default_factory=list[CharacteristicIn]
    )


class EthernetItemIn(Wire):
    """One service of an Ethernet order."""

    service: CircuitIn = CircuitIn()


class EthernetIn(EntityIn):
    """An order for Ethernet. Its sites and its services stand in the order in which they were sent."""

    site_information: Annotated[list[SiteIn], Field(max_length=20)] = Field(default_factory=list[SiteIn])
    ethernet_order_items: Annotated[list[EthernetItemIn], Field(max_length=10)] = Field(
        default_factory=list[EthernetItemIn]
    )


class CeaseIn(EntityIn):
    """A cease that the supplier has ordered itself: of which service, why, and when it ends."""

    reason: Code | None = None
    requested_cease_date: Instant | Day | None = None


class KciIn(Wire):
    """One message of a supplier about one order."""

    id: UUID
    sequence_number: Annotated[int, Field(ge=1, le=2_000_000_000)]
    issued_on: Instant
    reason_code: Reason
    problem_code: Code | None = None
    text: Text1000 | None = None
    supplier_code: Text50 | None = None
    supplier_codes: Annotated[list[Text50], Field(max_length=50)] = Field(default_factory=list[str])
    supplier_notes: Annotated[list[NoteIn], Field(max_length=50)] = Field(default_factory=list[NoteIn])
    charge: ChargeIn | None = Field(
        default=None,
        description="an extension: asked for with INFORMATION_REQUIRED, agreed to beforehand with UPDATE",
    )
    provide_service_order: EntityIn | None = None
    modify_service_order: EntityIn | None = None
    cease_service_order: EntityIn | None = None
    unsolicited_cease_service_order: CeaseIn | None = None
    ethernet_service_order: EthernetIn | None = None
    service_test: dict[str, Any] | None = None
    service_problem: dict[str, Any] | None = None
    reportable_incident: dict[str, Any] | None = None
