"""Put work in (`enqueue`, `schedule`), take it (`claim`), keep it (`extend`), and be done with it."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from fibregate.clock import BusinessTime
from fibregate.db import Db, Tx
from fibregate.lanes import store
from fibregate.lanes.model import Claim, Lane, Lease, LeaseLost, Most, Running

LEASE = timedelta(seconds=15)


async def enqueue(tx: Tx, lane: Lane, *, number: int, due_at: datetime | None = None) -> None:
    """Add event `number` to a queue. A lane that waits to retry keeps waiting; an idle one is due at once."""
    await store.enqueue(tx, lane, number=number, due_at=due_at)
    tx.wakes_workers = True


async def schedule(tx: Tx, lane: Lane, *, due_at: datetime | None = None) -> None:
    """Set a timer, or set it anew: only the last time counts."""
    await store.schedule(tx, lane, due_at=due_at)
    tx.wakes_workers = True


async def set_timer(tx: Tx, lane: Lane, *, due_at: datetime) -> None:
    """As `schedule`, for a time that is far enough away for the workers to find it by themselves."""
    await store.schedule(tx, lane, due_at=due_at)


async def claim(
    db: Db, owner: str, *, limit: int, most: Most | None = None, running: Running | None = None, served: str = ""
) -> list[Claim]:
    """Take what is due: timers by time, the rest in turns between shares, within a share the longest due first.

    `running` says what this worker has in hand already, `most` how much of one share or tenant it may have, and
    `served` whose turn was last.
    """
    until = time.monotonic() + LEASE.total_seconds()
    rows = await store.claim(
        db,
        owner,
        limit=limit,
        lease=LEASE,
        most=most or Most(limit, limit),
        running=running or Running(),
        served=served,
    )
    claims = [
        Claim(
            key=row["key"],
            kind=row["kind"],
            tenant=row["for_tenant"],
            subject=row["subject"],
            owner=row["owner"],
            generation=row["generation"],
            attempts=row["attempts"],
            last_enqueued=row["last_enqueued"],
            last_done=row["last_done"],
            share=row["share"],
            lease=Lease(until),
        )
        for row in rows
    ]
    return sorted(claims, key=lambda one: one.key)


async def extend(db: Db, owner: str, claims: Iterable[Claim]) -> set[str]:
    """Renew the leases; what is missing from the answer has been lost."""
    held = {one.key: one for one in claims}
    until = time.monotonic() + LEASE.total_seconds()
    kept = await store.extend(db, owner, keys=list(held), lease=LEASE)
    for key, renewed in kept.items():
        if renewed:
            held[key].lease.until = until
    return set(kept)


async def complete(tx: Tx, claim: Claim, *, done: int | None = None) -> None:
    """Record that event `done` (for a timer: all that was set) is finished. Raises `LeaseLost`, undoing the unit."""
    number = claim.last_enqueued if done is None else done
    _given_back(tx, claim, is_due=await store.complete(tx, claim.key, claim.owner, claim.generation, done=number))


async def postpone(tx: Tx, claim: Claim, due_at: BusinessTime, *, failed: bool) -> None:
    """Leave the head for later; `failed` counts an attempt. Raises `LeaseLost`."""
    is_due = await store.postpone(
        tx, claim.key, claim.owner, claim.generation, due_at=due_at, attempts=1 if failed else 0
    )
    _given_back(tx, claim, is_due=is_due)


def _given_back(tx: Tx, claim: Claim, *, is_due: bool | None) -> None:
    if is_due is None:
        raise LeaseLost(claim.key)
    tx.wakes_workers = tx.wakes_workers or is_due


async def hold(tx: Tx, claim: Claim, *, afresh: bool = False) -> None:
    """Put the lane aside until its share is released; `afresh` forgets its failures. Raises `LeaseLost`."""
    if not await store.hold(tx, claim.key, claim.owner, claim.generation, attempts=0 if afresh else claim.attempts):
        raise LeaseLost(claim.key)


async def release(tx: Tx, share: str) -> int:
    """Make all that waits in a share due now, held or backing off; how many lanes that were."""
    released = await store.release(tx, share)
    tx.wakes_workers = tx.wakes_workers or released > 0
    return released


async def park(tx: Tx, claim: Claim, reason: str) -> None:
    """Stop trying: the lane stays, visible, until somebody sets it going again. Raises `LeaseLost`."""
    if not await store.park(tx, claim.key, claim.owner, claim.generation, reason=reason):
        raise LeaseLost(claim.key)


async def hand_back(db: Db, owner: str) -> int:
    """Give back what this worker still holds: it is stopping."""
    return await store.hand_back_mine(db, owner)


async def rescue(db: Db, *, everybody: bool = False) -> int:
    """Give back expired leases; `everybody`'s where no other worker lives, as the embedded server is ours alone."""
    return await (store.hand_back_all(db) if everybody else store.hand_back_expired(db))
