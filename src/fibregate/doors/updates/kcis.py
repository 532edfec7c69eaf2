"""`POST /kcis`: one update of one order."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, StringConstraints
from pydantic.alias_generators import to_camel

from fibregate.doors.updates import companions
from fibregate.doors.updates.services import SCOPE, Updates
from fibregate.errors import Invalid, Malformed
from fibregate.inbox import actions
from fibregate.inbox.actions import Named
from fibregate.suppliers.port import Note, Timeslot, Update
from fibregate.vocabulary import OrderStatus, Reason, SupplierId
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Id, Instant, Text50, Text1000
from fibregate.web.route import Route
from fibregate.web.wire import Wire

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{1,50}$")]
NETWORK_FACTS: Final = frozenset({"SERVICE_ID", "ONT_REFERENCE", "ONT_PORT", "SERVICE_VLAN_ID"})


class NoteIn(Wire):
    """An engineer's note."""

    note: Text1000
    type: Text50 = "Engineer Note"
    created: Instant | None = None


class SlotIn(Wire):
    """A visit."""

    timeslot_start_date_time: Instant
    timeslot_end_date_time: Instant


class CharacteristicIn(Wire):
    """A name and a value."""

    name: Text50
    value: Annotated[str, StringConstraints(max_length=255)]


class ItemIn(Wire):
    """What the service has been given."""

    service_characteristics: Annotated[list[CharacteristicIn], Field(max_length=50)] = Field(
        default_factory=list[CharacteristicIn]
    )


class EntityIn(Wire):
    """The order as the supplier has it, named by our id with its tenant, by the supplier's reference, or by both."""

    id: Id | None = None
    supplier_order_reference: Text50 | None = None
    tenant: Text50 | None = None
    status: OrderStatus | None = None
    service_order_item: ItemIn | None = None
    appointment_reservation_reference: Text50 | None = None
    appointment_timeslot: SlotIn | None = None
    committed_date: Instant | None = None
    target_date: Instant | None = None
    service_order_amendment_id: Id | None = None
    service_order_amendment_reference: Text50 | None = None
    service_order_cancellation_id: Id | None = None
    service_order_cancellation_reference: Text50 | None = None


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
    provide_service_order: EntityIn | None = None
    modify_service_order: dict[str, Any] | None = None
    cease_service_order: dict[str, Any] | None = None
    unsolicited_cease_service_order: dict[str, Any] | None = None
    ethernet_service_order: dict[str, Any] | None = None
    service_test: dict[str, Any] | None = None
    service_problem: dict[str, Any] | None = None
    reportable_incident: dict[str, Any] | None = None


_OTHERS: Final = (
    "modify_service_order",
    "cease_service_order",
    "unsolicited_cease_service_order",
    "ethernet_service_order",
    "service_test",
    "service_problem",
    "reportable_incident",
)


async def receive(call: Call[None, KciIn, Updates]) -> Answer:
    entity = call.body.provide_service_order
    others = [to_camel(name) for name in _OTHERS if getattr(call.body, name) is not None]
    if others:
        raise Invalid(f"{name}: not taken; accepted is provideServiceOrder, and nothing beside it" for name in others)
    if entity is None:
        raise Malformed("provideServiceOrder: is required; the order that the update is about")
    update = _update(call.body, entity, await call.services.clock.now())
    missing = list(companions.faults(update))
    if missing:
        raise Invalid(missing)
    named = Named(
        supplier=SupplierId(call.caller.supplier),
        tenant_code=entity.tenant,
        order_id=entity.id,
        reference=entity.supplier_order_reference,
    )
    await actions.receive(call.services.db, named, update, call.raw)
    return Answer(204)


def _update(said: KciIn, entity: EntityIn, now: datetime) -> Update:
    codes = said.supplier_codes or ([said.supplier_code] if said.supplier_code else [])
    return Update(
        id=said.id,
        sequence_number=said.sequence_number,
        issued_at=said.issued_on,
        received_at=now,
        reason=said.reason_code,
        text=said.text,
        problem_code=said.problem_code,
        supplier_codes=tuple(codes),
        notes=tuple(Note(one.note, one.type, one.created) for one in said.supplier_notes),
        status=entity.status,
        supplier_reference=entity.supplier_order_reference,
        committed_at=entity.committed_date,
        target_at=entity.target_date,
        appointment=_slot(entity.appointment_timeslot),
        appointment_reference=entity.appointment_reservation_reference,
        request_id=entity.service_order_amendment_id or entity.service_order_cancellation_id,
        request_reference=entity.service_order_amendment_reference or entity.service_order_cancellation_reference,
        facts=_facts(entity),
    )


def _slot(slot: SlotIn | None) -> Timeslot | None:
    return Timeslot(slot.timeslot_start_date_time, slot.timeslot_end_date_time) if slot else None


def _facts(entity: EntityIn) -> dict[str, str]:
    given = entity.service_order_item.service_characteristics if entity.service_order_item else []
    return {one.name: one.value for one in given if one.name in NETWORK_FACTS}


EXAMPLE: Final[dict[str, Any]] = {
    "id": "e1a6f1a0-0b0e-47f5-8a0c-7e0f6ad2a1c9",
    "sequenceNumber": 2,
    "issuedOn": "2025-11-03T10:12:00.000Z",
    "reasonCode": "COMMITTED",
    "provideServiceOrder": {
        "id": 48,
        "tenant": "ISP1",
        "supplierOrderReference": "AN-90017",
        "status": "IN_PROGRESS",
        "committedDate": "2025-11-14T08:00:00.000Z",
        "targetDate": "2025-11-14T08:00:00.000Z",
    },
}

ROUTES: Final = [
    Route(
        method="POST",
        path="/kcis",
        name="receiveKci",
        summary="Tell us of an order",
        description=(
            "A repeat of an `id` is taken and does nothing. Updates are applied in `sequenceNumber` order; a gap waits "
            "60 seconds. 422 for an unknown order, a missing companion, a number already applied, or an order that has "
            "ended (but ADDITIONAL and UPDATE)."
        ),
        scope=SCOPE,
        action=receive,
        body=KciIn,
        answers={204: None},
        tags=("KCIs",),
        body_examples={"committed": EXAMPLE},
    )
]
