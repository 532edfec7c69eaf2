"""Rows of `supplier_calls`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fibregate.db import Row, Statements
from fibregate.suppliers.ledger.model import About, Call, CallKind, CallState
from fibregate.vocabulary import OrderKey, SupplierId, TenantId

_COLUMNS = """
call_id, supplier_id, account_id, kind, sent_id, order_key, change_key, state, outcome, request, attempts, created_at,
sent_at
"""


def read(tenant: TenantId, row: Row) -> Call:
    """From a row that has all that a call is."""
    return Call(
        tenant=tenant,
        call_id=row["call_id"],
        supplier_id=SupplierId(row["supplier_id"]),
        account_id=row["account_id"],
        kind=CallKind(row["kind"]),
        sent_id=row["sent_id"],
        order_key=row["order_key"],
        change_key=row["change_key"],
        state=CallState(row["state"]),
        outcome=row["outcome"],
        request=row["request"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
    )


_INSERT = f"""
insert into supplier_calls (
    tenant_id, supplier_id, account_id, kind, sent_id, order_key, change_key, state, request, created_at
) values ($1, $2, $3, $4, $5, $6, $7, 'INTENT', $8, $9) returning {_COLUMNS}
"""  # noqa: S608 - constants only


async def insert(
    on: Statements,
    tenant: TenantId,
    supplier: SupplierId,
    account: int,
    *,
    kind: CallKind,
    sent_id: int,
    about: About,
    request: Mapping[str, Any],
    now: datetime,
) -> Call:
    row = await on.row(
        _INSERT,
        tenant,
        supplier,
        account,
        kind.value,
        sent_id,
        about.order_key,
        about.change_key,
        dict(request),
        now,
    )
    if row is None:
        raise AssertionError("an insert gives its row")
    return read(tenant, row)


_LOCK = f"select {_COLUMNS} from supplier_calls where tenant_id = $1 and call_id = $2 for update"  # noqa: S608 - constants


async def lock(on: Statements, tenant: TenantId, call: int) -> Call:
    row = await on.row(_LOCK, tenant, call)
    if row is None:
        raise AssertionError("a call is never deleted")
    return read(tenant, row)


_OF_ORDER = f"""
select {_COLUMNS} from supplier_calls
where tenant_id = $1 and order_key = $2 and change_key is not distinct from $3 order by call_id desc limit 1
"""  # noqa: S608 - constants only


async def find_of(on: Statements, tenant: TenantId, order: OrderKey, change: int | None) -> Call | None:
    """The latest for the order itself, or for one change of it."""
    row = await on.row(_OF_ORDER, tenant, order, change)
    return read(tenant, row) if row else None


_SENT = """
update supplier_calls set state = 'SENT', attempts = attempts + 1, sent_at = $3
where tenant_id = $1 and call_id = $2 and state in ('INTENT', 'UNKNOWN') returning call_id
"""


async def mark_sent(on: Statements, tenant: TenantId, call: int, now: datetime) -> bool:
    return await on.row(_SENT, tenant, call, now) is not None


_SETTLE = """
update supplier_calls set state = $3, outcome = $4, http_status = $5, settled_at = $6
where tenant_id = $1 and call_id = $2 and state in ('INTENT', 'SENT', 'UNKNOWN') returning call_id
"""


async def settle(
    on: Statements,
    tenant: TenantId,
    call: int,
    state: CallState,
    *,
    outcome: str | None = None,
    status: int | None = None,
    settled_at: datetime | None = None,
) -> bool:
    """Whether it was open until now."""
    return await on.row(_SETTLE, tenant, call, state.value, outcome, status, settled_at) is not None


_OPEN = f"""
select {_COLUMNS} from supplier_calls
where tenant_id = $1 and state in ('INTENT', 'SENT', 'UNKNOWN') order by created_at limit $2
"""  # noqa: S608 - constants only


async def list_open(on: Statements, tenant: TenantId, *, limit: int) -> list[Call]:
    """Of which nobody knows what became of them, the eldest first."""
    return [read(tenant, row) for row in await on.rows(_OPEN, tenant, limit)]
