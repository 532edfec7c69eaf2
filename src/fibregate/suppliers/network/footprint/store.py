"""Rows of areas, services, profiles and handovers, and of an import on its way into `premises`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from fibregate.db import Row, Statements, Tx
from fibregate.suppliers.network.footprint.lines import ROW_COLUMNS
from fibregate.vocabulary import TenantId

_PUT_AREA = """
insert into areas (area, name, nation) values ($1, $2, $3)
on conflict (area) do update set name = excluded.name, nation = excluded.nation returning area
"""


async def put_area(on: Statements, area: str, *, name: str, nation: str) -> None:
    await on.row(_PUT_AREA, None, area, name, nation)


_LIST_AREAS = """
select a.area, a.name, a.nation, (select count(*) from slot_books as b where b.area = a.area) as books
from areas as a order by a.area
"""


async def list_areas(on: Statements) -> list[Row]:
    return await on.rows(_LIST_AREAS, None)


_PUT_SERVICE = """
insert into service_specifications (service, name, order_characteristics) values ($1, $2, $3)
on conflict (service) do update set name = excluded.name returning service
"""


async def put_service(
    on: Statements, service: str, name: str, order_characteristics: Sequence[Mapping[str, Any]]
) -> None:
    """What an order may say is kept where the service is known already."""
    await on.row(_PUT_SERVICE, None, service, name, [dict(one) for one in order_characteristics])


_HAS_SERVICE = "select exists (select from service_specifications where service = $1) as known"


async def has_service(on: Statements, service: str) -> bool:
    row = await on.row(_HAS_SERVICE, None, service)
    return row is not None and row["known"]


_PUT_PROFILE = """
insert into profiles (code, service, characteristics, ont_ports) values ($1, $2, $3, $4)
on conflict (code) do update
set service = excluded.service, characteristics = excluded.characteristics, ont_ports = excluded.ont_ports
returning profile_id
"""


async def put_profile(
    on: Statements, code: str, service: str, characteristics: Sequence[Mapping[str, Any]], *, ports: int
) -> None:
    await on.row(_PUT_PROFILE, None, code, service, [dict(one) for one in characteristics], ports)


_LIST_PROFILES = "select code, profile_id from profiles order by code"


async def list_profiles(on: Statements) -> list[Row]:
    return await on.rows(_LIST_PROFILES, None)


_PUT_HANDOVER = """
insert into handovers (tenant_id, area, enni_id, site_name, site_location, outer_vlan) values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id, area) do update
set enni_id = excluded.enni_id, site_name = excluded.site_name, site_location = excluded.site_location,
    outer_vlan = excluded.outer_vlan
