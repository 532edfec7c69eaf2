"""Rows of `supplier_health` and `supplier_circuits`."""

from collections.abc import Sequence
from uuid import UUID

from fibregate.db import Row, Statements

# Processes tell in any order: of each thing the latest stays.
_TELL = """
with told as (
    insert into supplier_circuits as c (
        supplier_id, process, half, host, pid, opened_at, rests_until, failing_since, answered, failed, p50_ms, p95_ms,
        told_at
    )
    select s.supplier_id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now() from suppliers as s where s.code = $1
    on conflict (supplier_id, process) do update set
        opened_at = excluded.opened_at, rests_until = excluded.rests_until, failing_since = excluded.failing_since,
        answered = excluded.answered, failed = excluded.failed, p50_ms = excluded.p50_ms, p95_ms = excluded.p95_ms,
        told_at = excluded.told_at
    returning c.supplier_id
)
insert into supplier_health as h (supplier_id, last_good_at, last_fault_at, last_fault, last_fault_text)
select supplier_id, $13, $14, $15, $16 from told
on conflict (supplier_id) do update set
    last_good_at = greatest(h.last_good_at, excluded.last_good_at),
    last_fault_at = greatest(h.last_fault_at, excluded.last_fault_at),
    last_fault = case when h.last_fault_at is null or excluded.last_fault_at >= h.last_fault_at
        then excluded.last_fault else h.last_fault end,
    last_fault_text = case when h.last_fault_at is null or excluded.last_fault_at >= h.last_fault_at
        then excluded.last_fault_text else h.last_fault_text end
"""


async def tell(on: Statements, supplier: str, columns: Sequence[object]) -> None:
    await on.row(_TELL, None, supplier, *columns)


_FORGET = "delete from supplier_circuits where process = $1"


async def forget(on: Statements, process: UUID) -> None:
    await on.row(_FORGET, None, process)


_FORGET_GONE = "delete from supplier_circuits where told_at <= now() - make_interval(secs => $1)"


async def forget_gone(on: Statements, seconds: float) -> None:
    await on.row(_FORGET_GONE, None, seconds)


# `asked`: it is enabled, and has an account under which it may be called.
_CONDITIONS = """
select s.code, h.last_good_at, h.last_fault_at, h.last_fault, h.last_fault_text, c.process, c.half, c.host, c.pid,
    c.opened_at, c.rests_until > now() as rests, c.failing_since, c.answered, c.failed, c.p50_ms, c.p95_ms,
    s.disabled_at is null and exists (
        select 1 from supplier_accounts as a where a.supplier_id = s.supplier_id and a.disabled_at is null
    ) as asked
from supplier_health as h
join suppliers as s on s.supplier_id = h.supplier_id
left join supplier_circuits as c
    on c.supplier_id = h.supplier_id and c.told_at > now() - make_interval(secs => $1)
order by s.code, c.half, c.host, c.pid, c.process
"""


async def list_conditions(on: Statements, seconds: float) -> list[Row]:
    """A row for each circuit that was told within so many seconds; without one, a row for the supplier."""
    return await on.rows(_CONDITIONS, None, seconds)
