"""Place an order, and read how it stands."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from fibregate.db import Row
from fibregate.doors.wholesale.order_shapes import (
    BODY,
    SHAPES,
    STAND_INS,
    CeaseIn,
    ModifyIn,
    OrderIn,
    OrderOut,
    OrderQuery,
    ProvideIn,
    ValidOut,
)
from fibregate.doors.wholesale.services import SCOPE, Wholesale, asker_of, tenant_of
from fibregate.doors.wholesale.wire import Characteristic, Contact
from fibregate.errors import read_or_faults
from fibregate.kcis.standing import actions as standing
from fibregate.kcis.standing.model import Outcome
from fibregate.orders import actions, view
from fibregate.orders.actions import Placement
from fibregate.orders.model import Order, Request
from fibregate.vocabulary import ServiceType, TenantId
from fibregate.web.call import Answer, Call, Caller, Partial
from fibregate.web.route import Route


async def place(call: Call[OrderQuery, OrderIn, Wholesale]) -> Answer:
    how = await _how(call.services, call.headers, dry_run=call.query.dry_run)
    request = _request(call.body, call.fingerprint or b"")
    await actions.place(call.services.db, tenant_of(call), request, asker_of(call), how)
    return Answer(200, {"valid": True}) if how.dry_run else Answer(202)


async def further(partial: Partial[Wholesale]) -> list[str]:
    """Every fault of an order beyond those of the fields that could not be read."""
    how = await _how(partial.services, partial.headers, dry_run=True)
    shape = SHAPES.get(str(partial.body.get(BODY.field))) if BODY.field not in partial.spoilt else None
    if shape is None:  # nobody knows what the rest should be
        return [*how.faults, *not_theirs(partial)]
    unread, readable = partial.filled(STAND_INS[shape])
    request = _request(shape.model_validate(readable, by_alias=True, by_name=False), b"", unread)
    return await actions.faults(partial.services.db, TenantId(partial.caller.tenant), request, how)


def not_theirs(partial: Partial[Wholesale]) -> Iterator[str]:
    """That the body names another tenant than the token."""
    said = partial.body.get("tenant")
    if isinstance(said, str) and said != partial.caller.tenant_code:
        yield another_tenant(partial.caller)


def another_tenant(caller: Caller) -> str:
    return f"tenant: must be the tenant of the token; accepted: {caller.tenant_code}"


async def _how(services: Wholesale, headers: Mapping[str, str], *, dry_run: bool) -> Placement:
    play, faults = read_or_faults(lambda: services.read_play(headers))
    now = await services.clock.now()
    return Placement(now=now, one_open_order=services.one_open_order, dry_run=dry_run, play=play, faults=faults)


def _request(asked: OrderIn, fingerprint: bytes, unread: frozenset[str] = frozenset()) -> Request:
    about = _provided(asked) if isinstance(asked, ProvideIn) else _of_service(asked)
    more = {} if isinstance(asked, CeaseIn) else _visited(asked)
    return Request(
        id=asked.id,
        order_type=asked.order_type,
        tenant_code=asked.tenant,
        primary_contact=_contact(asked.primary_contact),
        secondary_contact=_contact(asked.secondary_contact),
        requested_completion_date=asked.requested_completion_date,
        notes=asked.notes,
        body_hash=fingerprint,
        unread=unread,
        **about,
        **more,
    )


def _provided(asked: ProvideIn) -> dict[str, Any]:
    item = asked.service_order_item
    return {
        "uprn": asked.address.uprn,
        "address": asked.address.as_sent,
        "service": item.service_specification.id,
        "characteristics": _characteristics(item.service_characteristics),
    }


def _of_service(asked: ModifyIn | CeaseIn) -> dict[str, Any]:
    changes = asked.service_characteristics if isinstance(asked, ModifyIn) else []
    return {"service_id": asked.service_id, "characteristics": _characteristics(changes)}


def _visited(asked: ProvideIn | ModifyIn) -> dict[str, Any]:
    return {
        "appointment_id": asked.appointment_reservation_id,
        "appointment_reference": asked.appointment_reservation_reference,
        "engineer_tasks": asked.engineer_tasks,
        "hazards": asked.hazards,
        "on_site_restrictions": asked.on_site_restrictions,
    }


def _characteristics(asked: list[Characteristic]) -> list[dict[str, str]]:
    return [{"name": one.name, "value": one.value} for one in asked]


def _contact(contact: Contact | None) -> dict[str, Any] | None:
    return contact.model_dump(by_alias=True, exclude_none=True) if contact else None


async def read(call: Call[None, None, Wholesale]) -> Answer:
    return Answer(200, await stands(call, ServiceType.BROADBAND))


async def stands(call: Call[None, None, Wholesale], kind: ServiceType) -> dict[str, Any]:
    """The order of this kind that the path names, with all that was told of it. Raises `Unknown`."""
    db = call.services.db
    order = await actions.get(db, tenant_of(call), call.path["id"], kind)
    became = await standing.outcomes(db, order.tenant, order.key, up_to=order.kci_count)
    updates = [_update(row, became[row["sequence_number"]]) for row in await actions.list_updates(db, order)]
    return {**_shown(order, call.caller.tenant_code or ""), "updates": updates}


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

TRANSFER: Final = {
    "id": 128,
    "orderType": "TRANSFER",
    "tenant": "YOUR_TENANT",
    "address": {"id": "999900001024", "type": "UPRN"},
    "serviceOrderItem": {
        "serviceSpecification": {"id": "fttp"},
        "serviceCharacteristics": [
            {"name": "LINE_PROFILE", "value": "80/20"},
            {"name": "ONT_REFERENCE", "value": "ONT0123456789"},
            {"name": "ONT_PORT", "value": "1"},
        ],
    },
    "primaryContact": {"name": "Jane Doe", "phoneNumber": "01234 567890"},
    "requestedCompletionDate": "2025-07-28",
}
MODIFY: Final = {
    "id": 129,
    "orderType": "MODIFY",
    "tenant": "YOUR_TENANT",
    "serviceId": "NW1-S-00000127",
    "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "80/20"}],
    "requestedCompletionDate": "2025-08-04",
}
CEASE: Final = {
    "id": 130,
    "orderType": "CEASE",
    "tenant": "YOUR_TENANT",
    "serviceId": "NW1-S-00000127",
    "requestedCompletionDate": "2025-08-29",
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
            "`orderType` says which shape the body has. "
            "The same id with an equal body does nothing twice. `X-Scenario`, `X-Problem-Code` and `X-Kci-Delay` "
            "choose what happens next, in a sandbox only."
        ),
        scope=SCOPE,
        action=place,
        query=OrderQuery,
        body=BODY,
        headers=SANDBOX_HEADERS,
        further=further,
        answers={202: None, 200: ValidOut},
        tags=("Orders",),
        body_examples={"documents": ORDER, "transfer": TRANSFER, "modify": MODIFY, "cease": CEASE},
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
