"""A line that goes to another tenant, as its two sides hear of it: each in a transaction of its own, by its lane.

What is said depends on nothing but the switch's state and what was said before, so a lane that was cut off says it when
it is run again, and one that is run twice says it once. Rules: `docs/reference/lines.md`.
"""

from dataclasses import replace
from typing import Final

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.db import Db, Tx
from fibregate.errors import Invalid
from fibregate.inbox import actions as inbox
from fibregate.inbox import store
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.orders import actions as orders
from fibregate.orders.ceases import actions as ceases
from fibregate.orders.ceases import store as ceased
from fibregate.orders.ceases.actions import Cease
from fibregate.orders.changes.model import Change
from fibregate.suppliers.network import actions as network
from fibregate.suppliers.network import store as own
from fibregate.suppliers.network.lines import store as lines
from fibregate.suppliers.network.switches import actions as switches
from fibregate.suppliers.network.switches import store as rows
from fibregate.suppliers.network.switches.model import Switch, SwitchState
from fibregate.suppliers.port import Addressee, Draft
from fibregate.vocabulary import Nation, OrderKey, OrderStatus, OrderType, Reason, SupplierId, TenantId

_ENDINGS: Final = (Reason.COMPLETED, Reason.CANCELLED)
_BEGINS: Final = {
    OrderType.TRANSFER: "The line of service {service} goes to another provider on {date}.",
    OrderType.TAKEOVER: "The line of service {service} is taken over by a new occupier on {date}.",
}
_OBJECTED: Final = {
    OrderType.TRANSFER: "The customer has not agreed to the change. Check the address.",
    OrderType.TAKEOVER: "The occupier is not moving out. Check the address.",
}
_DATA_ERROR: Final = "8001"


