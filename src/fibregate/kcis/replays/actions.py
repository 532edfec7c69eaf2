"""Count what a replay would send, make one, and see how far it is."""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from fibregate.db import Db, Row, Statements, Tx
from fibregate.errors import Invalid, Unavailable, Unknown
from fibregate.kcis.replays import store
from fibregate.kcis.replays.model import MOST, Asked, Outline, Part, Replay
from fibregate.tenants import audit
from fibregate.tenants.model import Actor
from fibregate.vocabulary import OrderKey, TenantId

_TRIES: Final = 12
_BUSY: Final = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)


async def preview(on: Statements, tenant: TenantId, asked: Asked) -> Outline:
    """What `make` would send; makes nothing, and has no limit. Raises `Invalid`."""
    endpoints, order = await _aim(on, tenant, asked)
    rows = await store.count(on, tenant, endpoints, asked, order)
    parked = await store.list_parked(on, tenant, endpoints) if asked.undelivered else []
    return _outline(rows, resumed=sum(row["items"] for row in parked))


async def make(db: Db, tenant: TenantId, asked: Asked, *, replay: UUID | None, by: Actor) -> Replay:
    """The job under this id, or under a new one; the same request under the same id is the same job, made once.

    Raises `Invalid`. Never waits long for a lane that a worker has in hand: it gives way and begins again, and raises
    `Unavailable` when that does not end.
    """
    identity = replay or uuid4()
    for tried in range(_TRIES):
        try:
            async with db.tx(tenant) as tx:
                return await _make(tx, tenant, identity, asked, by)
        except _BUSY:
            await asyncio.sleep(random.uniform(0, 0.05) * (tried + 1))  # noqa: S311 - so that two do not keep step
    raise Unavailable("The lanes of these endpoints are too busy; nothing was done.", 1)


async def get(on: Statements, tenant: TenantId, replay: UUID) -> Replay:
    """With what has been sent so far. Raises `Unknown`."""
    row = await store.find(on, tenant, replay)
    if row is None:
        raise Unknown(f"id: there is no replay {replay}")
    return _replay(row, await store.list_parts(on, tenant, replay))


async def list_recent(
    on: Statements, tenant: TenantId, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Replay]:
    """The newest first, without their parts."""
    return [_replay(row, []) for row in await store.list_recent(on, tenant, before=before, limit=limit)]


async def _make(tx: Tx, tenant: TenantId, replay: UUID, asked: Asked, by: Actor) -> Replay:
    if not await store.insert(tx, tenant, replay, asked=asked.document, asked_hash=asked.fingerprint, by=by.name):
        return await _made_before(tx, tenant, replay, asked)
    endpoints, order = await _aim(tx, tenant, asked)
    chosen = _outline(await store.count(tx, tenant, endpoints, asked, order), resumed=0)
    if chosen.count > MOST:
        raise Invalid(f"these are {chosen.count} KCIs, and a replay sends at most {MOST}; ask for less at a time")
    await store.insert_items(tx, tenant, replay, endpoints=endpoints, asked=asked, order=order)
    await store.give_way(tx)
    await store.lock_lanes(tx, tenant, replay)
    await store.settle(tx, tenant, replay)
    await store.insert_lanes(tx, tenant, replay)
    await store.set_going(tx, tenant, replay)
    resumed = await store.resume(tx, tenant, endpoints) if asked.undelivered else 0
    await store.mark_counted(tx, tenant, replay, resumed=resumed)
    await _note(tx, tenant, replay, asked, by)
    tx.wakes_workers = True
    return await get(tx, tenant, replay)


async def _made_before(tx: Tx, tenant: TenantId, replay: UUID, asked: Asked) -> Replay:
    row = await store.find(tx, tenant, replay)
    if row is None or row["asked_hash"] != asked.fingerprint:
        raise Invalid(f"replayId: {replay} is another replay; the same id needs the same request")
    return _replay(row, await store.list_parts(tx, tenant, replay))


async def _aim(on: Statements, tenant: TenantId, asked: Asked) -> tuple[Sequence[UUID], OrderKey | None]:
    """The endpoints that are meant, and the order's key. Every fault is named."""
    faults: list[str] = []
    endpoints = await store.list_endpoints(on, tenant, only=asked.endpoint)
    if not endpoints:
        faults.append(
            f"endpointId: there is no endpoint {asked.endpoint}"
            if asked.endpoint
            else "there is no endpoint to send to"
        )
    order = None
    if asked.order_id is not None:
        order = await store.find_order(on, tenant, asked.order_id)
        if order is None:
            faults.append(f"orderId: there is no order {asked.order_id}")
    if asked.kci is not None and not await store.has_kci(on, tenant, asked.kci):
        faults.append(f"kciId: there is no KCI {asked.kci}")
    if asked.told_from and asked.told_to and asked.told_from >= asked.told_to:
        faults.append("to: must be later than from")
    if faults:
        raise Invalid(faults)
    return endpoints, order


async def _note(tx: Tx, tenant: TenantId, replay: UUID, asked: Asked, by: Actor) -> None:
    details = asked.document
    if asked.missing:
        details["missing"] = len(asked.missing)
    await audit.record(
        tx,
        tenant=tenant,
        actor=by.name,
        act="replay.make",
        subject=str(replay),
        origin=by.origin,
        request_id=by.request_id,
        details=details,
    )


def _outline(rows: Sequence[Row], *, resumed: int) -> Outline:
    parts = [Part(row["endpoint_id"], row["items"], row["sent"], row["deleted"]) for row in rows]
    return Outline(count=sum(part.count for part in parts), resumed=resumed, parts=parts)


def _replay(row: Row, parts: Sequence[Row]) -> Replay:
    asked = dict(row["asked"])
    resumed = asked.pop("resumed", 0)
    return Replay(
        replay=row["replay_id"],
        asked=asked,
        asked_by=row["asked_by"],
        created_at=row["created_at"],
        outline=Outline(count=row["kci_count"], resumed=resumed, parts=_outline(parts, resumed=0).parts),
    )
