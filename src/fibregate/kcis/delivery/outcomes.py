"""What follows from an attempt: each is one unit with the lane, and a lost lease undoes it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime
from fibregate.db import Db, Row, Tx
from fibregate.kcis.delivery import model, store
from fibregate.kcis.delivery.flights import Flights
from fibregate.kcis.delivery.model import Attempt, Further, Place, Taken, Unrenderable
from fibregate.kcis.health import actions as health
from fibregate.kcis.health.model import Failure, Verdict
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, LeaseLost
from fibregate.tenants import audit

FOR_A_REPLAY: Final = timedelta(seconds=30)
"""How long a lane waits at the most before it looks again whether the replay of what comes before is over."""

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An attempt that was not taken. `since`: when its bytes were made, or a replay that waits for them was asked."""

    attempt: Attempt
    since: BusinessTime
    retry_days: int


async def taken(db: Db, flights: Flights, what: Taken, *, recovers: bool) -> Further | None:
    """Done with the head; answers how the lane goes on if it is kept. `recovers`: the endpoint had been failing."""
    claim, at = what.claim, what.at
    last_of_replay = at.replay is not None and claim.last_enqueued == claim.head
    if not recovers and not claim.attempts and not last_of_replay:
        recorded = _known(claim, await flights.record_taken(what))
        if recorded["last_enqueued"] > claim.head and not recorded["is_kept"]:
            db.hint()
        return _further(what, recorded)
    async with db.tx(at.tenant) as tx:
        await health.fared_well(tx, at.tenant, at.endpoint, what.now)
        recorded = _known(claim, *await store.record_taken(tx, at.tenant, [what]))
        if last_of_replay:
            await store.wake_live(tx, at)
        if claim.attempts:
            await alarms.clear(tx, at.tenant, kind=Kind.HEAD_REFUSED, subject=claim.key, now=what.now)
        tx.wakes_workers = True
    return _further(what, recorded)


def _known(claim: Claim, recorded: Row | None) -> Row:
    if recorded is None:
        raise LeaseLost(claim.key)
    return recorded


def _further(what: Taken, recorded: Row) -> Further | None:
    if not recorded["is_kept"]:
        return None
    claim = replace(what.claim, attempts=0, last_enqueued=recorded["last_enqueued"], last_done=what.claim.head)
    return Further(claim, recorded, what.following if recorded["is_made"] else None)


async def failed(db: Db, claim: Claim, at: Place, what: Failed, now: BusinessTime) -> None:
    """The head stays the head: later, when the endpoint is up again, or parked when its days are over."""
    async with db.tx(at.tenant) as tx:
        if what.attempt.gone:
            await _gone(tx, claim, at, what.attempt, now)
            return
        failure = Failure(
            lane=claim.key,
            attempt=claim.attempts + 1,
            failing_since=await store.failing_since(tx, at),
            http_status=what.attempt.http_status,
            retry_after=what.attempt.retry_after,
        )
        verdict = await health.fared_badly(tx, at.tenant, at.endpoint, failure, summary=what.attempt.summary, now=now)
        next_attempt_at = None if verdict.wait is None else BusinessTime(now + verdict.wait)
        over = model.exhausted(since=what.since, now=now, tries=verdict.tries, days=what.retry_days)
        since = await store.record_failed(
            tx, at, what.attempt, now=now, next_attempt_at=None if over else next_attempt_at
        )
        if await store.is_skip_asked(tx, at):
            await lanes.postpone(tx, claim, now, failed=True)
        elif over:
            await _park(tx, claim, at, what, now)
        else:
            await _later(tx, claim, verdict, now)
        if since is not None and now - since >= model.REFUSED_TOO_LONG:
            await _alarm_refused(tx, claim, at, what.attempt, now)


async def _later(tx: Tx, claim: Claim, verdict: Verdict, now: BusinessTime) -> None:
    if verdict.wait is None:
        await lanes.hold(tx, claim)
    else:
        await lanes.postpone(tx, claim, BusinessTime(now + verdict.wait), failed=True)


