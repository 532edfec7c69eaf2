"""Book a visit, let it go, and keep it in step with the order that quotes it.

Rules: `docs/reference/appointments.md`.
"""

from dataclasses import replace
from datetime import timedelta

import asyncpg

from fibregate import calendars
from fibregate.appointments import explain, store
from fibregate.appointments.far import giving_back
from fibregate.appointments.far import store as far
from fibregate.appointments.model import Asker, Reservation, Wish
from fibregate.clock import BusinessTime
from fibregate.db import Db, Row, Tx
from fibregate.errors import Invalid, Unknown
from fibregate.kcis import actions as kcis
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane
from fibregate.suppliers.port import Timeslot
from fibregate.vocabulary import HOLDING, OrderKey, Purpose, ReservationState, SupplierId, TenantId

NOTICE = "timeslot read as UK local time"
LIVE = HOLDING
_OF_AN_ORDER = (ReservationState.ATTACHED, ReservationState.CONFIRMED)
AFTER_REJECTION = timedelta(hours=24)


async def book(
    db: Db, tenant: TenantId, wish: Wish, asker: Asker, *, now: BusinessTime, hold_limit: int | None
) -> Reservation:
    """Take a place in the wished timeslot, or answer the same booking again.

    Raises `SlotTaken` when the timeslot is full, `Invalid` when it never was, or the id is spent. A cancelled call may
    have booked: the same id asked again tells.
    """
    made = await _book_once(db, tenant, wish, asker, now=now, limit=hold_limit, notice=None)
    if made:
        return made
    local = await explain.refusal_or_local_reading(db, tenant, wish, now=now, limit=hold_limit)
    return await _book_as_read(db, tenant, replace(wish, **local), asker, now=now, limit=hold_limit)


async def _book_as_read(
    db: Db, tenant: TenantId, wish: Wish, asker: Asker, *, now: BusinessTime, limit: int | None
) -> Reservation:
    made = await _book_once(db, tenant, wish, asker, now=now, limit=limit, notice=NOTICE)
    if made:
        return made
    await explain.refusal_or_local_reading(db, tenant, replace(wish, read_as_local=False), now=now, limit=limit)
    raise AssertionError("a booking that is refused has a reason")


async def _book_once(
    db: Db, tenant: TenantId, wish: Wish, asker: Asker, *, now: BusinessTime, limit: int | None, notice: str | None
) -> Reservation | None:
    today = calendars.uk_date(now)
    try:
        row = await store.book(db, tenant, wish, asker, today=today, now=now, limit=limit, notice=notice)
    except asyncpg.UniqueViolationError:
        row = None
    if row:
        return read(row)
    old = await store.find(db, tenant, wish.id)
    return _again(old, wish, now) if old else None


def _again(old: Row, wish: Wish, now: BusinessTime) -> Reservation:
    if old["body_hash"] != wish.body_hash:
        raise Invalid(f"id: {wish.id} was used for another booking; send a new id")
    found = read(old)
    state = found.state
    if state is ReservationState.RESERVED and found.expires_at and found.expires_at <= now:
        state = ReservationState.EXPIRED  # its timer is about to say so
    if state not in LIVE:
        raise Invalid(f"id: appointment {wish.id} is {state.value}; its id stays spent, book again with a new id")
    return found


def read(row: Row) -> Reservation:
    """From a row that has the store's columns."""
    return Reservation(
        id=row["id"],
        supplier=row["supplier"],
        reference=row["reference"],
        state=ReservationState(row["state"]),
        address=row["address"],
        service=row["service"],
        service_name=row["service_name"],
        purpose=Purpose(row["purpose"]),
        timeslot=Timeslot(row["starts_at"], row["ends_at"], row["classification"], row["standard"]),
        expires_at=row["expires_at"],
        order_key=row["order_key"],
        notice=row["notice"],
    )


