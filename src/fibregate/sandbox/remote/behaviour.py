"""What a behaviour is: the calls that it spoils, whether they are done, and what becomes of answers and updates."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from fibregate.sandbox.remote.done import Reply
from fibregate.sandbox.remote.model import Json, Order, Paces, Step

FAIRLY: Final = "well"


class Call(StrEnum):
    """The operations of the network, by what they are about."""

    AVAILABILITY = "availability"
    SLOTS = "slots"
    QUOTE = "quote"
    BOOKING = "booking"
    ORDER = "order"
    AMENDMENT = "amendment"
    CANCELLATION = "cancellation"
    LOOKUP = "lookup"
    RELEASE = "release"


class Wire(Protocol):
    """The connection to the caller, for behaviours that do not stop at words."""

    async def say(self, raw: bytes) -> None: ...

    async def until_gone(self, seconds: float) -> None:
        """Wait until the caller hangs up, at most so long."""
        ...

    def reset(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Cue:
    """What a behaviour may know. `other` is an order of another tenant, `earlier` an earlier one of the same tenant.

    Of those that there are none of, it is the order itself.
    """

    paces: Paces
    trap: str
    other: Order | None = None
    earlier: Order | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """One sending of an update, so many seconds after the one before it. `forged`: it is not about what it says."""

    update: Json
    after: float = 0.0
    forged: bool = False


Rewrite = Callable[[Reply, Cue], Reply]
Send = Callable[[Wire, Reply, Cue], Awaitable[bool]]
"""Whether the connection may be used again."""

Tells = Callable[[Sequence[Json], Order, Cue], list[Telling]]


def as_it_is(reply: Reply, _: Cue) -> Reply:
    return reply


def unbent(course: list[Step]) -> list[Step]:
    return course


def in_order(updates: Sequence[Json], _order: Order, _cue: Cue) -> list[Telling]:
    return [Telling(one) for one in updates]


def head(reply: Reply, *, close: bool = False) -> bytes:
    """Status line and headers."""
    lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Said')}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    if reply.status != 204:  # noqa: PLR2004 - the status that has no body
        lines.append(f"Content-Length: {len(reply.body)}")
    if close:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


_REASONS: Final = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    302: "Found",
    307: "Temporary Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    409: "Conflict",
    422: "Unprocessable Content",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


async def whole(wire: Wire, reply: Reply, _: Cue) -> bool:
    """As it should be."""
    await wire.say(head(reply) + reply.body)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One row of the table.

    - `on`: the calls that it spoils, each `times` for one number of one tenant, or always.
    - `instead`: what is answered without anything being done, and None where it is done.
    - `rewrites`, `sends`: the right answer in other words, and how it gets onto the wire.
    - `at_once`: what the answer says of the status of an order, or that a change is granted (`COMPLETED`).
    - `bends` the course of an order, and `tells` its updates, the whole rest of them at once where `batched`.
    - `lingers`: an order waits before it completes, so that there is time to change it. `agrees`: changes are granted.
    """

    number: int
    name: str
    does: str
    on: frozenset[Call] = field(default_factory=frozenset[Call])
    times: int | None = None
    instead: Rewrite | None = None
    rewrites: Rewrite = as_it_is
    sends: Send = whole
    at_once: str = ""
    bends: Callable[[list[Step]], list[Step]] = unbent
    tells: Tells = in_order
    batched: bool = False
    lingers: bool = False
    agrees: bool = True
    again: bool = False
    """A number that comes again is done again."""

    afterwards: float = 0.0
    """Done so many seconds after the answer of `instead`."""

    forgets: bool = False
    """For a while it cannot be looked up."""

    tells_first: bool = False
    """The first update is told before the answer."""

    throws_token_away: bool = False
    takes_service_away: bool = False
