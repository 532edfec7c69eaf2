"""Until when an order may be changed or ended. Rules: `docs/reference/orders.md`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.orders import view
from fibregate.orders.model import Order
from fibregate.vocabulary import Nation, OrderStatus, OrderType

AMENDABLE: Final = frozenset(
    {OrderStatus.ACKNOWLEDGED, OrderStatus.IN_PROGRESS, OrderStatus.PENDING, OrderStatus.PENDING_AMENDMENT}
)
CANCELLABLE: Final = AMENDABLE | {OrderStatus.SENT_TO_SUPPLIER, OrderStatus.HELD}


@dataclass(frozen=True, slots=True)
class Limits:
    """None where there is no such time.

    From `changes_until` on it is too late to amend, from `free_until` on a cancellation is charged, and from
    `ends_until` on it is too late for that, too.
    """

    changes_until: BusinessTime | None = None
    free_until: BusinessTime | None = None
    ends_until: BusinessTime | None = None


def limits(order: Order) -> Limits:
    """Of an order that is open."""
    what, work = _work(order)
    if what is None or order.standing is OrderStatus.PENDING:  # the network asked; the old visit is given up or over
        return Limits()
    until = calendars.change_deadline(calendars.uk_date(work), Nation(order.nation))
    if order.committed_at is None:  # nobody comes before the network has promised to
        return Limits(until)
    if order.circuit is not None and order.order_type == OrderType.CEASE:  # no visit that could be charged
        return Limits(until, until, until)
    return Limits(until, until, BusinessTime(work))


def too_late(order: Order, until: datetime) -> str:
    """Why an amendment is refused."""
    what, work = _work(order)
    day = calendars.spoken_day(work)
    return f"The {what} on {day} can no longer be changed; the deadline was 16:00 on {calendars.spoken_day(until)}."


def _work(order: Order) -> tuple[str | None, datetime]:
    """When it is to be done, and what that is: the visit, or the day to which the network has put it off."""
    visit = view.instant(order.appointment["starts_at"]) if order.appointment else None
    put_off = order.target_at or order.committed_at
    if visit is not None and (put_off is None or calendars.uk_date(put_off) <= calendars.uk_date(visit)):
        return "visit", visit
    return ("work", put_off) if put_off is not None else (None, order.created_at)