async def get(db: Db, tenant: TenantId, reservation: int) -> Reservation:
    """Raises `Unknown`, for another tenant's too."""
    row = await store.find(db, tenant, reservation)
    if row is None:
        raise Unknown(f"id: there is no appointment {reservation}")
    return read(row)


async def release(tx: Tx, tenant: TenantId, reservation: int, now: BusinessTime) -> bool:
    """Give the place back; said twice, it is done once and answers False. Raises `Invalid` while an order quotes it."""
    held = await store.lock(tx, tenant, reservation)
    if held is None:
        raise Unknown(f"id: there is no appointment {reservation}")
    if held["state"] == ReservationState.PROPOSED:
        raise Invalid(f"id: appointment {reservation} is proposed by an amendment that is not decided yet")
    if held["state"] in _OF_AN_ORDER:
        raise Invalid(f"id: appointment {reservation} belongs to an order; it is released when the order ends")
    ended = await store.end(tx, tenant, reservation, ReservationState.RELEASED.value, now)
    if ended and held["slot_id"] is None:
        await giving_back.ask(tx, tenant, reservation, now)
    return ended


async def expire(db: Db, claim: Claim, now: BusinessTime) -> None:
    """The timer of a hold: gone if nobody quoted it, and said so in the feed."""
    reservation = int(str(claim.subject["reservation"]))
    tenant = _tenant(claim)
    async with db.tx(tenant) as tx:
        held = await store.lock(tx, tenant, reservation)
        await lanes.complete(tx, claim)  # after the reservation, as who sets this timer anew does
        if held and held["state"] == ReservationState.RESERVED and held["expires_at"] and held["expires_at"] <= now:
            await _end_hold(tx, tenant, reservation, ReservationState.EXPIRED, now)
            if held["slot_id"] is None:  # there it may have been held for longer
                await giving_back.ask(tx, tenant, reservation, now)


async def withdraw(tx: Tx, tenant: TenantId, reservation: int, now: BusinessTime) -> None:
    """The network takes an unquoted hold back."""
    held = await store.lock(tx, tenant, reservation)
    if held and held["state"] == ReservationState.RESERVED:
        await _end_hold(tx, tenant, reservation, ReservationState.WITHDRAWN, now)


async def _end_hold(tx: Tx, tenant: TenantId, reservation: int, state: ReservationState, now: BusinessTime) -> None:
    await store.end(tx, tenant, reservation, state.value, now)
    await kcis.show_appointment(tx, tenant, reservation, state, now)


def _tenant(claim: Claim) -> TenantId:
    if claim.tenant is None:
        raise AssertionError("a hold has a tenant")
    return claim.tenant


async def confirm(tx: Tx, tenant: TenantId, order: OrderKey) -> None:
    """The network has committed to the order: so to the visit."""
    await store.mark(tx, tenant, order, ReservationState.CONFIRMED.value, was=[ReservationState.ATTACHED.value])


async def fulfil(tx: Tx, tenant: TenantId, order: OrderKey) -> None:
    """The order completed; the place was used."""
    was = [ReservationState.ATTACHED.value, ReservationState.CONFIRMED.value]
    await store.mark(tx, tenant, order, ReservationState.FULFILLED.value, was=was)


async def free(tx: Tx, tenant: TenantId, order: OrderKey, now: BusinessTime) -> int | None:
    """The visit will not be: the order ended, needs none, or asks for another. Which one, where there was one."""
    held = await store.lock_of_order(tx, tenant, order)
    if held is None:
        return None
    await store.end(tx, tenant, held["id"], ReservationState.RELEASED.value, now)
    return int(held["id"])


async def give_back(tx: Tx, tenant: TenantId, order: OrderKey, now: BusinessTime) -> None:
    """The network rejected the order: the hold is the tenant's again, until its old expiry or for 24 hours at most."""
    held = await store.lock_of_order(tx, tenant, order)
    if held is None:
        return
    until = now + AFTER_REJECTION
    expires_at = min(held["expires_at"], until) if held["expires_at"] else until
    await store.give_back(tx, tenant, held["id"], expires_at)
    await lanes.schedule(tx, hold_lane(tenant, held["id"]), due_at=expires_at)


