"""Rows of `charges`."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from fibregate.db import Row, Statements
from fibregate.orders.charges.model import Charge, ChargeKind, ChargeState, Decision
from fibregate.vocabulary import OrderKey, TenantId

_COLUMNS = """
c.charge_id, c.order_key, o.id as order_id, u.code as supplier, c.kind, c.construction, c.included, c.amount, c.text,
c.state, c.answer, c.change_key, c.raised_at, c.answer_by, c.answered_at, c.ended_at
"""
_FROM = """
from charges as c
join orders as o on o.tenant_id = c.tenant_id and o.order_key = c.order_key
join suppliers as u on u.supplier_id = o.supplier_id
"""


def _read(row: Row) -> Charge:
    return Charge(
        id=row["charge_id"],
        order_key=OrderKey(row["order_key"]),
        order_id=row["order_id"],
        supplier=row["supplier"],
        kind=ChargeKind(row["kind"]),
        construction=row["construction"],
        included=row["included"],
        amount=row["amount"],
        text=row["text"],
        state=ChargeState(row["state"]),
        answer=Decision(row["answer"]) if row["answer"] else None,
        change_key=row["change_key"],
        raised_at=row["raised_at"],
        answer_by=row["answer_by"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
    )


_RAISE = """
insert into charges (
    tenant_id, charge_id, order_key, construction, included, text, state, raised_at, answer_by, ended_at, kind
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $7 = 'ACCEPTED' then $8::timestamptz end, $10)
returning charge_id
"""


async def insert(
    on: Statements,
    tenant: TenantId,
    charge: UUID,
    order: OrderKey,
    *,
    construction: Decimal,
    included: Decimal,
    text: str | None,
    state: ChargeState,
    raised_at: datetime,
    answer_by: datetime | None,
    kind: ChargeKind = ChargeKind.CONSTRUCTION,
) -> None:
    await on.row(
        _RAISE, tenant, charge, order, construction, included, text, state.value, raised_at, answer_by, kind.value
    )


_OPEN = f"select {_COLUMNS} {_FROM} where c.tenant_id = $1 and c.order_key = $2 and c.ended_at is null"


async def find_open(on: Statements, tenant: TenantId, order: OrderKey) -> Charge | None:
    row = await on.row(_OPEN, tenant, order)
    return _read(row) if row else None


_FIND = f"select {_COLUMNS} {_FROM} where c.tenant_id = $1 and c.charge_id = $2"


async def find(on: Statements, tenant: TenantId, charge: UUID) -> Charge | None:
    row = await on.row(_FIND, tenant, charge)
    return _read(row) if row else None


_LIST = f"""
select {_COLUMNS} {_FROM}
where c.tenant_id = $1 and (cardinality($2::text[]) = 0 or c.state = any($2))
    and ($3::bigint is null or o.id = $3) and ($4::timestamptz is null or (c.raised_at, c.charge_id) > ($4, $5::uuid))
order by c.raised_at, c.charge_id limit $6
"""


async def list_charges(
    on: Statements,
    tenant: TenantId,
    *,
    states: Sequence[ChargeState],
    order_id: int | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Charge]:
    """The eldest first."""
    since, charge = after or (None, None)
    rows = await on.rows(_LIST, tenant, [one.value for one in states], order_id, since, charge, limit)
    return [_read(row) for row in rows]


_ANSWER = """
update charges set state = 'ANSWERED', answer = $3, change_key = $4, answered_at = $5
where tenant_id = $1 and charge_id = $2 and state = 'AWAITING_RESPONSE' returning charge_id
"""


async def answer(
    on: Statements, tenant: TenantId, charge: UUID, decision: Decision, *, change: int, now: datetime
) -> None:
    await on.row(_ANSWER, tenant, charge, decision.value, change, now)


_END = """
update charges set state = $3, answer = coalesce($4, answer), answered_at = coalesce(answered_at, $5), ended_at = $6
where tenant_id = $1 and charge_id = $2 and ended_at is null returning charge_id
"""


async def end(
    on: Statements,
    tenant: TenantId,
    charge: UUID,
    state: ChargeState,
    *,
    answer: Decision | None,
    answered_at: datetime | None,
    now: datetime,
) -> None:
    await on.row(_END, tenant, charge, state.value, answer.value if answer else None, answered_at, now)


_ASK_AGAIN = """
update charges set state = 'AWAITING_RESPONSE', answer = null, change_key = null, answered_at = null
where tenant_id = $1 and charge_id = $2 and state = 'ANSWERED' returning charge_id
"""


async def ask_again(on: Statements, tenant: TenantId, charge: UUID) -> None:
    """The network has refused the answer."""
    await on.row(_ASK_AGAIN, tenant, charge)


_CALL_OFF = """
update charges set state = 'WITHDRAWN', ended_at = $3
where tenant_id = $1 and order_key = $2 and kind = 'EARLY_ENDING' and state = 'ACCEPTED' returning charge_id
"""


async def call_off(on: Statements, tenant: TenantId, order: OrderKey, now: datetime) -> UUID | None:
    """The order did not end what it was to end: nothing is to be paid for that."""
    row = await on.row(_CALL_OFF, tenant, order, now)
    return row["charge_id"] if row else None
