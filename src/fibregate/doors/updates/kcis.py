"""`POST /kcis`: one update of one order."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from pydantic.alias_generators import to_camel

from fibregate import calendars
from fibregate.doors.updates import companions
from fibregate.doors.updates.services import SCOPE, Updates
from fibregate.doors.updates.shapes import CeaseIn, EntityIn, EthernetIn, KciIn, SlotIn
from fibregate.errors import Invalid, Malformed
from fibregate.inbox import actions, announced
from fibregate.inbox.actions import Named
from fibregate.inbox.announced import Announced
from fibregate.suppliers.network.ethernet.circuits import OF_A_SITE, OF_AN_ITEM, numbered
from fibregate.suppliers.port import Cost, Note, Timeslot, Update
from fibregate.vocabulary import Reason, SupplierId
from fibregate.web.call import Answer, Call
from fibregate.web.route import Route

NETWORK_FACTS: Final = frozenset({"SERVICE_ID", "ONT_REFERENCE", "ONT_PORT", "SERVICE_VLAN_ID"})
_ORDERS: Final = (
    "provide_service_order",
    "modify_service_order",
    "cease_service_order",
    "unsolicited_cease_service_order",
    "ethernet_service_order",
)
_OTHERS: Final = ("service_test", "service_problem", "reportable_incident")


async def receive(call: Call[None, KciIn, Updates]) -> Answer:
    entity, now = _entity(call.body), await call.services.clock.now()
    update = _update(call.body, entity, now)
    wrong = [*companions.faults(update)]
    if wrong:
        raise Invalid(wrong)
    named = Named(
        supplier=SupplierId(call.caller.supplier),
        tenant_code=entity.tenant,
        order_id=entity.id,
        reference=entity.supplier_order_reference,
    )
    if isinstance(entity, CeaseIn) and update.reason is Reason.CREATED:
        await announced.receive(call.services.db, named, _cease(entity, now), update, call.raw, now=now)
    else:
        await actions.receive(call.services.db, named, update, call.raw)
    return Answer(204)


def _entity(said: KciIn) -> EntityIn:
    """The one order that it is about. Raises `Invalid` and `Malformed`."""
    others = [to_camel(name) for name in _OTHERS if getattr(said, name) is not None]
    found: dict[str, EntityIn] = {name: one for name in _ORDERS if (one := getattr(said, name)) is not None}
    accepted = " or ".join(to_camel(name) for name in _ORDERS)
    if others:
        raise Invalid(f"{name}: not taken; accepted is {accepted}, and nothing beside it" for name in others)
    if not found:
        raise Malformed(f"{accepted}: is required; the order that the update is about")
    if len(found) > 1:
        raise Invalid(f"{', '.join(to_camel(name) for name in found)}: accepted is one of them, and nothing beside it")
    name, entity = found.popitem()
    if said.reason_code is Reason.CREATED and name != "unsolicited_cease_service_order":
        raise Invalid("reasonCode: CREATED goes with unsolicitedCeaseServiceOrder alone")
    return entity


def _cease(entity: CeaseIn, now: datetime) -> Announced:
    missing = [
        f"{to_camel(name)}: required with reasonCode CREATED"
        for name in ("service_id", "reason")
        if getattr(entity, name) is None
    ]
    if missing:
        raise Invalid(missing)
    ends = entity.requested_cease_date
    if ends is None:
        ends = entity.committed_date or now
    return Announced(
        service_id=entity.service_id or "",
        reason=entity.reason or "",
        ends_at=ends if isinstance(ends, datetime) else calendars.end_of_day(ends),
    )


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
        answer_by=said.charge.answer_by if said.charge else None,
        charge=Cost(Decimal(said.charge.construction), Decimal(said.charge.included)) if said.charge else None,
        facts=_facts(entity),
    )


def _slot(slot: SlotIn | None) -> Timeslot | None:
    if slot is None:
        return None
    return Timeslot(slot.timeslot_start_date_time, slot.timeslot_end_date_time, slot.classification, slot.standard)


def _facts(entity: EntityIn) -> dict[str, str]:
    given = [*(entity.service_order_item.service_characteristics if entity.service_order_item else [])]
    given += entity.service_characteristics
    facts = {one.name: one.value for one in given if one.name in NETWORK_FACTS}
    if entity.service_id is not None and not isinstance(entity, CeaseIn):
        facts.setdefault("SERVICE_ID", entity.service_id)
    return facts | (_facts_of_circuits(entity) if isinstance(entity, EthernetIn) else {})


def _facts_of_circuits(entity: EthernetIn) -> dict[str, str]:
    """Each is named with the place of its service or its site, as our own network names them."""
    services = [one.service.service_characteristic for one in entity.ethernet_order_items]
    sites = [one.site_characteristics for one in entity.site_information]
    return {
        numbered(one.name, place): one.value
        for parts, names in ((services, OF_AN_ITEM), (sites, OF_A_SITE))
        for place, given in enumerate(parts)
        for one in given
        if one.name in names
    }


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
