"""How long a circuit is contracted for, and what it costs to end it before."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

_YEAR: Final = 12


def after_months(day: date, count: int) -> date:
    """The same day so many months on; in a shorter month its last."""
    years, month = divmod(day.month - 1 + count, _YEAR)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_left(term_from: date, months: int, on: date) -> int:
    """Of a term, on that day: a month that has begun counts as a whole one."""
    passed = (on.year - term_from.year) * _YEAR + on.month - term_from.month
    if after_months(term_from, passed) > on:
        passed -= 1
    return min(max(months - passed, 0), months)


def first_day(today: date, notice_days: int) -> date:
    """On which a circuit can end whose cease is ordered today."""
    return today + timedelta(days=notice_days)


@dataclass(frozen=True, slots=True)
class EarlyEnding:
    """What is to be paid for the months of a term that are left, in GBP without VAT."""

    months_left: int
    monthly: Decimal

    @property
    def amount(self) -> Decimal:
        """The rentals of these months."""
        return self.monthly * self.months_left


def early_ending(term_from: date, months: int, monthly: Decimal, on: date) -> EarlyEnding:
    """Of a circuit that ends on that day."""
    return EarlyEnding(months_left(term_from, months, on), monthly)
