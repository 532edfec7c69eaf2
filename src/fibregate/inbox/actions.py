"""Receive what a supplier says, and read it when its turn comes. Rules: `docs/reference/updates.md`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import asyncpg
import orjson

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.db import Db, Row, Tx
from fibregate.errors import Invalid
from fibregate.inbox import content, store
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane, share_of
from fibregate.orders import actions as orders
from fibregate.orders import updates, waits
from fibregate.orders.model import Order
from fibregate.orders.states import AFTER_THE_END, OF_CHANGES, QUESTIONS, MoveRefused
from fibregate.suppliers.port import Addressee, Draft, Update
from fibregate.vocabulary import OrderKey, OrderStatus, Reason, SupplierId, TenantId

GAP = timedelta(seconds=60)
"""How long, in business time, a message waits for the ones before it."""

_NAMES = UUID("0f3d5c1e-95a6-4b57-8a9e-2f0c55f1c9aa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """How a supplier names the order that it speaks of."""

    supplier: SupplierId
    tenant_code: str | None
    order_id: int | None
    reference: str | None


async def receive(db: Db, named: Named, update: Update, raw: bytes) -> None:
    """Keep the update and queue it; a repeat of its id does nothing. Raises `Invalid` for what can be known now."""
    try:
        await _received(db, named, update, raw)
    except asyncpg.UniqueViolationError:  # another update, or another order's reference, came at the same time
        await _received(db, named, update, raw)


async def _received(db: Db, named: Named, update: Update, raw: bytes) -> None:
    about = await _find(db, named)
    async with db.tx(about.tenant) as tx:
        await _keep(tx, about, update, raw)


async def _find(db: Db, named: Named) -> Addressee:
    """By the supplier's reference, by our id with its tenant, or by both, which must agree. Foreign is unknown."""
    tenant = await store.find_tenant(db, named.tenant_code) if named.tenant_code else None
    by_id = await _find_by_id(db, named, tenant)
    by_reference = await _find_by_reference(db, named, tenant, anybodys=by_id is not None)
    if by_id and by_reference and by_id != by_reference:
        raise Invalid("supplierOrderReference: names another order than id")
    found = by_id or by_reference
    if found is None and named.reference is not None:
        raise Invalid(f"supplierOrderReference: you gave no order the reference {named.reference!r}")
    if found is None:
        raise Invalid("id or supplierOrderReference: at least one must name the order")
    return found


async def _find_by_id(db: Db, named: Named, tenant: TenantId | None) -> Addressee | None:
    if named.order_id is None:
        return None
    if named.tenant_code is None:
        raise Invalid("tenant: required with the order's id")
    sent = await store.find_by_number(db, named.supplier, named.tenant_code, named.order_id)
    if sent is not None:
        return Addressee(sent["for_tenant"], named.supplier, sent["order_key"])
    key = await store.find_by_id(db, tenant, named.order_id, named.supplier) if tenant else None
    if tenant is None or key is None:
        raise Invalid(f"id: no order {named.order_id} of tenant {named.tenant_code} was sent to you")
    return Addressee(tenant, named.supplier, key)


async def _find_by_reference(db: Db, named: Named, tenant: TenantId | None, *, anybodys: bool) -> Addressee | None:
    """`anybodys`: whoever's it is, for it must be the one that was found by its number."""
    if named.reference is None:
        return None
    row = await store.find_by_reference(db, named.supplier, named.reference)
    if row is None or not (anybodys or _is_theirs(row, named, tenant)):
        return None
    return Addressee(row["for_tenant"], named.supplier, row["order_key"])


def _is_theirs(row: Row, named: Named, tenant: TenantId | None) -> bool:
    """Whether an order found by its reference is of the tenant that the supplier names, by our name or its own."""
    if named.tenant_code is None:
        return True
    return named.tenant_code == row["tenant_name"] or (row["tenant_name"] is None and row["for_tenant"] == tenant)


