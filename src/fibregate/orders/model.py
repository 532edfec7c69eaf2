"""An order as asked, and as it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fibregate.vocabulary import OrderKey, OrderStatus, OrderType, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a tenant asks for. Contacts and notes are personal data: never logged.

    `unread` names the fields that could not be read and hold a stand-in; nothing with such a field is ever placed.
    """

    id: int
    order_type: OrderType
    tenant_code: str
    uprn: int
    address: Mapping[str, Any]
    service: str
    characteristics: Sequence[Mapping[str, str]]
    primary_contact: Mapping[str, Any]
    secondary_contact: Mapping[str, Any] | None
    appointment_id: int | None
    appointment_reference: str | None
    requested_completion_date: date | None
    engineer_tasks: Sequence[str] | None
    hazards: str | None
    on_site_restrictions: str | None
    notes: str | None
    body_hash: bytes
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One row of `orders`, with what other rooms add to it when it is read."""

    tenant: TenantId
    tenant_code: str
    key: OrderKey
    id: int
    order_type: str
    status: OrderStatus
    returns_to: OrderStatus | None
    supplier: str
    uprn: int
    nation: str
    address: Mapping[str, Any]
    service: str
    service_name: str
    characteristics: Sequence[Mapping[str, str]]
    primary_contact: Mapping[str, Any]
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
