import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibregate.suppliers.breaker import Breaker, State


def opened(**how: float) -> Breaker:
    given: dict[str, float] = {
        "failures": 3,
        "rest_seconds": 10,
        "longest_rest_seconds": 35,
        "probe_seconds": 60,
        **how,
    }
    breaker = Breaker(**given)  # pyright: ignore[reportArgumentType] - whole numbers
    for _ in range(int(given["failures"])):
        assert breaker.admits(0)
        breaker.ill(0)
    return breaker


def test_it_opens_after_so_many_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker(failures=3)
    for _ in range(5):
        breaker.ill(0)
        breaker.ill(0)
        assert breaker.state(0) is State.CLOSED
        breaker.well()
    assert opened().state(0) is State.OPEN


def test_open_it_admits_nothing_until_its_rest_is_over_and_then_one_at_a_time() -> None:
    breaker = opened()
    assert not breaker.admits(9.9)
    assert breaker.rests_for(4) == 6
    assert breaker.state(10) is State.HALF_OPEN
    assert breaker.admits(10)
    assert not breaker.admits(10)
    assert breaker.rests_for(10) == 60
    breaker.well()
    assert breaker.state(10) is State.CLOSED
    assert breaker.rests_for(10) == 0
    assert all(breaker.admits(10) for _ in range(10))


def test_each_probe_that_fails_doubles_the_rest_up_to_a_bound() -> None:
    breaker, now, rests = opened(), 0.0, list[float]()
    for _ in range(4):
        rests.append(breaker.rests_for(now))
        now += rests[-1]
        assert breaker.admits(now)
        breaker.ill(now)
    assert rests == [10, 20, 35, 35]
    breaker.well()
    for _ in range(3):
        breaker.ill(now)
    assert breaker.rests_for(now) == 10


def test_what_was_under_way_when_it_opened_does_not_prolong_the_rest() -> None:
    breaker = opened()
    breaker.ill(5)
    assert breaker.rests_for(5) == 5


@pytest.mark.parametrize("told", [True, False])
def test_a_probe_that_never_tells_is_given_up(told: bool) -> None:
    breaker = opened()
    assert breaker.admits(10)
    if told:
        breaker.untold()
        assert breaker.admits(10)
    else:
        assert not breaker.admits(69)
        assert breaker.admits(70)


@given(st.lists(st.tuples(st.sampled_from(["admits", "well", "ill", "untold"]), st.floats(0, 100))))
def test_it_never_stays_shut_for_ever(steps: list[tuple[str, float]]) -> None:
    breaker, now = Breaker(failures=2), 0.0
    for what, passed in steps:
        now += passed
        match what:
            case "admits":
                breaker.admits(now)
            case "ill":
                breaker.ill(now)
            case "well":
                breaker.well()
            case _:
                breaker.untold()
        assert (breaker.state(now) is State.CLOSED) <= (breaker.rests_for(now) == 0)
    assert breaker.admits(now + breaker.longest_rest_seconds + breaker.probe_seconds)