async def _keep(tx: Tx, about: Addressee, update: Update, raw: bytes) -> None:
    standing = await store.lock_standing(tx, about.supplier, about.order)
    if standing is None:
        raise Invalid("id: no such order was sent to you")
    if await store.find_update(tx, about.tenant, about.supplier, update.id):
        return
    await _check(tx, about, standing, update)
    await _insert(tx, about, update, raw)


async def _check(tx: Tx, about: Addressee, standing: Row, update: Update) -> None:
    """What is wrong whatever comes before it."""
    known = standing["supplier_reference"]
    if update.supplier_reference and known and update.supplier_reference != known:
        raise Invalid(f"supplierOrderReference: this order has the reference {known!r}")
    if update.supplier_reference and not known:
        other = await store.find_by_reference(tx, about.supplier, update.supplier_reference)
        if other is not None and other["order_key"] != about.order:
            raise Invalid("supplierOrderReference: you gave it to another order; each order has its own")
    if standing["ended_at"] and update.reason not in AFTER_THE_END:
        taken = ", ".join(sorted(one.value for one in AFTER_THE_END))
        raise Invalid(f"reasonCode: the order has ended; accepted: {taken}")
    following = standing["last_applied"] + 1
    if update.sequence_number < following:
        raise Invalid(f"sequenceNumber: {update.sequence_number} was used by another update; the next is {following}")
    taken_by = await store.find_number(tx, about.tenant, about.order, about.supplier, update.sequence_number)
    if taken_by is not None:
        raise Invalid(
            f"sequenceNumber: {update.sequence_number} is taken by update {taken_by}; "
            f"the next is {standing['last_given'] + 1}"
        )


async def _insert(tx: Tx, about: Addressee, update: Update, raw: bytes) -> None:
    await store.insert(
        tx,
        about.tenant,
        update.id,
        supplier=about.supplier,
        order=about.order,
        number=update.sequence_number,
        reason=update.reason.value,
        raw=raw,
        content=content.dump(update),
        issued_at=update.issued_at,
        received_at=update.received_at,
        reference=update.supplier_reference,
    )
    await lanes.schedule(tx, inbox_lane(about), due_at=update.received_at)


async def keep_read(tx: Tx, about: Addressee, update: Update, raw: bytes, now: BusinessTime) -> None:
    """Keep an update that was acted on as it came in, so that its sequence goes on from it."""
    await _insert(tx, about, update, raw)
    await store.finish(
        tx,
        about.tenant,
        about.supplier,
        update.id,
        state="APPLIED",
        refusal=None,
        number=update.sequence_number,
        order=about.order,
        now=now,
    )


def inbox_lane(about: Addressee) -> Lane:
    """What keeps one supplier's words about one order in order."""
    subject = {"supplier": about.supplier, "order": about.order}
    return Lane("inbox", f"{about.supplier}:{about.order}", about.tenant, subject, share_of(about.tenant))


async def announce(tx: Tx, about: Addressee, draft: Draft, now: BusinessTime) -> UUID:
    """Our own network says something: the same as `receive`, with the number and the id given by us.

    Raises `Invalid` where the order was not handed to this network.
    """
    standing = await store.lock_standing(tx, about.supplier, about.order)
    if standing is None:
        raise Invalid("the order was not handed to this network")
    number = standing["last_given"] + 1
    identity = uuid5(_NAMES, f"{about.supplier}:{about.order}:{number}")
    said = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    update = Update(**said, id=identity, sequence_number=number, issued_at=now, received_at=now)
    await _insert(tx, about, update, orjson.dumps(content.dump(update)))
    return identity


