"""The heartbeat renews leases and takes back those that ran out, and waits for nobody's transaction in doing so."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from fibregate.db import WORK_ROLE, Db
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Lane
from fibregate.migrate import Dsns

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LOCK = "select key from lanes where key = $1 for update"
RUN_OUT = "update lanes set leased_until = clock_timestamp() - interval '1 second' returning key"
LEFT = "select key from lanes where leased_until > clock_timestamp() order by key"


@pytest.fixture
async def db(dsns: Dsns) -> AsyncIterator[Db]:
    made = Db(dsns.runtime, role=WORK_ROLE, size=4)
    async with made.tx(None) as tx:
        for name in "ab":
            await lanes.schedule(tx, Lane("job", name, None), due_at=LONG_AGO)
    yield made
    await made.close()


async def test_a_lane_that_is_just_being_finished_holds_up_no_heartbeat_and_is_not_lost(db: Db) -> None:
    claims = await lanes.claim(db, "one", limit=2)
    await db.rows(RUN_OUT, None)
    async with db.tx(None) as tx, asyncio.timeout(5):
        await tx.row(LOCK, None, "job:a")
        assert await lanes.extend(db, "one", claims) == {"job:a", "job:b"}
        assert [row["key"] for row in await db.rows(LEFT, None)] == ["job:b"]
    await lanes.extend(db, "one", claims)
    assert [row["key"] for row in await db.rows(LEFT, None)] == ["job:a", "job:b"]


async def test_a_lease_that_ran_out_is_taken_back_past_a_locked_one(db: Db) -> None:
    await lanes.claim(db, "one", limit=2)
    await db.rows(RUN_OUT, None)
    async with db.tx(None) as tx, asyncio.timeout(5):
        await tx.row(LOCK, None, "job:a")
        assert await lanes.rescue(db) == 1
    assert await lanes.rescue(db) == 1
