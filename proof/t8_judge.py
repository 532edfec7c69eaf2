"""What a receiver's log says of an outage: how soon it ended, how fast, and whether all came, in order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from proof.lanes import was_taken
from proof.model import Findings

Record = Mapping[str, Any]

LATE: Final = "first deliveries later than 5 minutes after recovery"
UNRELEASED: Final = "events not delivered with the first 2xx after an outage"
TOO_FAST: Final = "seconds in which a receiver got more than its rate"
LOST: Final = "events that never came"
DISORDER: Final = "events taken out of order"
POISONED: Final = "wrongs done to or around an event that is refused"
GONE: Final = "calls to a suspended endpoint"
PARKING: Final = "wrongs of what was parked and replayed"
INVARIANTS: Final = (LATE, UNRELEASED, TOO_FAST, LOST, DISORDER, POISONED, GONE, PARKING)

MOST_EXTRA: Final = timedelta(minutes=5)
OWN_WAITS: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))
LONGEST_OWN: Final = timedelta(hours=1)
SLACK: Final = timedelta(seconds=2)


def rate(records: Iterable[Record], limit: int, found: Findings, *, until: float) -> int:
    """No `limit` + 1 requests within any second up to that time of the monotonic clock; how many were looked at."""
    found.looked_at(TOO_FAST)
    at = sorted(one["at"] for one in records if one["at"] < until)
    for begin, end in zip(at, at[limit:], strict=False):
        if end - begin < 1.0:
            found.broke(TOO_FAST, f"{limit + 1} requests within {end - begin:.3f} s from {begin:.3f} on")
    return len(at)


def all_taken(records: Iterable[Record], wanted: Iterable[tuple[int, int]], found: Findings, *, name: str) -> None:
    """Every (order, number) has had its 2xx."""
    found.looked_at(LOST)
    taken = {(one["order"], one["number"]) for one in records if was_taken(one)}
    for order, number in wanted:
        if (order, number) not in taken:
            found.broke(LOST, f"{name} order {order} number {number}")


def in_order(records: Iterable[Record], found: Findings, *, name: str) -> None:
    """The first 2xx of each number comes after that of the one before; also where replays carry them."""
    found.looked_at(DISORDER)
    first: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for one in records:
        if was_taken(one):
            there = first[one["order"]]
            there[one["number"]] = min(one["answered"], there.get(one["number"], one["answered"]))
    for order, there in first.items():
        for (number, answered), (after, later) in pairwise(sorted(there.items())):
            if later < answered:
                found.broke(DISORDER, f"{name} order {order}: number {after} before {number}")


def recovery(alive_at: datetime, taken_at: Sequence[datetime], drain: timedelta, found: Findings) -> None:
    """`taken_at` is when each waiting event was taken, by the sandbox's clock; `drain` is how long that may take."""
    found.looked_at(LATE, UNRELEASED)
    if not taken_at:
        found.broke(LATE, "nothing was taken at all")
        return
    first = min(taken_at)
    found.notes.append(f"first delivery {(first - alive_at).total_seconds():.0f} s after recovery (sandbox's clock)")
    if first - alive_at > MOST_EXTRA:
        found.broke(LATE, f"{first - alive_at} after {alive_at}")
    for one in taken_at:
        if one - first > drain:
            found.broke(UNRELEASED, f"taken {one - first} after the first 2xx")


def own_back_off(attempts: Sequence[datetime], found: Findings, *, name: str) -> None:
    """A refused event alone is tried by its own waits, which grow to an hour and no further."""
    found.looked_at(POISONED)
    for place, (before, after) in enumerate(pairwise(attempts)):
        gap = after - before
        least = OWN_WAITS[place] if place < len(OWN_WAITS) else OWN_WAITS[-1]
        most = OWN_WAITS[place] if place < len(OWN_WAITS) else LONGEST_OWN
        if not least - SLACK <= gap <= most + SLACK:
            found.broke(
                POISONED, f"{name}: attempt {place + 2} came {gap} after the one before, wanted {least} to {most}"
            )
