"""What an order waits for now, who must act, and what of it has not reached its tenant."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from fibregate.cli.cases.needs import Need
from fibregate.cli.order_words import band, day, local, one_line
from fibregate.db import Row
from fibregate.kcis.endpoints.model import Endpoint
from fibregate.kcis.standing.model import Way
from fibregate.orders import view
from fibregate.orders.model import Order
from fibregate.vocabulary import OrderStatus

S = OrderStatus
_ENDS: Final = frozenset({"DELIVERED", "ENDED"})
_WAITS: Final = {
    S.RECEIVED_BY_GATEWAY: "It waits for a worker to hand it to {supplier}.",
    S.SENT_TO_SUPPLIER: "It waits for {supplier} to acknowledge it.",
    S.ACKNOWLEDGED: "It waits for {supplier} to promise a date.",
    S.IN_PROGRESS: "It waits for {supplier} to do the work{visit}{target}.",
    S.HELD: "It waits for {supplier}, which cannot go on{target}.",
    S.PENDING: "It waits for {tenant} to answer.",
    S.PENDING_AMENDMENT: "It waits for {supplier} to decide on the amendment.",
    S.PENDING_CANCELLATION: "It waits for {supplier} to decide on the cancellation.",
}


def waits_for(tenant: str, order: Order, needs: Sequence[Need], wait: Row | None, *, now: datetime) -> Iterator[str]:
    """Its state in words, who must act by when, and when the next news is due."""
    if order.status.ended:
        yield f"It has ended as {order.status}: nothing is waited for."
        return
    visit = order.appointment
    slot = one_line(band(view.instant(visit["starts_at"]), view.instant(visit["ends_at"]))) if visit else ""
    yield _WAITS.get(order.status, "It is {status}.").format(
        tenant=tenant,
        supplier=order.supplier,
        status=order.status,
        visit=f" on the visit of {slot}" if slot else "",
        target=f", expected {day(order.target_at)}" if order.target_at else "",
    )
    for one in needs:
        yield _need(one, now)
    if not needs:
        yield f"Nobody else must act{_next_news(wait)}."


def _need(one: Need, now: datetime) -> str:
    by = f" by {local(one.by)}" if one.by else ""
    late = f", overdue by {_span(now - one.by)}" if one.by and one.by < now else ""
    since = f", since {local(one.since)}" if one.since else ""
    return f"{one.who} must act{by}{late}: {one.what.rstrip('.')}{since}."


def _next_news(wait: Row | None) -> str:
    if wait is None or wait["due_at"] is None:
        return ""
    return f"; the next news is expected by {local(wait['due_at'])}, counted from {wait['after']}"


def _span(late: timedelta) -> str:
    hours = int(late.total_seconds() // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours" if hours else "less than an hour"  # noqa: PLR2004 - two days


def undelivered(ways: Sequence[Way], endpoints: Sequence[Endpoint]) -> Iterator[str]:
    """KCIs that an endpoint has not taken, those in a row together, and why."""
    known = {one.endpoint_id: one for one in endpoints}
    open_ways = [one for one in ways if one.state not in _ENDS]
    for (identity, _), group in groupby(sorted(open_ways, key=_place), key=lambda one: (one.endpoint_id, one.state)):
        rows = list(group)
        yield f"{_numbers(rows)} {_stands(rows[0])} {rows[0].url}: {_reason(rows, known.get(identity))}"


def _place(way: Way) -> tuple[UUID, str, int]:
    return way.endpoint_id, way.state, way.sequence_number


def _numbers(ways: Sequence[Way]) -> str:
    numbers = [one.sequence_number for one in ways]
    if len(numbers) == 1:
        return f"KCI {numbers[0]}"
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"KCIs {numbers[0]} to {numbers[-1]}"
    return f"KCIs {', '.join(map(str, numbers))}"


def _stands(way: Way) -> str:
    return {
        "PENDING": "not taken yet by",
        "HELD": "held back from",
        "PARKED": "parked, and sent no more to",
        "SKIPPED": "skipped, and never sent to",
    }.get(way.state, f"{way.state} at")


def _reason(ways: Sequence[Way], endpoint: Endpoint | None) -> str:
    first = ways[0]
    if first.state == "SKIPPED":
        return f"somebody decided so on {local(first.skipped_at)}."
    if first.state == "PARKED":
        return f"{first.parked_reason}. A replay sends them again, in order."
    parts = [*_suspended(endpoint), *_last_try(ways), *_next_try(ways, endpoint)]
    return f"{'; '.join(parts)}." if parts else "not tried yet."


def _suspended(endpoint: Endpoint | None) -> Iterator[str]:
    if endpoint is not None and not endpoint.enabled:
        yield f"the endpoint is suspended since {local(endpoint.suspended_at)}: {endpoint.suspended_because}"
    elif endpoint is not None and endpoint.health.state == "DOWN":
        since = local(endpoint.health.failing_since)
        yield f"the endpoint has taken nothing since {since}, last: {endpoint.health.last_failure}"


def _last_try(ways: Sequence[Way]) -> Iterator[str]:
    tried = next((one for one in ways if one.attempts), None)
    if tried is None:
        return
    last = tried.attempts[0]
    answer = f"answered {last['http_status']}" if last["http_status"] else last["outcome"]
    yield f"attempt {last['attempt']} of KCI {tried.sequence_number} on {local(last['started_at'])}: {answer}"


def _next_try(ways: Sequence[Way], endpoint: Endpoint | None) -> Iterator[str]:
    due = next((one.next_attempt_at for one in ways if one.next_attempt_at), None)
    probed = endpoint.health.probe_at if endpoint is not None and endpoint.enabled else None
    if due is not None:
        yield f"next attempt {local(due)}"
    elif probed is not None:
        yield f"the endpoint is tried next {local(probed)}"
