"""How a supplier has answered this process: counted as it happens, kept by whoever wants to keep it."""

import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fibregate.clock import RealTime, real_now
from fibregate.suppliers.breaker import Breaker, State
from fibregate.suppliers.failures import Failure, SupplierFailed

REMEMBERED: Final = 200
"""Calls whose latency is remembered."""
_LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A supplier's health at one moment. Latencies are milliseconds of the latest answers, None without any."""

    state: State
    rests_for: float
    in_a_row: int
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

    def untold(self) -> None:
        """The call was given up from our side."""
        self.breaker.untold()

    def standing(self) -> Standing:
        now, ranked = time.monotonic(), sorted(self._latencies)
        return Standing(
            state=self.breaker.state(now),
            rests_for=self.breaker.rests_for(now),
            in_a_row=self.breaker.in_a_row,
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
