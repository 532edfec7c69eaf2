"""The sandbox's business clock: it ticks with the real one, and can be walked through everything that becomes due.

A jump would leave work undone for days and then do it all late. A walk freezes the clock, sets it to the next due time,
waits until nothing is due and nobody holds a lane, and goes on, so each thing happens at its own time and in order.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fibregate.clock import BusinessTime
from fibregate.db import Db, Row
from fibregate.errors import Invalid, Unavailable
from fibregate.lanes import store as lanes
from fibregate.sandbox import store

LONGEST_WALK = 45.0
LONGEST_QUEUE = 60.0
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
JUST_GONE_BY = timedelta(minutes=5)
"""The clock ticks on after a walk that ran out of time at its target: who asks for that again means now."""
_FIRST_LOOK, _LAST_LOOK = 0.001, 0.02
_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,8})S)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Walked:
    """Where the clock stands, where it was sent, and whether everything due on the way has happened."""

    now: BusinessTime
    target: BusinessTime
    caught_up: bool


class SandboxClock:
    """The business clock of all processes of one sandbox; it lives in the database."""

    def __init__(self, db: Db) -> None:
        self._db = db

    async def now(self) -> BusinessTime:
        """The present instant, in UTC."""
        return BusinessTime((await store.read_clock(self._db))["now"])


async def set_start(db: Db, now: datetime) -> None:
    """Make this database a sandbox whose clock shows `now`."""
    await store.set_start(db, now)


async def resume(db: Db) -> None:
    """After a walk that was cut off: tick on from where it stood. Only when no other process of the sandbox lives."""
    await store.thaw(db)


def duration(text: str) -> timedelta:
    """`P3D`, `PT90M`, `P1W`, `P1DT12H`. Raises `Invalid`; years and months have no fixed length and are not taken."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise Invalid(
            "advance: an ISO-8601 duration in weeks, days, hours, minutes and seconds is accepted, such as P3D"
        )
    return timedelta(**{unit: int(count) for unit, count in found.groupdict().items() if count})


async def advance(db: Db, *, by: timedelta | None = None, to: datetime | None = None) -> Walked:
    """Walk on by a duration or to an instant, at most 45 s of real time. Raises `Invalid` for a time long gone by.

    A caller who goes away does not stop it: half a walk would leave the clock frozen and the turn taken.
    """
    return await asyncio.shield(asyncio.create_task(_advance(db, by=by, to=to)))


async def _advance(db: Db, *, by: timedelta | None, to: datetime | None) -> Walked:
    async with _only_walker(db):
        await store.freeze(db)
        try:
            now = await store.catch_up(db)
            target = _target(now, by=by, to=to)
            deadline = asyncio.get_running_loop().time() + LONGEST_WALK
            reached = await _walk(db, target, deadline)
        finally:
            await store.thaw(db)
    return Walked(now=reached, target=target, caught_up=reached == target)


def _target(now: datetime, *, by: timedelta | None, to: datetime | None) -> BusinessTime:
    if (by is None) == (to is None):
        raise Invalid("advance, now: give one of the two")
    try:
        target = now + by if by is not None else to
    except OverflowError:
        target = None
    if target is None or target > LATEST:
        raise Invalid(f"advance, now: the clock goes no further than {LATEST:%Y-%m-%d}")
    if to is not None and now - JUST_GONE_BY <= to < now:
        target = now
    if target < now:
        raise Invalid(f"now: the clock never goes back; it shows {now.isoformat()}")
    return BusinessTime(target.astimezone(UTC))


@asynccontextmanager
async def _only_walker(db: Db) -> AsyncGenerator[None]:
    """One advance at a time; another waits for its turn."""
    async with db.raw() as connection:
        await _take_turn(connection)
        try:
            yield
        finally:
            await store.stop_walking(connection)


async def _take_turn(connection: Any) -> None:
    try:
        async with asyncio.timeout(LONGEST_QUEUE):
            while not await store.try_to_be_the_walker(connection):
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise Unavailable("The clock is being advanced by others; nothing was done.", 5) from error


async def _walk(db: Db, target: BusinessTime, deadline: float) -> BusinessTime:
    """Stop by stop; answers the instant reached, `target` only if nothing is left to do there."""
    while True:
        stop = await _settled(db, deadline)
        if stop is None:
            return await _reached(db, target)
        if stop["now"] >= target:
            return target
        following = stop["next_due"]
        await store.move(db, min(following, target) if following else target)


async def _settled(db: Db, deadline: float) -> Row | None:
    """Wait until nothing is due and no lane is held; None when there is no time left."""
    clock = asyncio.get_running_loop().time
    pause = _FIRST_LOOK
    while True:
        outlook = await lanes.outlook(db)
        due = outlook["next_due"] is not None and outlook["next_due"] <= outlook["now"]
        if not due and not outlook["leased"]:
            return outlook
        if clock() > deadline:
            return None
        if due:
            db.hint()
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LAST_LOOK)


async def _reached(db: Db, target: BusinessTime) -> BusinessTime:
    """Out of time: where it stands. At the target itself something is still undone, so that is not told as reached."""
    stands = BusinessTime((await store.read_clock(db))["now"])
    return min(stands, BusinessTime(target - timedelta(microseconds=1)))
