"""Timeslots of a proof's own, with as many places as it says, in the book of the proof's area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg

from proof.ground import Gateway
from proof.town import AREA, Town

TOWN: Final = Town(premises=5000, visited=50, places=1, open_days=1)
"""One for several proofs, so that it is furnished once."""

LENGTH: Final = timedelta(hours=5)
_OPEN: Final = """
insert into slots (book_id, local_date, classification, starts_at, ends_at, hold_until, book_by, standard, capacity)
select
    b.book_id, (t.starts_at at time zone 'Europe/London')::date,
    case extract(isodow from t.starts_at at time zone 'Europe/London')
        when 6 then 'SATURDAY_AM' when 7 then 'SUNDAY_AM' else 'WEEKDAY_AM'
    end,
    t.starts_at, t.starts_at + $3, t.starts_at - interval '1 day', t.starts_at::date - 2, true, t.capacity
from slot_books as b, unnest($1::timestamptz[], $2::integer[]) as t (starts_at, capacity) where b.area = $4
returning slot_id, capacity, starts_at, ends_at
"""


@dataclass(frozen=True)
class Slot:
    """One timeslot."""

    slot_id: int
    capacity: int
    starts_at: datetime
    ends_at: datetime


async def open_slots(gateway: Gateway, places: Sequence[int], *, apart: timedelta) -> list[Slot]:
    """One for each number of places, so far apart, from a month on; the book of the town's area must be there."""
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=30)
    starts = [first + apart * n for n in range(len(places))]
    owner: Any = await asyncpg.connect(gateway.owner)
    try:
        rows = await owner.fetch(_OPEN, starts, list(places), LENGTH, AREA)
    finally:
        await owner.close()
    return sorted((Slot(**row) for row in rows), key=lambda one: one.starts_at)
