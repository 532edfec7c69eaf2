"""Nouns of the room: a KCI's way to one endpoint, and what an update's tenant is told of all its ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from fibregate.db import Row

State = Literal["DELIVERED", "PENDING", "HELD", "PARKED", "SKIPPED", "ENDED"]
"""HELD: its endpoint is down or suspended. ENDED: its endpoint was deleted before it took it."""

Told = Literal["DELIVERED", "PENDING", "FAILED"]

STOPPED: Final = frozenset({"PARKED", "SKIPPED"})
WAITING: Final = frozenset({"PENDING", "HELD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One KCI on its way to one endpoint; `attempts` are the latest, newest first, of the `attempt_count` made."""

    endpoint_id: UUID
    url: str
    order_id: int
    sequence_number: int
    kci_id: UUID
    reason: str
    told_at: datetime
    state: State
    parked_reason: str | None
    made_at: datetime | None
    delivered_at: datetime | None
    skipped_at: datetime | None
    next_attempt_at: datetime | None
    attempt_count: int
    attempts: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one KCI over all its ways: when its bytes were first made, and whether all have it."""

    made_at: datetime | None
    told: Told | None


def told(states: Sequence[State]) -> Told | None:
    """None where there is no way at all: the tenant had no endpoint, and fetches its KCIs.

    FAILED while any way stopped, whatever the others do: somebody must act. Ways to deleted endpoints count only for
    having delivered.
    """
    if STOPPED.intersection(states):
        return "FAILED"
    if WAITING.intersection(states):
        return "PENDING"
    return "DELIVERED" if "DELIVERED" in states else None
