"""The turns: the gateway and pgbench one after the other, on the same rows, round after round."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench import checks, scripts, service
from bench.callers import IDS_A_CALLER, Numbers
from bench.ground import FIRST_UPRN, SERVICE, Ground
from bench.peer import Pgbench, Script
from bench.service import Process

COOL_SECONDS = 0.5


@dataclass(slots=True)
class Series:
    """What one side did, turn by turn. CPU is of the gateway's web process alone, in seconds a request."""

    per_second: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])
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
    await asyncio.sleep(COOL_SECONDS)
    before = web.cpu_seconds
    came = await load(job)
    used = web.cpu_seconds - before
    series = bench.of(name)
    series.per_second.append(came["requests"] / came["seconds"])
    series.cpu.append(used / came["requests"])
    series.p50.append(came["p50"])
    series.p99.append(came["p99"])
    series.megabytes.append(web.megabytes)
    odd = {status: count for status, count in came["statuses"].items() if int(status) not in {200, 201, 202}}
    if odd:
        bench.faults.append(f"{name}: answers that nobody expected: {odd}")
    return came


async def peer_turn(bench: Bench, name: str, pgbench: Pgbench, script: Script, first_id: int) -> int:
    """pgbench's turn; tells how many transactions it did."""
    await asyncio.sleep(COOL_SECONDS)
    ran = await pgbench.run(name, script, seconds=bench.seconds, first_id=first_id)
    bench.of(name).per_second.append(ran.per_second)
    return ran.transactions


async def _alternate(sides: Sequence[Callable[[], Awaitable[None]]], number: int) -> None:
    """Whoever begins in one round comes later in the next."""
    for place in range(len(sides)):
        await sides[(place + number) % len(sides)]()


async def reads(bench: Bench, web: Process, million: Process | None, premises: int) -> None:
    """Availability: the gateway and pgbench on ten thousand premises, and both on a million."""
    ground = bench.ground
    few = await scripts.read(ground, ground.premises)
    many = await scripts.read(ground, premises)
    pgbench, pgbench_million = bench.pgbench(ground.runtime), bench.pgbench(ground.million)

    async def gateway() -> None:
        await turn(bench, "read", web, bench.job("read", web.port, bench.numbers.next(), seconds=bench.seconds))

    async def peer() -> None:
        await peer_turn(bench, "read-peer", pgbench, few, bench.numbers.next())

    async def gateway_million() -> None:
        assert million is not None
        job = {**bench.job("read", million.port, bench.numbers.next(), seconds=bench.seconds), "premises": premises}
        await turn(bench, "million", million, job)

    async def peer_million() -> None:
        await peer_turn(bench, "million-peer", pgbench_million, many, bench.numbers.next())

    sides = [gateway, peer, *([gateway_million, peer_million] if million else [])]
    warm = [(web, ground.premises), *([(million, premises)] if million else [])]
    for process, count in warm:
        await load({**bench.job("read", process.port, bench.numbers.next(), seconds=1), "premises": count})
    for number in range(bench.rounds):
        bench.say(f"availability, round {number + 1} of {bench.rounds}")
        await _alternate(sides, number)


async def bookings(bench: Bench, web: Process) -> None:
    """Bookings; after each turn the rows are compared with the answers, and all places are given back."""
    ground = bench.ground
    script = await scripts.book(ground, bench.numbers.next())
    pgbench = bench.pgbench(ground.runtime)

    async def gateway() -> None:
        first = bench.numbers.next()
        async with ground.superuser() as looking:
            before = await checks.wal_position(looking)
            came = await turn(bench, "book", web, bench.job("book", web.port, first, seconds=bench.seconds))
            commits = await checks.commits_since(looking, before)
            if commits is not None:
                bench.of("book").commits.append(commits / max(1, came["requests"]))
            await _account(bench, await checks.bookings(looking, first, came["kept"]), len(came["kept"]), "bookings")
            await checks.give_back(looking)

    async def peer() -> None:
        first = bench.numbers.next()
        done = await peer_turn(bench, "book-peer", pgbench, script, first)
        async with ground.superuser() as looking:
            _close(bench, "pgbench's bookings", done, await checks.count(looking, "reservations", "id", first))
            await checks.give_back(looking)

    await load(bench.job("book", web.port, bench.numbers.next(), seconds=1))
    async with ground.superuser() as looking:
        await checks.give_back(looking)
    for number in range(bench.rounds):
        bench.say(f"bookings, round {number + 1} of {bench.rounds}")
        await _alternate([gateway, peer], number)


