"""A quote as it is asked, and as it was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from fibregate.errors import GatewayError
from fibregate.suppliers.quoting import NotQuoted, QuoteAsked, Quoted, over_the_term

Said = Quoted | NotQuoted | GatewayError
"""What a supplier said of an item, or why it said nothing."""


class Status(StrEnum):
    """What became of an item; a price that has grown old is EXPIRED."""

    QUOTED = "QUOTED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWish:
    """One item to ask one supplier. `sites`, `contract` and `services` are as they were sent, to be shown again."""

    id: int
    supplier: str
    question: QuoteAsked
    sites: Sequence[Mapping[str, Any]]
    contract: Mapping[str, Any]
    services: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A quote to ask for. `places` say where in the request each item stands."""

    external_identifier: str
    items: Sequence[ItemWish]
    places: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteItem:
    """One item as it was answered; `alternate` 0 is what was asked, from 1 on what can be had instead.

    A price has its `supplier_quote_id`, level, term, totals and `valid_until`; nothing else has any of them. Charges,
    construction, reasons and notes are as they are shown. Money is in GBP without VAT.
    """

    id: int
    alternate: int
    supplier: str
    supplier_quote_id: str | None
    sites: Sequence[Mapping[str, Any]]
    contract: Mapping[str, Any]
    services: Sequence[Mapping[str, Any]]
    answered: Status
    level: str | None
    months: int | None
    one_off: Decimal | None
    monthly: Decimal | None
    one_off_charges: Sequence[Mapping[str, Any]]
    recurring_charges: Sequence[Mapping[str, Any]]
    construction: Sequence[Mapping[str, Any]]
    lead_days: int | None
    valid_until: datetime | None
    reasons: Sequence[Mapping[str, Any]]
    notes: Sequence[str]

    def status(self, now: datetime) -> Status:
        """A price is one until its last moment."""
        if self.valid_until is not None and now > self.valid_until:
            return Status.EXPIRED
        return self.answered

    @property
    def over_the_term(self) -> Decimal | None:
        """All charges of the whole term, without construction."""
        if self.one_off is None or self.monthly is None or self.months is None:
            return None
        return over_the_term(self.one_off, self.monthly, self.months)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A tenant's quote; its items as they were asked, each followed by its alternates."""

    id: UUID
    external_identifier: str
    created_at: datetime
    items: Sequence[QuoteItem]
