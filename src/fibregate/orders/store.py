"""Rows of `orders` and of the dates they promised."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fibregate.appointments.model import Asker
from fibregate.db import Row, Statements
from fibregate.orders.model import Request
from fibregate.suppliers.network.store import PREMISES_COLUMNS, PREMISES_JOINS
from fibregate.vocabulary import OrderKey, TenantId

_RESERVATION = """
jsonb_build_object(
    'id', {0}.id, 'state', {0}.state, 'uprn', {0}.uprn, 'service', {0}.service, 'purpose', {0}.purpose,
    'expires_at', {0}.expires_at, 'starts_at', {0}_slot.starts_at, 'ends_at', {0}_slot.ends_at
)
"""
_FACTS = f"""
select
    {PREMISES_COLUMNS},
    t.code as tenant_code, old.body_hash as old_hash,
    case when mine.id is not null then {_RESERVATION.format("mine")} end as by_id,
    case when ref.id is not null then {_RESERVATION.format("ref")} end as by_reference,
    (
        select o.id from orders as o join supplier_orders as so on so.order_key = o.order_key
        where o.tenant_id = $1 and so.uprn = $2 and so.ended_at is null order by o.order_key limit 1
    ) as own_open_order,
    (select count(*) from supplier_orders as so where so.uprn = $2 and so.ended_at is null) as open_orders
