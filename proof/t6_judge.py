"""What T6 looks at: the network's log and the gateway's rows, neither of which is trusted alone."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from proof.model import Findings
from proof.t6_network import ACCOUNTS, Story, tenant_of

DUPLICATES: Final = "orders that their network did more than once"
TWICE_BOOKED: Final = "visits that were booked more than once for one wish"
TWICE_CHANGED: Final = "changes that their network did more than once"
STUCK: Final = "calls of which nobody knows what became, after the limit"
CROSSED: Final = "data of a tenant that came to another"
DISORDER: Final = "orders whose updates were told in another order than their network's"
BELIEVED: Final = "updates that were told although they were forged"
GIVEN_UP: Final = "orders that failed here and were done there"
MADE_UP: Final = "orders that were acknowledged here and never done there"
TRAPPED: Final = "calls to where a redirect led"
UNTRIED: Final = "behaviours that no order met"
INVARIANTS: Final = (
    DUPLICATES,
    TWICE_BOOKED,
    TWICE_CHANGED,
    STUCK,
    CROSSED,
    DISORDER,
    BELIEVED,
    GIVEN_UP,
    MADE_UP,
    TRAPPED,
    UNTRIED,
)

LIMIT: Final = timedelta(minutes=15)
"""For how long the gateway tries to find out."""

LIES: Final = frozenset({"lies-422"})
"""Who says that it did not do what it did is believed: nothing better can be known."""

_OPEN: Final = frozenset({"INTENT", "SENT", "UNKNOWN"})
_HAD: Final = frozenset({"ACKNOWLEDGED", "IN_PROGRESS", "HELD", "PENDING", "COMPLETED"})
_TEXT: Final = re.compile(r"(?P<forged>FORGED )?(?P<reference>[\w-]+)/(?P<number>\d+): ")

Row = Mapping[str, Any]


@dataclass
class Rows:
    """What the database says at the end. `now` is the gateway's own time.

    - `orders`: `tenant`, `key`, `notes`, `status`, `reference`
    - `calls`: `tenant`, `kind`, `state`, `sent_id`, `created_at`
    - `kcis`: `tenant`, `key`, `number`, `text`
    """

    now: datetime
    orders: list[Any] = field(default_factory=list[Any])
    calls: list[Any] = field(default_factory=list[Any])
    kcis: list[Any] = field(default_factory=list[Any])


def judge(story: Story, rows: Rows, wanted: Iterable[str], found: Findings) -> None:
    """`wanted` are the behaviours that were to be met."""
    found.looked_at(*INVARIANTS)
    _orders_once(story, found)
    _visits_once(story, found)
    _changes_once(story, found)
    _stuck(rows, found)
    _sent_as_itself(story, found)
    _own_news_only(story, rows, found)
    _told_in_order(rows, found)
    _of_one_mind(story, rows, found)
    for one in story.of_event("trap"):
        found.broke(TRAPPED, f"{one['method']} {one['target']}")
    met = {one["behaviour"] for one in story.of_event("did")} | {name.split()[2] for name in story.orders if name}
    for name in set(wanted) - met:
        found.broke(UNTRIED, name)
    found.done["orders done by the network"] += sum(len(deeds) for deeds in story.orders.values())
    found.done["calls heard by the network"] += len(story.of_event("call"))
    found.done["updates told by the network"] += len(story.of_event("kci"))


def _orders_once(story: Story, found: Findings) -> None:
    for name, deeds in story.orders.items():
        if len(deeds) > 1:
            found.broke(DUPLICATES, f"{name}: {', '.join(one['reference'] for one in deeds)}")


def _visits_once(story: Story, found: Findings) -> None:
    """Each wish for a visit has an address and a timeslot of its own, so that two bookings of one are too many."""
    made: Counter[tuple[str, str, str]] = Counter()
    for one in story.deeds("booking", "performed"):
        body = story.bodies[one["call"]]
        if body:  # else it was given back
            start = body["timeslot"]["timeslotStartDateTime"]
            made[one["tenant"], body["address"]["id"], start] += 1
    for key, count in made.items():
        if count > 1:
            found.broke(TWICE_BOOKED, f"{' '.join(key)}: {count} times")


def _changes_once(story: Story, found: Findings) -> None:
    """An order is asked to be changed once at most in each way."""
    made = Counter((one["order"], kind) for kind in ("amendment", "cancellation") for one in _done(story, kind))
    for (order, kind), count in made.items():
        if count > 1:
            found.broke(TWICE_CHANGED, f"{kind} of {order} ({story.order_of.get(order)}): {count} times")


def _done(story: Story, kind: str) -> Iterable[Row]:
    return story.deeds(kind, "performed")


def _stuck(rows: Rows, found: Findings) -> None:
    for one in rows.calls:
        if one["state"] in _OPEN and one["created_at"] + LIMIT < rows.now:
            found.broke(
                STUCK, f"{one['tenant']} {one['kind']} {one['sent_id']}: {one['state']} since {one['created_at']}"
            )


def _sent_as_itself(story: Story, found: Findings) -> None:
    """At the network each tenant is itself."""
    for call, body in story.bodies.items():
        notes, named = str(body.get("notes") or ""), story.headers[call].get("tenant", "")
        if notes and ACCOUNTS[tenant_of(notes)] != named:
            found.broke(CROSSED, f"{notes} was sent as {named}")
        if body.get("tenant", named) != named:
            found.broke(CROSSED, f"call {call}: {body['tenant']} in the body, {named} in the header")


def _own_news_only(story: Story, rows: Rows, found: Findings) -> None:
    """Here no order has, and no update tells, what is another order's."""
    order_of = story.order_of
    notes_of = {(one["tenant"], one["key"]): one["notes"] for one in rows.orders}
    for one in rows.orders:
        theirs = order_of.get(one["reference"] or "")
        if one["reference"] and theirs != one["notes"]:
            found.broke(CROSSED, f"{one['notes']} has the reference {one['reference']}, which is of {theirs}")
    for one in rows.kcis:
        told, notes = _TEXT.match(one["text"] or ""), notes_of[one["tenant"], one["key"]]
        if told and told["forged"]:
            found.broke(BELIEVED, f"{notes} was told {one['text']!r}")
        elif told and order_of.get(told["reference"]) != notes:
            found.broke(CROSSED, f"{notes} was told {one['text']!r}")


