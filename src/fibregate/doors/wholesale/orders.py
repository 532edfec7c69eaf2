"""Place an order, and read how it stands."""

from collections.abc import Mapping
from typing import Any, Final, cast

from fibregate.db import Row
from fibregate.doors.wholesale.order_shapes import STAND_INS, OrderIn, OrderOut, OrderQuery, ValidOut
from fibregate.doors.wholesale.services import SCOPE, Wholesale, asker_of, tenant_of
from fibregate.doors.wholesale.wire import (
    Contact,
)
from fibregate.errors import Invalid
from fibregate.kcis.standing import actions as standing
from fibregate.kcis.standing.model import Outcome
from fibregate.orders import actions, view
from fibregate.orders.actions import Placement
from fibregate.orders.model import Order, Request
from fibregate.vocabulary import TenantId
from fibregate.web.call import Answer, Call, Partial
from fibregate.web.route import Route


async def place(call: Call[OrderQuery, OrderIn, Wholesale]) -> Answer:
    how = await _how(call.services, call.headers, dry_run=call.query.dry_run)
    request = _request(call.body, call.fingerprint or b"")
    await actions.place(call.services.db, tenant_of(call), request, asker_of(call), how)
    return Answer(200, {"valid": True}) if how.dry_run else Answer(202)


async def further(partial: Partial[Wholesale]) -> list[str]:
    """Every fault of an order beyond those of the fields that could not be read."""
    unread = partial.spoilt | {name for name in STAND_INS if name not in partial.body}
    readable = {name: value for name, value in partial.body.items() if name not in unread}
    request = _request(OrderIn.model_validate({**STAND_INS, **readable}, by_alias=True, by_name=False), b"", unread)
    how = await _how(partial.services, partial.headers, dry_run=True)
    return await actions.faults(partial.services.db, TenantId(partial.caller.tenant), request, how)


async def _how(services: Wholesale, headers: Mapping[str, str], *, dry_run: bool) -> Placement:
    play, faults = None, ()
    try:
        play = services.read_play(headers)
    except Invalid as refused:
        faults = tuple(refused.messages)
    now = await services.clock.now()
    return Placement(now=now, one_open_order=services.one_open_order, dry_run=dry_run, play=play, faults=faults)


def _request(asked: OrderIn, fingerprint: bytes, unread: frozenset[str] = frozenset()) -> Request:
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
        body_hash=fingerprint,
        unread=unread,
    )


def _contact(contact: Contact) -> dict[str, Any]:
    return contact.model_dump(by_alias=True, exclude_none=True)


async def read(call: Call[None, None, Wholesale]) -> Answer:
    db = call.services.db
    order = await actions.get(db, tenant_of(call), call.path["id"])
    became = await standing.outcomes(db, order.tenant, order.key, up_to=order.kci_count)
    updates = [_update(row, became[row["sequence_number"]]) for row in await actions.list_updates(db, order)]
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


def _update(row: Row, became: Outcome) -> dict[str, Any]:
    facts = cast("dict[str, Any]", row["facts"])
    update = {
        "id": str(row["id"]),
        "sequenceNumber": row["sequence_number"],
        "reasonCode": row["reason"],
        "status": row["status"],
        "issuedOn": view.stamp(row["issued_at"]),
        "receivedOn": view.stamp(row["received_at"]),
        "deliveredOn": view.stamp(became.made_at),
        "deliveryStatus": became.told,
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
        further=further,
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
