"""What the database says about an order that is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fibregate.suppliers.network.model import Premises


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A service of the tenant's own."""

    service_id: str
    state: str
    service: str
    uprn: int | None
    address: Mapping[str, Any]
    ont_reference: str | None
    port_number: int | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A port that an open order is about; `order` is its number where it is the tenant's own."""

    ont_reference: str
    port_number: int
    order: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`busy_with` is the tenant's open order on the service that is asked about."""

    premises: Premises | None
    by_id: Mapping[str, Any] | None
    by_reference: Mapping[str, Any] | None
    own_open_order: int | None
    open_orders: int
    tenant_code: str
    one_open_order: bool
    live: Live | None = None
    busy_with: int | None = None
    claims: Sequence[Claim] = ()

    @property
    def reservation(self) -> Mapping[str, Any] | None:
        """The appointment that is quoted, by id or by reference."""
        return self.by_id or self.by_reference
