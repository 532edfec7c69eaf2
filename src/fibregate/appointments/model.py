"""A reservation, and what somebody asks for when they book."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fibregate.suppliers.port import Timeslot
from fibregate.vocabulary import OrderKey, Purpose, ReservationState


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A booking as asked; `read_as_local`: both ends were written with `Z`, so their digits may mean UK local time.

    `service_id` is the live service that a repair is for.
    """

    id: int
    uprn: int
    address: Mapping[str, Any]
    service: str
    purpose: Purpose
    starts_at: datetime
    ends_at: datetime
    read_as_local: bool
    body_hash: bytes
    service_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Whose request it is, kept with what it makes."""

    client: str
    origin: str
    request_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A place held, or once held, in a timeslot."""

    id: int
    supplier: str
    reference: str
    state: ReservationState
    address: Mapping[str, Any]
    service: str
    service_name: str
    purpose: Purpose
    timeslot: Timeslot
    expires_at: datetime | None
    order_key: OrderKey | None
    notice: str | None
