"""Amend or cancel an order, and read how that stands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, StringConstraints

from fibregate.doors.wholesale.services import SCOPE, Wholesale, asker_of, tenant_of
from fibregate.doors.wholesale.wire import CallerId, Characteristic
from fibregate.errors import read_or_faults
from fibregate.orders.changes import actions
from fibregate.orders.changes.contents import MEMBERS
from fibregate.orders.changes.model import Change, Wish
from fibregate.vocabulary import ChangeKind, ChangeStatus, TenantId
from fibregate.web.call import Answer, Call, Partial
from fibregate.web.fields import DayOrNothing, Id, Text50, Text1000, TextOrNothing
from fibregate.web.route import Route
from fibregate.web.wire import Wire


class ContactParts(Wire):
    """The parts of a contact that change; an empty one is removed."""

    name: Annotated[str, StringConstraints(max_length=255)] | None = None
    phone_number: Annotated[str, StringConstraints(max_length=40, pattern=r"^(.{3,})?$")] | None = None
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$")] | None = None


def _emptied(contact: object) -> object:
    return {} if contact == "" else contact


class AmendmentIn(Wire):
    """What is to change; an array replaces the whole array, an empty array or text removes what is stored."""

    id: CallerId
    order_id: Id
    supplier_order_reference: Text50 | None = None
    service_characteristics: Annotated[list[Characteristic], Field(min_length=1, max_length=50)] | None = None
    primary_contact: ContactParts | None = None
    secondary_contact: Annotated[ContactParts, BeforeValidator(_emptied)] | None = Field(
        default=None, description="an empty text or an empty object removes it"
    )
    appointment_reservation_id: Id | None = None
    requested_completion_date: DayOrNothing | None = None
    engineer_tasks: (
        Annotated[list[Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,50}$")]], Field(max_length=20)] | None
    ) = None
    hazards: TextOrNothing | None = None
    on_site_restrictions: TextOrNothing | None = None
    notes: TextOrNothing | None = None


class CancellationIn(Wire):
    """Which order ends, and why."""

    id: CallerId
    order_id: Id
    supplier_order_reference: Text50 | None = None
    reason_code: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,30}$")]
    text: Text1000 | None = None


class AmendmentOut(AmendmentIn):
    """An amendment as it was asked, and as it stands; `answer` are the network's words."""

    supplier_reference: str | None = None
    status: ChangeStatus
    answer: str | None = None


class CancellationOut(CancellationIn):
    """A cancellation as it was asked, and as it stands; `answer` are the network's words."""

    supplier_reference: str | None = None
    status: ChangeStatus
    answer: str | None = None


async def amend(call: Call[None, AmendmentIn, Wholesale]) -> Answer:
    return await _ask(call, _amendment(call.body, call.services, call.headers))


async def cancel(call: Call[None, CancellationIn, Wholesale]) -> Answer:
    return await _ask(call, _cancellation(call.body, call.services, call.headers))


async def _ask(call: Call[Any, Any, Wholesale], wish: Wish) -> Answer:
    services = call.services
    wish = replace(wish, body_hash=call.fingerprint or b"")
    await actions.ask(services.db, tenant_of(call), wish, asker_of(call), await services.clock.now())
    return Answer(202)


async def further_of_amendment(partial: Partial[Wholesale]) -> list[str]:
    """Every fault of an amendment beyond those of the fields that could not be read."""
    unread, readable = partial.filled({"id": 1, "orderId": 1})
    body = AmendmentIn.model_validate(readable, by_alias=True, by_name=False)
    return await _further(partial, _amendment(body, partial.services, partial.headers), unread)


async def further_of_cancellation(partial: Partial[Wholesale]) -> list[str]:
    """Every fault of a cancellation beyond those of the fields that could not be read."""
    unread, readable = partial.filled({"id": 1, "orderId": 1, "reasonCode": "OTHER"})
    body = CancellationIn.model_validate(readable, by_alias=True, by_name=False)
    return await _further(partial, _cancellation(body, partial.services, partial.headers), unread)


async def _further(partial: Partial[Wholesale], wish: Wish, unread: frozenset[str]) -> list[str]:
    services, tenant = partial.services, TenantId(partial.caller.tenant)
    return await actions.faults(services.db, tenant, replace(wish, unread=unread), await services.clock.now())


