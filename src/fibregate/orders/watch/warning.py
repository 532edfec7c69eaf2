"""What happens when news is overdue: the tenant is told once, by the gateway itself, and an alarm sounds."""

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime
from fibregate.db import Db, Tx
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.orders import actions as orders
from fibregate.orders import news, view
from fibregate.orders.model import Order
from fibregate.orders.watch import actions, store
from fibregate.orders.watch.model import Due, Who
from fibregate.suppliers.port import Draft
from fibregate.vocabulary import OrderKey, Reason, TenantId

PROBLEM = "OTHER"


async def look(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of the timer: warn if the wait is over, or wait on where it has become longer."""
    if claim.tenant is None:
        raise AssertionError("a wait has its tenant")
    async with db.tx(claim.tenant) as tx:
        await _look(tx, claim, claim.tenant, OrderKey(int(str(claim.subject["order"]))), now)


async def _look(tx: Tx, claim: Claim, tenant: TenantId, key: OrderKey, now: BusinessTime) -> None:
    order = await orders.lock(tx, tenant, key)
    wait = await store.find_wait(tx, tenant, key)
    expected, due = None, None
    if wait is not None and wait["warned_at"] is None and wait["since"] is not None and not order.status.ended:
        expected = await actions.expectation(tx, order, wait)
        due = actions.overdue(expected, order, wait)
    if due is not None and due.at > now:
        await lanes.postpone(tx, claim, due.at, failed=False)
        return
    await lanes.complete(tx, claim)
    if expected is not None and due is not None:
        await _warn(tx, order, expected.who, due, now)


async def _warn(tx: Tx, order: Order, who: Who, due: Due, now: BusinessTime) -> None:
    act_by = await store.last_act_by(tx, order.tenant, order.key) if who is Who.TENANT else None
    await store.mark_warned(tx, order.tenant, order.key, now)
    await alarms.sound(tx, order.tenant, kind=Kind.ORDER_SILENT, subject=actions.subject(order), text=due.text, now=now)
    said = Draft(reason=Reason.WARNING, problem_code=PROBLEM, text=due.text)
    await news.tell(tx, order, said, now, more={"actBy": act_by or {"who": who.value, "by": view.stamp(due.at)}})
