"""Book a visit of our own network under a number of ours, in somebody's transaction: what the tenant door does."""

from dataclasses import replace

from fibregate import calendars
from fibregate.appointments import actions, explain, store
from fibregate.appointments.model import Asker, Reservation, Wish
from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.tenants.numbers import actions as numbers
from fibregate.vocabulary import TenantId


async def book(
    tx: Tx, tenant: TenantId, wish: Wish, asker: Asker, *, now: BusinessTime, hold_limit: int | None
) -> Reservation:
    """The place, held. Raises `SlotTaken` when the timeslot is full, `Invalid` when it never was.

    Breaks a unique key where the tenant used the number at the same time: then nothing of the transaction is good,
    begin again.
    """
    await store.lock_slot(tx, wish)
    numbered = replace(wish, id=await numbers.take(tx, tenant, "APPOINTMENT"))
    today = calendars.uk_date(now)
    row = await store.book(tx, tenant, numbered, asker, today=today, now=now, limit=hold_limit, notice=None)
    if row is None:
        await explain.refusal_or_local_reading(tx, tenant, numbered, now=now, limit=hold_limit)
        raise AssertionError("a booking that is refused has a reason")
    tx.wakes_workers = True
    return actions.read(row)
