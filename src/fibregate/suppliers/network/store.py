"""Rows of our own network. Premises and terminals are nobody's; handovers, services and work orders are a tenant's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fibregate.db import Row, Statements
from fibregate.vocabulary import OrderKey, TenantId

PREMISES_COLUMNS = """
p.uprn, p.area, a.nation, p.address, p.readiness, p.readiness_text, p.ready_date, p.installation_type,
p.unlimited_lines, p.one_open_order, p.constraints, p.line_characteristics, f.service, v.name as service_name,
f.characteristics, v.order_characteristics, f.ont_ports, h.enni_id, h.site_name, h.site_location,
(select jsonb_agg(jsonb_build_object(
    'ont_reference', o.ont_reference, 'line_id', o.line_id, 'serial_number', o.serial_number,
    'manufacturer', o.manufacturer, 'floor', o.floor, 'room', o.room, 'position', o.position,
    'line_characteristics', o.line_characteristics,
    'ports', (select jsonb_agg(jsonb_build_object(
        'portNumber', t.port_number, 'description', t.description, 'status', t.status,
        'tenantActive', t.status = 'ACTIVE' and t.holder is not distinct from $1, 'stoppedDate', t.stopped_at
    ) order by t.port_number) from ont_ports as t where t.ont_reference = o.ont_reference)
) order by o.ont_reference) from onts as o where o.uprn = p.uprn) as terminals
"""
PREMISES_JOINS = """
left join areas as a on a.area = p.area
left join profiles as f on f.profile_id = p.profile_id
left join service_specifications as v on v.service = f.service
left join handovers as h on h.tenant_id = $1 and h.area = p.area
"""

_FIND_PREMISES = f"select {PREMISES_COLUMNS} from premises as p {PREMISES_JOINS} where p.uprn = $2"  # noqa: S608 - constants


async def find_premises(on: Statements, tenant: TenantId, uprn: int) -> Row | None:
    return await on.row(_FIND_PREMISES, tenant, uprn)


_SET_READINESS = "update premises set readiness = $2, readiness_text = $3 where uprn = $1"


async def set_readiness(on: Statements, uprn: int, readiness: str, text: str | None) -> None:
    await on.row(_SET_READINESS, None, uprn, readiness, text)


_INSERT_WORK_ORDER = """
insert into work_orders (tenant_id, order_key, reference, created_at)
values ($1, $2, 'NW1-' || lpad(nextval('work_order_numbers')::text, 8, '0'), $3)
on conflict (tenant_id, order_key) do update set reference = work_orders.reference
returning reference
"""


async def insert_work_order(on: Statements, tenant: TenantId, order: OrderKey, now: datetime) -> str:
    row = await on.row(_INSERT_WORK_ORDER, tenant, order, now)
    return str(row["reference"]) if row else ""


_ADD_NOTE = """
update work_orders set engineer_notes = engineer_notes || $3 where tenant_id = $1 and order_key = $2 returning reference
"""


async def add_note(on: Statements, tenant: TenantId, order: OrderKey, note: Mapping[str, Any]) -> Row | None:
    return await on.row(_ADD_NOTE, tenant, order, dict(note))


_FIND_SERVICE = """
select service_id, ont_reference, port_number, outer_vlan, inner_vlan, state from services
where tenant_id = $1 and order_key = $2
"""


async def find_service(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    return await on.row(_FIND_SERVICE, tenant, order)


_LOCK_PREMISES = """
select p.uprn, p.unlimited_lines, f.ont_ports from premises as p join profiles as f on f.profile_id = p.profile_id
where p.uprn = $1 for no key update of p
"""


async def lock_premises(on: Statements, uprn: int) -> Row | None:
    return await on.row(_LOCK_PREMISES, None, uprn)


_FREE_PORT = """
select t.ont_reference, t.port_number from ont_ports as t join onts as o on o.ont_reference = t.ont_reference
where o.uprn = $1 and t.status = 'FREE' order by t.ont_reference, t.port_number limit 1
"""


async def free_port(on: Statements, uprn: int) -> Row | None:
    return await on.row(_FREE_PORT, None, uprn)


_COUNT_ONTS = "select count(*) as onts from onts where uprn = $1"


async def count_onts(on: Statements, uprn: int) -> int:
    row = await on.row(_COUNT_ONTS, None, uprn)
    return int(row["onts"]) if row else 0


_INSERT_ONT = """
insert into onts (ont_reference, uprn, line_id, serial_number, manufacturer, floor, room, position)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def insert_ont(
    on: Statements, reference: str, *, uprn: int, line_id: str, serial: str, place: Mapping[str, str]
) -> None:
    await on.row(
        _INSERT_ONT,
        None,
        reference,
        uprn,
        line_id,
        serial,
        place["manufacturer"],
        place["floor"],
        place["room"],
        place["position"],
    )


