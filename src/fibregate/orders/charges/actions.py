"""Raise a charge, and keep what an update of the network makes of it. Rules: `docs/reference/charges.md`."""

from typing import Final
from uuid import uuid4

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.orders import waits
from fibregate.orders.changes.model import Change
from fibregate.orders.charges import store
from fibregate.orders.charges.model import Charge, ChargeState, Decision
from fibregate.orders.model import Order
from fibregate.suppliers.network.catalogue import CHARGE_BAND
from fibregate.suppliers.port import Update
from fibregate.vocabulary import ChangeKind, OrderStatus, Reason

_NO: Final = frozenset({Reason.AMENDMENT_REJECTED, Reason.CANCELLATION_REJECTED})
_DONE: Final = frozenset({OrderStatus.COMPLETED, OrderStatus.PARTIAL})
_MOVED: Final = _NO | {Reason.AMENDED}
"""Updates that can move a charge, beside the end of its order."""


async def follow(tx: Tx, order: Order, update: Update, change: Change | None, now: BusinessTime) -> Charge | None:
    """The charge that this update raises or moves, as it stands now; `change` is the one that the update decides.

    `order` is locked, as the update leaves it.
    """
    if update.charge is not None:
        return await _raised(tx, order, update, now)
    moves = update.reason in _MOVED or order.status.ended
    charge = await store.find_open(tx, order.tenant, order.key) if moves else None
    if charge is None:
        return await _called_off(tx, order, now)
    if order.status.ended:
        state, answer = _ended(charge, change, now)
    elif change is None:
        return None
    elif update.reason in _NO and change.key == charge.change_key:
        await store.ask_again(tx, order.tenant, charge.id)
        return await store.find(tx, order.tenant, charge.id)
    elif update.reason is Reason.AMENDED and _accepts(change, charge):
        state, answer = ChargeState.ACCEPTED, Decision.ACCEPT
    else:
        return None
    at = change.created_at if change is not None and answer is not None else None
    await store.end(tx, order.tenant, charge.id, state, answer=answer, answered_at=at, now=now)
    return await store.find(tx, order.tenant, charge.id)


async def _called_off(tx: Tx, order: Order, now: BusinessTime) -> Charge | None:
    """A cease that did not come to pass costs nothing."""
    if not order.status.ended or order.status in _DONE:
        return None
    charge = await store.call_off(tx, order.tenant, order.key, now)
    return await store.find(tx, order.tenant, charge) if charge else None


async def _raised(tx: Tx, order: Order, update: Update, now: BusinessTime) -> Charge | None:
    asks, raised = update.reason is Reason.INFORMATION_REQUIRED, update.charge
    if raised is None:
        return None
    before = await store.find_open(tx, order.tenant, order.key)
    if before is not None:  # the network thinks again about what it costs
        await store.end(tx, order.tenant, before.id, ChargeState.WITHDRAWN, answer=None, answered_at=None, now=now)
    charge = uuid4()
    await store.insert(
        tx,
        order.tenant,
        charge,
        order.key,
        construction=raised.construction,
        included=raised.included,
        text=update.text,
        state=ChargeState.AWAITING_RESPONSE if asks else ChargeState.ACCEPTED,
        raised_at=now,
        answer_by=waits.answer_by(order, update, now) if asks else None,
    )
    return await store.find(tx, order.tenant, charge)


def _ended(charge: Charge, change: Change | None, now: BusinessTime) -> tuple[ChargeState, Decision | None]:
    if change is not None and change.kind is ChangeKind.CANCELLATION:
        return ChargeState.DECLINED, Decision.DECLINE
    overdue = charge.answer_by is not None and charge.answer_by <= now
    return (ChargeState.LAPSED if overdue and charge.answer is None else ChargeState.WITHDRAWN), None


def _accepts(change: Change, charge: Charge) -> bool:
    """The network has taken an amendment that agrees to a charge: by a band or by an amount."""
    asked = change.asked.get("serviceCharacteristics") or ()
    return change.key == charge.change_key or any(one["name"] == CHARGE_BAND for one in asked)
