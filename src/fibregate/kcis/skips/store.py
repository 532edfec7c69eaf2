"""Rows of `kci_skips`, and the lane that a skip sets going."""

from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.vocabulary import OrderKey, TenantId

_FIND_ORDER = "select order_key, kci_count from orders where tenant_id = $1 and id = $2"


async def find_order(on: Statements, tenant: TenantId, order_id: int) -> Row | None:
    return await on.row(_FIND_ORDER, tenant, order_id)


_HAS_ENDPOINT = """
select endpoint_id from endpoints where tenant_id = $1 and endpoint_id = $2 and deleted_at is null
"""


async def has_endpoint(on: Statements, tenant: TenantId, endpoint: UUID) -> bool:
    return await on.row(_HAS_ENDPOINT, tenant, endpoint) is not None


_LOCK_LANE = """
select last_done, last_enqueued from lanes
where for_tenant = $1 and key = 'kci:' || $2::uuid || ':' || $3::bigint for no key update
"""


async def lock_lane(on: Statements, tenant: TenantId, endpoint: UUID, order: OrderKey) -> Row | None:
    """The lane stays where it is to the end of the transaction."""
    return await on.row(_LOCK_LANE, tenant, endpoint, order)


_FIND = """
select
    (
        select d.delivered_at from deliveries as d
        where d.tenant_id = $1 and d.endpoint_id = $2 and d.order_key = $3 and d.sequence_number = $4
    ) is not null as delivered,
    s.sequence_number is not null as asked, s.done_at is not null as done
from (select 1) as one
left join kci_skips as s
    on s.tenant_id = $1 and s.endpoint_id = $2 and s.order_key = $3 and s.sequence_number = $4
"""


async def find(on: Statements, tenant: TenantId, endpoint: UUID, order: OrderKey, number: int) -> Row:
    """Whether it was delivered, and whether a skip of it was asked for and done."""
    row = await on.row(_FIND, tenant, endpoint, order, number)
    if row is None:
        raise AssertionError("one row is joined to")
    return row


_INSERT = """
insert into kci_skips (tenant_id, endpoint_id, order_key, sequence_number, skipped_by, because)
values ($1, $2, $3, $4, $5, $6)
"""


async def insert(
    on: Statements, tenant: TenantId, endpoint: UUID, order: OrderKey, number: int, *, by: str, because: str
) -> None:
    await on.row(_INSERT, tenant, endpoint, order, number, by, because)


_SET_GOING = """
update lanes set held = false, parked_reason = null, due_at = least(due_at, clock())
where for_tenant = $1 and key = 'kci:' || $2::uuid || ':' || $3::bigint
"""


async def set_going(on: Statements, tenant: TenantId, endpoint: UUID, order: OrderKey) -> None:
    """Also where the endpoint is down or suspended: the skip itself sends nothing."""
    await on.row(_SET_GOING, tenant, endpoint, order)
