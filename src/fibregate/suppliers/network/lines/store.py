"""Rows of terminals, ports and services. Terminals and ports are nobody's, handovers and services a tenant's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fibregate.db import Row, Statements
from fibregate.vocabulary import OrderKey, TenantId

_FIND_JOB = """
select o.order_type as kind, o.service_type = 'BROADBAND' as is_line, o.uprn, o.service_id,
    so.ont_reference, so.port_number
from orders as o join supplier_orders as so on so.supplier_id = o.supplier_id and so.order_key = o.order_key
where o.tenant_id = $1 and o.order_key = $2
"""


async def find_job(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    return await on.row(_FIND_JOB, tenant, order)


_SERVICE_COLUMNS = "service_id, ont_reference, port_number, outer_vlan, inner_vlan, state"
_OF_ORDER = f"select {_SERVICE_COLUMNS} from services where tenant_id = $1 and order_key = $2"  # noqa: S608 - constants


async def find_service_of(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    """The one that the order brought."""
    return await on.row(_OF_ORDER, tenant, order)


_FIND_SERVICE = f"select {_SERVICE_COLUMNS} from services where tenant_id = $1 and service_id = $2"  # noqa: S608 - constants


async def find_service(on: Statements, tenant: TenantId, service: str) -> Row | None:
    return await on.row(_FIND_SERVICE, tenant, service)


_LOCK_HANDOVERS = "select area from handovers where tenant_id = $1 order by area for update"


async def lock_handovers(on: Statements, tenant: TenantId) -> None:
    await on.rows(_LOCK_HANDOVERS, tenant)


_LOCK_PREMISES = """
select p.uprn, p.unlimited_lines, f.ont_ports, (select count(*) from onts as o where o.uprn = p.uprn) as onts
from premises as p join profiles as f on f.profile_id = p.profile_id
where p.uprn = $1 for no key update of p
"""


async def lock_premises(on: Statements, uprn: int) -> Row | None:
    return await on.row(_LOCK_PREMISES, None, uprn)


# A stopped port is given to a new line only where no port is free, and no open order has it to itself: to an order that
# was taken for after a cease.
_FREE_PORT = """
select t.ont_reference, t.port_number from ont_ports as t join onts as o on o.ont_reference = t.ont_reference
where o.uprn = $1 and t.status in ('FREE', 'STOPPED') and not exists (
    select 1 from supplier_orders as so
    where so.ont_reference = t.ont_reference and so.port_number = t.port_number and so.ended_at is null
)
order by t.status, t.ont_reference, t.port_number limit 1 for update of t
"""


async def free_port(on: Statements, uprn: int) -> Row | None:
    return await on.row(_FREE_PORT, None, uprn)


_INSERT_ONT = """
insert into onts (ont_reference, uprn, line_id, serial_number, manufacturer, floor, room, position)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def insert_ont(
    on: Statements, reference: str, *, uprn: int, line_id: str, serial: str, place: Mapping[str, str | None]
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
where ont_reference = $1 and port_number = $2 and (status in ('FREE', 'STOPPED') or holder = $3) returning port_number
"""


async def reserve_port(on: Statements, reference: str, port: int, *, holder: TenantId, service_id: str) -> bool:
    return await on.row(_RESERVE_PORT, None, reference, port, holder, service_id) is not None


_INSERT_SERVICE = """
with here as (
    select o.id, o.uprn, o.service, o.address, h.enni_id, h.outer_vlan
    from orders as o
    join premises as p on p.uprn = o.uprn
    join handovers as h on h.tenant_id = $1 and h.area = p.area
    where o.tenant_id = $1 and o.order_key = $2
),
used as (
    select s.inner_vlan from services as s join here on here.enni_id = s.enni_id and here.outer_vlan = s.outer_vlan
    where s.tenant_id = $1 and s.state <> 'CEASED'
),
free as (
    select case
        when coalesce(max(inner_vlan), 1000) < 4094 then coalesce(max(inner_vlan), 1000) + 1
        else (select min(n) from generate_series(2, 4094) as n where n not in (select inner_vlan from used))
    end as inner_vlan
    from used
)
insert into services (
    tenant_id, service_id, order_key, order_id, uprn, service, address, enni_id, outer_vlan, inner_vlan, ont_reference,
    port_number, state
)
select
    $1, $3, $2, here.id, here.uprn, here.service, here.address, here.enni_id, here.outer_vlan, free.inner_vlan, $4, $5,
    'ALLOCATED'
from here, free where free.inner_vlan is not null
returning service_id, ont_reference, port_number, outer_vlan, inner_vlan
"""


async def insert_service(
    on: Statements, tenant: TenantId, order: OrderKey, *, service_id: str, ont: str, port: int
) -> Row | None:
    """None where the tenant has no handover there, or each of its VLANs there is in use."""
    return await on.row(_INSERT_SERVICE, tenant, order, service_id, ont, port)


_ACTIVATE = """
with live as (
    update services set state = 'ACTIVE', since = $3, characteristics = $4
    where tenant_id = $1 and order_key = $2 and state = 'ALLOCATED'
    returning ont_reference, port_number, service_id
)
update ont_ports as t set status = 'ACTIVE', holder = $1, service_id = live.service_id, stopped_at = null from live
where t.ont_reference = live.ont_reference and t.port_number = live.port_number returning t.port_number
"""


async def activate(
    on: Statements, tenant: TenantId, order: OrderKey, characteristics: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    await on.row(_ACTIVATE, tenant, order, now, [dict(one) for one in characteristics])


_FORGET_CEASE = """
update onts set line_characteristics = coalesce((
    select jsonb_agg(one) from jsonb_array_elements(line_characteristics) as c (one)
    where one ->> 'name' <> 'PENDING_CEASE'
), '[]')
where ont_reference = $1 and line_characteristics @> '[{"name": "PENDING_CEASE"}]' returning ont_reference
"""


async def forget_cease(on: Statements, ont: str) -> None:
    """What was to end there has ended, or goes on with another tenant."""
    await on.row(_FORGET_CEASE, None, ont)


_MODIFY = """
update services as s set characteristics = (
    select coalesce(jsonb_agg(kept.one), '[]'::jsonb) || $3::jsonb
    from jsonb_array_elements(s.characteristics) as kept (one)
    where not exists (
        select 1 from jsonb_array_elements($3::jsonb) as new (one) where new.one ->> 'name' = kept.one ->> 'name'
    )
)
where s.tenant_id = $1 and s.service_id = $2 and s.state = 'ACTIVE' returning s.service_id
"""


async def modify(on: Statements, tenant: TenantId, service: str, characteristics: Sequence[Mapping[str, Any]]) -> bool:
    """Those that are named are as given, the others as they were."""
    return await on.row(_MODIFY, tenant, service, [dict(one) for one in characteristics]) is not None


# The port is stopped unless it carries another service by now.
_CEASE = """
with gone as (
    update services set state = 'CEASED', ceased_at = $3, yields = false
    where tenant_id = $1 and service_id = $2 and state = 'ACTIVE'
    returning ont_reference, port_number, service_id
)
update ont_ports as t set status = 'STOPPED', holder = null, service_id = null, stopped_at = $3 from gone
where t.ont_reference = gone.ont_reference and t.port_number = gone.port_number and t.holder = $1
    and t.service_id = gone.service_id
returning t.port_number
"""


async def cease(on: Statements, tenant: TenantId, service: str, now: datetime) -> None:
    await on.row(_CEASE, tenant, service, now)


# A port that was set aside is what it was before; one that was to be taken over was never set aside.
_GIVE_UP = """
with gone as (
    update services set state = 'CEASED' where tenant_id = $1 and order_key = $2 and state = 'ALLOCATED'
    returning ont_reference, port_number
),
claimed as (
    select ont_reference, port_number from gone
    union
    select so.ont_reference, so.port_number from supplier_orders as so
    where so.order_key = $2 and so.for_tenant = $1 and so.ont_reference is not null
)
update ont_ports as t set status = case when t.stopped_at is null then 'FREE' else 'STOPPED' end, holder = null,
    service_id = null
from claimed
where t.ont_reference = claimed.ont_reference and t.port_number = claimed.port_number and t.status = 'RESERVED'
    and t.holder = $1
returning t.port_number
"""


async def give_up(on: Statements, tenant: TenantId, order: OrderKey) -> None:
    await on.row(_GIVE_UP, tenant, order)


_YIELD = """
update services set yields = true where tenant_id = $1 and service_id = $2 and state = 'ACTIVE' returning service_id
"""


async def yields(on: Statements, tenant: TenantId, service: str) -> bool:
    """Its port goes to another tenant; False where the service has ended by itself."""
    return await on.row(_YIELD, tenant, service) is not None


_STAY = """
update services set yields = false where tenant_id = $1 and service_id = $2 and state = 'ACTIVE' returning service_id
"""


async def stay(on: Statements, tenant: TenantId, service: str) -> None:
    """Its port stays its own after all."""
    await on.row(_STAY, tenant, service)
