"""The story of an order: everything that happened to it, in the order in which it happened, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fibregate.cli import store
from fibregate.cli.order_words import band, day, local, one_line
from fibregate.db import Db, Row
from fibregate.orders import actions as orders
from fibregate.orders import view
from fibregate.orders.model import Order


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. Without a time it belongs to the line before it. `kci` is the number of the KCI that it tells of."""

    at: datetime | None
    kind: str
    text: str
    kci: int | None = None


Group = tuple[datetime, int, list[Entry]]
"""When, in which order at the same instant, and the lines that belong together."""

_CAUSE = {"NETWORK": "by the network", "CUSTOMER": "by the customer", "TENANT": "by the tenant"}
_DATE = {"COMMITTED": "promised date", "TARGET": "expected date"}
_VISIT = {
    "RESERVED": "is reserved again",
    "ATTACHED": "belongs to the order, not confirmed yet",
    "CONFIRMED": "is confirmed",
    "FULFILLED": "took place",
    "EXPIRED": "expired",
    "RELEASED": "was given back",
    "REPLACED": "was replaced by another",
    "WITHDRAWN": "was withdrawn by the network",
}


async def timeline(db: Db, order: Order) -> list[Entry]:
    """All that is known, as its tenant's own rows tell it."""
    told = await orders.list_updates(db, order)
    dates = await store.list_dates(db, order.tenant, order.key)
    said = await store.list_updates(db, order.tenant, order.key)
    sent = await store.list_deliveries(db, order.tenant, order.key)
    visits = await store.list_visits(db, order.tenant, order.key)
    wish = f", wished for {order.requested_completion_date}" if order.requested_completion_date else ""
    groups: list[Group] = [(order.created_at, -1, [Entry(order.created_at, "", f"The order was placed{wish}.")])]
    groups += [_visit(row) for row in visits]
    groups += [_told(row, dates, sent) for row in told]
    groups += [one for row in said for one in _said(row)]
    groups.sort(key=lambda one: one[:2])
    return [entry for _, _, entries in groups for entry in entries]


def _visit(row: Row) -> Group:
    at = row["ended_at"] or row["created_at"]
    booked = "" if row["ended_at"] else f", booked {local(row['created_at'])}"
    text = f"Visit {row['reference']} on {band(row['starts_at'], row['ends_at'])}{booked}: {_VISIT[row['state']]}."
    return at, 0, [Entry(at, "visit", one_line(text))]


def _told(row: Row, dates: list[Row], sent: list[Row]) -> Group:
    facts, number = row["facts"], row["sequence_number"]
    at = view.instant(facts["happenedAt"])
    moved = (
        f"{facts['previousStatus']} → {row['status']}" if facts["previousStatus"] != row["status"] else row["status"]
    )
    why = f" · {facts['problemCode']}" if facts.get("problemCode") else ""
    codes = f" ({', '.join(facts['supplierCodes'])})" if facts.get("supplierCodes") else ""
    entries = [Entry(at, "kci", f"KCI {number} {row['reason']}{why}{codes}: {moved}", kci=number)]
    entries += [Entry(None, "", f"“{one_line(facts['text'])}”")] if facts.get("text") else []
    entries += [Entry(None, "", f"engineer: {one_line(one['note'])}") for one in facts.get("notes") or ()]
    entries += [Entry(None, "", f"{one['name']} {one['value']}") for one in facts.get("characteristics") or ()]
    entries += [Entry(None, "date", _moved_date(one)) for one in dates if one["move"] == number]
    entries += [Entry(None, "delivery", _delivery(one)) for one in sent if one["sequence_number"] == number]
    return at, number, entries


def _moved_date(row: Row) -> str:
    """Who caused a move is what compensation is argued from."""
    before = f"from {day(row['moved_from'])} " if row["moved_from"] else ""
    why = f", {row['problem_code']}" if row["problem_code"] else ""
    verb = "moved" if row["moved_from"] else "set"
    return f"{_DATE[row['which']]} {verb} {before}to {day(row['moved_to']) or 'none'} {_CAUSE[row['caused_by']]}{why}"


def _delivery(row: Row) -> str:
    if row["delivered_at"]:
        tries = "" if row["attempts"] == 1 else f" at attempt {row['attempts']}"
        return f"delivered {local(row['delivered_at'])}{tries} to {row['url']}"
    state = (
        f"given up: {row['parked_reason']}" if row["parked_reason"] else f"not delivered, {row['attempts']} attempts"
    )
    return f"{state}: {row['url']}"


def _said(row: Row) -> Iterator[Group]:
    """Updates that made no KCI: refused ones, and those that wait. Applied ones are told as their KCI."""
    name = f"The network's update {row['sequence_number']} {row['reason']}"
    text = one_line(row["content"].get("text") or "")
    words = [Entry(None, "", f"“{text}”")] if text else []
    if row["state"] == "REFUSED":
        at = row["applied_at"] or row["received_at"]
        yield at, 1000, [Entry(at, "refused", f"{name} was refused: {row['refusal']}"), *words]
    elif row["state"] == "RECEIVED":
        at = row["received_at"]
        yield at, 1000, [Entry(at, "waits", f"{name} waits to be read."), *words]
