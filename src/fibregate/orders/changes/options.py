"""What may be asked of an order now, until when, and what its network says that it costs."""

from dataclasses import dataclass
from decimal import Decimal

from fibregate.clock import BusinessTime
from fibregate.db import Db
from fibregate.orders import actions as orders
from fibregate.orders.changes import actions, ethernet, store
from fibregate.orders.changes.deadlines import AMENDABLE, CANCELLABLE, Limits, limits, too_late
from fibregate.orders.changes.model import CANCEL_OTHER, REASONS, Change
from fibregate.orders.model import Order
from fibregate.vocabulary import ChangeKind, OrderType, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Whether something can be asked now; where it cannot, why. `charge` is in GBP ex VAT, None where nobody says."""

    refusal: str | None
    until: BusinessTime | None
    free_until: BusinessTime | None = None
    is_charged: bool = False
    charge: Decimal | None = None
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Of one order, with what was asked already and is not decided."""

    order: Order
    amend: Option
    cancel: Option
    waiting: tuple[Change, ...]


async def of(db: Db, tenant: TenantId, order_id: int, now: BusinessTime) -> Options:
    """Raises `Unknown`, for another tenant's order too."""
    order = await orders.get(db, tenant, order_id)
    waiting = await actions.find_open(db, tenant, order.key)
    times = Limits() if order.status.ended else limits(order)
    charge = await store.aborted_visit_charge(db, order.supplier)
    return Options(
        order=order,
        amend=_amend(order, times, now),
        cancel=_cancel(order, times, waiting, now, charge=charge),
        waiting=tuple(waiting),
    )


def _amend(order: Order, times: Limits, now: BusinessTime) -> Option:
    refusal = None
    if order.order_type == OrderType.UNSOLICITED_CEASE:
        refusal = "It is a cease by the network, which can be cancelled, and not amended."
    elif order.status not in AMENDABLE:
        refusal = f"It is {order.status.value}."
    elif times.changes_until is not None and now >= times.changes_until:
        refusal = too_late(order, times.changes_until)
    return Option(refusal=refusal, until=times.changes_until, accepted=ethernet.members(order))


def _cancel(order: Order, times: Limits, waiting: list[Change], now: BusinessTime, *, charge: Decimal | None) -> Option:
    other = order.order_type == OrderType.UNSOLICITED_CEASE
    asked = [one for one in waiting if one.kind is ChangeKind.CANCELLATION]
    refusal = None
    if asked:
        refusal = f"Cancellation {asked[0].id} is not decided yet."
    elif order.status not in CANCELLABLE:
        refusal = f"It is {order.status.value}."
    elif times.ends_until is not None and now >= times.ends_until:
        refusal = "Its work has begun." if order.circuit is None else "It is too late."
    charged = not other and times.free_until is not None and now >= times.free_until
    return Option(
        refusal=refusal,
        until=times.ends_until,
        free_until=None if other else times.free_until,
        is_charged=charged,
        charge=None if other else charge,
        accepted=CANCEL_OTHER if other else REASONS,
    )
