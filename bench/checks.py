"""Rows against answers, and the commits that reached the log; as the superuser, whom no wall stops."""

import asyncio
from datetime import datetime
from time import monotonic
from typing import Any

from bench.callers import Numbers
from bench.ground import FIRST_UPRN

SHOWN = 5


async def wal_position(connection: Any) -> str:
    return str(await connection.fetchval("select pg_current_wal_insert_lsn()::text"))


async def commits_since(connection: Any, before: str) -> float | None:
    """Commits that wrote something, of all databases; None where the server cannot tell."""
    if not await connection.fetchval("select true from pg_available_extensions where name = 'pg_walinspect'"):
        return None
    await connection.execute("create extension if not exists pg_walinspect")
    return await connection.fetchval(
        "select coalesce(sum(count), 0)::float8"
        " from pg_get_wal_stats($1::text::pg_lsn, pg_current_wal_flush_lsn(), true)"
        " where \"resource_manager/record_type\" like 'Transaction/COMMIT%'",
        before,
    )


async def count(connection: Any, table: str, column: str, first: int) -> int:
    """Rows of one turn."""
    return await connection.fetchval(
        f"select count(*) from {table} where {column} between $1 and $2",  # noqa: S608 - constants only
        first,
        first + Numbers.A_TURN - 1,
    )


_BOOKED = """
select r.tenant_id, r.id, r.reference,
    r.state = 'RESERVED' and exists (
        select 1 from audit as a where a.about_tenant = r.tenant_id and a.act = 'appointment.book'
            and a.subject = 'appointment ' || r.id
    ) and exists (select 1 from lanes as l where l.key = 'hold:' || r.tenant_id || ':' || r.id) as whole
from reservations as r where r.id between $1 and $2
"""
_MISCOUNTED = """
select s.slot_id, s.booked, count(r.id) as held from slots as s left join reservations as r
    on r.slot_id = s.slot_id and r.state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED', 'FULFILLED')
group by s.slot_id having s.booked <> count(r.id) limit 5
"""


async def bookings(connection: Any, first: int, answers: list[list[Any]]) -> list[str]:
    """Every 201 has its reservation, timer and audit row, nothing else was made, and each slot counts what it holds."""
    await connection.execute("create index if not exists bench_audit on audit (about_tenant, subject)")
    rows = await connection.fetch(_BOOKED, first, first + Numbers.A_TURN - 1)
    faults = _compared("bookings", {tuple(row)[:3] for row in rows if row["whole"]}, {tuple(one) for one in answers})
    if len(rows) != len(answers):
        faults.append(f"bookings: {len(answers)} answers of 201 and {len(rows)} reservations")
    for row in await connection.fetch(_MISCOUNTED):
        faults.append(f"slot {row['slot_id']} says {row['booked']} booked, and holds {row['held']}")
    return faults


async def forwarded_bookings(connection: Any, answers: list[list[Any]]) -> list[str]:
    """Every 201 has a reservation of its number, with the supplier's reference, that waits for its order."""
    rows = await connection.fetch(
        "select r.tenant_id, r.id, r.reference from reservations as r join suppliers as s using (supplier_id)"
        " where s.kind = 'HTTP' and r.state = 'RESERVED' and r.reference = any($1::text[])",
        [one[2] for one in answers],
    )
    return _compared("bookings passed on", {tuple(row) for row in rows}, {tuple(one) for one in answers})


_ORDERED = """
select o.tenant_id, o.id,
    r.state = 'ATTACHED' and so.order_key is not null and l.key is not null and exists (
        select 1 from audit as a where a.about_tenant = o.tenant_id and a.act = 'order.place'
            and a.subject = 'order ' || o.id
    ) as whole
from orders as o
left join reservations as r on r.tenant_id = o.tenant_id and r.id = o.reservation_id and r.order_key = o.order_key
left join supplier_orders as so on so.order_key = o.order_key and so.for_tenant = o.tenant_id
left join lanes as l on l.key = 'dispatch:' || o.order_key and l.kind = 'dispatch'
where o.id between $1 and $2
"""


