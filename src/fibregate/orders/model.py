"""An order as asked, and as it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from fibregate.vocabulary import OrderKey, OrderStatus, OrderType, ServiceType, TenantId

TENANT_DOOR: Final = "TENANT"
"""The `door` of orders that we number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a tenant asks for. Contacts and notes are personal data: never logged.

    No `supplier` is our own network. `service_id` is the live service of a modify or a cease, and says what address and
    service they are about. `unread` names the fields that could not be read and hold a stand-in; nothing with such a
    field is ever placed.
    """

    id: int
    door: str = "WHOLESALE"
    supplier: str | None = None
    order_type: OrderType
    tenant_code: str
    uprn: int | None = None
    address: Mapping[str, Any] = field(default_factory=dict[str, Any])
    service: str = ""
    service_name: str | None = None
    service_id: str | None = None
    characteristics: Sequence[Mapping[str, str]]
    primary_contact: Mapping[str, Any] | None
    secondary_contact: Mapping[str, Any] | None
    appointment_id: int | None = None
    appointment_reference: str | None = None
    requested_completion_date: date | None
    engineer_tasks: Sequence[str] | None = None
    hazards: str | None = None
    on_site_restrictions: str | None = None
    notes: str | None
    body_hash: bytes
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One row of `orders`, with what other rooms add to it when it is read.

    `ethernet` is what an order for Ethernet says beside: its quote, sites and items, as they were sent. `circuit` is
    what an order about a circuit says beside, and what it costs, as it is shown. `awaits_owner`: its network waits for
    somebody's consent.
    """

    tenant: TenantId
    tenant_code: str
    key: OrderKey
    id: int
    door: str
    order_type: str
    status: OrderStatus
    returns_to: OrderStatus | None
    beneath: OrderStatus | None = None
    changes: int = 0
    supplier: str
    uprn: int | None
    nation: str
    address: Mapping[str, Any]
    service: str
    service_name: str | None
    service_id: str | None = None
    cease_reason: str | None = None
    requested_cease_date: datetime | None = None
    characteristics: Sequence[Mapping[str, str]]
    primary_contact: Mapping[str, Any] | None
    secondary_contact: Mapping[str, Any] | None
    engineer_tasks: Sequence[str] | None
    hazards: str | None
    on_site_restrictions: str | None
    notes: str | None
    requested_completion_date: date | None
    reservation_id: int | None
    appointment: Mapping[str, Any] | None
    supplier_reference: str | None
    committed_at: datetime | None
    target_at: datetime | None
    kci_count: int
    own_network: bool
    request_id: str
    conversation_id: str
    created_at: datetime
    updated_at: datetime
    service_type: str = ServiceType.BROADBAND
    ethernet: Mapping[str, Any] | None = None
    circuit: Mapping[str, Any] | None = None
    awaits_owner: bool = False

    @property
    def standing(self) -> OrderStatus:
        """The status that the network's updates act on: the one beneath, while a change of the tenant's waits."""
        return self.beneath or self.status
