"""Rows of `gateway_numbers`, and what numbers are used already."""

from typing import Final

from fibregate.db import Statements
from fibregate.vocabulary import TenantId

_LOCK = """
insert into gateway_numbers as g (tenant_id, kind, last_number) values ($1, $2, 0)
on conflict (tenant_id, kind) do update set last_number = g.last_number
returning g.last_number
"""


async def lock(on: Statements, tenant: TenantId, kind: str) -> int:
    """The last number that was given; nobody else gets one until the transaction ends."""
    row = await on.row(_LOCK, tenant, kind)
    if row is None:
        raise AssertionError("an upsert gives a row")
    return int(row["last_number"])


# The first number from $3 on that is not used: $3 itself, or the one after the run of used ones that it is in.
_COUNT_UP = """
update gateway_numbers set last_number = case
    when not exists (select 1 from {table} as u where u.tenant_id = $1 and u.id = $3{only}) then $3
    else (
        select u.id + 1 from {table} as u where u.tenant_id = $1 and u.id >= $3{only} and not exists (
            select 1 from {table} as v where v.tenant_id = $1 and v.id = u.id + 1{only}
        ) order by u.id limit 1
    )
end
where tenant_id = $1 and kind = $2 returning last_number
"""
RESERVATIONS: Final = _COUNT_UP.format(table="reservations", only="")
ORDERS: Final = _COUNT_UP.format(table="orders", only="")
AMENDMENTS: Final = _COUNT_UP.format(table="order_changes", only=" and kind = 'AMENDMENT'")
CANCELLATIONS: Final = _COUNT_UP.format(table="order_changes", only=" and kind = 'CANCELLATION'")


async def count_up(on: Statements, tenant: TenantId, kind: str, statement: str, *, at_least: int) -> int:
    """`statement` is the one for the table where numbers of this kind are used."""
    row = await on.row(statement, tenant, kind, at_least)
    if row is None:
        raise AssertionError("the counter was locked")
    return int(row["last_number"])


_COUNT_BACK = """
update gateway_numbers set last_number = $3::bigint - 1 where tenant_id = $1 and kind = $2 returning last_number
"""


async def count_back(on: Statements, tenant: TenantId, kind: str, number: int) -> None:
    """That one was not given after all."""
    await on.row(_COUNT_BACK, tenant, kind, number)
