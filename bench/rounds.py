"""Turns: one side after the other, on the same rows, round after round; and what each took."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench import scripts
from bench.callers import Numbers
from bench.ground import FIRST_UPRN, SERVICE, Ground
from bench.peer import Pgbench, Script
from bench.service import Process

COOL_SECONDS = 0.5
"""Between turns, so that what one side left behind is not the next one's."""


@dataclass(slots=True)
class Series:
    """What one side did, turn by turn. CPU is of the gateway's web process alone, in seconds a request."""

    per_second: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])
    python: list[float] = field(default_factory=list[float])
    p50: list[float] = field(default_factory=list[float])
    p99: list[float] = field(default_factory=list[float])
    megabytes: list[float] = field(default_factory=list[float])
    commits: list[float] = field(default_factory=list[float])

    @property
    def rate(self) -> float:
        return median(self.per_second)


@dataclass(slots=True, kw_only=True)
class Bench:
    """What all turns share."""

    ground: Ground
    folder: Path
    connections: int
    seconds: float
    rounds: int
    tokens: list[str]
    orders_a_caller: int
    say: Callable[[str], None]
    series: dict[str, Series] = field(default_factory=dict[str, Series])
    faults: list[str] = field(default_factory=list[str])
    checked: dict[str, int] = field(default_factory=dict[str, int])
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def warm_seconds(self) -> float:
        return min(1.0, self.seconds)

    def of(self, name: str) -> Series:
        return self.series.setdefault(name, Series())

    def pgbench(self, dsn: str) -> Pgbench:
        return Pgbench(dsn, self.folder, clients=self.connections)

    def job(self, kind: str, port: int, first_id: int, *, seconds: float) -> dict[str, Any]:
        ground = self.ground
        return {
            "kind": kind,
            "port": port,
            "connections": self.connections,
            "seconds": seconds,
            "seed": first_id,
            "first_id": first_id,
            "tokens": self.tokens,
            "tenants": list(ground.tenants),
            "first_uprn": FIRST_UPRN,
            "premises": ground.premises,
            "slots": [_timeslot(one) for one in ground.starts],
            "orders_a_caller": self.orders_a_caller,
            "order": ORDER,
        }


def _timeslot(start: Any) -> tuple[str, str]:
    written = "%Y-%m-%dT%H:%M:%S.000Z"
    return start.strftime(written), (start + scripts.VISIT).strftime(written)


ORDER = (
    json.dumps(
        {
            "id": "$ID",
            "orderType": "NEW",
            "tenant": "$TENANT",
            "address": {"id": "$UPRN", "type": "UPRN"},
            "serviceOrderItem": {
                "serviceSpecification": {"id": SERVICE},
                "serviceCharacteristics": list(scripts.CHARACTERISTICS),
            },
            "primaryContact": scripts.CONTACT,
            "appointmentReservationId": "$RESERVATION",
        }
    )
    .replace('"$ID"', "$ID")
    .replace('"$RESERVATION"', "$RESERVATION")
)


async def load(job: dict[str, Any]) -> dict[str, Any]:
    """One turn of the callers, in a program of their own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(json.dumps(job).encode())
    if process.returncode:
        raise RuntimeError("the callers failed; what they said is above")
    return json.loads(said)


async def turn(bench: Bench, name: str, web: Process, job: dict[str, Any]) -> dict[str, Any]:
    """The gateway's turn, with what it took."""
    await asyncio.sleep(min(COOL_SECONDS, bench.seconds / 8))
    before, python_before = web.cpu_seconds, web.python_seconds
    came = await load(job)
    used, python = web.cpu_seconds - before, web.python_seconds - python_before
    series = bench.of(name)
    series.per_second.append(came["requests"] / came["seconds"])
    series.cpu.append(used / came["requests"])
    series.python.append(python / came["requests"])
    series.p50.append(came["p50"])
    series.p99.append(came["p99"])
    series.megabytes.append(web.megabytes)
    odd = {status: count for status, count in came["statuses"].items() if int(status) not in {200, 201, 202}}
    if odd:
        bench.faults.append(f"{name}: answers that nobody expected: {odd}")
    return came


async def peer_turn(bench: Bench, name: str, pgbench: Pgbench, script: Script, first_id: int) -> int:
    """pgbench's turn; tells how many transactions it did."""
    await asyncio.sleep(min(COOL_SECONDS, bench.seconds / 8))
    ran = await pgbench.run(name, script, seconds=bench.seconds, first_id=first_id)
    bench.of(name).per_second.append(ran.per_second)
    return ran.transactions


async def alternate(sides: Sequence[Callable[[], Awaitable[None]]], number: int) -> None:
    """Whoever begins in one round comes later in the next."""
    for place in range(len(sides)):
        await sides[(place + number) % len(sides)]()
