"""What an update of the network makes of a change: which one it answers, and what the order is after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fibregate import calendars
from fibregate.appointments import actions as appointments
from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.orders.changes import actions, contents, store
from fibregate.orders.changes.model import WAITS, Change
from fibregate.orders.model import Order
from fibregate.orders.states import OF_CHANGES, MoveRefused
from fibregate.suppliers.port import Update
from fibregate.vocabulary import ChangeKind, ChangeStatus, OrderStatus, Reason, ReservationState

_KINDS: Final = {
    Reason.AMENDED: ChangeKind.AMENDMENT,
    Reason.AMENDMENT_REJECTED: ChangeKind.AMENDMENT,
    Reason.CANCELLED: ChangeKind.CANCELLATION,
    Reason.CANCELLATION_REJECTED: ChangeKind.CANCELLATION,
}
_DONE: Final = frozenset({Reason.AMENDED, Reason.CANCELLED})
NETWORK: Final = "NETWORK"
CUSTOMERS: Final = frozenset({"ACCESS_ISSUE", "PROPERTY_UNOCCUPIED", "SITE_UNSAFE", "CUSTOMER_CHANGED_MIND"})
"""Problems that the customer has caused: a date that moves because of them is not the network's fault."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The change that an update answers, if one, and those that stay open."""

    change: Change | None
    others: Sequence[Change]

    @property
    def waits(self) -> OrderStatus | None:
        """The state of the order that goes with what is still with the network; a cancellation weighs more."""
        kinds = {one.kind for one in self.others if one.status is ChangeStatus.PENDING}
        for kind in (ChangeKind.CANCELLATION, ChangeKind.AMENDMENT):
            if kind in kinds:
                return WAITS[kind]
        return None


async def find(tx: Tx, order: Order, update: Update) -> Answer:
    """Raises `MoveRefused` where the update answers a change that is not there, or was decided before."""
    waiting = await actions.find_open(tx, order.tenant, order.key) if order.changes else []
    kind = _KINDS.get(update.reason)
    mine = [one for one in waiting if one.kind is kind and _is_named(one, update)]
    if update.reason in OF_CHANGES and not mine:
        named = update.request_reference or update.request_id
        raise MoveRefused(f"{update.reason.value} names {named}, which is no open change of this order")
    if update.reason is Reason.CANCELLED and not mine:
        # The tenant has what it asked for, whether or not the network says that it was asked.
        mine = [one for one in waiting if one.kind is kind]
    change = mine[0] if mine else None
    return Answer(change, [one for one in waiting if one is not change])


def _is_named(change: Change, update: Update) -> bool:
    number = change.id if change.sent_id is None else change.sent_id
    if update.request_id is not None:
        return number == update.request_id
    return update.request_reference is not None and change.supplier_reference == update.request_reference


async def decide(tx: Tx, answer: Answer, update: Update, now: BusinessTime) -> Change | None:
    """Keep what became of the change that is answered; of the others, too, where the order has ended."""
    change = answer.change
    if change is None:
        return None
    status = ChangeStatus.COMPLETED if update.reason in _DONE else ChangeStatus.REJECTED
    reference = update.request_reference
    tenant = tx.tenant
    if tenant is None:
        raise AssertionError("a change has its tenant")
    await store.mark(tx, tenant, change.key, status, answer=update.text, reference=reference, decided_at=now)
    if status is ChangeStatus.REJECTED:
        await actions.withdraw_proposal(tx, tenant, change, now)
    return replace(change, status=status, supplier_reference=change.supplier_reference or reference)


async def close(tx: Tx, order: Order, answer: Answer, now: BusinessTime) -> None:
    """The order has ended: what was still open is refused."""
    for one in answer.others:
        await actions.give_up(tx, order.tenant, one, f"The order ended, {order.status.value}.", now)


async def carry_out(tx: Tx, before: Order, moved: Order, change: Change, now: BusinessTime) -> tuple[Order, str]:
    """The order as its amendment has made it, and who caused the dates that move: TENANT, CUSTOMER or NETWORK."""
    promised_anew = before.own_network and moved.committed_at != before.committed_at
    cause = "TENANT" if promised_anew else await _cause(tx, before)
    after = contents.amended(moved, change.asked)
    if change.reservation_id is not None:
        after = await _visit(tx, before, after, change.reservation_id, cause=cause, now=now)
    elif "requestedCompletionDate" in change.asked and before.own_network and after.committed_at is not None:
        after = _other_day(before, after, cause)
    texts: dict[str, Any] = {name: getattr(after, name) for name in _TEXTS}
    await store.amend_order(tx, after.tenant, after.key, texts)
    return after, cause


_TEXTS: Final = (
    "primary_contact",
    "secondary_contact",
    "engineer_tasks",
    "hazards",
    "on_site_restrictions",
    "notes",
    "requested_completion_date",
)


async def _cause(tx: Tx, before: Order) -> str:
    if before.standing is not OrderStatus.PENDING:
        return "TENANT"
    problem = await store.last_problem(tx, before.tenant, before.key)
    return "CUSTOMER" if problem in CUSTOMERS else NETWORK


async def _visit(tx: Tx, before: Order, after: Order, reservation: int, *, cause: str, now: BusinessTime) -> Order:
    promised = before.committed_at is not None
    made = await appointments.adopt(tx, after.tenant, after.key, reservation, confirmed=promised, now=now)
    slot = made.timeslot
    visit = {
        "reference": made.reference,
        "state": (ReservationState.CONFIRMED if promised else ReservationState.ATTACHED).value,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "classification": slot.classification,
        "standard": slot.standard is not False,
    }
    after = replace(after, reservation_id=made.id, appointment=visit)
    return _dated(before, after, slot.ends_at, cause) if promised else after


def _other_day(before: Order, after: Order, cause: str) -> Order:
    wished = after.requested_completion_date
    if wished is None or after.appointment is not None:
        return after
    return _dated(before, after, calendars.end_of_day(wished), cause)


def _dated(before: Order, after: Order, ends: datetime, cause: str) -> Order:
    """With its new end, unless the network has said another itself; a promise that it has broken stays broken."""
    target = after.target_at if after.target_at != before.target_at else ends
    committed, promise = after.committed_at, before.committed_at
    kept = promise is not None and (before.target_at is None or before.target_at <= promise)
    if cause != NETWORK and committed == promise and kept:
        committed = ends
    return replace(after, committed_at=committed, target_at=target)
