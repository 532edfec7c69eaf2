"""Place an order, and read how it stands."""

from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

from pydantic import Field, StringConstraints

from fibregate.db import Row
from fibregate.doors.wholesale.services import SCOPE, Wholesale, asker_of, tenant_of
from fibregate.doors.wholesale.wire import (
    AddressIdentifier,
    CallerId,
    Characteristic,
    Contact,
    SpecificationRef,
    Timeslot,
)
from fibregate.orders import actions, view
from fibregate.orders.actions import Placement
from fibregate.orders.model import Order, Request
from fibregate.vocabulary import OrderStatus, OrderType, Reason
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Day, Id, Stamp, Text50, Text1000
from fibregate.web.route import Route
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
    delivery_status: Literal["PENDING", "DELIVERED"]
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


async def place(call: Call[OrderQuery, OrderIn, Wholesale]) -> Answer:
    services = call.services
    how = Placement(
        now=await services.clock.now(),
        one_open_order=services.one_open_order,
        dry_run=call.query.dry_run,
        play=services.read_play(call.headers),
    )
    await actions.place(services.db, tenant_of(call), _request(call), asker_of(call), how)
    return Answer(200, {"valid": True}) if how.dry_run else Answer(202)


def _request(call: Call[OrderQuery, OrderIn, Wholesale]) -> Request:
    asked = call.body
    item = asked.service_order_item
    return Request(
        id=asked.id,
        order_type=asked.order_type,
        tenant_code=asked.tenant,
        uprn=asked.address.uprn,
        address=asked.address.as_sent,
        service=item.service_specification.id,
        characteristics=[{"name": one.name, "value": one.value} for one in item.service_characteristics],
        primary_contact=_contact(asked.primary_contact),
        secondary_contact=_contact(asked.secondary_contact) if asked.secondary_contact else None,
        appointment_id=asked.appointment_reservation_id,
        appointment_reference=asked.appointment_reservation_reference,
        requested_completion_date=asked.requested_completion_date,
        engineer_tasks=asked.engineer_tasks,
        hazards=asked.hazards,
        on_site_restrictions=asked.on_site_restrictions,
        notes=asked.notes,
        body_hash=call.fingerprint or b"",
    )


def _contact(contact: Contact) -> dict[str, Any]:
    return contact.model_dump(by_alias=True, exclude_none=True)


async def read(call: Call[None, None, Wholesale]) -> Answer:
    db = call.services.db
    order = await actions.get(db, tenant_of(call), call.path["id"])
    updates = [_update(row) for row in await actions.list_updates(db, order)]
    return Answer(200, {**_shown(order, call.caller.tenant_code or ""), "updates": updates})


def _shown(order: Order, tenant: str) -> dict[str, Any]:
    entity = view.entity(order)
    entity.pop("supplier")
    return {**entity, "tenant": tenant}


_FACTS: Final = (
    "supplier",
    "problemCode",
    "text",
    "supplierCodes",
    "committedDate",
    "targetDate",
    "characteristics",
    "appointment",
    "actBy",
)


def _update(row: Row) -> dict[str, Any]:
    facts = cast("dict[str, Any]", row["facts"])
    delivery = cast("dict[str, Any] | None", row["delivery"])
    made = delivery["made"] if delivery else None
    update = {
        "id": str(row["id"]),
        "sequenceNumber": row["sequence_number"],
        "reasonCode": row["reason"],
        "status": row["status"],
        "issuedOn": view.stamp(row["issued_at"]),
        "receivedOn": view.stamp(row["received_at"]),
        "deliveredOn": view.stamp(view.instant(made)) if made else None,
        "deliveryStatus": "DELIVERED" if delivery and delivery["all"] else "PENDING",
        "supplierNotes": facts.get("notes"),
        **{name: facts.get(name) for name in _FACTS},
    }
    return {name: value for name, value in update.items() if value is not None}


ORDER: Final = {
    "id": 127,
    "orderType": "NEW",
    "tenant": "YOUR_TENANT",
    "address": {"id": "10025559646", "type": "UPRN"},
    "serviceOrderItem": {
        "serviceSpecification": {"id": "fttp"},
        "serviceCharacteristics": [
            {"name": "LINE_PROFILE", "value": "55/55"},
            {"name": "AUTHENTICATION_AGENT", "value": "DHCPRelayAgent"},
            {"name": "MINIMUM_SPEED", "value": "100"},
            {"name": "END_USER_TYPE", "value": "RESIDENTIAL"},
        ],
    },
    "primaryContact": {"name": "Jane Doe", "email": "jane@doe.com", "phoneNumber": "01234 567890"},
    "appointmentReservationId": 159,
    "requestedCompletionDate": "2025-07-28",
}

SANDBOX_HEADERS: Final = ("X-Scenario", "X-Problem-Code", "X-Kci-Delay")

ROUTES: Final = [
    Route(
        method="POST",
        path="/service-orders",
        name="placeOrder",
        summary="Place an order",
        description=(
            "202 means received and kept, not accepted by the network: ACKNOWLEDGED or ORDER_REJECTED follows. "
            "The same id with an equal body does nothing twice. `X-Scenario`, `X-Problem-Code` and `X-Kci-Delay` "
            "choose what happens next, in a sandbox only."
        ),
        scope=SCOPE,
        action=place,
        query=OrderQuery,
        body=OrderIn,
        headers=SANDBOX_HEADERS,
        answers={202: None, 200: ValidOut},
        tags=("Orders",),
        body_examples={"documents": ORDER},
        answer_examples={200: {"valid": True}},
    ),
    Route(
        method="GET",
        path="/service-orders/{id:int}",
        name="readOrder",
        summary="How an order stands (an extension)",
        scope=SCOPE,
        action=read,
        answers={200: OrderOut},
        errors=(404,),
        tags=("Orders",),
        answer_examples={
            200: {
                **ORDER,
                "supplierOrderReference": "NW1-10000001",
                "status": "ACKNOWLEDGED",
                "created": "2025-07-01T08:00:00.000Z",
                "updated": "2025-07-01T08:02:00.000Z",
                "updates": [],
            }
        },
    ),
]
