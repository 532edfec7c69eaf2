"""A circuit as it lives, and what its network tells of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fibregate.suppliers.network.ethernet.circuits import OF_A_SITE, OF_AN_ITEM, numbered
from fibregate.suppliers.quoting import Role
from fibregate.vocabulary import OrderKey, SupplierId


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One of its sites, as it was ordered, with the VLAN on which its traffic is handed over there."""

    place: int
    vlan: str
    name: str
    role: str
    postcode: str
    address: Mapping[str, Any]

    def shown(self) -> dict[str, Any]:
        """As bodies have it."""
        return {
            "name": self.name,
            "role": self.role,
            "postcode": self.postcode,
            "address": dict(self.address),
            "serviceVlanId": self.vlan,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """One row of `ethernet_circuits` with its ends. `monthly` is in GBP without VAT; `order_id` is who brought it."""

    service_id: str
    supplier_id: SupplierId
    supplier: str
    reference: str
    order_id: int | None
    place: int
    product: str
    bandwidth: str
    months: int
    monthly: Decimal
    state: str
    since: datetime | None
    term_from: date | None
    ceased_at: datetime | None
    ends: Sequence[End]

    @property
    def is_live(self) -> bool:
        return self.state == "ACTIVE"

    @property
    def first_end(self) -> End:
        """Whose address stands for it: the first A-END, else the first site."""
        return next((one for one in self.ends if one.role == Role.A_END), self.ends[0])

    @property
    def uprn(self) -> int | None:
        """Of that end, where it has one."""
        address = self.first_end.address
        keys = (address, *(address.get("additionalIdentifiers") or ()))
        return next((int(one["id"]) for one in keys if one["type"] == "UPRN"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A circuit to be set up for an order, or one that lives already: then `since` and `term_from` are known."""

    service_id: str
    supplier_id: SupplierId
    reference: str
    order: OrderKey | None
    place: int
    product: str
    bandwidth: str
    months: int
    monthly: Decimal
    since: datetime | None = None
    term_from: date | None = None


@dataclass(frozen=True, slots=True)
class SetUp:
    """The circuits of one order, in the order of its items."""

    circuits: Sequence[Circuit]

    @property
    def facts(self) -> dict[str, str]:
        """As characteristics that the supplier sets: of several services at a site, their VLANs one after the other."""
        found: dict[str, str] = {}
        for one in self.circuits:
            for name, value in zip(OF_AN_ITEM, (one.service_id, one.reference), strict=True):
                found[numbered(name, one.place)] = value
        for place, _ in enumerate(self.circuits[0].ends):
            found[numbered(OF_A_SITE[0], place)] = ", ".join(one.ends[place].vlan for one in self.circuits)
        return found
