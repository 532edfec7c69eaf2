"""Claim a request, answer it, and answer it again. Rules: `docs/reference/tenant.md`."""

import asyncio
from datetime import timedelta
from typing import Final

from fibregate.clock import BusinessTime
from fibregate.db import Db, Row, Statements, Tx
from fibregate.errors import Invalid, Unavailable
from fibregate.tenants import store as tenants
from fibregate.tenants.replays import store
from fibregate.tenants.replays.model import Asked, Key, Stored
from fibregate.vocabulary import TenantId

KEPT: Final = timedelta(days=30)
PATIENCE: Final = 10.0
"""Seconds of the real clock for which an equal request that is being worked on is waited for."""
_LOOK_EVERY: Final = 0.1
_A_BATCH: Final = 5000


class InFlight(Exception):
    """An equal request was claimed and is not answered yet: `wait` for it, with no transaction open."""


async def claim(
    tx: Tx, tenant: TenantId, asked: Asked, now: BusinessTime, *, patience: float = PATIENCE
) -> Stored | None:
    """None: it was never asked before, and is ours to answer or withdraw. Else the answer that it had.

    Waits for an equal one whose transaction is open, for `patience` seconds, and raises the driver's
    `LockNotAvailableError` after that. Raises `InFlight`, and `Invalid` where its idempotency key went with another
    body.
    """
    await store.bound_waits(tx, patience)
    ours: list[Key] = []
    for key in asked.keys:
        if await store.claim(
            tx, tenant, asked.route, key, body_hash=asked.body_hash, now=now, dead_before=dead_before(now)
        ):
            ours.append(key)
            continue
        row = await _find(tx, tenant, asked, key, now)
        found = _stored(asked, key, row) if row is not None else None
        if found is None:
            raise InFlight
        for mine in ours:
            await store.answer(tx, tenant, asked.route, mine, status=found.status, body=found.body)
        return found
    return None


async def find_answer(db: Db, tenant: TenantId, asked: Asked, now: BusinessTime) -> Stored | None:
    """What an equal request was answered; None where none was, or not yet. Claims nothing."""
    found = [(key, await _find(db, tenant, asked, key, now)) for key in asked.keys]
    answered = [one for key, row in found if row is not None and (one := _stored(asked, key, row)) is not None]
    return answered[0] if answered else None


async def answer(tx: Tx, tenant: TenantId, asked: Asked, stored: Stored) -> None:
    """Keep what was answered, in the transaction that did it or that learnt of it."""
    for key in asked.keys:
        await store.answer(tx, tenant, asked.route, key, status=stored.status, body=stored.body)


async def withdraw(tx: Tx, tenant: TenantId, asked: Asked) -> None:
    """A committed claim came to nothing: it was refused, and may be asked anew."""
    for key in asked.keys:
        await store.withdraw(tx, tenant, asked.route, key)


async def wait(
    db: Db, tenant: TenantId, asked: Asked, now: BusinessTime, *, patience: float = PATIENCE
) -> Stored | None:
    """The answer of the equal request that is in flight, or None where it was withdrawn and may be claimed.

    Raises `Unavailable` when it takes too long; asking again later is harmless. `now` is when it was asked.
    """
    try:
        async with asyncio.timeout(patience):
            while True:
                found = [(key, await _find(db, tenant, asked, key, now)) for key in asked.keys]
                rows = [(key, row) for key, row in found if row is not None]
                answered = [one for key, row in rows if (one := _stored(asked, key, row)) is not None]
                if answered or not rows:
                    return answered[0] if answered else None
                await asyncio.sleep(_LOOK_EVERY)
    except TimeoutError:
        raise in_flight() from None


def in_flight() -> Unavailable:
    """What a request is told whose equal has not been answered in time."""
    return Unavailable("An equal request is still being worked on; send this one again, it is done once.", 1)


async def _find(on: Statements, tenant: TenantId, asked: Asked, key: Key, now: BusinessTime) -> Row | None:
    return await store.find(on, tenant, asked.route, key, dead_before=dead_before(now))


def _stored(asked: Asked, key: Key, row: Row) -> Stored | None:
    """The answer, if there is one. Raises `Invalid` where the key went with another body."""
    if row["body_hash"] != asked.body_hash:
        raise Invalid(f"Idempotency-Key: {key.text} was sent with another body; use each key for one request only")
    return None if row["http_status"] is None else Stored(row["http_status"], row["answer"])


async def forget_old(db: Db, now: BusinessTime) -> None:
    """Delete what is too old to be asked again. `db` works as the role that may."""
    for tenant in await tenants.list_tenants(db):
        while True:
            async with db.tx(tenant.tenant_id) as tx:
                gone = await store.delete_old(tx, tenant.tenant_id, dead_before(now), limit=_A_BATCH)
            if gone < _A_BATCH:
                break


def dead_before(now: BusinessTime) -> BusinessTime:
    """A request that was claimed earlier counts for nothing any more."""
    return BusinessTime(now - KEPT)