def _told_in_order(rows: Rows, found: Findings) -> None:
    """What an order was told is 1 to n, and what its network said stands in it as the network numbered it."""
    of_order: defaultdict[tuple[str, int], list[Row]] = defaultdict(list)
    for one in rows.kcis:
        of_order[one["tenant"], one["key"]].append(one)
    for (tenant, key), kcis in of_order.items():
        kcis.sort(key=lambda one: one["number"])
        texts = [_TEXT.match(one["text"] or "") for one in kcis]
        theirs = [int(told["number"]) for told in texts if told and not told["forged"]]
        if [one["number"] for one in kcis] != list(range(1, len(kcis) + 1)):
            found.broke(DISORDER, f"{tenant} {key}: numbered {[one['number'] for one in kcis]}")
        if theirs != sorted(set(theirs)):
            found.broke(DISORDER, f"{tenant} {key}: the network's {theirs}")
    found.done["updates told to tenants"] += len(rows.kcis)


def _of_one_mind(story: Story, rows: Rows, found: Findings) -> None:
    """Whether an order was done, both sides say alike, but where the network itself says otherwise."""
    done = story.orders
    for one in rows.orders:
        name = one["notes"]
        if one["status"] in {"FAILED_TO_SEND", "REJECTED"} and name in done and not _was_rejected(story, done[name]):
            if name.split()[2] not in LIES:
                found.broke(GIVEN_UP, f"{name}: {one['status']}, and there it is {done[name][0]['reference']}")
        elif one["status"] in _HAD and name not in done:
            found.broke(MADE_UP, f"{name}: {one['status']}")
        found.done[f"orders that ended {one['status']}"] += 1


def _was_rejected(story: Story, deeds: Sequence[Row]) -> bool:
    """By an update of the network itself."""
    mine = {one["reference"] for one in deeds}
    return any(one["reason"] == "ORDER_REJECTED" and one["reference"] in mine for one in story.of_event("kci"))
