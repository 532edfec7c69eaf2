"""The third part of T8: one of two workers is stopped for longer than its lease, and goes on as if nothing were."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson

from proof import backlog, history, lanes, receiver, t8_judge, town
from proof.caller import Caller, Wire
from proof.ground import SETTINGS, Gateway
from proof.model import Figures, Findings
from proof.slots import TOWN
from proof.tail import Came

TENANT: Final = "ISP1"
FIRST_ORDER: Final = 1
DELAY: Final = 0.05
"""Seconds that the receiver takes, so that the stopped worker has some in flight."""

PATIENCE: Final = 60.0
_HELD: Final = "select count(*) from lanes where owner like $1 and kind = 'kci'"
STOPS: Final = int(SETTINGS["FIBREGATE_WORKER_CONCURRENCY"])


async def run(source: Path, figures: Figures, folder: Path, found: Findings) -> None:
    """Two endpoints, one with a limit, so that some of the stopped worker's lanes wait for a place."""
    gateway = Gateway(folder / "p", source)
    await town.settle(gateway, TOWN)
    async with gateway, Wire() as wire:
        serving = await gateway.serve()
        listening = await receiver.process(folder, name="paused").start()
        gateway.running.insert(0, listening)
        await wire.send("POST", f"{listening.url}/control", {}, orjson.dumps([{"delay": DELAY}]))
        caller = Caller(wire, lambda: serving.url, town.credentials(gateway)[TENANT])
        rate = figures["paused_rate"]
        for path, more in (("/free", {}), ("/limited", {"ratePerSecond": rate})):
            body = {"url": f"{listening.url}{path}", "rendering": "wholesale-webhook", **more}
            await caller.insist("POST", "/manage/v1/endpoints", body)
        other = await gateway.work("other")
        orders, each = figures["paused_orders"], figures["paused_each"]
        await backlog.tell(gateway.superuser, TENANT, first=FIRST_ORDER, orders=orders, each=each)
        for _ in range(figures["pauses"]):
            found.done["lanes in the hands of a stopped worker"] += await _stopped(gateway, other.pid)
            await asyncio.sleep(figures["pause"])
            os.kill(other.pid, signal.SIGCONT)
            found.done["pauses of a worker, longer than its lease"] += 1
        await Came(folder / "paused.jsonl").all(2 * orders * each, figures["drain_seconds"])
    _judge(sorted(history.read(folder / "paused.jsonl"), key=lambda one: one["at"]), figures, found)


async def _stopped(gateway: Gateway, pid: int) -> int:
    """Stop it while it has lanes in its hands; how many. Raises `TimeoutError` where it never has any."""
    connection: Any = await asyncpg.connect(gateway.superuser)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                if await connection.fetchval(_HELD, f"%:{pid}:%"):
                    os.kill(pid, signal.SIGSTOP)
                    if held := await connection.fetchval(_HELD, f"%:{pid}:%"):
                        return held
                    os.kill(pid, signal.SIGCONT)
                await asyncio.sleep(0.01)
    finally:
        await connection.close()


def _judge(records: list[history.Record], figures: Figures, found: Findings) -> None:
    wanted = [
        (order, number)
        for order in range(FIRST_ORDER, FIRST_ORDER + figures["paused_orders"])
        for number in range(1, figures["paused_each"] + 1)
    ]
    for path in ("/free", "/limited"):
        there = [one for one in records if one["path"] == path]
        t8_judge.all_taken(there, wanted, found, name=path)
        if path == "/limited":
            seen = t8_judge.rate(there, figures["paused_rate"], found, until=time.monotonic())
            found.done["requests under a rate limit"] += seen
    lanes.judge(records, found, most_repeats=STOPS * figures["pauses"])
