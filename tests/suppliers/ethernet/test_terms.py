"""Ending early costs whole rentals of the months that are left: exact, never less than nothing, never more than all."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibregate.suppliers.network.circuits.terms import after_months, early_ending, first_day, months_left

days = st.dates(min_value=date(2015, 1, 1), max_value=date(2045, 12, 31))
terms = st.integers(min_value=1, max_value=120)
money = st.decimals(min_value=0, max_value=100_000, places=2)


@given(days, terms, money, days)
def test_it_costs_whole_rentals_and_never_more_than_the_term(begun: date, months: int, rent: Decimal, on: date) -> None:
    ending = early_ending(begun, months, rent, on)
    assert 0 <= ending.months_left <= months
    assert ending.amount == sum([rent] * ending.months_left, Decimal("0.00"))
    assert 0 <= ending.amount <= rent * months


@given(days, terms, money, days, st.integers(min_value=0, max_value=400))
def test_it_falls_as_the_day_moves_on(begun: date, months: int, rent: Decimal, on: date, later: int) -> None:
    after = early_ending(begun, months, rent, on + timedelta(days=later))
    assert after.amount <= early_ending(begun, months, rent, on).amount


@given(days, terms)
def test_all_of_it_is_left_at_first_and_nothing_once_it_is_over(begun: date, months: int) -> None:
    over = after_months(begun, months)
    assert months_left(begun, months, begun) == months
    assert months_left(begun, months, over) == 0
    assert months_left(begun, months, over - timedelta(days=1)) == 1


@pytest.mark.parametrize(
    ("on", "left"),
    [
        ("2023-01-31", 36),
        ("2023-02-27", 36),
        ("2023-02-28", 35),
        ("2023-03-30", 35),
        ("2023-03-31", 34),
        ("2025-06-30", 7),
        ("2025-07-30", 7),
        ("2025-07-31", 6),
        ("2026-01-30", 1),
        ("2026-01-31", 0),
        ("2030-01-01", 0),
    ],
)
def test_a_month_that_has_begun_counts(on: str, left: int) -> None:
    assert months_left(date(2023, 1, 31), 36, date.fromisoformat(on)) == left


def test_notice_is_counted_in_days() -> None:
    assert first_day(date(2025, 7, 1), 30) == date(2025, 7, 31)
