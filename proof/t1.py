"""T1, the kill storm: `kill -9` of web, worker and PostgreSQL while orders come in and KCIs go out."""

import asyncio
import random
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from proof import checker, history, town, traffic
from proof.caller import Wire
from proof.ground import SETTINGS, START_SECONDS, Gateway, NotStarted, Process
from proof.model import Figures, Findings, Proof, Size, say
from proof.slots import TOWN
from proof.traffic import PATHS, REASONS, TENANTS, Traffic

CRASHED: Final = "processes that ended by themselves"
UNANSWERED: Final = "requests that were never answered"
IN_FLIGHT: Final = int(SETTINGS["FIBREGATE_WORKER_CONCURRENCY"])
WORKERS: Final = 2
"""The one that is killed, and the one beside the database's supervisor."""

BUSY: Final = 5.0
"""Seconds to wait until a worker that is to be killed has deliveries in its hands."""

STARTS: Final = 15.0
"""Seconds within which a process may end because it met no database."""

_USUAL: Final = {"premises": 5000, "callers": 16, "delay": 0.05, "drain": 60, "seed": 1}


@dataclass
class Storm:
    """One run. `web` and `work` are what is killed, beside the database."""

    gateway: Gateway
    figures: Figures
    folder: Path
    traffic: Traffic
    web: Process
    work: Process
    found: Findings
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    loading: bool = True
    ended: bool = False

    @property
    def total(self) -> int:
        return self.figures["orders"] * len(REASONS)

    async def load(self) -> None:
        numbers = iter(range(1, self.figures["orders"] + 1))
        await self.traffic.flow(numbers, at_a_time=self.figures["callers"])
        self.loading = False

    async def kill(self) -> None:
        """Each when the load has come so far, and something was accepted again after the one before."""
        victims = self._victims()
        with history.writing(self.folder / "kills.jsonl") as log:
            for place, victim in enumerate(victims):
                mark = self.total * (place + self.traffic.chance.random()) / len(victims)
                while self.traffic.accepted < mark and self.loading:
                    await asyncio.sleep(0.01)
                await self._kill(victim, log)
                before = self.traffic.accepted
                while self.traffic.accepted == before and self.loading:
                    await asyncio.sleep(0.01)
                say(f"  {self.traffic.accepted:,} of {self.total:,} updates accepted, {place + 1} kills")

    def _victims(self) -> list[str]:
        kills: dict[str, int] = self.figures["kills"]
        victims = [victim for victim, times in kills.items() for _ in range(times)]
        self.traffic.chance.shuffle(victims)
        return victims

    async def keep(self) -> None:
        """As whoever runs the gateway: what has ended is started again. Only a start may fail, without a database."""
        while not self.ended:
            for one in (self.web, self.work):
                async with self.starting:
                    if one.lives:
                        continue
                    lived = time.monotonic() - one.began
                    if lived > STARTS:
                        self.found.broke(CRASHED, f"{one.name} after {lived:.0f} s; its log says more")
                    await self._start(one)
            await asyncio.sleep(0.1)

    async def _start(self, process: Process) -> None:
        try:
            await process.start()
        except NotStarted:
            say(f"  {process.name} did not start, and is started again")

    async def _kill(self, victim: str, log: history.Writer) -> None:
        in_flight = {"postgres": 2 * IN_FLIGHT, "work": IN_FLIGHT, "web": 0}[victim]
        record = {"victim": victim, "in_flight": in_flight}
        if victim == "postgres":
            killed = history.stamp()
            await self.gateway.kill_postgres()
            await self.gateway.postgres_answers()
        else:
            process = self.web if victim == "web" else self.work
            if victim == "work":
                await self._wait_until_busy(process)
            async with self.starting:
                killed = history.stamp()
                await process.kill()
                await self._start(process)
        log.write({**killed, **record, "back": time.monotonic()})

    async def wait_for_workers(self) -> None:
        async with asyncio.timeout(START_SECONDS):
            while await traffic.workers(self.gateway) < WORKERS:
                await asyncio.sleep(0.1)

    async def _wait_until_busy(self, worker: Process) -> None:
        """A worker that has only just started, or has nothing to deliver, would lose nothing."""
        await self.wait_for_workers()
        deadline = time.monotonic() + BUSY
        while time.monotonic() < deadline and not await traffic.delivers(self.gateway, worker.pid):
            await asyncio.sleep(0.02)

    async def read_feeds(self) -> None:
        """As a tenant that reads its feed while it is written, and at last to its end."""
        with history.writing(self.folder / "feed.jsonl") as log:
            await asyncio.gather(*(self._read_feed(code, log) for code in TENANTS))

    async def _read_feed(self, code: str, log: history.Writer) -> None:
        after, more, is_last = "", True, False
        while more or not is_last:
            is_last = self.ended  # asked before the page: one that was read before the end may lack what came last
            got = await self.traffic.callers[code].insist("GET", f"/manage/v1/kcis?limit=500{after}")
            page: dict[str, Any] = got.body
            events = [(one["orderId"], one["sequenceNumber"]) for one in page["events"] if one["type"] == "KCI"]
            if events:
                log.write({**history.stamp(), "who": code, "events": events})
            after, more = f"&after={page['nextCursor']}", page["more"]
            if not more:
                await asyncio.sleep(0.2)


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    gateway = Gateway(folder, source)
    await town.settle(gateway, replace(TOWN, premises=figures["premises"]))
    with history.writing(folder / "client.jsonl") as log:
        async with gateway, Wire() as wire:
            await gateway.serve()
            web, work = await gateway.web(), await gateway.work()
            callers = traffic.callers(gateway, wire, web, log)
            hears = await traffic.receiver_of(gateway, folder)
            # The receiver takes a moment to answer, so that a kill finds some in flight.
            await wire.send("POST", f"{hears.url}/control", {}, b'[{"delay": %.3f}]' % figures["delay"])
            for code in TENANTS:
                await traffic.endpoint(callers[code], hears)
            history.write_run(folder, {"proof": "T1", "figures": dict(figures), "endpoints": dict(PATHS)})
            flow = Traffic(callers, random.Random(figures["seed"]))
            storm = Storm(gateway, figures, folder, flow, web, work, Findings())
            await storm.wait_for_workers()
            await _weather(storm)
            await gateway.postgres_answers()
            await history.dump(gateway.superuser, folder)
    found = checker.check(folder)
    found.looked_at(UNANSWERED, CRASHED)
    found.add(storm.found)
    for one in storm.traffic.unanswered:
        found.broke(UNANSWERED, one)
    return found


