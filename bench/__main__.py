"""`python -m bench`: see the package, and `docs/performance.md`."""

import argparse
import asyncio
import base64
import math
import os
import shutil
import sys
import tempfile
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import orjson
from rich.console import Console

from bench import ground, parts, report, service
from bench.delivery import parts as delivery
from bench.delivery import report as delivered
from bench.delivery.found import Deliveries, Sizes, delivering
from bench.forward import parts as forward
from bench.forward import report as forwarded
from bench.rounds import Bench
from fibregate.postgres import Embedded
from fibregate.vault import Vault

DELIVERIES = ("deliver", "steady", "beside", "claim")
FORWARDS = ("forward", "slow")
PARTS = ("read", "book", "order", "door", "million", *FORWARDS, *DELIVERIES)
OPTIONS = {"max_connections": "160", "track_commit_timestamp": "on"}


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each side (default 5)")
    parser.add_argument("--seconds", type=float, default=4, help="length of a turn (default 4)")
    parser.add_argument("--connections", type=int, default=64, help="callers at a time (default 64)")
    parser.add_argument("--tenants", type=int, default=20)
    parser.add_argument("--premises", type=int, default=10_000)
    parser.add_argument("--million", type=int, default=1_000_000, help="premises of the large network; 0 leaves it out")
    parser.add_argument("--backlog", type=int, help="lanes of the loud tenant (default 50,000); the rest in proportion")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 2 seconds, and no million")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part only; may be given more than once")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a floor is missed, too")
    parser.add_argument("--keep", type=Path, help="folder for the database and the logs, kept afterwards")
    given = parser.parse_args(words)
    if given.quick:
        given.rounds, given.seconds, given.million = min(given.rounds, 3), min(given.seconds, 2.0), 0
        given.backlog = given.backlog or 10_000
    return given


def main(words: list[str] | None = None) -> int:
    given = arguments(words)
    console = Console(width=None if sys.stdout.isatty() else 110)
    console.print(_load("before"))
    folder = given.keep or Path(tempfile.mkdtemp(prefix="fibregate-bench-"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with Embedded(folder / "data", options=OPTIONS) as server:
            bench, deliveries = asyncio.run(measure(given, server, folder, console))
    finally:
        if given.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    console.print(_load("after, with the benchmark's own"))
    tables, floors = (delivered.tables(deliveries), delivered.floors(deliveries)) if deliveries else ((), ())
    more = [one for one in (forwarded.table(bench), *tables) if one]
    return report.show(console, bench, more, [*forwarded.floors(bench), *floors], strict=given.strict)


def _load(when: str) -> str:
    """How busy the machine is: on one that others use, only what was measured side by side means anything."""
    return f"load of the machine {when}: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


async def measure(
    given: argparse.Namespace, server: Embedded, folder: Path, console: Console
) -> tuple[Bench, Deliveries | None]:
    def say(text: str) -> None:
        console.print(f"[dim]{text}[/dim]")

    say(f"filling: {given.tenants} tenants, {given.premises:,} premises")
    made = await ground.prepare(server, tenants=given.tenants, premises=given.premises)
    vault = Vault(base64.b64decode(service.MASTER_KEY))
    await ground.add_clients(made, [vault.keyed_hash(secret) for _, secret in made.clients])
    wanted: set[str] = set(given.only or PARTS)
    many = given.million if "million" in wanted else 0
    if many:
        say(f"filling: {many:,} premises")
        await ground.prepare_million(made, many)
    with ExitStack() as running:
        web = running.enter_context(service.web(made.runtime, folder / "web.log"))
        bench = Bench(
            ground=made,
            folder=folder,
            connections=given.connections,
            seconds=given.seconds,
            rounds=given.rounds,
            tokens=[token(web.url, *one) for one in made.clients],
            orders_a_caller=orders_a_caller(given),
            say=say,
        )
        say(f"measuring: {given.rounds} rounds of {given.seconds:g} s a side, {given.connections} connections")
        with service.worker(made.runtime, folder / "work.log"):
            if {"read", "million"} & wanted:
                million = running.enter_context(service.web(made.million, folder / "million.log")) if many else None
                tokens = [token(million.url, *one) for one in made.clients] if million else []
                await parts.reads(bench, web, million, premises=many, tokens=tokens)
            if "book" in wanted:
                await parts.bookings(bench, web)
            if "door" in wanted:
                await parts.doors(bench)
            if wanted & set(FORWARDS):
                await pass_on(bench, wanted)
        if "order" in wanted:
            await parts.orders(bench, web)
            await parts.finish_orders(bench)
        deliveries = await deliver(given, bench, web, wanted) if wanted & set(DELIVERIES) else None
    return bench, deliveries


async def pass_on(bench: Bench, wanted: set[str]) -> None:
    """The parts in which suppliers far away are asked."""
    async with forward.forwarding(bench) as found:
        if "forward" in wanted:
            await forward.passed_on(found)
        if "slow" in wanted:
            await forward.beside_slow(found)


async def deliver(given: argparse.Namespace, bench: Bench, web: service.Process, wanted: set[str]) -> Deliveries:
    """The parts that deliver, with a worker for each turn."""
    sizes = Sizes() if given.backlog is None else Sizes.small(given.backlog)
    async with delivering(bench, web, sizes) as found:
        if "deliver" in wanted:
            await delivery.drains(found)
        if "steady" in wanted:
            await delivery.steady(found)
        if "beside" in wanted:
            await delivery.beside(found)
        if "claim" in wanted:
            await delivery.claiming(found, web)
        return found


def orders_a_caller(given: argparse.Namespace) -> int:
    """Appointments made ready for each caller and turn: more than it can use."""
    a_second = 6_000
    callers_a_tenant = math.ceil(given.connections / given.tenants)
    seconds = max(1, given.seconds)  # pgbench runs for a whole second at least
    return min(int(a_second * seconds / given.connections), given.premises // callers_a_tenant)


def token(url: str, client: str, secret: str) -> str:
    """An access token, asked for as any client asks."""
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310 - our own process
        f"{url}/IdentityModule/v1.0/oauth/token",
        data=b"grant_type=client_credentials",
        headers={"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
        return str(orjson.loads(answer.read())["access_token"])


if __name__ == "__main__":
    sys.exit(main())
