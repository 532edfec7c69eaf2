"""How a supplier has answered this process: counted as it happens, and told to all by `suppliers.circuits`."""

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from fibregate.clock import RealTime, real_now
from fibregate.suppliers.breaker import Breaker, State
from fibregate.suppliers.failures import Failure, SupplierFailed

REMEMBERED: Final = 200
"""Calls whose latency is remembered."""
IDLE_SECONDS: Final = 300.0
"""After so long without a call, one that is failing, and may be called, is tried."""
_LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A supplier's health at one moment. Latencies are milliseconds of the latest answers, None without any.

    `failing_since`: its first failure, once there are as many in a row as open a breaker, and no good answer between.
    """

    state: State
    rests_for: float
    in_a_row: int
    opened_at: RealTime | None
    rests_until: RealTime | None
    failing_since: RealTime | None
    answered: int
    failed: Mapping[Failure, int]
    last_ok_at: RealTime | None
    last_fault_at: RealTime | None
    last_fault: Failure | None
    last_fault_text: str | None
    p50_ms: float | None
    p95_ms: float | None


@dataclass(slots=True)
class Health:
    """One for a supplier and process, shared by its accounts."""

    breaker: Breaker = field(default_factory=Breaker)
    answered: int = 0
    failed: Counter[Failure] = field(default_factory=Counter[Failure])
    last_ok_at: RealTime | None = None
    last_fault_at: RealTime | None = None
    last_fault: Failure | None = None
    last_fault_text: str | None = None
    opened_at: RealTime | None = None
    news: int = 0
    """Grows with everything that happens."""
    turned: Callable[[], object] = lambda: None
    """Called when the breaker opens, and when it closes."""
    _bad_in_a_row: int = 0
    _bad_since: RealTime | None = None
    _called_at: float = 0
    _latencies: deque[float] = field(default_factory=lambda: deque[float](maxlen=REMEMBERED))

    def admit(self) -> float | None:
        """None: the call may go out, and has to tell what became of it. Else the seconds for which none may."""
        now = time.monotonic()
        return None if self.breaker.admits(now) else self.breaker.rests_for(now)

    def well(self, milliseconds: float) -> None:
        """It answered; a refusal is an answer too."""
        self.breaker.well()
        self.answered += 1
        self.last_ok_at = real_now()
        self._latencies.append(milliseconds)
        self._bad_in_a_row, self._bad_since = 0, None
        self._note()

    def failure(self, failed: SupplierFailed) -> None:
        """It gave no answer that can be used; not every such failure speaks against its health."""
        if failed.ill:
            self.breaker.ill(time.monotonic())
        elif failed.status is not None:
            self.breaker.well()
        else:
            self.breaker.untold()
        self.failed[failed.kind] += 1
        self.last_fault_at, self.last_fault = real_now(), failed.kind
        self.last_fault_text = str(failed)[:_LONGEST_TEXT]
        if failed.ill or failed.kind is Failure.REFUSED_CREDENTIALS:
            self._bad_in_a_row += 1
            self._bad_since = self._bad_since or self.last_fault_at
        elif failed.status is not None:
            self._bad_in_a_row, self._bad_since = 0, None
        self._note()

    def untold(self) -> None:
        """The call was given up from our side."""
        self.breaker.untold()

    @property
    def failing_since(self) -> RealTime | None:
        """One that does not let us in fails us too, although it is not ill."""
        return self._bad_since if self._bad_in_a_row >= self.breaker.failures else None

    def wants_probe(self) -> bool:
        """It is failing, may be called, and nobody does."""
        now = time.monotonic()
        if self.failing_since is None or self.breaker.rests_for(now) > 0:
            return False
        return not self.breaker.is_closed or now - self._called_at >= IDLE_SECONDS

    def _note(self) -> None:
        self.news += 1
        self._called_at = time.monotonic()
        if self.breaker.is_closed == (self.opened_at is not None):
            self.opened_at = None if self.breaker.is_closed else real_now()
            self.turned()

    def standing(self) -> Standing:
        now, ranked = time.monotonic(), sorted(self._latencies)
        return Standing(
            state=self.breaker.state(now),
            rests_for=self.breaker.rests_for(now),
            in_a_row=self.breaker.in_a_row,
            opened_at=self.opened_at,
            rests_until=None if self.opened_at is None else _in(self.breaker.rests_for(now)),
            failing_since=self.failing_since,
            answered=self.answered,
            failed=dict(self.failed),
            last_ok_at=self.last_ok_at,
            last_fault_at=self.last_fault_at,
            last_fault=self.last_fault,
            last_fault_text=self.last_fault_text,
            p50_ms=_quantile(ranked, 0.5),
            p95_ms=_quantile(ranked, 0.95),
        )


def _quantile(ranked: list[float], share: float) -> float | None:
    return ranked[min(int(len(ranked) * share), len(ranked) - 1)] if ranked else None


def _in(seconds: float) -> RealTime:
    return RealTime(real_now() + timedelta(seconds=seconds))
