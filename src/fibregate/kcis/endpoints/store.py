"""Rows of `endpoints`; of their health, that they have one."""

from collections.abc import Sequence
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.kcis.endpoints.model import Kept
from fibregate.vocabulary import TenantId

_LOCK_COUNT = "select tenant_no from tenants where tenant_no = $1 for no key update"


async def lock_count(on: Statements, tenant: TenantId) -> None:
    """One tenant's endpoints are made one after the other, so that they can be counted."""
    await on.row(_LOCK_COUNT, tenant)


_COUNT = "select count(*) as live from endpoints where tenant_id = $1 and deleted_at is null"


async def count(on: Statements, tenant: TenantId) -> int:
    row = await on.row(_COUNT, tenant)
    return 0 if row is None else row["live"]


_INSERT = """
insert into endpoints (
    tenant_id, endpoint_id, url, rendering, rate_per_second, concurrency, connect_seconds, total_seconds, headers,
    header_names, auth_kind, auth
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def insert(on: Statements, tenant: TenantId, endpoint: UUID, kept: Kept) -> None:
    await on.row(
        _INSERT,
        tenant,
        endpoint,
        kept.url,
        kept.rendering,
        kept.rate_per_second,
        kept.concurrency,
        kept.connect_seconds,
        kept.total_seconds,
        kept.headers,
        kept.header_names,
        kept.auth_kind,
        kept.auth,
    )


_FIND_CREATION = """
select asked_hash, endpoint_id, secret_id from endpoint_creations where tenant_id = $1 and creation_id = $2
"""


async def find_creation(on: Statements, tenant: TenantId, creation: UUID) -> Row | None:
    return await on.row(_FIND_CREATION, tenant, creation)


_INSERT_CREATION = """
insert into endpoint_creations (tenant_id, creation_id, asked_hash, endpoint_id, secret_id)
values ($1, $2, $3, $4, $5)
"""


async def insert_creation(
    on: Statements, tenant: TenantId, creation: UUID, *, asked_hash: bytes, endpoint: UUID, secret: UUID
) -> None:
    await on.row(_INSERT_CREATION, tenant, creation, asked_hash, endpoint, secret)


_INSERT_HEALTH = "insert into endpoint_health (tenant_id, endpoint_id) values ($1, $2)"


async def insert_health(on: Statements, tenant: TenantId, endpoint: UUID) -> None:
    await on.row(_INSERT_HEALTH, tenant, endpoint)


_LIST_LIVE = """
select
    e.endpoint_id, e.url, e.rendering, e.enabled, e.suspended_because, e.suspended_at, e.rate_per_second, e.concurrency,
    e.connect_seconds, e.total_seconds, e.header_names, e.auth_kind, e.verified_at, e.created_at, h.state, h.failures,
    h.failing_since, h.last_failure, h.probe_at
from endpoints as e
join endpoint_health as h on h.tenant_id = e.tenant_id and h.endpoint_id = e.endpoint_id
where e.tenant_id = $1 and e.deleted_at is null
order by e.created_at, e.endpoint_id
"""


async def list_live(on: Statements, tenant: TenantId) -> Sequence[Row]:
    return await on.rows(_LIST_LIVE, tenant)


_FIND = """
select
    e.endpoint_id, e.url, e.rendering, e.enabled, e.suspended_because, e.suspended_at, e.rate_per_second, e.concurrency,
    e.connect_seconds, e.total_seconds, e.header_names, e.auth_kind, e.verified_at, e.created_at, h.state, h.failures,
    h.failing_since, h.last_failure, h.probe_at
from endpoints as e
join endpoint_health as h on h.tenant_id = e.tenant_id and h.endpoint_id = e.endpoint_id
where e.tenant_id = $1 and e.endpoint_id = $2 and e.deleted_at is null
"""


async def find(on: Statements, tenant: TenantId, endpoint: UUID) -> Row | None:
    return await on.row(_FIND, tenant, endpoint)


_LOCK = """
select
    url, rendering, enabled, rate_per_second, concurrency, connect_seconds, total_seconds, headers, header_names,
    auth_kind, auth, clock() as now
from endpoints where tenant_id = $1 and endpoint_id = $2 and deleted_at is null
for no key update
"""


async def lock(on: Statements, tenant: TenantId, endpoint: UUID) -> Row | None:
    """With the present time of the business clock."""
    return await on.row(_LOCK, tenant, endpoint)


_UPDATE = """
update endpoints
set
    url = $3, rendering = $4, enabled = $5, rate_per_second = $6, concurrency = $7, connect_seconds = $8,
    total_seconds = $9, headers = $10, header_names = $11, auth_kind = $12, auth = $13,
    suspended_because = case when not $5 then coalesce(suspended_because, $14) end,
    suspended_at = case when not $5 then coalesce(suspended_at, clock()) end,
    verified_at = case when url = $3 then verified_at end
where tenant_id = $1 and endpoint_id = $2 and deleted_at is null
"""


async def update(on: Statements, tenant: TenantId, endpoint: UUID, kept: Kept, *, because: str) -> None:
    """All of it. What it was suspended for first is kept; another URL has not been verified."""
    await on.row(
        _UPDATE,
        tenant,
        endpoint,
        kept.url,
        kept.rendering,
        kept.enabled,
        kept.rate_per_second,
        kept.concurrency,
        kept.connect_seconds,
        kept.total_seconds,
        kept.headers,
        kept.header_names,
        kept.auth_kind,
        kept.auth,
        because,
    )


_MARK_DELETED = """
update endpoints
set deleted_at = clock(), enabled = false, headers = null, header_names = '{}', auth_kind = 'NONE', auth = null
where tenant_id = $1 and endpoint_id = $2 and deleted_at is null returning endpoint_id
"""


async def mark_deleted(on: Statements, tenant: TenantId, endpoint: UUID) -> bool:
    """Its credentials are forgotten with it."""
    return await on.row(_MARK_DELETED, tenant, endpoint) is not None


_MARK_VERIFIED = """
update endpoints set verified_at = clock()
where tenant_id = $1 and endpoint_id = $2 and url = $3 and deleted_at is null returning verified_at
"""


async def mark_verified(on: Statements, tenant: TenantId, endpoint: UUID, *, url: str) -> bool:
    """False when it has another URL by now."""
    return await on.row(_MARK_VERIFIED, tenant, endpoint, url) is not None


_FIND_TARGET = """
select
    url, rendering, rate_per_second, concurrency, connect_seconds, total_seconds, headers, auth_kind, auth
from endpoints where tenant_id = $1 and endpoint_id = $2 and deleted_at is null
"""


async def find_target(on: Statements, tenant: TenantId, endpoint: UUID) -> Row | None:
    """What a call to it needs, but for its secrets."""
    return await on.row(_FIND_TARGET, tenant, endpoint)
