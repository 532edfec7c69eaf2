from collections.abc import AsyncIterator

import pytest
from tests.tenants.office import Office, opened

from fibregate.migrate import Dsns


@pytest.fixture
async def office(dsns: Dsns) -> AsyncIterator[Office]:
    one = await opened(dsns.runtime)
    yield one
    await one.db.close()
