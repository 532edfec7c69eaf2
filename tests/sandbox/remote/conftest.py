"""A remote network of this test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.sandbox.remote.caller import Ground, Grounds, session, updates_door


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[Grounds]:
    """To be opened with options."""
    async with updates_door() as door, session() as opened:
        yield Grounds(tmp_path, door, opened)


@pytest.fixture
async def ground(grounds: Grounds) -> AsyncIterator[Ground]:
    """As it is usually run, but quicker."""
    async with grounds() as ready:
        yield ready
