"""What any network answers, in our own words: the same for our own network and for one far away.

An answer is a value, a refusal too: callers `match` on it. What gave no answer that can be used is raised as
`failures.SupplierFailed`, which says whether anything may have been done. Codes that we do not know are kept as they
came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from fibregate.suppliers.port import Timeslot
from fibregate.suppliers.questions import Characteristic, Identifier
from fibregate.vocabulary import OrderStatus

Unknowns = Mapping[str, Any]
"""Members of a dialect that we have no word for, as they came."""


def _none() -> Unknowns:
    return {}


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and its words: why nothing can be had, or what must be known before a line is built."""

    code: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The address as the network writes it."""

    identifier: Identifier
    name: str | None = None
    sub_address_name: str | None = None
    unit_number: str | None = None
    street_number: str | None = None
    street_name: str | None = None
    locality: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None
    qualifier: str | None = None
    source: str | None = None
    attributes: tuple[Characteristic, ...] = ()
    unknown: Unknowns = field(default_factory=_none)


@dataclass(frozen=True, slots=True)
class Choice:
    """A characteristic, and the values that an order may choose from."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Specification:
    """A kind of service that can be ordered."""

    id: str
    name: str | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """Where one service runs on an ONT. `status` is `ACTIVE`, `STOPPED` or the network's own word."""

    number: int
    description: str | None = None
    status: str | None = None
    tenant_active: bool | None = None
    stopped_at: datetime | None = None
    unknown: Unknowns = field(default_factory=_none)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ont:
    """The box on the wall."""

    reference: str
    serial_number: str | None = None
    manufacturer: str | None = None
    floor: str | None = None
    room: str | None = None
    position: str | None = None
    ports: tuple[Port, ...] = ()
    unknown: Unknowns = field(default_factory=_none)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Handover:
    enni_id: str | None = None
    site_name: str | None = None
    site_location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(_Handover):
    """A line that is there already. `installation_type` present: an engineer must visit."""

    line_id: str | None = None
    installation_type: str | None = None
    line_characteristics: tuple[Characteristic, ...] = ()
    ont: Ont | None = None
    unknown: Unknowns = field(default_factory=_none)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(_Handover):
    """What is at the address. `installation_type` present: a new line needs an engineer's visit, so an appointment."""

    new_line: bool
    installation_type: str | None = None
    constraints: tuple[Reason, ...] = ()
    service_ready_date: date | None = None
    line_characteristics: tuple[Characteristic, ...] = ()
    existing_lines: tuple[Line, ...] = ()
    unknown: Unknowns = field(default_factory=_none)


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """What can be had at an address: nothing, where `specifications` is empty, and then `reasons` may say why."""

    address: Address
    specifications: tuple[Specification, ...] = ()
    reasons: tuple[Reason, ...] = ()
    site: Site | None = None
    unknown: Unknowns = field(default_factory=_none)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Visits that can be booked, the earliest first; in true instants."""

    service: str
    service_name: str | None = None
    slots: tuple[Timeslot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A visit is held under the network's `reference`, until an order quotes it or `expires_at` comes.

    `state` is the network's own word, and only there when a booking was read back.
    """

    id: int
    reference: str
    timeslot: Timeslot
    expires_at: datetime | None = None
    service_name: str | None = None
    notice: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class SlotGone:
    """Somebody was faster; `alternatives` where the network names some. The same id may be used again."""

    messages: tuple[str, ...]
    alternatives: tuple[Timeslot, ...] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """A visit was given back, now or before."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The network understood and said no; nothing was done. Its words, one for each fault."""

    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """Looked up, and the network has no such thing from us: what was asked under this id was never done."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Kept, and to be decided: an update follows."""

    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """An order was accepted at once: ACKNOWLEDGED, or IN_PROGRESS with both dates, which is a commitment too.

    `said` is the network's own word for the status.
    """

    reference: str | None
    status: Literal[OrderStatus.ACKNOWLEDGED, OrderStatus.IN_PROGRESS]
    committed_at: datetime | None = None
    target_at: datetime | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """An amendment or a cancellation was carried out at once."""

    reference: str | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStands:
    """An order as the network shows it when it is looked up. `status` is None where we do not know its word `said`."""

    id: int
    said: str
    reference: str | None = None
    committed_at: datetime | None = None
    target_at: datetime | None = None

    @property
    def status(self) -> OrderStatus | None:
        """The network's word as one of ours."""
        return OrderStatus(self.said) if self.said in OrderStatus.__members__ else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStands:
    """An amendment or a cancellation as the network shows it: `said` is PENDING, COMPLETED, REJECTED or its own.

    `answer` are the network's words, where it has decided.
    """

    id: int
    said: str
    order_id: int | None = None
    reference: str | None = None
    answer: str | None = None


class Extension(StrEnum):
    """What a network may offer beyond the dialect; without it the call is `NOT_IMPLEMENTED` and nothing is sent."""

    READ_APPOINTMENT = "READ_APPOINTMENT"
    RELEASE_APPOINTMENT = "RELEASE_APPOINTMENT"
    READ_ORDER = "READ_ORDER"
    READ_ETHERNET_ORDER = "READ_ETHERNET_ORDER"
    READ_AMENDMENT = "READ_AMENDMENT"
    READ_CANCELLATION = "READ_CANCELLATION"
