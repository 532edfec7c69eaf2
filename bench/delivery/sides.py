"""Who delivers: the gateway and its two peers. Each is given the same stock to deliver, or is told at a steady rate."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import asyncpg
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from procrastinate.jobs import Job

from bench import service
from bench.delivery import stock
from bench.delivery.ledger import Told
from bench.delivery.letters import letter
from bench.delivery.peers import QUEUE, TASK, app, shard
from bench.service import Process

PEERS_DATABASE: Final = "peers"
_BATCH: Final = 1000
_MARKS: Final = "create table marks (id text primary key)"


class Side(Protocol):
    """One who delivers. Orders are named by a first number and a count."""

    name: str

    async def lay_in(self, first: int, *, orders: int, each: int) -> Told:
        """Waiting for the worker: so many orders with so many KCIs each, told in turns between the orders."""
        ...

    async def stand_by(self, first: int, *, orders: int) -> dict[str, Any]:
        """For the teller: how to reach so many orders of which nothing is told yet."""
        ...

    async def told(self, first: int, *, orders: int) -> tuple[Told, dict[str, float]]:
        """Of what was told at a steady rate: every KCI, and when it was committed."""
        ...

    async def clear(self) -> None:
        """Nothing is left of this side's work."""
        ...

    async def undelivered(self, first: int, *, orders: int) -> int:
        """What its own rows hold to be undone."""
        ...

    def worker(self) -> Process: ...


@dataclass(slots=True, kw_only=True)
class Gateway:
    """Ours: one `fibregate work`, and these tenants with an endpoint each."""

    dsn: str
    superuser: Callable[[], AbstractAsyncContextManager[Any]]
    log: Path
    tenants: Sequence[int]
    name: str = "gateway"

    async def lay_in(self, first: int, *, orders: int, each: int) -> Told:
        async with self.superuser() as looking:
            await stock.lay_in(looking, first, orders=orders, each=each, tenants=self.tenants)
            return (await stock.told(looking, first, first + orders - 1))[0]

    async def stand_by(self, first: int, *, orders: int) -> dict[str, Any]:
        async with self.superuser() as looking:
            await stock.lay_in(looking, first, orders=orders, each=0, tenants=self.tenants)
            return {"dsn": self.dsn, "orders": await stock.standing(looking, first, first + orders - 1)}

    async def told(self, first: int, *, orders: int) -> tuple[Told, dict[str, float]]:
        async with self.superuser() as looking:
            return await stock.told(looking, first, first + orders - 1)

    async def clear(self) -> None:
        async with self.superuser() as looking:
            await stock.clear_lanes(looking)

    async def undelivered(self, first: int, *, orders: int) -> int:
        async with self.superuser() as looking:
            return await stock.undelivered(looking, first, first + orders - 1)

    def worker(self) -> Process:
        return service.worker(self.dsn, self.log)


@asynccontextmanager
async def _connected(dsn: str) -> AsyncGenerator[Any]:
    connection: Any = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


@dataclass(slots=True, kw_only=True)
class PgQueuer:
    """PgQueuer: an entrypoint that runs one job at a time for each group of orders."""

    dsn: str
    url: str
    log: Path
    name: str = "pgqueuer"

    async def prepare(self) -> None:
        async with _connected(self.dsn) as connection:
            await Queries(AsyncpgDriver(connection)).install()

    async def lay_in(self, first: int, *, orders: int, each: int) -> Told:
        told, made = _letters(first, orders=orders, each=each)
        async with _connected(self.dsn) as connection:
            queries = Queries(AsyncpgDriver(connection))
            for start in range(0, len(made), _BATCH):
                batch = made[start : start + _BATCH]
                names = [shard(order) for order, _ in batch]
                bodies: list[bytes | None] = [body for _, body in batch]
                await queries.enqueue(names, bodies, [0] * len(batch))
            await connection.execute("vacuum analyze")
            await connection.execute("checkpoint")
        return told

    async def stand_by(self, first: int, *, orders: int) -> dict[str, Any]:
        return {"dsn": self.dsn, "orders": [(0, 0, first + one) for one in range(orders)]}

    async def told(self, first: int, *, orders: int) -> tuple[Told, dict[str, float]]:
        async with _connected(self.dsn) as connection:
            return await _marked(connection, first, orders)

    async def clear(self) -> None:
        async with _connected(self.dsn) as connection:
            await connection.execute("truncate pgqueuer, pgqueuer_log, marks")

    async def undelivered(self, first: int, *, orders: int) -> int:
        del first, orders
        async with _connected(self.dsn) as connection:
            return await connection.fetchval("select count(*) from pgqueuer")

    def worker(self) -> Process:
        return _worker(self.name, self.dsn, self.url, self.log)


