"""The KCI that tells of a supplier's update: its facts, frozen as they are in this moment."""

from typing import Any, Final
from uuid import UUID

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.kcis import actions as kcis
from fibregate.orders import view, waits
from fibregate.orders.changes.model import Change
from fibregate.orders.charges.model import Charge
from fibregate.orders.ethernet import circuits
from fibregate.orders.model import Order
from fibregate.orders.states import OF_CHANGES, QUESTIONS
from fibregate.orders.watch import store as watched
from fibregate.suppliers.port import Draft, Note, Update
from fibregate.vocabulary import OrderStatus, Reason

_OF_SUPPLIERS: Final = frozenset({"issuedAt", "receivedAt"})


async def tell(
    tx: Tx, before: Order, after: Order, update: Update, *, change: Change | None, charge: Charge | None
) -> None:
    """What this update has made of the order; `change` is the one that it decides, `charge` the one that it moves.

    Takes the lock of the tenant's feed, so call it last.
    """
    now = BusinessTime(after.updated_at)
    said = facts(before, after, update, now, change=change, charge=charge)
    if "actBy" in said and update.reason not in QUESTIONS and update.answer_by is None:
        # News does not put off the answer that a question has asked for.
        said["actBy"] = await _still_due(tx, after, update, now) or said["actBy"]
    await kcis.tell(
        tx,
        after.tenant,
        after.key,
        number=after.kci_count,
        reason=update.reason.value,
        status=after.status.value,
        facts=said,
        issued_at=update.issued_at,
        received_at=update.received_at,
        now=now,
    )


async def _still_due(tx: Tx, order: Order, update: Update, now: BusinessTime) -> dict[str, Any] | None:
    """By when the question that stands must be answered; who has just been refused gets at least a working day."""
    asked = await watched.last_act_by(tx, order.tenant, order.key)
    if asked is None or update.reason not in OF_CHANGES:
        return asked
    return {**asked, "by": max(asked["by"], view.stamp(calendars.answer_again(now, order.nation)))}


def own_facts(before: Order, order: Order, draft: Draft, now: BusinessTime) -> dict[str, Any]:
    """The facts of a KCI of the gateway's own: no supplier said it, so nobody issued it and nothing was received."""
    said = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    update = Update(**said, id=UUID(int=0), sequence_number=0, issued_at=now, received_at=now)
    found = facts(before, order, update, now)
    return {name: value for name, value in found.items() if name not in _OF_SUPPLIERS}


def facts(
    before: Order,
    after: Order,
    update: Update,
    now: BusinessTime,
    *,
    change: Change | None = None,
    charge: Charge | None = None,
) -> dict[str, Any]:
    """All that any rendering of this KCI will ever read."""
    full: dict[str, Any] = {
        "reason": update.reason.value,
        "status": after.status.value,
        "previousStatus": before.status.value,
        "orderId": after.id,
        "orderType": after.order_type,
        "tenant": after.tenant_code,
        "happenedAt": view.stamp(now),
        "issuedAt": view.stamp(update.issued_at),
        "receivedAt": view.stamp(update.received_at),
        "supplier": after.supplier,
        "supplierReference": after.supplier_reference,
        "text": update.text,
        "problemCode": update.problem_code,
        "supplierCodes": list(update.supplier_codes) or None,
        "notes": [_note(one) for one in update.notes] or None,
        "committedDate": view.stamp(after.committed_at),
        "targetDate": view.stamp(after.target_at),
        "appointment": view.timeslot(after),
        "appointmentReference": after.appointment["reference"] if after.appointment else None,
        "reservationId": after.reservation_id,
        "characteristics": _told_facts(before, update) or None,
        "actBy": _act_by(after, update, now),
        **({change.kind.value.lower(): change.shown()} if change else {}),
        "charge": charge.shown() if charge else None,
        "entity": _entity(after, update),
        "requestId": after.request_id,
        "conversationId": after.conversation_id,
    }
    return {name: value for name, value in full.items() if value is not None}


def _entity(after: Order, update: Update) -> dict[str, Any]:
    reached = circuits.milestone(update.text) if after.ethernet is not None else None
    return {**view.entity(after), **({"milestone": reached} if reached else {})}


def _note(note: Note) -> dict[str, str | None]:
    return {"note": note.note, "type": note.type, "created": view.stamp(note.created)}


def _act_by(order: Order, update: Update, now: BusinessTime) -> dict[str, str | None] | None:
    if order.status is not OrderStatus.PENDING:
        return None
    return {"who": "TENANT", "by": view.stamp(waits.answer_by(order, update, now))}


def _told_facts(order: Order, update: Update) -> list[dict[str, str]]:
    """What is new in an update that may bring the whole order, or what an ADDITIONAL is about."""
    known = {one["name"]: one["value"] for one in order.characteristics}
    everything = update.reason is Reason.ADDITIONAL
    return [
        {"name": name, "value": value} for name, value in update.facts.items() if everything or known.get(name) != value
    ]
