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
    AGREED = "the state beneath; the one before it, where that was a question"
    BENEATH = "the state beneath"
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
CHANGING = frozenset({S.PENDING_AMENDMENT, S.PENDING_CANCELLATION})
"""A change of the tenant's waits for the network; the state beneath goes on meanwhile, moved by the same rows."""

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
    Move(Reason.AMENDED, OPEN, To.AGREED, "the network takes the tenant's amendment"),
    Move(Reason.AMENDMENT_REJECTED, OPEN, To.BENEATH, "the network refuses the tenant's amendment"),
    Move(Reason.CANCELLATION_REJECTED, OPEN, To.BENEATH, "the network refuses the tenant's cancellation"),
    Move(Reason.CANCELLED, ANY_OPEN, To.ENDED_HOW, "the order ends, as the tenant asked or by the supplier"),
    Move(Reason.COMPLETED, frozenset({S.IN_PROGRESS}), To.DONE_HOW, "the service works"),
)


@dataclass(frozen=True, slots=True)
class OwnMove:
    """A row of what the gateway does by itself. `told` with this reason; without one nobody is told."""

    source: frozenset[OrderStatus]
    target: OrderStatus
    told: Reason | None
    says: str
    with_error: bool = False


OWN_MOVES = (
    OwnMove(frozenset(), S.RECEIVED_BY_GATEWAY, None, "an order of a tenant"),
    OwnMove(frozenset(), S.RECEIVED_BY_GATEWAY, Reason.CREATED, "a cease that a network makes"),
    OwnMove(frozenset({S.RECEIVED_BY_GATEWAY}), S.SENT_TO_SUPPLIER, Reason.UPDATE, "handed over"),
    OwnMove(
        frozenset({S.RECEIVED_BY_GATEWAY}), S.FAILED_TO_SEND, Reason.UPDATE, "cannot be handed over", with_error=True
    ),
    OwnMove(OPEN, S.PENDING_AMENDMENT, Reason.UPDATE, "an amendment is with the network"),
    OwnMove(OPEN, S.PENDING_CANCELLATION, Reason.UPDATE, "a cancellation is with the network"),
)
"""`step` knows nothing of them: they are made where their cause is. What was handed over is told at the tenant door."""

QUESTIONS = frozenset({Reason.REAPPOINT, Reason.INFORMATION_REQUIRED})
"""The tenant must answer."""

AFTER_THE_END = frozenset({Reason.ADDITIONAL, Reason.UPDATE})
"""Taken when the order has ended: told, without a change of state."""

_TABLE = {(move.reason, source): move for move in MOVES for source in move.source}


class MoveRefused(Exception):
    """The table has no row for this update in this state; the message says what is possible."""


OF_CHANGES = frozenset({Reason.AMENDED, Reason.AMENDMENT_REJECTED, Reason.CANCELLATION_REJECTED})
"""Answers to what a tenant has asked: each needs a change that is open."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an order decides where an update leads. `beneath` is set while a change of the tenant's waits."""

    status: OrderStatus
    returns_to: OrderStatus | None
    committed: bool
    beneath: OrderStatus | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Where an update leads, where the order returns to if it must wait there, and what is beneath a change."""

    status: OrderStatus
    returns_to: OrderStatus | None
    beneath: OrderStatus | None = None

    def under(self, waits: OrderStatus | None) -> "Step":
        """The same while a change waits (`PENDING_AMENDMENT`, `PENDING_CANCELLATION`) or none does any more."""
        plain = self.beneath or self.status
        if waits is None or plain in ENDED:
            return Step(plain, self.returns_to)
        return Step(waits, self.returns_to, plain)


def step(
    standing: Standing,
    reason: Reason,
    *,
    said: OrderStatus | None = None,
    settles: bool = False,
    waits: OrderStatus | None = None,
) -> Step:
    """Where this update leads. `said` is the status that the supplier names; `settles` that it ends a wait.

    `waits` is the state of an order whose tenant has a change that is still with the network after this update.
    Raises `MoveRefused` where the table has no row.
    """
    if standing.status in ENDED and reason in AFTER_THE_END:
        return Step(standing.status, standing.returns_to)
    plain = Standing(standing.beneath or standing.status, standing.returns_to, standing.committed)
    move = _TABLE.get((reason, plain.status))
    if move is None:
        raise MoveRefused(_refusal(plain.status, reason))
    status = _target(move.target, plain, said=said, settles=settles)
    kept = _returns_to(plain, status) if status in {S.PENDING, S.HELD} else None
    return Step(status, kept).under(waits)


def _target(target: OrderStatus | To, standing: Standing, *, said: OrderStatus | None, settles: bool) -> OrderStatus:
    if isinstance(target, OrderStatus):
        return target
    back = standing.returns_to or standing.status
    choices = {
        To.SAME: standing.status,
        To.BACK: back,
        To.AGREED: back if standing.status is S.PENDING else standing.status,
        To.BENEATH: standing.status,
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
