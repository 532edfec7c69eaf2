"""Handlers of the lanes that bring orders and changes to suppliers far away. Rules: `docs/reference/suppliers.md`."""

from typing import Final

from fibregate.clock import BusinessClock, BusinessTime
from fibregate.db import Tx
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.orders import actions as orders
from fibregate.orders.changes import actions as changes
from fibregate.orders.changes.model import Change
from fibregate.orders.model import Order
from fibregate.orders.sending import calling, ends, ethernet, questions
from fibregate.orders.sending import store as rows
from fibregate.orders.sending.model import Desk, Job
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.accounts.model import Route
from fibregate.suppliers.answers import Extension
from fibregate.suppliers.keeping import Kept
from fibregate.suppliers.ledger import actions as ledger
from fibregate.suppliers.ledger import store as calls
from fibregate.suppliers.ledger.actions import Next, Ways
from fibregate.suppliers.ledger.model import About, Call, CallKind, CallState
from fibregate.vocabulary import ChangeKind, ChangeStatus, OrderKey, OrderStatus, TenantId

_KINDS: Final = {ChangeKind.AMENDMENT: CallKind.AMEND, ChangeKind.CANCELLATION: CallKind.CANCEL}
_LOOKED_UP_BY: Final = {
    CallKind.ORDER: Extension.READ_ORDER,
    CallKind.AMEND: Extension.READ_AMENDMENT,
    CallKind.CANCEL: Extension.READ_CANCELLATION,
}


async def send_order(desk: Desk, claim: Claim, clock: BusinessClock) -> None:
    """Send the order of a `dispatch` lane, or find out what became of it."""
    tenant, key = _of(claim)
    now = await clock.now()  # a sandbox's clock takes a connection, so nobody asks it who has one
    async with desk.db.tx(tenant) as tx:
        job = await _order_job(tx, claim, tenant, key, now)
    if job is not None:
        await _go(desk, claim, clock, job)


async def send_change(desk: Desk, claim: Claim, clock: BusinessClock) -> None:
    """Send the change at the head of a `change` lane, or find out what became of it."""
    tenant, key = _of(claim)
    now = await clock.now()
    async with desk.db.tx(tenant) as tx:
        job = await _change_job(tx, claim, tenant, key, now)
    if job is not None:
        await _go(desk, claim, clock, job)


async def _go(desk: Desk, claim: Claim, clock: BusinessClock, job: Job) -> None:
    headers = desk.headers(job.change.play if job.change else claim.subject.get("play"))
    found = await calling.call(desk, job, headers)
    now = await clock.now()
    async with desk.db.tx(job.call.tenant) as tx:
        await calling.record(tx, claim, job, found, now)


async def _order_job(tx: Tx, claim: Claim, tenant: TenantId, key: OrderKey, now: BusinessTime) -> Job | None:
    order = await orders.lock(tx, tenant, key)
    call = await calls.find_of(tx, tenant, key, None)
    if order.standing is not OrderStatus.RECEIVED_BY_GATEWAY:  # it has ended, or its supplier told of it already
        await _told_otherwise(tx, claim, call, now)
        return None
    route = await accounts.route_of(tx, tenant, order.supplier)
    if call is None:
        call = await _intend_order(tx, order, route, now)
    return await _job(tx, claim, _as_job(order, None, call, route), now)


async def _change_job(tx: Tx, claim: Claim, tenant: TenantId, key: OrderKey, now: BusinessTime) -> Job | None:
    order = await orders.lock(tx, tenant, key)
    change = await changes.get_numbered(tx, tenant, key, claim.head)
    call = await calls.find_of(tx, tenant, key, change.key)
    if change.status is not ChangeStatus.RECEIVED_BY_GATEWAY:  # it was decided, or its supplier told of it already
        await _told_otherwise(tx, claim, call, now)
        return None
    route = await accounts.route_of(tx, tenant, order.supplier)
    if call is None:
        call = await _intend_change(tx, order, change, route, now)
    return await _job(tx, claim, _as_job(order, change, call, route), now)


async def _told_otherwise(tx: Tx, claim: Claim, call: Call | None, now: BusinessTime) -> None:
    await lanes.complete(tx, claim, done=claim.head)
    if call is not None and call.state.is_open:
        await calls.settle(tx, call.tenant, call.call_id, CallState.RECONCILED, settled_at=now)


def _as_job(order: Order, change: Change | None, call: Call, route: Route) -> Job:
    read_by = _LOOKED_UP_BY[call.kind]
    if read_by is Extension.READ_ORDER and order.ethernet is not None:
        read_by = Extension.READ_ETHERNET_ORDER
    ways = Ways(read_by in route.supplier.extensions, route.supplier.replays)
    step = ledger.next_step(call, ways)
    return Job(order=order, change=change, call=call, ways=ways, looks_up=step is Next.LOOK_UP)


async def _job(tx: Tx, claim: Claim, job: Job, now: BusinessTime) -> Job | None:
    """Ready to go; None where nothing can be done now: then it is put off, or given up."""
    call = job.call
    if ledger.is_over(call, now):
        await lanes.complete(tx, claim, done=claim.head)
        await ends.give_up(tx, job, now)
        return None
    if ledger.next_step(call, job.ways) is Next.WAIT:
        await calls.settle(tx, call.tenant, call.call_id, CallState.UNKNOWN, outcome=call.outcome)
        await lanes.postpone(tx, claim, ledger.again_at(claim.attempts, now, call), failed=True)
        return None
    if not job.looks_up:
        await calls.mark_sent(tx, call.tenant, call.call_id, now)
    return job


async def _intend_order(tx: Tx, order: Order, route: Route, now: BusinessTime) -> Call:
    visit = await rows.visit_at_supplier(tx, order.tenant, order.reservation_id) if order.reservation_id else None

    async def ask(number: int) -> Kept:
        await rows.name_at_supplier(tx, order.key, _account(route), number)
        return questions.of_order(number, order, visit) if order.ethernet is None else ethernet.of_order(number, order)

    return await ledger.intend(
        tx,
        order.tenant,
        route.supplier.supplier_id,
        _account(route),
        kind=CallKind.ORDER,
        ask=ask,
        about=About(order_key=order.key),
        now=now,
    )


async def _intend_change(tx: Tx, order: Order, change: Change, route: Route, now: BusinessTime) -> Call:
    quoted = change.reservation_id
    visit = await rows.visit_at_supplier(tx, order.tenant, quoted) if quoted is not None else None
    number_there = await rows.number_at_supplier(tx, order.key)
    if number_there is None:
        raise AssertionError("an order that can be changed was sent")

    async def ask(number: int) -> Kept:
        await rows.name_change_at_supplier(tx, order.tenant, change.key, number)
        return questions.of_change(number, change, order, number_there, visit)

    return await ledger.intend(
        tx,
        order.tenant,
        route.supplier.supplier_id,
        _account(route),
        kind=_KINDS[change.kind],
        ask=ask,
        about=About(order_key=order.key, change_key=change.key),
        now=now,
    )


def _account(route: Route) -> int:
    if route.account_id is None:
        raise AssertionError("a supplier far away is reached under an account")
    return route.account_id


def _of(claim: Claim) -> tuple[TenantId, OrderKey]:
    if claim.tenant is None:
        raise AssertionError(f"the lane {claim.key} has a tenant")
    return claim.tenant, OrderKey(int(str(claim.subject["order"])))
