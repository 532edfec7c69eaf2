"""What the standing of an endpoint decides about a lane, as functions of what is known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

WAITS: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=5))
"""Between an attempt and the next; the last one repeats while an endpoint is DOWN."""

LONGEST_WAIT: Final = timedelta(hours=1)
"""The most that a receiver's Retry-After, or the back-off of a lone failing event, puts an attempt off."""

FAILURES_IN_A_ROW: Final = 10
"""So many failures of any events, with none taken in between, are the endpoint's."""

ENOUGH_LANES: Final = 2
"""From so many failing lanes on, the others need not be tried to know that it is the endpoint."""

_TRIES_OF_ITS_OWN: Final = len(WAITS) - 1
_THROTTLED: Final = frozenset({429, 503})
_RAMP_SECONDS: Final = 60
_RAMP_FROM: Final = 0.25


class Course(Enum):
    """What follows from a failure."""

    AGAIN = "this lane is tried again by itself"
    DOWN = "the endpoint is down, and this lane is its prober"
    PROBE = "the prober goes on, and a scout is sent"
    HOLD = "the lane waits until the endpoint is up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A row of `endpoint_health`, as it stood under its lock."""

    down: bool = False
    failures: int = 0
    failing_since: datetime | None = None
    failing_lanes: int = 0
    prober: str | None = None
    scout: str | None = None

    def admits(self, lane: str) -> bool:
        """Whether a lane may be tried now."""
        return not self.down or lane in {self.prober, self.scout} or self.failing_lanes < ENOUGH_LANES


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One more failed attempt of a lane's head: its `attempt`-th. `failing_since` is when the first one failed."""

    lane: str
    attempt: int
    failing_since: datetime | None
    http_status: int | None
    retry_after: timedelta | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wait` is how long until this lane is due again; None for one that is held.

    `tries` is how many attempts in a row have failed, of this event or, while it is down, of the endpoint.
    """

    course: Course
    wait: timedelta | None
    tries: int


def judge(health: Health, failure: Failure) -> Verdict:
    """Whether a failure is the event's own or the endpoint's."""
    if health.down:
        tries = max(failure.attempt, health.failures + 1)
        if failure.lane != health.prober:
            return Verdict(Course.HOLD, None, tries)
        return Verdict(Course.PROBE, _at_least(_usual(failure.attempt), failure.retry_after), tries)
    alone = _alone(health, failure)
    if throttled(failure) or (not alone and _lasting(health, failure)):
        return Verdict(Course.DOWN, _at_least(_usual(failure.attempt), failure.retry_after), failure.attempt)
    own = _own(failure.attempt) if alone else _usual(failure.attempt)
    return Verdict(Course.AGAIN, _at_least(own, failure.retry_after), failure.attempt)


def _alone(health: Health, failure: Failure) -> bool:
    """Whether the endpoint has taken other events since this one began to fail: then the event is at fault."""
    if health.failing_since is None:
        return failure.failing_since is not None
    return failure.failing_since is not None and health.failing_since > failure.failing_since


def _lasting(health: Health, failure: Failure) -> bool:
    return failure.attempt > _TRIES_OF_ITS_OWN or health.failures + 1 >= FAILURES_IN_A_ROW


def throttled(failure: Failure) -> bool:
    """Whether the endpoint itself says that nobody shall come for a while."""
    return failure.http_status in _THROTTLED and failure.retry_after is not None


def asked_to_wait(failure: Failure) -> timedelta:
    """How long the receiver wants to be left alone, as far as that is kept to."""
    return _at_least(timedelta(), failure.retry_after)


def _usual(attempt: int) -> timedelta:
    return WAITS[min(attempt, len(WAITS)) - 1]


def _own(attempt: int) -> timedelta:
    doublings = max(0, attempt - len(WAITS))
    return min(_usual(attempt) * 2 ** min(doublings, 10), LONGEST_WAIT)


def _at_least(usual: timedelta, asked: timedelta | None) -> timedelta:
    return usual if asked is None else max(usual, min(asked, LONGEST_WAIT))


def ramped(rate: int, recovered_at: datetime | None, now: datetime) -> int:
    """How many of a rate's places may be used: a quarter after a recovery, all of them a minute later. Real time."""
    if recovered_at is None:
        return rate
    share = _RAMP_FROM + (1 - _RAMP_FROM) * (now - recovered_at).total_seconds() / _RAMP_SECONDS
    return max(1, min(rate, int(rate * share)))
