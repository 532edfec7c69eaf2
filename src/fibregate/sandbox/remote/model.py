"""What the network keeps: bookings, quotes, orders and changes, each under the number of whoever asked for it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator

Json: TypeAlias = dict[str, Any]  # a caller's own, or on its way to one

RECEIVED = "RECEIVED_BY_GATEWAY"
ENDED = frozenset({"COMPLETED", "CANCELLED", "REJECTED"})


class Shape(StrEnum):
    """What kind of order it is, as an update names it."""

    PROVIDE = "provideServiceOrder"
    MODIFY = "modifyServiceOrder"
    CEASE = "ceaseServiceOrder"
    UNSOLICITED = "unsolicitedCeaseServiceOrder"
    ETHERNET = "ethernetServiceOrder"


class ChangeKind(StrEnum):
    """What is asked for an order that is under way, as an update names it."""

    AMENDMENT = "serviceOrderAmendment"
    CANCELLATION = "serviceOrderCancellation"


@dataclass(slots=True, kw_only=True)
class Booking:
    """A visit that is held; `order` is the reference of the order that quotes it."""

    kind: Literal["booking"] = "booking"
    tenant: str
    id: int
    reference: str
    uprn: int
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    body: Json
    state: Literal["RESERVED", "CONFIRMED", "RELEASED"] = "RESERVED"
    order: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether nobody else can have the place."""
        return self.state == "CONFIRMED" or (self.state == "RESERVED" and (bool(self.order) or self.expires_at > now))


@dataclass(frozen=True, slots=True)
class Step:
    """What an order will be told next; `change` is the reference of the change that it answers."""

    reason: str
    change: str = ""


@dataclass(slots=True, kw_only=True)
class Order:
    """An order. `course` is yet to be told, `outbox` was put into words and is not taken yet; `told` numbers them.

    `at_once` is what the answer to the order itself said of its status, and empty where an update says it first. `twin`
    marks what was done once more for a number that had an order already.
    """

    kind: Literal["order"] = "order"
    shape: Shape
    tenant: str
    id: int | None
    reference: str
    uprn: int
    body: Json
    conversation: str
    made_at: datetime
    status: str = RECEIVED
    at_once: str = ""
    twin: bool = False
    booking: int | None = None
    service_id: str = ""
    ceased: bool = False
    committed_at: datetime | None = None
    target_at: datetime | None = None
    course: list[Step] = field(default_factory=list[Step])
    outbox: list[Json] = field(default_factory=list[Json])
    told: int = 0

    @property
    def ended(self) -> bool:
        return self.status in ENDED


@dataclass(slots=True, kw_only=True)
class Change:
    """An amendment or a cancellation; `at_once`: the answer itself granted it."""

    kind: Literal["change"] = "change"
    what: ChangeKind
    tenant: str
    id: int
    reference: str
    order: str
    uprn: int
    body: Json
    made_at: datetime
    status: Literal["PENDING", "COMPLETED", "REJECTED"] = "PENDING"
    at_once: bool = False


@dataclass(slots=True, kw_only=True)
class Quote:
    """A question between sites, and what was answered; `order` is the reference of the order that took the price."""

    kind: Literal["quote"] = "quote"
    tenant: str
    id: int
    reference: str
    uprn: int
    body: Json
    holds_until: datetime
    answer: Json = field(default_factory=dict[str, Any])
    order: str = ""


Kept = Annotated[Booking | Order | Change | Quote, Discriminator("kind")]


@dataclass(frozen=True, slots=True)
class Client:
    """Who may call; for a tenant of its own only, or for any."""

    id: str
    secret: str
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class Gateway:
    """Who is told of orders: the base of its updates door, and as whom. `token_url` where it is not the usual one."""

    url: str
    client: Client
    token_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """Seconds of the real clock: between updates, before each answer, how late late answers and updates are.

    For `forgets` a forgetful place cannot find an order; for `lingers` some orders wait to be changed.
    """

    kci: float = 0.2
    answer: float = 0.0
    late: float = 45.0
    gap: float = 70.0
    forgets: float = 5.0
    lingers: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a network is run. Without `clients` whoever names one is let in; without a gateway nobody is told.

    `behave` names the behaviour of all addresses, where they do not have their own. `lookup`: it can be asked how
    something stands, and takes a booking back. `now` is what its own clock first shows.
    """

    supplier: str = "ALTNET1"
    clients: tuple[Client, ...] = ()
    gateway: Gateway | None = None
    behave: str = ""
    lookup: bool = True
    now: datetime | None = None
    places: int = 20
    paces: Paces = field(default_factory=Paces)
