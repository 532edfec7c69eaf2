"""The words of an Ethernet order between us and any network: all services of one price, as they were quoted."""

from dataclasses import dataclass
from datetime import date

from fibregate.suppliers.questions import Characteristic, Contact
from fibregate.suppliers.quoting import ServiceAsked, SiteAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class Wayleave:
    """Whether who orders owns the ground, and whom to ask."""

    owner: bool
    characteristics: tuple[Characteristic, ...] = ()
    contact: Contact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOrdered:
    """One end of what is ordered, and whom and what to expect there."""

    site: SiteAsked
    wayleave: Wayleave | None = None
    primary_contact: Contact | None = None
    secondary_contact: Contact | None = None
    hazards: str | None = None
    on_site_restrictions: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOrdered:
    """One service of the price, for how long, and when it is wished for."""

    service: ServiceAsked
    months: int
    billing: str | None = None
    price_alteration: str | None = None
    requested_completion_date: date | None = None
    technical_contact: Contact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EthernetAsked:
    """An order under our number. `quote_id` is the network's own name of the price that it rests on."""

    id: int
    quote_id: str
    sites: tuple[SiteOrdered, ...]
    services: tuple[ServiceOrdered, ...]
