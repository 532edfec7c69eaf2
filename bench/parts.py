"""The parts of the measurement: reads, bookings, orders, and the door alone."""

from collections.abc import Awaitable, Callable
from typing import Any

from bench import checks, scripts, service
from bench.callers import IDS_A_CALLER
from bench.rounds import Bench, alternate, load, peer_turn, turn
from bench.service import Process


async def reads(bench: Bench, web: Process, million: Process | None, *, premises: int, tokens: list[str]) -> None:
    """Availability: the gateway and pgbench on ten thousand premises, and both on a million."""
    ground = bench.ground
    few = await scripts.read(ground, ground.premises)
    many = await scripts.read(ground, premises)
    there = {"premises": premises, "tokens": tokens}
    pgbench, pgbench_million = bench.pgbench(ground.runtime), bench.pgbench(ground.million)

    async def gateway() -> None:
        await turn(bench, "read", web, bench.job("read", web.port, bench.numbers.next(), seconds=bench.seconds))

    async def peer() -> None:
        await peer_turn(bench, "read-peer", pgbench, few, bench.numbers.next())

    async def gateway_million() -> None:
        assert million is not None
        job = bench.job("read", million.port, bench.numbers.next(), seconds=bench.seconds)
        await turn(bench, "million", million, {**job, **there})

    async def peer_million() -> None:
        await peer_turn(bench, "million-peer", pgbench_million, many, bench.numbers.next())

    sides = [gateway, peer, *([gateway_million, peer_million] if million else [])]
    await load(bench.job("read", web.port, bench.numbers.next(), seconds=bench.warm_seconds))
    if million:
        await load({**bench.job("read", million.port, bench.numbers.next(), seconds=bench.warm_seconds), **there})
    for number in range(bench.rounds):
        bench.say(f"availability, round {number + 1} of {bench.rounds}")
        await alternate(sides, number)


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

    await load(bench.job("book", web.port, bench.numbers.next(), seconds=bench.warm_seconds))
    async with ground.superuser() as looking:
        await checks.give_back(looking)
    for number in range(bench.rounds):
        bench.say(f"bookings, round {number + 1} of {bench.rounds}")
        await alternate([gateway, peer], number)


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

    await gateway("order-warm", bench.warm_seconds)
    for number in range(bench.rounds):
        bench.say(f"orders, round {number + 1} of {bench.rounds}")
        await alternate([gateway, peer], number)


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
                await load(bench.job(kind, process.port, bench.numbers.next(), seconds=bench.warm_seconds))
        for number in range(bench.rounds):
            bench.say(f"the door, round {number + 1} of {bench.rounds}")
            await alternate(
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
