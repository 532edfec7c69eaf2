"""Fill a fresh database with the invented network, and keep what depends on the day as the days go by."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from typing import Any

import orjson

from fibregate.calendars import DAY, add_working_days, is_working_day, uk_date, uk_instant
from fibregate.clock import UK, BusinessTime
from fibregate.db import Db, Tx
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane
from fibregate.sandbox.world import places, special, store
from fibregate.sandbox.world.ethernet import seeding as ethernet
from fibregate.sandbox.world.homes import Home, homes
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.network.books import actions as books
from fibregate.suppliers.network.catalogue import ORDER_CHARACTERISTICS
from fibregate.suppliers.network.lines import store as network
from fibregate.suppliers.network.switches import store as switches
from fibregate.tenants.model import Actor
from fibregate.vocabulary import Nation, Purpose, TenantId

LANE = Lane("books", "daily", None)
SUPPLIER, OBJECTIONS = "NETWORK1", "TAKEOVER"
"""Whose objections the invented network takes."""
ABORTED_VISIT = Decimal("85.00")
"""What it charges for a visit that is called off late, in pounds without VAT."""
WORLD = Actor("sandbox")
AFTER_MIDNIGHT = time(0, 1)
_SOLD_DAYS = 14
_CLOSED_DAYS = 28
_CLOCK_CHANGE_PLACES = 8
_CLOCK_CHANGES_DAYS = 400
_FRIDAY_BEFORE, _MONDAY_AFTER = -2, 1


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was put in."""

    premises: int
    timeslots: int


async def seed(db: Db, tenants: Mapping[str, TenantId], now: BusinessTime) -> Seeded | None:
    """Everything but tenants and clients, in one transaction; then the books open. None where there is a network.

    `db` works as the runtime role; `tenants` names the tenants that take over traffic.
    """
    today = uk_date(now)
    async with db.tx(None) as tx:
        if await store.has_areas(tx):
            return None
        count = await _premises(tx, today)
        await _lines(tx, tenants, today, now)
        await switches.set_objections(tx, SUPPLIER, OBJECTIONS)
        await accounts.change(tx, SUPPLIER, aborted_visit_charge=ABORTED_VISIT, by=WORLD)
        await _partly_sold(tx, today)
        await _clock_changes(tx, today)
        await ethernet.seed(tx, tenants.values(), now)
        await lanes.schedule(tx, LANE, due_at=now)
    return Seeded(count, await refresh(db, today))


async def refresh(db: Db, today: date) -> int:
    """What moves with the calendar: books open one day more, and promises of stories stay as far ahead as they were."""
    opened = await books.open_books(db, today)
    async with db.tx(None) as tx:
        book = await books.find(tx, places.FULLY_BOOKED, places.SERVICE, Purpose.PROVIDE)
        if book is not None:
            await store.close_until(tx, places.FULLY_BOOKED, book.first_day(today) + _CLOSED_DAYS * DAY)
        relief = special.relief_day(today)
        await store.promise(tx, special.RELIEF, relief, special.relief_constraints(relief))
        await _clock_changes(tx, today)
    return opened


async def daily(db: Db, claim: Claim, now: BusinessTime) -> None:
    """The lane of `refresh`: a minute past midnight in the UK."""
    today = uk_date(now)
    await refresh(db, today)
    for line in await store.list_ceasing(db, today.isoformat()):
        async with db.tx(TenantId(line["holder"])) as tx:
            await network.cease(tx, TenantId(line["holder"]), line["service_id"], now)
            await network.forget_cease(tx, line["ont_reference"])
            await store.free_port(tx, line["ont_reference"], line["port_number"])
    async with db.tx(None) as tx:
        await lanes.complete(tx, claim)
        await lanes.schedule(tx, LANE, due_at=_tomorrow(today))


def _tomorrow(today: date) -> BusinessTime:
    return uk_instant(today + DAY, AFTER_MIDNIGHT)


async def _premises(tx: Tx, today: date) -> int:
    await store.insert_service(tx, places.SERVICE, places.SERVICE_NAME, ORDER_CHARACTERISTICS)
    profiles = {
        technology: await store.insert_profile(
            tx, technology, places.SERVICE, places.characteristics(technology), ports=ports
        )
        for technology, ports in places.PORTS.items()
    }
    for area in places.AREAS:
        await store.insert_area(tx, area.code, area.town, area.nation)
        for purpose in places.PURPOSES:
            await _book(tx, area, purpose)
    count, table = as_csv(every_home(today), profiles)
    await store.copy_premises(tx, table)
    return count


