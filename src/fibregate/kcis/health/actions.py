"""Record how an endpoint fared, and see to it that something is always tried while it is down."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime
from fibregate.db import Row, Tx
from fibregate.kcis.health import store
from fibregate.kcis.health.model import ENOUGH_LANES, Course, Failure, Health, Verdict, asked_to_wait, judge, throttled
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.vocabulary import TenantId

WARNS_AFTER: Final = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=24))


def read(row: Row) -> Health:
    """From a row with the columns of `endpoint_health`."""
    return Health(
        down=row["down"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        failing_lanes=row["failing_lanes"],
        prober=row["prober"],
        scout=row["scout"],
    )


async def fared_badly(
    tx: Tx, tenant: TenantId, endpoint: UUID, failure: Failure, *, summary: str, now: BusinessTime
) -> Verdict:
    """Count a failure under the lock of the endpoint's health, and tell what follows for its lane."""
    health = read(await store.lock(tx, tenant, endpoint))
    verdict = judge(health, failure)
    further = 1 if verdict.course is Course.HOLD and failure.lane != health.scout else 0
    since = await store.mark_failed(tx, tenant, endpoint, now=now, summary=summary, more_lanes=further)
    due_at = BusinessTime(now + (verdict.wait or timedelta()))
    if verdict.course is Course.DOWN:
        others = health.failures + 1 > failure.attempt
        known = ENOUGH_LANES if others or throttled(failure) else 1
        await store.mark_down(tx, tenant, endpoint, now=now, prober=failure.lane, probe_at=due_at, failing_lanes=known)
    elif verdict.course is Course.PROBE:
        told_to_wait = throttled(failure)
        scout = None if told_to_wait else await store.release_one(tx, str(endpoint), after=health.scout)
        await store.set_prober(tx, tenant, endpoint, prober=failure.lane, probe_at=due_at, scout=scout)
        tx.wakes_workers = True
    elif verdict.course is Course.HOLD and throttled(failure):
        await store.put_off_prober(tx, tenant, endpoint, until=BusinessTime(now + asked_to_wait(failure)))
    await _warn(tx, tenant, endpoint, since=since, summary=summary, now=now)
    return verdict


async def fared_well(tx: Tx, tenant: TenantId, endpoint: UUID, now: BusinessTime) -> None:
    """Something was taken: whatever waits for the endpoint is released. Call it before the lane is touched."""
    was = read(await store.lock(tx, tenant, endpoint))
    if not was.failures and not was.down:
        return
    await store.mark_up(tx, tenant, endpoint)
    if was.down:
        await lanes.release(tx, str(endpoint))
    await alarms.clear(tx, tenant, kind=Kind.ENDPOINT_FAILING, subject=str(endpoint), now=now)


async def hold(tx: Tx, tenant: TenantId, endpoint: UUID, claim: Claim, now: BusinessTime) -> None:
    """Put a lane aside if, under the lock, that is still right; else leave it due.

    A lane that finds nobody probing becomes the prober, so that a DOWN endpoint cannot stay so by an oversight.
    """
    row = await store.lock(tx, tenant, endpoint)
    if row["deleted"]:
        await lanes.postpone(tx, claim, now, failed=False)
    elif not row["enabled"]:
        await lanes.hold(tx, claim, afresh=True)
    elif read(row).admits(claim.key):
        await lanes.postpone(tx, claim, now, failed=False)
    elif row["is_probed"]:
        await lanes.hold(tx, claim)
    else:
        await store.set_prober(tx, tenant, endpoint, prober=claim.key, probe_at=now, scout=row["scout"])
        await lanes.postpone(tx, claim, now, failed=False)


async def replace_prober(tx: Tx, tenant: TenantId, endpoint: UUID, now: BusinessTime, *, instead_of: str) -> None:
    """The prober has nothing more to try: another lane takes over, or the endpoint is given its chance again."""
    health = read(await store.lock(tx, tenant, endpoint))
    if not health.down or health.prober != instead_of:
        return
    following = await store.release_one(tx, str(endpoint), after=health.scout)
    if following is None:
        await store.mark_up(tx, tenant, endpoint)
    else:
        await store.set_prober(tx, tenant, endpoint, prober=following, probe_at=now, scout=health.scout)
    tx.wakes_workers = True


async def park_old(tx: Tx, tenant: TenantId, endpoint: UUID, *, reason: str, before: datetime) -> int:
    """Park the held lanes, and the scout that was just let go, whose heads have waited since before then; how many."""
    return len(await store.park_old(tx, tenant, str(endpoint), reason=reason, before=before))


async def _warn(
    tx: Tx, tenant: TenantId, endpoint: UUID, *, since: BusinessTime, summary: str, now: BusinessTime
) -> None:
    level = sum(now - since >= one for one in WARNS_AFTER)
    if level:
        await alarms.sound(
            tx,
            tenant,
            kind=Kind.ENDPOINT_FAILING,
            subject=str(endpoint),
            text=f"nothing has been taken since {since:%Y-%m-%d %H:%M}Z; last: {summary}",
            now=now,
            tells_tenant=True,
            level=level,
        )
