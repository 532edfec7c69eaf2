"""A sandbox of this test's own."""

from collections.abc import AsyncIterator

import pytest
from tests.sandbox.stage import Stage, staged

from fibregate.migrate import Dsns


@pytest.fixture
async def stage(dsns: Dsns) -> AsyncIterator[Stage]:
    async with staged(dsns) as ready:
        yield ready