async def orders(bench: Bench, web: Process) -> None:
    """Orders that quote appointments; after each turn rows and answers are compared, and the orders are ended."""
    ground = bench.ground
    script = await scripts.order(ground, bench.numbers.next(), bench.orders_a_caller)
    async with ground.superuser() as looking:
        await checks.end_orders(looking)
    pgbench = bench.pgbench(ground.runtime)

    async def gateway(name: str = "order", seconds: float = bench.seconds) -> None:
        first = bench.numbers.next()
        async with ground.superuser() as looking:
            await _appoint(bench, looking, first)
            came = await turn(bench, name, web, bench.job("order", web.port, first, seconds=seconds))
            await _account(bench, await checks.orders(looking, first, came["kept"]), len(came["kept"]), "orders")
            await checks.end_orders(looking)

    async def peer() -> None:
        first = bench.numbers.next()
        async with ground.superuser() as looking:
            await _appoint(bench, looking, first)
            done = await peer_turn(bench, "order-peer", pgbench, script, first)
            _close(bench, "pgbench's orders", done, await checks.count(looking, "orders", "id", first))
            await checks.end_orders(looking)

    await gateway("order-warm", 1)
    for number in range(bench.rounds):
        bench.say(f"orders, round {number + 1} of {bench.rounds}")
        await _alternate([gateway, peer], number)


async def _appoint(bench: Bench, looking: Any, first: int) -> None:
    await checks.appoint(
        looking,
        first=first,
        a_caller=IDS_A_CALLER,
        callers=bench.connections,
        orders=bench.orders_a_caller,
        tenants=len(bench.ground.tenants),
        premises=bench.ground.premises,
        starts_at=bench.ground.starts[0],
    )


async def _account(bench: Bench, faults: list[str], answers: int, what: str) -> None:
    bench.faults += faults
    bench.checked[what] = bench.checked.get(what, 0) + answers


def _close(bench: Bench, what: str, said: int, found: int) -> None:
    """pgbench may be stopped between a commit and its count, once a client."""
    bench.checked[what] = bench.checked.get(what, 0) + found
    if abs(said - found) > bench.connections:
        bench.faults.append(f"{what}: it reported {said} transactions, and {found} rows are there")


async def doors(bench: Bench) -> None:
    """The door beside a bare Starlette; CPU a request, because nothing else is at work behind them."""
    dsn = bench.ground.runtime
    with (
        service.doors("door", dsn, bench.folder / "door.log") as door,
        service.doors("bare", dsn, bench.folder / "bare.log") as bare,
    ):
        for kind in ("read", "book"):
            for process in (door, bare):
                await load(bench.job(kind, process.port, bench.numbers.next(), seconds=1))
        for number in range(bench.rounds):
            bench.say(f"the door, round {number + 1} of {bench.rounds}")
            await _alternate(
                [_door_turn(bench, name, process) for name, process in (("door", door), ("bare", bare))], number
            )


def _door_turn(bench: Bench, name: str, process: Process) -> Callable[[], Awaitable[None]]:
    async def both() -> None:
        for kind in ("read", "book"):
            job = bench.job(kind, process.port, bench.numbers.next(), seconds=bench.seconds / 2)
            await turn(bench, f"{name}-{kind}", process, job)

    return both


async def finish_orders(bench: Bench) -> None:
    """The worker takes what was accepted: every order is dispatched, once."""
    bench.say("the worker dispatches what was accepted")
    with service.worker(bench.ground.runtime, bench.folder / "work.log"):
        async with bench.ground.superuser() as looking:
            bench.checked["dispatched orders"] = await checks.wait_for_dispatch(looking, bench.faults)
