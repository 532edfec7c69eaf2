"""The worker's loop: claim, run each lane's handler, renew the leases, give back what is left when told to stop."""

import asyncio
import os
import socket
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial

import structlog

from fibregate.clock import BusinessClock, BusinessTime
from fibregate.db import Db
from fibregate.errors import Unavailable
from fibregate.lanes import actions
from fibregate.lanes.courtesy import Courtesy
from fibregate.lanes.model import Claim, LeaseLost, Most, Running

Handler = Callable[[Claim], Awaitable[None]]
"""Runs one claimed lane and completes, postpones or parks it in its own transaction."""

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 5.0
RESCUE_SECONDS = 1.0
GATHER_SECONDS = 0.008
"""A worker that is busy waits so long for more to finish or to be told, so that one claim takes many lanes."""

REFILL_SECONDS = 0.004
"""So long after a place came free others may come free too, before it is taken by those who had to wait for one."""

SHARES_AT_A_TIME = 4
TENANTS_AT_A_TIME = 3
"""How many queues that never end, or receivers that never answer, fill a worker; and of how many tenants."""

LONGEST_BACK_OFF = timedelta(minutes=5)
_log = structlog.stdlib.get_logger(__name__)


class Runner:
    """Runs at most `concurrency` lanes at a time; any number of runners may live, in any processes."""

    def __init__(self, db: Db, clock: BusinessClock, handlers: Mapping[str, Handler], *, concurrency: int) -> None:
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._db = db
        self._clock = clock
        self._handlers = handlers
        self._concurrency = concurrency
        self._most = Most(max(1, concurrency // SHARES_AT_A_TIME), max(1, concurrency // TENANTS_AT_A_TIME))
        self._courtesy = Courtesy(self._most.of_share)
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._in_hand = Running()
        self._served = ""
        self._wake = asyncio.Event()
        self._refilling = False
        self._stopping = False
        self._away = False

    def wake(self) -> None:
        """Something may be due: look now instead of at the next poll."""
        self._courtesy.expect()
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop`; survives the database going away and coming back."""
        heart = asyncio.create_task(self._beat())
        try:
            while not self._stopping:
                await self._turn()
        finally:
            heart.cancel()
            await self._finish()

    async def stop(self) -> None:
        """Take no more; `run` returns when what is running has finished."""
        self._stopping = True
        self._wake.set()

    async def _turn(self) -> None:
        """Claim what there is room for, start it, and wait until there may be more."""
        self._wake.clear()
        free = self._concurrency - len(self._running)
        self._courtesy.look(self._running.values())
        self._in_hand.withheld = self._courtesy.withheld
        claims = await self._claim(free) if free > 0 else []
        for claim in claims:
            self._start(claim)
        self._courtesy.saw(claims, self._in_hand.shares)
        if claims and 2 * len(self._running) > self._concurrency:
            await asyncio.sleep(GATHER_SECONDS)
        else:
            await self._pause(GATHER_SECONDS if claims else POLL_SECONDS)

    async def _pause(self, seconds: float) -> None:
        """Until there may be more, at the most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _claim(self, free: int) -> list[Claim]:
        try:
            claims = await actions.claim(
                self._db, self.owner, limit=free, most=self._most, running=self._in_hand, served=self._served
            )
        except Unavailable:
            self._note(away=True)
            await asyncio.sleep(POLL_SECONDS)
            return []
        except Exception:  # noqa: BLE001 - a worker that stops claiming is worse than one that tries again
            _log.exception("a claim failed")
            await asyncio.sleep(POLL_SECONDS)
            return []
        self._note(away=False)
        self._served = _last_served(claims, self._served)
        return claims

    def _note(self, *, away: bool) -> None:
        """Said once when the database goes, and once when it is back."""
        if away != self._away:
            self._away = away
            _log.warning("the database is away, nothing is worked on" if away else "the database is back")

    def _start(self, claim: Claim) -> None:
        claim.lease.give_way = partial(self._courtesy.give_way, claim.share, claim.key)
        task = asyncio.create_task(self._run_one(claim))
        self._running[task] = claim
        self._in_hand.add(claim, 1)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        """What a lane leaves due is hinted at by who left it; a place that comes free matters where all were taken."""
        was_full = len(self._running) >= self._concurrency
        claim = self._running.pop(task)
        if (was_full or self._in_hand.fills(claim, self._most)) and not self._refilling:
            self._refilling = True
            asyncio.get_running_loop().call_later(REFILL_SECONDS, self._refill)
        self._courtesy.ended(claim)
        self._in_hand.add(claim, -1)

    def _refill(self) -> None:
        self._refilling = False
        self._wake.set()

    async def _run_one(self, claim: Claim) -> None:
        try:
            await claim.lease.give_way()
            await self._handlers[claim.kind](claim)
        except LeaseLost:
            _log.warning("lease lost, result dropped", lane=claim.key)
        except Unavailable:
            _log.warning("database away, lane left to its lease", lane=claim.key)
        except Exception:  # noqa: BLE001 - whatever a handler raises, its lane must be tried again
            _log.exception("a lane's handler failed", lane=claim.key, attempts=claim.attempts)
            await self._back_off(claim)

    async def _back_off(self, claim: Claim) -> None:
        delay = min(timedelta(seconds=2 ** min(claim.attempts, 10)), LONGEST_BACK_OFF)
        try:
            due_at = BusinessTime(await self._clock.now() + delay)
            async with self._db.tx(None) as tx:
                await actions.postpone(tx, claim, due_at, failed=True)
        except (LeaseLost, Unavailable):
            _log.warning("could not postpone, lane left to its lease", lane=claim.key)

    async def _beat(self) -> None:
        elapsed = 0.0
        while True:
            await asyncio.sleep(RESCUE_SECONDS)
            elapsed += RESCUE_SECONDS
            try:
                if await actions.rescue(self._db):
                    self._wake.set()
                if elapsed >= HEARTBEAT_SECONDS and self._running:
                    elapsed = 0.0
                    await self._extend()
            except Unavailable:
                continue
            except Exception:  # noqa: BLE001 - whatever befalls one beat, without the next ones leases run out
                _log.exception("a heartbeat failed")

    async def _extend(self) -> None:
        beating = dict(self._running)  # what is claimed meanwhile is not asked for, so it cannot be missed
        kept = await actions.extend(self._db, self.owner, beating.values())
        for task, claim in beating.items():
            if claim.key not in kept:
                task.cancel()

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(list(self._running), timeout=10)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        try:
            await actions.hand_back(self._db, self.owner)
        except Unavailable:
            _log.warning("database away at stop; leases run out by themselves")


def _last_served(claims: Iterable[Claim], served: str) -> str:
    """Where the round of shares goes on: they are taken in their order after `served`, then from the first again."""
    shares = [one.share for one in claims if one.share is not None]
    again = [one for one in shares if one <= served]
    return max(again or shares, default=served)
