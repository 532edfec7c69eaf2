"""Rows of `quotes` and `quote_items`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.vocabulary import SupplierId, TenantId

_INSERT_QUOTE = """
insert into quotes (
    tenant_id, quote_id, external_identifier, request_id, conversation_id, created_at, caller_id, body_hash
) values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def insert(
    on: Statements,
    tenant: TenantId,
    quote: UUID,
    *,
    external_identifier: str,
    request_id: str,
    conversation_id: str,
    called: tuple[int, bytes] | None = None,
    now: datetime,
) -> None:
    """`called`: the number that its caller gave it, and the hash of its body. Breaks a key where the number is used."""
    number, body_hash = called or (None, None)
    await on.row(_INSERT_QUOTE, tenant, quote, external_identifier, request_id, conversation_id, now, number, body_hash)


_INSERT_ITEMS = """
insert into quote_items (
    tenant_id, quote_id, item_id, alternate, place, supplier_id, supplier_quote_id, sites, contract, services, status,
    level, months, one_off, monthly, one_off_charges, recurring_charges, construction, lead_days, valid_until, reasons,
    notes
)
select $1, $2, i.item_id, i.alternate, i.place, i.supplier_id, i.supplier_quote_id, i.sites, i.contract, i.services,
    i.status, i.level, i.months, i.one_off, i.monthly, i.one_off_charges, i.recurring_charges, i.construction,
    i.lead_days, i.valid_until, i.reasons, i.notes
from jsonb_to_recordset($3) as i (
    item_id bigint, alternate smallint, place smallint, supplier_id integer, supplier_quote_id text, sites jsonb,
    contract jsonb, services jsonb, status text, level text, months smallint, one_off numeric, monthly numeric,
    one_off_charges jsonb, recurring_charges jsonb, construction jsonb, lead_days smallint, valid_until timestamptz,
    reasons jsonb, notes jsonb
)
"""


async def insert_items(on: Statements, tenant: TenantId, quote: UUID, items: Sequence[Mapping[str, Any]]) -> None:
    """Amounts come as text, so that they stay exact."""
    await on.rows(_INSERT_ITEMS, tenant, quote, list(items))


_LIST_NUMBERS = """
select i.supplier_id, i.supplier_quote_id from unnest($2::integer[], $3::text[]) as k (supplier_id, number)
join quote_items as i on i.tenant_id = $1 and i.supplier_id = k.supplier_id and i.supplier_quote_id = k.number
"""


async def list_numbers(
    on: Statements, tenant: TenantId, numbers: Sequence[tuple[SupplierId, str]]
) -> set[tuple[SupplierId, str]]:
    """Those of these numbers of suppliers that the tenant has quotes under."""
    suppliers, codes = [supplier for supplier, _ in numbers], [number for _, number in numbers]
    rows = await on.rows(_LIST_NUMBERS, tenant, suppliers, codes) if numbers else []
    return {(SupplierId(row["supplier_id"]), str(row["supplier_quote_id"])) for row in rows}


_ITEMS = """
select i.quote_id, i.item_id, i.alternate, s.code as supplier, i.supplier_quote_id, i.sites, i.contract, i.services,
    i.status, i.level, i.months, i.one_off, i.monthly, i.one_off_charges, i.recurring_charges, i.construction,
    i.lead_days, i.valid_until, i.reasons, i.notes
from quote_items as i join suppliers as s on s.supplier_id = i.supplier_id
"""

_LIST_ITEMS = f"""
{_ITEMS} where i.tenant_id = $1 and i.quote_id = any($2) order by i.quote_id, i.place, i.alternate
"""


async def list_items(on: Statements, tenant: TenantId, quotes: Sequence[UUID]) -> list[Row]:
    """Of each quote in the order of its request, alternates after what they stand for."""
    return await on.rows(_LIST_ITEMS, tenant, list(quotes))


_FIND = "select quote_id, external_identifier, created_at from quotes where tenant_id = $1 and quote_id = $2"


async def find(on: Statements, tenant: TenantId, quote: UUID) -> Row | None:
    return await on.row(_FIND, tenant, quote)


_FIND_CALLED = """
select quote_id, external_identifier, created_at, body_hash from quotes where tenant_id = $1 and caller_id = $2
"""


async def find_called(on: Statements, tenant: TenantId, number: int) -> Row | None:
    """By the number that its caller gave it."""
    return await on.row(_FIND_CALLED, tenant, number)


_LIST = """
select quote_id, external_identifier, created_at from quotes
where tenant_id = $1 and ($2::text is null or external_identifier = $2)
    and ($3::timestamptz is null or (created_at, quote_id) < ($3, $4::uuid))
order by created_at desc, quote_id desc limit $5
"""


async def list_quotes(
    on: Statements,
    tenant: TenantId,
    *,
    external_identifier: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """The latest first, from beyond `before`."""
    return await on.rows(_LIST, tenant, external_identifier, *(before or (None, None)), limit)
