"""What is to be sent, and what came of an attempt."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, TypedDict, Unpack
from uuid import UUID

from fibregate.clock import BusinessTime, RealTime
from fibregate.db import Row
from fibregate.lanes.model import Claim
from fibregate.vocabulary import OrderKey, TenantId
from fibregate.web.connector import Answered, NotDelivered, Timings


@dataclass(frozen=True, slots=True)
class Rendering:
    """How the KCIs of an endpoint look. `url` makes the address to post to from the one that the tenant saved.

    `render` makes the bytes of one KCI from its frozen facts and the time at which they are made.
    """

    render: Callable[[Mapping[str, Any], BusinessTime], bytes]
    url: Callable[[str], str] = str


class Unrenderable(Exception):
    """A KCI could not be written in its endpoint's rendering: our bug, which must hold up nothing else."""


FEWEST_A_DAY: Final = 12
"""A delivery is parked only after so many attempts a day, so time in which nothing was tried does not count."""

REFUSED_TOO_LONG: Final = timedelta(hours=24)
"""After so long of 4xx answers to one head, its tenant is alarmed."""

_SECONDS: Final = re.compile(r"[0-9]{1,20}")
_MOST_SECONDS: Final = 10**9
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SECRETS: Final = re.compile(
    r"whsec_[A-Za-z0-9+/=_-]+|\bv1a?,[A-Za-z0-9+/=]{20,}|(?i:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_.-]+"
    r"|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}\.[A-Za-z]{2,24}"
    r"|(?<![A-Za-z0-9-])\+?\(?0?[1-9(][0-9() -]{8,15}[0-9](?![A-Za-z0-9-])"
)


@dataclass(frozen=True, slots=True)
class Place:
    """One KCI on its way to one endpoint; `replay` where it goes by a lane of that replay."""

    tenant: TenantId
    endpoint: UUID
    order: OrderKey
    number: int
    replay: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one attempt; `started_at` is business time, `timings` are real."""

    started_at: BusinessTime
    timings: Timings
    outcome: str
    http_status: int | None = None
    answer: str | None = None
    peer: str | None = None
    retry_after: timedelta | None = None
    request_id: UUID | None = None
    signed_with: tuple[UUID, ...] = ()
    marked: UUID | None = None

    @property
    def taken(self) -> bool:
        """The receiver has it."""
        return self.http_status is not None and HTTPStatus.OK <= self.http_status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def refused(self) -> bool:
        """The receiver says that something is wrong with what was sent."""
        return self.http_status is not None and (
            HTTPStatus.BAD_REQUEST <= self.http_status < HTTPStatus.INTERNAL_SERVER_ERROR
        )

    @property
    def gone(self) -> bool:
        """The receiver wants no more of them."""
        return self.http_status == HTTPStatus.GONE

    @property
    def summary(self) -> str:
        """In a few words, for a parked lane's reason."""
        return f"answered {self.http_status}" if self.http_status else self.outcome


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of a KCI for one endpoint, and when they were made."""

    at: Place
    body: bytes
    made_at: BusinessTime

    @property
    def key(self) -> tuple[UUID, OrderKey, int]:
        """What a delivery is known by, within a tenant."""
        return self.at.endpoint, self.at.order, self.at.number


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt that was taken, by the lane that a worker holds."""

    claim: Claim
    at: Place
    attempt: Attempt
    now: BusinessTime
    keeps_lane: bool = False
    """The worker goes on with what comes next, under the same lease, if there is more."""

    following: Made | None = None
    """The bytes of what comes next, as far as is known, to be kept with the lane."""


@dataclass(frozen=True, slots=True)
class Further:
    """A lane that has more and is still in hand, with its next head as seen before the last one was recorded."""

    claim: Claim
    row: Row
    made: Made | None


class By(TypedDict, total=False):
    """How an attempt was named and signed: fields of `Attempt`."""

    request_id: UUID
    signed_with: tuple[UUID, ...]
    marked: UUID | None


def answered(answer: Answered, started_at: BusinessTime, now: RealTime, **by: Unpack[By]) -> Attempt:
    return Attempt(
        started_at=started_at,
        timings=answer.timings,
        outcome="DELIVERED" if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES else "REFUSED_BY_ENDPOINT",
        http_status=answer.status,
        answer=scrubbed(answer.excerpt),
        peer=answer.peer or None,
        retry_after=retry_after(answer.headers.get("retry-after"), now),
        **by,
    )


def failed(error: NotDelivered, started_at: BusinessTime, **by: Unpack[By]) -> Attempt:
    outcome = "NOT_ALLOWED" if error.kind == "refused" else f"{error.kind.upper()}_FAILED"
    if error.kind == "timeout":
        outcome = "TIMED_OUT"
    return Attempt(started_at=started_at, timings=error.timings, outcome=outcome, answer=error.message, **by)


def exhausted(*, since: datetime, now: datetime, tries: int, days: int) -> bool:
    """Whether a delivery has been tried for as long as the operator wants, with so many tries in a row."""
    return now - since >= timedelta(days=days) and tries >= FEWEST_A_DAY * days


def retry_after(text: str | None, now: RealTime) -> timedelta | None:
    """What a `Retry-After` asks for, in seconds or as a date of the real clock; None for anything else."""
    if text is None:
        return None
    if _SECONDS.fullmatch(text.strip()):
        return timedelta(seconds=min(int(text), _MOST_SECONDS))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta())


def scrubbed(raw: bytes) -> str | None:
    """An answer as it may be kept: no control characters, no secrets, no addresses or telephone numbers."""
    if not raw:
        return None
    text = _UNPRINTABLE.sub("\ufffd", raw.decode("utf-8", errors="replace"))
    return _SECRETS.sub("***", text) or None
