"""A wayleave as it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from fibregate import calendars
from fibregate.vocabulary import Nation, OrderKey


class WayleaveState(StrEnum):
    """Where it stands, and who is waited for."""

    AWAITING_OWNER = "AWAITING_OWNER"
    AWAITING_TENANT = "AWAITING_TENANT"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wayleave:
    """One row of `wayleaves`. `text` is the network's latest word about it, `answer_by` when the tenant must answer."""

    id: UUID
    order_key: OrderKey
    order_id: int
    supplier: str
    nation: Nation
    state: WayleaveState
    text: str | None
    asked_at: datetime
    answer_by: datetime | None
    ended_at: datetime | None

    def shown(self) -> dict[str, Any]:
        """As bodies have it; what is unset is left out."""
        full = {
            "id": str(self.id),
            "orderId": self.order_id,
            "supplier": self.supplier,
            "state": self.state.value,
            "text": self.text,
            "asked": calendars.stamp(self.asked_at),
            "answerBy": calendars.stamp(self.answer_by) if self.answer_by else None,
            "ended": calendars.stamp(self.ended_at) if self.ended_at else None,
        }
        return {name: value for name, value in full.items() if value is not None}
