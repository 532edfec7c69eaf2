"""What a process opened it has closed when it ends, whoever of its parts is the last to speak."""

import asyncio

import asyncpg
from tests.journeys.gateway import Card, gateway

from fibregate.migrate import Dsns

OPEN = (
    "select pid, query from pg_stat_activity "
    "where datname = current_database() and application_name = 'fibregate' and pid <> pg_backend_pid()"
)


async def test_a_gateway_that_has_ended_has_left_no_connection_open(town: tuple[Dsns, Card]) -> None:
    fresh, card = town
    async with gateway(fresh.runtime, card) as one:
        assert (await one.ask("GET", "service-availability?addressId=999900001001")).status == 200
    left: list[asyncpg.Record] = []
    looking = await asyncpg.connect(fresh.runtime)
    try:
        async with asyncio.timeout(10):  # a server process ends by itself soon after its socket is closed
            while left := await looking.fetch(OPEN):
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError([dict(one) for one in left]) from None
    finally:
        await looking.close()
