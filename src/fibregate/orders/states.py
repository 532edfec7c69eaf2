"""The life of an order, as data: which update takes it from where to where.

`docs/reference/states.md` is made from it.
"""

from dataclasses import dataclass
from enum import Enum

from fibregate.vocabulary import ENDED, OrderStatus, Reason

S = OrderStatus


class To(Enum):
    """Targets that depend on the order."""

    SAME = "the same state"
    BACK = "the state before it"
    SAME_OR_BACK = "the same state, or the state before it when the update settles the matter"
    ENDED_HOW = "CANCELLED, or FAILED where the supplier says so"
    DONE_HOW = "COMPLETED, or PARTIAL where the supplier says so"


@dataclass(frozen=True, slots=True)
class Move:
    """One row: an update with this reason, in one of these states, leads there."""

    reason: Reason
    source: frozenset[OrderStatus]
    target: OrderStatus | To
    says: str


SENT = frozenset({S.RECEIVED_BY_GATEWAY, S.SENT_TO_SUPPLIER})
WORKING = frozenset({S.ACKNOWLEDGED, S.IN_PROGRESS})
OPEN = frozenset({S.SENT_TO_SUPPLIER, S.ACKNOWLEDGED, S.IN_PROGRESS, S.PENDING, S.HELD})
ANY_OPEN = OPEN | SENT

MOVES = (
    Move(Reason.ACKNOWLEDGED, SENT, S.ACKNOWLEDGED, "the supplier has made its own order"),
    Move(Reason.ORDER_REJECTED, SENT, S.REJECTED, "the supplier refuses the order"),
    Move(Reason.COMMITTED, SENT | {S.ACKNOWLEDGED}, S.IN_PROGRESS, "the supplier promises a date"),
    Move(Reason.UPDATE, ANY_OPEN - {S.PENDING, S.HELD}, To.SAME, "news without a change of state"),
    Move(
        Reason.UPDATE,
        frozenset({S.PENDING, S.HELD}),
        To.SAME_OR_BACK,
        "news; a new date or the old state ends the wait",
    ),
    Move(Reason.ADDITIONAL, ANY_OPEN, To.SAME, "new facts, such as the service id"),
    Move(Reason.WARNING, ANY_OPEN, To.SAME, "a possible issue"),
    Move(Reason.DELAY, WORKING | {S.HELD}, S.HELD, "the supplier cannot go on"),
    Move(Reason.RESUMED, frozenset({S.HELD}), To.BACK, "the supplier goes on, dates unaffected"),
    Move(Reason.INFORMATION_REQUIRED, OPEN, S.PENDING, "the tenant must answer"),
    Move(Reason.REAPPOINT, OPEN, S.PENDING, "the tenant must agree a new appointment"),
    Move(Reason.REAPPOINTED, WORKING | {S.SENT_TO_SUPPLIER}, To.SAME, "the supplier has moved the appointment itself"),
    Move(Reason.REAPPOINTED, frozenset({S.HELD, S.PENDING}), To.BACK, "the supplier has made a new appointment"),
    Move(Reason.CANCELLED, ANY_OPEN, To.ENDED_HOW, "the supplier ends the order"),
    Move(Reason.COMPLETED, frozenset({S.IN_PROGRESS}), To.DONE_HOW, "the service works"),
)
QUESTIONS = frozenset({Reason.REAPPOINT, Reason.INFORMATION_REQUIRED})
"""The tenant must answer."""

AFTER_THE_END = frozenset({Reason.ADDITIONAL, Reason.UPDATE})
"""Taken when the order has ended: told, without a change of state."""

_TABLE = {(move.reason, source): move for move in MOVES for source in move.source}


class MoveRefused(Exception):
    """The table has no row for this update in this state; the message says what is possible."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an order decides where an update leads."""

    status: OrderStatus
    returns_to: OrderStatus | None
    committed: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Where an update leads, and where the order returns to if it must wait there."""

    status: OrderStatus
    returns_to: OrderStatus | None


def step(standing: Standing, reason: Reason, *, said: OrderStatus | None = None, settles: bool = False) -> Step:
    """Where this update leads. `said` is the status that the supplier names; `settles` that it ends a wait.

    Raises `MoveRefused` where the table has no row.
    """
    if standing.status in ENDED and reason in AFTER_THE_END:
        return Step(standing.status, standing.returns_to)
    move = _TABLE.get((reason, standing.status))
    if move is None:
        raise MoveRefused(_refusal(standing.status, reason))
    status = _target(move.target, standing, said=said, settles=settles)
    if status in {S.PENDING, S.HELD}:
        return Step(status, _returns_to(standing, status))
    return Step(status, None)


def _target(target: OrderStatus | To, standing: Standing, *, said: OrderStatus | None, settles: bool) -> OrderStatus:
    if isinstance(target, OrderStatus):
        return target
    back = standing.returns_to or standing.status
    choices = {
        To.SAME: standing.status,
        To.BACK: back,
        To.SAME_OR_BACK: back if settles else standing.status,
        To.ENDED_HOW: S.FAILED if said is S.FAILED else S.CANCELLED,
        To.DONE_HOW: S.PARTIAL if said is S.PARTIAL else S.COMPLETED,
    }
    return choices[target]


def _returns_to(standing: Standing, status: OrderStatus) -> OrderStatus | None:
    if standing.status is status or (standing.status is S.PENDING and status is S.HELD):
        return standing.returns_to
    if standing.status is S.HELD:
        return S.IN_PROGRESS if standing.committed else S.ACKNOWLEDGED
    return standing.status


def _refusal(status: OrderStatus, reason: Reason) -> str:
    possible = sorted({move.reason.value for move in MOVES if status in move.source})
    if status in ENDED:
        possible = sorted(one.value for one in AFTER_THE_END)
    return f"{reason.value} is not possible for an order that is {status.value}; possible: {', '.join(possible)}"
