"""A network that tells its story badly: it numbers its messages itself and brings them by the way of the updates door.

What it brings may come late, before what it follows, twice, or when the order has ended; the inbox makes sense of it.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

import orjson
import structlog

from fibregate.calendars import stamp
from fibregate.clock import BusinessTime
from fibregate.db import Db
from fibregate.errors import Invalid
from fibregate.inbox import actions as inbox
from fibregate.inbox.actions import Named
from fibregate.sandbox.course import Next
from fibregate.sandbox.scene import Scene
from fibregate.suppliers.port import Draft, Update

_NAMES: Final = UUID("6f2f8a0b-5f0e-4f1c-9b52-0d5a2c7a1f27")
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """A step in its words, with the scene in which it is brought."""

    scene: Scene
    step: Next
    draft: Draft


async def bring(db: Db, message: Message, now: BusinessTime) -> None:
    """Hand it in once or twice, always with the same id; what the inbox refuses is not brought again."""
    update = _numbered(message, now)
    raw = orjson.dumps(body(message, update))
    named = Named(
        supplier=message.scene.supplier,
        tenant_code=message.scene.tenant_code,
        order_id=message.scene.order_id,
        reference=None,
    )
    for _ in range(2 if message.step.step.twice else 1):
        try:
            await inbox.receive(db, named, update, raw)
        except Invalid as refused:
            _log.info("a message of a story was refused", order=message.scene.order, because=str(refused))


def _numbered(message: Message, now: BusinessTime) -> Update:
    number = message.step.step.number
    if number is None:
        raise AssertionError("what a messenger brings has a number")
    said = {name: getattr(message.draft, name) for name in Draft.__dataclass_fields__}
    identity = uuid5(_NAMES, f"{message.scene.order}:{number}")
    number += message.scene.memory.answers  # those have their numbers, too
    return Update(**said, id=identity, sequence_number=number, issued_at=message.step.said_at, received_at=now)


def body(message: Message, update: Update) -> dict[str, Any]:
    """As a supplier would have written it to the updates door."""
    order = {
        "id": message.scene.order_id,
        "tenant": message.scene.tenant_code,
        "supplierOrderReference": update.supplier_reference,
        "status": update.status.value if update.status else None,
        "committedDate": stamp(update.committed_at) if update.committed_at else None,
        "targetDate": stamp(update.target_at) if update.target_at else None,
        "serviceOrderItem": {
            "serviceCharacteristics": [{"name": name, "value": value} for name, value in update.facts.items()]
        }
        if update.facts
        else None,
    }
    written = {
        "id": str(update.id),
        "sequenceNumber": update.sequence_number,
        "issuedOn": stamp(update.issued_at),
        "reasonCode": update.reason.value,
        "problemCode": update.problem_code,
        "text": update.text,
        "supplierCodes": list(update.supplier_codes) or None,
        "provideServiceOrder": _set(order),
    }
    return _set(written)


def _set(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
