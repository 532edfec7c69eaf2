"""Open books as days go by, change what is on sale, and say what is free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.db import Db, Row, Statements, Tx
from fibregate.errors import Invalid
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane
from fibregate.suppliers.network.books import store
from fibregate.suppliers.port import Timeslot
from fibregate.vocabulary import Classification, Nation, Purpose

ANSWER_DAYS = 28
LONGEST_OPEN_DAYS = 400
_ROWS_A_STATEMENT = 5000
_SATURDAY, _SUNDAY = 6, 7


@dataclass(frozen=True, slots=True)
class Book:
    """One area's visits for one service and purpose."""

    book_id: int
    lead_days: int
    nation: Nation

    def first_day(self, today: date) -> date:
        """The first date that the lead time lets anybody book."""
        return calendars.add_working_days(today, self.lead_days, self.nation)


async def find(on: Statements, area: str, service: str, purpose: Purpose) -> Book | None:
    """The book of visits there, or None where none is kept."""
    row = await store.find_book(on, area, service, purpose.value)
    return _book(row) if row else None


def _book(row: Row) -> Book:
    return Book(book_id=row["book_id"], lead_days=row["lead_days"], nation=Nation(row["nation"]))


async def free(
    on: Statements,
    book: Book,
    *,
    now: BusinessTime,
    from_date: date | None,
    classifications: Sequence[str] = (),
    limit: int = 1000,
) -> list[Timeslot]:
    """Timeslots with a free place in 28 days from the asked date, or from the first bookable day if that is later."""
    today = calendars.uk_date(now)
    first = max(from_date or today, book.first_day(today))
    rows = await store.free_slots(
        on,
        book.book_id,
        first=first,
        last=first + timedelta(days=ANSWER_DAYS - 1),
        today=today,
        now=now,
        classifications=classifications,
        limit=limit,
    )
    return [Timeslot(row["starts_at"], row["ends_at"], row["classification"], row["standard"]) for row in rows]


async def open_books(db: Db, today: date) -> int:
    """Open every book up to its open days from `today`, by its patterns; answers how many timeslots are new."""
    patterns: dict[int, list[Row]] = {}
    for pattern in await store.list_patterns(db):
        patterns.setdefault(pattern["book_id"], []).append(pattern)
    rows: list[tuple[object, ...]] = []
    opened = 0
    for book in await store.list_books(db):
        first = max(today, book["opened_until"] + calendars.DAY) if book["opened_until"] else today
        for day in _days(first, today + timedelta(days=book["open_days"])):
            rows.extend(_slots_of_day(_book(book), day, patterns.get(book["book_id"], ())))
        if len(rows) >= _ROWS_A_STATEMENT:
            opened += await store.open_slots(db, list(zip(*rows, strict=True)))
            rows = []
    if rows:
        opened += await store.open_slots(db, list(zip(*rows, strict=True)))
    await store.mark_opened(db, today)
    return opened


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _slots_of_day(book: Book, day: date, patterns: Iterable[Row]) -> Iterable[tuple[object, ...]]:
    holiday = day.isoweekday() < _SATURDAY and not calendars.is_working_day(day, book.nation)
    for pattern in patterns:
        if day.isoweekday() in pattern["weekdays"] and not holiday:
            yield _columns(
                book,
                day,
                classification=pattern["classification"],
                starts=pattern["starts"],
                ends=pattern["ends"],
                standard=pattern["standard"],
                capacity=pattern["capacity"],
            )


def _columns(
    book: Book, day: date, *, classification: str, starts: time, ends: time, standard: bool, capacity: int
) -> tuple[object, ...]:
    return (
        book.book_id,
        day,
        classification,
        calendars.uk_instant(day, starts),
        calendars.uk_instant(day, ends),
        calendars.eve(day),
        book_by(day, book.lead_days, book.nation),
        standard,
        capacity,
    )


def book_by(day: date, lead_days: int, nation: Nation) -> date:
    """The last date on which a visit on `day` can be booked with so many working days of lead."""
    if not lead_days:
        return day
    return calendars.add_working_days(day + calendars.DAY, -lead_days, nation) - calendars.DAY


async def apply_lead_time(tx: Tx, area: str, service: str, purpose: str, *, today: date) -> int:
    """The book's lead time may have changed: date anew how late its visits can be booked. Answers how many moved."""
    row = await store.find_book(tx, area, service, purpose)
    if row is None:
        return 0
    book = _book(row)
    ahead = await store.slots_between(tx, book.book_id, today, today + timedelta(days=LONGEST_OPEN_DAYS))
    dates = {one["slot_id"]: book_by(one["local_date"], book.lead_days, book.nation) for one in ahead}
    moved = {one["slot_id"]: dates[one["slot_id"]] for one in ahead if one["book_by"] != dates[one["slot_id"]]}
    return await store.set_book_by(tx, list(moved), list(moved.values()))


BANDS: dict[str, tuple[time, time]] = {
    "": (time(8), time(18)),
    "AM": (time(8), time(13)),
    "PM": (time(13), time(18)),
    "EARLY": (time(7), time(8)),
    "EVENING": (time(18), time(20)),
}


def classify(day: date, starts: time, ends: time) -> Classification:
    """What a visit at these local hours on this day is called. Raises `Invalid` for hours of no band."""
    for band, hours in BANDS.items():
        if hours == (starts, ends):
            return Classification(f"{_kind(day)}_{band}" if band else _kind(day))
    raise Invalid(f"timeslot: no band has the hours {starts:%H:%M}-{ends:%H:%M}")


def nearest_class(day: date, starts: time, ends: time) -> Classification:
    """As `classify`; hours of no band are the bare day's, whose hours are a matter of agreement."""
    try:
        return classify(day, starts, ends)
    except Invalid:
        return Classification(_kind(day))


def _kind(day: date) -> str:
    return {_SATURDAY: "SATURDAY", _SUNDAY: "SUNDAY"}.get(day.isoweekday(), "WEEKDAY")


async def set_capacity(
    tx: Tx, book: Book, day: date, *, starts: time, ends: time, capacity: int, standard: bool
) -> tuple[int, int]:
    """Put a visit on sale, or change how many, never below what is sold: capacity and booked as they are now."""
    columns = _columns(
        book,
        day,
        classification=classify(day, starts, ends).value,
        starts=starts,
        ends=ends,
        standard=standard,
        capacity=capacity,
    )
    row = await store.set_capacity(tx, columns)
    if row is None:
        raise AssertionError("an upsert gives a row")
    return row["capacity"], row["booked"]


async def close(tx: Tx, book: Book, first: date, last: date, classification: str | None) -> int:
    """Sell no more of these visits; those sold stand. Answers how many were closed."""
    return await store.close(tx, book.book_id, first, last, classification)


DAILY = Lane("books", "daily", None)
_AFTER_MIDNIGHT = time(0, 1)


async def schedule_daily(db: Db, now: BusinessTime) -> None:
    """See to it that books open one day more each day, beginning now. Asked again, it looks again now."""
    async with db.tx(None) as tx:
        await lanes.schedule(tx, DAILY, due_at=now)


async def open_daily(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of that lane: a minute past midnight in the UK."""
    today = calendars.uk_date(now)
    await open_books(db, today)
    async with db.tx(None) as tx:
        await lanes.complete(tx, claim)
        await lanes.schedule(tx, DAILY, due_at=calendars.uk_instant(today + calendars.DAY, _AFTER_MIDNIGHT))
