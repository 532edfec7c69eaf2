"""Times as stories write them: `t+2min`, `p+1wd 10:00`, `V+50min`, `eve 10:00`, `W+10wd`, `DELAY+12wd`.

An anchor, an offset, and a UK time of day. `t` is when the order was accepted, `p` the previous step, `now` the step
itself, `V` and `W` the start and end of the visit, `eve` the last working day before it, `TARGET` the date expected
now, and a reason code the last step that gave it. `wd` are working days of the premises' nation; they and `d` keep the
UK time of day.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from fibregate.calendars import DAY, add_working_days, is_working_day, last_working_day_before, uk_date, uk_instant
from fibregate.clock import UK, BusinessTime
from fibregate.vocabulary import Nation

OPENS = time(8)
CLOSES = time(18)
_EXPRESSION = re.compile(
    r"(?P<anchor>[a-z]+|[A-Z_]+)(?:(?P<sign>[+-])(?P<count>\d+)(?P<unit>wd|d|h|min|s)(?P<minutes>\d\d)?)?"
    r"(?: (?P<clock>\d\d:\d\d(?::\d\d)?))?",
    re.ASCII,
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Expression:
    """One parsed time."""

    anchor: str
    count: int
    unit: str
    minutes: int
    clock: time | None


def parse(text: str) -> Expression:
    """Raises `ValueError` for what is no time."""
    found = _EXPRESSION.fullmatch(text)
    if found is None or (found["minutes"] and found["unit"] != "h"):
        raise ValueError(f"{text!r} is no time: write an anchor, an offset and a time of day, such as p+1wd 10:00")
    if found["anchor"] == "eve" and not found["clock"]:
        raise ValueError(f"{text!r} needs a time of day")
    return Expression(
        anchor=found["anchor"],
        count=int((found["sign"] or "+") + (found["count"] or "0")),
        unit=found["unit"] or "min",
        minutes=int((found["sign"] or "+") + (found["minutes"] or "0")),
        clock=time.fromisoformat(found["clock"]) if found["clock"] else None,
    )


@dataclass(frozen=True, slots=True)
class Moments:
    """What the times of one order are counted from: an instant for each anchor that there is."""

    nation: Nation
    anchors: Mapping[str, datetime]

    def instant(self, text: str) -> BusinessTime:
        """When that is. Raises `ValueError` for an anchor that this order does not have."""
        wanted = parse(text)
        moved = self._offset(wanted, self._anchor(wanted.anchor))
        return uk_instant(uk_date(moved), wanted.clock) if wanted.clock else BusinessTime(moved)

    def _anchor(self, name: str) -> datetime:
        found = self.anchors.get("V" if name == "eve" else name)
        if found is None:
            raise ValueError(f"nothing is known of {name} yet")
        if name == "eve":
            return uk_instant(last_working_day_before(uk_date(found), self.nation), time(12))
        return found

    def _offset(self, wanted: Expression, base: datetime) -> datetime:
        match wanted.unit:
            case "wd":
                day = add_working_days(uk_date(base), wanted.count, self.nation)
            case "d":
                day = uk_date(base) + DAY * wanted.count
            case "h":
                return base + timedelta(hours=wanted.count, minutes=wanted.minutes)
            case "s":
                return base + timedelta(seconds=wanted.count)
            case _:
                return base + timedelta(minutes=wanted.count)
        return uk_instant(day, base.astimezone(UK).time())


def office_hours(text: str, instant: BusinessTime, nation: Nation) -> BusinessTime:
    """When somebody at a desk does what `text` puts at `instant`: Monday to Friday, 08:00 to 18:00 in the UK.

    A step that is counted in days stays on its day; one counted in hours waits for the next opening.
    """
    local = instant.astimezone(UK)
    if is_working_day(local.date(), nation):
        if local.time() < OPENS:
            return uk_instant(local.date(), OPENS)
        if local.time() <= CLOSES:
            return instant
        if parse(text).unit in {"wd", "d"}:
            return uk_instant(local.date(), CLOSES)
    return uk_instant(add_working_days(local.date(), 1, nation), OPENS)


def spoken_date(instant: datetime) -> str:
    """`Wednesday 16 July`, in London."""
    day = uk_date(instant)
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def spoken_time(instant: datetime) -> str:
    """`14:05`, in London."""
    return f"{instant.astimezone(UK):%H:%M}"


def spoken_band(starts: datetime, ends: datetime) -> str:
    """`08:00–13:00`, in London."""
    return f"{spoken_time(starts)}\N{EN DASH}{spoken_time(ends)}"


def spoken_week(instant: datetime) -> str:
    """The date of the Monday of that week."""
    day = uk_date(instant)
    return spoken_date(uk_instant(day - DAY * day.weekday(), time(12)))