async def _weather(storm: Storm) -> None:
    """Load and kills together; the feed is read through both, and to its end when all is delivered."""
    async with asyncio.TaskGroup() as together:
        together.create_task(storm.read_feeds())
        together.create_task(storm.keep())
        killing = together.create_task(storm.kill())
        await storm.load()
        await killing
        left = await traffic.drained(storm.gateway, storm.figures["drain"])
        say(f"  drained; {left} lanes left")
        storm.ended = True


PROOF: Final = Proof(
    name="T1",
    title="kill storm: kill -9 of web, worker and PostgreSQL under load",
    invariants=(*checker.INVARIANTS, UNANSWERED, CRASHED),
    figures={
        Size.SMOKE: {
            **_USUAL,
            "orders": 150,
            "kills": {"web": 1, "work": 1, "postgres": 1},
            "callers": 8,
            "delay": 0.1,
        },
        Size.CI: {**_USUAL, "orders": 5000, "kills": {"web": 12, "work": 12, "postgres": 6}, "drain": 120},
        Size.FULL: {
            **_USUAL,
            "orders": 100_000,
            "premises": 100_000,
            "kills": {"web": 200, "work": 200, "postgres": 100},
            "drain": 300,
        },
    },
    seeded={**_USUAL, "orders": 60, "callers": 8, "drain": 5},
    run=run,
    alone=True,
)
