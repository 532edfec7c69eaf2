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


_OWN_SUPPLIER = "select supplier_id from suppliers where kind = 'OWN_NETWORK'"


async def own_supplier(on: Statements) -> int:
    row = await on.row(_OWN_SUPPLIER, None)
    if row is None:
        raise AssertionError("the schema brings our own network")
    return int(row["supplier_id"])
