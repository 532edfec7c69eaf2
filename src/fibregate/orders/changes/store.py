"""Rows of `order_changes`."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from fibregate.appointments.model import Asker
from fibregate.db import Row, Statements
from fibregate.orders.changes.model import Change, Wish
from fibregate.vocabulary import ChangeKind, ChangeStatus, OrderKey, TenantId

_COLUMNS = """
c.change_key, c.kind, c.id, c.door, c.order_key, o.id as order_id, u.code as supplier, c.number, c.status, c.asked,
c.reason_code, c.text, c.reservation_id, c.supplier_reference, c.sent_id, c.answer, c.play, c.body_hash, c.request_id,
c.conversation_id, c.created_at, c.decided_at
"""
_FROM = """
from order_changes as c
join orders as o on o.tenant_id = c.tenant_id and o.order_key = c.order_key
join suppliers as u on u.supplier_id = o.supplier_id
"""
_FIND = f"select {_COLUMNS} {_FROM} where c.tenant_id = $1 and c.kind = $2 and c.id = $3"


def _read(row: Row) -> Change:
    return Change(
        key=row["change_key"],
        kind=ChangeKind(row["kind"]),
        id=row["id"],
        door=row["door"],
        order_key=row["order_key"],
        order_id=row["order_id"],
        supplier=row["supplier"],
        number=row["number"],
        status=ChangeStatus(row["status"]),
        asked=row["asked"],
        reason_code=row["reason_code"],
        text=row["text"],
        reservation_id=row["reservation_id"],
        supplier_reference=row["supplier_reference"],
        sent_id=row["sent_id"],
        answer=row["answer"],
        play=row["play"],
        body_hash=row["body_hash"],
        request_id=row["request_id"],
        conversation_id=row["conversation_id"],
        created_at=row["created_at"],
        decided_at=row["decided_at"],
    )


async def find(on: Statements, tenant: TenantId, kind: ChangeKind, change: int) -> Change | None:
    row = await on.row(_FIND, tenant, kind.value, change)
    return _read(row) if row else None


_LIST = f"select {_COLUMNS} {_FROM} where c.tenant_id = $1 and c.order_key = $2 order by c.number"


async def list_changes(on: Statements, tenant: TenantId, order: OrderKey) -> list[Change]:
    """Of one order, in the order of asking."""
    return [_read(row) for row in await on.rows(_LIST, tenant, order)]


# The change, its place among those of its order, the lane that brings it to the network, and the audit row.
_INSERT = """
with counted as (
    update orders set changes = changes + 1 where tenant_id = $1 and order_key = $4 returning changes
),
made as (
    insert into order_changes (
        tenant_id, kind, id, door, order_key, number, status, asked, reason_code, text, reservation_id, play,
        body_hash, request_id, conversation_id, created_at
    )
    select $1, $2, $3, $5, $4, counted.changes, 'RECEIVED_BY_GATEWAY', $6, $7, $8, $9, $10, $11, $12, $13, $14
    from counted
    returning change_key, number
),
noted as (
    insert into audit (about_tenant, actor, act, subject, origin, request_id, at)
    select $1, $15, 'order.' || lower($2), lower($2) || ' ' || $3, $16, $12, $14 from made
)
select change_key, number from made
"""


async def insert(
    on: Statements,
    tenant: TenantId,
    order: OrderKey,
    wish: Wish,
    asker: Asker,
    *,
    reservation: int | None,
    now: datetime,
) -> int:
    """Its number among those of its order."""
    row = await on.row(
        _INSERT,
        tenant,
        wish.kind.value,
        wish.id,
        order,
        wish.door,
        dict(wish.asked),
        wish.reason_code,
        wish.text,
        reservation,
        dict(wish.play) if wish.play else None,
        wish.body_hash,
        asker.request_id,
        asker.conversation_id,
        now,
        asker.client,
        asker.origin,
    )
    if row is None:
        raise AssertionError("the order is locked")
    return int(row["number"])


_MARK = """
update order_changes set status = $3, answer = coalesce($4, answer),
    supplier_reference = coalesce(supplier_reference, $5), decided_at = $6, sent_id = coalesce(sent_id, $7)
where tenant_id = $1 and change_key = $2 returning change_key
"""


async def mark(
    on: Statements,
    tenant: TenantId,
    change: int,
    status: ChangeStatus,
    *,
    answer: str | None = None,
    reference: str | None = None,
    decided_at: datetime | None = None,
    sent_id: int | None = None,
) -> None:
    await on.row(_MARK, tenant, change, status.value, answer, reference, decided_at, sent_id)


_AMEND_ORDER = """
update orders set primary_contact = $3, secondary_contact = $4, engineer_tasks = $5, hazards = $6,
    on_site_restrictions = $7, notes = $8, requested_completion_date = $9
where tenant_id = $1 and order_key = $2 returning order_key
"""


async def amend_order(on: Statements, tenant: TenantId, order: OrderKey, texts: Mapping[str, Any]) -> None:
    """What an amendment has made of the parts that no update touches."""
    names = (
        "primary_contact",
        "secondary_contact",
        "engineer_tasks",
        "hazards",
        "on_site_restrictions",
        "notes",
        "requested_completion_date",
    )
    await on.row(_AMEND_ORDER, tenant, order, *(texts[name] for name in names))


_RESERVATION = """
select r.id, r.state, r.uprn, r.address, r.service, r.purpose, r.expires_at, r.supplier_id,
    coalesce(s.starts_at, r.starts_at) as starts_at, coalesce(s.ends_at, r.ends_at) as ends_at,
    r.supplier_id = o.supplier_id as same_supplier, r.order_key
from reservations as r
join orders as o on o.tenant_id = r.tenant_id and o.order_key = $2
left join slots as s on s.slot_id = r.slot_id
where r.tenant_id = $1 and r.id = $3
"""


async def find_reservation(on: Statements, tenant: TenantId, order: OrderKey, reservation: int) -> Row | None:
    return await on.row(_RESERVATION, tenant, order, reservation)


_LAST_PROBLEM = """
select facts ->> 'problemCode' as problem from kcis
where tenant_id = $1 and order_key = $2 and reason in ('REAPPOINT', 'INFORMATION_REQUIRED')
order by sequence_number desc limit 1
"""


async def last_problem(on: Statements, tenant: TenantId, order: OrderKey) -> str | None:
    """Why the network asked last."""
    row = await on.row(_LAST_PROBLEM, tenant, order)
    return row["problem"] if row else None


_ABORTED_VISIT = "select aborted_visit_charge from suppliers where code = $1"


async def aborted_visit_charge(on: Statements, supplier: str) -> Decimal | None:
    """In GBP ex VAT; None where the network does not say."""
    row = await on.row(_ABORTED_VISIT, None, supplier)
    return row["aborted_visit_charge"] if row else None


_NUMBER_THERE = "select sent_id is not null as named from supplier_orders where order_key = $1"


async def has_number_there(on: Statements, order: OrderKey) -> bool:
    row = await on.row(_NUMBER_THERE, None, order)
    return row is not None and bool(row["named"])
