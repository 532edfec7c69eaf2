"""Whether each attempt at a faulty receiver was called what it was, and the next one came when it should."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from proof.faults import BY_NAME, LONGEST_WAIT, Fault
from proof.model import Findings

MISNAMED: Final = "attempts recorded as something else than they were"
MISTIMED: Final = "next attempts earlier or later than promised"
UNRULY: Final = "attempts before Retry-After had passed"
UNWATCHED: Final = "times that a failing endpoint was not tried for longer than 5 minutes"
MISJUDGED: Final = "endpoints in another state than their answers call for"
TRAPPED: Final = "calls to where a redirect led"
AFTER_410: Final = "calls to a suspended endpoint"
INVARIANTS: Final = (MISNAMED, MISTIMED, UNRULY, UNWATCHED, MISJUDGED, TRAPPED, AFTER_410)

SLACK: Final = timedelta(seconds=2)
"""A `Retry-After` names whole seconds, and the sandbox's clock ticks between two walks."""

AT_ONCE: Final = timedelta(milliseconds=50)


@dataclass(frozen=True, slots=True)
class Tried:
    """A row of `delivery_attempts`, with the fault that its endpoint has. Times are the sandbox's."""

    fault: Fault
    endpoint: str
    order: int
    number: int
    attempt: int
    started_at: datetime
    outcome: str
    status: int | None
    next_attempt_at: datetime | None
    took: str = ""

    @property
    def name(self) -> str:
        return f"{self.fault.name} order {self.order} number {self.number} attempt {self.attempt}"


def tried(row: Mapping[str, Any]) -> Tried:
    """From a row whose `url` ends in the fault's name."""
    return Tried(
        fault=BY_NAME[row["url"].rpartition("/")[2]],
        endpoint=str(row["endpoint_id"]),
        order=row["order_key"],
        number=row["sequence_number"],
        attempt=row["attempt"],
        started_at=row["started_at"],
        outcome=row["outcome"],
        status=row["http_status"],
        next_attempt_at=row["next_attempt_at"],
        took=f"{row['took_ms']} ms, of these {row['connect_ms']} to connect",
    )


def judge(rows: Sequence[Tried], found: Findings) -> None:
    """All attempts of all endpoints."""
    found.looked_at(*INVARIANTS)
    for one in rows:
        if one.outcome not in one.fault.outcomes or one.status != one.fault.status:
            found.broke(MISNAMED, f"{one.name}: {one.outcome} {one.status} after {one.took}, was {_wanted(one.fault)}")
    for there in _by_endpoint(rows):
        fault = there[0].fault
        if fault.after == "tried again":
            _lanes(there, found)
            _instants(fault, there, found)


def _wanted(fault: Fault) -> str:
    return f"{' or '.join(sorted(fault.outcomes))} {fault.status or ''}".strip()


def _by_endpoint(rows: Iterable[Tried]) -> Iterable[list[Tried]]:
    found: defaultdict[str, list[Tried]] = defaultdict(list)
    for one in rows:
        found[one.endpoint].append(one)
    return found.values()


def _lanes(rows: Sequence[Tried], found: Findings) -> None:
    """One event after the other attempt: never early by its own count of failures, and when it was said to be."""
    lanes: defaultdict[tuple[int, int], list[Tried]] = defaultdict(list)
    for one in sorted(rows, key=lambda one: one.attempt):
        lanes[one.order, one.number].append(one)
    for lane in lanes.values():
        for failures, one in enumerate(lane):
            least, most = one.fault.wait(failures)
            said = one.next_attempt_at
            if said is not None and not least - SLACK <= said - one.started_at <= most + SLACK:
                found.broke(MISTIMED, f"{one.name}: next in {said - one.started_at}, wanted {least} to {most}")
        for failures, (one, after) in enumerate(pairwise(lane)):
            least, _ = one.fault.wait(failures)
            due = one.started_at + least if one.next_attempt_at is None else one.next_attempt_at
            if after.started_at < due - SLACK:
                found.broke(MISTIMED, f"{after.name} came {due - after.started_at} early")


def _instants(fault: Fault, rows: Sequence[Tried], found: Findings) -> None:
    """The endpoint as a whole: tried often enough, and left alone for as long as it asked."""
    at = Counter(one.started_at for one in rows)
    instants = sorted(at)
    longest = max(LONGEST_WAIT, fault.asked)
    for before, after in pairwise(instants):
        gap = after - before
        if gap > longest + SLACK:
            found.broke(UNWATCHED, f"{fault.name}: nothing for {gap} from {before} on")
        if fault.asked and AT_ONCE < gap < fault.asked - SLACK:
            found.broke(UNRULY, f"{fault.name}: {gap} after {before}, {fault.asked} was asked for")
    for instant in instants[1:]:
        if fault.asked and at[instant] > 1 and instant - instants[0] > AT_ONCE:
            found.broke(
                UNRULY, f"{fault.name}: {at[instant]} attempts at {instant}, the first was answered {fault.name}"
            )


def standing(fault: Fault, *, state: str, enabled: bool, found: Findings) -> None:
    """How an endpoint stands after enough of its answers."""
    wanted = {"taken": ("UP", True), "tried again": ("DOWN", True), "suspended": (None, False)}[fault.after]
    if wanted[1] is not enabled or wanted[0] not in {None, state}:
        found.broke(MISJUDGED, f"{fault.name}: {state}, {'enabled' if enabled else 'suspended'}")


def calls(log: Iterable[Mapping[str, Any]], found: Findings) -> None:
    """What the receiver itself saw."""
    for one in log:
        if one["fault"] == "TRAP":
            found.broke(TRAPPED, one["said"].partition("\r\n")[0])


def silent(log: Iterable[Mapping[str, Any]], fault: str, spans: Sequence[tuple[float, float]], found: Findings) -> None:
    """Nobody calls within these spans of the real clock."""
    for one in log:
        if one["fault"] == fault and any(begin < one["at"] < end for begin, end in spans):
            found.broke(AFTER_410, f"{one['webhook']} at {one['at']:.3f}")
