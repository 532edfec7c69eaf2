"""The vocabulary between us and any network: an order that we hand over, an update that comes back."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from fibregate.vocabulary import OrderKey, OrderStatus, Reason, SupplierId, TenantId


@dataclass(frozen=True, slots=True)
class Note:
    """An engineer's or planner's note, as the supplier wrote it."""

    note: str
    type: str
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timeslot:
    """A visit: two instants, and what they are in UK local time."""

    starts_at: datetime
    ends_at: datetime
    classification: str | None = None
    standard: bool | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What building costs, in GBP without VAT, and how much of it the price includes; the rest is charged."""

    construction: Decimal
    included: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a supplier wants to say about one order.

    `facts` are characteristics that the supplier sets (`SERVICE_ID`, `ONT_REFERENCE`, `ONT_PORT`, `SERVICE_VLAN_ID`).
    `answer_by` is when the supplier stops waiting for the tenant, where it says so. `charge` is asked for where the
    tenant must answer, and agreed to beforehand where it need not.
    Codes that we do not know are kept as they came.
    """

    reason: Reason
    text: str | None = None
    problem_code: str | None = None
    supplier_codes: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    status: OrderStatus | None = None
    supplier_reference: str | None = None
    committed_at: datetime | None = None
    target_at: datetime | None = None
    appointment: Timeslot | None = None
    appointment_reference: str | None = None
    request_id: int | None = None
    request_reference: str | None = None
    answer_by: datetime | None = None
    charge: Cost | None = None
    facts: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Draft):
    """A draft that was said: numbered in the supplier's sequence; `id` makes a repeat harmless."""

    id: UUID
    sequence_number: int
    issued_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Addressee:
    """Which order an update is about, as found for the supplier that speaks."""

    tenant: TenantId
    supplier: SupplierId
    order: OrderKey
