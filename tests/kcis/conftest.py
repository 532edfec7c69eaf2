from collections.abc import AsyncIterator

import pytest
from tests.kcis.receiver import Receiver, receiving
from tests.kcis.stage import Stage, staged

from fibregate.migrate import Dsns


@pytest.fixture
async def stage(dsns: Dsns) -> AsyncIterator[Stage]:
    async with staged(dsns) as one:
        yield one


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one
