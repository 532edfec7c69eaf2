"""Begin a wait, end it, and agree other times for one order. Rules: `docs/reference/watch.md`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime
from fibregate.db import Row, Statements, Tx
from fibregate.errors import Invalid
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Lane
from fibregate.orders.model import Order
from fibregate.orders.watch import model, store
from fibregate.orders.watch.model import Due, Expectation, Since, Unit
from fibregate.tenants import audit
from fibregate.tenants.model import Actor
from fibregate.vocabulary import OrderKey, OrderStatus, TenantId

LANE: Final = "watch"
SENT: Final = "SENT"
"""Where a wait begins that no update began."""


async def begin(tx: Tx, order: Order, after: str, now: BusinessTime) -> None:
    """An update has come, or the order was sent: the next one is waited for, until then or until the order's end.

    The caller holds the order's row. What had been overdue is so no longer.
    """
    wait = await store.find_wait(tx, order.tenant, order.key)
    if wait is not None and wait["warned_at"] is not None:
        await alarms.clear(tx, order.tenant, kind=Kind.ORDER_SILENT, subject=subject(order), now=now)
    due = None
    if not order.status.ended:
        expected = await expectation(tx, order, wait)
        due = model.due(expected, Since(now, after, order.target_at), order.nation) if expected else None
    await store.begin(tx, order.tenant, order.key, since=now, after=after, due_at=due.at if due else None)
    if due is None:
        await store.rest(tx, order.key)
    else:
        await lanes.schedule(tx, lane(order), due_at=due.at)


async def expectation(tx: Tx, order: Order, wait: Row | None) -> Expectation | None:
    """The supplier's for the order's status, with the hours agreed for this very order; None: it is not watched."""
    if wait is not None and not wait["watched"]:
        return None
    found = await store.find_expectation(tx, order.supplier, order.status)
    hours = wait["agreed_hours"].get(order.status.value) if wait is not None else None
    if found is None or hours is None:
        return found
    return replace(found, span=hours, unit=Unit.WORKING_HOURS, days_without_target=None)


def overdue(expected: Expectation | None, order: Order, wait: Row) -> Due | None:
    """When the wait that stands is over, as the data say now."""
    if expected is None:
        return None
    return model.due(expected, Since(wait["since"], wait["after"], order.target_at), order.nation)


async def agree(tx: Tx, tenant: TenantId, order: OrderKey, hours: Mapping[OrderStatus, int]) -> None:
    """For this order, news is due after so many working hours in these statuses, from the next update on."""
    written = {status.value: count for status, count in hours.items()}
    await store.agree(tx, tenant, order, watched=True, hours=written)


async def leave_alone(tx: Tx, tenant: TenantId, order: OrderKey) -> None:
    """Expect nothing of this order, from the next update on."""
    await store.agree(tx, tenant, order, watched=False, hours={})


async def list_expectations(on: Statements) -> list[Expectation]:
    """The defaults first."""
    return await store.list_expectations(on)


async def find_expectation(on: Statements, supplier: str | None, status: OrderStatus) -> Expectation | None:
    """The supplier's own, else the default."""
    return await store.find_expectation(on, supplier, status)


async def expect(tx: Tx, one: Expectation, *, by: Actor) -> None:
    """Set what is expected of a supplier, or of all that have nothing of their own. Raises `Invalid`."""
    if not one.text.strip():
        raise Invalid("text: say what the tenant is told")
    if not await store.put_expectation(tx, one):
        raise Invalid(f"supplier: there is no {one.supplier}")
    details = {"supplier": one.supplier, "span": one.span, "unit": one.unit.value, "who": one.who.value}
    await audit.record(
        tx,
        tenant=None,
        actor=by.name,
        act="supplier.expect",
        subject=one.status.value,
        origin=by.origin,
        details=details,
    )


def lane(order: Order) -> Lane:
    """The timer of the order's wait."""
    return Lane(LANE, str(order.key), order.tenant, {"order": order.key})


def subject(order: Order) -> str:
    """What an alarm about this order's silence is about."""
    return f"order {order.id}"
