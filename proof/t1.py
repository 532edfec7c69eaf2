"""T1, the kill storm: `kill -9` of web, worker and PostgreSQL while orders come in and KCIs go out."""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import aiohttp
import asyncpg

from proof import checker, history, receiver, town
from proof.caller import UPDATES, Caller, NeverAnswered, Wire
from proof.ground import SETTINGS, Gateway, Process
from proof.model import Figures, Findings, Proof, Size, say
from proof.town import SUPPLIER, Town

TENANTS: Final = ("ISP1", "ISP2")
UNANSWERED: Final = "requests that were never answered"
IN_FLIGHT: Final = int(SETTINGS["FIBREGATE_WORKER_CONCURRENCY"])
_REASONS: Final = (("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("UPDATE", "IN_PROGRESS"))
_USUAL: Final = {"premises": 5000, "callers": 16, "delay": 0.05, "drain": 60, "seed": 1}
_LEFT: Final = """
select count(*) from lanes
where kind in ('dispatch', 'inbox', 'kci') and last_done < last_enqueued and parked_reason is null
"""


@dataclass
class Storm:
    """One run. `accepted` counts updates, and says how far the load is."""

    gateway: Gateway
    figures: Figures
    folder: Path
    chance: random.Random
    wire: Wire
    web: Process
    work: Process
    receiver: Process
    found: Findings
    accepted: int = 0
    loading: bool = True
    callers: dict[str, Caller] = field(default_factory=dict[str, Caller])

    @property
    def total(self) -> int:
        return self.figures["orders"] * len(_REASONS)

    async def endpoints(self) -> None:
        """One for each tenant; the receiver takes a moment to answer, so that a kill finds some in flight."""
        for code in TENANTS:
            body = {"url": f"{self.receiver.url}/{code.lower()}", "rendering": "wholesale-webhook"}
            got = await self.callers[code].insist("POST", "/manage/v1/endpoints", body)
            if got.status != 201:
                raise RuntimeError(f"no endpoint: {got}")
        await self.wire.send("POST", f"{self.receiver.url}/control", {}, b'[{"delay": %.3f}]' % self.figures["delay"])

    async def load(self) -> None:
        numbers = iter(range(1, self.figures["orders"] + 1))
        await asyncio.gather(*(self._call(numbers) for _ in range(self.figures["callers"])))
        self.loading = False

    async def _call(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            try:
                await self._order(number)
            except NeverAnswered as error:
                self.found.broke(UNANSWERED, str(error))

    async def _order(self, number: int) -> None:
        code = TENANTS[number % len(TENANTS)]
        note = {"what": "order", "order": number, "tenant": code}
        got = await self.callers[code].insist("POST", "service-orders", order(number, code), note=note)
        if got.status != 202:
            return
        for place, (reason, status) in enumerate(_REASONS, 1):
            identity = str(UUID(int=self.chance.getrandbits(128), version=4))
            said = {**note, "what": "update", "id": identity, "number": place}
            body = update(identity, number, code, place, reason=reason, status=status)
            await self.callers[SUPPLIER].insist("POST", UPDATES, body, note=said)
            self.accepted += 1

    async def kill(self) -> None:
        """Each when the load has come so far, and the one before is back."""
        log = history.Writer(self.folder / "kills.jsonl")
        victims = self._victims()
        for place, victim in enumerate(victims):
            mark = self.total * (place + self.chance.random()) / len(victims)
            while self.accepted < mark and self.loading:
                await asyncio.sleep(0.01)
            await self._kill(victim, log)
            say(f"  {self.accepted:,} of {self.total:,} updates accepted, {place + 1} kills")

    def _victims(self) -> list[str]:
        of_postgres = self.figures["postgres_kills"]
        rest = self.figures["kills"] - of_postgres
        victims = ["postgres"] * of_postgres + ["work"] * (rest - rest // 2) + ["web"] * (rest // 2)
        self.chance.shuffle(victims)
        return victims

    async def _kill(self, victim: str, log: history.Writer) -> None:
        in_flight = {"postgres": 2 * IN_FLIGHT, "work": IN_FLIGHT, "web": 0}[victim]
        record = {"victim": victim, "in_flight": in_flight}
        if victim == "postgres":
            await self.gateway.postgres_answers()
            killed = history.stamp()
            await self.gateway.kill_postgres()
            await self.gateway.postgres_answers()
        else:
            process = self.web if victim == "web" else self.work
            killed = history.stamp()
            await process.kill()
            await process.start()
        log.write({**killed, **record, "back": time.monotonic()})

    async def read_feeds(self) -> None:
        """As a tenant that reads its feed while it is written, and at last to its end."""
        log = history.Writer(self.folder / "feed.jsonl")
        await asyncio.gather(*(self._read_feed(code, log) for code in TENANTS))

    async def _read_feed(self, code: str, log: history.Writer) -> None:
        after, more = "", True
        while self.loading or more:
            got = await self.callers[code].insist("GET", f"/manage/v1/kcis?limit=500{after}")
            page: dict[str, Any] = got.body
            events = [(one["orderId"], one["sequenceNumber"]) for one in page["events"] if one["type"] == "KCI"]
            if events:
                log.write({**history.stamp(), "who": code, "events": events})
            after, more = f"&after={page['nextCursor']}", page["more"]
            if not more:
                await asyncio.sleep(0.2)

    async def drain(self) -> None:
        """Until nothing is left to be done, or patience ends; the checker tells what was left."""
        deadline = time.monotonic() + self.figures["drain"]
        left = -1
        while left and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            left = await self._left()
        say(f"  drained; {left} lanes left")

    async def _left(self) -> int:
        connection: Any = await asyncpg.connect(self.gateway.superuser)
        try:
            return await connection.fetchval(_LEFT)
        finally:
            await connection.close()


def order(number: int, code: str) -> dict[str, Any]:
    """At premises of its own, where no engineer has to come."""
    return {
        "id": number,
        "orderType": "NEW",
        "tenant": code,
        "address": {"id": str(town.FIRST_UPRN + number - 1), "type": "UPRN"},
        "serviceOrderItem": {
            "serviceSpecification": {"id": "fttp"},
            "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "55/55"}],
        },
        "primaryContact": {"name": "Asha Patel", "phoneNumber": "01632 960001"},
        "requestedCompletionDate": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
    }


def update(identity: str, number: int, code: str, place: int, *, reason: str, status: str) -> dict[str, Any]:
    """Its text names it, so that what was caused by it can be told from anything else."""
    now = datetime.now(UTC)
    entity: dict[str, Any] = {"id": number, "tenant": code, "status": status}
    if reason == "COMMITTED":
        day = (now + timedelta(days=30)).isoformat(timespec="milliseconds")
        entity |= {"committedDate": day, "targetDate": day}
    return {
        "id": identity,
        "sequenceNumber": place,
        "issuedOn": now.isoformat(timespec="milliseconds"),
        "reasonCode": reason,
        "text": f"proof {identity}",
        "provideServiceOrder": entity,
    }


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    found = Findings()
    found.looked_at(UNANSWERED)
    gateway = Gateway(folder, source)
    await town.settle(gateway, Town(tenants=TENANTS, premises=figures["premises"]))
    async with gateway, Wire() as wire:
        await gateway.serve()
        storm = Storm(
            gateway=gateway,
            figures=figures,
            folder=folder,
            chance=random.Random(figures["seed"]),
            wire=wire,
            web=await gateway.web(),
            work=await gateway.work(),
            receiver=await _receiver(gateway, folder),
            found=found,
        )
        log = history.Writer(folder / "client.jsonl")
        for code, who in town.credentials(gateway).items():
            storm.callers[code] = Caller(wire, lambda: storm.web.url, who, log, is_tenant=code != SUPPLIER)
        await storm.endpoints()
        paths = {f"/{code.lower()}": code for code in TENANTS}
        history.write_run(folder, {"proof": "T1", "figures": dict(figures), "endpoints": paths})
        await _weather(storm)
        await gateway.postgres_answers()
        await history.dump(gateway.superuser, folder)
    found.add(checker.check(folder))
    return found


async def _receiver(gateway: Gateway, folder: Path) -> Process:
    started = await receiver.process(folder).start()
    gateway.running.insert(0, started)
    return started


async def _weather(storm: Storm) -> None:
    """Load and kills together; the feed is read through both, and to its end when all is delivered."""
    reading = asyncio.create_task(storm.read_feeds())
    killing = asyncio.create_task(storm.kill())
    try:
        await storm.load()
        await killing
        await storm.drain()
        await reading
    except (aiohttp.ClientError, OSError):
        say("  the storm ended early")
        raise
    finally:
        killing.cancel()
        reading.cancel()


PROOF: Final = Proof(
    name="T1",
    title="kill storm: kill -9 of web, worker and PostgreSQL under load",
    invariants=(*checker.INVARIANTS, UNANSWERED),
    figures={
        Size.SMOKE: {**_USUAL, "orders": 150, "kills": 3, "postgres_kills": 1, "callers": 8},
        Size.CI: {**_USUAL, "orders": 5000, "kills": 30, "postgres_kills": 6, "drain": 120},
        Size.FULL: {
            **_USUAL,
            "orders": 100_000,
            "premises": 100_000,
            "kills": 500,
            "postgres_kills": 100,
            "drain": 300,
        },
    },
    run=run,
)