@dataclass(slots=True, kw_only=True)
class Procrastinate:
    """Procrastinate: jobs with an order's lock wait for the one before them."""

    dsn: str
    url: str
    log: Path
    name: str = "procrastinate"

    async def prepare(self) -> None:
        async with app(self.dsn).open_async() as made:
            await made.schema_manager.apply_schema_async()

    async def lay_in(self, first: int, *, orders: int, each: int) -> Told:
        told, made = _letters(first, orders=orders, each=each)
        async with app(self.dsn).open_async() as deferring:
            for start in range(0, len(made), _BATCH):
                jobs = [job(order, body) for order, body in made[start : start + _BATCH]]
                await deferring.job_manager.batch_defer_jobs_async(jobs)
        async with _connected(self.dsn) as connection:
            await connection.execute("vacuum analyze")
            await connection.execute("checkpoint")
        return told

    async def stand_by(self, first: int, *, orders: int) -> dict[str, Any]:
        return {"dsn": self.dsn, "orders": [(0, 0, first + one) for one in range(orders)]}

    async def told(self, first: int, *, orders: int) -> tuple[Told, dict[str, float]]:
        async with _connected(self.dsn) as connection:
            return await _marked(connection, first, orders)

    async def clear(self) -> None:
        async with _connected(self.dsn) as connection:
            await connection.execute("truncate procrastinate_jobs cascade")
            await connection.execute("truncate marks")

    async def undelivered(self, first: int, *, orders: int) -> int:
        del first, orders
        async with _connected(self.dsn) as connection:
            return await connection.fetchval("select count(*) from procrastinate_jobs where status <> 'succeeded'")

    def worker(self) -> Process:
        return _worker(self.name, self.dsn, self.url, self.log)


def job(order: int, body: bytes) -> Job:
    return Job(queue=QUEUE, lock=str(order), queueing_lock=None, task_name=TASK, task_kwargs={"body": body.decode()})


def _letters(first: int, *, orders: int, each: int) -> tuple[Told, list[tuple[int, bytes]]]:
    told: dict[tuple[int, int], str] = {}
    made: list[tuple[int, bytes]] = []
    for number in range(1, each + 1):
        for order in range(first, first + orders):
            name, body = letter(order, number)
            told[order, number] = name
            made.append((order, body))
    return told, made


async def mark(connection: Any) -> None:
    """Where the teller notes what it told a peer, in the same transaction: the row's commit is the job's."""
    await connection.execute(_MARKS)


_MARKED = "select id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 from marks"


async def _marked(connection: Any, first: int, orders: int) -> tuple[Told, dict[str, float]]:
    told: dict[tuple[int, int], str] = {}
    commits: dict[str, float] = {}
    for row in await connection.fetch(_MARKED):
        order, number, name = str(row[0]).split(" ")
        if first <= int(order) < first + orders:
            told[int(order), int(number)] = name
            commits[name] = row[1]
    return told, commits


def _worker(name: str, dsn: str, url: str, log: Path) -> Process:
    started = Process(["bench.delivery.peers", name, dsn, url], log, {})
    started.wait_until_ready()
    return started
