"""Lets a network that is ill rest, and tries it again with one call at a time. No clock, no I/O: callers bring seconds.

| state | a call | then |
|---|---|---|
| closed | goes out | so many failures in a row that speak against the network's health open it |
| open | is refused at once | after the rest it is half open |
| half open | goes out if no other probe is out | well: closed; ill: open again, for twice as long, up to a bound |

A probe that never tells what became of it is given up after `probe_seconds`.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Whether calls go out."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"


@dataclass(slots=True, kw_only=True)
class Breaker:
    """One for a supplier and process. Times are seconds of the real monotonic clock."""

    failures: int = 5
    rest_seconds: float = 10
    longest_rest_seconds: float = 300
    probe_seconds: float = 60
    in_a_row: int = 0
    _rest: float = 0
    _open_until: float | None = None
    _probing_until: float | None = None

    def state(self, now: float) -> State:
        if self._open_until is None:
            return State.CLOSED
        return State.OPEN if now < self._open_until else State.HALF_OPEN

    @property
    def is_closed(self) -> bool:
        return self._open_until is None

    def rests_for(self, now: float) -> float:
        """Seconds until the next call may go out; 0 where it may."""
        if self._open_until is None:
            return 0
        return max(self._open_until, self._probing_until or 0, now) - now

    def admits(self, now: float) -> bool:
        """Whether a call may go out; one that does tells what became of it by `well`, `ill` or `untold`."""
        if self._open_until is None:
            return True
        if self.rests_for(now) > 0:
            return False
        self._probing_until = now + self.probe_seconds
        return True

    def well(self) -> None:
        """It answered, whatever it said."""
        self.in_a_row, self._rest = 0, 0
        self._open_until = self._probing_until = None

    def ill(self, now: float) -> None:
        """It failed. What was under way when it opened does not count against it."""
        self.in_a_row += 1
        if self._open_until is None:
            if self.in_a_row >= self.failures:
                self._open(now)
        elif now >= self._open_until:
            self._open(now)

    def untold(self) -> None:
        """The call was given up before it could tell: another may probe."""
        self._probing_until = None

    def _open(self, now: float) -> None:
        self._rest = min(self._rest * 2 or self.rest_seconds, self.longest_rest_seconds)
        self._open_until, self._probing_until = now + self._rest, None
