"""An Ethernet order as it is asked, and the price that it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fibregate.orders.model import TENANT_DOOR
from fibregate.suppliers.quoting import BANDWIDTH, ServiceAsked, SiteAsked
from fibregate.tenants.numbers.actions import UNNUMBERED
from fibregate.vocabulary import SupplierId


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One service that is ordered, for how long, and when it is wished for."""

    service: ServiceAsked
    months: int
    billing: str | None
    wished: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a tenant orders. `sites_sent` and `items_sent` are as they came, to be shown again: with personal data.

    An empty `supplier` is our own network, an `id` is the caller's own number.
    `unread` names the fields that could not be read and hold a stand-in; nothing with such a field is ever placed.
    """

    id: int = UNNUMBERED
    door: str = TENANT_DOOR
    supplier: str = ""
    supplier_quote_id: str
    sites: Sequence[SiteAsked]
    items: Sequence[Item]
    sites_sent: Sequence[Mapping[str, Any]]
    items_sent: Sequence[Mapping[str, Any]]
    body_hash: bytes
    unread: frozenset[str] = frozenset()

    @property
    def first_site(self) -> int:
        """Whose address stands for the order: the first A-END's, else the first site's."""
        return next((place for place, one in enumerate(self.sites) if one.role == "A-END"), 0)

    @property
    def wished(self) -> date | None:
        """When all of it is wished for."""
        return max((one.wished for one in self.items if one.wished is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A quote item that has a price, and the order that took it, if one did. Sites and services are as shown."""

    supplier_id: SupplierId
    sites: Sequence[Mapping[str, Any]]
    contract: Mapping[str, Any]
    services: Sequence[Mapping[str, Any]]
    months: int
    level: str
    valid_until: datetime
    ordered_by: int | None


def bandwidths(service: Mapping[str, Any], sites: Sequence[Mapping[str, Any]]) -> list[str]:
    """Of a service as a quote shows it: our own network tells one, others may tell it at the sites, or none."""
    said = service.get("serviceCharacteristic") or ()
    named = [one for one in said if one["name"] == BANDWIDTH]
    at_sites = [one for site in sites for one in site.get("siteCharacteristics") or () if one["name"] == BANDWIDTH]
    return list(dict.fromkeys(str(one["value"]) for one in named or at_sites))
