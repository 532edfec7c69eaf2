"""The independent checker: what callers asked, what receivers were told and what the database holds, joined.

    python -m proof.checker FOLDER

It reads a history (see `history.py`) and nothing else, so it judges one of a year ago as well. It expects that nobody
was told anything but what a caller had caused, that every endpoint of `run.json` was there before the first order, and
that the run had waited until there was nothing left to deliver.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from proof import history, lanes
from proof.model import Findings

LOST_ORDERS: Final = "accepted orders lost"
PHANTOM_ORDERS: Final = "orders that nobody placed"
NOT_SENT_ON: Final = "orders not given to their network exactly once"
LOST: Final = "events lost"
TWICE: Final = "events told twice"
PHANTOM: Final = "events that nobody caused"
UNDELIVERED: Final = "events still undelivered at the end"
SEQUENCE: Final = "gaps in an order's sequence"
FEED: Final = "gaps in a tenant's feed"
READ: Final = "events that a reader of the feed missed, or saw late"
REFUSED: Final = "answers that a retry must not get"
LATE: Final = "kills after which nothing was accepted for 15 s"
PICKED_UP_LATE: Final = "webhooks in flight at a kill, sent again later than 20 s after it"
INVARIANTS: Final = (
    *(LOST_ORDERS, PHANTOM_ORDERS, NOT_SENT_ON, LOST, TWICE, PHANTOM, UNDELIVERED, SEQUENCE, FEED, READ, REFUSED),
    *(LATE, PICKED_UP_LATE),
    *lanes.INVARIANTS,
)
ACCEPTS_AGAIN: Final = 15.0
PICKED_UP: Final = 20.0

_TAKEN: Final = frozenset({200, 201, 202, 204})
_AWAY: Final = frozenset({0, 503, 504})
_CAUSE: Final = re.compile(r"\bproof ([0-9a-f]{8}-[0-9a-f-]{27})\b")
"""In an update's text: which update it was."""


class History:
    """All of one history, with the names by which its parts are joined."""

    def __init__(self, folder: Path) -> None:
        self.run = history.read_run(folder)
        self.asked = history.read_all(folder, "client*.jsonl")
        self.received = history.read_all(folder, "receiver*.jsonl")
        self.kills = history.read_all(folder, "kills*.jsonl")
        self.dumped: float = history.read_all(folder, "dump.jsonl")[-1]["at"]
        self.pages = history.read_all(folder, "feed*.jsonl")
        self.rows = {table: history.rows(folder, table) for table in history.TABLES}
        self.code = {one["tenant"]: one["code"] for one in self.rows["tenants"]}
        self.order_id: dict[tuple[int, int], int] = {
            (one["tenant"], one["order_key"]): one["id"] for one in self.rows["orders"]
        }
        self.paths: Mapping[str, str] = self.run["endpoints"]

    def requests(self, what: str) -> list[history.Record]:
        return [one for one in self.asked if one["what"] == what]

    def endpoints_of(self, tenant: int) -> list[str]:
        """The paths at which a tenant is told."""
        return [path for path, code in self.paths.items() if code == self.code[tenant]]

    def id_of(self, row: Mapping[str, Any]) -> int:
        """The order's own number; 0 for one that is not there."""
        return self.order_id.get((row["tenant"], row["order_key"]), 0)

    def order_of(self, row: Mapping[str, Any]) -> str:
        return f"{self.code[row['tenant']]} order {self.id_of(row)}"


def check(folder: Path) -> Findings:
    """Judge the history in the folder."""
    there, found = History(folder), Findings()
    found.looked_at(*INVARIANTS)
    _answers(there, found)
    _orders(there, found)
    _updates(there, found)
    _sequences(there, found)
    _feed(there, found)
    _read(there, found)
    heard = lanes.judge(
        there.received,
        found,
        skipped=_skipped(there),
        most_repeats=sum(one.get("in_flight", 0) for one in there.kills),
    )
    _deliveries(there, heard, found)
    _bytes(there, found)
    _recovery(there, heard, found)
    found.done["webhooks received"] = heard.requests
    found.done["of these taken before"] = len(heard.repeats)
    for victim, count in Counter(one["victim"] for one in there.kills).items():
        found.done[f"kills of {victim}"] = count
    return found


def _answers(there: History, found: Findings) -> None:
    for one in there.asked:
        if one["status"] not in _TAKEN | _AWAY:
            found.broke(REFUSED, f"{one['who']} {one['what']} {_about(one)}: {one['status']} {one['said'][:200]}")
    found.done["requests"] = len(there.asked)
    found.done["requests without an answer"] = sum(one["status"] in _AWAY for one in there.asked)


