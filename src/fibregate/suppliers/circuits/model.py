"""A supplier's condition: what all running processes find, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from fibregate.suppliers.breaker import State


class Half(StrEnum):
    """Which part of a process calls: each has circuits of its own."""

    WEB = "WEB"
    WORKER = "WORKER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Who tells."""

    id: UUID
    half: Half
    host: str
    pid: int

    @property
    def name(self) -> str:
        """Says nothing of the machine that it runs on."""
        return f"{self.half.value.lower()}-{self.id.hex[:8]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """How one process finds a supplier. `since`: when it was opened, None while it is closed."""

    process: Process
    state: State
    since: datetime | None
    failing_since: datetime | None
    answered: int
    failed: int
    p50_ms: float | None
    p95_ms: float | None


_WORST: Final = (State.OPEN, State.HALF_OPEN, State.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One supplier. Times are real; latencies are those of the slowest process, counts since each was started."""

    last_good_at: datetime | None
    last_fault_at: datetime | None
    last_fault: str | None
    last_fault_text: str | None
    circuits: Sequence[Circuit]

    @property
    def state(self) -> State:
        """The worst that any process finds."""
        return min((one.state for one in self.circuits), key=_WORST.index, default=State.CLOSED)

    @property
    def since(self) -> datetime | None:
        """Since when some process has not had its circuit closed."""
        return min((one.since for one in self.circuits if one.since), default=None)

    @property
    def failing_since(self) -> datetime | None:
        return min((one.failing_since for one in self.circuits if one.failing_since), default=None)

    @property
    def opened(self) -> Sequence[Circuit]:
        return [one for one in self.circuits if one.state is not State.CLOSED]

    @property
    def answered(self) -> int:
        return sum(one.answered for one in self.circuits)

    @property
    def failed(self) -> int:
        return sum(one.failed for one in self.circuits)

    @property
    def p50_ms(self) -> float | None:
        return max((one.p50_ms for one in self.circuits if one.p50_ms is not None), default=None)

    @property
    def p95_ms(self) -> float | None:
        return max((one.p95_ms for one in self.circuits if one.p95_ms is not None), default=None)
