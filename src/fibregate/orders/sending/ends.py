"""What a supplier's answer to a call makes of the order and of its change, told in the same transaction."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.appointments import actions as appointments
from fibregate.appointments.far import giving_back
from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.orders import actions as orders
from fibregate.orders import news, store, updates
from fibregate.orders.changes import actions as changes
from fibregate.orders.changes import handing
from fibregate.orders.changes import store as asked
from fibregate.orders.changes.model import Change
from fibregate.orders.model import Order
from fibregate.orders.sending import store as rows
from fibregate.orders.sending.model import Job
from fibregate.orders.watch import actions as watch
from fibregate.suppliers.answers import Acknowledged, OrderStands, RequestStands
from fibregate.suppliers.ledger import store as calls
from fibregate.suppliers.ledger.model import CallState
from fibregate.suppliers.port import Draft, Update
from fibregate.vocabulary import ChangeKind, ChangeStatus, OrderStatus, Reason

SILENT = "SUPPLIER_TIMED_OUT"


async def taken(tx: Tx, job: Job, reference: str | None, now: BusinessTime) -> None:
    """The supplier has it and will decide."""
    order = await orders.lock(tx, job.order.tenant, job.order.key)
    if job.change is not None:
        await _with_the_network(tx, order, job, reference, now)
    elif order.status is OrderStatus.RECEIVED_BY_GATEWAY:  # else its news was quicker than its answer
        own = await _own_reference(tx, order, reference)
        sent = await news.sent(tx, replace(order, supplier_reference=order.supplier_reference or own), now)
        await watch.begin(tx, sent, watch.SENT, now)


async def _own_reference(tx: Tx, order: Order, reference: str | None) -> str | None:
    """None, too, for one that the supplier has given to another order: it may be another tenant's."""
    if reference is None or not await rows.refer_at_supplier(tx, order.key, reference):
        return None
    return reference


async def acknowledged(tx: Tx, job: Job, found: Acknowledged, now: BusinessTime) -> None:
    """The supplier has made its own order, and may have committed itself at once."""
    await taken(tx, job, found.reference, now)
    order = await orders.lock(tx, job.order.tenant, job.order.key)
    if order.standing is not OrderStatus.SENT_TO_SUPPLIER:
        return
    committed = found.status is OrderStatus.IN_PROGRESS
    said = Draft(
        reason=Reason.COMMITTED if committed else Reason.ACKNOWLEDGED,
        supplier_reference=order.supplier_reference,
        committed_at=found.committed_at if committed else None,
        target_at=found.target_at if committed else None,
    )
    await updates.apply(tx, order, _as_update(said, now), now)


async def stands(tx: Tx, job: Job, found: OrderStands, now: BusinessTime) -> None:
    """Looked up: what an answer that was lost may have said, its supplier does not tell once more."""
    status = found.status
    if status is OrderStatus.IN_PROGRESS and found.committed_at is not None:
        target = found.target_at or found.committed_at
        said = Acknowledged(reference=found.reference, status=status, committed_at=found.committed_at, target_at=target)
        await acknowledged(tx, job, said, now)
    elif status in {OrderStatus.ACKNOWLEDGED, OrderStatus.IN_PROGRESS}:
        said = Acknowledged(reference=found.reference, status=OrderStatus.ACKNOWLEDGED)
        await acknowledged(tx, job, said, now)
    else:
        await taken(tx, job, found.reference, now)


async def request_stands(tx: Tx, job: Job, found: RequestStands, now: BusinessTime) -> None:
    """As `stands`, for a change: it may have been decided at once."""
    match found.said:
        case ChangeStatus.COMPLETED:
            await applied(tx, job, found.reference, now)
        case ChangeStatus.REJECTED:
            why = found.answer or f"{job.order.supplier} refused it and did not say why"
            await refused(tx, job, (why,), now)
        case _:
            await taken(tx, job, found.reference, now)


async def applied(tx: Tx, job: Job, reference: str | None, now: BusinessTime) -> None:
    """An amendment or a cancellation was carried out at once."""
    if job.change is None:
        raise AssertionError("only a change is carried out at once")
    order = await orders.lock(tx, job.order.tenant, job.order.key)
    change = await _with_the_network(tx, order, job, reference, now)
    if change is None:
        return
    amended = change.kind is ChangeKind.AMENDMENT
    said = Draft(
        reason=Reason.AMENDED if amended else Reason.CANCELLED,
        problem_code=None if amended else change.reason_code,
        request_id=job.call.sent_id,
        request_reference=reference,
    )
    order = await orders.lock(tx, order.tenant, order.key)
    await updates.apply(tx, order, _as_update(said, now), now)