async def read_next(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of the lane: apply the next update in sequence, or wait for the one that is missing."""
    tenant = claim.tenant
    if tenant is None:
        raise AssertionError("an inbox lane has a tenant")
    supplier, order = SupplierId(int(str(claim.subject["supplier"]))), OrderKey(int(str(claim.subject["order"])))
    about = Addressee(tenant, supplier, order)
    async with db.tx(tenant) as tx:
        standing = await store.lock_standing(tx, supplier, order)
        waiting = await store.next_two(tx, tenant, order, supplier)
        if standing is None or not waiting:
            await lanes.complete(tx, claim)
            return
        head = waiting[0]
        released_at = head["received_at"] + GAP
        if head["sequence_number"] > standing["last_applied"] + 1 and released_at > now:
            await lanes.postpone(tx, claim, BusinessTime(released_at), failed=False)
            return
        if len(waiting) > 1:
            await lanes.postpone(tx, claim, now, failed=False)
        else:
            await lanes.complete(tx, claim)
        await _read(tx, about, head, now)


async def _read(tx: Tx, about: Addressee, head: Row, now: BusinessTime) -> None:
    update = content.load(head["id"], head["sequence_number"], head["content"], head["received_at"])
    order = await orders.lock(tx, about.tenant, about.order)
    refusal: str | None = None
    state = "RECORDED" if order.status.ended else "APPLIED"
    try:
        order = await updates.apply(tx, order, update, now)
    except (MoveRefused, Invalid) as refused:
        refusal, state = str(refused), "REFUSED"
    else:
        await _watch_silence(tx, order, update, now)
    await store.finish(
        tx,
        about.tenant,
        about.supplier,
        update.id,
        state=state,
        refusal=refusal,
        number=update.sequence_number,
        order=about.order,
        now=now,
    )


async def _watch_silence(tx: Tx, order: Order, update: Update, now: BusinessTime) -> None:
    """A question starts the wait for its answer, another starts it anew, and an answer refused lets it go on.

    It never ends before the day that the question itself said.
    """
    if not order.own_network or order.status is not OrderStatus.PENDING:
        return
    due: dict[str, BusinessTime] = {}
    if update.reason in QUESTIONS:
        due["silence-end"] = waits.ends(order, waits.answer_by(order, update, now), now)
        due["silence-warn"] = min(due["silence-end"], waits.reminds(order, update, now))
    elif update.reason in OF_CHANGES and (asked := await store.last_question(tx, order.tenant, order.key)):
        due["silence-end"] = max(_ends(order, asked), calendars.answer_again(now, order.nation))
    for kind, due_at in due.items():
        await lanes.schedule(tx, _timer(kind, order), due_at=due_at)


def _timer(kind: str, order: Order) -> Lane:
    return Lane(kind, str(order.key), order.tenant, {"order": order.key})


async def break_silence(db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of both timers of a PENDING order on our own network: a reminder, and the end."""
    tenant, key = claim.tenant, OrderKey(int(str(claim.subject["order"])))
    if tenant is None:
        raise AssertionError("a silence has a tenant")
    async with db.tx(tenant) as tx:
        supplier = await store.supplier_of(tx, tenant, key)
        await store.lock_standing(tx, supplier, key)  # these in turn, as who reads updates does
        order = await orders.lock(tx, tenant, key)
        await lanes.complete(tx, claim)
        question = await store.last_question(tx, tenant, key)
        if order.status is not OrderStatus.PENDING or question is None:
            return
        if claim.kind == "silence-end":
            await announce(tx, Addressee(tenant, supplier, key), _end_draft(), now)
        elif now < (ends := _ends(order, question)):
            await announce(tx, Addressee(tenant, supplier, key), _warning(question, ends), now)
            again = calendars.charge_reminds(now, order.nation)
            if "charge" in question["facts"] and again < ends:
                await lanes.schedule(tx, _timer(claim.kind, order), due_at=again)


def _end_draft() -> Draft:
    return Draft(reason=Reason.CANCELLED, problem_code="TIMED_OUT", text="Ended: no answer.")


def _ends(order: Order, question: Row) -> BusinessTime:
    """One that was asked while a change of the tenant's waited has told nobody by when."""
    told = question["facts"].get("actBy")
    by = BusinessTime(datetime.fromisoformat(told["by"])) if told else None
    return waits.ends(order, by, question["created_at"])


def _warning(question: Row, ends: BusinessTime) -> Draft:
    return Draft(
        reason=Reason.WARNING,
        problem_code=question["facts"].get("problemCode", "INFORMATION_REQUIRED"),
        text=f"No answer yet. The order ends on {calendars.spoken_day(ends)} without one.",
    )
