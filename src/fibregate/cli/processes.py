"""The long-running processes: web, worker, or both in one, until told to stop."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import asyncpg
import structlog

from fibregate import boot, vault, work
from fibregate.alarms.duty import on_duty
from fibregate.app import gate
from fibregate.cli import doors, outbound
from fibregate.cli.context import Refused, in_words
from fibregate.cli.outbound import Shared
from fibregate.clock import BusinessClock, SystemClock
from fibregate.db import APP_ROLE, WORK_ROLE, Db
from fibregate.kcis.sight.queues import Gauges
from fibregate.lanes import actions as lanes
from fibregate.lanes.hints import Hints
from fibregate.lanes.runner import Handler, Runner
from fibregate.postgres import Embedded
from fibregate.settings import Settings
from fibregate.suppliers.circuits.model import Half
from fibregate.tenants.callers import Callers
from fibregate.web import logs, metrics
from fibregate.web.door import Door
from fibregate.web.gate import Gate
from fibregate.web.server import Server

YOUNG_OBJECTS: Final = 10_000
"""New objects, less those gone, after which cycles are looked for. Python's own figure takes a tenth of a busy CPU, and
five times this one holds everything up for 15 ms at a time."""

_log = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Plan:
    """What one process runs. The functions make a sandbox's own parts; `settled` is told the address before `ready`.

    `metrics` is where a process without `web` shows its metrics.
    """

    settings: Settings
    dsn: str
    server: Embedded | None
    web: tuple[str, int] | None = ("127.0.0.1", 8080)
    worker: bool = True
    metrics: tuple[str, int] | None = None
    clock: Callable[[Db], BusinessClock] = lambda _: SystemClock()
    wholesale: Callable[[Shared], Mapping[str, Any]] = lambda _: {}
    doors: Callable[[Shared], tuple[Door[Any], ...]] = lambda _: ()
    working: Callable[[Shared], Mapping[str, Any]] = lambda _: {}
    lanes: Callable[[Shared], Mapping[str, Handler]] = lambda _: {}
    prepare: Callable[[Shared], Awaitable[None]] | None = None
    settled: Callable[[str], None] = lambda _: None


async def serve(plan: Plan) -> None:
    """Run until SIGTERM or SIGINT; then requests in flight finish and leases are handed back. Raises `Refused`."""
    await _examine(plan)
    log = logs.configure(
        logs.LineWriter(sys.stderr.buffer), logging.getLevelNamesMapping()[plan.settings.log_level.upper()]
    )
    stop = _stop_at_signals()
    async with AsyncExitStack() as parts:
        if plan.server:
            await parts.enter_async_context(_background(plan.server.watch()))
        shared = await parts.enter_async_context(_shared(plan))
        if plan.server and plan.worker:
            await _take_back_leases(plan)
        if plan.prepare:
            await plan.prepare(shared)
        hints = Hints(plan.dsn)
        if plan.worker:
            hints = await parts.enter_async_context(_working(plan, shared))
        shared.db.hint = hints
        await parts.enter_async_context(_background(hints.send()))
        if plan.web:
            await parts.enter_async_context(_serving(plan, shared, log))
        if plan.metrics:
            await parts.enter_async_context(_measured(*plan.metrics, shared))
        _collect_seldom()
        await stop.wait()


def _collect_seldom() -> None:
    """What stands by now stands to the end, and what a request or a delivery leaves is rarely a cycle."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


async def _examine(plan: Plan) -> None:
    try:
        wrong = [one for one in await boot.examine(plan.dsn) if not one.well]
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Refused(
            f"the database cannot be reached: {in_words(error)}; check --database or FIBREGATE_DATABASE_URL"
        ) from error
    if wrong:
        raise Refused("\n".join(f"{one.what}: {one.found}; {one.mend}" for one in wrong))


def _stop_at_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    return stop


