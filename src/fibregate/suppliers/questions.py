"""What any network is asked, in our own words: the same for our own network and for one far away.

Numbers named `id` are ours towards that network, from one series for each account, never the tenant's. They are the
reference under which an answer that got lost is looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from fibregate.suppliers.port import Timeslot
from fibregate.vocabulary import Classification, OrderType, Purpose

Removed = Literal[""]
"""In an amendment: take away what is there."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What goes along with a call and says nothing of its content.

    `conversation_id` is the tenant's own. Without a `request_id` the call gets a new one. `headers` are those of a
    sandbox's scenarios, passed on as they came.
    """

    conversation_id: str
    request_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Identifier:
    """An address by its key; `additional` are further keys where one does not say enough."""

    id: str
    type: str = "UPRN"
    additional: tuple["Identifier", ...] = ()


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A name and its value, which is always text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to speak to: personal data, never logged. In an amendment only what changes; `""` removes a part."""

    name: str | None = None
    phone_number: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityAsked:
    """What can be had there? Without `service_types`: of every kind."""

    address: Identifier
    service_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsAsked:
    """When can somebody come? Without `classifications`: at any time of day."""

    address: Identifier
    service: str
    purpose: Purpose
    service_name: str | None = None
    from_date: date | None = None
    classifications: tuple[Classification, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingAsked:
    """A visit to hold. Of the timeslot only the two instants count."""

    id: int
    address: Identifier
    service: str
    purpose: Purpose
    timeslot: Timeslot
    service_id: str | None = None
    characteristics: tuple[Characteristic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    id: int
    primary_contact: Contact | None = None
    secondary_contact: Contact | None = None
    appointment_id: int | None = None
    appointment_reference: str | None = None
    requested_completion_date: date | None = None
    engineer_tasks: tuple[str, ...] = ()
    hazards: str | None = None
    on_site_restrictions: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provide(_Order):
    """A service to an address: new, started, transferred, taken over or swapped."""

    order_type: OrderType
    address: Identifier
    service: str
    characteristics: tuple[Characteristic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Modify(_Order):
    """A change of a live service."""

    service_id: str
    characteristics: tuple[Characteristic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cease(_Order):
    """The end of a live service."""

    service_id: str
    reason: str | None = None


OrderAsked = Provide | Modify | Cease


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentAsked:
    """A change to an order that is open. None: not spoken of. An empty text or tuple: remove what is there."""

    id: int
    order_id: int
    order_reference: str | None = None
    characteristics: tuple[Characteristic, ...] | None = None
    primary_contact: Contact | None = None
    secondary_contact: Contact | Removed | None = None
    appointment_id: int | None = None
    requested_completion_date: date | Removed | None = None
    engineer_tasks: tuple[str, ...] | None = None
    hazards: str | None = None
    on_site_restrictions: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationAsked:
    """The end of an order that is open; also the objection of who loses a line to another."""

    id: int
    order_id: int
    reason_code: str
    order_reference: str | None = None
    text: str | None = None
