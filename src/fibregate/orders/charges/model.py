"""A charge, as its network raised it and as it stands."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from fibregate import calendars
from fibregate.vocabulary import OrderKey


class ChargeState(StrEnum):
    """Where a charge stands."""

    AWAITING_RESPONSE = "AWAITING_RESPONSE"
    ANSWERED = "ANSWERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    WITHDRAWN = "WITHDRAWN"

    @property
    def is_open(self) -> bool:
        """Something is still to come of it."""
        return self in {ChargeState.AWAITING_RESPONSE, ChargeState.ANSWERED}


class ChargeKind(StrEnum):
    """What a charge is for."""

    CONSTRUCTION = "CONSTRUCTION"
    EARLY_ENDING = "EARLY_ENDING"


class Decision(StrEnum):
    """What a tenant says to a charge."""

    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One row of `charges`. Amounts are in GBP without VAT; `amount` is to be paid: construction less what is included.

    `change_key` is the amendment or the cancellation by which the network was told the answer.
    """

    id: UUID
    order_key: OrderKey
    order_id: int
    supplier: str
    kind: ChargeKind
    construction: Decimal
    included: Decimal
    amount: Decimal
    text: str | None
    state: ChargeState
    answer: Decision | None
    change_key: int | None
    raised_at: datetime
    answer_by: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None

    def shown(self) -> dict[str, Any]:
        """As bodies have it: amounts exact, as text; what is unset is left out."""
        builds = self.kind is ChargeKind.CONSTRUCTION
        full = {
            "id": str(self.id),
            "orderId": self.order_id,
            "supplier": self.supplier,
            "kind": self.kind.value,
            "state": self.state.value,
            "construction": f"{self.construction:.2f}" if builds else None,
            "included": f"{self.included:.2f}" if builds else None,
            "amount": f"{self.amount:.2f}",
            "currency": "GBP",
            "text": self.text,
            "decision": self.answer.value if self.answer else None,
            "raised": calendars.stamp(self.raised_at),
            "answerBy": _stamp(self.answer_by),
            "answered": _stamp(self.answered_at),
            "ended": _stamp(self.ended_at),
        }
        return {name: value for name, value in full.items() if value is not None}


def _stamp(instant: datetime | None) -> str | None:
    return calendars.stamp(instant) if instant else None
