"""Amend or cancel an order, and read how that stands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import Field, StringConstraints

from fibregate.db import Tx
from fibregate.doors.tenant import rendering
from fibregate.doors.tenant.order_shapes import EngineerTasks
from fibregate.doors.tenant.services import (
    IDEMPOTENCY_KEY,
    SANDBOX_HEADERS,
    SCOPE,
    TenantDoor,
    asked_of,
    asker_of,
    tenant_of,
)
from fibregate.doors.tenant.wire import Characteristic, SupplierCode
from fibregate.errors import Unknown, read_or_faults
from fibregate.orders import actions as orders
from fibregate.orders.changes import actions
from fibregate.orders.changes.contents import MEMBERS
from fibregate.orders.changes.model import Change, Wish
from fibregate.orders.model import TENANT_DOOR
from fibregate.suppliers.accounts.model import Capability
from fibregate.suppliers.accounts.routing import lacks
from fibregate.tenants.numbers.actions import UNNUMBERED
from fibregate.tenants.replays.model import Stored
from fibregate.vocabulary import ChangeKind, ChangeStatus, TenantId
from fibregate.web.call import Answer, Call, Partial
from fibregate.web.fields import Day, Id, Text1000
from fibregate.web.route import Route
from fibregate.web.wire import Wire

AMEND: Final = "amendOrder"
CANCEL: Final = "cancelOrder"
Nothing = Literal[""]
"""Removes what is stored."""


class ContactParts(Wire):
    """The parts of a contact that change; an empty one is removed."""

    name: Annotated[str, StringConstraints(max_length=255)] | None = None
    phone_number: Annotated[str, StringConstraints(min_length=3, max_length=40)] | Nothing | None = None
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | Nothing | None = None


class AmendmentIn(Wire):
    """What is to change; an array replaces the whole array, an empty array or text removes what is stored."""

    order_id: Id
    supplier: SupplierCode | None = None
    service_characteristics: Annotated[list[Characteristic], Field(min_length=1, max_length=50)] | None = None
    primary_contact: ContactParts | None = None
    secondary_contact: ContactParts | Nothing | None = None
    appointment_reservation_id: Id | None = None
    requested_completion_date: Day | Nothing | None = None
    engineer_tasks: EngineerTasks | None = None
    hazards: Text1000 | Nothing | None = None
    on_site_restrictions: Text1000 | Nothing | None = None
    notes: Text1000 | Nothing | None = None


class CancellationIn(Wire):
    """Which order ends, and why."""

    order_id: Id
    supplier: SupplierCode | None = None
    reason_code: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,30}$")] = Field(examples=["NO_LONGER_REQUIRED"])
    text: Text1000 | None = None


class AmendmentOut(AmendmentIn):
    """An amendment as it was asked, and as it stands; `answer` are the network's words."""

    id: int
    supplier_reference: str | None = None
    status: ChangeStatus
    answer: str | None = None


class CancellationOut(CancellationIn):
    """A cancellation as it was asked, and as it stands; `answer` are the network's words."""

    id: int
    supplier_reference: str | None = None
    status: ChangeStatus
    answer: str | None = None


async def amend(call: Call[None, AmendmentIn, TenantDoor]) -> Answer:
    return await _ask(call, _amendment(call.body, call.services, call.headers), AMEND)


async def cancel(call: Call[None, CancellationIn, TenantDoor]) -> Answer:
    return await _ask(call, _cancellation(call.body, call.services, call.headers), CANCEL)


async def _ask(call: Call[Any, Any, TenantDoor], wish: Wish, route: str) -> Answer:
    services, tenant = call.services, tenant_of(call)
    await _needs(services, tenant, wish)
    now = await services.clock.now()
    whole = replace(wish, body_hash=call.fingerprint or b"")

    async def work(tx: Tx) -> Stored:
        change = await actions.take(tx, tenant, whole, asker_of(call), now)
        tx.wakes_workers = True
        return Stored(201, orjson.dumps(_shown(change)))

    done = await services.once.do(tenant, asked_of(call, route), now, work)
    return Answer(done.status, done.body)


async def _needs(services: TenantDoor, tenant: TenantId, wish: Wish) -> None:
    """Raises `NotImplementedHere` where the supplier of the order does not take such a change at all."""
    try:
        order = await orders.get(services.db, tenant, wish.order_id)
    except Unknown:
        return
    needed = Capability.AMENDMENTS if wish.kind is ChangeKind.AMENDMENT else Capability.CANCELLATIONS
    for route in await services.routing.of(tenant):
        refusal = lacks(route, needed) if route.supplier.code == order.supplier else None
        if refusal:
            raise refusal


async def further_of_amendment(partial: Partial[TenantDoor]) -> list[str]:
    """Every fault of an amendment beyond those of the fields that could not be read."""
    unread, readable = partial.filled({"orderId": 1})
    body = AmendmentIn.model_validate(readable, by_alias=True, by_name=False)
    return await _further(partial, _amendment(body, partial.services, partial.headers), unread)


async def further_of_cancellation(partial: Partial[TenantDoor]) -> list[str]:
    """Every fault of a cancellation beyond those of the fields that could not be read."""
    unread, readable = partial.filled({"orderId": 1, "reasonCode": "OTHER"})
    body = CancellationIn.model_validate(readable, by_alias=True, by_name=False)
    return await _further(partial, _cancellation(body, partial.services, partial.headers), unread)


