"""A visit to be booked far away, and what is needed to book it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from fibregate.appointments.model import Reservation
from fibregate.db import Db
from fibregate.suppliers.accounts.model import Route, Supplier
from fibregate.suppliers.accounts.networks import Networks
from fibregate.suppliers.answers import Absent, Booked, Refused, SlotGone
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.questions import BookingAsked
from fibregate.tenants.replays.model import Asked, Stored
from fibregate.vocabulary import Purpose

Found: TypeAlias = Booked | SlotGone | Refused | Absent | SupplierFailed
"""What came of a booking, or of looking it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for. `address` is as it was sent; `question` is what the supplier is asked, without our number."""

    route: Route
    address: Mapping[str, Any]
    service: str
    service_id: str | None
    characteristics: Sequence[Mapping[str, str]]
    purpose: Purpose
    question: BookingAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is written down before a booking goes out. `request` is kept under the number that the call gets.

    `lane` looks for the answer at `due_at`.
    """

    supplier: Supplier
    account: int
    asked: Asked
    request: Mapping[str, Any]
    lane: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept with a call, beside its question, to record its answer whoever gets it."""

    asked: Asked
    address: Mapping[str, Any]
    service: str
    service_id: str | None
    characteristics: Sequence[Mapping[str, str]]
    purpose: Purpose
    client: str
    origin: str
    request_id: str
    conversation_id: str


Render = Callable[[Reservation, Kept], Stored]
"""The answer that its door gives for a reservation."""


@dataclass(frozen=True, slots=True)
class Desk:
    """From where bookings go out. A supplier is waited for `seconds` of real time at most."""

    db: Db
    networks: Networks
    render: Render
    seconds: float
