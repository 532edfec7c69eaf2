"""What made each KCI of an order: which update, timer or act."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from fibregate.calendars import stamp
from fibregate.cli.order_words import local
from fibregate.db import Row
from fibregate.orders import view
from fibregate.orders.model import Order
from fibregate.vocabulary import Reason

_TIMED_OUT: Final = "TIMED_OUT"
_REMINDER: Final = "No answer yet."
_LATE: Final = timedelta(minutes=1)
"""What came later after it was issued is told with both times."""


def sentences(order: Order, told: Sequence[Row], updates: Sequence[Row], story: str | None) -> dict[int, str]:
    """By the KCI's number, one sentence each: what happened, to what state it led, and because of what."""
    left = list(updates)
    found: dict[int, str] = {}
    for row in told:
        update = _made_by(row, left)
        found[row["sequence_number"]] = (
            f"{_happened(order, row, update)} {_led(row)}{_because(order, row, update, story)}"
        )
    return found


def _made_by(row: Row, left: list[Row]) -> Row | None:
    """Its update: said and received at the same times. An update may also have made the KCI before its own."""
    facts = row["facts"]
    same = [
        one
        for one in left
        if (stamp(one["issued_at"]), stamp(one["received_at"])) == (facts.get("issuedAt"), facts.get("receivedAt"))
    ]
    for one in same:
        if one["reason"] == row["reason"]:
            left.remove(one)
            return one
    return same[0] if same else None


def _happened(order: Order, row: Row, update: Row | None) -> str:
    facts: dict[str, Any] = row["facts"]
    problem = f" for {facts['problemCode']}" if facts.get("problemCode") else ""
    codes = f" (supplier codes {', '.join(facts['supplierCodes'])})" if facts.get("supplierCodes") else ""
    if update is None and facts.get("issuedAt") is None:
        return f"The gateway itself said {row['reason']}{problem}, which is KCI {row['sequence_number']}."
    return f"{order.supplier} said {row['reason']}{problem}{codes}, which is KCI {row['sequence_number']}."


def _led(row: Row) -> str:
    before, after = row["facts"]["previousStatus"], row["status"]
    return f"The order stayed {after}" if before == after else f"The order went from {before} to {after}"


def _because(order: Order, row: Row, update: Row | None, story: str | None) -> str:
    facts: dict[str, Any] = row["facts"]
    if update is None:
        act_by: dict[str, str] = facts.get("actBy") or {}
        since = f" by {local(view.instant(act_by['by']))}" if act_by.get("by") else ""
        return f", because no news had come{since}." if facts.get("issuedAt") is None else "."
    named = f"update {update['sequence_number']} {update['reason']}"
    if update["reason"] != row["reason"]:
        return f", because {named} came, which presupposes it."
    came = f"received {local(update['received_at'])}"
    if update["received_at"] - update["issued_at"] > _LATE:
        came = f"issued {local(update['issued_at'])} and {came}"
    return f", because of {named}, {came}{_from(order, facts, update, story)}."


def _from(order: Order, facts: dict[str, Any], update: Row, story: str | None) -> str:
    """Where our own network's word came from; a remote supplier's is its own."""
    if not order.own_network:
        return ""
    if update["entered_by"]:
        return f", entered by {update['entered_by']}"
    if _is_silence(facts):
        return ", a timer's: the tenant had not answered"
    return f", acted out by story {story}" if story else ""


def _is_silence(facts: dict[str, Any]) -> bool:
    """The network's own reminder of a question, and its end."""
    if facts["reason"] == Reason.CANCELLED:
        return facts.get("problemCode") == _TIMED_OUT
    return facts["reason"] == Reason.WARNING and str(facts.get("text", "")).startswith(_REMINDER)
