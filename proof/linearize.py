"""Is there an order of these operations, each at one instant between call and answer, that a plain timeslot obeys?

Wing and Gong's search, with Lowe's memory of what was tried. Histories of different timeslots are judged apart: an
object of several is linearizable exactly when each of them is. An operation without an answer may have happened at any
time after its call, or never.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from math import inf
from typing import Final

BOOK: Final = "book"
RELEASE: Final = "release"
READ: Final = "read"
LIST: Final = "list"

# What was answered.
HELD: Final = "held"
FULL: Final = "full"
SPENT: Final = "spent"
GONE: Final = "gone"
ABSENT: Final = "absent"
FREE: Final = "free"


@dataclass(frozen=True, slots=True)
class Op:
    """One call about one timeslot. `said` None: nobody knows what became of it. `hold` is 0 where none is named."""

    slot: str
    kind: str
    hold: int
    said: str | None
    began: float
    ended: float = inf


MOST_STEPS: Final = 1_000_000
"""After so many a timeslot is left unjudged: calls without an answer fit in more ways than there is time for."""

State = tuple[int, int]
"""Holds that have a place and holds that had one, as sets of bits."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one timeslot's history. `stuck` are operations of which none could come next."""

    slot: str
    fits: bool
    longest: int = 0
    stuck: Sequence[Op] = ()
    by_full_alone: bool = False
    """Without its answers that the timeslot is full the history would fit: one of them had no holder to justify it."""

    is_judged: bool = True
    """False where the search was given up."""


@dataclass(slots=True)
class Timeslot:
    """The specification: a place is one hold's until it is given back, and a hold that was given back stays spent."""

    capacity: int
    _bits: dict[int, int] = field(default_factory=dict[int, int])

    def start(self) -> State:
        return (0, 0)

    def after(self, state: State, op: Op) -> State | None:
        """The state after `op` was answered as it was; None where it could not have been."""
        bit = self._bit(op.hold)
        match op.kind:
            case "book":
                return self._booked(state, op.said, bit)
            case "release":
                return self._released(state, op.said, bit)
            case "read":
                return state if op.said == self._seen(state, bit) else None
            case _:
                return state if op.said == (FREE if self._has_room(state) else FULL) else None

    def perhaps(self, state: State, op: Op) -> State | None:
        """The state after an operation that may have happened; None where that would change nothing."""
        bit = self._bit(op.hold)
        if op.kind == BOOK:
            return self._booked(state, HELD, bit) if not state[0] & bit else None
        if op.kind == RELEASE and state[0] & bit:
            return self._released(state, GONE, bit)
        return None

    def _bit(self, hold: int) -> int:
        return self._bits.setdefault(hold, 1 << len(self._bits))

    def _has_room(self, state: State) -> bool:
        return state[0].bit_count() < self.capacity

    def _seen(self, state: State, bit: int) -> str:
        if state[0] & bit:
            return HELD
        return GONE if state[1] & bit else ABSENT

    def _booked(self, state: State, said: str | None, bit: int) -> State | None:
        held, spent = state
        known = self._seen(state, bit)
        if said == HELD and known == HELD:
            return state
        if said == HELD and known == ABSENT and self._has_room(state):
            return (held | bit, spent)
        fits = (said == FULL and known == ABSENT and not self._has_room(state)) or (said == SPENT and known == GONE)
        return state if fits else None

    def _released(self, state: State, said: str | None, bit: int) -> State | None:
        held, spent = state
        known = self._seen(state, bit)
        if said == GONE and known == HELD:
            return (held & ~bit, spent | bit)
        fits = (said == GONE and known == GONE) or (said == ABSENT and known == ABSENT)
        return state if fits else None


