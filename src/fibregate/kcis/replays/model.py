"""Nouns of the room: what is asked to be sent again, and how far a job is."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from fibregate.vocabulary import OrderKey

MOST: Final = 50_000
"""KCIs of one job, counted once for each endpoint."""


@dataclass(frozen=True, slots=True)
class Missing:
    """KCIs of one order: those after `after`, up to `last`."""

    order_id: int
    order: OrderKey
    after: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Exactly one of: a KCI, an order, a range of the times at which KCIs were told, all undelivered, what is missing.

    `told_from` is inclusive and `told_to` exclusive; either may be open. Without an endpoint, all of the tenant's.
    """

    endpoint: UUID | None = None
    kci: UUID | None = None
    order_id: int | None = None
    told_from: datetime | None = None
    told_to: datetime | None = None
    undelivered: bool = False
    missing: Sequence[Missing] | None = None

    @property
    def document(self) -> dict[str, Any]:
        """As it is kept and shown, in the names of bodies; what was not asked for is left out."""
        full = {
            "endpointId": str(self.endpoint) if self.endpoint else None,
            "kciId": str(self.kci) if self.kci else None,
            "orderId": self.order_id,
            "from": _written(self.told_from),
            "to": _written(self.told_to),
            "undelivered": self.undelivered or None,
            "missing": [{"orderId": one.order_id, "after": one.after} for one in self.missing]
            if self.missing
            else None,
        }
        return {name: value for name, value in full.items() if value is not None}

    @property
    def fingerprint(self) -> bytes:
        """Equal for requests that ask the same."""
        return hashlib.sha256(orjson.dumps(self.document, option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(frozen=True, slots=True)
class Part:
    """How many KCIs of a job are one endpoint's, how many were sent since, and whether it still exists."""

    endpoint: UUID
    count: int
    sent: int = 0
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What a job is, or would be. `resumed` are KCIs of earlier jobs, parked since, that go on under their old ids."""

    count: int
    resumed: int
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A job. `open` is still to be sent; what is neither sent nor open had its endpoint deleted."""

    replay: UUID
    asked: dict[str, Any]
    asked_by: str
    created_at: datetime
    outline: Outline

    @property
    def sent(self) -> int:
        """Taken by their endpoints, or skipped, since the job was made."""
        return sum(part.sent for part in self.outline.parts)

    @property
    def open(self) -> int:
        """Still to be sent."""
        return sum(part.count - part.sent for part in self.outline.parts if not part.deleted)


def _written(at: datetime | None) -> str | None:
    """One spelling for one instant, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None
