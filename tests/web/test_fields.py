"""Field types: dates, instants and ids are exactly what the contract says."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fibregate.calendars import stamp
from fibregate.web.fields import Day, Id, Instant, Stamp, day
from fibregate.web.wire import Wire


class Held(Wire):
    id: Id = 1
    at: Instant | None = None
    on: Day | None = None


class Told(Wire):
    at: Stamp
    on: Day


def _kind(**fields: object) -> str:
    with pytest.raises(ValidationError) as refused:
        Held.model_validate(fields)
    return refused.value.errors()[0]["type"]


@pytest.mark.parametrize(
    "text",
    [
        "1752652800",
        "2025-07-16",
        "2025-07-16 07:00:00Z",
        "2025-07-16T07:00:00",
        "2025-07-16T07:00Z",
        "2025-07-16T07:00:00z",
        "2025-07-16T07:00:00+23:59",
        "2025-07-16T07:00:00+14:01",
        "2025-07-16T07:00:00-14:30",
        "2025-07-16T07:00:00+01:60",
        "2025-07-16T07:00:00+0100",
        "2025-07-16T24:00:00Z",
        "2025-07-16T07:00:60Z",
        "2025-02-30T07:00:00Z",
        "1999-12-31T23:59:59Z",
        "2101-01-01T00:00:00Z",
        "2025-07-16T07:00:00.1234567890Z",
        "2025-07-16T07:00:00,5Z",
        "2025-07-16T07:00:00Z\n",
        " 2025-07-16T07:00:00Z",
        "\uff12\uff10\uff12\uff15-07-16T07:00:00Z",
        "",
    ],
)
def test_a_text_that_is_no_instant_breaks_a_constraint(text: str) -> None:
    assert _kind(at=text) == "text_parsing"


@pytest.mark.parametrize("value", [1752652800, 1.5, True, [], {}])
def test_an_instant_that_is_no_string_is_a_wrong_type(value: object) -> None:
    assert _kind(at=value) == "text_type"
    assert _kind(on=value) == "text_type"


@pytest.mark.parametrize(
    "text",
    ["2025-02-30", "2025-7-1", "2025-07-16T00:00:00", "20250716", "1999-12-31", "2101-01-01", "2025-07-16\n", "1"],
)
def test_a_text_that_is_no_day_breaks_a_constraint(text: str) -> None:
    assert _kind(on=text) == "text_parsing"


@pytest.mark.parametrize(("value", "kind"), [("159", "int_type"), (1.0, "int_type"), (True, "int_type")])
def test_an_id_is_a_json_integer(value: object, kind: str) -> None:
    assert _kind(id=value) == kind


@pytest.mark.parametrize("value", [0, -1, 2**53])
def test_an_id_is_positive_and_exact_everywhere(value: int) -> None:
    assert _kind(id=value) in {"greater_than_equal", "less_than_equal"}


def test_an_instant_remembers_whether_it_was_written_with_z() -> None:
    assert Instant.read("2025-07-16T08:00:00.000Z").written_zulu
    assert not Instant.read("2025-07-16T08:00:00.000+00:00").written_zulu
    assert Instant.read("2025-07-16T09:00:00+01:00") == Instant.read("2025-07-16T08:00:00Z")


def test_digits_beyond_the_microsecond_are_dropped() -> None:
    assert Instant.read("2025-07-16T08:00:00.123456789Z").microsecond == 123456
    assert Instant.read("2025-07-16T08:00:00.5Z").microsecond == 500000


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30)),  # noqa: DTZ001 - the offset is drawn apart
    st.integers(-14 * 60, 14 * 60),
)
def test_every_instant_in_bounds_is_read_as_written(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert Instant.read(aware.isoformat(timespec="microseconds")) == aware


@given(st.text(max_size=40))
def test_any_text_is_an_instant_or_refused(text: str) -> None:
    try:
        found = Instant.read(text)
    except ValueError:
        return
    assert found.tzinfo is not None


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_every_day_in_bounds_is_read_as_written(on: date) -> None:
    assert day(on.isoformat()) == on


def test_times_go_out_in_utc_with_milliseconds_and_z() -> None:
    summer = datetime(2025, 7, 16, 8, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert stamp(summer) == "2025-07-16T07:00:00.999Z"
    told = Told(at=datetime(2025, 1, 1, tzinfo=UTC), on=date(2025, 1, 2))
    assert told.model_dump_json() == '{"at":"2025-01-01T00:00:00.000Z","on":"2025-01-02"}'


def test_a_datetime_is_no_day() -> None:
    with pytest.raises(ValidationError):
        Told(at=datetime(2025, 1, 1, tzinfo=UTC), on=datetime(2025, 1, 1, tzinfo=UTC))
