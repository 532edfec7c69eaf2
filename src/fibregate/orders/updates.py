"""What a supplier's update does to an order: state, dates, appointment, service, and the KCI that tells of it."""

from dataclasses import replace
from typing import Any

from fibregate.appointments import actions as appointments
from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.orders import store, telling
from fibregate.orders.changes import outcomes
from fibregate.orders.charges import actions as charges
from fibregate.orders.ethernet import ends as circuits
from fibregate.orders.model import Order
from fibregate.orders.sending import lives
from fibregate.orders.states import CHANGING, Standing, Step, step
from fibregate.orders.watch import actions as watch
from fibregate.orders.wayleaves import actions as wayleaves
from fibregate.suppliers.network.lines import actions as lines
from fibregate.suppliers.network.switches import actions as switches
from fibregate.suppliers.port import Update
from fibregate.vocabulary import OrderStatus, Reason, ServiceType

NO_VISIT = "APPOINTMENT_NOT_REQUIRED"
_FAILED = frozenset({OrderStatus.CANCELLED, OrderStatus.FAILED, OrderStatus.REJECTED})
_DONE = frozenset({OrderStatus.COMPLETED, OrderStatus.PARTIAL})


async def apply(tx: Tx, order: Order, update: Update, now: BusinessTime) -> Order:
    """The locked order, moved by this update, and its tenant told. Raises `MoveRefused` where the table has no row."""
    if update.reason is Reason.COMMITTED and order.standing in {
        OrderStatus.RECEIVED_BY_GATEWAY,
        OrderStatus.SENT_TO_SUPPLIER,
    }:
        order = await _apply(tx, order, _missing_acknowledgement(update), now)
    return await _apply(tx, order, update, now)


def _missing_acknowledgement(update: Update) -> Update:
    return replace(
        update,
        reason=Reason.ACKNOWLEDGED,
        text=None,
        problem_code=None,
        supplier_codes=(),
        notes=(),
        committed_at=None,
        target_at=None,
    )


async def _apply(tx: Tx, order: Order, update: Update, now: BusinessTime) -> Order:
    answer = await outcomes.find(tx, order, update)
    moved, cause = _moved(order, update, _after(order, update, answer.waits), now), outcomes.NETWORK
    await _line_ends(tx, order, moved, now)
    change = await outcomes.decide(tx, answer, update, now)
    if change is not None and update.reason is Reason.AMENDED:
        moved, cause = await outcomes.carry_out(tx, order, moved, change, now)
    if moved.status.ended:
        await outcomes.close(tx, moved, answer, now)
    charge = await charges.follow(tx, moved, update, change, now)
    await wayleaves.follow(tx, order, moved, update, now)
    moved = await _visit(tx, moved, update, now)
    await _line_goes(tx, order, moved)
    await _keep_dates(tx, order, moved, update, cause=cause)
    await store.move(tx, moved)
    await watch.begin(tx, moved, update.reason.value, now)
    await telling.tell(tx, order, moved, update, change=change, charge=charge)
    return moved


def foretell(order: Order, update: Update, now: BusinessTime) -> tuple[Order, dict[str, Any]]:
    """What an update would make of an order, and the facts of its KCI, as far as the order alone decides it.

    Nothing is kept or told. Raises `MoveRefused`.
    """
    moved = _moved(order, update, _after(order, update, order.status if order.beneath else None), now)
    return moved, telling.facts(order, moved, update, now)


def _after(order: Order, update: Update, waits: OrderStatus | None) -> Step:
    standing = Standing(order.status, order.returns_to, order.committed_at is not None, order.beneath)
    return step(standing, update.reason, said=update.status, settles=_settles(order, update), waits=waits)


def _settles(order: Order, update: Update) -> bool:
    """Whether an UPDATE ends a wait: the supplier names the state before it, or brings a new date to a held order.

    That the order waits for a change, too, says nothing about it.
    """
    if update.status is not None and update.status not in CHANGING:
        return update.status is order.returns_to
    return order.standing is OrderStatus.HELD and update.target_at is not None and update.target_at != order.target_at


