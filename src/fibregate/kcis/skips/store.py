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


_LOCK_LANES = """
select key, kind, last_done, subject ->> 'replay' as replay from lanes
where for_tenant = $1 and (
    key = 'kci:' || $2::uuid || ':' || $3::bigint
    or (share = $2::text and kind = 'replay' and last_done < last_enqueued
        and key ^@ ('replay:' || $2::uuid || ':' || $3::bigint || ':'))
)
order by key for no key update
"""


async def lock_lanes(on: Statements, tenant: TenantId, endpoint: UUID, order: OrderKey) -> list[Row]:
    """Its own lane, if there is one yet, and those of open replays; they stay where they are from now on."""
    return await on.rows(_LOCK_LANES, tenant, endpoint, order)


_REPLAY_HEAD = """
select sequence_number from replay_items
where tenant_id = $1 and replay_id = $2 and endpoint_id = $3 and order_key = $4 and position = $5
"""


async def replay_head(
    on: Statements, tenant: TenantId, replay: UUID, *, endpoint: UUID, order: OrderKey, position: int
) -> int | None:
    """The number of the KCI there."""
    row = await on.row(_REPLAY_HEAD, tenant, replay, endpoint, order, position)
    return None if row is None else row["sequence_number"]


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
insert into kci_skips as s (tenant_id, endpoint_id, order_key, sequence_number, skipped_by, because)
values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id, endpoint_id, order_key, sequence_number) do update set
    skipped_by = excluded.skipped_by, because = excluded.because, asked_at = excluded.asked_at, done_at = null
"""


async def insert(
    on: Statements, tenant: TenantId, endpoint: UUID, order: OrderKey, number: int, *, by: str, because: str
) -> None:
    """Also for one that was skipped before and is being replayed."""
    await on.row(_INSERT, tenant, endpoint, order, number, by, because)


_SET_GOING = """
update lanes set held = false, parked_reason = null, due_at = least(due_at, clock()) where for_tenant = $1 and key = $2
"""


async def set_going(on: Statements, tenant: TenantId, lane: str) -> None:
    """Also where the endpoint is down or suspended: the skip itself sends nothing."""
    await on.row(_SET_GOING, tenant, lane)
