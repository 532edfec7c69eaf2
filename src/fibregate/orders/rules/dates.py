"""The day that an order asks for."""

from collections.abc import Iterator
from datetime import date, datetime

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.orders.model import Request
from fibregate.orders.rules import visits
from fibregate.orders.rules.facts import Facts
from fibregate.vocabulary import Nation, OrderType

NO_VISIT_LEAD_DAYS = 1
_MAY_BE_VISITED = frozenset({OrderType.NEW, OrderType.SWAP, OrderType.MODIFY})
"""Orders that complete on the visit which they quote. Others need none: what they quote is released."""


def past(request: Request, now: BusinessTime) -> Iterator[str]:
    today, wished = calendars.uk_date(now), request.requested_completion_date
    if wished and wished < today and "requestedCompletionDate" not in request.unread:
        yield f"requestedCompletionDate: {wished.isoformat()} is past; accepted: {today.isoformat()} or later"


def of_work(request: Request, facts: Facts, now: BusinessTime) -> date:
    """The day of the visit, or else the one that is asked for."""
    visit: datetime | None = facts.reservation["starts_at"] if facts.reservation else None
    if visit and request.order_type in _MAY_BE_VISITED:
        return calendars.uk_date(visit)
    return request.requested_completion_date or calendars.uk_date(now)


def too_soon(request: Request, facts: Facts, nation: Nation, now: BusinessTime) -> Iterator[str]:
    """Where no engineer visits, the tenant chooses the day, and the network needs notice of it."""
    visited = facts.reservation and request.order_type in _MAY_BE_VISITED
    if visited or visits.needed(request, facts) or "requestedCompletionDate" in request.unread:
        return
    today, wished = calendars.uk_date(now), request.requested_completion_date
    first = calendars.add_working_days(today, NO_VISIT_LEAD_DAYS, nation)
    if wished is None:
        yield f"requestedCompletionDate: required where no engineer visits; accepted: {first.isoformat()} or later"
    elif today <= wished < first:
        yield f"requestedCompletionDate: {wished.isoformat()} is too soon; accepted: {first.isoformat()} or later"