async def unrenderable(db: Db, claim: Claim, at: Place, error: Unrenderable, now: BusinessTime) -> None:
    """Trying again would not help: parked until it can be written, and then replayed."""
    _log.error("a KCI could not be rendered", lane=claim.key, because=str(error), exc_info=error)
    async with db.tx(at.tenant) as tx:
        await health.replace_prober(tx, at.tenant, at.endpoint, now, instead_of=claim.key)
        await _set_aside(tx, claim, at, f"KCI {at.number} could not be written in this rendering", now)


async def _park(tx: Tx, claim: Claim, at: Place, what: Failed, now: BusinessTime) -> None:
    """Nothing is dropped: the lane stays where it is, and is replayed when somebody asks for it."""
    reason = f"not taken in {what.retry_days} days; last: {what.attempt.summary}"
    await health.park_old(tx, at.tenant, at.endpoint, reason=reason, before=now + timedelta(days=-what.retry_days))
    await health.replace_prober(tx, at.tenant, at.endpoint, now, instead_of=claim.key)
    await _set_aside(tx, claim, at, reason, now)


async def _set_aside(tx: Tx, claim: Claim, at: Place, reason: str, now: BusinessTime) -> None:
    await lanes.park(tx, claim, reason)
    await alarms.sound(
        tx, at.tenant, kind=Kind.DELIVERY_PARKED, subject=str(at.endpoint), text=reason, now=now, tells_tenant=True
    )
    _log.error("a delivery is parked", tenant=at.tenant, endpoint=str(at.endpoint), lane=claim.key)


async def _alarm_refused(tx: Tx, claim: Claim, at: Place, attempt: Attempt, now: BusinessTime) -> None:
    await alarms.sound(
        tx,
        at.tenant,
        kind=Kind.HEAD_REFUSED,
        subject=claim.key,
        text=f"KCI {at.number} of an order has been refused for a day; last: {attempt.summary}. It can be skipped.",
        now=now,
        tells_tenant=True,
    )


async def _gone(tx: Tx, claim: Claim, at: Place, attempt: Attempt, now: BusinessTime) -> None:
    """The receiver said 410: send nothing more, keep everything. Locks in the order of `endpoints.change`."""
    because = "the endpoint answered 410"
    suspended = await store.suspend(tx, at.tenant, at.endpoint, because=because, now=now)
    await store.record_failed(tx, at, attempt, now=now, next_attempt_at=None)
    await health.hold(tx, at.tenant, at.endpoint, claim, now)
    if suspended:
        await audit.record(
            tx,
            tenant=at.tenant,
            actor="gateway",
            act="endpoint.suspend",
            subject=str(at.endpoint),
            details={"because": because},
        )
        await alarms.sound(
            tx,
            at.tenant,
            kind=Kind.ENDPOINT_SUSPENDED,
            subject=str(at.endpoint),
            text=because,
            now=now,
            tells_tenant=True,
        )


async def skipped(db: Db, claim: Claim, at: Place, now: BusinessTime) -> None:
    """Somebody decided that the head shall not be sent: the lane goes on with the next."""
    async with db.tx(at.tenant) as tx:
        if claim.last_enqueued == claim.head:
            await health.replace_prober(tx, at.tenant, at.endpoint, now, instead_of=claim.key)
        await lanes.complete(tx, claim, done=claim.head)
        await alarms.clear(tx, at.tenant, kind=Kind.HEAD_REFUSED, subject=claim.key, now=now)
        await store.mark_skipped(tx, at, now=now)


async def wait_for_replay(db: Db, claim: Claim, at: Place, now: BusinessTime) -> None:
    """What comes before the head has yet to reach this endpoint for the first time, by a replay's own lane."""
    async with db.tx(at.tenant) as tx:
        await health.replace_prober(tx, at.tenant, at.endpoint, now, instead_of=claim.key)
        await lanes.postpone(tx, claim, BusinessTime(now + FOR_A_REPLAY), failed=False)
