"""The judge of outages: rates, recovery, order, and an event's own back-off."""

from datetime import UTC, datetime, timedelta
from typing import Any

from proof.model import Findings
from proof.t8_judge import DISORDER, LATE, LOST, POISONED, TOO_FAST, UNRELEASED

from proof import t8_judge

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def came(at: float, order: int = 1, number: int = 1, status: int = 204) -> dict[str, Any]:
    return {"at": at, "answered": at, "order": order, "number": number, "status": status}


def after(*seconds: float) -> list[datetime]:
    return [START + timedelta(seconds=one) for one in seconds]


def test_a_rate_holds_in_every_second_not_in_each_second_of_a_clock() -> None:
    found = Findings()
    even = [came(0.75 + 0.5 * n) for n in range(10)]
    assert t8_judge.rate(even, 2, found, until=99) == 10
    assert not found.broken
    t8_judge.rate([came(0.9), came(0.95), came(1.05)], 2, found, until=99)
    assert found.broken == {TOO_FAST: 1}


def test_what_comes_after_a_limit_was_lifted_is_not_held_against_it() -> None:
    found = Findings()
    assert t8_judge.rate([came(0.0), came(5.0), came(5.1)], 1, found, until=5.0) == 1
    assert not found.broken


def test_what_was_refused_to_the_end_is_lost() -> None:
    found = Findings()
    t8_judge.all_taken([came(1), came(2, number=2, status=500)], [(1, 1), (1, 2)], found, name="/a")
    assert found.broken == {LOST: 1}


def test_numbers_must_be_taken_in_order_also_in_a_replay() -> None:
    found = Findings()
    t8_judge.in_order([came(1), came(2, number=2), came(1.5, order=2)], found, name="/a")
    assert not found.broken
    t8_judge.in_order([came(3, number=1), came(2, number=2)], found, name="/a")
    assert found.broken == {DISORDER: 1}


def test_an_outage_ends_within_five_minutes_and_then_for_all() -> None:
    drain = timedelta(seconds=60)
    for taken, broken in (
        (after(290, 300, 350), {}),
        (after(301, 302), {LATE: 1}),
        (after(100, 101, 3700), {UNRELEASED: 1}),
        ([], {LATE: 1}),
    ):
        found = Findings()
        t8_judge.recovery(START, taken, drain, found)
        assert found.broken == broken


def test_a_refused_event_backs_off_by_itself_to_an_hour() -> None:
    found = Findings()
    t8_judge.own_back_off(after(0, 5, 35, 155, 455, 1055, 2255, 4655, 8255), found, name="one")
    assert not found.broken
    t8_judge.own_back_off(after(0, 5, 35, 155, 155 + 3700), found, name="one")
    t8_judge.own_back_off(after(0, 5, 10), found, name="one")
    assert found.broken == {POISONED: 2}
