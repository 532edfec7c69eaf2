"""A wish to change or end an order, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fibregate.vocabulary import ChangeKind, ChangeStatus, OrderKey, OrderStatus

REASONS: Final = ("CUSTOMER_CHANGED_MIND", "INSTALL_FAILED", "NETWORK_ISSUE", "NO_LONGER_REQUIRED", "OTHER")
"""Why a tenant ends an order of its own."""

CANCEL_OTHER: Final = (
    "NO_AUTHORISATION",
    "CUSTOMER_NOT_AWARE",
    "DELIBERATE_MISLEAD",
    "PURCHASED_DIFFERENT_PRODUCT",
    "END_USER_NOT_MOVING",
)
"""Why a tenant objects to a cease that it never asked for."""

WAITS: Final[Mapping[ChangeKind, OrderStatus]] = {
    ChangeKind.AMENDMENT: OrderStatus.PENDING_AMENDMENT,
    ChangeKind.CANCELLATION: OrderStatus.PENDING_CANCELLATION,
}
"""The state of an order while such a change is with the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked. `asked` holds the members of an amendment as they were sent: an empty one removes what is stored.

    `id` is the caller's own number or one of ours. `supplier` and `supplier_reference`, where given, must be the
    order's. At the premises of `answers_late` the network itself refuses what comes after the deadline. `faults` are
    those that its door has found already; they are told with the rest. `unread` names the fields that could not be
    read; nothing with such a field is ever asked. Contacts and notes are personal data: never logged.
    """

    kind: ChangeKind
    id: int
    door: str
    order_id: int
    supplier: str | None = None
    supplier_reference: str | None = None
    asked: Mapping[str, Any]
    reason_code: str | None = None
    text: str | None = None
    body_hash: bytes
    play: Mapping[str, Any] | None = None
    answers_late: frozenset[int] = frozenset()
    faults: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of `order_changes`. `answer` are the network's words; `sent_id` our number for it at another network."""

    key: int
    kind: ChangeKind
    id: int
    door: str
    order_key: OrderKey
    order_id: int
    supplier: str
    number: int
    status: ChangeStatus
    asked: Mapping[str, Any]
    reason_code: str | None
    text: str | None
    reservation_id: int | None
    supplier_reference: str | None
    sent_id: int | None
    answer: str | None
    play: Mapping[str, Any] | None
    body_hash: bytes
    request_id: str
    conversation_id: str
    created_at: datetime
    decided_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Nobody has decided it yet."""
        return self.status in {ChangeStatus.RECEIVED_BY_GATEWAY, ChangeStatus.PENDING}

    def shown(self) -> dict[str, Any]:
        """In the field names that every dialect shares; what is unset is left out."""
        full = {
            "id": self.id,
            "reference": self.supplier_reference,
            "status": self.status.value,
            "orderId": self.order_id,
            "supplier": self.supplier,
            **self.asked,
            "reasonCode": self.reason_code,
            "text": self.text,
        }
        return {name: value for name, value in full.items() if value is not None}
