"""`fibregate slots`: the capacity desk. What is sold, held and free by area and day, and what goes on sale."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Annotated, Any

import typer

from fibregate import calendars
from fibregate.cli import store
from fibregate.cli.context import Workbench
from fibregate.cli.desk import Data, Database, operator_here, run, say
from fibregate.cli.order_words import band
from fibregate.cli.slot_patterns import Pattern, read_patterns, read_weekdays
from fibregate.cli.tables import table
from fibregate.cli.work_order_options import hours_of
from fibregate.db import Row, Tx
from fibregate.errors import Invalid
from fibregate.suppliers.network.books import actions as books
from fibregate.suppliers.network.books import store as book_store
from fibregate.suppliers.network.footprint import store as footprint
from fibregate.tenants import actions as tenants
from fibregate.tenants import audit
from fibregate.vocabulary import Classification, Purpose

slots = typer.Typer(no_args_is_help=True, help="The capacity desk: visits sold, held and free.")

_MOST_ROWS = 5000
_MOST_DAYS = 400
Area = Annotated[str, typer.Option(help="Which area's.")]
ServiceId = Annotated[str, typer.Option(help="Visits for which service.")]
PurposeOf = Annotated[Purpose, typer.Option(help="Visits for which purpose.")]
DayNeeded = Annotated[datetime, typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="Such as 2025-07-16.")]
DayAsked = Annotated[
    datetime | None, typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="Such as 2025-07-18; else one day only.")
]


@dataclass(frozen=True, slots=True)
class Sold:
    """One timeslot with the places in it by state, over all tenants."""

    row: Row
    places: Counter[str]

    @property
    def book(self) -> str:
        return f"{self.row['area']}, {self.row['service']}, {self.row['purpose']}"

    @property
    def cells(self) -> list[str]:
        row, places = self.row, self.places
        counted = sum(places.values())
        free = 0 if row["closed"] else row["capacity"] - row["booked"]
        notes = [*(["closed"] if row["closed"] else []), *([] if row["standard"] else ["premium"])]
        notes += [f"{row['booked'] - counted:+d} uncounted"] if counted != row["booked"] else []
        return [
            band(row["starts_at"], row["ends_at"]),
            str(row["capacity"]),
            str(places["CONFIRMED"] + places["FULFILLED"]),
            str(places["ATTACHED"]),
            str(places["RESERVED"]),
            str(free),
            ", ".join(notes),
        ]


@slots.command("show", epilog="Example: fibregate slots show --area FENBRIDGE --from 2025-07-14 --to 2025-07-18")
def show_slots(
    *,
    area: Annotated[str | None, typer.Option(help="Only this area.")] = None,
    from_: Annotated[
        datetime | None, typer.Option("--from", metavar="DAY", formats=["%Y-%m-%d"], help="First day; else today.")
    ] = None,
    to: Annotated[
        datetime | None, typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="Last day; else a week on.")
    ] = None,
    purpose: Annotated[Purpose | None, typer.Option(help="Only this purpose.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show timeslots and the places in them, over all tenants. Times are UK local time.

    confirmed: promised visits. ordered: of an order that is not committed yet. held: reserved, not ordered. free: can
    be booked, if the lead time allows.
    """

    async def work(bench: Workbench) -> list[Sold]:
        first = from_.date() if from_ else calendars.uk_date(await bench.clock.now())
        last = to.date() if to else first + timedelta(days=6)
        return await _sold(bench, area, purpose, first, last)

    found = run(work, data, database)
    for book, lines in groupby(found, key=lambda one: one.book):
        table(["visit", "places", "confirmed", "ordered", "held", "free", ""], [one.cells for one in lines], title=book)
    if not found:
        say("None: no book is open there. See fibregate slots book-create and fibregate slots open.")
    if len(found) == _MOST_ROWS:
        say(f"These are the first {_MOST_ROWS}; narrow it with --area, --from, --to and --purpose.")