returning area
"""


async def put_handover(
    on: Statements,
    tenant: TenantId,
    area: str,
    *,
    enni: str,
    site_name: str | None,
    site_location: str | None,
    outer_vlan: int,
) -> None:
    await on.row(_PUT_HANDOVER, tenant, area, enni, site_name, site_location, outer_vlan)


_TURN = 7_311_006
_TAKE_TURN = "select pg_try_advisory_xact_lock($1) as mine, set_config('statement_timeout', '0', true)"


async def take_turn(tx: Tx) -> bool:
    """One import at a time; it may take longer than a request."""
    row = await tx.row(_TAKE_TURN, None, _TURN)
    return row is not None and row["mine"]


_STAGE = """
create temporary table incoming_premises (
    line bigint not null,
    uprn bigint not null,
    area text not null,
    profile_id integer,
    readiness text,
    readiness_text text,
    ready_date date,
    installation_type text,
    one_open_order boolean,
    address jsonb
) on commit drop
"""


async def stage(tx: Tx, source: AsyncIterator[bytes]) -> None:
    await tx.slot.connection.execute(_STAGE)
    await tx.slot.connection.copy_to_table("incoming_premises", source=source, columns=ROW_COLUMNS)


_INDEX = "create index incoming_by_line on incoming_premises using brin (line) with (pages_per_range = 32)"
_ANALYZE = "analyze incoming_premises"


async def prepare(tx: Tx) -> None:
    await tx.slot.connection.execute(_INDEX)
    await tx.slot.connection.execute(_ANALYZE)


_REPEATED = """
with seen as (
    select line, uprn, min(line) over (partition by uprn) as first_line from incoming_premises
),
gone as (
    delete from incoming_premises as i using seen where i.line = seen.line and seen.line > seen.first_line
)
select line, uprn, first_line from seen where line > first_line order by line
"""
_HAS_REPEATED = "select exists (select from incoming_premises group by uprn having count(*) > 1) as twice"


async def take_out_repeated(tx: Tx) -> list[Row]:
    """Lines whose UPRN an earlier line of the file has."""
    row = await tx.row(_HAS_REPEATED, None)
    return await tx.rows(_REPEATED, None) if row and row["twice"] else []


_LACKING = """
with lacking as (
    select
        i.line, i.uprn, p.uprn is null and i.address is null as no_address,
        coalesce(i.readiness, p.readiness, 'READY') = 'READY'
        and (case when 'profile' = any($1::text[]) then i.profile_id else p.profile_id end) is null as no_profile
    from incoming_premises as i left join premises as p on p.uprn = i.uprn
),
gone as (
    delete from incoming_premises as i using lacking as l where i.line = l.line and (l.no_address or l.no_profile)
)
select line, uprn, no_address, no_profile from lacking where no_address or no_profile order by line
"""


async def take_out_lacking(tx: Tx, given: Sequence[str]) -> list[Row]:
    """Lines that lack what neither the file nor the premises as it is has."""
    return await tx.rows(_LACKING, None, list(given))


_COUNT = "select count(*) as lines, coalesce(max(line), 0) as last from incoming_premises"


async def count(tx: Tx) -> tuple[int, int]:
    """Lines that are left, and the number of the last."""
    row = await tx.row(_COUNT, None)
    return (row["lines"], row["last"]) if row else (0, 0)


# What a file has no column for stays as it is.
_PLACE = """
with merged as (
    select
        i.uprn, i.area,
        case when p.uprn is null or 'profile' = any($3::text[]) then i.profile_id else p.profile_id end as profile_id,
        coalesce(i.readiness, p.readiness, 'READY') as readiness,
        case when 'readiness_text' = any($3) then i.readiness_text else p.readiness_text end as readiness_text,
        case when 'ready_date' = any($3) then i.ready_date else p.ready_date end as ready_date,
        case
            when 'installation_type' = any($3) then i.installation_type
            when p.uprn is null then 'STANDARD'
            else p.installation_type
        end as installation_type,
        coalesce(i.one_open_order, p.one_open_order, false) as one_open_order,
        coalesce(i.address, p.address) as address,
        p.uprn is null as is_new,
        p as old
    from incoming_premises as i left join premises as p on p.uprn = i.uprn
    where i.line > $1 and i.line <= $2
),
wanted as (
    select * from merged as m
    where m.is_new or (
        m.area, m.profile_id, m.readiness, m.readiness_text, m.ready_date, m.installation_type, m.one_open_order,
        m.address
    ) is distinct from (
        (m.old).area, (m.old).profile_id, (m.old).readiness, (m.old).readiness_text, (m.old).ready_date,
        (m.old).installation_type, (m.old).one_open_order, (m.old).address
    )
),
put as (
    insert into premises (
        uprn, area, profile_id, readiness, readiness_text, ready_date, installation_type, one_open_order, address
    )
    select uprn, area, profile_id, readiness, readiness_text, ready_date, installation_type, one_open_order, address
    from wanted
    on conflict (uprn) do update set
        area = excluded.area, profile_id = excluded.profile_id, readiness = excluded.readiness,
        readiness_text = excluded.readiness_text, ready_date = excluded.ready_date,
        installation_type = excluded.installation_type, one_open_order = excluded.one_open_order,
        address = excluded.address
    returning uprn
)
select
    (select count(*) from merged) as lines, (select count(*) from wanted where is_new) as anew,
    (select count(*) from put) as put
"""


async def place(tx: Tx, after: int, up_to: int, given: Sequence[str]) -> Row:
    """Put some of the lines in place. Counts: lines, those that are new, those that were written."""
    row = await tx.row(_PLACE, None, after, up_to, list(given))
    if row is None:
        raise AssertionError("an aggregate gives a row")
    return row
