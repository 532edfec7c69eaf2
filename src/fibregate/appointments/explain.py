"""Why a booking made no reservation: read again, without hurry, what the one statement saw, and say it in words.

The only way out that is not a refusal is a timeslot whose UTC digits were meant as UK local time.
"""

from datetime import date, datetime, timedelta

from fibregate import calendars
from fibregate.appointments import store
from fibregate.appointments.model import Wish
from fibregate.clock import UK, BusinessTime
from fibregate.db import Row, Statements, Tx
from fibregate.errors import Invalid, SlotTaken
from fibregate.suppliers.network import premises as network
from fibregate.suppliers.network.books import actions as books
from fibregate.suppliers.network.books import store as slots
from fibregate.suppliers.network.model import ADDRESS_NOT_KNOWN, TEXTS, Premises
from fibregate.suppliers.port import Timeslot
from fibregate.vocabulary import TenantId

ALTERNATIVES = 5


async def refusal_or_local_reading(
    on: Statements, tenant: TenantId, wish: Wish, *, now: BusinessTime, limit: int | None
) -> dict[str, datetime]:
    """The start and end that were meant, where UTC digits fit exactly one timeslot's UK wall clock; else raises."""
    premises = await orderable(on, tenant, wish.uprn, wish.service)
    book = await books.find(on, premises.area, wish.service, wish.purpose)
    if book is None:
        raise Invalid(f"purpose: no visits of purpose {wish.purpose.value} are offered at this address")
    day = calendars.uk_date(wish.starts_at)
    near = await slots.slots_between(on, book.book_id, day - calendars.DAY, day + calendars.DAY)
    exact = [one for one in near if (one["starts_at"], one["ends_at"]) == (wish.starts_at, wish.ends_at)]
    if exact:
        await _refuse_exact(on, tenant, book, exact[0], now=now, limit=limit)
    fits = [one for one in near if _reads_as(one, wish)]
    if wish.read_as_local and len(fits) == 1 and await store.reads_wall_clock(on, tenant):
        return {"starts_at": fits[0]["starts_at"], "ends_at": fits[0]["ends_at"]}
    raise Invalid([_no_such_slot(wish, near, day), *(_meant(one) for one in fits)])


async def orderable(on: Statements, tenant: TenantId, uprn: int, service: str) -> Premises:
    """The premises, if this tenant can have this service there; else raises `Invalid` with availability's reason."""
    premises = await network.find(on, tenant, uprn)
    if premises is None:
        raise Invalid(f"address: {ADDRESS_NOT_KNOWN}: {TEXTS[ADDRESS_NOT_KNOWN]}")
    if premises.reason:
        raise Invalid(f"address: {premises.reason['code']}: {premises.reason['text']}")
    if premises.service != service:
        raise Invalid(
            f"serviceSpecification.id: {service!r} is not offered at this address; accepted: {premises.service}"
        )
    return premises


async def _refuse_exact(
    on: Statements, tenant: TenantId, book: books.Book, slot: Row, *, now: BusinessTime, limit: int | None
) -> None:
    today = calendars.uk_date(now)
    if slot["book_by"] < today or slot["starts_at"] <= now:
        first = book.first_day(today)
        raise Invalid(f"timeslot: too soon; the first day that can be booked is {first.isoformat()}")
    if limit is not None and await store.count_unconfirmed(on, tenant) >= limit:
        raise Invalid(f"you hold {limit} unconfirmed appointments, the most allowed; order with them or release some")
    next_free = await books.free(on, book, now=now, from_date=slot["local_date"], limit=ALTERNATIVES)
    raise SlotTaken(
        ["timeslot: its last place has gone; query available appointments again and book one of those"],
        alternatives=[timeslot(one) for one in next_free],
    )


def timeslot(one: Timeslot) -> dict[str, object]:
    """As the wire has it."""
    return {
        "timeslotStartDateTime": calendars.stamp(one.starts_at),
        "timeslotEndDateTime": calendars.stamp(one.ends_at),
        "classification": one.classification,
        "standard": one.standard,
    }


def _reads_as(slot: Row, wish: Wish) -> bool:
    return _digits(slot["starts_at"].astimezone(UK)) == _digits(wish.starts_at) and _digits(
        slot["ends_at"].astimezone(UK)
    ) == _digits(wish.ends_at)


def _digits(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None)


def _no_such_slot(wish: Wish, near: list[Row], day: date) -> str:
    start, end = wish.starts_at.astimezone(UK), wish.ends_at.astimezone(UK)
    said = f"timeslot: there is no timeslot {start:%Y-%m-%d %H:%M}-{end:%H:%M} UK local time at this address"
    same_day = [one for one in near if one["local_date"] == day]
    if not same_day:
        return f"{said}, and none on that day; accepted are those that available appointments lists"
    others = ", ".join(f"{calendars.stamp(one['starts_at'])} to {calendars.stamp(one['ends_at'])}" for one in same_day)
    return f"{said}; accepted on that day: {others}"


def _meant(slot: Row) -> str:
    """For digits that are those of UK clocks, written as if they were UTC."""
    start, end = slot["starts_at"].astimezone(UK), slot["ends_at"].astimezone(UK)
    written = f"{calendars.stamp(slot['starts_at'])} to {calendars.stamp(slot['ends_at'])}"
    return f"timeslot: the one at {start:%H:%M}-{end:%H:%M} UK local time on that day is written {written}"


async def open_slot(tx: Tx, book_id: int, wanted: Timeslot) -> None:
    """Put a visit that the network itself promised into its book, with no place free, whatever its hours are."""
    day = calendars.uk_date(wanted.starts_at)
    if wanted.ends_at <= wanted.starts_at or calendars.uk_date(wanted.ends_at) != day:
        raise Invalid("appointmentTimeslot: must end after it starts, on the same UK day")
    start, end = wanted.starts_at.astimezone(UK).time(), wanted.ends_at.astimezone(UK).time()
    columns = (
        book_id,
        day,
        books.nearest_class(day, start, end).value,
        wanted.starts_at,
        wanted.ends_at,
        calendars.eve(day),
        day - timedelta(days=1),
        wanted.standard is not False,
        0,
    )
    await slots.set_capacity(tx, columns)
