"""Whether the updates of one order are as they must be: from their raw bodies, in the order in which they came."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, ValidationError

from fibregate.errors import Malformed
from fibregate.suppliers.http.wire import Described, Name
from fibregate.vocabulary import OrderStatus, Reason
from fibregate.web import json_reader
from fibregate.web.fields import Instant
from fibregate.web.wire import Wire

FIRST: Final = frozenset({Reason.ACKNOWLEDGED, Reason.COMMITTED, Reason.ORDER_REJECTED})
"""What may be said first of an order that was taken with 202: a commitment acknowledges too."""
_REQUEST: Final = "an id or reference of the amendment or cancellation"
COMPANIONS: Final[Mapping[str, tuple[str, ...]]] = {
    Reason.ACKNOWLEDGED: ("status",),
    Reason.COMMITTED: ("status", "committedDate", "targetDate"),
    Reason.WARNING: ("problemCode",),
    Reason.DELAY: ("problemCode",),
    Reason.REAPPOINT: ("problemCode",),
    Reason.INFORMATION_REQUIRED: ("text",),
    Reason.ORDER_REJECTED: ("text",),
    Reason.CANCELLED: ("problemCode",),
    Reason.AMENDED: (_REQUEST,),
    Reason.AMENDMENT_REJECTED: (_REQUEST, "text"),
    Reason.CANCELLATION_REJECTED: (_REQUEST, "text"),
}


class Entity(Wire):
    """The order as the network has it."""

    id: int | None = None
    supplier_order_reference: Name | None = None
    tenant: Described = None
    status: OrderStatus | None = None
    committed_date: Instant | None = None
    target_date: Instant | None = None
    service_order_amendment_id: int | None = None
    service_order_amendment_reference: Name | None = None
    service_order_cancellation_id: int | None = None
    service_order_cancellation_reference: Name | None = None


class Said(Wire):
    """One update."""

    id: UUID
    sequence_number: Annotated[int, Field(ge=1)]
    issued_on: Instant
    reason_code: Name
    problem_code: Name | None = None
    text: Described = None
    provide_service_order: Entity | None = None


def about(raw: bytes, order_id: int) -> bool:
    """Whether an update names this order by our id; what cannot be read is everybody's."""
    try:
        told = Said.model_validate(json_reader.read(raw))
    except (ValidationError, Malformed):
        return True
    entity = told.provide_service_order
    return entity is None or entity.id in {None, order_id}


def faults(bodies: Sequence[bytes], *, acknowledged: bool = False) -> Iterator[str]:
    """What is wrong with them, one message a fault. A repeat of an `id` is no fault.

    `acknowledged`: the order was, by the answer to it, so that anything may be said first.
    """
    seen: set[UUID] = set()
    for place, raw in enumerate(bodies, 1):
        try:
            told = Said.model_validate(json_reader.read(raw))
        except (ValidationError, Malformed) as error:
            yield f"update {place} cannot be read: {_first(error)}"
            continue
        if told.id in seen:
            continue
        seen.add(told.id)
        if told.sequence_number != len(seen):
            yield f"update {place} has the number {told.sequence_number}, and {len(seen)} comes next"
        if len(seen) == 1 and told.reason_code not in FIRST and not acknowledged:
            yield f"the first update is {told.reason_code}"
        yield from (f"update {place}, {told.reason_code}: {what}" for what in _missing(told))


def _missing(told: Said) -> Iterator[str]:
    entity = told.provide_service_order
    if entity is None:
        yield "brings no provideServiceOrder"
        return
    if entity.id is None and entity.supplier_order_reference is None:
        yield "names the order neither by our id nor by its reference"
    given: dict[str, Any] = {
        "status": entity.status,
        "committedDate": entity.committed_date,
        "targetDate": entity.target_date,
        "problemCode": told.problem_code,
        "text": told.text,
        _REQUEST: entity.service_order_amendment_id
        or entity.service_order_amendment_reference
        or entity.service_order_cancellation_id
        or entity.service_order_cancellation_reference,
    }
    for name in COMPANIONS.get(told.reason_code, ()):
        if given[name] is None:
            yield f"must bring {name}"


def _first(error: ValidationError | Malformed) -> str:
    if isinstance(error, Malformed):
        return str(error)
    one = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
