"""Rows of orders that networks make."""

from datetime import datetime
from typing import Final

from fibregate.db import Row, Statements
from fibregate.vocabulary import ENDED, OrderKey, SupplierId, TenantId

_FIND_DOOR = """
select coalesce(brought.door, 'WHOLESALE') as door
from services as s
left join orders as brought on brought.tenant_id = $1 and brought.order_key = s.order_key
where s.tenant_id = $1 and s.service_id = $2 and s.supplier_id = $3
"""


async def find_door(on: Statements, tenant: TenantId, service_id: str, supplier: SupplierId) -> str | None:
    """By which a service came; None where the tenant has no such one."""
    row = await on.row(_FIND_DOOR, tenant, service_id, supplier)
    return row["door"] if row else None


# Without a number of the tenant door, $9, it is one from 9·10^15 on, beyond those of any caller.
_INSERT = """
with key as (select nextval('order_keys') as order_key),
about as (
    select s.supplier_id, s.service_id, s.service, s.uprn,
        coalesce(s.address, jsonb_build_object('id', s.uprn::text, 'type', 'UPRN')) as address
    from services as s where s.tenant_id = $1 and s.service_id = $2 and s.supplier_id = $3
),
made as (
    insert into orders (
        tenant_id, order_key, id, door, supplier_id, order_type, status, uprn, address, service, characteristics,
        service_id, cease_reason, requested_cease_date, body_hash, request_id, conversation_id, created_at, updated_at
    )
    select
        $1, key.order_key, coalesce($9, 9000000000000000 + key.order_key), $8,
        about.supplier_id, 'UNSOLICITED_CEASE', 'RECEIVED_BY_GATEWAY', about.uprn, about.address, about.service, '[]',
        about.service_id, $4, $5, '', $6, $6, $7, $7
    from key, about
    returning order_key, supplier_id
),
handed as (
    insert into supplier_orders (supplier_id, order_key, for_tenant, one_at_a_time)
    select supplier_id, order_key, $1, false from made
)
select order_key from made
"""


async def insert(
    on: Statements,
    tenant: TenantId,
    *,
    supplier: SupplierId,
    service_id: str,
    reason: str,
    ends_at: datetime,
    name: str,
    door: str,
    number: int | None,
    now: datetime,
) -> OrderKey | None:
    """`name` stands for the request and the conversation that there never were."""
    row = await on.row(_INSERT, tenant, service_id, supplier, reason, ends_at, name, now, door, number)
    return OrderKey(row["order_key"]) if row else None


_PUT_OFF = """
update orders set requested_cease_date = $3
where tenant_id = $1 and order_key = $2 and requested_cease_date is distinct from $3 returning order_key
"""


async def put_off(on: Statements, tenant: TenantId, order: OrderKey, ends_at: datetime) -> bool:
    return await on.row(_PUT_OFF, tenant, order, ends_at) is not None


_OTHERS = """
select order_key from orders
where tenant_id = $1 and service_id = $2 and order_key <> $3 and status <> all($4::text[]) order by order_key
"""
_ENDS: Final = sorted(one.value for one in ENDED)


async def others(on: Statements, tenant: TenantId, service_id: str, order: OrderKey) -> list[OrderKey]:
    """Open orders about the service, but for this one."""
    rows: list[Row] = await on.rows(_OTHERS, tenant, service_id, order, _ENDS)
    return [OrderKey(row["order_key"]) for row in rows]
