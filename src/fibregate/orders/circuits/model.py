"""An order about a circuit as it is asked, and what it will be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fibregate.suppliers.network.circuits.terms import EarlyEnding
from fibregate.vocabulary import OrderType


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A MODIFY or a CEASE. Contacts and notes are personal data: never logged.

    `months` and `contract` are those of a renewed term. `unread` names the fields that could not be read and hold a
    stand-in; nothing with such a field is ever placed.
    """

    order_type: OrderType
    supplier: str
    service_id: str
    characteristics: Sequence[Mapping[str, str]] = ()
    months: int | None = None
    billing: str | None = None
    contract: Mapping[str, Any] | None = None
    wished: date | None = None
    primary_contact: Mapping[str, Any] | None = None
    secondary_contact: Mapping[str, Any] | None = None
    hazards: str | None = None
    on_site_restrictions: str | None = None
    notes: str | None = None
    body_hash: bytes
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the order makes of the circuit, and what that costs: a price a month of a MODIFY, a sum of a CEASE."""

    bandwidth: str | None = None
    monthly: Decimal | None = None
    ending: EarlyEnding | None = None
