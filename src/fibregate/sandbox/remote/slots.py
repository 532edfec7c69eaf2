"""When the network's engineers come: mornings and afternoons of working weekdays, for ninety days from tomorrow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from fibregate.calendars import DAY, stamp, uk_date, uk_instant
from fibregate.sandbox.remote.model import Json

OPEN_DAYS: Final = 90
SHOWN_DAYS: Final = 28
_SATURDAY: Final = 5
_BANDS: Final = (("WEEKDAY_AM", time(8), time(13)), ("WEEKDAY_PM", time(13), time(18)))


@dataclass(frozen=True, slots=True)
class Slot:
    """A visit that can be had."""

    starts_at: datetime
    ends_at: datetime
    classification: str

    @property
    def shown(self) -> Json:
        """As the wire has it."""
        return {
            "timeslotStartDateTime": stamp(self.starts_at),
            "timeslotEndDateTime": stamp(self.ends_at),
            "classification": self.classification,
            "standard": True,
        }


def open_slots(now: datetime, from_day: date | None = None) -> Iterator[Slot]:
    """The timeslots of 28 days, from a day that can be booked on."""
    today = uk_date(now)
    first = max(from_day or today, today + DAY)
    last = min(first + DAY * (SHOWN_DAYS - 1), today + DAY * OPEN_DAYS)
    day = first
    while day <= last:
        yield from on(day)
        day += DAY


def on(day: date) -> Iterator[Slot]:
    """Those of one day, whether it can be booked or not."""
    if day.weekday() < _SATURDAY:
        for kind, opens, closes in _BANDS:
            yield Slot(uk_instant(day, opens), uk_instant(day, closes), kind)


def bookable(starts_at: datetime, ends_at: datetime, now: datetime) -> Slot | None:
    """The timeslot with these ends, if it is open."""
    day, today = uk_date(starts_at), uk_date(now)
    if not today < day <= today + DAY * OPEN_DAYS:
        return None
    return next((one for one in on(day) if (one.starts_at, one.ends_at) == (starts_at, ends_at)), None)
