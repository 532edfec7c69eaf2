"""A supplier, an account at it, and a route to it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fibregate.suppliers.answers import Extension
from fibregate.vocabulary import OrderType, SupplierId


class Capability(StrEnum):
    """What a network may be asked; the order types stand beside."""

    AVAILABILITY = "AVAILABILITY"
    APPOINTMENTS = "APPOINTMENTS"
    AMENDMENTS = "AMENDMENTS"
    CANCELLATIONS = "CANCELLATIONS"
    QUOTES = "QUOTES"
    ETHERNET_ORDERS = "ETHERNET_ORDERS"


ORDERS: Final = frozenset(one.value for one in OrderType if one is not OrderType.UNSOLICITED_CEASE)
CAPABILITIES: Final = (*Capability, *sorted(ORDERS))
"""All that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """One network. `replays`: the same id with an equal body asked again is not done again there.

    `only_ethernet`: the code under which our own network sells Ethernet, where that is not its usual one.
    """

    supplier_id: SupplierId
    code: str
    name: str
    own: bool
    only_ethernet: bool
    capabilities: frozenset[str]
    extensions: frozenset[Extension]
    replays: bool
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A tenant's way to a supplier; `account_id` is None for our own network alone. Lower preferences come first."""

    supplier: Supplier
    account_id: int | None
    preference: int
