"""A line on its way, as its row has it."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from fibregate.vocabulary import OrderKey, OrderType, TenantId

CUT_OVER: Final = time(6)
"""UK time at which a line changes hands, on its day."""


class SwitchState(StrEnum):
    """Where a switch stands; see the room."""

    PLANNED = "PLANNED"
    TOLD = "TOLD"
    DONE = "DONE"
    CALLED_OFF = "CALLED_OFF"
    OBJECTED = "OBJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """`losing_key` is the cease of the tenant that loses the line, once there is one."""

    gaining_key: OrderKey
    gaining_tenant: TenantId
    kind: OrderType
    losing_tenant: TenantId
    losing_service: str
    losing_key: OrderKey | None
    cuts_over_at: datetime | None
    state: SwitchState

    @property
    def cease_reason(self) -> str:
        """Why the losing tenant's service ends, in words that it may hear."""
        return "TAKEOVER" if self.kind is OrderType.TAKEOVER else "CHANGE_OF_CP"
