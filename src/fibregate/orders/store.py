"""Rows of `orders` and of the dates they promised."""

from datetime import datetime

from fibregate.db import Row, Statements
from fibregate.orders.model import Order
from fibregate.vocabulary import OrderKey, TenantId

_COLUMNS = """
o.order_key, o.id, o.door, o.order_type, o.status, o.returns_to, o.beneath, o.changes, o.uprn, o.address, o.service,
coalesce(o.service_name, v.name) as service_name, o.service_id, o.cease_reason, o.requested_cease_date,
o.characteristics, o.primary_contact, o.secondary_contact, o.engineer_tasks, o.hazards, o.on_site_restrictions, o.notes,
o.requested_completion_date, o.reservation_id, o.supplier_reference, o.committed_at, o.target_at, o.kci_count,
o.request_id, o.conversation_id, o.created_at, o.updated_at, u.code as supplier, u.kind <> 'HTTP' as own_network,
o.service_type,
(
    select jsonb_build_object('supplierQuoteId', e.supplier_quote_id, 'sites', e.sites, 'items', e.items)
    from ethernet_orders as e where e.tenant_id = o.tenant_id and e.order_key = o.order_key
) as ethernet,
(
    select jsonb_strip_nulls(jsonb_build_object(
        'contractDetails', c.contract, 'monthlyTotal', c.monthly::text,
        'earlyEndingCharge', case when c.early_ending is not null then jsonb_build_object(
            'monthsLeft', c.months_left, 'amount', c.early_ending::text, 'currency', 'GBP'
        ) end
    ))
    from circuit_orders as c where c.tenant_id = o.tenant_id and c.order_key = o.order_key
) as circuit,
exists(
    select from wayleaves as y where y.tenant_id = o.tenant_id and y.order_key = o.order_key and y.ended_at is null
) as awaits_owner,
(select a.nation from premises as p join areas as a on a.area = p.area where p.uprn = o.uprn) as nation,
(select t.code from tenants as t where t.tenant_no = o.tenant_id) as tenant_code,
(
    select jsonb_build_object(
        'reference', r.reference, 'state', r.state, 'starts_at', coalesce(s.starts_at, r.starts_at),
        'ends_at', coalesce(s.ends_at, r.ends_at), 'classification', coalesce(s.classification, r.classification),
        'standard', coalesce(s.standard, r.standard, true)
    ) from reservations as r left join slots as s on s.slot_id = r.slot_id
    where r.tenant_id = o.tenant_id and r.id = o.reservation_id
) as appointment
"""
_FROM = """
from orders as o join suppliers as u on u.supplier_id = o.supplier_id
left join service_specifications as v on v.service = o.service
"""
_LOCK = f"select {_COLUMNS} {_FROM} where o.tenant_id = $1 and o.order_key = $2 for no key update of o"
_LOCK_BY_ID = f"select {_COLUMNS} {_FROM} where o.tenant_id = $1 and o.id = $2 for no key update of o"
_BY_ID = f"select {_COLUMNS} {_FROM} where o.tenant_id = $1 and o.id = $2"


async def lock(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    return await on.row(_LOCK, tenant, order)


async def lock_by_id(on: Statements, tenant: TenantId, order_id: int) -> Row | None:
    return await on.row(_LOCK_BY_ID, tenant, order_id)


async def find_by_id(on: Statements, tenant: TenantId, order_id: int) -> Row | None:
    return await on.row(_BY_ID, tenant, order_id)


_MOVE = """
update orders set status = $3, returns_to = $4, supplier_reference = coalesce($5, supplier_reference),
    committed_at = $6, target_at = $7, reservation_id = $8, characteristics = $9, kci_count = $10, updated_at = $11,
    beneath = $12, service_id = coalesce($13, service_id)
where tenant_id = $1 and order_key = $2 returning order_key
"""


async def move(on: Statements, order: Order) -> None:
    """Keep what an update, or the handing over, has made of the order."""
    await on.row(
        _MOVE,
        order.tenant,
        order.key,
        order.status.value,
        order.returns_to.value if order.returns_to else None,
        order.supplier_reference,
        order.committed_at,
        order.target_at,
        order.reservation_id,
        [dict(one) for one in order.characteristics],
        order.kci_count,
        order.updated_at,
        order.beneath.value if order.beneath else None,
        order.service_id,
    )


_COUNT = """
update orders set kci_count = kci_count + 1, updated_at = $3 where tenant_id = $1 and order_key = $2 returning kci_count
"""


async def count_kci(on: Statements, tenant: TenantId, order: OrderKey, now: datetime) -> int:
    row = await on.row(_COUNT, tenant, order, now)
    if row is None:
        raise AssertionError("the order is locked")
    return int(row["kci_count"])


_KEEP_DATE = """
insert into order_dates (tenant_id, order_key, move, which, moved_from, moved_to, caused_by, problem_code, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def keep_date(
    on: Statements,
    tenant: TenantId,
    order: OrderKey,
    *,
    move: int,
    which: str,
    moved_from: datetime | None,
    moved_to: datetime | None,
    caused_by: str,
    problem_code: str | None,
    now: datetime,
) -> None:
    await on.row(_KEEP_DATE, tenant, order, move, which, moved_from, moved_to, caused_by, problem_code, now)


_END_AT_SUPPLIER = (
    "update supplier_orders set ended_at = $2 where order_key = $1 and ended_at is null returning order_key"
)


async def end_at_supplier(on: Statements, order: OrderKey, now: datetime) -> None:
    await on.row(_END_AT_SUPPLIER, None, order, now)


_TWIN = """
select so.order_key from supplier_orders as so where so.uprn = $1 and so.order_key < $2 and so.ended_at is null limit 1
"""


async def earlier_open_order(on: Statements, uprn: int, order: OrderKey) -> bool:
    return await on.row(_TWIN, None, uprn, order) is not None


_UPDATES = """
select k.id, k.sequence_number, k.reason, k.status, k.facts, k.issued_at, k.received_at
from kcis as k where k.tenant_id = $1 and k.order_key = $2 and k.sequence_number <= $3 order by k.sequence_number
"""


async def list_updates(on: Statements, tenant: TenantId, order: OrderKey, *, up_to: int) -> list[Row]:
    return await on.rows(_UPDATES, tenant, order, up_to)
