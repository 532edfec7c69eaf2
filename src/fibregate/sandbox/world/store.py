"""Rows of the invented network, as they are put in and kept up."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fibregate.calendars import eve
from fibregate.db import Row, Statements, Tx
from fibregate.sandbox.world.places import SERVICE, Handover, Pattern
from fibregate.sandbox.world.special import Line
from fibregate.vocabulary import TenantId

_CLOSE_UNTIL = """
update slots set closed = local_date < $2
where book_id in (select book_id from slot_books where area = $1) and closed <> (local_date < $2) returning slot_id
"""


async def close_until(on: Statements, area: str, day: date) -> None:
    """Nothing of this area can be booked before that day, everything from it on."""
    await on.rows(_CLOSE_UNTIL, None, area, day)


_PROMISE = "update premises set ready_date = $2, constraints = $3 where uprn = $1 returning uprn"


async def promise(on: Statements, uprn: int, ready: date, constraints: list[dict[str, str]]) -> None:
    await on.row(_PROMISE, None, uprn, ready, constraints)


_HAS_AREAS = "select count(*) as areas from areas"


async def has_areas(on: Statements) -> bool:
    row = await on.row(_HAS_AREAS, None)
    return row is not None and row["areas"] > 0


_INSERT_AREA = "insert into areas (area, name, nation) values ($1, $2, $3)"


async def insert_area(on: Statements, area: str, name: str, nation: str) -> None:
    await on.row(_INSERT_AREA, None, area, name, nation)


_INSERT_SERVICE = "insert into service_specifications (service, name, order_characteristics) values ($1, $2, $3)"


async def insert_service(on: Statements, service: str, name: str, characteristics: Sequence[Mapping[str, Any]]) -> None:
    await on.row(_INSERT_SERVICE, None, service, name, list(characteristics))


_INSERT_PROFILE = """
insert into profiles (code, service, characteristics, ont_ports) values ($1, $2, $3, $4) returning profile_id
"""


async def insert_profile(
    on: Statements, code: str, service: str, characteristics: Sequence[Mapping[str, Any]], *, ports: int
) -> int:
    row = await on.row(_INSERT_PROFILE, None, code, service, list(characteristics), ports)
    return int(row["profile_id"]) if row else 0


_INSERT_BOOK = """
insert into slot_books (area, service, purpose, lead_days, hold_rule) values ($1, $2, $3, $4, $5) returning book_id
"""


async def insert_book(on: Statements, area: str, service: str, purpose: str, *, lead_days: int, rule: str) -> int:
    row = await on.row(_INSERT_BOOK, None, area, service, purpose, lead_days, rule)
    return int(row["book_id"]) if row else 0


_INSERT_PATTERN = """
insert into slot_patterns (book_id, classification, starts, ends, weekdays, capacity, standard)
values ($1, $2, $3, $4, $5, $6, $7)
"""


async def insert_pattern(on: Statements, book: int, one: Pattern) -> None:
    await on.row(
        _INSERT_PATTERN,
        None,
        book,
        one.classification,
        one.starts,
        one.ends,
        list(one.weekdays),
        one.capacity,
        one.standard,
    )


_PREMISES_COLUMNS = (
    "uprn",
    "area",
    "profile_id",
    "readiness",
    "readiness_text",
    "ready_date",
    "installation_type",
    "unlimited_lines",
    "one_open_order",
    "constraints",
    "line_characteristics",
    "address",
)


async def copy_premises(tx: Tx, table: bytes) -> None:
    await tx.slot.connection.copy_to_table(
        "premises", source=io.BytesIO(table), columns=_PREMISES_COLUMNS, format="csv"
    )


_SPEAK_FOR = "select set_config('fg.tenant', $1, true)"


async def speak_for(tx: Tx, tenant: TenantId) -> None:
    """Until the transaction ends, its rows may be this tenant's: the data set belongs to several."""
    await tx.row(_SPEAK_FOR, None, str(tenant))


