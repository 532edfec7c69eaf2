from collections.abc import AsyncIterator

import aiohttp
import pytest
from tests.doors.identity.identity_client import Identity
from tests.tenants.office import opened

from fibregate.doors.identity.door import doors
from fibregate.migrate import Dsns
from fibregate.web.gate import Gate
from fibregate.web.server import Server


@pytest.fixture
async def identity(dsns: Dsns) -> AsyncIterator[Identity]:
    office = await opened(dsns.runtime)
    server = Server(Gate(doors(office.callers, office.db, sign_in_failures=20)))
    await server.start()
    async with aiohttp.ClientSession(server.url) as session:
        yield Identity(office, session)
    await server.stop()
    await office.db.close()
