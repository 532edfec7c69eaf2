"""Place an order and hand it to its network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import structlog

from fibregate.appointments.model import Asker
from fibregate.clock import BusinessTime
from fibregate.db import Db, Row, Tx
from fibregate.errors import Invalid, Unavailable, Unknown
from fibregate.orders import rules, store, view
from fibregate.orders.model import Order, Request
from fibregate.suppliers.network import actions as network
from fibregate.suppliers.network import premises
from fibregate.vocabulary import OrderKey, OrderStatus, TenantId

TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """How an order is to be placed: when, under which policy, in a sandbox with which course of events.

    `faults` are those that its door has found already; they are told with the rest.
    """

    now: BusinessTime
    one_open_order: bool
    dry_run: bool = False
    play: Mapping[str, Any] | None = None
    faults: tuple[str, ...] = ()


async def place(db: Db, tenant: TenantId, request: Request, asker: Asker, how: Placement) -> None:
    """Take the order, once: with its appointment, its work and its audit row, or not at all.

    Raises `Invalid` with every fault. The same id with an equal body is the same order again and does nothing. A
    cancelled call may have placed it: the same id asked again tells.
    """
    for _ in range(TRIES):
        row = await store.facts(db, tenant, request)
        if row["old_hash"] is not None:
            _again(row["old_hash"], request)
            return
        facts = _facts(row, how)
        found = [*how.faults, *rules.faults(request, facts, how.now)]
        if found:
            raise Invalid(found)
        if how.dry_run or await _placed(db, tenant, request, asker, facts=facts, how=how):
            return
    raise Unavailable("The order met others at the same time too often; nothing was done.", 1)


async def faults(db: Db, tenant: TenantId, request: Request, how: Placement) -> list[str]:
    """What is wrong with an order of which a part could not be read, beyond that part. Places nothing."""
    row = await store.facts(db, tenant, request)
    return [*how.faults, *rules.faults(request, _facts(row, how), how.now)]


def _again(old_hash: bytes, request: Request) -> None:
    if old_hash != request.body_hash:
        raise Invalid(f"id: {request.id} was used for another order; send a new id")


def _facts(row: Row, how: Placement) -> rules.Facts:
    return rules.Facts(
        premises=premises.read(row) if row["uprn"] is not None else None,
        by_id=_held(row["by_id"]),
        by_reference=_held(row["by_reference"]),
        own_open_order=row["own_open_order"],
        open_orders=row["open_orders"],
        tenant_code=row["tenant_code"],
        one_open_order=how.one_open_order,
    )


def _held(found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    times = ("expires_at", "starts_at", "ends_at")
    return {**found, **{one: datetime.fromisoformat(found[one]) for one in times if found[one]}}


async def _placed(
    db: Db, tenant: TenantId, request: Request, asker: Asker, *, facts: rules.Facts, how: Placement
) -> bool:
    one_at_a_time = how.one_open_order or bool(facts.premises and facts.premises.one_open_order)
    counted = bool(facts.premises and not facts.premises.unlimited_lines)
    try:
        row = await store.place(
            db,
            tenant,
            request,
            asker,
            reservation=facts.reservation["id"] if facts.reservation else None,
            one_at_a_time=one_at_a_time,
            open_orders=facts.open_orders if counted else None,
            play=how.play,
            now=how.now,
        )
    except asyncpg.UniqueViolationError:
        return False
    if row:
        db.hint()
    return row is not None


async def dispatch(tx: Tx, tenant: TenantId, key: OrderKey, now: BusinessTime) -> Order:
    """Hand the order to our own network: it opens a work order, and the order is sent. Makes no KCI."""
    order = await lock(tx, tenant, key)
    if order.status.ended:
        return order
    await network.take(tx, tenant, key, now)
    if order.status is not OrderStatus.RECEIVED_BY_GATEWAY:  # an update was quicker
        return order
    await store.move(
        tx,
        tenant,
        key,
        status=OrderStatus.SENT_TO_SUPPLIER.value,
        returns_to=None,
        supplier_reference=None,
        committed_at=order.committed_at,
        target_at=order.target_at,
        reservation=order.reservation_id,
        characteristics=list(order.characteristics),
        kci_count=order.kci_count,
        now=now,
    )
    return await lock(tx, tenant, key)


async def lock(tx: Tx, tenant: TenantId, key: OrderKey) -> Order:
    """The order, held until the end of the transaction; what this task logs from now on names its request.

    Raises `Unknown`.
    """
    row = await store.lock(tx, tenant, key)
    if row is None:
        raise Unknown(f"there is no order {key}")
    structlog.contextvars.bind_contextvars(request_id=row["request_id"], conversation_id=row["conversation_id"])
    return view.read(tenant, row)


async def get(db: Db, tenant: TenantId, order_id: int) -> Order:
    """By the number that its tenant knows it by. Raises `Unknown`, for another tenant's too."""
    row = await store.find_by_id(db, tenant, order_id)
    if row is None:
        raise Unknown(f"id: there is no order {order_id}")
    return view.read(tenant, row)


async def list_updates(db: Db, order: Order) -> list[Row]:
    """Every KCI told of the order as it was read, none newer."""
    return await store.list_updates(db, order.tenant, order.key, up_to=order.kci_count)
