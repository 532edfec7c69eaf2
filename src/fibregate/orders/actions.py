"""Place an order and hand it to its network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import structlog

from fibregate.appointments.model import Asker
from fibregate.clock import BusinessTime
from fibregate.db import Db, Row, Statements, Tx
from fibregate.errors import Invalid, Unavailable, Unknown
from fibregate.orders import store, view
from fibregate.orders.model import Order, Request
from fibregate.orders.placing import store as placing
from fibregate.orders.rules import actions as rules
from fibregate.orders.rules.facts import Claim, Facts, Live
from fibregate.suppliers.network import premises
from fibregate.tenants.replays.once import MetOthers
from fibregate.vocabulary import OrderKey, OrderType, ServiceType, TenantId

TRIES = 5
FAR = "send"
"""The lane of an order that is with a supplier far away; that of our own network is `dispatch`."""


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
        row, facts = await seen(db, tenant, request, how)
        if row["old_hash"] is not None:
            _again(row["old_hash"], request)
            return
        whole = rules.completed(request, facts)
        found = [*how.faults, *rules.faults(whole, facts, how.now)]
        if found:
            raise Invalid(found)
        if how.dry_run or await _placed(db, tenant, whole, asker, facts=facts, how=how):
            return
    raise Unavailable("The order met others at the same time too often; nothing was done.", 1)


async def faults(db: Db, tenant: TenantId, request: Request, how: Placement) -> list[str]:
    """What is wrong with an order of which a part could not be read, beyond that part. Places nothing."""
    _, facts = await seen(db, tenant, request, how)
    return [*how.faults, *rules.faults(rules.completed(request, facts), facts, how.now)]


def _again(old_hash: bytes, request: Request) -> None:
    if old_hash != request.body_hash:
        raise Invalid(f"id: {request.id} was used for another order; send a new id")


async def seen(on: Statements, tenant: TenantId, request: Request, how: Placement) -> tuple[Row, Facts]:
    """What an order is judged by, with the row that it is read from."""
    named = request.order_type in rules.NAMES_A_LINE
    row = await placing.facts(on, tenant, request, service=rules.service_of(request), port=named)
    return row, Facts(
        premises=premises.read(row) if row["uprn"] is not None else None,
        by_id=_held(row["by_id"]),
        by_reference=_held(row["by_reference"]),
        own_open_order=row["own_open_order"],
        open_orders=row["open_orders"],
        tenant_code=row["tenant_code"],
        one_open_order=how.one_open_order,
        live=Live(**row["live"]) if row["live"] else None,
        busy_with=row["busy_with"],
        claims=[Claim(**one) for one in row["claimed"] or ()],
    )


def _held(found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    times = ("expires_at", "starts_at", "ends_at")
    return {**found, **{one: datetime.fromisoformat(found[one]) for one in times if found[one]}}


async def _placed(db: Db, tenant: TenantId, request: Request, asker: Asker, *, facts: Facts, how: Placement) -> bool:
    try:
        if request.order_type is OrderType.NEW:
            await put(db, tenant, request, asker, facts=facts, how=how)
        else:
            async with db.tx(tenant) as tx:  # where one part of it gets nothing, what another took is undone
                await put(tx, tenant, request, asker, facts=facts, how=how)
    except (asyncpg.UniqueViolationError, MetOthers):
        return False
    db.hint()
    return True


async def put(
    on: Statements, tenant: TenantId, request: Request, asker: Asker, *, facts: Facts, how: Placement
) -> None:
    """Keep an order that was found good. Raises `MetOthers`, or breaks a key, where others were faster."""
    claims = rules.claims(request, facts)
    if await placing.place(on, tenant, request, asker, claims=claims, play=how.play, now=how.now) is None:
        raise MetOthers


async def lock(tx: Tx, tenant: TenantId, key: OrderKey) -> Order:
    """The order, held until the end of the transaction; what this task logs from now on names its request.

    Raises `Unknown`.
    """
    row = await store.lock(tx, tenant, key)
    if row is None:
        raise Unknown(f"there is no order {key}")
    structlog.contextvars.bind_contextvars(request_id=row["request_id"], conversation_id=row["conversation_id"])
    return view.read(tenant, row)


async def lock_by_id(tx: Tx, tenant: TenantId, order_id: int) -> Order:
    """As `lock`, by the number that its tenant knows it by."""
    row = await store.lock_by_id(tx, tenant, order_id)
    if row is None:
        raise Unknown(f"id: there is no order {order_id}")
    return view.read(tenant, row)


async def get(on: Statements, tenant: TenantId, order_id: int, only: ServiceType | None = None) -> Order:
    """By the number that its tenant knows it by. Raises `Unknown`, for another tenant's and another kind's too."""
    row = await store.find_by_id(on, tenant, order_id)
    if row is None or only not in {None, row["service_type"]}:
        raise Unknown(f"id: there is no order {order_id}")
    return view.read(tenant, row)


async def list_updates(db: Db, order: Order) -> list[Row]:
    """Every KCI told of the order as it was read, none newer."""
    return await store.list_updates(db, order.tenant, order.key, up_to=order.kci_count)
