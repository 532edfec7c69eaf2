"""Rows of `endpoints`, and the lanes that lead to one."""

from collections.abc import Sequence
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.kcis.endpoints.model import Change
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
insert into endpoints (tenant_id, endpoint_id, url, rendering, secret) values ($1, $2, $3, $4, $5)
returning endpoint_id, url, rendering, enabled, created_at
"""


async def insert(
    on: Statements, tenant: TenantId, endpoint: UUID, *, url: str, rendering: str, secret: bytes
) -> Row | None:
    return await on.row(_INSERT, tenant, endpoint, url, rendering, secret)


_LIST_LIVE = """
select endpoint_id, url, rendering, enabled, created_at from endpoints
where tenant_id = $1 and deleted_at is null order by created_at, endpoint_id
"""


async def list_live(on: Statements, tenant: TenantId) -> Sequence[Row]:
    return await on.rows(_LIST_LIVE, tenant)


_FIND = """
select endpoint_id, url, rendering, enabled, created_at from endpoints
where tenant_id = $1 and endpoint_id = $2 and deleted_at is null
"""


async def find(on: Statements, tenant: TenantId, endpoint: UUID) -> Row | None:
    return await on.row(_FIND, tenant, endpoint)


_UPDATE = """
update endpoints
set url = coalesce($3, url), rendering = coalesce($4, rendering), enabled = coalesce($5, enabled)
where tenant_id = $1 and endpoint_id = $2 and deleted_at is null
returning endpoint_id, url, rendering, enabled, created_at
"""


async def update(on: Statements, tenant: TenantId, endpoint: UUID, change: Change) -> Row | None:
    return await on.row(_UPDATE, tenant, endpoint, change.url, change.rendering, change.enabled)


_MARK_DELETED = """
update endpoints set deleted_at = clock(), enabled = false, secret = ''
where tenant_id = $1 and endpoint_id = $2 and deleted_at is null returning endpoint_id
"""


async def mark_deleted(on: Statements, tenant: TenantId, endpoint: UUID) -> bool:
    return await on.row(_MARK_DELETED, tenant, endpoint) is not None


_WAKE_LANES = """
with waiting as (
    select key from lanes
    where key ^@ ('kci:' || $2::text || ':') and for_tenant = $1 and leased_until is null and parked_reason is null
        and last_done < last_enqueued and due_at > clock()
    order by key for no key update
)
update lanes as l set due_at = clock() from waiting where l.key = waiting.key
returning l.key
"""


async def wake_lanes(on: Statements, tenant: TenantId, endpoint: UUID) -> int:
    """Makes whatever waits for the endpoint due. A lane in a worker's hands sees for itself how the endpoint stands."""
    return len(await on.rows(_WAKE_LANES, tenant, str(endpoint)))