_INSERT_HANDOVER = """
insert into handovers (tenant_id, area, enni_id, site_name, site_location, outer_vlan) values ($1, $2, $3, $4, $5, $6)
"""


async def insert_handover(on: Statements, tenant: TenantId, area: str, handover: Handover) -> None:
    await on.row(
        _INSERT_HANDOVER,
        None,
        tenant,
        area,
        handover.enni_id,
        handover.site_name,
        handover.site_location,
        handover.outer_vlan,
    )


_INSERT_ONT = """
with ont as (
    insert into onts (
        ont_reference, uprn, line_id, serial_number, manufacturer, floor, room, position, line_characteristics
    ) values ($1, $2, $3, $4, 'Fenwick Optical', 'Ground', 'Hallway', 'Left of front door', $5)
)
insert into ont_ports (ont_reference, port_number, status, holder, service_id, stopped_at)
select
    $1, n, case when n > 1 then 'FREE' when $7::integer is null then 'STOPPED' else 'ACTIVE' end,
    case n when 1 then $7 end, case when n = 1 and $7 is not null then $8::text end,
    case when n = 1 and $7 is null then $9::timestamptz end
from generate_series(1, $6::integer) as n
"""


async def insert_ont(on: Statements, line: Line, *, holder: TenantId | None, stopped_at: datetime) -> None:
    await on.row(
        _INSERT_ONT,
        None,
        line.ont_reference,
        line.uprn,
        line.line_id,
        line.serial_number,
        line.line_characteristics,
        line.ports,
        holder,
        line.service_id,
        stopped_at,
    )


_INSERT_LIVE = """
insert into services (
    tenant_id, service_id, uprn, service, address, characteristics, enni_id, outer_vlan, inner_vlan, ont_reference,
    port_number, state, since
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, 'ACTIVE', $11)
"""


async def insert_live(on: Statements, tenant: TenantId, line: Line, *, handover: Handover, since: datetime) -> None:
    """The service on a line's first port, of no order that anybody placed here."""
    await on.row(
        _INSERT_LIVE,
        None,
        tenant,
        line.service_id,
        line.uprn,
        SERVICE,
        {"id": str(line.uprn), "type": "UPRN"},
        line.characteristics,
        handover.enni_id,
        handover.outer_vlan,
        line.inner_vlan,
        line.ont_reference,
        since,
    )


_KEEP_SLOT = """
insert into slots (book_id, local_date, classification, starts_at, ends_at, hold_until, book_by, standard, capacity)
values ($1, $2, $3, $4, $5, $6, $7, true, $8)
on conflict (book_id, starts_at, ends_at) do nothing
"""


async def keep_slot(
    on: Statements,
    book: int,
    day: date,
    *,
    starts: datetime,
    ends: datetime,
    band: str,
    book_by: date,
    capacity: int,
) -> None:
    """Put a visit on sale unless it is."""
    await on.row(_KEEP_SLOT, None, book, day, band, starts, ends, eve(day), book_by, capacity)


_CEASING = """
select t.ont_reference, t.port_number, t.holder, t.service_id
from ont_ports as t join onts as o on o.ont_reference = t.ont_reference
where t.status = 'ACTIVE' and o.line_characteristics @> '[{"name": "PENDING_CEASE"}]'
    and jsonb_path_query_first(o.line_characteristics, '$[*] ? (@.name == "PENDING_CEASE").value') #>> '{}' <= $1
order by t.ont_reference, t.port_number
"""


async def list_ceasing(on: Statements, today: str) -> list[Row]:
    """The day has come for what runs there to end."""
    return await on.rows(_CEASING, None, today)


_FREE_PORT = """
update ont_ports set status = 'FREE', stopped_at = null
where ont_reference = $1 and port_number = $2 and status = 'STOPPED' returning port_number
"""


async def free_port(on: Statements, ont: str, port: int) -> None:
    await on.row(_FREE_PORT, None, ont, port)
