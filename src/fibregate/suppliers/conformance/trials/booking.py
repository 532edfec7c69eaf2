"""Visits: held once, under our id, and given back."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from fibregate.suppliers.answers import Absent, Booked, Refused, Released, SlotGone
from fibregate.suppliers.conformance import clauses
from fibregate.suppliers.conformance.model import Broken, Skipped, Stage, Trial, expect, granted
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.port import Timeslot
from fibregate.suppliers.questions import BookingAsked, Identifier, SlotsAsked
from fibregate.vocabulary import Purpose

_NEVER: Final = (time(3, 7), time(3, 11))
_MONTH: Final = timedelta(days=31)


async def slot_not_offered(stage: Stage) -> None:
    day = stage.terms.today + _MONTH
    starts, ends = (datetime.combine(day, one, UTC) for one in _NEVER)
    found = await _book(stage, _wish(stage, Timeslot(starts, ends), next(stage.ids)))
    expect(isinstance(found, Refused | SlotGone), "it was booked")


async def booking(stage: Stage) -> str:
    """Under the id whose request was refused just before: that was the latest that was given out."""
    stage.may_write()
    refused = _wish(stage, _night(stage), next(stage.ids))
    await _book(stage, refused)
    asked = replace(refused, timeslot=stage.free_slot())
    found = await _book(stage, asked)
    if isinstance(found, SlotGone):
        raise Broken(f"a timeslot that was offered just now is gone: {'; '.join(found.messages)}")
    booked = granted(found)
    same = (booked.timeslot.starts_at, booked.timeslot.ends_at) == (asked.timeslot.starts_at, asked.timeslot.ends_at)
    expect(same, f"another timeslot was booked: {booked.timeslot.starts_at} to {booked.timeslot.ends_at}")
    stage.booking = (asked, booked)
    if booked.expires_at is None:
        return "it does not expire"
    expect(booked.expires_at.date() >= stage.terms.today, f"it expired at {booked.expires_at}")
    return f"held until {booked.expires_at:%Y-%m-%d %H:%M}Z"


async def booking_again(stage: Stage) -> None:
    asked, booked = _booked(stage)
    found = await _book(stage, asked)
    if not isinstance(found, Booked):
        raise Broken(f"it is refused: {'; '.join(found.messages)}")
    expect(found.reference == booked.reference, f"another reference: {found.reference}, and {booked.reference} before")


async def booking_other(stage: Stage) -> None:
    asked, _ = _booked(stage)
    found = await _book(stage, replace(asked, timeslot=stage.free_slot()))
    expect(not isinstance(found, Booked), "another timeslot was booked under the same id")
    expect(isinstance(found, Refused), "it is 409: the timeslot has not gone")


async def booking_read(stage: Stage) -> str:
    asked, booked = _booked(stage)
    found = await stage.network.read_appointment(asked.id, stage.trace)
    if isinstance(found, Absent):
        raise Skipped("not offered: a booking that was made is not found")
    stage.offers.add("READ_APPOINTMENT")
    expect(found.reference == booked.reference, f"it shows the reference {found.reference}, not {booked.reference}")
    unused = await stage.network.read_appointment(next(stage.ids), stage.trace)
    expect(isinstance(unused, Absent), "an id that nobody used is found")
    return f"{found.state or 'without a state'}"


async def booking_released(stage: Stage) -> None:
    _booked(stage)
    asked = _wish(stage, stage.free_slot(), next(stage.ids))
    granted_or_gone = await _book(stage, asked)
    expect(isinstance(granted_or_gone, Booked), "a second visit could not be booked")
    found = await stage.network.release(asked.id, stage.trace)
    if isinstance(found, Absent):
        raise Skipped("not offered: a booking that was made is not found")
    stage.offers.add("RELEASE_APPOINTMENT")
    expect(isinstance(found, Released), "it is refused")
    again = await stage.network.release(asked.id, stage.trace)
    expect(isinstance(again, Released), "given back once more it is refused")


async def slot_taken(stage: Stage) -> str:
    stage.may_write()
    scarce = stage.terms.scarce
    if scarce is None:
        raise Skipped("no address was given whose timeslots have one place")
    found = granted(await stage.network.slots(_slots_at(stage, scarce), stage.trace))
    expect(found.slots, "the scarce address has no timeslots")
    first = _wish(stage, found.slots[0], next(stage.ids), address=scarce)
    booked = await _book(stage, first)
    expect(isinstance(booked, Booked), "its first place could not be booked")
    second = await _book(stage, replace(first, id=next(stage.ids)))
    expect(not isinstance(second, Booked), "the same timeslot was booked twice")
    await _given_back(stage, first.id)
    return "409" if isinstance(second, SlotGone) else "422"


async def _given_back(stage: Stage, booking_id: int) -> None:
    """For the next run; it was worth the try."""
    try:
        await stage.network.release(booking_id, stage.trace)
    except SupplierFailed:
        return


def _slots_at(stage: Stage, address: Identifier) -> SlotsAsked:
    return SlotsAsked(address=address, service=stage.service, purpose=Purpose.PROVIDE, from_date=stage.terms.today)


async def _book(stage: Stage, asked: BookingAsked) -> Booked | SlotGone | Refused:
    stage.may_write()
    return await stage.network.book(asked, stage.trace)


def _booked(stage: Stage) -> tuple[BookingAsked, Booked]:
    if stage.booking is None:
        raise Skipped("nothing could be booked")
    return stage.booking


def _night(stage: Stage) -> Timeslot:
    starts, ends = (datetime.combine(stage.terms.today + _MONTH, one, UTC) for one in _NEVER)
    return Timeslot(starts, ends)


def _wish(stage: Stage, slot: Timeslot, number: int, *, address: Identifier | None = None) -> BookingAsked:
    return BookingAsked(
        id=number,
        address=address or stage.terms.address,
        service=stage.service,
        purpose=Purpose.PROVIDE,
        timeslot=slot,
    )


TRIALS: Final[tuple[Trial, ...]] = (
    (clauses.SLOT_NOT_OFFERED, slot_not_offered),
    (clauses.BOOKING, booking),
    (clauses.BOOKING_AGAIN, booking_again),
    (clauses.BOOKING_OTHER, booking_other),
    (clauses.BOOKING_READ, booking_read),
    (clauses.BOOKING_RELEASED, booking_released),
    (clauses.SLOT_TAKEN, slot_taken),
)
