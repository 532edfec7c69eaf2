"""Rows of `wayleaves`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.orders.wayleaves.model import Wayleave, WayleaveState
from fibregate.vocabulary import Nation, OrderKey, TenantId

_COLUMNS = """
w.wayleave_id, w.order_key, o.id as order_id, u.code as supplier, coalesce(a.nation, 'ENG') as nation, w.state, w.text,
w.asked_at, w.answer_by, w.ended_at
"""
_FROM = """
from wayleaves as w
join orders as o on o.tenant_id = w.tenant_id and o.order_key = w.order_key
join suppliers as u on u.supplier_id = o.supplier_id
left join premises as p on p.uprn = o.uprn
left join areas as a on a.area = p.area
"""


def _read(row: Row) -> Wayleave:
    return Wayleave(
        id=row["wayleave_id"],
        order_key=OrderKey(row["order_key"]),
        order_id=row["order_id"],
        supplier=row["supplier"],
        nation=Nation(row["nation"]),
        state=WayleaveState(row["state"]),
        text=row["text"],
        asked_at=row["asked_at"],
        answer_by=row["answer_by"],
        ended_at=row["ended_at"],
    )


_INSERT = """
insert into wayleaves (tenant_id, wayleave_id, order_key, state, text, asked_at, answer_by)
values ($1, $2, $3, $4, $5, $6, $7) returning wayleave_id
"""


async def insert(
    on: Statements,
    tenant: TenantId,
    wayleave: UUID,
    order: OrderKey,
    *,
    state: WayleaveState,
    text: str | None,
    asked_at: datetime,
    answer_by: datetime | None,
) -> None:
    await on.row(_INSERT, tenant, wayleave, order, state.value, text, asked_at, answer_by)


_MOVE = """
update wayleaves set state = $3, text = coalesce($4, text), answer_by = $5, ended_at = $6
where tenant_id = $1 and wayleave_id = $2 and ended_at is null returning wayleave_id
"""


async def move(
    on: Statements,
    tenant: TenantId,
    wayleave: UUID,
    state: WayleaveState,
    *,
    text: str | None = None,
    answer_by: datetime | None = None,
    ended_at: datetime | None = None,
) -> None:
    await on.row(_MOVE, tenant, wayleave, state.value, text, answer_by, ended_at)


_OPEN = f"select {_COLUMNS} {_FROM} where w.tenant_id = $1 and w.order_key = $2 and w.ended_at is null"


async def find_open(on: Statements, tenant: TenantId, order: OrderKey) -> Wayleave | None:
    row = await on.row(_OPEN, tenant, order)
    return _read(row) if row else None


_LIST = f"""
select {_COLUMNS} {_FROM}
where w.tenant_id = $1 and (cardinality($2::text[]) = 0 or w.state = any($2))
    and ($3::bigint is null or o.id = $3) and ($4::timestamptz is null or (w.asked_at, w.wayleave_id) > ($4, $5::uuid))
order by w.asked_at, w.wayleave_id limit $6
"""


async def list_wayleaves(
    on: Statements,
    tenant: TenantId,
    *,
    states: Sequence[WayleaveState],
    order_id: int | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Wayleave]:
    """The eldest first."""
    since, wayleave = after or (None, None)
    rows = await on.rows(_LIST, tenant, [one.value for one in states], order_id, since, wayleave, limit)
    return [_read(row) for row in rows]
