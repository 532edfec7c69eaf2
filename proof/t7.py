"""T7: a receiver that does everything wrong. Each attempt is called what it was, costs no memory, harms nobody else."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from proof import faulty_receiver, history, memory, neighbours, t7_judge, t7_neighbours
from proof.faults import BY_NAME, FAULTS, Fault
from proof.misbehaviour import GIBIBYTE
from proof.model import Figures, Findings, Proof, Size, say
from proof.playground import Playground, playing

UNTRIED: Final = "faults that were not tried often enough"
INVARIANTS: Final = (*t7_judge.INVARIANTS, *neighbours.INVARIANTS, memory.SWOLLEN, UNTRIED)
TAKERS: Final = "ISP2"
"""Has the endpoints whose answers are good; the others' are shared between the other two."""

OTHERS: Final = ("YOUR_TENANT", "ISP1")
LANES: Final = 20
FAULTLESS: Final = "200"
WARM_UP: Final = 100
PATIENCE: Final = 60.0
STEP: Final = timedelta(minutes=10)
LONGEST: Final = timedelta(days=5)
TOGETHER: Final = timedelta(seconds=30)
"""From now: when all of them are tried for the first time, with the sandbox's clock at a stand."""

QUIET_SECONDS: Final = 0.15
_ATTEMPTS: Final = """
select
    e.url, e.endpoint_id, a.order_key, a.sequence_number, a.attempt, a.started_at, a.outcome, a.http_status,
    a.next_attempt_at, a.took_ms, a.connect_ms
from delivery_attempts as a
join endpoints as e on e.tenant_id = a.tenant_id and e.endpoint_id = a.endpoint_id
"""
_COUNTS: Final = """
select e.url, count(*) as attempts from delivery_attempts as a
join endpoints as e on e.tenant_id = a.tenant_id and e.endpoint_id = a.endpoint_id group by e.url
"""
_LEFT: Final = """
select count(*) as lanes from lanes as l join endpoints as e on e.endpoint_id::text = l.share
where l.last_done < l.last_enqueued and l.for_tenant = (select tenant_no from tenants where code = $1)
"""
SETTINGS: Final = {
    "FIBREGATE_WORKER_CONCURRENCY": "64",
    "FIBREGATE_LOG_LEVEL": "error",
    "RES_OPTIONS": "timeout:1 attempts:1",
}


