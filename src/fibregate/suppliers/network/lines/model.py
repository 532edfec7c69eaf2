"""What an order wants of a line, and what it got."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fibregate.db import Row
from fibregate.vocabulary import OrderType

EARLY_LIFE: Final = timedelta(days=28)
"""For so long after it began, a fault of a service goes back to who installed it."""

OF_THE_NETWORK: Final = frozenset({"SERVICE_ID", "ONT_REFERENCE", "ONT_PORT", "SERVICE_VLAN_ID", "LINE_ID"})
"""Characteristics that say where a service runs, not what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An order as the network works it: what is wanted, and the port or service that it has to itself."""

    kind: OrderType
    is_line: bool
    uprn: int | None
    service_id: str | None
    ont_reference: str | None
    port_number: int | None

    @property
    def port(self) -> tuple[str, int] | None:
        """The port that is there and that the order names."""
        if self.ont_reference is None or self.port_number is None:
            return None
        return self.ont_reference, self.port_number


@dataclass(frozen=True, slots=True)
class Provisioned:
    """Where the service of an order runs."""

    service_id: str
    ont_reference: str
    port_number: int
    vlan: str

    @staticmethod
    def read(row: Row) -> "Provisioned":
        return Provisioned(
            service_id=row["service_id"],
            ont_reference=row["ont_reference"],
            port_number=row["port_number"],
            vlan=f"{row['outer_vlan']}.{row['inner_vlan']}",
        )

    @property
    def facts(self) -> dict[str, str]:
        """As characteristics that the supplier sets."""
        return {
            "SERVICE_ID": self.service_id,
            "ONT_REFERENCE": self.ont_reference,
            "ONT_PORT": str(self.port_number),
            "SERVICE_VLAN_ID": self.vlan,
        }