async def follow(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of the losing side's lane: its cease is made, put off, completed or ended as the switch is."""
    tenant, gaining = _of(claim)
    async with db.tx(tenant) as tx:
        supplier = SupplierId(await own.own_supplier(tx))
        seen = await rows.find(tx, gaining)
        if seen is not None and seen.losing_key is not None:
            await store.lock_standing(tx, supplier, seen.losing_key)  # before the switch, as whoever reads an update
        switch = await rows.lock(tx, gaining)
        if switch is not None:
            await _follow(tx, switch, supplier, now)
        await lanes.complete(tx, claim)


async def _follow(tx: Tx, switch: Switch, supplier: SupplierId, now: BusinessTime) -> None:
    if switch.state is SwitchState.PLANNED and switch.cuts_over_at is not None:
        await _begin(tx, switch, supplier, now)
    elif switch.losing_key is None:  # its service had ended by itself
        return
    elif switch.state is SwitchState.TOLD:
        await _put_off(tx, switch, Addressee(switch.losing_tenant, supplier, switch.losing_key), now)
    elif not await store.was_said(tx, switch.losing_tenant, switch.losing_key, _ENDINGS):
        await _end(tx, switch, Addressee(switch.losing_tenant, supplier, switch.losing_key), now)


async def _begin(tx: Tx, switch: Switch, supplier: SupplierId, now: BusinessTime) -> None:
    tenant, at = switch.losing_tenant, switch.cuts_over_at
    if at is None or not await lines.yields(tx, tenant, switch.losing_service):
        await rows.move(tx, switch.gaining_key, SwitchState.TOLD)
        return
    day = calendars.spoken_day(at)
    cease = Cease(
        supplier=supplier,
        service_id=switch.losing_service,
        reason=switch.cease_reason,
        ends_at=at,
        text=_BEGINS[switch.kind].format(service=switch.losing_service, date=day),
    )
    order = await ceases.begin(tx, tenant, cease, now)
    await rows.move(tx, switch.gaining_key, SwitchState.TOLD, losing=order.key)
    reference = await network.take(tx, tenant, order.key, now)
    about, ends = Addressee(tenant, supplier, order.key), calendars.end_of_day(calendars.uk_date(at))
    acknowledged = Draft(
        reason=Reason.ACKNOWLEDGED,
        status=OrderStatus.ACKNOWLEDGED,
        supplier_reference=reference,
        text=f"Cease recorded, our reference {reference}.",
    )
    committed = Draft(
        reason=Reason.COMMITTED,
        status=OrderStatus.IN_PROGRESS,
        committed_at=ends,
        target_at=ends,
        text=f"The service ends at 06:00 on {day}.",
    )
    await inbox.announce(tx, about, acknowledged, now)
    await inbox.announce(tx, about, committed, now)


async def _put_off(tx: Tx, switch: Switch, about: Addressee, now: BusinessTime) -> None:
    at = switch.cuts_over_at
    if at is None or not await ceases.put_off(tx, about.tenant, about.order, at):
        return
    ends = calendars.end_of_day(calendars.uk_date(at))
    text = f"The service now ends at 06:00 on {calendars.spoken_day(at)}."
    await inbox.announce(tx, about, Draft(reason=Reason.UPDATE, target_at=ends, text=text), now)


async def _end(tx: Tx, switch: Switch, about: Addressee, now: BusinessTime) -> None:
    if switch.state is not SwitchState.DONE:
        text = "The line stays with you: it does not go to another provider."
        await inbox.announce(tx, about, _stays(text), now)
        return
    await inbox.announce(tx, about, Draft(reason=Reason.COMPLETED, text="The service has ended."), now)
    for other in await ceased.others(tx, about.tenant, switch.losing_service, about.order):
        draft = Draft(
            reason=Reason.CANCELLED, problem_code="LINKED_ORDER_ISSUE", text="The service has ended by another order."
        )
        await inbox.announce(tx, Addressee(about.tenant, about.supplier, other), draft, now)


def _stays(text: str) -> Draft:
    return Draft(reason=Reason.CANCELLED, problem_code="NO_LONGER_REQUIRED", text=text)


async def end_gaining(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of the gaining side's lane: the losing tenant has objected, so the order ends."""
    tenant, gaining = _of(claim)
    async with db.tx(tenant) as tx:
        supplier = SupplierId(await own.own_supplier(tx))
        standing = await store.lock_standing(tx, supplier, gaining)
        switch = await rows.lock(tx, gaining)
        is_open = standing is not None and standing["ended_at"] is None
        if is_open and switch is not None and not await store.was_said(tx, tenant, gaining, _ENDINGS):
            draft = Draft(
                reason=Reason.CANCELLED,
                problem_code="INVALID_REQUEST",
                supplier_codes=(_DATA_ERROR,),
                text=_OBJECTED[switch.kind],
            )
            await inbox.announce(tx, Addressee(tenant, supplier, gaining), draft, now)
        await lanes.complete(tx, claim)


async def judge(tx: Tx, tenant: TenantId, change: Change, now: BusinessTime) -> bool:
    """Decide a cancellation of a cease that our own network made; False where it is of another order."""
    order = await orders.lock(tx, tenant, change.order_key)
    if order.order_type != OrderType.UNSOLICITED_CEASE or not order.own_network:
        return False
    try:
        await switches.object(tx, order.key, Nation(order.nation), now)
    except Invalid as refused:
        draft = Draft(reason=Reason.CANCELLATION_REJECTED, text=str(refused))
    else:
        draft = _stays("The line stays with you, as you asked.")
    draft = replace(draft, request_id=change.id, request_reference=change.supplier_reference)
    about = Addressee(tenant, SupplierId(await own.own_supplier(tx)), order.key)
    await inbox.announce(tx, about, draft, now)
    return True


def _of(claim: Claim) -> tuple[TenantId, OrderKey]:
    if claim.tenant is None:
        raise AssertionError("each side of a switch is a tenant")
    return claim.tenant, OrderKey(int(str(claim.subject["switch"])))