def _about(one: Mapping[str, Any]) -> str:
    return f"{one.get('order', '')} {one.get('number', '')} {one.get('id', '')} at {one['wall']}"


def _orders(there: History, found: Findings) -> None:
    asked = {(one["who"], one["order"]) for one in there.requests("order")}
    accepted = {(one["who"], one["order"]) for one in there.requests("order") if one["status"] in _TAKEN}
    kept = {(there.code[tenant], order_id) for (tenant, _), order_id in there.order_id.items()}
    for who, order in sorted(accepted - kept):
        found.broke(LOST_ORDERS, f"{who} order {order} was answered 202")
    for who, order in sorted(kept - asked):
        found.broke(PHANTOM_ORDERS, f"{who} order {order}")
    given = Counter((one["tenant"], one["order_key"]) for one in there.rows["work_orders"])
    for key in there.order_id:
        if given[key] != 1:
            found.broke(NOT_SENT_ON, f"{there.code[key[0]]} order {there.order_id[key]}: {given[key]} times")
    found.done["orders accepted"] = len(accepted)


def _updates(there: History, found: Findings) -> None:
    """Each accepted update makes one event, and each event was made by an update that somebody sent."""
    sent = {one["id"]: one for one in there.requests("update")}
    if not sent:
        return
    accepted = {one["id"]: one for one in there.requests("update") if one["status"] in _TAKEN}
    told: Counter[str] = Counter()
    for one in there.rows["kcis"]:
        named = _CAUSE.search(one["text"] or "")
        if named is None or named[1] not in sent:
            found.broke(PHANTOM, f"{there.order_of(one)} number {one['number']}: {one['reason']} {one['text']!r}")
        else:
            told[named[1]] += 1
    kept = {one["id"]: one for one in there.rows["updates"]}
    for update, one in accepted.items():
        if not told[update]:
            row = kept.get(update)
            became = f"{row['state']} {row['refusal'] or ''}" if row else "not in the database"
            waits = row is not None and row["state"] == "RECEIVED"
            what = f"update {update} of {one['tenant']} order {one['order']} was answered 204: {became}"
            found.broke(UNDELIVERED if waits else LOST, what)
    for update, count in told.items():
        if count > 1:
            found.broke(TWICE, f"update {update} became {count} events")
    found.done["updates accepted"] = len(accepted)
    found.done["events"] = len(there.rows["kcis"])


def _sequences(there: History, found: Findings) -> None:
    numbers: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for one in there.rows["kcis"]:
        numbers[one["tenant"], one["order_key"]].append(one["number"])
    for row in there.rows["orders"]:
        has = sorted(numbers[row["tenant"], row["order_key"]])
        if has != list(range(1, row["kci_count"] + 1)):
            found.broke(SEQUENCE, f"{there.order_of(row)} counts {row['kci_count']} and has {has}")


def _feed(there: History, found: Findings) -> None:
    positions: defaultdict[int, list[int]] = defaultdict(list)
    shown: Counter[tuple[int, int, int]] = Counter()
    for one in there.rows["feed"]:
        positions[one["tenant"]].append(one["position"])
        if one["type"] == "KCI":
            shown[one["tenant"], one["order_key"], one["number"]] += 1
    for head in there.rows["feed_heads"]:
        has = set(positions[head["tenant"]])
        missing = [one for one in range(1, head["position"] + 1) if one not in has]
        for one in missing:
            found.broke(FEED, f"{there.code[head['tenant']]}: no position {one} of {head['position']}")
    for one in there.rows["kcis"]:
        count = shown[one["tenant"], one["order_key"], one["number"]]
        if count != 1:
            found.broke(FEED, f"{there.order_of(one)} number {one['number']} stands there {count} times")


def _read(there: History, found: Findings) -> None:
    """Who read the feed while it was written saw each event once, in the order that it has at the end."""
    for code in sorted({one["who"] for one in there.pages}):
        seen = [(order, number) for one in there.pages if one["who"] == code for order, number in one["events"]]
        rows = sorted((one for one in there.rows["feed"] if there.code[one["tenant"]] == code), key=_position)
        ids = [(there.id_of(one), one["number"]) for one in rows if one["number"]]
        for place, (read, written) in enumerate(zip(seen, ids, strict=False), 1):
            if read != written:
                found.broke(READ, f"{code}: event {place} is order {written[0]} number {written[1]}, read was {read}")
        if len(seen) != len(ids):
            found.broke(READ, f"{code}: {len(seen)} events read, {len(ids)} written")
        found.done["events read from the feed"] += len(seen)


def _position(row: Mapping[str, Any]) -> int:
    return row["position"]


