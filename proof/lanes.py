"""What a receiver's log says by itself: each order's webhooks in order, none early, repeats the same.

Any sender can be judged so, not the gateway alone. A lane is one path and one order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from proof.model import Findings

Record = Mapping[str, Any]
Lane = tuple[str, int]

OUT_OF_ORDER: Final = "webhooks out of order"
EARLY: Final = "attempts before the one ahead was taken"
OTHER_ID: Final = "repeats with another webhook-id"
OTHER_BYTES: Final = "repeats with other bytes"
TOO_MANY: Final = "repeats more than kills × in flight"
INVARIANTS: Final = (OUT_OF_ORDER, EARLY, OTHER_ID, OTHER_BYTES, TOO_MANY)

_NOTHING: Final[frozenset[int]] = frozenset()


@dataclass
class Heard:
    """What the receiver was told. Replays count as neither `again` nor `repeats`."""

    requests: int = 0
    taken: dict[tuple[str, int, int], float] = field(default_factory=dict[tuple[str, int, int], float])
    """(path, order, number) -> when its first 2xx was answered."""

    first: dict[tuple[str, int, int], float] = field(default_factory=dict[tuple[str, int, int], float])
    """When the first request for it came."""

    ids: dict[tuple[str, int, int], set[str]] = field(default_factory=dict[tuple[str, int, int], set[str]])
    again: list[Record] = field(default_factory=list[Record])
    """Requests after one for the same number that was not refused: the caller cannot have heard the answer."""

    repeats: list[Record] = field(default_factory=list[Record])
    """Those of them for what had been taken."""


def was_taken(record: Record) -> bool:
    return 200 <= record["status"] < 300


def is_replay(record: Record) -> bool:
    return "webhook-replay" in record["headers"]


def judge(
    records: Iterable[Record],
    found: Findings,
    *,
    skipped: Mapping[Lane, frozenset[int]] | None = None,
    most_repeats: int | None = None,
) -> Heard:
    """Counts into `found` what is wrong. `skipped` are numbers that need not be taken before the next may be sent."""
    found.looked_at(*INVARIANTS)
    lanes: defaultdict[Lane, list[Record]] = defaultdict(list)
    for record in records:
        if record.get("number") is not None:
            lanes[record["path"], record["order"]].append(record)
    heard = Heard()
    for lane, there in lanes.items():
        there.sort(key=lambda one: one["at"])
        heard.requests += len(there)
        _same(lane, there, found, heard)
        _in_order(lane, there, found, heard, (skipped or {}).get(lane, _NOTHING))
        heard.again += _again(there)
    if most_repeats is not None and len(heard.repeats) > most_repeats:
        _too_many(heard.repeats, most_repeats, found)
    return heard


def _same(lane: Lane, there: Sequence[Record], found: Findings, heard: Heard) -> None:
    """Every request for one number has one id and one body."""
    first: dict[int, Record] = {}
    for one in there:
        earlier = first.setdefault(one["number"], one)
        heard.first.setdefault((*lane, one["number"]), one["at"])
        told = one["headers"].get("webhook-id", one.get("id"))
        heard.ids.setdefault((*lane, one["number"]), set()).add(str(told))
        if told != earlier["headers"].get("webhook-id", earlier.get("id")):
            found.broke(OTHER_ID, f"{_name(lane, one)}: {told} after {earlier['headers'].get('webhook-id')}")
        if one["sha256"] != earlier["sha256"]:
            found.broke(OTHER_BYTES, f"{_name(lane, one)}: {one['sha256'][:12]} after {earlier['sha256'][:12]}")


def _in_order(lane: Lane, there: Sequence[Record], found: Findings, heard: Heard, skipped: frozenset[int]) -> None:
    highest = 0
    for one in there:
        if is_replay(one):
            continue
        number = one["number"]
        key = (*lane, number)
        if key in heard.taken and heard.taken[key] <= one["at"]:
            heard.repeats.append(one)
        if number < highest:
            found.broke(OUT_OF_ORDER, f"{_name(lane, one)} came after number {highest}, at {one['wall']}")
        ahead = number - 1
        if ahead and ahead not in skipped and heard.taken.get((*lane, ahead), one["at"] + 1) > one["at"]:
            found.broke(EARLY, f"{_name(lane, one)} came at {one['wall']}, before number {ahead} was taken")
        highest = max(highest, number)
        if was_taken(one):
            heard.taken[key] = min(heard.taken.get(key, one["answered"]), one["answered"])


def _again(there: Sequence[Record]) -> Iterator[Record]:
    unheard: set[int] = set()
    for one in there:
        if not is_replay(one) and one["number"] in unheard:
            yield one
        if was_taken(one) or not one["status"]:
            unheard.add(one["number"])


def _too_many(repeats: Sequence[Record], most: int, found: Findings) -> None:
    for one in repeats[most:]:
        found.broke(TOO_MANY, f"{_name((one['path'], one['order']), one)} again at {one['wall']}; {most} are explained")


def _name(lane: Lane, record: Record) -> str:
    return f"{lane[0]} order {lane[1]} number {record['number']}"