async def propose(tx: Tx, tenant: TenantId, reservation: int, order: OrderKey) -> None:
    """An amendment of this order quotes the hold: it stays, beside the old visit, until that is decided."""
    if not await store.propose(tx, tenant, reservation, order):
        raise Invalid(f"appointmentReservationId: appointment {reservation} is not free any more; book another")


async def unpropose(tx: Tx, tenant: TenantId, reservation: int, now: BusinessTime) -> None:
    """The amendment was refused: the hold is the tenant's again, with the expiry that it had."""
    held = await store.unpropose(tx, tenant, reservation)
    if held is None or held["expires_at"] is None:
        return
    if held["expires_at"] <= now:
        await _end_hold(tx, tenant, reservation, ReservationState.EXPIRED, now)
    else:
        await lanes.schedule(tx, hold_lane(tenant, reservation), due_at=held["expires_at"])


async def adopt(
    tx: Tx, tenant: TenantId, order: OrderKey, reservation: int, *, confirmed: bool, now: BusinessTime
) -> Reservation:
    """The amendment was taken: this is the order's visit from now on, and the old one, where there was one, is free."""
    held = await store.lock_of_order(tx, tenant, order)
    if held is not None:
        await store.end(tx, tenant, held["id"], ReservationState.REPLACED.value, now)
    state = ReservationState.CONFIRMED if confirmed else ReservationState.ATTACHED
    if not await store.adopt(tx, tenant, reservation, order, state.value):
        raise AssertionError("a change that is open holds its appointment")
    row = await store.find(tx, tenant, reservation)
    if row is None:
        raise AssertionError("a reservation is never deleted")
    return read(row)


def hold_lane(tenant: TenantId, reservation: int) -> Lane:
    """The timer of a hold."""
    return Lane("hold", f"{tenant}:{reservation}", tenant, {"reservation": reservation})


async def move(
    tx: Tx, tenant: TenantId, order: OrderKey, timeslot: Timeslot, *, reference: str | None, now: BusinessTime
) -> tuple[int, str] | None:
    """The network moves an order's visit itself: the new appointment's id and reference, or None if it never had one.

    A visit that was given up, because another was asked for, is followed by this one.
    Raises `Invalid`, before anything is changed, for a reference that another appointment has. Where the network goes
    on with the old one, the new appointment gets one of ours.
    """
    held = await store.lock_of_order(tx, tenant, order) or await store.last_of_order(tx, tenant, order)
    if held is None:
        return None
    supplier = SupplierId(held["supplier_id"])
    known = await store.find_reference(tx, tenant, reference, supplier=supplier) if reference else None
    if known == held["id"]:
        reference = None
    elif known is not None:
        raise Invalid(f"appointmentReservationReference: {reference!r} is another appointment's")
    if held["slot_id"] is None:
        await store.end(tx, tenant, held["id"], ReservationState.REPLACED.value, now)
        made = await far.rebook(tx, tenant, held["id"], timeslot, reference=reference, now=now)
    else:
        slot = await _slot_for(tx, held, timeslot)
        await store.end(tx, tenant, held["id"], ReservationState.REPLACED.value, now)
        await store.squeeze_in(tx, slot)
        made = await store.rebook(tx, tenant, held["id"], slot, reference=reference, now=now)
    return (made["id"], made["reference"]) if made else None


async def _slot_for(tx: Tx, held: Row, timeslot: Timeslot) -> int:
    slot = await store.find_slot(tx, held["book_id"], timeslot.starts_at, timeslot.ends_at)
    if slot is None:
        await explain.open_slot(tx, held["book_id"], timeslot)
        slot = await store.find_slot(tx, held["book_id"], timeslot.starts_at, timeslot.ends_at)
    if slot is None:
        raise AssertionError("a timeslot that was opened is there")
    return slot
