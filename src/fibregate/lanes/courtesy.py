"""What a backlog leaves to others that have only a little to do.

A share with a backlog makes a worker as busy as it can be, and each step of a neighbour's lane then waits behind the
steps of all of those. So while somebody has only a little to do, and the worker is busy, the shares that keep it busy
have fewer lanes in hand, until it is idle for more than half of the time, and those stop between their steps while
others' are in hand or are just being claimed.
A share that merely waits for a slow receiver keeps nobody busy, and has as many as ever.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from fibregate.lanes.model import Claim

A_LITTLE: Final = 2
"""A share with more lanes in hand than these after a claim may have a backlog; the lanes of one with less are news."""

NEWS_SECONDS: Final = 1.0
"""So long after there was news, backlogs leave room for more of it."""

LOOK_SECONDS: Final = 0.05
TOO_BUSY: Final = 0.45
IDLE: Final = 0.35
"""Of each second, how much the worker's thread computes: above the one fewer lanes are taken, below the other more."""

A_GOOD_PART: Final = 0.1
"""Of each second, how much of that a share may have before anything is withheld from it."""

FEWEST: Final = 6
_FEWER: Final = 0.7
_MORE: Final = 2

LONGEST_WAIT_SECONDS: Final = 0.01
"""After which a lane goes on beside whatever news there is."""


class Courtesy:
    """Of one worker. `used` counts the seconds that its thread has computed, `now` those that went by."""

    def __init__(
        self, places: int, *, used: Callable[[], float] = time.thread_time, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.withheld: Counter[str] = Counter()
        """Of the places of a share, how many it may not take for now."""
        self._places = places
        self._used, self._now = used, now
        self._news, self._old_news = set[str](), set[str]()
        self._expects_news = False
        self._is_calm = asyncio.Event()
        self._is_calm.set()
        self._news_until = 0.0
        self._ran: Counter[str | None] = Counter()
        self._looked_at, self._used_then = now(), used()

    def look(self, running: Iterable[Claim]) -> None:
        """Before a claim: bring `withheld` up to date, if it is time to."""
        now = self._now()
        passed = now - self._looked_at
        if passed < LOOK_SECONDS:
            return
        for claim in running:
            self._count(claim)
        self._age()
        used = self._used()
        busy = (used - self._used_then) / passed
        self._looked_at, self._used_then = now, used
        ran, self._ran = self._ran, Counter()
        self.withheld = self._withhold(busy, ran) if now < self._news_until else Counter()

    def expect(self) -> None:
        """The next claim may bring news: who gives way waits for it, whatever ends meanwhile."""
        self._expects_news = bool(self.withheld)
        self._tell()

    def saw(self, claims: Iterable[Claim], in_hand: Counter[str]) -> None:
        """What a claim brought, and how many lanes of each share are in hand with it."""
        fresh = {one.key for one in claims if one.share is not None and in_hand[one.share] <= A_LITTLE}
        self._expects_news = False
        if fresh:
            self._news |= fresh
            self._news_until = self._now() + NEWS_SECONDS
        self._tell()

    async def give_way(self, share: str | None, key: str) -> None:
        """Before a step of a lane: wait a moment for the news in hand, if its share keeps the worker busy."""
        if share is not None and self.withheld[share] and key not in self._news:
            try:
                async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                    await self._is_calm.wait()
            except TimeoutError:
                pass

    def ended(self, claim: Claim) -> None:
        """A lane is no longer in hand."""
        self._count(claim)
        self._news.discard(claim.key)
        self._tell()

    def _age(self) -> None:
        """What is in hand from one look to the next but one waits for its receiver, and nobody need wait for it."""
        self._news -= self._old_news
        self._old_news = set(self._news)
        self._tell()

    def _tell(self) -> None:
        """Those who give way whether they may go on."""
        if self._news or self._expects_news:
            self._is_calm.clear()
        else:
            self._is_calm.set()

    def _count(self, claim: Claim) -> None:
        self._ran[claim.share] += claim.lease.uncounted()

    def _withhold(self, busy: float, ran: Counter[str | None]) -> Counter[str]:
        each = busy / max(1, ran.total())
        withheld = Counter[str]()
        for share in {*filter(None, ran), *self.withheld}:
            places = self._places - self.withheld[share]
            if ran[share] * each < A_GOOD_PART or busy < IDLE:
                places += _MORE
            elif busy > TOO_BUSY:
                places = max(FEWEST, int(places * _FEWER))
            withheld[share] = self._places - places
        return +withheld
