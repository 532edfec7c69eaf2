"""Make a call that was written down, and write down what came of it."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.orders.sending import ends
from fibregate.orders.sending.model import Desk, Found, Job
from fibregate.suppliers import keeping
from fibregate.suppliers.answers import (
    Absent,
    Acknowledged,
    Applied,
    OrderStands,
    Refused,
    RequestStands,
    Taken,
)
from fibregate.suppliers.calls import Network
from fibregate.suppliers.ethernet import EthernetAsked
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.ledger import actions as ledger
from fibregate.suppliers.ledger import store as calls
from fibregate.suppliers.ledger.model import CallKind, CallState
from fibregate.suppliers.questions import AmendmentAsked, CancellationAsked, Cease, Modify, Provide, Trace

_ETHERNET: Final = EthernetAsked.__name__
"""What an order for Ethernet is kept as."""


async def call(desk: Desk, job: Job, headers: Mapping[str, str]) -> Found:
    """With no transaction open. A failure is a value here: it is written down like an answer."""
    network = await desk.networks.at(job.call.account_id)
    asker = job.change or job.order
    trace = Trace(asker.conversation_id, headers=headers)
    try:
        return await (_look_up(network, job, trace) if job.looks_up else _send(network, job, trace))
    except SupplierFailed as failed:
        return failed


async def _send(network: Network, job: Job, trace: Trace) -> Found:
    kept = dict(job.call.request)
    match job.call.kind:
        case CallKind.AMEND:
            return await network.amend(keeping.load(kept, AmendmentAsked), trace)
        case CallKind.CANCEL:
            return await network.cancel(keeping.load(kept, CancellationAsked), trace)
        case _ if kept["kind"] == _ETHERNET:
            return await network.order_ethernet(keeping.load(kept, EthernetAsked), trace)
        case _:
            asked = {"Cease": Cease, "Modify": Modify}.get(kept["kind"], Provide)
            return await network.order(keeping.load(kept, asked), trace)


async def _look_up(network: Network, job: Job, trace: Trace) -> Found:
    match job.call.kind:
        case CallKind.AMEND:
            return await network.read_amendment(job.call.sent_id, trace)
        case CallKind.CANCEL:
            return await network.read_cancellation(job.call.sent_id, trace)
        case _ if job.call.request["kind"] == _ETHERNET:
            return await network.read_ethernet_order(job.call.sent_id, trace)
        case _:
            return await network.read_order(job.call.sent_id, trace)


async def record(tx: Tx, claim: Claim, job: Job, found: Found, now: BusinessTime) -> None:
    """What came, in one unit with what it makes of the order."""
    match found:
        case SupplierFailed():
            await _failed(tx, claim, job, found, now)
        case Absent():
            await _absent(tx, claim, job, now)
        case _:
            await lanes.complete(tx, claim, done=claim.head)
            settled = CallState.RECONCILED if job.looks_up else CallState.CONFIRMED
            if isinstance(found, Refused):
                settled = CallState.REJECTED
            if await _settle(tx, job, settled, now):
                await _answered(tx, job, found, now)


async def _answered(
    tx: Tx,
    job: Job,
    found: Taken | Acknowledged | Applied | Refused | OrderStands | RequestStands,
    now: BusinessTime,
) -> None:
    match found:
        case Refused(messages):
            await ends.refused(tx, job, messages, now)
        case Acknowledged():
            await ends.acknowledged(tx, job, found, now)
        case Applied(reference):
            await ends.applied(tx, job, reference, now)
        case Taken(reference):
            await ends.taken(tx, job, reference, now)
        case OrderStands():
            await ends.stands(tx, job, found, now)
        case RequestStands():
            await ends.request_stands(tx, job, found, now)


async def _settle(tx: Tx, job: Job, state: CallState, now: BusinessTime, outcome: str | None = None) -> bool:
    ended = None if state.is_open else now
    return await calls.settle(tx, job.call.tenant, job.call.call_id, state, outcome=outcome, settled_at=ended)


async def _failed(tx: Tx, claim: Claim, job: Job, failed: SupplierFailed, now: BusinessTime) -> None:
    """What was surely not done may be done later, if that can help; what may have been done is found out about."""
    outcome = "\n".join((failed.code, *failed.messages))
    if job.call.state is not CallState.INTENT:  # that nothing was done this time says nothing of the time before
        await _settle(tx, job, CallState.UNKNOWN, now, job.call.outcome or outcome)
        await _later(tx, claim, job, now)
        return
    if not (failed.nothing_done or _conflicts(job, failed)):
        await _settle(tx, job, CallState.UNKNOWN, now, outcome)
        await _later(tx, claim, job, now)
        return
    await _settle(tx, job, CallState.INTENT, now, outcome)
    if failed.may_pass and not ledger.is_over(job.call, now):
        await _later(tx, claim, job, now)
        return
    await lanes.complete(tx, claim, done=claim.head)
    told = replace(job.call, state=CallState.INTENT, outcome=outcome)
    await ends.give_up(tx, replace(job, call=told), now)


def _conflicts(job: Job, failed: SupplierFailed) -> bool:
    """At a number that was never said before, a conflict is not with what we asked for the time before."""
    return failed.status == HTTPStatus.CONFLICT and job.call.sent_at is None


async def _absent(tx: Tx, claim: Claim, job: Job, now: BusinessTime) -> None:
    """It was never done, once nothing of it can be under way any more: then it may be sent again, under its number."""
    again = ledger.may_send_again(job.call, now)
    await _settle(tx, job, CallState.INTENT if again else CallState.UNKNOWN, now, job.call.outcome)
    if again:
        await lanes.postpone(tx, claim, now, failed=True)
    else:
        await _later(tx, claim, job, now)


async def _later(tx: Tx, claim: Claim, job: Job, now: BusinessTime) -> None:
    await lanes.postpone(tx, claim, ledger.again_at(claim.attempts, now, job.call), failed=True)
