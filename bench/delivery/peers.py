"""The workers of the two peers: each takes a job from its queue and posts the job's bytes. Programs of their own.

`python -m bench.delivery.peers pgqueuer|procrastinate DSN URL`

Procrastinate keeps an order's jobs in order by their `lock`. PgQueuer has no key that jobs wait for; what it has is an
entrypoint that runs one job at a time, so the orders are spread over many of those, each order always to the same one.
"""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from zlib import crc32

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.models import Job
from procrastinate import App, PsycopgConnector

from bench.delivery.letters import headers
from fibregate.web.connector import Connector
from fibregate.web.guard import Guard
from fibregate.web.server import run

CONCURRENCY = 32
CONNECTIONS = 20
SHARDS = 128
TASK, QUEUE = "post", "posts"
LOOPBACK = Guard(allow=["127.0.0.0/8"], ports=None, plain_http=True)
Send = Callable[[bytes], Awaitable[None]]


def shard(order: int) -> str:
    """The entrypoint of an order."""
    return f"post-{crc32(str(order).encode()) % SHARDS}"


async def pgqueuer(dsn: str, send: Send) -> None:
    pool = await asyncpg.create_pool(dsn, min_size=CONNECTIONS, max_size=CONNECTIONS)
    queue = PgQueuer.from_asyncpg_pool(pool)

    async def post(job: Job) -> None:
        await send(job.payload or b"")

    for number in range(SHARDS):
        queue.entrypoint(f"post-{number}", concurrency_limit=1)(post)
    await queue.run(batch_size=CONCURRENCY // 2, max_concurrent_tasks=CONCURRENCY)


def app(dsn: str) -> App:
    """Procrastinate, with the task that both its worker and who defers must know."""
    return App(connector=PsycopgConnector(conninfo=dsn, min_size=CONNECTIONS, max_size=CONNECTIONS))


async def procrastinate(dsn: str, send: Send) -> None:
    made = app(dsn)

    @made.task(name=TASK, queue=QUEUE)
    async def _post(body: str) -> None:  # pyright: ignore[reportUnusedFunction] - the app keeps it by its name
        await send(body.encode())

    async with made.open_async():
        await made.run_worker_async(
            queues=[QUEUE], concurrency=CONCURRENCY, install_signal_handlers=False, delete_jobs="successful"
        )


async def main(which: str, dsn: str, url: str) -> None:
    async with Connector(LOOPBACK, connect_seconds=5, total_seconds=20) as connector:

        async def send(body: bytes) -> None:
            answer = await connector.post(url, body, headers("-"))
            assert answer.status == 204

        works = {"pgqueuer": pgqueuer, "procrastinate": procrastinate}[which](dsn, send)
        working = asyncio.ensure_future(works)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
        print("ready -", flush=True)
        with contextlib.suppress(asyncio.CancelledError):
            await working


if __name__ == "__main__":
    logging.disable(logging.INFO)
    run(main(*sys.argv[1:]))
