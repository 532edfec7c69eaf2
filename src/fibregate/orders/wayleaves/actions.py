"""Keep what an update says of an owner's consent, and sound an alarm while nothing is heard of it.

Rules: `docs/reference/wayleaves.md`.
"""

from datetime import datetime
from typing import Final
from uuid import uuid4

from fibregate import calendars
from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime
from fibregate.db import Db, Tx
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane
from fibregate.orders import waits
from fibregate.orders.model import Order
from fibregate.orders.wayleaves import store
from fibregate.orders.wayleaves.model import Wayleave, WayleaveState
from fibregate.suppliers.port import Update
from fibregate.vocabulary import Nation, OrderKey, OrderStatus, Reason, TenantId

LANE: Final = "wayleave"
DAYS: Final = 10
"""Working days without the owner's answer after which somebody should look; and again after as many."""

_ISSUE: Final = "WAYLEAVE_ISSUE"
_ASKS: Final = frozenset({Reason.WARNING, Reason.DELAY, Reason.INFORMATION_REQUIRED})
_WORKING: Final = frozenset({OrderStatus.ACKNOWLEDGED, OrderStatus.IN_PROGRESS})


async def follow(tx: Tx, before: Order, after: Order, update: Update, now: BusinessTime) -> None:
    """What this update makes of the order's wayleave; `after` is the order as the update leaves it, and locked."""
    found = await store.find_open(tx, after.tenant, after.key) if before.awaits_owner else None
    if found is not None:
        await _move(tx, found, (before, after), update, now)
    elif update.problem_code == _ISSUE and update.reason in _ASKS and not after.status.ended:
        await _begin(tx, after, update, now)


async def _begin(tx: Tx, order: Order, update: Update, now: BusinessTime) -> None:
    state, by = _waits(order, update, now)
    await store.insert(tx, order.tenant, uuid4(), order.key, state=state, text=update.text, asked_at=now, answer_by=by)
    await lanes.schedule(tx, _lane(order.tenant, order.key), due_at=_round(now, 1, Nation(order.nation)))


async def _move(tx: Tx, found: Wayleave, moved: tuple[Order, Order], update: Update, now: BusinessTime) -> None:
    before, after = moved
    if after.status.ended or _goes_on(before, after, update):
        state = _end(after, update)
        await store.move(tx, after.tenant, found.id, state, text=update.text, ended_at=now)
        await alarms.clear(tx, after.tenant, kind=Kind.WAYLEAVE_WAITS, subject=_subject(found), now=now)
    elif update.problem_code == _ISSUE or update.reason is Reason.AMENDED:
        state, by = _waits(after, update, now)
        answer_by = (found.answer_by or by) if state is WayleaveState.AWAITING_TENANT else None
        await store.move(tx, after.tenant, found.id, state, text=update.text, answer_by=answer_by)


def _waits(order: Order, update: Update, now: BusinessTime) -> tuple[WayleaveState, BusinessTime | None]:
    if order.standing is not OrderStatus.PENDING:
        return WayleaveState.AWAITING_OWNER, None
    return WayleaveState.AWAITING_TENANT, waits.answer_by(order, update, now)


def _goes_on(before: Order, after: Order, update: Update) -> bool:
    """The network promises a day, or works again after it could not."""
    resumed = before.standing is OrderStatus.HELD and after.standing in _WORKING
    return update.reason is Reason.COMMITTED or resumed


def _end(order: Order, update: Update) -> WayleaveState:
    if not order.status.ended or order.status in {OrderStatus.COMPLETED, OrderStatus.PARTIAL}:
        return WayleaveState.GRANTED
    return WayleaveState.REFUSED if update.problem_code == _ISSUE else WayleaveState.WITHDRAWN


async def look(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of the clock: an alarm for each ten working days in which the owner has not answered."""
    tenant, key = claim.tenant, OrderKey(int(str(claim.subject["order"])))
    if tenant is None:
        raise AssertionError("a wayleave has its tenant")
    async with db.tx(tenant) as tx:
        await lanes.complete(tx, claim)
        found = await store.find_open(tx, tenant, key)
        if found is None:
            return
        rounds = 1
        while (following := _round(found.asked_at, rounds + 1, found.nation)) <= now:
            rounds += 1
        text = (
            f"{found.supplier} waits for an owner's consent to build for order {found.order_id}: asked on "
            f"{calendars.spoken_day(found.asked_at)}, {DAYS * rounds} working days ago"
        )
        await alarms.sound(
            tx,
            tenant,
            kind=Kind.WAYLEAVE_WAITS,
            subject=_subject(found),
            text=text,
            now=now,
            tells_tenant=True,
            level=rounds,
        )
        await lanes.schedule(tx, _lane(tenant, key), due_at=following)


def _round(asked_at: datetime, rounds: int, nation: Nation) -> BusinessTime:
    return calendars.same_time_working_days_on(asked_at, DAYS * rounds, nation)


def _lane(tenant: TenantId, order: OrderKey) -> Lane:
    return Lane(LANE, str(order), tenant, {"order": order})


def _subject(wayleave: Wayleave) -> str:
    return f"order {wayleave.order_id}"