def _moved(order: Order, update: Update, after: Step, now: BusinessTime) -> Order:
    committed, target = order.committed_at, order.target_at
    if update.reason is Reason.COMMITTED or (update.reason is Reason.AMENDED and update.committed_at is not None):
        committed, target = update.committed_at, update.target_at or update.committed_at
    elif update.target_at is not None and not order.status.ended:
        target = update.target_at
    return replace(
        order,
        status=after.status,
        returns_to=after.returns_to,
        beneath=after.beneath,
        supplier_reference=order.supplier_reference or update.supplier_reference,
        committed_at=committed,
        target_at=target,
        characteristics=_with_facts(order, update),
        kci_count=order.kci_count + 1,
        updated_at=now,
    )


def _with_facts(order: Order, update: Update) -> list[dict[str, str]]:
    """Each stays in its place; those that are new come last."""
    kept = [{**one, "value": update.facts.get(one["name"], one["value"])} for one in order.characteristics]
    known = {one["name"] for one in kept}
    return kept + [{"name": name, "value": value} for name, value in update.facts.items() if name not in known]


async def _visit(tx: Tx, order: Order, update: Update, now: BusinessTime) -> Order:
    tenant, key = order.tenant, order.key
    if order.status is OrderStatus.REJECTED:
        await appointments.give_back(tx, tenant, key, now)
    elif update.problem_code == NO_VISIT:
        await appointments.free(tx, tenant, key, now)
        return order if order.status.ended else replace(order, reservation_id=None, appointment=None)
    elif order.status in _FAILED or update.reason is Reason.REAPPOINT:
        await appointments.free(tx, tenant, key, now)
        return replace(order, appointment=None)
    elif order.status in _DONE:
        await appointments.fulfil(tx, tenant, key)
    elif update.reason is Reason.COMMITTED:
        await appointments.confirm(tx, tenant, key)
    elif update.reason is Reason.REAPPOINTED and update.appointment:
        return await _moved_visit(tx, order, update, now)
    return order


async def _moved_visit(tx: Tx, order: Order, update: Update, now: BusinessTime) -> Order:
    if update.appointment is None:
        return order
    made = await appointments.move(
        tx, order.tenant, order.key, update.appointment, reference=update.appointment_reference, now=now
    )
    target = update.target_at or update.appointment.ends_at
    if made is None:
        return replace(order, target_at=target)
    number, reference = made
    visit: dict[str, Any] = {
        "reference": reference,
        "starts_at": update.appointment.starts_at.isoformat(),
        "ends_at": update.appointment.ends_at.isoformat(),
        "classification": update.appointment.classification,
        "standard": update.appointment.standard is not False,
    }
    return replace(order, target_at=target, reservation_id=number, appointment=visit)


async def _line_ends(tx: Tx, before: Order, after: Order, now: BusinessTime) -> None:
    """What an order's end makes of its line. Raises `Invalid`, so nothing is changed before it."""
    if before.status.ended or not after.status.ended:
        return
    if not after.own_network:
        if after.status in _DONE:
            await lives.completed(tx, after, now)
    elif after.service_type == ServiceType.ETHERNET:
        await circuits.ended(tx, after, now)
    elif after.status in _DONE:
        await lines.complete(tx, after.tenant, after.key, after.characteristics, now)
    else:
        await lines.give_up(tx, after.tenant, after.key)
    await store.end_at_supplier(tx, after.key, now)


async def _line_goes(tx: Tx, before: Order, after: Order) -> None:
    """A line that goes from one tenant to another has a day, or another day."""
    is_switch = after.own_network and after.order_type in lines.SWITCHES and after.committed_at is not None
    if is_switch and after.target_at is not None and after.target_at != before.target_at:
        await switches.plan(tx, after.key, BusinessTime(after.target_at))


async def _keep_dates(tx: Tx, before: Order, after: Order, update: Update, *, cause: str) -> None:
    moves = (
        ("COMMITTED", before.committed_at, after.committed_at),
        ("TARGET", before.target_at, after.target_at),
    )
    for which, moved_from, moved_to in moves:
        if moved_from != moved_to:
            await store.keep_date(
                tx,
                before.tenant,
                before.key,
                move=after.kci_count,
                which=which,
                moved_from=moved_from,
                moved_to=moved_to,
                caused_by=cause,
                problem_code=update.problem_code,
                now=after.updated_at,
            )
