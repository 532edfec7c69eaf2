"""Two gateways in a row, for the tests that ask the near one."""

from collections.abc import AsyncIterator

import pytest
from tests.database import TestServer
from tests.journeys.chain import Chain, chained
from tests.journeys.gateway import Card


@pytest.fixture
async def chain(server: TestServer, furnished: tuple[str, Card]) -> AsyncIterator[Chain]:
    template, card = furnished
    async with chained(server, template, card) as one:
        yield one
