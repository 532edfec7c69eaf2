"""The words of a quote between us and any network: what Ethernet between sites would cost, asked and answered.

Money is in GBP without VAT, exact to the penny. One question is about one item: its services all join the same sites.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from fibregate.suppliers.answers import Reason
from fibregate.suppliers.questions import Characteristic, Identifier

BANDWIDTH: Final = "POINT_OF_INTERCONNECT"
"""The characteristic whose value is the rate, then the bearer: `100M1G`."""


class Role(StrEnum):
    """What a site is to the service."""

    A_END = "A-END"
    B_END = "B-END"
    MULTI_POINT = "MULTI-POINT"


class Level(StrEnum):
    """How far a price can be relied on."""

    BUDGETARY = "BUDGETARY"
    FIRM_SUBJECT_TO_SURVEY = "FIRM_SUBJECT_TO_SURVEY"
    FIRM = "FIRM"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAsked:
    """One end of a service."""

    name: str
    postcode: str
    role: Role
    address: Identifier
    characteristics: tuple[Characteristic, ...] = ()

    @property
    def words(self) -> str:
        """As people tell it from the others: two sites may have one role."""
        return f"{self.role} {self.name}"


@dataclass(frozen=True, slots=True)
class ServiceAsked:
    """A product by its id, and what is wanted of it; `name` is told, never asked for."""

    product: str
    characteristics: tuple[Characteristic, ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteAsked:
    """What would these services between these sites cost, for so many months?"""

    sites: tuple[SiteAsked, ...]
    services: tuple[ServiceAsked, ...]
    months: int
    billing: str | None = None
    price_alteration: str | None = None


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a price."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Construction:
    """What building at a site may cost; charged is what exceeds `included`, once a survey has said how much."""

    site: str
    amount: Decimal
    included: Decimal

    @property
    def excess(self) -> Decimal:
        return max(self.amount - self.included, Decimal("0.00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A price that holds until `valid_until`. `services` are as they were asked, or as they can be had instead."""

    quote_id: str
    services: tuple[ServiceAsked, ...]
    level: Level
    months: int
    one_off: tuple[PriceLine, ...]
    monthly: tuple[PriceLine, ...]
    construction: tuple[Construction, ...]
    lead_days: int
    valid_until: datetime
    notes: tuple[str, ...] = ()

    @property
    def one_off_total(self) -> Decimal:
        return total(self.one_off)

    @property
    def monthly_total(self) -> Decimal:
        return total(self.monthly)


@dataclass(frozen=True, slots=True)
class NotQuoted:
    """The network will not do it as it was asked, and why; `alternates` are what it would do instead."""

    reasons: tuple[Reason, ...]
    alternates: tuple[Quoted, ...] = ()


def total(charges: Sequence[PriceLine]) -> Decimal:
    return sum((one.amount for one in charges), Decimal("0.00"))


def over_the_term(one_off: Decimal, monthly: Decimal, months: int) -> Decimal:
    """What all of it comes to, without construction."""
    return one_off + months * monthly
