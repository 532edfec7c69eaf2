"""Rows of `supplier_updates`, and how far each supplier's sequence has been read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.vocabulary import OrderKey, SupplierId, TenantId

_FIND_TENANT = "select tenant_no from tenants where code = $1"


async def find_tenant(on: Statements, code: str) -> TenantId | None:
    row = await on.row(_FIND_TENANT, None, code)
    return TenantId(row["tenant_no"]) if row else None


_BY_REFERENCE = """
select o.order_key, o.for_tenant, a.tenant_name
from supplier_orders as o left join supplier_accounts as a on a.account_id = o.account_id
where o.supplier_id = $1 and o.supplier_reference = $2
"""


async def find_by_reference(on: Statements, supplier: SupplierId, reference: str) -> Row | None:
    return await on.row(_BY_REFERENCE, None, supplier, reference)


# Our own network knows orders by their tenants' numbers.
_BY_ID = """
select o.order_key from orders as o join suppliers as s on s.supplier_id = o.supplier_id
where o.tenant_id = $1 and o.id = $2 and o.supplier_id = $3 and s.kind <> 'HTTP'
"""


async def find_by_id(on: Statements, tenant: TenantId, order_id: int, supplier: SupplierId) -> OrderKey | None:
    row = await on.row(_BY_ID, tenant, order_id, supplier)
    return OrderKey(row["order_key"]) if row else None


_SUPPLIER_OF = "select supplier_id from orders where tenant_id = $1 and order_key = $2"


async def supplier_of(on: Statements, tenant: TenantId, order: OrderKey) -> SupplierId:
    row = await on.row(_SUPPLIER_OF, tenant, order)
    if row is None:
        raise AssertionError("a timer is of an order that is there")
    return SupplierId(row["supplier_id"])


_BY_NUMBER = """
select o.order_key, o.for_tenant
from supplier_orders as o join supplier_accounts as a on a.account_id = o.account_id
where a.supplier_id = $1 and a.tenant_name = $2 and o.sent_id = $3
"""


async def find_by_number(on: Statements, supplier: SupplierId, tenant_name: str, number: int) -> Row | None:
    """By the number under which we sent it, as the tenant that the supplier takes us for."""
    return await on.row(_BY_NUMBER, None, supplier, tenant_name, number)


_OWNER = """
select for_tenant from supplier_orders where supplier_id = $1 and brought = $2 order by order_key desc limit 1
"""


async def find_owner(on: Statements, supplier: SupplierId, service_id: str) -> TenantId | None:
    """Whose order brought that service."""
    row = await on.row(_OWNER, None, supplier, service_id)
    return TenantId(row["for_tenant"]) if row else None


_ACCOUNT = "select account_id from supplier_accounts where supplier_id = $1 and tenant_name = $2"


async def find_account(on: Statements, supplier: SupplierId, tenant_name: str) -> int | None:
    row = await on.row(_ACCOUNT, None, supplier, tenant_name)
    return int(row["account_id"]) if row else None


_NAME_AT_SUPPLIER = """
update supplier_orders set account_id = $2, sent_id = case when $2::integer is not null then $3::bigint end,
    supplier_reference = $4
where order_key = $1 returning order_key
"""


async def name_at_supplier(
    on: Statements, order: OrderKey, *, account: int | None, number: int | None, reference: str | None
) -> None:
    """What a supplier calls an order of its own."""
    await on.row(_NAME_AT_SUPPLIER, None, order, account, number, reference)


_LOCK_STANDING = """
select supplier_reference, last_applied, last_given, ended_at from supplier_orders
where supplier_id = $1 and order_key = $2 for update
"""


async def lock_standing(on: Statements, supplier: SupplierId, order: OrderKey) -> Row | None:
    return await on.row(_LOCK_STANDING, None, supplier, order)


_FIND_UPDATE = "select id from supplier_updates where tenant_id = $1 and supplier_id = $2 and id = $3"


async def find_update(on: Statements, tenant: TenantId, supplier: SupplierId, identity: UUID) -> bool:
    return await on.row(_FIND_UPDATE, tenant, supplier, identity) is not None


_FIND_NUMBER = """
select id from supplier_updates
where tenant_id = $1 and order_key = $2 and supplier_id = $3 and sequence_number = $4
"""


async def find_number(
    on: Statements, tenant: TenantId, order: OrderKey, supplier: SupplierId, number: int
) -> UUID | None:
    row = await on.row(_FIND_NUMBER, tenant, order, supplier, number)
    return row["id"] if row else None


_WAS_SAID = """
select count(*) as times from supplier_updates
where tenant_id = $1 and order_key = $2 and reason = any($3::text[]) and state <> 'REFUSED'
"""


async def was_said(on: Statements, tenant: TenantId, order: OrderKey, reasons: Sequence[str]) -> bool:
    """Read already or not, but for what was refused."""
    row = await on.row(_WAS_SAID, tenant, order, list(reasons))
    return row is not None and row["times"] > 0


_INSERT = """
with given as (
    update supplier_orders set
        last_given = greatest(last_given, $5), supplier_reference = coalesce(supplier_reference, $11)
    where supplier_id = $3 and order_key = $4
)
insert into supplier_updates (
    tenant_id, id, supplier_id, order_key, sequence_number, reason, raw, content, issued_at, received_at, state
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'RECEIVED')
"""


async def insert(
    on: Statements,
    tenant: TenantId,
    identity: UUID,
    *,
    supplier: SupplierId,
    order: OrderKey,
    number: int,
    reason: str,
    raw: bytes,
    content: Mapping[str, Any],
    issued_at: datetime,
    received_at: datetime,
    reference: str | None,
) -> None:
    await on.row(
        _INSERT,
        tenant,
        identity,
        supplier,
        order,
        number,
        reason,
        raw,
        dict(content),
        issued_at,
        received_at,
        reference,
    )


_NEXT = """
select id, sequence_number, content, received_at from supplier_updates
where tenant_id = $1 and order_key = $2 and supplier_id = $3 and state = 'RECEIVED' order by sequence_number limit 2
"""


async def next_two(on: Statements, tenant: TenantId, order: OrderKey, supplier: SupplierId) -> list[Row]:
    return await on.rows(_NEXT, tenant, order, supplier)


_FINISH = """
with read as (
    update supplier_orders set last_applied = greatest(last_applied, $6) where supplier_id = $2 and order_key = $7
)
update supplier_updates set state = $4, refusal = $5, applied_at = $8
where tenant_id = $1 and supplier_id = $2 and id = $3 and state = 'RECEIVED' returning id
"""


async def finish(
    on: Statements,
    tenant: TenantId,
    supplier: SupplierId,
    identity: UUID,
    *,
    state: str,
    refusal: str | None,
    number: int,
    order: OrderKey,
    now: datetime,
) -> None:
    await on.row(_FINISH, tenant, supplier, identity, state, refusal, number, order, now)


_LAST_QUESTION = """
select facts, created_at from kcis
where tenant_id = $1 and order_key = $2 and reason in ('REAPPOINT', 'INFORMATION_REQUIRED')
order by sequence_number desc limit 1
"""


async def last_question(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    return await on.row(_LAST_QUESTION, tenant, order)


_LIST = """
select id, sequence_number, reason, state, refusal, issued_at, received_at, applied_at from supplier_updates
where tenant_id = $1 and order_key = $2 order by received_at, sequence_number
"""


async def list_updates(on: Statements, tenant: TenantId, order: OrderKey) -> list[Row]:
    return await on.rows(_LIST, tenant, order)