@asynccontextmanager
async def _background(work_: Any) -> AsyncGenerator[None]:
    task = asyncio.create_task(work_)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _shared(plan: Plan) -> AsyncGenerator[Shared]:
    settings = plan.settings
    keys = vault.from_settings(settings)
    async with _connections(plan, APP_ROLE, settings.pool_size) as db:
        yield Shared(
            db=db,
            clock=plan.clock(db),
            settings=settings,
            vault=keys,
            callers=Callers(db, keys, settings),
            guard=outbound.to_tenants(settings),
            supplier_guard=outbound.to_suppliers(settings),
        )


@asynccontextmanager
async def _connections(plan: Plan, role: str, size: int) -> AsyncGenerator[Db]:
    db = Db(plan.dsn, role=role, size=size)
    try:
        yield db
    finally:
        await db.close()


async def _take_back_leases(plan: Plan) -> None:
    """The embedded server is ours alone, so whoever held a lease is dead."""
    async with _connections(plan, WORK_ROLE, 1) as db:
        await lanes.rescue(db, everybody=True)


@asynccontextmanager
async def _of_worker(plan: Plan, shared: Shared) -> AsyncGenerator[Shared]:
    """With connections of the worker's own, closed last: to the end its parts have something to write."""
    async with _connections(plan, WORK_ROLE, shared.settings.pool_size) as db:
        yield replace(shared, db=db, clock=plan.clock(db))


@asynccontextmanager
async def _working(plan: Plan, shared: Shared) -> AsyncGenerator[Hints]:
    settings = plan.settings
    async with (
        _of_worker(plan, shared) as mine,
        outbound.connector(shared) as connector,
        on_duty(settings, work.sign) as duty,
        outbound.networks(mine, Half.WORKER) as networks,
    ):
        db, clock = mine.db, mine.clock
        parts = work.Work(
            db=db,
            clock=clock,
            settings=settings,
            vault=shared.vault,
            connector=connector,
            networks=networks,
            duty=duty,
            extra=plan.lanes(mine),
            **plan.working(mine),
        )
        runner = Runner(db, clock, work.handlers(parts), concurrency=settings.worker_concurrency)
        hints = Hints(plan.dsn, runner.wake)
        db.hint = hints
        running = asyncio.create_task(runner.run())
        try:
            async with _background(hints.listen()):
                yield hints
        finally:
            await runner.stop()
            await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def _serving(plan: Plan, shared: Shared, log: logs.RequestLog) -> AsyncGenerator[None]:
    is_ready = False
    async with outbound.connector(shared) as connector, outbound.networks(shared, Half.WEB) as networks:
        app = doors.app(
            shared,
            connector,
            networks,
            hooks=plan.wholesale(shared),
            more=plan.doors(shared),
            is_ready=lambda: is_ready,
            log=log,
        )
        host, port = plan.web or ("127.0.0.1", 0)
        server = await _listening(gate(app), host, port)
        try:
            plan.settled(server.url)
            is_ready = True
            print(f"ready {server.url}", flush=True)  # noqa: T201 - what the user waits for
            yield
        finally:
            is_ready = False
            await server.stop()


@asynccontextmanager
async def _measured(host: str, port: int, shared: Shared) -> AsyncGenerator[None]:
    """`/metrics` and nothing else, for a process that has no other port."""
    page = metrics.Page(Gauges(shared.db, shared.clock).page)
    server = await _listening(Gate([], mounts={"/metrics": page}), host, port)
    print(f"metrics {server.url}/metrics", flush=True)  # noqa: T201 - with port 0 there is no other way to know
    try:
        yield
    finally:
        await server.stop()


async def _listening(app: Gate, host: str, port: int) -> Server:
    server = Server(app, host=host, port=port)
    try:
        await server.start()
    except OSError as error:
        raise Refused(
            f"cannot listen at {host} port {port}: {in_words(error)}; choose with --host and --port"
        ) from error
    return server
