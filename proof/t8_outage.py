"""The first part of T8: nobody answers at an endpoint for a day, with thousands of KCIs waiting; then somebody does."""

import asyncio
import contextlib
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from proof import history, lanes, receiver, t8_judge
from proof.ground import SETTINGS, Process
from proof.model import Figures, Findings, say
from proof.playground import Playground
from proof.tail import Came

TENANT: Final = "YOUR_TENANT"
STEP: Final = timedelta(seconds=20)
LONGEST: Final = timedelta(minutes=20)
FIRST_ORDER: Final = 1_000_000
SPARE: Final = timedelta(minutes=1)
IN_FLIGHT: Final = int(SETTINGS["FIBREGATE_WORKER_CONCURRENCY"])
_TAKEN: Final = """
select delivered_at from deliveries where endpoint_id::text = $1 and delivered_at is not null
"""


class Outage:
    """One dead endpoint. The drain is limited for a while, then not, and cut off half-way by a kill."""

    def __init__(self, ground: Playground, folder: Path, figures: Figures, found: Findings) -> None:
        self._ground = ground
        self._figures = figures
        self._found = found
        self._log = folder / "dead.jsonl"
        self._came = Came(self._log)
        self._receiver: Process = receiver.process(folder, name="dead")
        self._endpoint = ""

    @property
    def _total(self) -> int:
        return self._figures["orders"] * self._figures["each"]

    async def open(self) -> None:
        """The receiver is gone before the first KCI is told."""
        await self._receiver.start()
        self._endpoint = await self._ground.endpoint(
            TENANT, f"{self._receiver.url}/dead", ratePerSecond=self._figures["rate"]
        )
        await self._receiver.kill()
        orders, each = self._figures["orders"], self._figures["each"]
        await self._ground.tell(TENANT, first=FIRST_ORDER, orders=orders, each=each)
        self._found.done["events waiting at a dead endpoint"] += self._total

    async def close(self) -> None:
        await self._receiver.stop()

    async def recover(self) -> None:
        """The receiver is back; what follows is the gateway's to do."""
        alive_at = await self._ground.now()
        await self._receiver.start()
        await self._first(alive_at)
        began = time.monotonic()
        limited_until = await self._drain()
        spent = timedelta(seconds=time.monotonic() - began)
        taken_at = [row["delivered_at"] for row in await self._ground.rows(_TAKEN, self._endpoint)]
        t8_judge.recovery(alive_at, taken_at, spent + SPARE, self._found)
        self._judge(limited_until)
        say(f"  drained {len(self._came.taken):,} of {self._total:,} in {spent.total_seconds():.0f} s")

    async def _first(self, alive_at: datetime) -> None:
        """The clock is walked in small steps. One that has much to do is left when the first event has come."""
        now = alive_at
        while not self._taken() and now - alive_at < LONGEST:
            walking = asyncio.create_task(self._ground.walk(STEP))
            while not walking.done() and not self._taken():
                await asyncio.sleep(0.05)
            if walking.done():
                now = walking.result()
            else:
                walking.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await walking

    async def _drain(self) -> float:
        """Until when the limit held, by the monotonic clock."""
        await self._came.all(self._total, self._figures["limited_seconds"])
        limited_until = time.monotonic()
        await self._ground.change(TENANT, self._endpoint, ratePerSecond=None)
        if self._figures["kill"]:
            await self._came.all(self._total // 2, self._figures["drain_seconds"])
            self._found.done["kills in the middle of a drain"] += 1
            await self._ground.process.kill()
            await self._ground.process.start()
        await self._came.all(self._total, self._figures["drain_seconds"])
        return limited_until

    def _taken(self) -> int:
        self._came.read_on()
        return len(self._came.taken)

    def _judge(self, limited_until: float) -> None:
        records = sorted(history.read(self._log), key=lambda one: one["at"])
        seen = t8_judge.rate(records, self._figures["rate"], self._found, until=limited_until)
        self._found.done["requests under a rate limit"] += seen
        numbers = range(1, self._figures["each"] + 1)
        orders = range(FIRST_ORDER, FIRST_ORDER + self._figures["orders"])
        wanted = [(order, number) for order in orders for number in numbers]
        t8_judge.all_taken(records, wanted, self._found, name="/dead")
        lanes.judge(records, self._found, most_repeats=IN_FLIGHT if self._figures["kill"] else 0)
