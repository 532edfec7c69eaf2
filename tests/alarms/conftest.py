"""A worker's database with two tenants in it."""

from collections.abc import AsyncIterator

import pytest

from fibregate.db import APP_ROLE, WORK_ROLE, Db
from fibregate.migrate import Dsns
from fibregate.tenants import store as tenants
from fibregate.vocabulary import TenantId


@pytest.fixture
async def db(dsns: Dsns) -> AsyncIterator[Db]:
    made = Db(dsns.runtime, role=WORK_ROLE, size=6)
    yield made
    await made.close()


@pytest.fixture
async def web(dsns: Dsns) -> AsyncIterator[Db]:
    made = Db(dsns.runtime, role=APP_ROLE, size=2)
    yield made
    await made.close()


@pytest.fixture
async def tenant(web: Db) -> TenantId:
    async with web.tx(None) as tx:
        made = await tenants.insert_tenant(tx, "ISP1", "")
        await tenants.insert_tenant(tx, "ISP2", "")
    assert made
    return made.tenant_id
