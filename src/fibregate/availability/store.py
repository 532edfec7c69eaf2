"""The read behind availability."""

from fibregate.db import Row, Statements
from fibregate.suppliers.network.store import PREMISES_COLUMNS, PREMISES_JOINS
from fibregate.vocabulary import TenantId

_FIND = f"""
select {PREMISES_COLUMNS},
    (select count(*) from supplier_orders as so where so.uprn = p.uprn and so.ended_at is null) as open_orders,
    exists (select from ethernet_sites as e where e.kind = 'UPRN' and e.identifier = p.uprn::text) as ethernet
from premises as p {PREMISES_JOINS} where p.uprn = $2
"""  # noqa: S608 - constants only


async def find(on: Statements, tenant: TenantId, uprn: int) -> Row | None:
    return await on.row(_FIND, tenant, uprn)


_AT_UPRN = "select p.uprn, p.address from premises as p where p.uprn = $1"


async def list_at_uprn(on: Statements, uprn: int) -> list[Row]:
    return await on.rows(_AT_UPRN, None, uprn)


_AT_POSTCODE = """
select p.uprn, p.address from premises as p where upper(replace(p.address ->> 'postcode', ' ', '')) = $1
order by p.address ->> 'streetName', length(p.address ->> 'streetNumber'), p.address ->> 'streetNumber', p.uprn limit $2
"""


async def list_at_postcode(on: Statements, postcode: str, *, limit: int) -> list[Row]:
    """`postcode` in capitals and without spaces."""
    return await on.rows(_AT_POSTCODE, None, postcode, limit)
