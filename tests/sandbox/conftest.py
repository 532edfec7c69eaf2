"""A sandbox of this test's own."""

from collections.abc import AsyncIterator

import pytest
from tests.database import TestServer, copy_of_template, database_of, drop, outside_any_loop
from tests.sandbox.stage import Stage, seed, staged

from fibregate.migrate import Dsns


@pytest.fixture(scope="session")
def seeded(server: TestServer) -> str:
    """The name of a database with the invented network in it, which nobody is connected to."""

    async def make() -> Dsns:
        fresh = await copy_of_template(server)
        await seed(fresh)
        return fresh

    return database_of(outside_any_loop(make()).runtime)


@pytest.fixture
async def dsns(server: TestServer, seeded: str) -> AsyncIterator[Dsns]:
    fresh = await copy_of_template(server, template=seeded)
    yield fresh
    await drop(server, fresh)


@pytest.fixture
async def stage(dsns: Dsns) -> AsyncIterator[Stage]:
    async with staged(dsns) as ready:
        yield ready
