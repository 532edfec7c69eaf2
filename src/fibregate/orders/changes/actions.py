"""Take an amendment or a cancellation, once, and say how it stands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import asyncpg

from fibregate.appointments import actions as appointments
from fibregate.appointments.model import Asker
from fibregate.clock import BusinessTime
from fibregate.db import Db, Row, Statements, Tx
from fibregate.errors import Invalid, Unavailable, Unknown
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Lane, share_of
from fibregate.orders import actions as orders
from fibregate.orders.changes import rules, store
from fibregate.orders.changes.model import Change, Wish
from fibregate.orders.model import Order
from fibregate.suppliers.network import premises
from fibregate.suppliers.network.model import Premises
from fibregate.suppliers.network.switches import actions as switches
from fibregate.tenants.numbers import actions as numbers
from fibregate.vocabulary import ChangeKind, ChangeStatus, Nation, OrderKey, OrderType, TenantId

LANE = "change"
FAR = "send-change"
"""The lane of changes of an order that is with a supplier far away."""
TRIES = 5
_NUMBERED_AS: Final[Mapping[ChangeKind, numbers.Kind]] = {
    ChangeKind.AMENDMENT: "AMENDMENT",
    ChangeKind.CANCELLATION: "CANCELLATION",
}


async def ask(db: Db, tenant: TenantId, wish: Wish, asker: Asker, now: BusinessTime) -> Change:
    """Under the caller's own number: the same one with an equal body is the same change again and does nothing.

    Raises `Invalid` with every fault. A cancelled call may have asked: the same id asked again tells.
    """
    for _ in range(TRIES):
        found = await store.find(db, tenant, wish.kind, wish.id)
        if found is not None:
            return _again(found, wish)
        try:
            async with db.tx(tenant) as tx:
                return await take(tx, tenant, wish, asker, now)
        except asyncpg.UniqueViolationError:  # the same id at the same time
            continue
    raise Unavailable("The request met others at the same time too often; nothing was done.", 1)


def _again(found: Change, wish: Wish) -> Change:
    if found.body_hash != wish.body_hash:
        raise Invalid(f"id: {wish.id} was used for another {wish.kind.value.lower()}; send a new id")
    return found


async def take(tx: Tx, tenant: TenantId, wish: Wish, asker: Asker, now: BusinessTime) -> Change:
    """The change, its place in the queue to the network and its appointment, or `Invalid` with every fault.

    One that has no number gets one of ours.
    """
    try:
        order = await orders.lock_by_id(tx, tenant, wish.order_id)
    except Unknown:
        raise Invalid([*wish.faults, _no_order(wish)]) from None
    held, found = await _checked(tx, order, wish, now)
    if found:
        raise Invalid(found)
    if wish.id == numbers.UNNUMBERED:
        wish = replace(wish, id=await numbers.take(tx, tenant, _NUMBERED_AS[wish.kind]))
    reservation = held["id"] if held else None
    number = await store.insert(tx, tenant, order.key, wish, asker, reservation=reservation, now=now)
    if reservation is not None:
        await appointments.propose(tx, tenant, reservation, order.key)
    lane = Lane(LANE if order.own_network else FAR, str(order.key), tenant, {"order": order.key}, share_of(tenant))
    await lanes.enqueue(tx, lane, number=number, due_at=now)
    return await get(tx, tenant, wish.kind, wish.id)


async def faults(db: Db, tenant: TenantId, wish: Wish, now: BusinessTime) -> list[str]:
    """What is wrong with a change of which a part could not be read, beyond that part. Asks for nothing."""
    if "orderId" in wish.unread:
        return list(wish.faults)
    try:
        order = await orders.get(db, tenant, wish.order_id)
    except Unknown:
        return [*wish.faults, _no_order(wish)]
    _, found = await _checked(db, order, wish, now)
    return found


def _no_order(wish: Wish) -> str:
    return f"orderId: there is no order {wish.order_id}"


async def _checked(on: Statements, order: Order, wish: Wish, now: BusinessTime) -> tuple[Row | None, list[str]]:
    """The appointment that is quoted, if one, and everything that is wrong."""
    found = [*wish.faults, *rules.of_any(wish, order)]
    if wish.kind is ChangeKind.CANCELLATION:
        others = await store.list_changes(on, order.tenant, order.key)
        found += [*rules.of_cancellation(wish, order, others, now), *await _objection(on, order, now)]
        return None, found
    quoted = wish.asked.get("appointmentReservationId")
    held = await store.find_reservation(on, order.tenant, order.key, quoted) if quoted is not None else None
    return held, [*found, *rules.of_amendment(wish, order, held, await _premises(on, order), now)]


async def _objection(on: Statements, order: Order, now: BusinessTime) -> list[str]:
    """As far as it is known now whether its network takes it; one far away knows it by the number that it gave it."""
    if order.order_type != OrderType.UNSOLICITED_CEASE or order.status.ended:
        return []
    if not order.own_network:
        named = await store.has_number_there(on, order.key)
        return [] if named else [f"orderId: {order.supplier} has given no number to order {order.id}; ask it directly"]
    refused = await switches.refusal(on, order.key, Nation(order.nation), now)
    return [f"orderId: {refused}"] if refused else []


async def _premises(on: Statements, order: Order) -> Premises | None:
    if not order.own_network or order.uprn is None:
        return None
    return await premises.find(on, order.tenant, order.uprn)


async def get(on: Statements, tenant: TenantId, kind: ChangeKind, change: int) -> Change:
    """Raises `Unknown`, for another tenant's too."""
    found = await store.find(on, tenant, kind, change)
    if found is None:
        raise Unknown(f"id: there is no {kind.value.lower()} {change}")
    return found


async def find_open(on: Statements, tenant: TenantId, order: OrderKey) -> list[Change]:
    """Those of one order that nobody has decided, the eldest first."""
    return [one for one in await store.list_changes(on, tenant, order) if one.is_open]


async def get_numbered(on: Statements, tenant: TenantId, order: OrderKey, number: int) -> Change:
    """That of an order's changes, decided or not."""
    return next(one for one in await store.list_changes(on, tenant, order) if one.number == number)


async def give_up(tx: Tx, tenant: TenantId, change: Change, why: str, now: BusinessTime) -> None:
    """The order ended before the change was decided: its appointment is the tenant's again."""
    await store.mark(tx, tenant, change.key, ChangeStatus.REJECTED, answer=why, decided_at=now)
    await withdraw_proposal(tx, tenant, change, now)


async def withdraw_proposal(tx: Tx, tenant: TenantId, change: Change, now: BusinessTime) -> None:
    """The timeslot that an amendment quoted, where it did, is held for nobody but the tenant again."""
    if change.reservation_id is not None:
        await appointments.unpropose(tx, tenant, change.reservation_id, now)
