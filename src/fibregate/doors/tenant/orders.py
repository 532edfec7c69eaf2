"""Place an order, and read how it stands."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from fibregate.db import Db, Tx
from fibregate.doors.tenant import rendering
from fibregate.doors.tenant.order_shapes import (
    BODY,
    SHAPES,
    STAND_INS,
    CeaseIn,
    ModifyIn,
    OrderIn,
    OrderOut,
    ProvideIn,
)
from fibregate.doors.tenant.services import (
    IDEMPOTENCY_KEY,
    SANDBOX_HEADERS,
    SCOPE,
    TenantDoor,
    asked_of,
    asker_of,
    tenant_of,
)
from fibregate.doors.tenant.wire import Characteristic, Contact
from fibregate.errors import Invalid, read_or_faults
from fibregate.kcis.standing import actions as standing
from fibregate.orders import actions, numbered, view
from fibregate.orders.actions import Placement
from fibregate.orders.model import TENANT_DOOR, Order, Request
from fibregate.orders.sending import placing as sending
from fibregate.tenants.numbers.actions import UNNUMBERED
from fibregate.tenants.replays.model import Stored
from fibregate.vocabulary import ServiceType, TenantId
from fibregate.web.call import Answer, Call, Partial
from fibregate.web.route import Route

PLACE: Final = "placeOrder"


async def place(call: Call[None, OrderIn, TenantDoor]) -> Answer:
    services, tenant, asked = call.services, tenant_of(call), call.body
    how = await _how(services, call.headers)
    route = await services.routing.one(tenant, asked.supplier, needs=asked.order_type.value)
    request = _request(asked, call.caller.tenant_code or "", call.fingerprint or b"")

    async def work(tx: Tx) -> Stored:
        if route.supplier.own:
            order = await numbered.place(tx, tenant, request, asker_of(call), how)
        else:
            order = await sending.place(tx, tenant, request, asker_of(call), supplier=route.supplier, how=how)
        return Stored(201, orjson.dumps({**_shown(order), "updates": []}))

    done = await services.once.do(tenant, asked_of(call, PLACE), how.now, work)
    return Answer(done.status, done.body)


async def further(partial: Partial[TenantDoor]) -> list[str]:
    """Every fault of an order beyond those of the fields that could not be read."""
    services, tenant = partial.services, TenantId(partial.caller.tenant)
    how = await _how(services, partial.headers)
    route, faults = None, list(how.faults)
    named = partial.body.get("supplier")
    if "supplier" not in partial.spoilt and isinstance(named, str):
        try:
            (route,) = await services.routing.named(tenant, [named], field="supplier")
        except Invalid as refused:
            faults += refused.messages
    shape = SHAPES.get(str(partial.body.get(BODY.field))) if BODY.field not in partial.spoilt else None
    if shape is None or route is None:  # nobody knows by which rules the rest is judged
        return faults
    unread, readable = partial.filled(STAND_INS[shape])
    asked = shape.model_validate(readable, by_alias=True, by_name=False)
    request = _request(asked, partial.caller.tenant_code or "", b"", unread)
    if not route.supplier.own:
        return await sending.faults(services.db, tenant, request, supplier=route.supplier, how=how)
    return await actions.faults(services.db, tenant, request, how)


async def _how(services: TenantDoor, headers: Mapping[str, str]) -> Placement:
    play, faults = read_or_faults(lambda: services.read_play(headers))
    now = await services.clock.now()
    return Placement(now=now, one_open_order=services.one_open_order, play=play, faults=faults)


def _request(asked: OrderIn, tenant: str, fingerprint: bytes, unread: frozenset[str] = frozenset()) -> Request:
    about = _provided(asked) if isinstance(asked, ProvideIn) else _of_service(asked)
    more = {} if isinstance(asked, CeaseIn) else _visited(asked)
    return Request(
        id=UNNUMBERED,
        door=TENANT_DOOR,
        supplier=asked.supplier,
        order_type=asked.order_type,
        tenant_code=tenant,
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
        "engineer_tasks": asked.engineer_tasks,
        "hazards": asked.hazards,
        "on_site_restrictions": asked.on_site_restrictions,
    }


def _characteristics(asked: list[Characteristic]) -> list[dict[str, str]]:
    return [{"name": one.name, "value": one.value} for one in asked]


def _contact(contact: Contact | None) -> dict[str, Any] | None:
    return contact.model_dump(by_alias=True, exclude_none=True) if contact else None


async def read(call: Call[None, None, TenantDoor]) -> Answer:
    db = call.services.db
    order = await actions.get(db, tenant_of(call), call.path["id"], ServiceType.BROADBAND)
    return Answer(200, {**_shown(order), "updates": await updates_of(db, order)})


async def updates_of(db: Db, order: Order) -> list[dict[str, Any]]:
    """All that was told of it, as it was told, with what became of each."""
    became = await standing.outcomes(db, order.tenant, order.key, up_to=order.kci_count)
    rows = await actions.list_updates(db, order)
    outcomes = [(row["facts"], became[row["sequence_number"]]) for row in rows]
    return [rendering.shown(facts, outcome.made_at, outcome.told) for facts, outcome in outcomes]


def _shown(order: Order) -> dict[str, Any]:
    return rendering.entity(view.entity(order))


ORDER: Final = {
    "orderType": "NEW",
    "supplier": "NETWORK1",
    "address": {"id": "10025559646", "type": "UPRN"},
    "serviceOrderItem": {
        "serviceSpecification": {"id": "fttp"},
        "serviceCharacteristics": [
            {"name": "LINE_PROFILE", "value": "55/55"},
            {"name": "END_USER_TYPE", "value": "RESIDENTIAL"},
        ],
    },
    "primaryContact": {"name": "Asha Patel", "email": "asha@example.org", "phoneNumber": "01632 960001"},
    "appointmentReservationId": 31,
}
MODIFY: Final = {
    "orderType": "MODIFY",
    "supplier": "NETWORK1",
    "serviceId": "NW1-S-00000127",
    "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "80/20"}],
    "requestedCompletionDate": "2025-08-04",
}
CEASE: Final = {
    "orderType": "CEASE",
    "supplier": "NETWORK1",
    "serviceId": "NW1-S-00000127",
    "requestedCompletionDate": "2025-08-29T00:00:00Z",
}
_PLACED: Final[dict[str, Any]] = {
    "id": 48,
    **ORDER,
    "status": "RECEIVED_BY_GATEWAY",
    "appointmentSupplierReference": "APPT-2025-031",
    "appointmentTimeslot": {
        "timeslotStartDateTime": "2025-07-16T07:00:00.000Z",
        "timeslotEndDateTime": "2025-07-16T12:00:00.000Z",
        "classification": "WEEKDAY_AM",
        "standard": True,
    },
    "created": "2025-07-01T08:00:00.000Z",
    "updated": "2025-07-01T08:00:00.000Z",
    "updates": [],
}
_SENT: Final = {
    "id": "0d5b0c8e-6b0e-4c39-9d35-6f2c8d1f7a11",
    "supplier": "NETWORK1",
    "sequenceNumber": 1,
    "deliveredOn": "2025-07-01T08:00:01.000Z",
    "deliveryStatus": "DELIVERED",
    "updateType": "INFORMATIONAL",
    "information": {"type": "UPDATE", "text": "Order sent to NETWORK1."},
}

ROUTES: Final = [
    Route(
        method="POST",
        path="/service-orders",
        name=PLACE,
        summary="Place an order",
        description=(
            "201 means checked, numbered and kept; the first update says that it was sent to the supplier, and the "
            "supplier's own follow. An equal body under the same `X-Request-ID` has the same answer again for 30 days, "
            "and does nothing twice. `X-Scenario`, `X-Problem-Code` and `X-Kci-Delay` choose what happens next, in a "
            "sandbox only."
        ),
        scope=SCOPE,
        action=place,
        body=BODY,
        headers=(IDEMPOTENCY_KEY, *SANDBOX_HEADERS),
        further=further,
        answers={201: OrderOut},
        errors=(501,),
        tags=("Orders",),
        body_examples={"new": ORDER, "modify": MODIFY, "cease": CEASE},
        answer_examples={201: _PLACED},
    ),
    Route(
        method="GET",
        path="/service-orders/{id:int}",
        name="readOrder",
        summary="How an order stands",
        scope=SCOPE,
        action=read,
        answers={200: OrderOut},
        errors=(404,),
        tags=("Orders",),
        answer_examples={200: {**_PLACED, "status": "SENT_TO_SUPPLIER", "updates": [_SENT]}},
    ),
]
