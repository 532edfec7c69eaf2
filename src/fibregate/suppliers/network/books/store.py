"""Rows of `slot_books`, `slot_patterns` and `slots`. They span tenants, so no tenant policy."""

from collections.abc import Sequence
from datetime import date, datetime, time

from fibregate.db import Row, Statements

_LIST_BOOKS = """
select b.book_id, b.area, b.service, b.purpose, b.lead_days, b.open_days, b.opened_until, a.nation
from slot_books as b join areas as a on a.area = b.area order by b.book_id
"""


async def list_books(on: Statements) -> list[Row]:
    return await on.rows(_LIST_BOOKS, None)


_MARK_OPENED = """
update slot_books set opened_until = $1::date + open_days
where opened_until is null or opened_until < $1::date + open_days returning book_id
"""


async def mark_opened(on: Statements, today: date) -> None:
    await on.rows(_MARK_OPENED, None, today)


_LIST_PATTERNS = """
select book_id, classification, starts, ends, weekdays, capacity, standard from slot_patterns order by book_id, starts
"""


async def list_patterns(on: Statements) -> list[Row]:
    return await on.rows(_LIST_PATTERNS, None)


_OPEN = """
insert into slots (book_id, local_date, classification, starts_at, ends_at, hold_until, book_by, standard, capacity)
select t.book_id, t.local_date, t.classification, t.starts_at, t.ends_at, t.hold_until, t.book_by, t.standard,
    t.capacity
from unnest($1::integer[], $2::date[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
    $7::date[], $8::boolean[], $9::integer[])
as t (book_id, local_date, classification, starts_at, ends_at, hold_until, book_by, standard, capacity)
on conflict (book_id, starts_at, ends_at) do nothing
returning slot_id
"""


async def open_slots(on: Statements, columns: Sequence[Sequence[object]]) -> int:
    """Add what is not there yet. A timeslot that exists is left as it is: it may be partly sold."""
    return len(await on.rows(_OPEN, None, *columns))


_SET_CAPACITY = """
insert into slots as s (
    book_id, local_date, classification, starts_at, ends_at, hold_until, book_by, standard, capacity
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (book_id, starts_at, ends_at) do update set capacity = greatest(excluded.capacity, s.booked), closed = false
returning capacity, booked
"""


async def set_capacity(on: Statements, columns: Sequence[object]) -> Row | None:
    return await on.row(_SET_CAPACITY, None, *columns)


_CLOSE = """
update slots set closed = true where book_id = $1 and local_date between $2 and $3
and ($4::text is null or classification = $4) and not closed returning slot_id
"""


async def close(on: Statements, book: int, first: date, last: date, classification: str | None) -> int:
    return len(await on.rows(_CLOSE, None, book, first, last, classification))


_LIST = """
select s.local_date, s.classification, s.starts_at, s.ends_at, s.standard, s.closed, s.capacity, s.booked, b.area,
    b.service, b.purpose
from slots as s join slot_books as b on b.book_id = s.book_id
where ($1::text is null or b.area = $1) and ($2::text is null or b.purpose = $2) and s.local_date between $3 and $4
order by b.area, b.purpose, s.local_date, s.starts_at, s.ends_at limit $5
"""


async def list_slots(
    on: Statements, area: str | None, purpose: str | None, *, first: date, last: date, limit: int
) -> list[Row]:
    return await on.rows(_LIST, None, area, purpose, first, last, limit)


_ADD_BOOK = """
insert into slot_books (area, service, purpose, lead_days, open_days, hold_rule, hold_minutes)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (area, service, purpose) do update set lead_days = excluded.lead_days, open_days = excluded.open_days,
    hold_rule = excluded.hold_rule, hold_minutes = excluded.hold_minutes
returning book_id
"""


async def add_book(
    on: Statements,
    area: str,
    service: str,
    purpose: str,
    *,
    lead_days: int,
    open_days: int,
    rule: str,
    minutes: int | None,
) -> int:
    row = await on.row(_ADD_BOOK, None, area, service, purpose, lead_days, open_days, rule, minutes)
    return int(row["book_id"]) if row else 0


_SET_BOOK_BY = """
update slots as s set book_by = t.book_by from unnest($1::bigint[], $2::date[]) as t (slot_id, book_by)
where s.slot_id = t.slot_id returning s.slot_id
"""


async def set_book_by(on: Statements, slots: Sequence[int], days: Sequence[date]) -> int:
    return len(await on.rows(_SET_BOOK_BY, None, list(slots), list(days)))


_ADD_PATTERN = """
with anew as (update slot_books set opened_until = null where book_id = $1)
insert into slot_patterns (book_id, classification, starts, ends, weekdays, capacity, standard)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (book_id, starts, ends, weekdays) do update set capacity = excluded.capacity, standard = excluded.standard
returning book_id
"""


async def add_pattern(
    on: Statements,
    book: int,
    classification: str,
    *,
    starts: time,
    ends: time,
    weekdays: Sequence[int],
    capacity: int,
    standard: bool,
) -> None:
    await on.row(_ADD_PATTERN, None, book, classification, starts, ends, list(weekdays), capacity, standard)


_FIND_BOOK = """
select b.book_id, b.area, b.service, b.purpose, b.lead_days, b.open_days, b.hold_rule, b.hold_minutes, a.nation
from slot_books as b join areas as a on a.area = b.area where b.area = $1 and b.service = $2 and b.purpose = $3
"""


async def find_book(on: Statements, area: str, service: str, purpose: str) -> Row | None:
    return await on.row(_FIND_BOOK, None, area, service, purpose)


_SLOTS_BETWEEN = """
select slot_id, local_date, classification, starts_at, ends_at, standard, closed, capacity, booked, book_by
from slots where book_id = $1 and local_date between $2 and $3 order by starts_at, ends_at
"""


async def slots_between(on: Statements, book: int, first: date, last: date) -> list[Row]:
    return await on.rows(_SLOTS_BETWEEN, None, book, first, last)


_FREE = """
select local_date, classification, starts_at, ends_at, standard from slots
where book_id = $1 and local_date between $2 and $3 and book_by >= $4 and starts_at > $5 and not closed
    and booked < capacity and (cardinality($6::text[]) = 0 or classification = any($6::text[]))
order by starts_at, ends_at limit $7
"""


async def free_slots(
    on: Statements,
    book: int,
    *,
    first: date,
    last: date,
    today: date,
    now: datetime,
    classifications: Sequence[str],
    limit: int,
) -> list[Row]:
    return await on.rows(_FREE, None, book, first, last, today, now, list(classifications), limit)
