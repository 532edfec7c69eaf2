"""The hourly look: do what is held, what is attached and what is confirmed agree? Rules: `docs/reference/alarms.md`."""

from datetime import timedelta

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.calendars import stamp
from fibregate.clock import BusinessTime
from fibregate.db import Db, Row
from fibregate.orders.ghosts import store

Counts = tuple[int, int]
"""Of one timeslot: places that are counted as taken, and reservations that hold one."""


async def look(db: Db, now: BusinessTime, *, attached: timedelta) -> None:
    """Sound what does not agree. A committed order may wait so long for its visit to be `attached` no longer."""
    tenants = await store.list_tenants(db)
    for tenant in tenants:
        found = {
            _subject(row): _text(row)
            for row in (
                *await store.list_unconfirmed(db, tenant, committed_before=now - attached),
                *await store.list_left_behind(db, tenant),
                *await store.list_without_place(db, tenant),
            )
        }
        async with db.tx(tenant) as tx:
            await alarms.settle(tx, tenant, kind=Kind.GHOST_APPOINTMENT, found=found, now=now)
    slots = await _miscounted(db, now)
    async with db.tx(None) as tx:
        await alarms.settle(tx, None, kind=Kind.GHOST_APPOINTMENT, found=slots, now=now)


def _subject(row: Row) -> str:
    return f"appointment {row['reservation']}"


def _text(row: Row) -> str:
    if row["order_id"] is None:
        return f"Appointment {row['reservation']} is {row['state']}, and its order is gone."
    since = f" since {stamp(row['since'])}" if row["since"] else ""
    return f"Appointment {row['reservation']} is {row['state']}, and order {row['order_id']} is {row['status']}{since}."


async def _miscounted(db: Db, now: BusinessTime) -> dict[str, str]:
    """Counts are read tenant by tenant while bookings go on, so only what two looks find alike is believed."""
    first = await _counts(db, now)
    if not first:
        return {}
    again = await _counts(db, now)
    return {
        f"timeslot {slot}": f"{booked} places are counted as taken, and {held} appointments hold one."
        for slot, (booked, held) in first.items()
        if again.get(slot) == (booked, held)
    }


async def _counts(db: Db, now: BusinessTime) -> dict[int, Counts]:
    """Of timeslots to come whose two counts differ."""
    booked = await store.booked(db, since=now)
    held: dict[int, int] = {}
    for tenant in await store.list_tenants(db):
        for slot, places in (await store.held(db, tenant, since=now)).items():
            held[slot] = held.get(slot, 0) + places
    slots = booked.keys() | held.keys()
    return {
        slot: (booked.get(slot, 0), held.get(slot, 0)) for slot in slots if booked.get(slot, 0) != held.get(slot, 0)
    }