from tenants as t
left join premises as p on p.uprn = $2
{PREMISES_JOINS}
left join orders as old on old.tenant_id = $1 and old.id = $3
left join reservations as mine on mine.tenant_id = $1 and mine.id = $4
left join slots as mine_slot on mine_slot.slot_id = mine.slot_id
left join reservations as ref on ref.tenant_id = $1 and ref.reference = $5
left join slots as ref_slot on ref_slot.slot_id = ref.slot_id
where t.tenant_no = $1
"""  # noqa: S608 - constants only


async def facts(on: Statements, tenant: TenantId, request: Request) -> Row:
    row = await on.row(_FACTS, tenant, request.uprn, request.id, request.appointment_id, request.appointment_reference)
    if row is None:
        raise AssertionError("the tenant of a token exists")
    return row


# The order, its appointment, its way to the network, the work and the audit row: all or none. No row: the appointment
# went between the reading and now. `open_orders`, $25, are those that were seen where lines are counted: another one
# since then breaks a key.
_PLACE = """
with key as (select nextval('order_keys') as order_key),
held as (
    update reservations as r set state = 'ATTACHED', order_key = key.order_key from key
    where r.tenant_id = $1 and r.id = $13 and r.state = 'RESERVED' and (r.expires_at is null or r.expires_at > $21)
    returning r.id
),
made as (
    insert into orders (
        tenant_id, order_key, id, door, supplier_id, order_type, status, uprn, address, service, characteristics,
        primary_contact, secondary_contact, engineer_tasks, hazards, on_site_restrictions, notes,
        requested_completion_date, reservation_id, body_hash, request_id, conversation_id, created_at,
        updated_at
    )
    select
        $1, key.order_key, $2, $3, s.supplier_id, $4, 'RECEIVED_BY_GATEWAY', $5, $6, $7, $8, $9, $10, $11, $14, $15,
        $16, $12, $13, $17, $18, $19, $21, $21
    from key, suppliers as s
    where s.kind = 'OWN_NETWORK' and ($13::bigint is null or exists (select 1 from held))
    returning order_key, supplier_id, uprn
),
handed as (
    insert into supplier_orders (supplier_id, order_key, for_tenant, uprn, one_at_a_time, line)
    select supplier_id, order_key, $1, uprn, $20, case when $25::integer is not null then coalesce((
        select min(n) from generate_series(1, $25 + 1) as n where not exists (
            select 1 from supplier_orders as so where so.uprn = $5 and so.ended_at is null and so.line = n
        )
    ), 1) end from made
),
work as (
    insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
    select
        'dispatch:' || order_key, 'dispatch', $1, jsonb_build_object('order', order_key, 'play', $22::jsonb), $21, 1,
        0, 'tenant ' || $1
    from made
),
noted as (
    insert into audit (about_tenant, actor, act, subject, origin, request_id, at)
    select $1, $23, 'order.place', 'order ' || $2, $24, $18, $21 from made
)
select order_key from made
"""


async def place(
    on: Statements,
    tenant: TenantId,
    request: Request,
    asker: Asker,
    *,
    reservation: int | None,
    one_at_a_time: bool,
    open_orders: int | None,
    play: Mapping[str, Any] | None,
    now: datetime,
) -> Row | None:
    return await on.row(
        _PLACE,
        tenant,
        request.id,
        "WHOLESALE",
        request.order_type.value,
        request.uprn,
        dict(request.address),
        request.service,
        [dict(one) for one in request.characteristics],
        dict(request.primary_contact),
        dict(request.secondary_contact) if request.secondary_contact else None,
        list(request.engineer_tasks) if request.engineer_tasks else None,
        request.requested_completion_date,
        reservation,
        request.hazards,
        request.on_site_restrictions,
        request.notes,
        request.body_hash,
        asker.request_id,
        asker.conversation_id,
        one_at_a_time,
        now,
        dict(play) if play else None,
        asker.client,
        asker.origin,
        open_orders,
    )


_COLUMNS = """
o.order_key, o.id, o.order_type, o.status, o.returns_to, o.uprn, o.address, o.service, v.name as service_name,
o.characteristics, o.primary_contact, o.secondary_contact, o.engineer_tasks, o.hazards, o.on_site_restrictions, o.notes,
o.requested_completion_date, o.reservation_id, o.supplier_reference, o.committed_at, o.target_at, o.kci_count,
o.request_id, o.conversation_id, o.created_at, o.updated_at, u.code as supplier, u.kind = 'OWN_NETWORK' as own_network,
(select a.nation from premises as p join areas as a on a.area = p.area where p.uprn = o.uprn) as nation,
(select t.code from tenants as t where t.tenant_no = o.tenant_id) as tenant_code,
(
    select jsonb_build_object(
        'reference', r.reference, 'state', r.state, 'starts_at', s.starts_at, 'ends_at', s.ends_at,
        'classification', s.classification, 'standard', s.standard
    ) from reservations as r join slots as s on s.slot_id = r.slot_id
    where r.tenant_id = o.tenant_id and r.id = o.reservation_id
) as appointment
"""
_FROM = """
from orders as o join suppliers as u on u.supplier_id = o.supplier_id
join service_specifications as v on v.service = o.service
"""
_LOCK = f"select {_COLUMNS} {_FROM} where o.tenant_id = $1 and o.order_key = $2 for no key update of o"
_BY_ID = f"select {_COLUMNS} {_FROM} where o.tenant_id = $1 and o.id = $2"


async def lock(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    return await on.row(_LOCK, tenant, order)


async def find_by_id(on: Statements, tenant: TenantId, order_id: int) -> Row | None:
    return await on.row(_BY_ID, tenant, order_id)


_MOVE = """
update orders set status = $3, returns_to = $4, supplier_reference = coalesce($5, supplier_reference),
    committed_at = $6, target_at = $7, reservation_id = $8, characteristics = $9, kci_count = $10, updated_at = $11
where tenant_id = $1 and order_key = $2 returning order_key
"""


async def move(
    on: Statements,
    tenant: TenantId,
    order: OrderKey,
    *,
    status: str,
    returns_to: str | None,
    supplier_reference: str | None,
    committed_at: datetime | None,
    target_at: datetime | None,
    reservation: int | None,
    characteristics: list[Mapping[str, str]],
    kci_count: int,
    now: datetime,
) -> None:
    await on.row(
        _MOVE,
        tenant,
        order,
        status,
        returns_to,
        supplier_reference,
        committed_at,
        target_at,
        reservation,
        characteristics,
        kci_count,
        now,
    )


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
