"""UK local time and the working days of four nations."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibregate import calendars
from fibregate.errors import Invalid
from fibregate.suppliers.network.books import actions as books
from fibregate.vocabulary import Classification, Nation

E, SC, W, N = Nation.ENGLAND, Nation.SCOTLAND, Nation.WALES, Nation.NORTHERN_IRELAND
EVERYBODY = {E, SC, W, N}
HOLIDAYS = [  # as the government lists them
    (date(2025, 1, 1), EVERYBODY),
    (date(2025, 1, 2), {SC}),
    (date(2025, 3, 17), {N}),
    (date(2025, 4, 18), EVERYBODY),
    (date(2025, 4, 21), {E, W, N}),
    (date(2025, 5, 5), EVERYBODY),
    (date(2025, 5, 26), EVERYBODY),
    (date(2025, 7, 14), {N}),  # 12 July was a Saturday
    (date(2025, 8, 4), {SC}),
    (date(2025, 8, 25), {E, W, N}),
    (date(2025, 12, 1), {SC}),  # St Andrew's Day was a Sunday
    (date(2025, 12, 25), EVERYBODY),
    (date(2025, 12, 26), EVERYBODY),
    (date(2026, 7, 13), {N}),
    (date(2026, 12, 28), EVERYBODY),  # Boxing Day is a Saturday
    (date(2027, 12, 27), EVERYBODY),
    (date(2027, 12, 28), EVERYBODY),
]


@pytest.mark.parametrize(("day", "nations"), HOLIDAYS, ids=[str(day) for day, _ in HOLIDAYS])
def test_a_bank_holiday_is_kept_where_it_is_one(day: date, nations: set[Nation]) -> None:
    assert {nation for nation in Nation if not calendars.is_working_day(day, nation)} == nations


def test_weekends_are_no_working_days_anywhere() -> None:
    assert not any(calendars.is_working_day(date(2025, 7, day), nation) for day in (5, 6) for nation in Nation)


days = st.dates(date(2024, 1, 1), date(2035, 12, 31))
nations = st.sampled_from(Nation)


@given(days, st.integers(1, 30), nations)
def test_working_days_are_counted_one_by_one(day: date, count: int, nation: Nation) -> None:
    reached = calendars.add_working_days(day, count, nation)
    between = [day + timedelta(n) for n in range(1, (reached - day).days + 1)]
    assert sum(calendars.is_working_day(one, nation) for one in between) == count
    assert calendars.is_working_day(reached, nation)


@given(days, st.integers(0, 20), nations)
def test_a_visit_can_be_booked_until_exactly_the_day_that_its_lead_time_says(
    day: date, lead: int, nation: Nation
) -> None:
    last = books.book_by(day, lead, nation)
    book = books.Book(book_id=1, lead_days=lead, nation=nation)
    assert book.first_day(last) <= day
    assert book.first_day(last + timedelta(1)) > day


@pytest.mark.parametrize(
    ("day", "morning"),
    [
        (date(2025, 3, 28), "2025-03-28T08:00:00.000Z"),
        (date(2025, 3, 31), "2025-03-31T07:00:00.000Z"),
        (date(2025, 10, 24), "2025-10-24T07:00:00.000Z"),
        (date(2025, 10, 27), "2025-10-27T08:00:00.000Z"),
        (date(2025, 7, 16), "2025-07-16T07:00:00.000Z"),
        (date(2025, 1, 15), "2025-01-15T08:00:00.000Z"),
    ],
)
def test_eight_in_the_morning_is_eight_in_london(day: date, morning: str) -> None:
    assert calendars.stamp(calendars.uk_instant(day, time(8))) == morning


def test_the_eve_is_the_last_second_of_the_day_before_in_london() -> None:
    assert calendars.stamp(calendars.eve(date(2025, 7, 16))) == "2025-07-15T22:59:59.000Z"
    assert calendars.stamp(calendars.eve(date(2025, 1, 16))) == "2025-01-15T23:59:59.000Z"
    assert calendars.stamp(calendars.eve(date(2025, 3, 31))) == "2025-03-30T22:59:59.000Z"
    assert calendars.stamp(calendars.eve(date(2025, 10, 27))) == "2025-10-26T23:59:59.000Z"
    assert calendars.stamp(calendars.end_of_day(date(2025, 7, 28))) == "2025-07-28T22:59:59.000Z"


def test_changes_are_taken_until_four_on_the_last_working_day_before() -> None:
    for nation, visit, deadline in (
        (E, date(2025, 7, 16), "2025-07-15T15:00:00.000Z"),
        (E, date(2025, 7, 14), "2025-07-11T15:00:00.000Z"),
        (E, date(2025, 4, 22), "2025-04-17T15:00:00.000Z"),
        (SC, date(2025, 4, 22), "2025-04-21T15:00:00.000Z"),
        (N, date(2025, 7, 15), "2025-07-11T15:00:00.000Z"),
        (E, date(2025, 12, 29), "2025-12-24T16:00:00.000Z"),
        (SC, date(2026, 1, 5), "2025-12-31T16:00:00.000Z"),
    ):
        assert calendars.stamp(calendars.change_deadline(visit, nation)) == deadline


@given(st.integers(1577836800, 2051222400).map(lambda second: datetime.fromtimestamp(second, UTC)))
def test_an_instant_has_one_uk_date(moment: datetime) -> None:
    day = calendars.uk_date(moment)
    assert calendars.uk_instant(day, time(0)) <= moment
    assert moment < calendars.uk_instant(day + timedelta(1), time(0))


def test_fifteen_classes_and_hours_of_no_band_are_refused_but_have_a_nearest_class() -> None:
    found = {books.classify(date(2025, 7, day), *hours) for day in (14, 19, 20) for hours in books.BANDS.values()}
    assert found == set(Classification)
    with pytest.raises(Invalid):
        books.classify(date(2025, 7, 14), time(9), time(11))
    assert books.nearest_class(date(2025, 7, 19), time(9), time(11)) is Classification.SATURDAY


def uk(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=calendars.UK).astimezone(UTC)


@pytest.mark.parametrize(
    ("since", "hours", "nation", "until"),
    [
        ("2025-07-01T10:02", 4, E, "2025-07-01T14:02"),
        ("2025-07-01T16:00", 4, E, "2025-07-02T10:00"),
        ("2025-07-01T14:00", 4, E, "2025-07-01T18:00"),
        ("2025-07-04T17:30", 1, E, "2025-07-07T08:30"),
        ("2025-07-05T12:00", 4, E, "2025-07-07T12:00"),
        ("2025-07-01T03:00", 4, E, "2025-07-01T12:00"),
        ("2025-07-01T22:00", 12, E, "2025-07-03T10:00"),
        ("2025-07-11T16:00", 4, N, "2025-07-15T10:00"),
        ("2025-07-11T16:00", 4, E, "2025-07-14T10:00"),
        ("2025-10-24T17:00", 2, E, "2025-10-27T09:00"),
    ],
)
def test_working_hours_are_those_of_people_at_desks(since: str, hours: int, nation: Nation, until: str) -> None:
    assert calendars.add_working_hours(uk(since), hours, nation) == uk(until)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2035, 12, 31)), st.integers(1, 200), nations)  # noqa: DTZ001 - made aware below
def test_working_hours_add_up(moment: datetime, hours: int, nation: Nation) -> None:
    since = moment.replace(tzinfo=UTC)
    first = calendars.add_working_hours(since, hours, nation)
    assert calendars.add_working_hours(first, 3, nation) == calendars.add_working_hours(since, hours + 3, nation)
    local = first.astimezone(calendars.UK)
    assert calendars.is_working_day(local.date(), nation)
    assert time(8) <= local.time() <= time(18)
