"""Rows of `suppliers`, `supplier_accounts` and `routes`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from fibregate.db import Row, Statements
from fibregate.vocabulary import SupplierId, TenantId

_SUPPLIER = """
s.supplier_id, s.code, s.name, s.kind <> 'HTTP' as own, s.kind = 'OWN_ETHERNET' as only_ethernet, s.capabilities,
s.extensions, s.replays, s.disabled_at is null as enabled
"""

# Our own network is there for everybody, unless a row says otherwise. With `$2` those too that are disabled.
_ROUTES = f"""
select {_SUPPLIER}, r.account_id, coalesce(r.preference, 100) as preference
from suppliers as s
left join routes as r on r.tenant_id = $1 and r.supplier_id = s.supplier_id
left join supplier_accounts as a on a.account_id = r.account_id
where (s.kind <> 'HTTP' or r.account_id is not null)
    and ($2 or (s.disabled_at is null and r.disabled_at is null and a.disabled_at is null))
order by coalesce(r.preference, 100), s.code
"""  # noqa: S608 - constants only


async def list_routes(on: Statements, tenant: TenantId, *, disabled: bool = False) -> list[Row]:
    return await on.rows(_ROUTES, tenant, disabled)


_SUPPLIERS = f"select {_SUPPLIER} from suppliers as s order by s.code"  # noqa: S608 - constants only


async def list_suppliers(on: Statements) -> list[Row]:
    return await on.rows(_SUPPLIERS, None)


_ACCOUNTS = """
select a.account_id, a.supplier_id, s.code, s.extensions, a.name, a.tenant_name, a.base_url, a.prefix, a.auth_kind,
    a.auth, a.connect_seconds, a.total_seconds, a.disabled_at is null as enabled,
    a.disabled_at is null and s.disabled_at is null as called
from supplier_accounts as a join suppliers as s on s.supplier_id = a.supplier_id
where $1::integer is null or a.account_id = $1 order by s.code, a.name
"""


async def list_accounts(on: Statements, account: int | None = None) -> list[Row]:
    """One, or all."""
    return await on.rows(_ACCOUNTS, None, account)


_ADD_SUPPLIER = """
insert into suppliers (code, name, kind) values ($1, $2, 'HTTP') on conflict (code) do nothing returning supplier_id
"""


async def insert_supplier(on: Statements, code: str, name: str) -> SupplierId | None:
    row = await on.row(_ADD_SUPPLIER, None, code, name)
    return SupplierId(row["supplier_id"]) if row else None


_SET_SUPPLIER = """
update suppliers set capabilities = coalesce($2, capabilities), extensions = coalesce($3, extensions),
    replays = coalesce($4, replays), aborted_visit_charge = coalesce($6, aborted_visit_charge),
    disabled_at = case when $5::boolean is null then disabled_at when $5 then null else clock() end
where code = $1 returning supplier_id
"""


async def set_supplier(
    on: Statements,
    code: str,
    *,
    capabilities: Sequence[str] | None,
    extensions: Sequence[str] | None,
    replays: bool | None,
    enabled: bool | None,
    aborted_visit_charge: Decimal | None,
) -> bool:
    row = await on.row(
        _SET_SUPPLIER,
        None,
        code,
        None if capabilities is None else list(capabilities),
        None if extensions is None else list(extensions),
        replays,
        enabled,
        aborted_visit_charge,
    )
    return row is not None


_LOCK = "select supplier_id from suppliers where code = $1 and kind = 'HTTP' for no key update"


async def lock_supplier(on: Statements, code: str) -> bool:
    """One that is far away, held until the end of the transaction; False where there is none."""
    return await on.row(_LOCK, None, code) is not None


SERIES: Final = 100_000_000
"""So many numbers has an account before those of the next one at its supplier begin."""

# A number of ours names one account of its supplier only: told with another account's name, it names nothing.
_PUT_ACCOUNT = f"""
insert into supplier_accounts (
    supplier_id, name, tenant_name, base_url, prefix, auth_kind, auth, connect_seconds, total_seconds, last_number
)
select s.supplier_id, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10::bigint, (
    select coalesce(max(a.last_number / {SERIES}) + 1, 0) * {SERIES} from supplier_accounts as a
    where a.supplier_id = s.supplier_id
))
from suppliers as s where s.code = $1 and s.kind = 'HTTP'
on conflict (supplier_id, name) do update set
    tenant_name = excluded.tenant_name, base_url = excluded.base_url, prefix = excluded.prefix,
    auth_kind = excluded.auth_kind, auth = excluded.auth, connect_seconds = excluded.connect_seconds,
    total_seconds = excluded.total_seconds,
    last_number = greatest(supplier_accounts.last_number, coalesce($10, 0))
returning account_id
"""  # noqa: S608 - a constant only


async def put_account(on: Statements, supplier: str, columns: Sequence[object]) -> int | None:
    row = await on.row(_PUT_ACCOUNT, None, supplier, *columns)
    return int(row["account_id"]) if row else None


_SWITCH_ACCOUNT = """
update supplier_accounts as a set disabled_at = case when $3 then null else coalesce(a.disabled_at, clock()) end
from suppliers as s where s.supplier_id = a.supplier_id and s.code = $1 and a.name = $2 returning a.account_id
"""


async def switch_account(on: Statements, supplier: str, account: str, *, enabled: bool) -> bool:
    return await on.row(_SWITCH_ACCOUNT, None, supplier, account, enabled) is not None


_PUT_ROUTE = """
insert into routes (tenant_id, supplier_id, account_id, preference, disabled_at)
select $1, s.supplier_id, a.account_id, $4, case when $5 then null else clock() end
from suppliers as s left join supplier_accounts as a on a.supplier_id = s.supplier_id and a.name = $3
where s.code = $2 and (a.account_id is not null or s.kind <> 'HTTP')
on conflict (tenant_id, supplier_id) do update set
    account_id = excluded.account_id, preference = excluded.preference, disabled_at = excluded.disabled_at
returning supplier_id
"""


async def put_route(
    on: Statements, tenant: TenantId, supplier: str, account: str, *, preference: int, enabled: bool
) -> bool:
    """False where there is no such supplier, or no such account at it."""
    return await on.row(_PUT_ROUTE, tenant, supplier, account, preference, enabled) is not None


_NEXT_NUMBER = """
update supplier_accounts set last_number = last_number + 1 where account_id = $1 returning last_number
"""


async def next_number(on: Statements, account: int) -> int:
    row = await on.row(_NEXT_NUMBER, None, account)
    if row is None:
        raise AssertionError("an account is never deleted")
    return int(row["last_number"])
