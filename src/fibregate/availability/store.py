"""The read behind availability."""

from fibregate.db import Row, Statements
from fibregate.suppliers.network.store import PREMISES_COLUMNS, PREMISES_JOINS
from fibregate.vocabulary import TenantId

_FIND = f"""
select {PREMISES_COLUMNS},
    (select count(*) from supplier_orders as so where so.uprn = p.uprn and so.ended_at is null) as open_orders
from premises as p {PREMISES_JOINS} where p.uprn = $2
"""  # noqa: S608 - constants only


async def find(on: Statements, tenant: TenantId, uprn: int) -> Row | None:
    return await on.row(_FIND, tenant, uprn)
