"""Amendments and cancellations of orders that are under way."""

import asyncio
import time
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Final, TypeVar

from fibregate.suppliers.answers import Absent, Applied, Refused, RequestStands, Taken
from fibregate.suppliers.conformance import clauses
from fibregate.suppliers.conformance.model import Broken, Skipped, Stage, Trial, expect
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.questions import AmendmentAsked, CancellationAsked, Provide
from fibregate.vocabulary import OrderStatus

AMENDMENTS, CANCELLATIONS = "service-order-amendments", "service-order-cancellations"
_NOT_THERE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED})
_UNDER_WAY: Final = frozenset({OrderStatus.RECEIVED_BY_GATEWAY, OrderStatus.SENT_TO_SUPPLIER})
_LOOK_SECONDS: Final = 0.5
T = TypeVar("T")


async def amendment_nowhere(stage: Stage) -> None:
    stage.may_write()
    asked = AmendmentAsked(id=next(stage.ids), order_id=next(stage.ids), notes="nobody's")
    await _refused(stage, AMENDMENTS, stage.network.amend(asked, stage.trace))


async def cancellation_nowhere(stage: Stage) -> None:
    stage.may_write()
    asked = CancellationAsked(id=next(stage.ids), order_id=next(stage.ids), reason_code="NO_LONGER_REQUIRED")
    await _refused(stage, CANCELLATIONS, stage.network.cancel(asked, stage.trace))


async def _refused(stage: Stage, path: str, call: Awaitable[Taken | Applied | Refused]) -> None:
    """A path that is not there at all is not offered; one that is must refuse with 422."""
    found = await offered(stage, path, call)
    expect(isinstance(found, Refused), "it is taken")


async def offered(stage: Stage, path: str, call: Awaitable[T]) -> T:
    try:
        found = await call
    except SupplierFailed as failed:
        if failed.status not in _NOT_THERE or await _is_there(stage, path):
            raise
        raise Skipped(f"not offered: POST {path} answered {failed.status}") from failed
    stage.offers.add(path)
    return found


async def _is_there(stage: Stage, path: str) -> bool:
    """Whether it reads a body at all: one that is not JSON would be 400."""
    if stage.wire is None:
        return False
    reply = await stage.wire.send("POST", path, body=b'{"id":')
    return reply.status not in _NOT_THERE


async def amendment(stage: Stage) -> str:
    order = _open(stage, AMENDMENTS)
    await _settled(stage, order.id)
    asked = AmendmentAsked(id=next(stage.ids), order_id=order.id, notes="Please ring twice.")
    found = await stage.network.amend(asked, stage.trace)
    if not isinstance(found, Refused):
        stage.amendment = asked.id
    return became(found)


async def _settled(stage: Stage, order_id: int) -> None:
    """Nobody takes an amendment of what has not been acknowledged."""
    deadline = time.monotonic() + stage.terms.patience
    while "READ_ORDER" in stage.offers and time.monotonic() < deadline:
        found = await stage.network.read_order(order_id, stage.trace)
        if not isinstance(found, Absent) and found.status not in _UNDER_WAY:
            return
        await asyncio.sleep(_LOOK_SECONDS)


async def cancellation(stage: Stage) -> str:
    order = _open(stage, CANCELLATIONS)
    asked = CancellationAsked(id=next(stage.ids), order_id=order.id, reason_code="NO_LONGER_REQUIRED")
    found = await stage.network.cancel(asked, stage.trace)
    if not isinstance(found, Refused):
        stage.cancellation = asked.id
    again = await stage.network.cancel(asked, stage.trace)
    expect(isinstance(again, Refused) == isinstance(found, Refused), f"{became(found)}, and then {became(again)}")
    return became(found)


def became(found: Taken | Applied | Refused) -> str:
    match found:
        case Taken():
            return "202, pending"
        case Applied(said=said):
            return f"201, {said or 'applied'}"
        case Refused(messages):
            return f"422: {'; '.join(messages)}"


async def amendment_read(stage: Stage) -> str:
    return await _read(stage, stage.amendment, "READ_AMENDMENT")


async def cancellation_read(stage: Stage) -> str:
    return await _read(stage, stage.cancellation, "READ_CANCELLATION")


async def _read(stage: Stage, number: int | None, name: str) -> str:
    if number is None:
        raise Skipped("there is none to read")
    network = stage.network
    read = network.read_amendment if name == "READ_AMENDMENT" else network.read_cancellation
    found = await read(number, stage.trace)
    if isinstance(found, Absent):
        raise Skipped("not offered: one that was taken is not found")
    stage.offers.add(name)
    unused = await read(next(stage.ids), stage.trace)
    expect(isinstance(unused, Absent), "an id that nobody used is found")
    return _shown(found)


def _shown(found: RequestStands) -> str:
    known = {"RECEIVED_BY_GATEWAY", "PENDING", "FAILED_TO_SEND", "REJECTED", "COMPLETED"}
    if found.said not in known:
        raise Broken(f"it shows a status that no such request has: {found.said}")
    return found.said


def _open(stage: Stage, path: str) -> Provide:
    if stage.order is None:
        raise Skipped("no order could be placed")
    if path not in stage.offers:
        raise Skipped("not offered")
    return stage.order


TRIALS: Final[tuple[Trial, ...]] = (
    (clauses.AMENDMENT_NOWHERE, amendment_nowhere),
    (clauses.AMENDMENT, amendment),
    (clauses.AMENDMENT_READ, amendment_read),
    (clauses.CANCELLATION_NOWHERE, cancellation_nowhere),
    (clauses.CANCELLATION, cancellation),
    (clauses.CANCELLATION_READ, cancellation_read),
)