async def orders(connection: Any, first: int, answers: list[list[Any]]) -> list[str]:
    """Every 202 has its order, its appointment, its way to the network, its lane and its audit row; nothing else."""
    await connection.execute("create index if not exists bench_audit on audit (about_tenant, subject)")
    rows = await connection.fetch(_ORDERED, first, first + Numbers.A_TURN - 1)
    faults = _compared("orders", {tuple(row)[:2] for row in rows if row["whole"]}, {tuple(one[:2]) for one in answers})
    if len(rows) != len(answers):
        faults.append(f"orders: {len(answers)} answers of 202 and {len(rows)} orders")
    return faults


def _compared(what: str, rows: set[tuple[Any, ...]], answers: set[tuple[Any, ...]]) -> list[str]:
    faults: list[str] = []
    if missing := answers - rows:
        faults.append(f"{what}: {len(missing)} answers without their whole rows, such as {sorted(missing)[:SHOWN]}")
    if more := rows - answers:
        faults.append(f"{what}: {len(more)} rows that nobody was told of, such as {sorted(more)[:SHOWN]}")
    return faults


async def give_back(connection: Any) -> None:
    """Every hold released and its timer gone, so that each turn begins as the first did."""
    await connection.execute("update reservations set state = 'RELEASED', ended_at = now() where state = 'RESERVED'")
    await connection.execute("update slots set booked = 0 where booked > 0")
    await connection.execute("delete from lanes where kind = 'hold'")
    await _tidy(connection)


_APPOINT = """
insert into reservations (
    tenant_id, id, slot_id, uprn, service, purpose, state, reference, expires_at, body_hash, address, conversation_id,
    request_id
)
select
    1 + c % $4, $1 + c * $2::bigint + n, s.slot_id, p.uprn, 'fttp', 'PROVIDE', 'RESERVED',
    'BENCH-' || $1 + c * $2::bigint + n,
    s.hold_until, '', '{}', 'bench', 'bench'
from generate_series(0, $3 - 1) as c, generate_series(1, $5) as n
join lateral (select $7::bigint + ((c % $4) * 37 + (c / $4) * $5 + n - 1) % $6 as uprn) as w on true
join premises as p on p.uprn = w.uprn
join slot_books as b on b.area = p.area
join slots as s on s.book_id = b.book_id and s.starts_at = $8
"""


async def appoint(
    connection: Any,
    *,
    first: int,
    a_caller: int,
    callers: int,
    orders: int,
    tenants: int,
    premises: int,
    starts_at: datetime,
) -> None:
    """A held appointment for every order that a turn may place, under the order's own number."""
    await connection.execute(_APPOINT, first, a_caller, callers, tenants, orders, premises, FIRST_UPRN, starts_at)
    await connection.execute("analyze reservations")


async def end_orders(connection: Any) -> None:
    """Every order ended and every appointment released; what the worker is to do stays."""
    await connection.execute("update supplier_orders set ended_at = now() where ended_at is null")
    await connection.execute(
        "update reservations set state = 'RELEASED', ended_at = now() where state in ('RESERVED', 'ATTACHED')"
    )
    await _tidy(connection)


async def _tidy(connection: Any) -> None:
    await connection.execute("vacuum analyze slots, reservations, supplier_orders, lanes, audit, orders")
    await connection.execute("checkpoint")


_WAITING = "select count(*) from lanes where kind = 'dispatch' and last_done < last_enqueued"
_NOT_SENT = """
select count(*) from orders as o left join work_orders as w on w.tenant_id = o.tenant_id and w.order_key = o.order_key
where o.status <> 'SENT_TO_SUPPLIER' or w.reference is null
"""


async def wait_for_dispatch(connection: Any, faults: list[str], patience: float = 300) -> int:
    """Until nothing waits for the worker; tells how many orders it sent, and what is wrong with them."""
    deadline = monotonic() + patience
    while await connection.fetchval(_WAITING) and monotonic() < deadline:
        await asyncio.sleep(0.5)
    wrong = await connection.fetchval(_NOT_SENT)
    if wrong:
        faults.append(f"orders: {wrong} that were accepted are not with the network after {patience:g} s")
    return await connection.fetchval("select count(*) from orders")