async def _sold(bench: Workbench, area: str | None, purpose: Purpose | None, first: date, last: date) -> list[Sold]:
    """Holds are walled by tenant, so each tenant is asked as itself."""
    kind = purpose.value if purpose else None
    rows = await store.list_slots(bench.db, area, kind, first=first, last=last, limit=_MOST_ROWS)
    places: defaultdict[int, Counter[str]] = defaultdict(Counter)
    asked = [row["slot_id"] for row in rows if row["booked"]]
    for tenant in await tenants.list_all(bench.db) if asked else ():
        for hold in await store.count_holds(bench.db, tenant.tenant_id, asked):
            places[hold["slot_id"]][hold["state"]] += hold["places"]
    return [Sold(row, places[row["slot_id"]]) for row in rows]


@slots.command(
    "open",
    epilog=(
        "Example: fibregate slots open --area FENBRIDGE --from-date 2025-07-14 --to-date 2025-07-18 "
        "--hours 08:00-13:00 --capacity 4"
    ),
)
def open_slots(
    area: Area,
    from_date: DayNeeded,
    hours: Annotated[str, typer.Option(metavar="08:00-13:00", help="The hours of a band, UK time.")],
    capacity: Annotated[int, typer.Option(min=1, max=100_000, help="Places; never fewer than are sold.")],
    *,
    to_date: DayAsked = None,
    service: ServiceId = "fttp",
    purpose: PurposeOf = Purpose.PROVIDE,
    premium: Annotated[bool, typer.Option("--premium", help="Sold as standard: false.")] = False,
    weekdays: Annotated[str, typer.Option(metavar="1-5", help="Days of the week; Monday is 1.")] = "1-7",
    holidays: Annotated[bool, typer.Option("--holidays", help="On bank holidays, too.")] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Put visits on sale, or change how many there are; closed ones open again. To-date is from-date where left out."""
    opens, closes = hours_of(hours)
    wanted = read_weekdays(weekdays)
    first, last = from_date.date(), (to_date or from_date).date()

    async def work(bench: Workbench) -> list[tuple[date, int, int]]:
        book = await _book(bench, area, service, purpose)
        async with bench.db.tx(None) as tx:
            made = [
                (day, *await _set(tx, book, day, opens, closes, capacity=capacity, standard=not premium))
                for day in _days(first, last, wanted)
                if holidays or not _is_holiday(book, day)
            ]
            await _note(tx, "slots.open", f"{area} {service} {purpose.value} {first} to {last} {hours}", len(made))
        return made

    made = run(work, data, database)
    more = [(day, places) for day, places, _ in made if places > capacity]
    say(f"{len(made)} timeslots are on sale with {capacity} places each.")
    for day, places in more:
        say(f"{day}: {places} places, because so many are sold.")


async def _book(bench: Workbench, area: str, service: str, purpose: Purpose) -> books.Book:
    book = await books.find(bench.db, area, service, purpose)
    if book is None:
        raise Invalid(
            f"there is no book of {purpose.value} visits for {service} in {area}: fibregate slots book-create"
        )
    return book


async def _set(
    tx: Tx, book: books.Book, day: date, opens: time, closes: time, *, capacity: int, standard: bool
) -> tuple[int, int]:
    return await books.set_capacity(tx, book, day, starts=opens, ends=closes, capacity=capacity, standard=standard)


def _days(first: date, last: date, weekdays: frozenset[int]) -> Iterator[date]:
    if last < first or (last - first).days > _MOST_DAYS:
        raise Invalid(f"to-date: from {first} to {first + timedelta(days=_MOST_DAYS)} is accepted")
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return (day for day in span if day.isoweekday() in weekdays)


def _is_holiday(book: books.Book, day: date) -> bool:
    return day.weekday() <= calendars.FRIDAY and not calendars.is_working_day(day, book.nation)


@slots.command(
    "close", epilog="Example: fibregate slots close --area FENBRIDGE --from-date 2025-07-16 --band WEEKDAY_PM"
)
def close_slots(
    area: Area,
    from_date: DayNeeded,
    *,
    to_date: DayAsked = None,
    service: ServiceId = "fttp",
    purpose: PurposeOf = Purpose.PROVIDE,
    band_: Annotated[Classification | None, typer.Option("--band", help="Only this band; else all.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Sell no more of these visits; what is sold stands. To-date is from-date where left out."""
    first, last = from_date.date(), (to_date or from_date).date()

    async def work(bench: Workbench) -> int:
        book = await _book(bench, area, service, purpose)
        async with bench.db.tx(None) as tx:
            closed = await books.close(tx, book, first, last, band_.value if band_ else None)
            await _note(tx, "slots.close", f"{area} {service} {purpose.value} {first} to {last}", closed)
        return closed

    say(f"{run(work, data, database)} timeslots are closed. Open one again: fibregate slots open")


@slots.command(
    "book-create",
    epilog=(
        "Example: fibregate slots book-create FENBRIDGE --pattern 1-5/08:00-13:00/4 --pattern 1-5/13:00-18:00/4 "
        "--pattern 6/08:00-13:00/2/premium"
    ),
)
def create_book(
    area: Annotated[str, typer.Argument(metavar="AREA", help="Where.")],
    *,
    pattern: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DAYS/HOURS/PLACES[/premium]", help="What opens week after week, but on bank holidays; repeat it."
        ),
    ] = None,
    service: ServiceId = "fttp",
    purpose: PurposeOf = Purpose.PROVIDE,
    lead_days: Annotated[int, typer.Option(min=0, max=100, help="Working days between booking and visit.")] = 5,
    open_days: Annotated[int, typer.Option(min=1, max=400, help="How many days ahead the book is open.")] = 90,
    hold_minutes: Annotated[
        int | None, typer.Option(min=1, help="How long a booking waits for its order; else until the visit's eve.")
    ] = None,
    no_expiry: Annotated[bool, typer.Option("--no-expiry", help="A booking stands until it is released.")] = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Make a slot book, or change its rules and add patterns; then open it as far ahead as it goes."""
    if no_expiry and hold_minutes:
        raise typer.BadParameter("give --hold-minutes or --no-expiry, not both")
    patterns = read_patterns(pattern or ())
    rule = "NONE" if no_expiry else "DURATION" if hold_minutes else "EVE"

    rules = {"lead_days": lead_days, "open_days": open_days, "rule": rule, "minutes": hold_minutes}

    async def work(bench: Workbench) -> int:
        await _create(bench, (area, service, purpose.value), rules, patterns)
        return await books.open_books(bench.db, calendars.uk_date(await bench.clock.now()))

    say(f"The book of {area} is there; {run(work, data, database)} timeslots are new.")


async def _create(
    bench: Workbench, key: tuple[str, str, str], rules: Mapping[str, Any], patterns: list[Pattern]
) -> None:
    area, service, _ = key
    if area not in {one["area"] for one in await footprint.list_areas(bench.db)}:
        raise Invalid(f"area {area} is not known; make it: fibregate premises area {area}")
    async with bench.db.tx(None) as tx:
        if not await footprint.has_service(tx, service):
            raise Invalid(f"service {service} is not known; make a profile of it: fibregate premises profile")
        book = await book_store.add_book(tx, *key, **rules)
        for one in patterns:
            await book_store.add_pattern(
                tx,
                book,
                one.classification,
                starts=one.starts,
                ends=one.ends,
                weekdays=one.weekdays,
                capacity=one.capacity,
                standard=one.standard,
            )
        await books.apply_lead_time(tx, *key, today=calendars.uk_date(await bench.clock.now()))
        await _note(tx, "slots.book-create", " ".join(key), len(patterns))


async def _note(tx: Tx, act: str, subject: str, count: int) -> None:
    by = operator_here()
    await audit.record(
        tx, tenant=None, actor=by.name, act=act, subject=subject, origin=by.origin, details={"count": count}
    )
