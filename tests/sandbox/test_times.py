"""Times as stories write them, over clock changes and the bank holidays of each nation."""

from datetime import UTC, datetime

import pytest

from fibregate.clock import BusinessTime
from fibregate.sandbox.times import (
    Moments,
    office_hours,
    parse,
    spoken_band,
    spoken_date,
    spoken_time,
    spoken_week,
)
from fibregate.vocabulary import Nation

ENG, SCT, NIR = Nation.ENGLAND, Nation.SCOTLAND, Nation.NORTHERN_IRELAND


def at(text: str) -> BusinessTime:
    return BusinessTime(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("nation", "anchor", "written", "meant"),
    [
        (ENG, "2025-07-01T09:00Z", "p+2min", "2025-07-01T09:02Z"),
        (ENG, "2025-07-01T09:00Z", "p+15s", "2025-07-01T09:00:15Z"),
        (ENG, "2025-07-01T09:00Z", "p+1h45", "2025-07-01T10:45Z"),
        (ENG, "2025-07-01T09:00Z", "p-2h", "2025-07-01T07:00Z"),
        (ENG, "2025-07-04T16:00Z", "p+1wd 10:00", "2025-07-07T09:00Z"),
        (ENG, "2025-07-01T09:00Z", "p+30d", "2025-07-31T09:00Z"),
        # Both clock changes: the hour on the wall stays, the instant moves.
        (ENG, "2025-10-24T07:00Z", "p+1wd", "2025-10-27T08:00Z"),
        (ENG, "2026-03-27T08:00Z", "p+1wd", "2026-03-30T07:00Z"),
        (ENG, "2026-03-28T23:30Z", "p+2h", "2026-03-29T01:30Z"),
        # Each nation has its own holidays.
        (ENG, "2025-12-31T09:00Z", "p+1wd 08:00", "2026-01-02T08:00Z"),
        (SCT, "2025-12-31T09:00Z", "p+1wd 08:00", "2026-01-05T08:00Z"),
        (SCT, "2025-11-28T09:00Z", "p+1wd 08:00", "2025-12-02T08:00Z"),
        (SCT, "2025-04-17T09:00Z", "p+1wd 08:00", "2025-04-21T07:00Z"),
        (ENG, "2025-04-17T09:00Z", "p+1wd 08:00", "2025-04-22T07:00Z"),
        (NIR, "2025-07-11T09:00Z", "p+1wd 08:00", "2025-07-15T07:00Z"),
        (NIR, "2026-03-16T09:00Z", "p+1wd 08:00", "2026-03-18T08:00Z"),
    ],
)
def test_a_time_is_an_anchor_an_offset_and_a_time_of_day(nation: Nation, anchor: str, written: str, meant: str) -> None:
    assert Moments(nation, {"p": at(anchor)}).instant(written) == at(meant)


def test_the_eve_is_the_last_working_day_before_the_visit() -> None:
    assert Moments(ENG, {"V": at("2025-07-16T07:00Z")}).instant("eve 10:00") == at("2025-07-15T09:00Z")
    assert Moments(ENG, {"V": at("2025-10-27T08:00Z")}).instant("eve 10:00") == at("2025-10-24T09:00Z")
    assert Moments(ENG, {"V": at("2025-12-29T08:00Z")}).instant("eve 16:00") == at("2025-12-24T16:00Z")
    assert Moments(SCT, {"V": at("2026-01-05T08:00Z")}).instant("eve 10:00") == at("2025-12-31T10:00Z")


@pytest.mark.parametrize("wrong", ["", "2min", "p+", "p+2", "p+2wd30", "eve", "p+1wd 9:00", "t+1mon"])
def test_what_is_no_time_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="time"):
        parse(wrong)


def test_an_anchor_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="DELAY"):
        Moments(ENG, {"t": datetime.now(UTC)}).instant("DELAY+2wd")


@pytest.mark.parametrize(
    ("written", "instant", "then"),
    [
        ("p+4h", "2025-07-15T12:00Z", "2025-07-15T12:00Z"),
        ("p+4h", "2025-07-15T18:30Z", "2025-07-16T07:00Z"),
        ("p+4h", "2025-07-18T18:30Z", "2025-07-21T07:00Z"),
        ("p+4h", "2025-07-19T12:00Z", "2025-07-21T07:00Z"),
        ("p+4h", "2025-07-15T05:00Z", "2025-07-15T07:00Z"),
        ("p+6wd", "2025-07-15T22:30Z", "2025-07-15T17:00Z"),
        ("p+6wd", "2025-07-15T01:30Z", "2025-07-15T07:00Z"),
    ],
)
def test_people_work_from_eight_to_six(written: str, instant: str, then: str) -> None:
    assert office_hours(written, at(instant), ENG) == at(then)


def test_times_are_spoken_as_people_say_them() -> None:
    assert spoken_date(at("2025-07-15T23:30Z")) == "Wednesday 16 July"
    assert spoken_time(at("2025-07-16T07:50Z")) == "08:50"
    assert spoken_band(at("2025-07-16T07:00Z"), at("2025-07-16T12:00Z")) == "08:00\N{EN DASH}13:00"
    assert spoken_band(at("2026-01-16T08:00Z"), at("2026-01-16T13:00Z")) == "08:00\N{EN DASH}13:00"
    assert spoken_week(at("2025-07-16T07:00Z")) == "Monday 14 July"