_INSERT_PORTS = """
insert into ont_ports (ont_reference, port_number, status)
select $1, generate_series(1, $2::integer), 'FREE'
"""


async def insert_ports(on: Statements, reference: str, count: int) -> None:
    await on.row(_INSERT_PORTS, None, reference, count)


_RESERVE_PORT = """
update ont_ports set status = 'RESERVED', holder = $3, service_id = $4
where ont_reference = $1 and port_number = $2 and status = 'FREE' returning port_number
"""


async def reserve_port(on: Statements, reference: str, port: int, *, holder: TenantId, service_id: str) -> bool:
    return await on.row(_RESERVE_PORT, None, reference, port, holder, service_id) is not None


_INSERT_SERVICE = """
insert into services (
    tenant_id, service_id, order_key, uprn, service, enni_id, outer_vlan, inner_vlan, ont_reference, port_number, state
)
select
    $1, $3, $2, o.uprn, o.service, h.enni_id, h.outer_vlan,
    coalesce((
        select max(s.inner_vlan) + 1 from services as s
        where s.tenant_id = $1 and s.enni_id = h.enni_id and s.outer_vlan = h.outer_vlan and s.state <> 'CEASED'
    ), 1001),
    $4, $5, 'ALLOCATED'
from orders as o
join premises as p on p.uprn = o.uprn
join handovers as h on h.tenant_id = $1 and h.area = p.area
where o.tenant_id = $1 and o.order_key = $2
returning service_id, ont_reference, port_number, outer_vlan, inner_vlan
"""


async def insert_service(
    on: Statements, tenant: TenantId, order: OrderKey, *, service_id: str, ont: str, port: int
) -> Row | None:
    return await on.row(_INSERT_SERVICE, tenant, order, service_id, ont, port)


_LOCK_HANDOVERS = "select area from handovers where tenant_id = $1 order by area for update"


async def lock_handovers(on: Statements, tenant: TenantId) -> None:
    await on.rows(_LOCK_HANDOVERS, tenant)


_ACTIVATE = """
with live as (
    update services set state = 'ACTIVE', since = $3 where tenant_id = $1 and order_key = $2 and state = 'ALLOCATED'
    returning ont_reference, port_number
)
update ont_ports as t set status = 'ACTIVE' from live
where t.ont_reference = live.ont_reference and t.port_number = live.port_number returning t.port_number
"""


async def activate(on: Statements, tenant: TenantId, order: OrderKey, now: datetime) -> None:
    await on.row(_ACTIVATE, tenant, order, now)


_GIVE_UP = """
with gone as (
    update services set state = 'CEASED' where tenant_id = $1 and order_key = $2 and state = 'ALLOCATED'
    returning ont_reference, port_number
)
update ont_ports as t set status = 'FREE', holder = null, service_id = null from gone
where t.ont_reference = gone.ont_reference and t.port_number = gone.port_number returning t.port_number
"""


async def give_up(on: Statements, tenant: TenantId, order: OrderKey) -> None:
    await on.row(_GIVE_UP, tenant, order)


_OWN_SUPPLIER = "select supplier_id from suppliers where kind = 'OWN_NETWORK'"


async def own_supplier(on: Statements) -> int:
    row = await on.row(_OWN_SUPPLIER, None)
    if row is None:
        raise AssertionError("the schema brings our own network")
    return int(row["supplier_id"])
