"""UK local time and working days: what a date means in the nation where the premises stands.

Rules: `docs/reference/appointments.md`.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from fibregate.clock import UK, BusinessTime
from fibregate.vocabulary import Nation, ServiceType

DAY = timedelta(days=1)
FRIDAY = 4
OPENS, CLOSES = time(8), time(18)
"""When people at desks work, Monday to Friday, in UK local time."""


def uk_date(instant: datetime) -> date:
    """The date on a wall calendar in London at this instant."""
    return instant.astimezone(UK).date()


def uk_instant(day: date, at: time) -> BusinessTime:
    """The instant, in UTC, at which London clocks show `at` on `day`; of a doubled hour the first."""
    return BusinessTime(datetime.combine(day, at, UK).astimezone(UTC))


def eve(day: date) -> BusinessTime:
    """23:59:59 in London on the day before."""
    return uk_instant(day - DAY, time(23, 59, 59))


def end_of_day(day: date) -> BusinessTime:
    """23:59:59 in London on the day itself."""
    return uk_instant(day, time(23, 59, 59))


@lru_cache(maxsize=256)
def _bank_holidays(nation: Nation, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv=nation.value, years=year))


def is_working_day(day: date, nation: Nation) -> bool:
    """Monday to Friday and no bank holiday of the nation."""
    return day.weekday() <= FRIDAY and day not in _bank_holidays(nation, day.year)


def _days_from(day: date, step: int) -> Iterator[date]:
    while True:
        day += DAY * step
        yield day


def add_working_days(day: date, count: int, nation: Nation) -> date:
    """The working day `count` after `day`, before it for a negative `count`; 0 is the day itself, working or not."""
    left = abs(count)
    if not left:
        return day
    for other in _days_from(day, 1 if count > 0 else -1):
        left -= is_working_day(other, nation)
        if not left:
            return other
    raise AssertionError("unreachable: the days never end")  # pragma: no cover


def add_working_hours(instant: datetime, hours: int, nation: Nation) -> BusinessTime:
    """So many hours later, counting only 08:00 to 18:00 UK local time of working days; within them, if only just."""
    left, day = timedelta(hours=hours), uk_date(instant)
    while True:
        begins, closes = BusinessTime(max(instant, uk_instant(day, OPENS))), uk_instant(day, CLOSES)
        if begins < closes and is_working_day(day, nation):
            if left <= closes - begins:
                return BusinessTime((begins + left).astimezone(UTC))
            left -= closes - begins
        day += DAY


def same_time_working_days_on(instant: datetime, count: int, nation: Nation) -> BusinessTime:
    """The same UK time of day, so many working days later."""
    day = add_working_days(uk_date(instant), count, nation)
    return uk_instant(day, instant.astimezone(UK).time())


def last_working_day_before(day: date, nation: Nation) -> date:
    """The working day on which a change to a visit on `day` is still taken."""
    return add_working_days(day, -1, nation)


def change_deadline(visit: date, nation: Nation) -> BusinessTime:
    """16:00 in London on the last working day before the visit."""
    return uk_instant(last_working_day_before(visit, nation), time(16))


def stamp(instant: datetime) -> str:
    """UTC to the millisecond, as every body has it: `2025-07-16T07:00:00.000Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


SILENCE_DAYS: Mapping[ServiceType, tuple[int, int]] = {ServiceType.BROADBAND: (5, 10), ServiceType.ETHERNET: (10, 20)}
"""Working days after which our network reminds a tenant that has not answered, and ends its order."""

_MORNING = time(10)


def silence_warns(since: datetime, nation: str, service: str) -> BusinessTime:
    """When our network reminds a tenant that has not answered: 10:00 UK time, some working days on."""
    warns, _ = SILENCE_DAYS[ServiceType(service)]
    return uk_instant(add_working_days(uk_date(since), warns, Nation(nation)), _MORNING)


def silence_ends(since: datetime, nation: str, service: str) -> BusinessTime:
    """When our network ends an order whose tenant has not answered: 10:00 UK time, some working days on."""
    _, ends = SILENCE_DAYS[ServiceType(service)]
    return uk_instant(add_working_days(uk_date(since), ends, Nation(nation)), _MORNING)


CHARGE_REMINDS_DAYS = 5
CHARGE_LAPSES_DAYS = 30
_AFTERNOON = time(17)


def charge_reminds(since: datetime, nation: str) -> BusinessTime:
    """When our network asks again about a charge: 10:00 UK time, five working days on."""
    return uk_instant(add_working_days(uk_date(since), CHARGE_REMINDS_DAYS, Nation(nation)), _MORNING)


def charge_lapses(since: datetime) -> BusinessTime:
    """When a charge that nobody has answered lapses: 17:00 UK time, thirty days on."""
    return uk_instant(uk_date(since) + DAY * CHARGE_LAPSES_DAYS, _AFTERNOON)


def answer_again(refused: datetime, nation: str) -> BusinessTime:
    """Until when a tenant has at least whose answer was refused: 10:00 UK time, one working day on."""
    return uk_instant(add_working_days(uk_date(refused), 1, Nation(nation)), _MORNING)


def spoken_day(instant: datetime) -> str:
    """A UK date as people say it: `Wednesday 16 July`."""
    local = instant.astimezone(UK)
    return f"{local:%A} {local.day} {local:%B}"