async def refused(tx: Tx, job: Job, messages: tuple[str, ...], now: BusinessTime) -> None:
    """The supplier said no, in these words."""
    order = await orders.lock(tx, job.order.tenant, job.order.key)
    text = " ".join(messages)[:1000]
    if job.change is None:
        if order.status is OrderStatus.RECEIVED_BY_GATEWAY:
            await updates.apply(tx, order, _as_update(Draft(reason=Reason.ORDER_REJECTED, text=text), now), now)
        return
    if await _still_open(tx, order, job) is None:
        return
    amendment = job.change.kind is ChangeKind.AMENDMENT
    reason = Reason.AMENDMENT_REJECTED if amendment else Reason.CANCELLATION_REJECTED
    said = Draft(reason=reason, text=text, request_id=job.call.sent_id)
    await updates.apply(tx, order, _as_update(said, now), now)


async def give_up(tx: Tx, job: Job, now: BusinessTime) -> None:
    """It could not be brought to the supplier, or nobody can tell whether it was: its tenant is told so."""
    call, order = job.call, await orders.lock(tx, job.order.tenant, job.order.key)
    code, *messages = (call.outcome or f"{SILENT}\nNo timely answer from the supplier").split("\n")
    await calls.settle(tx, call.tenant, call.call_id, _given_up(call.state), outcome=call.outcome, settled_at=now)
    if call.state is not CallState.INTENT:
        await _alarm(tx, job, now)
    error = {"error": {"uuid": str(uuid4()), "code": code, "messages": messages}}
    said = Draft(reason=Reason.UPDATE, text=" ".join(messages)[:1000])
    if job.change is None:
        if order.standing is OrderStatus.RECEIVED_BY_GATEWAY:  # else its news says that it is there
            await _fail_order(tx, order, said, error, now)
    elif (change := await _still_open(tx, order, job)) is not None:
        failed = await _fail_change(tx, change, said.text, now)
        await news.tell(tx, order, said, now, more={**error, failed.kind.value.lower(): failed.shown()})


def _given_up(state: CallState) -> CallState:
    """What was surely not done was rejected by us; of the rest, it stays on record that nobody knows."""
    return CallState.REJECTED if state is CallState.INTENT else CallState.RECONCILED


async def _fail_order(tx: Tx, order: Order, said: Draft, error: dict[str, Any], now: BusinessTime) -> None:
    failed = replace(order, status=OrderStatus.FAILED_TO_SEND, appointment=None, updated_at=now)
    freed = await appointments.free(tx, order.tenant, order.key, now)
    if freed is not None:
        await giving_back.ask(tx, order.tenant, freed, now)
    await store.end_at_supplier(tx, order.key, now)
    await store.move(tx, failed)
    await watch.begin(tx, failed, watch.SENT, now)
    await news.tell(tx, failed, said, now, before=order, more=error)


async def _fail_change(tx: Tx, change: Change, why: str | None, now: BusinessTime) -> Change:
    tenant = tx.tenant
    if tenant is None:
        raise AssertionError("a change has its tenant")
    await asked.mark(tx, tenant, change.key, ChangeStatus.FAILED_TO_SEND, answer=why, decided_at=now)
    await changes.withdraw_proposal(tx, tenant, change, now)
    return replace(change, status=ChangeStatus.FAILED_TO_SEND)


async def _alarm(tx: Tx, job: Job, now: BusinessTime) -> None:
    call, order = job.call, job.order
    what = f"order {order.id}" if job.change is None else f"{job.change.kind.value.lower()} {job.change.id}"
    text = f"Nobody knows whether {order.supplier} has {what}: ask it about its number {call.sent_id}."
    await alarms.sound(
        tx, order.tenant, kind=Kind.CALL_UNKNOWN, subject=f"{call.kind.value} {call.sent_id}", text=text, now=now
    )


async def _with_the_network(tx: Tx, order: Order, job: Job, reference: str | None, now: BusinessTime) -> Change | None:
    """The change is PENDING, unless its supplier's news was quicker than its answer, or the order has ended."""
    change = await _still_open(tx, order, job)
    if change is None or order.status.ended:
        return None
    return await handing.sent(tx, order, change, reference, now, sent_id=job.call.sent_id)


async def _still_open(tx: Tx, order: Order, job: Job) -> Change | None:
    """The change of the job, unless somebody has decided it while it was being sent."""
    open_ = await changes.find_open(tx, order.tenant, order.key)
    return next((one for one in open_ if one.key == job.call.change_key), None)


def _as_update(said: Draft, now: BusinessTime) -> Update:
    """An answer, as if its supplier had sent it as news: outside of its sequence."""
    fields = {name: getattr(said, name) for name in Draft.__dataclass_fields__}
    return Update(**fields, id=UUID(int=0), sequence_number=0, issued_at=now, received_at=now)
