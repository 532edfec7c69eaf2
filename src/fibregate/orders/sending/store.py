"""What a supplier far away knows an order and its appointment by."""

from datetime import datetime

from fibregate.db import Row, Statements
from fibregate.orders.model import Order
from fibregate.vocabulary import ENDED, OrderKey, TenantId

_NAME_AT_SUPPLIER = """
update supplier_orders set account_id = $2, sent_id = $3 where order_key = $1 and sent_id is null returning order_key
"""


async def name_at_supplier(on: Statements, order: OrderKey, account: int, sent_id: int) -> None:
    """Under which account and number the supplier will know it."""
    await on.row(_NAME_AT_SUPPLIER, None, order, account, sent_id)


_NAME_CHANGE = """
update order_changes set sent_id = $3 where tenant_id = $1 and change_key = $2 and sent_id is null returning change_key
"""


async def name_change_at_supplier(on: Statements, tenant: TenantId, change: int, sent_id: int) -> None:
    """Under which number the supplier will know it, and tell of it: maybe before it answers."""
    await on.row(_NAME_CHANGE, tenant, change, sent_id)


_NUMBER_AT_SUPPLIER = "select sent_id from supplier_orders where order_key = $1"


async def number_at_supplier(on: Statements, order: OrderKey) -> int | None:
    row = await on.row(_NUMBER_AT_SUPPLIER, None, order)
    return row["sent_id"] if row else None


_VISIT_AT_SUPPLIER = "select sent_id, reference from reservations where tenant_id = $1 and id = $2"


async def visit_at_supplier(on: Statements, tenant: TenantId, reservation: int) -> Row | None:
    """What a supplier knows an appointment by."""
    return await on.row(_VISIT_AT_SUPPLIER, tenant, reservation)


_REFER = """
update supplier_orders as so set supplier_reference = $2
where so.order_key = $1 and (so.supplier_reference is null or so.supplier_reference = $2) and not exists (
    select 1 from supplier_orders as o
    where o.supplier_id = so.supplier_id and o.supplier_reference = $2 and o.order_key <> $1
) returning so.order_key
"""


async def refer_at_supplier(on: Statements, order: OrderKey, reference: str) -> bool:
    """What the supplier calls the order; False where it calls another one so."""
    return await on.row(_REFER, None, order, reference) is not None


# A network far away serves premises that our own list does not have.
_BROUGHT = """
with told as (
    update supplier_orders set brought = $3 where order_key = $2 returning supplier_id
)
insert into services as s (
    tenant_id, service_id, order_key, order_id, uprn, service, address, characteristics, supplier_id, state, since
)
select
    $1, $3, $2, $4, (select p.uprn from premises as p where p.uprn = $5), $6, $7, $8, told.supplier_id, 'ACTIVE', $9
from told
on conflict (tenant_id, service_id) do update set
    order_key = excluded.order_key, order_id = excluded.order_id, uprn = excluded.uprn, service = excluded.service,
    address = excluded.address, characteristics = excluded.characteristics, state = 'ACTIVE', since = excluded.since,
    ceased_at = null
where s.supplier_id = excluded.supplier_id
"""


async def bring_service(on: Statements, order: Order, service_id: str, now: datetime) -> None:
    """The order completed: its service lives at a network that is not ours."""
    await on.row(
        _BROUGHT,
        order.tenant,
        order.key,
        service_id,
        order.id,
        order.uprn,
        order.service,
        dict(order.address),
        [dict(one) for one in order.characteristics],
        now,
    )


_CHANGE_SERVICE = """
update services as s set characteristics = (
    select coalesce(jsonb_agg(one), '[]') from (
        select one from jsonb_array_elements(s.characteristics) as one
        where one ->> 'name' not in (select n ->> 'name' from jsonb_array_elements($4::jsonb) as n)
        union all
        select one from jsonb_array_elements($4::jsonb) as one
    ) as merged
)
where s.tenant_id = $1 and s.service_id = $2
    and s.supplier_id = (select o.supplier_id from orders as o where o.tenant_id = $1 and o.order_key = $3)
returning s.service_id
"""


async def change_service(on: Statements, order: Order, service_id: str) -> None:
    given = [dict(one) for one in order.characteristics]
    await on.row(_CHANGE_SERVICE, order.tenant, service_id, order.key, given)


_END_SERVICE = """
update services as s set state = 'CEASED', ceased_at = $4
where s.tenant_id = $1 and s.service_id = $2
    and s.supplier_id = (select o.supplier_id from orders as o where o.tenant_id = $1 and o.order_key = $3)
returning s.service_id
"""


async def end_service(on: Statements, order: Order, service_id: str, now: datetime) -> None:
    await on.row(_END_SERVICE, order.tenant, service_id, order.key, now)


_FACTS = """
select
    (select t.code from tenants as t where t.tenant_no = $1) as tenant_code,
    (
        select jsonb_build_object(
            'state', r.state, 'uprn', r.uprn, 'address', r.address, 'service', r.service, 'purpose', r.purpose,
            'supplier_id', r.supplier_id, 'expires_at', r.expires_at
        ) from reservations as r where r.tenant_id = $1 and r.id = $2
    ) as held,
    (
        select jsonb_build_object('uprn', v.uprn, 'address', v.address, 'service', v.service, 'state', v.state)
        from services as v where v.tenant_id = $1 and v.service_id = $3 and v.supplier_id = $4
    ) as live,
    (
        select o.id from orders as o
        where o.tenant_id = $1 and o.service_id = $3 and o.supplier_id = $4 and o.status <> all($5::text[])
        order by o.order_key limit 1
    ) as busy_with
"""


async def facts(
    on: Statements, tenant: TenantId, *, reservation: int | None, service_id: str | None, supplier: int
) -> Row:
    """What an order to a supplier far away is judged by, before the supplier judges the rest."""
    ends = sorted(one.value for one in ENDED)
    row = await on.row(_FACTS, tenant, reservation, service_id, supplier, ends)
    if row is None:
        raise AssertionError("a row of sub-selects is there")
    return row