class _Search:
    """Depth first over the sets of operations that have happened; a set met again in the same state is not tried.

    Which of the operations without an answer have happened is told by the state: a hold is booked once and given back
    once, so none of them can change anything twice.
    """

    def __init__(self, ops: Sequence[Op], model: Timeslot) -> None:
        self.model = model
        self.known = sorted((one for one in ops if one.said is not None), key=lambda one: one.began)
        self.unknown = sorted(_possible(ops), key=lambda one: one.began)
        self._all = (1 << len(self.known)) - 1
        self._tried: set[tuple[int, State]] = set()
        self.longest = 0
        self.best = 0

    @property
    def given_up(self) -> bool:
        return len(self._tried) >= MOST_STEPS

    def fits(self) -> bool:
        if not self.known:
            return True
        start = (0, self.model.start())
        path = [self._next(*start)]
        while path and not self.given_up:
            found = next(path[-1], None)
            if found is None:
                path.pop()
                continue
            if found[0] == self._all:
                return True
            self._note(found[0])
            path.append(self._next(*found))
        return False

    def stuck(self) -> list[Op]:
        """Where the longest attempt ended: what had to happen next and could not."""
        deadline = self._deadline(self.best)
        return [one for n, one in enumerate(self.known) if not self.best >> n & 1 and one.began <= deadline]

    def _note(self, done: int) -> None:
        if done.bit_count() > self.longest:
            self.longest, self.best = done.bit_count(), done

    def _next(self, done: int, state: State) -> Iterator[tuple[int, State]]:
        """Every step from here that is new: first what was answered, then what may have happened."""
        deadline = self._deadline(done)
        for place, op in self._open(done, deadline):
            after = self.model.after(state, op)
            if after is not None and self._new(step := (done | 1 << place, after)):
                yield step
        for op in takewhile(lambda one: one.began <= deadline, self.unknown):
            after = self.model.perhaps(state, op)
            if after is not None and self._new(step := (done, after)):
                yield step

    def _deadline(self, done: int) -> float:
        """The first answer among those still to happen: whatever was called later happened later."""
        first = inf
        for place, op in self._open(done, inf):
            if op.began > first:
                break
            first = min(first, self.known[place].ended)
        return first

    def _open(self, done: int, deadline: float) -> Iterator[tuple[int, Op]]:
        place = ((done + 1) & ~done).bit_length() - 1
        while place < len(self.known) and self.known[place].began <= deadline:
            if not done >> place & 1:
                yield place, self.known[place]
            place += 1

    def _new(self, step: tuple[int, State]) -> bool:
        if step in self._tried:
            return False
        self._tried.add(step)
        return True


def _possible(ops: Sequence[Op]) -> list[Op]:
    """Those without an answer, but for what readings after everything else show not to have happened.

    One that happens later than such a reading is seen by nobody: it is as if it never did.
    """
    over = max((one.ended for one in ops if one.said is not None and one.kind != READ), default=-inf)
    read: defaultdict[int, set[str | None]] = defaultdict(set)
    for one in ops:
        if one.kind == READ and one.began > over:
            read[one.hold].add(one.said)
    without = {BOOK: {ABSENT}, RELEASE: {ABSENT, HELD}}
    return [
        one
        for one in ops
        if one.said is None and not (read[one.hold] and read[one.hold] <= without.get(one.kind, set()))
    ]


def judge(slot: str, ops: Sequence[Op], capacity: int) -> Verdict:
    """One timeslot's history against the specification."""
    search = _Search(ops, Timeslot(capacity))
    if search.fits():
        return Verdict(slot, fits=True, longest=len(search.known))
    if search.given_up:
        return Verdict(slot, fits=False, longest=search.longest, stuck=search.stuck(), is_judged=False)
    bare = [one for one in ops if one.said != FULL]
    by_full = len(bare) < len(ops) and _Search(bare, Timeslot(capacity)).fits()
    return Verdict(slot, fits=False, longest=search.longest, stuck=search.stuck(), by_full_alone=by_full)


def judge_all(ops: Iterable[Op], capacities: dict[str, int]) -> list[Verdict]:
    """Each timeslot apart, those that do not fit first."""
    by_slot: defaultdict[str, list[Op]] = defaultdict(list)
    for one in ops:
        by_slot[one.slot].append(one)
    found = [judge(slot, by_slot[slot], capacities[slot]) for slot in sorted(by_slot)]
    return sorted(found, key=lambda one: one.fits)