async def _book(tx: Tx, area: places.Area, purpose: str) -> None:
    rule = "NONE" if purpose == "REPAIR" else "EVE"
    book = await store.insert_book(
        tx, area.code, places.SERVICE, purpose, lead_days=places.lead_days(area, purpose), rule=rule
    )
    for one in places.patterns(area, purpose):
        await store.insert_pattern(tx, book, one)


def every_home(today: date) -> Iterator[Home]:
    """All premises that the sandbox begins with."""
    return chain(special.special_homes(today), homes())


def as_csv(rows: Iterable[Home], profiles: Mapping[str, int]) -> tuple[int, bytes]:
    """How many, and the bytes that COPY reads; equal for equal days."""
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    count = 0
    for home in rows:
        count += 1
        write(
            (
                home.uprn,
                home.area,
                profiles[home.technology] if home.technology else None,
                home.readiness,
                home.readiness_text,
                home.ready_date,
                home.installation_type,
                home.unlimited_lines,
                home.one_open_order,
                orjson.dumps(home.constraints).decode(),
                orjson.dumps(home.line_characteristics).decode(),
                orjson.dumps(home.address).decode(),
            )
        )
    return count, text.getvalue().encode()


async def _lines(tx: Tx, tenants: Mapping[str, TenantId], today: date, now: datetime) -> None:
    found = special.lines(today)
    for code, handover in places.HANDOVERS.items():
        if code not in tenants:
            continue
        await store.speak_for(tx, tenants[code])
        for area in places.AREAS:
            if area.code not in handover.not_in:
                await store.insert_handover(tx, tenants[code], area.code, handover)
    for line in found:
        holder = tenants.get(line.holder) if line.holder else None
        if line.holder and holder is None:
            continue
        await store.insert_ont(tx, line, holder=holder, stopped_at=now - special.STOPPED_SINCE)
        if line.holder and holder:
            handover = places.HANDOVERS[line.holder]
            await store.speak_for(tx, holder)
            await store.insert_live(tx, holder, line, handover=handover, since=now - special.RUNNING_SINCE)


async def _partly_sold(tx: Tx, today: date) -> None:
    """For a fortnight from the first bookable day some of the morning places are gone."""
    for area in places.AREAS:
        book = await books.find(tx, area.code, places.SERVICE, Purpose.PROVIDE)
        if not area.partly_sold or book is None:
            continue
        first = book.first_day(today)
        for day in (first + DAY * n for n in range(_SOLD_DAYS)):
            if is_working_day(day, book.nation):
                await books.set_capacity(
                    tx, book, day, starts=places.AM[0], ends=places.AM[1], capacity=_left(area, day), standard=True
                )


def _left(area: places.Area, day: date) -> int:
    whole = next(one.capacity for one in places.patterns(area, "PROVIDE") if one.classification == "WEEKDAY_AM")
    return max(0, whole - places.chance(f"sold {area.code} {day}", whole + 2))


async def _clock_changes(tx: Tx, today: date) -> None:
    book = await books.find(tx, places.CLOCKS, places.SERVICE, Purpose.PROVIDE)
    if book is None:
        return
    for day in days_around_clock_changes(today):
        for starts, ends in (places.AM, places.PM):
            await store.keep_slot(
                tx,
                book.book_id,
                day,
                starts=uk_instant(day, starts),
                ends=uk_instant(day, ends),
                band="WEEKDAY_AM" if starts == places.AM[0] else "WEEKDAY_PM",
                book_by=books.book_by(day, book.lead_days, book.nation),
                capacity=_CLOCK_CHANGE_PLACES,
            )


def days_around_clock_changes(today: date) -> list[date]:
    """The Friday before and the Monday after each change within the next 400 days, moved off bank holidays."""
    found: list[date] = []
    for day in (today + DAY * n for n in range(_CLOCK_CHANGES_DAYS)):
        if _offset(day) == _offset(day + DAY):
            continue
        friday, monday = day + _FRIDAY_BEFORE * DAY, day + _MONDAY_AFTER * DAY
        if not is_working_day(friday, Nation.ENGLAND):
            friday = add_working_days(friday, -1, Nation.ENGLAND)
        if not is_working_day(monday, Nation.ENGLAND):
            monday = add_working_days(monday, 1, Nation.ENGLAND)
        found += [one for one in (friday, monday) if one > today]
    return found


def _offset(day: date) -> Any:
    return datetime.combine(day, time(), UK).utcoffset()
