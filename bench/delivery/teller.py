"""Tells KCIs at a steady rate, whatever becomes of them. A program of its own; reads its job from standard input.

Each is told in a transaction of its own, as an update of an order is. Prints, when all is told, how many fell behind.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import asyncpg
import psycopg_pool
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from bench.delivery.letters import FACTS, letter
from bench.delivery.peers import app, shard
from bench.delivery.sides import job as deferred
from fibregate.clock import BusinessTime
from fibregate.db import Db
from fibregate.kcis import actions as kcis
from fibregate.lanes.hints import Hints
from fibregate.vocabulary import OrderKey, TenantId
from fibregate.web.server import run

CONNECTIONS = 10
LATE_SECONDS = 0.05
_COUNT = "update orders set kci_count = kci_count + 1 where tenant_id = $1 and order_key = $2 returning kci_count"
_MARK = "insert into marks (id) values ('{} {} {}')"

Tell = Callable[[tuple[int, int, int], int], Awaitable[None]]
"""Tells number so and so of an order, which is a tenant, a key and a number."""


async def gateway(dsn: str, parts: AsyncExitStack) -> Tell:
    db = Db(dsn, size=CONNECTIONS)
    parts.push_async_callback(db.close)
    hints = Hints(dsn)
    db.hint = hints
    sending = asyncio.create_task(hints.send())
    parts.callback(sending.cancel)

    async def tell(order: tuple[int, int, int], number: int) -> None:
        tenant, key = TenantId(order[0]), OrderKey(order[1])
        async with db.tx(tenant) as tx:
            counted = await tx.row(_COUNT, tenant, key)
            assert counted is not None
            assert counted["kci_count"] == number
            await kcis.tell(
                tx,
                tenant,
                key,
                number=number,
                reason="UPDATE",
                status="IN_PROGRESS",
                facts={**FACTS, "orderId": order[2]},
                issued_at=None,
                received_at=None,
                now=BusinessTime(datetime.now(UTC)),
            )

    return tell


async def pgqueuer(dsn: str, parts: AsyncExitStack) -> Tell:
    pool: Any = await parts.enter_async_context(asyncpg.create_pool(dsn, min_size=CONNECTIONS, max_size=CONNECTIONS))

    async def tell(order: tuple[int, int, int], number: int) -> None:
        name, body = letter(order[2], number)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(_MARK.format(order[2], number, name))
            await Queries(AsyncpgDriver(connection)).enqueue(shard(order[2]), body)

    return tell


async def procrastinate(dsn: str, parts: AsyncExitStack) -> Tell:
    made = await parts.enter_async_context(app(dsn).open_async())
    pool = psycopg_pool.AsyncConnectionPool(dsn, min_size=CONNECTIONS, max_size=CONNECTIONS, open=False)
    await parts.enter_async_context(pool)

    async def tell(order: tuple[int, int, int], number: int) -> None:
        name, body = letter(order[2], number)
        async with pool.connection() as connection, connection.transaction():
            await connection.execute(_MARK.format(order[2], number, name).encode())
            await made.job_manager.defer_job_async(deferred(order[2], body), connection=connection)

    return tell


async def main(job: dict[str, Any]) -> dict[str, int]:
    async with AsyncExitStack() as parts:
        tell = await {"gateway": gateway, "pgqueuer": pgqueuer, "procrastinate": procrastinate}[job["side"]](
            job["dsn"], parts
        )
        orders = [(one[0], one[1], one[2]) for one in job["orders"]]
        late = await _steadily(tell, orders, rate=job["rate"], count=job["count"])
        return {"told": job["count"], "late": late}


async def _steadily(tell: Tell, orders: list[tuple[int, int, int]], *, rate: float, count: int) -> int:
    """An order's turn comes again only when every other had its own, long after the last one was told."""
    telling: list[asyncio.Future[None]] = []
    late = 0
    began = time.monotonic()
    for one in range(count):
        due = began + one / rate
        if (ahead := due - time.monotonic()) > 0:
            await asyncio.sleep(ahead)
        late += time.monotonic() > due + LATE_SECONDS
        telling.append(asyncio.ensure_future(tell(orders[one % len(orders)], one // len(orders) + 1)))
    await asyncio.gather(*telling)
    return late


if __name__ == "__main__":
    json.dump(run(main(json.load(sys.stdin))), sys.stdout)