def _skipped(there: History) -> dict[lanes.Lane, frozenset[int]]:
    """What somebody decided not to send any more."""
    path_of = {one["endpoint"]: _path(one["url"]) for one in there.rows["endpoints"]}
    skips: defaultdict[lanes.Lane, set[int]] = defaultdict(set)
    for one in there.rows["kci_skips"]:
        if one["done"]:
            skips[path_of[one["endpoint"]], there.id_of(one)].add(one["number"])
    return {lane: frozenset(numbers) for lane, numbers in skips.items()}


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def _deliveries(there: History, heard: lanes.Heard, found: Findings) -> None:
    """Each event was taken at each endpoint of its tenant, and nothing was told there that is no event."""
    recorded = _recorded(there)
    skipped = _skipped(there)
    real: dict[tuple[str, int, int], str] = {}
    for one in there.rows["kcis"]:
        order = there.id_of(one)
        for path in there.endpoints_of(one["tenant"]):
            key = (path, order, one["number"])
            real[key] = str(one["id"])
            if key in heard.taken or one["number"] in skipped.get((path, order), ()):
                continue
            where = f"{path} order {order} number {one['number']} ({one['id']})"
            if key in recorded:
                found.broke(LOST, f"{where} is recorded as delivered and was never taken")
            else:
                found.broke(UNDELIVERED, where)
    for key, told in heard.ids.items():
        if heard.first[key] > there.dumped:
            continue  # so it may be of later than the rows are
        for one in sorted(told - {real.get(key, "")}):
            found.broke(
                PHANTOM, f"{key[0]} was told of order {key[1]} number {key[2]} as {one}; there is no such event"
            )


def _recorded(there: History) -> set[tuple[str, int, int]]:
    """What the gateway believes to have delivered: by the delivery itself, or because its lane has moved past it."""
    path_of = {str(one["endpoint"]): _path(one["url"]) for one in there.rows["endpoints"]}
    done = {
        (path_of[str(one["endpoint"])], there.id_of(one), one["number"])
        for one in there.rows["deliveries"]
        if one["delivered"]
    }
    for one in there.rows["lanes"]:
        if one["kind"] == "kci":
            _, endpoint, order_key = one["key"].split(":")
            order = there.id_of({**one, "order_key": int(order_key)})
            done |= {(path_of[endpoint], order, number) for number in range(1, one["last_done"] + 1)}
    return done


def _bytes(there: History, found: Findings) -> None:
    """What was received is what the database keeps."""
    path_of = {one["endpoint"]: _path(one["url"]) for one in there.rows["endpoints"]}
    kept: dict[tuple[Any, Any, Any], str] = {
        (path_of[one["endpoint"]], there.id_of(one), one["number"]): one["sha256"] for one in there.rows["deliveries"]
    }
    for one in there.received:
        key = (one["path"], one.get("order"), one.get("number"))
        if key in kept and kept[key] != one["sha256"]:
            found.broke(lanes.OTHER_BYTES, f"{key[0]} order {key[1]} number {key[2]}: not the bytes that are kept")


def _recovery(there: History, heard: lanes.Heard, found: Findings) -> None:
    """How soon the gateway was itself again after each kill, while anybody asked."""
    accepted = [(one["at"], one["until"]) for one in there.asked if one["status"] in _TAKEN]
    longest = 0.0
    for kill in there.kills:
        took = min((until - kill["at"] for at, until in accepted if at >= kill["at"]), default=0.0)
        longest = max(longest, took)
        if took > ACCEPTS_AGAIN:
            found.broke(LATE, f"{kill['victim']} killed at {kill['wall']}: {took:.1f} s")
    again = 0.0
    for one in heard.again:
        took = min((one["at"] - kill["at"] for kill in there.kills if kill["at"] <= one["at"]), default=0.0)
        again = max(again, took)
        if took > PICKED_UP:
            found.broke(PICKED_UP_LATE, f"{one['path']} order {one['order']} number {one['number']}: {took:.1f} s")
    found.notes.append(f"accepting again after a kill within {longest:.1f} s, sending again within {again:.1f} s")


def show(found: Findings) -> Iterable[str]:
    """The findings as lines."""
    for name, count in found.done.items():
        yield f"{count:>9,}  {name}"
    for name, count in found.wrong.items():
        yield f"{count:>9,}  {name}{'   <-- must be 0' if count else ''}"
        yield from (f"             {one}" for one in found.examples.get(name, []))


def main(words: list[str]) -> int:
    if len(words) != 1:
        print("usage: python -m proof.checker FOLDER", file=sys.stderr)
        return 2
    found = check(Path(words[0]))
    print("\n".join(show(found)))
    return 1 if found.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
