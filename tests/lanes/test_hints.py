"""Hints reach the workers of other processes, and of their own only once."""

import asyncio
from contextlib import AsyncExitStack

import asyncpg

from fibregate.lanes.hints import CHANNEL, Hints
from fibregate.migrate import Dsns

LISTENING = """
select count(*) from pg_stat_activity
where datname = current_database() and state = 'idle' and query ilike 'listen%' || $1 || '%'
"""


class Process:
    """One that passes hints on, listens to those of others, and counts how often its worker was woken."""

    def __init__(self, dsn: str) -> None:
        self.woken = 0
        self.hints = Hints(dsn, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def live(self, parts: AsyncExitStack) -> None:
        for part in (self.hints.send(), self.hints.listen()):
            parts.callback(asyncio.create_task(part).cancel)


async def test_what_a_process_says_wakes_the_others_and_itself_only_once(dsns: Dsns) -> None:
    one, other = Process(dsns.runtime), Process(dsns.runtime)
    async with AsyncExitStack() as parts, asyncio.timeout(10):
        connection = await asyncpg.connect(dsns.runtime)
        parts.push_async_callback(connection.close)
        one.live(parts)
        other.live(parts)
        while await connection.fetchval(LISTENING, CHANNEL) < 2:
            await asyncio.sleep(0.01)
        one.hints()
        while not other.woken:
            await asyncio.sleep(0.005)
        for said in range(2, 22):  # heard in the order of commits, so after what `one` said
            await connection.execute(f"notify {CHANNEL}")
            while other.woken < said or one.woken < said:
                await asyncio.sleep(0.005)
        assert (one.woken, other.woken) == (21, 21)