def _amendment(asked: AmendmentIn, services: Wholesale, headers: Mapping[str, str]) -> Wish:
    sent = asked.model_dump(mode="json", by_alias=True, exclude_none=True)
    play, faults = read_or_faults(lambda: services.read_change_play(ChangeKind.AMENDMENT, headers))
    return Wish(
        kind=ChangeKind.AMENDMENT,
        id=asked.id,
        door=DOOR,
        order_id=asked.order_id,
        supplier_reference=asked.supplier_order_reference,
        asked={name: sent[name] for name in MEMBERS if name in sent},
        body_hash=b"",
        play=play,
        faults=faults,
        answers_late=services.answers_late,
    )


def _cancellation(asked: CancellationIn, services: Wholesale, headers: Mapping[str, str]) -> Wish:
    play, faults = read_or_faults(lambda: services.read_change_play(ChangeKind.CANCELLATION, headers))
    return Wish(
        kind=ChangeKind.CANCELLATION,
        id=asked.id,
        door=DOOR,
        order_id=asked.order_id,
        supplier_reference=asked.supplier_order_reference,
        asked={},
        reason_code=asked.reason_code,
        text=asked.text,
        body_hash=b"",
        play=play,
        faults=faults,
    )


async def read_amendment(call: Call[None, None, Wholesale]) -> Answer:
    return await _read(call, ChangeKind.AMENDMENT)


async def read_cancellation(call: Call[None, None, Wholesale]) -> Answer:
    return await _read(call, ChangeKind.CANCELLATION)


async def _read(call: Call[None, None, Wholesale], kind: ChangeKind) -> Answer:
    return Answer(200, _shown(await actions.get(call.services.db, tenant_of(call), kind, call.path["id"])))


def _shown(change: Change) -> dict[str, Any]:
    shown = change.shown()
    reference = shown.pop("reference", None)
    del shown["supplier"]
    full = {**shown, "supplierReference": reference, "answer": change.answer}
    return {name: value for name, value in full.items() if value is not None}


DOOR: Final = "WHOLESALE"
_PLAY_HEADERS: Final = ("X-Scenario", "X-Problem-Code", "X-Kci-Delay")
AMENDMENT: Final[Mapping[str, Any]] = {"id": 12, "orderId": 127, "appointmentReservationId": 160}
CANCELLATION: Final[Mapping[str, Any]] = {
    "id": 13,
    "orderId": 127,
    "reasonCode": "CUSTOMER_CHANGED_MIND",
    "text": "Moving abroad",
}

ROUTES: Final = [
    Route(
        method="POST",
        path="/service-order-amendments",
        name="amendOrder",
        summary="Ask for a change to an order",
        description=(
            "202 means received and kept: AMENDED or AMENDMENT_REJECTED follows. The same id with an equal body does "
            "nothing twice. Taken until 16:00 UK time on the last working day before the visit, while the order is "
            "ACKNOWLEDGED, IN_PROGRESS, PENDING or PENDING_AMENDMENT."
        ),
        scope=SCOPE,
        action=amend,
        body=AmendmentIn,
        headers=_PLAY_HEADERS,
        further=further_of_amendment,
        answers={202: None},
        tags=("Orders",),
        body_examples={"new visit": AMENDMENT},
    ),
    Route(
        method="POST",
        path="/service-order-cancellations",
        name="cancelOrder",
        summary="Ask for an order to end",
        description=(
            "202 means received and kept: CANCELLED or CANCELLATION_REJECTED follows. The same id with an equal body "
            "does nothing twice. Taken until the visit begins; after the deadline of a change it costs the visit."
        ),
        scope=SCOPE,
        action=cancel,
        body=CancellationIn,
        headers=_PLAY_HEADERS,
        further=further_of_cancellation,
        answers={202: None},
        tags=("Orders",),
        body_examples={"changed mind": CANCELLATION},
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
        answer_examples={200: {**AMENDMENT, "status": "PENDING", "supplierReference": "NW1-10000001-1"}},
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
        answer_examples={200: {**CANCELLATION, "status": "COMPLETED", "supplierReference": "NW1-10000001-2"}},
    ),
]