async def _further(partial: Partial[TenantDoor], wish: Wish, unread: frozenset[str]) -> list[str]:
    services, tenant = partial.services, TenantId(partial.caller.tenant)
    return await actions.faults(services.db, tenant, replace(wish, unread=unread), await services.clock.now())


def _amendment(asked: AmendmentIn, services: TenantDoor, headers: Mapping[str, str]) -> Wish:
    sent = asked.model_dump(mode="json", by_alias=True, exclude_none=True)
    play, faults = read_or_faults(lambda: services.read_change_play(ChangeKind.AMENDMENT, headers))
    return Wish(
        kind=ChangeKind.AMENDMENT,
        id=UNNUMBERED,
        door=TENANT_DOOR,
        order_id=asked.order_id,
        supplier=asked.supplier,
        asked={name: sent[name] for name in MEMBERS if name in sent},
        body_hash=b"",
        play=play,
        faults=faults,
        answers_late=services.answers_late,
    )


def _cancellation(asked: CancellationIn, services: TenantDoor, headers: Mapping[str, str]) -> Wish:
    play, faults = read_or_faults(lambda: services.read_change_play(ChangeKind.CANCELLATION, headers))
    return Wish(
        kind=ChangeKind.CANCELLATION,
        id=UNNUMBERED,
        door=TENANT_DOOR,
        order_id=asked.order_id,
        supplier=asked.supplier,
        asked={},
        reason_code=asked.reason_code,
        text=asked.text,
        body_hash=b"",
        play=play,
        faults=faults,
    )


async def read_amendment(call: Call[None, None, TenantDoor]) -> Answer:
    return await _read(call, ChangeKind.AMENDMENT)


async def read_cancellation(call: Call[None, None, TenantDoor]) -> Answer:
    return await _read(call, ChangeKind.CANCELLATION)


async def _read(call: Call[None, None, TenantDoor], kind: ChangeKind) -> Answer:
    return Answer(200, _shown(await actions.get(call.services.db, tenant_of(call), kind, call.path["id"])))


def _shown(change: Change) -> dict[str, Any]:
    return rendering.change({**change.shown(), "answer": change.answer})


AMENDMENT: Final[Mapping[str, Any]] = {"orderId": 48, "appointmentReservationId": 32, "notes": "Ring twice"}
CANCELLATION: Final[Mapping[str, Any]] = {
    "orderId": 48,
    "reasonCode": "CUSTOMER_CHANGED_MIND",
    "text": "Moving abroad",
}
_AMENDED: Final = {"id": 7, "supplier": "NETWORK1", **AMENDMENT, "status": "RECEIVED_BY_GATEWAY"}
_CANCELLED: Final = {"id": 3, "supplier": "NETWORK1", **CANCELLATION, "status": "RECEIVED_BY_GATEWAY"}
_REFERENCE: Final = {"supplierReference": "NW1-10000001-1", "status": "COMPLETED"}
_HEADERS: Final = (IDEMPOTENCY_KEY, *SANDBOX_HEADERS)

ROUTES: Final = [
    Route(
        method="POST",
        path="/service-order-amendments",
        name=AMEND,
        summary="Ask for a change to an order",
        description=(
            "201 means checked, numbered and kept; AMENDED, or a RESUBMIT, follows. Only the fields that are sent "
            "change. Taken until 16:00 UK time on the last working day before the visit, while the order is "
            "ACKNOWLEDGED, IN_PROGRESS, PENDING or PENDING_AMENDMENT."
        ),
        scope=SCOPE,
        action=amend,
        body=AmendmentIn,
        headers=_HEADERS,
        further=further_of_amendment,
        answers={201: AmendmentOut},
        errors=(501,),
        tags=("Orders",),
        body_examples={"new visit": AMENDMENT},
        answer_examples={201: _AMENDED},
    ),
    Route(
        method="GET",
        path="/service-order-amendments/{id:int}",
        name="readAmendment",
        summary="How an amendment stands (an extension)",
        scope=SCOPE,
        action=read_amendment,
        answers={200: AmendmentOut},
        errors=(404,),
        tags=("Orders",),
        answer_examples={200: {**_AMENDED, **_REFERENCE}},
    ),
    Route(
        method="POST",
        path="/service-order-cancellations",
        name=CANCEL,
        summary="Ask for an order to end",
        description=(
            "201 means checked, numbered and kept; CANCELLED, or a RESUBMIT, follows. Taken until the visit begins; "
            "after the deadline of a change it costs the visit."
        ),
        scope=SCOPE,
        action=cancel,
        body=CancellationIn,
        headers=_HEADERS,
        further=further_of_cancellation,
        answers={201: CancellationOut},
        errors=(501,),
        tags=("Orders",),
        body_examples={"changed mind": CANCELLATION},
        answer_examples={201: _CANCELLED},
    ),
    Route(
        method="GET",
        path="/service-order-cancellations/{id:int}",
        name="readCancellation",
        summary="How a cancellation stands (an extension)",
        scope=SCOPE,
        action=read_cancellation,
        answers={200: CancellationOut},
        errors=(404,),
        tags=("Orders",),
        answer_examples={200: {**_CANCELLED, **_REFERENCE}},
    ),
]
