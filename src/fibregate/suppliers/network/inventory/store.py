"""Rows that a services file is held against, and those that are made of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from fibregate.db import Row, Statements, Tx
from fibregate.vocabulary import TenantId

_SPEAK_FOR = "select set_config('fg.tenant', $1, true)"


async def speak_for(tx: Tx, tenant: TenantId) -> None:
    """Until the transaction ends, its rows may be this tenant's: a network's services belong to many."""
    await tx.row(_SPEAK_FOR, None, str(tenant))


_TENANTS = "select tenant_no, code from tenants order by tenant_no"


async def list_tenants(on: Statements) -> list[Row]:
    return await on.rows(_TENANTS, None)


_PREMISES = """
select p.uprn, p.area, f.service, f.ont_ports, (
    select jsonb_path_query_array(f.characteristics, '$[*] ? (@.name == "LINE_PROFILE").values[*]')
) as profiles
from premises as p left join profiles as f on f.profile_id = p.profile_id where p.uprn = any($1::bigint[])
"""


async def list_premises(on: Statements, uprns: Sequence[int]) -> list[Row]:
    return await on.rows(_PREMISES, None, list(uprns))


_HANDOVERS = "select area, enni_id, outer_vlan from handovers where tenant_id = $1"


async def list_handovers(on: Statements, tenant: TenantId) -> list[Row]:
    """Of the tenant that the transaction speaks for."""
    return await on.rows(_HANDOVERS, None, tenant)


_SERVICES = """
select s.service_id, s.state, s.uprn, s.ont_reference, s.port_number as port, s.enni_id as enni, s.outer_vlan,
    s.inner_vlan, (
        select c.one ->> 'value' from jsonb_array_elements(s.characteristics) as c (one)
        where c.one ->> 'name' = 'LINE_PROFILE' limit 1
    ) as line_profile
from services as s join suppliers as u on u.supplier_id = s.supplier_id and u.kind = 'OWN_NETWORK'
where s.tenant_id = $1
"""


async def list_services(on: Statements, tenant: TenantId) -> list[Row]:
    """Of the tenant that the transaction speaks for."""
    return await on.rows(_SERVICES, None, tenant)


_ONTS = "select ont_reference, uprn, line_id, serial_number from onts where ont_reference = any($1::text[])"


async def list_onts(on: Statements, references: Sequence[str]) -> list[Row]:
    return await on.rows(_ONTS, None, list(references))


_LINES = "select line_id, ont_reference from onts where line_id = any($1::text[])"


async def list_lines(on: Statements, lines: Sequence[str]) -> list[Row]:
    return await on.rows(_LINES, None, list(lines))


_PORTS = """
select t.ont_reference, t.port_number, t.status, so.order_key is not null as claimed
from ont_ports as t
left join supplier_orders as so
    on so.ont_reference = t.ont_reference and so.port_number = t.port_number and so.ended_at is null
where t.ont_reference = any($1::text[])
"""


async def list_ports(on: Statements, references: Sequence[str]) -> list[Row]:
    return await on.rows(_PORTS, None, list(references))


_PUT_ONTS = """
insert into onts (ont_reference, uprn, line_id, serial_number, manufacturer, floor, room, position)
select g.ont_reference, g.uprn, g.line_id, g.serial_number, g.manufacturer, g.floor, g.room, g.position
from jsonb_to_recordset($1::jsonb) as g (
    ont_reference text, uprn bigint, line_id text, serial_number text, manufacturer text, floor text, room text,
    position text
)
"""
_PUT_PORTS = """
insert into ont_ports (ont_reference, port_number, status)
select g.ont_reference, n, 'FREE'
from jsonb_to_recordset($1::jsonb) as g (ont_reference text, ports integer)
cross join lateral generate_series(1, g.ports) as n
"""


async def put_onts(on: Statements, onts: Sequence[Mapping[str, Any]]) -> None:
    """With all their ports free."""
    await on.rows(_PUT_ONTS, None, list(onts))
    await on.rows(_PUT_PORTS, None, list(onts))


_PUT_SERVICES = """
with given as (
    select * from jsonb_to_recordset($2::jsonb) as g (
        service_id text, order_id bigint, uprn bigint, service text, address jsonb, characteristics jsonb, enni_id text,
        outer_vlan smallint, inner_vlan smallint, ont_reference text, port_number smallint, since timestamptz
    )
),
ports as (
    update ont_ports as t set status = 'ACTIVE', holder = $1, service_id = given.service_id, stopped_at = null
    from given
    where t.ont_reference = given.ont_reference and t.port_number = given.port_number
        and t.status in ('FREE', 'STOPPED')
    returning given.service_id
)
insert into services (
    tenant_id, service_id, order_id, uprn, service, address, characteristics, enni_id, outer_vlan, inner_vlan,
    ont_reference, port_number, state, since
)
select
    $1, service_id, order_id, uprn, service, address, characteristics, enni_id, outer_vlan, inner_vlan, ont_reference,
    port_number, 'ACTIVE', since
from given join ports using (service_id)
returning service_id
"""


async def put_services(on: Statements, tenant: TenantId, services: Sequence[Mapping[str, Any]]) -> int:
    """How many: fewer where a port went to somebody else meanwhile. For the tenant that the transaction speaks for."""
    return len(await on.rows(_PUT_SERVICES, None, tenant, list(services)))


_LIST = """
select s.service_id, s.state, s.uprn, s.ont_reference, s.port_number, s.enni_id, s.outer_vlan, s.inner_vlan, s.since,
    s.ceased_at, s.characteristics, coalesce(o.id, s.order_id) as order_id
from services as s
join suppliers as u on u.supplier_id = s.supplier_id and u.kind = 'OWN_NETWORK'
left join orders as o on o.tenant_id = s.tenant_id and o.order_key = s.order_key
where s.tenant_id = $1 and s.since is not null and ($2 or s.state = 'ACTIVE') and ($3::bigint is null or s.uprn = $3)
order by s.since, s.service_id limit $4
"""


async def list_live(on: Statements, tenant: TenantId, *, ceased: bool, uprn: int | None, limit: int) -> list[Row]:
    """Of our own network; with `ceased`, those that have ended too."""
    return await on.rows(_LIST, tenant, ceased, uprn, limit)


_TURN = 7_311_007
_TAKE_TURN = "select pg_try_advisory_xact_lock($1) as mine, set_config('statement_timeout', '0', true)"


async def take_turn(tx: Tx) -> bool:
    """One import at a time; it may take longer than a request."""
    row = await tx.row(_TAKE_TURN, None, _TURN)
    return row is not None and row["mine"]
