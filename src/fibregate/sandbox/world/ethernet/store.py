"""Rows of the code under which the invented network sells Ethernet."""

from fibregate.db import Statements
from fibregate.vocabulary import SupplierId

_INSERT_SUPPLIER = """
insert into suppliers (code, name, kind, capabilities, replays)
values ($1, $2, 'OWN_ETHERNET', '{AVAILABILITY,QUOTES,ETHERNET_ORDERS,AMENDMENTS,CANCELLATIONS}', true)
returning supplier_id
"""


async def insert_supplier(on: Statements, code: str, name: str) -> SupplierId:
    row = await on.row(_INSERT_SUPPLIER, None, code, name)
    if row is None:
        raise AssertionError("an insert without a condition gives its row")
    return SupplierId(row["supplier_id"])
