"""One call, as it was intended and as it went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from fibregate.vocabulary import OrderKey, SupplierId, TenantId


class CallKind(StrEnum):
    """What a call does."""

    BOOK = "BOOK"
    ORDER = "ORDER"
    AMEND = "AMEND"
    CANCEL = "CANCEL"


class CallState(StrEnum):
    """Where a call stands."""

    INTENT = "INTENT"
    SENT = "SENT"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"
    RECONCILED = "RECONCILED"

    @property
    def is_open(self) -> bool:
        """Nobody knows yet what became of it."""
        return self in {CallState.INTENT, CallState.SENT, CallState.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One row of `supplier_calls`. `request` is the question as it is kept; it holds personal data."""

    tenant: TenantId
    call_id: int
    supplier_id: SupplierId
    account_id: int
    kind: CallKind
    sent_id: int
    order_key: OrderKey | None
    change_key: int | None
    state: CallState
    outcome: str | None
    request: Mapping[str, Any]
    attempts: int
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a call is for."""

    order_key: OrderKey | None = None
    change_key: int | None = None
