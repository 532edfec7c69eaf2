"""The rounds: looks that come every hour of business time, to see that what should agree does, and what may go goes.

Each is a timer of its own. All come at the full hour, so that a sandbox's clock makes one stop for all of them.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from fibregate.clock import BusinessClock, BusinessTime
from fibregate.db import Db
from fibregate.kcis.sight import actions as sight
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane
from fibregate.lanes.runner import Handler
from fibregate.orders.ghosts import actions as ghosts
from fibregate.settings import Settings
from fibregate.tenants.replays import actions as replays
from fibregate.vault import Vault

Look = Callable[[BusinessTime], Awaitable[BusinessTime | None]]
"""May say that it wants to look again before the next round."""

GHOSTS: Final = "ghosts"
AUDIT: Final = "audit"
OLDEST: Final = "oldest"
CREDENTIALS: Final = "credentials"
REQUESTS: Final = "requests"
ALL: Final = (GHOSTS, AUDIT, OLDEST, CREDENTIALS, REQUESTS)


async def begin(db: Db, now: BusinessTime) -> None:
    """See to it that all rounds are made, beginning now."""
    async with db.tx(None) as tx:
        for kind in ALL:
            await lanes.schedule(tx, _lane(kind), due_at=now)


def handlers(db: Db, clock: BusinessClock, settings: Settings, vault: Vault) -> dict[str, Handler]:
    """For the worker's table."""

    async def look_for_ghosts(now: BusinessTime) -> None:
        await ghosts.look(db, now, attached=timedelta(hours=settings.attached_hours))

    async def audit(now: BusinessTime) -> None:
        await sight.audit(db, now)

    async def watch_oldest(now: BusinessTime) -> BusinessTime | None:
        return await sight.watch_oldest(db, now, limit=timedelta(minutes=settings.undelivered_minutes))

    async def watch_credentials(now: BusinessTime) -> None:
        await sight.watch_credentials(db, vault, now)

    async def forget_requests(now: BusinessTime) -> None:
        await replays.forget_old(db, now)

    looks: Mapping[str, Look] = {
        GHOSTS: look_for_ghosts,
        AUDIT: audit,
        OLDEST: watch_oldest,
        CREDENTIALS: watch_credentials,
        REQUESTS: forget_requests,
    }
    every = timedelta(minutes=settings.checks_minutes)
    return {kind: _round(db, clock, look, every) for kind, look in looks.items()}


def _round(db: Db, clock: BusinessClock, look: Look, every: timedelta) -> Handler:
    async def run(claim: Claim) -> None:
        now = await clock.now()
        sooner = await look(now)
        following = following_round(now, every)
        async with db.tx(None) as tx:
            await lanes.complete(tx, claim)
            await lanes.schedule(tx, _lane(claim.kind), due_at=min(sooner or following, following))

    return run


def following_round(now: datetime, every: timedelta) -> BusinessTime:
    """The next instant of UTC that is a whole number of rounds away from midnight of the first day of 1970."""
    turn = every.total_seconds()
    return BusinessTime(datetime.fromtimestamp((now.timestamp() // turn + 1) * turn, UTC))


def _lane(kind: str) -> Lane:
    return Lane(kind, "round", None)
