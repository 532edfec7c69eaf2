"""A clause, what became of it, and what the trials share."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from fibregate.suppliers.answers import Availability, Booked, Refused, Slots
from fibregate.suppliers.calls import Network
from fibregate.suppliers.conformance.wire import Wire
from fibregate.suppliers.ethernet import EthernetAsked
from fibregate.suppliers.port import Timeslot
from fibregate.suppliers.questions import BookingAsked, Characteristic, Identifier, Provide, Trace
from fibregate.suppliers.quoting import QuoteAsked, Quoted

T = TypeVar("T")


class Level(StrEnum):
    """A MUST that is broken fails the suite; a SHOULD warns."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Outcome(StrEnum):
    """What became of a clause."""

    PASS = "PASS"  # noqa: S105 - not a password
    FAIL = "FAIL"
    WARN = "WARN"
    SKIP = "SKIP"


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule: its words, and how it is tried."""

    name: str
    text: str
    how: str
    level: Level = Level.MUST


@dataclass(frozen=True, slots=True)
class Verdict:
    """`what` says what was wrong, why it was skipped, or what is worth knowing."""

    clause: Clause
    outcome: Outcome
    what: str = ""


class Broken(Exception):
    """The network breaks the clause; the message says how."""


class Skipped(Exception):
    """The clause cannot be tried; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What whoever runs the suite says. `today` is the network's; `scarce` has timeslots with one place each.

    Without `ethernet`, what is to be priced and ordered between sites, nothing of it is tried.
    `patience`: seconds for which an order may take to be acknowledged, where it can be looked up.
    """

    address: Identifier
    unknown: Identifier
    today: date
    first_id: int
    scarce: Identifier | None = None
    service: str | None = None
    characteristics: tuple[Characteristic, ...] = ()
    ethernet: QuoteAsked | None = None
    read_only: bool = False
    patience: float = 5


@dataclass(slots=True, kw_only=True)
class Stage:
    """Who is tried, on what terms, and what has been found out so far."""

    network: Network
    terms: Terms
    trace: Trace
    ids: Iterator[int]
    wire: Wire | None = None
    available: Availability | None = None
    slots: Slots | None = None
    spent: set[tuple[str, Timeslot]] = field(default_factory=set[tuple[str, Timeslot]])
    booking: tuple[BookingAsked, Booked] | None = None
    order: Provide | None = None
    priced: tuple[int, QuoteAsked, Quoted] | None = None
    ethernet: EthernetAsked | None = None
    acknowledged: bool = False
    amendment: int | None = None
    cancellation: int | None = None
    offers: set[str] = field(default_factory=set[str])

    def over_the_wire(self) -> Wire:
        """For what no port can show. Raises `Skipped`."""
        if self.wire is None:
            raise Skipped("seen only over HTTP, and this adapter was tried through the port")
        return self.wire

    def may_write(self) -> None:
        """Raises `Skipped` where nothing may be booked or ordered."""
        if self.terms.read_only:
            raise Skipped("nothing is booked or ordered with --read-only")

    @property
    def service(self) -> str:
        """What is booked and ordered. Raises `Skipped` where nothing can be."""
        if self.terms.service is not None:
            return self.terms.service
        if self.available is None or not self.available.specifications:
            raise Skipped(f"nothing can be ordered at {self.terms.address.type} {self.terms.address.id}")
        return self.available.specifications[0].id

    def free_slot(self) -> Timeslot:
        """One that was offered and has not been used here. Raises `Skipped`."""
        for one in self.slots.slots if self.slots else ():
            if (self.service, one) not in self.spent:
                self.spent.add((self.service, one))
                return one
        raise Skipped("there is no free timeslot to book")


Try = Callable[[Stage], Awaitable[str | None]]
"""Returns a word worth knowing; raises `Broken`, `Skipped` or `SupplierFailed`."""
Trial = tuple[Clause, Try]


def expect(holds: object, what: str) -> None:
    """Raises `Broken` with `what` was found unless something `holds`."""
    if not holds:
        raise Broken(what)


def granted(found: T | Refused) -> T:
    """Raises `Broken` with the network's words where it refused."""
    if isinstance(found, Refused):
        raise Broken(f"it is refused: {'; '.join(found.messages)}")
    return found
