"""Rows of `expectations` and `order_waits`, and the timer of a wait."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fibregate.db import Row, Statements
from fibregate.orders.watch.model import Expectation, Unit, Who
from fibregate.vocabulary import OrderKey, OrderStatus, TenantId

_COLUMNS = "e.status, e.span, e.unit, e.days_without_target, e.who, e.text, s.code as supplier"


def _expectation(row: Row) -> Expectation:
    return Expectation(
        supplier=row["supplier"],
        status=OrderStatus(row["status"]),
        span=row["span"],
        unit=Unit(row["unit"]),
        days_without_target=row["days_without_target"],
        who=Who(row["who"]),
        text=row["text"],
    )


_FIND = f"""
select {_COLUMNS} from expectations as e left join suppliers as s on s.supplier_id = e.supplier_id
where e.status = $2 and (e.supplier_id is null or s.code = $1::text) order by s.code nulls last limit 1
"""  # noqa: S608 - constants only


async def find_expectation(on: Statements, supplier: str | None, status: OrderStatus) -> Expectation | None:
    """The supplier's own, else the default."""
    row = await on.row(_FIND, None, supplier, status.value)
    return None if row is None else _expectation(row)


_LIST = f"""
select {_COLUMNS} from expectations as e left join suppliers as s on s.supplier_id = e.supplier_id
order by s.code nulls first, e.status
"""  # noqa: S608 - constants only


async def list_expectations(on: Statements) -> list[Expectation]:
    """The defaults first."""
    return [_expectation(row) for row in await on.rows(_LIST, None)]


_PUT = """
insert into expectations (supplier_id, status, span, unit, days_without_target, who, text)
select s.supplier_id, $2, $3, $4, $5, $6, $7
from (select 1) as one left join suppliers as s on s.code = $1::text
where $1::text is null or s.supplier_id is not null
on conflict (supplier_id, status) do update set
    span = excluded.span, unit = excluded.unit, days_without_target = excluded.days_without_target,
    who = excluded.who, text = excluded.text
returning status
"""


async def put_expectation(on: Statements, one: Expectation) -> bool:
    """False where there is no such supplier."""
    row = await on.row(
        _PUT,
        None,
        one.supplier,
        one.status.value,
        one.span,
        one.unit.value,
        one.days_without_target,
        one.who.value,
        one.text,
    )
    return row is not None


_WAIT = """
select watched, agreed_hours, since, after, due_at, warned_at from order_waits where tenant_id = $1 and order_key = $2
"""


async def find_wait(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    return await on.row(_WAIT, tenant, order)


_BEGIN = """
insert into order_waits (tenant_id, order_key, since, after, due_at) values ($1, $2, $3, $4, $5)
on conflict (tenant_id, order_key) do update set
    since = excluded.since, after = excluded.after, due_at = excluded.due_at, warned_at = null
"""


async def begin(
    on: Statements, tenant: TenantId, order: OrderKey, *, since: datetime, after: str, due_at: datetime | None
) -> None:
    await on.row(_BEGIN, tenant, order, since, after, due_at)


_AGREE = """
insert into order_waits (tenant_id, order_key, watched, agreed_hours) values ($1, $2, $3, $4)
on conflict (tenant_id, order_key) do update set
    watched = excluded.watched, agreed_hours = excluded.agreed_hours
"""


async def agree(on: Statements, tenant: TenantId, order: OrderKey, *, watched: bool, hours: Mapping[str, int]) -> None:
    await on.row(_AGREE, tenant, order, watched, dict(hours))


_MARK_WARNED = "update order_waits set warned_at = $3 where tenant_id = $1 and order_key = $2 returning order_key"


async def mark_warned(on: Statements, tenant: TenantId, order: OrderKey, now: datetime) -> None:
    await on.row(_MARK_WARNED, tenant, order, now)


# One that a worker has in hand is left to it: it looks at the order under the same lock as we hold.
_REST = """
update lanes set last_done = last_enqueued
where key = 'watch:' || $1::bigint and leased_until is null and last_done < last_enqueued returning key
"""


async def rest(on: Statements, order: OrderKey) -> None:
    """Nothing is waited for: the timer is done."""
    await on.row(_REST, None, order)


_LAST_QUESTION = """
select facts -> 'actBy' as act_by from kcis
where tenant_id = $1 and order_key = $2 and facts ? 'actBy' order by sequence_number desc limit 1
"""


async def last_act_by(on: Statements, tenant: TenantId, order: OrderKey) -> dict[str, Any] | None:
    """By when the last question said that its answer is needed."""
    row = await on.row(_LAST_QUESTION, tenant, order)
    return row["act_by"] if row else None