class Course:
    """One run against one receiver. A fault has one endpoint until it has been met often enough."""

    def __init__(self, ground: Playground, folder: Path, figures: Figures, found: Findings) -> None:
        self._ground = ground
        self._folder = folder
        self._attempts: int = figures["attempts"]
        self._found = found
        self._orders = 0
        self._live: dict[str, tuple[str, str]] = {}
        wanted: Collection[str] = figures.get("faults") or BY_NAME
        self._wanted = [one for one in FAULTS if one.name in wanted]

    async def run(self) -> None:
        """Memory is looked at from when the gateway has warmed up, on a receiver without a fault."""
        taken = [one for one in self._wanted if one.after == "taken"]
        await self._open({TAKERS: [one for one in taken if one.name == FAULTLESS]})
        await self._tell(TAKERS, WARM_UP)
        async with memory.watched(lambda: self._ground.process.pid) as used:
            await self._open({TAKERS: [one for one in taken if one.name != FAULTLESS]})
            await self._tell(TAKERS, self._attempts)
            say(f"  {len(taken)} faults of receivers that take it, {self._attempts} times each")
            await self._fail()
        await self._judge(used)

    async def _open(self, by_tenant: Mapping[str, Sequence[Fault]]) -> None:
        for code, faults in by_tenant.items():
            for one in faults:
                url = faulty_receiver.url(self._folder, one)
                self._live[one.name] = code, await self._ground.endpoint(code, url, **one.patience)

    async def _tell(self, code: str, count: int, due_at: datetime | None = None) -> None:
        """So many new orders with a KCI each, for all the tenant's endpoints; waits where they will be taken."""
        first, self._orders = self._orders + 1, self._orders + count
        await self._ground.tell(code, first=first, orders=count, due_at=due_at)
        if code == TAKERS:
            deadline = time.monotonic() + PATIENCE + count
            while (await self._ground.rows(_LEFT, TAKERS))[0]["lanes"] and time.monotonic() < deadline:
                await asyncio.sleep(0.05)

    async def _fail(self) -> None:
        """Until every other fault has been met often enough; some want more of the sandbox's time than lanes have."""
        while failing := self._lacking(await self._counts()):
            await self._open(dict(zip(OTHERS, (failing[::2], failing[1::2]), strict=True)))
            together = await self._ground.now() + TOGETHER
            for code in OTHERS:
                await self._tell(code, LANES, due_at=together)
            await self._walk(failing)

    async def _walk(self, failing: list[Fault]) -> None:
        began = now = await self._ground.now()
        while failing and now - began < LONGEST:
            now = await self._ground.walk(_step(failing))
            if any(one.after == "suspended" for one in failing):
                await self._suspend()
            lacking = self._lacking(await self._counts())
            for one in failing:
                if one not in lacking:
                    await self._close(one)
            failing = [one for one in failing if one in lacking]
            say(f"  {(now - began).total_seconds() / 3600:.1f} hours later {len(failing)} faults want more attempts")
        for one in failing:
            await self._close(one)
        self._found.done["hours of the sandbox's clock"] += int((now - began).total_seconds() / 3600)

    async def _close(self, fault: Fault) -> None:
        """Look how its endpoint stands, and delete it."""
        code, endpoint = self._live.pop(fault.name)
        path = f"/manage/v1/endpoints/{endpoint}"
        shown = (await self._ground.asked(code, "GET", path)).body
        t7_judge.standing(fault, state=shown["health"]["state"], enabled=shown["enabled"], found=self._found)
        await self._ground.asked(code, "DELETE", path)

    async def _suspend(self) -> None:
        """410, resumed and suspended again, until that was met often enough; in between nobody calls."""
        code, endpoint = self._live["410"]
        silences: list[tuple[float, float]] = []
        while True:
            async with asyncio.timeout(PATIENCE):
                while (await self._ground.asked(code, "GET", f"/manage/v1/endpoints/{endpoint}")).body["enabled"]:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(QUIET_SECONDS)  # for what was in flight then
            begin = time.monotonic()
            await asyncio.sleep(QUIET_SECONDS)
            silences.append((begin, time.monotonic()))
            if (await self._counts())["410"] >= self._attempts:
                break
            await self._ground.change(code, endpoint, enabled=True)
        t7_judge.silent(self._log(), "410", silences, self._found)

    async def _counts(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for row in await self._ground.rows(_COUNTS):
            counts[str(row["url"]).rpartition("/")[2]] += row["attempts"]
        return counts

    def _lacking(self, counts: Counter[str]) -> list[Fault]:
        return [one for one in self._wanted if one.after != "taken" and counts[one.name] < self._attempts]

    def _log(self) -> list[history.Record]:
        return list(history.read(self._folder / faulty_receiver.FILE))

    async def _judge(self, used: memory.Memory) -> None:
        found = self._found
        rows = [t7_judge.tried(row) for row in await self._ground.rows(_ATTEMPTS)]
        t7_judge.judge(rows, found)
        t7_judge.calls(self._log(), found)
        for name in list(self._live):
            await self._close(BY_NAME[name])
        counts = Counter(one.fault.name for one in rows)
        for one in self._wanted:
            if counts[one.name] < self._attempts:
                found.broke(UNTRIED, f"{one.name}: {counts[one.name]} of {self._attempts}")
        memory.judge(used, "under faults", found)
        found.done["faults"] += len(self._wanted)
        found.done["attempts"] += len(rows)


def _step(failing: Sequence[Fault]) -> timedelta:
    """Who asks to be left alone for long is waited for in long steps, once the others are through."""
    return max(STEP, 3 * min(one.asked for one in failing))


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    found = Findings()
    found.looked_at(*INVARIANTS)
    receiver = faulty_receiver.process(folder, body_bytes=figures["body_bytes"])
    await receiver.start()
    try:
        settings = {**SETTINGS, "SSL_CERT_FILE": str(folder / "authority.pem")}
        async with playing(folder / "s", source, settings) as ground:
            course = Course(ground, folder, figures, found)
            await course.run()
        if figures["slices"]:
            await t7_neighbours.run(source, figures, folder, found)
    finally:
        await receiver.stop()
    return found


_USUAL: Final = {"attempts": 100, "body_bytes": GIBIBYTE, "slices": 8, "slice_seconds": 3}
_SEEDED: Final = {"attempts": 4, "body_bytes": 128 * 2**20, "slices": 0}

PROOF: Final = Proof(
    name="T7",
    title=f"{len(FAULTS)} faults of a receiver",
    invariants=INVARIANTS,
    figures={
        Size.SMOKE: {"attempts": 2, "body_bytes": GIBIBYTE, "slices": 0},
        Size.CI: _USUAL,
        Size.FULL: {**_USUAL, "attempts": 2000, "slices": 20},
    },
    run=run,
    alone=True,
    seeded={**_SEEDED, "faults": ("200", "301-trap", "302-trap", "307-trap", "308-trap", "gibibyte", "gzip-bomb")},
)
