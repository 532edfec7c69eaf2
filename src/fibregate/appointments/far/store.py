"""Rows of `reservations` at suppliers far away, and the calls that ask for them."""

from datetime import datetime

from fibregate.appointments.far.model import Kept
from fibregate.appointments.store import COLUMNS, JOINS
from fibregate.db import Row, Statements
from fibregate.suppliers.answers import Booked
from fibregate.suppliers.port import Timeslot
from fibregate.vocabulary import SupplierId, TenantId

_INSERT = f"""
with made as (
    insert into reservations (
        tenant_id, id, supplier_id, uprn, service, service_name, service_id, purpose, state, reference, expires_at,
        body_hash, address, request_id, conversation_id, created_at, starts_at, ends_at, classification, standard,
        sent_id
    ) values (
        $1, $2, $3, $4, $5, $6, $7, $8, 'RESERVED', $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20
    )
    returning *
),
timer as (
    insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done)
    select 'hold:' || $1 || ':' || id, 'hold', $1, jsonb_build_object('reservation', id), expires_at, 1, 0
    from made where expires_at is not null
),
noted as (
    insert into audit (about_tenant, actor, act, subject, origin, request_id, at)
    select $1, $21, 'appointment.book', 'appointment ' || id, $22, $13, $15 from made
)
select {COLUMNS} from made as r {JOINS}
"""  # noqa: S608 - constants only


async def insert(
    on: Statements,
    tenant: TenantId,
    number: int,
    supplier: SupplierId,
    *,
    kept: Kept,
    booked: Booked,
    uprn: int | None,
    now: datetime,
) -> Row:
    slot = booked.timeslot
    row = await on.row(
        _INSERT,
        tenant,
        number,
        supplier,
        uprn,
        kept.service,
        booked.service_name,
        kept.service_id,
        kept.purpose.value,
        booked.reference,
        booked.expires_at,
        kept.asked.body_hash,
        dict(kept.address),
        kept.request_id,
        kept.conversation_id,
        now,
        slot.starts_at,
        slot.ends_at,
        slot.classification,
        slot.standard,
        booked.id,
        kept.client,
        kept.origin,
    )
    if row is None:
        raise AssertionError("an insert gives its row")
    return row


_FIND_CALL = """
select call_id from supplier_calls
where tenant_id = $1 and kind = 'BOOK' and state in ('INTENT', 'SENT', 'UNKNOWN')
    and request -> 'for' -> 'asked' ->> 'request_id' = $2 and request -> 'for' -> 'asked' ->> 'body_hash' = $3
    and request -> 'for' -> 'asked' ->> 'route' = $4
order by call_id desc limit 1
"""


async def find_call(on: Statements, tenant: TenantId, *, request_id: str, body_hash: str, route: str) -> int | None:
    """The open call of an equal request."""
    row: Row | None = await on.row(_FIND_CALL, tenant, request_id, body_hash, route)
    return int(row["call_id"]) if row else None


_GIVEN_BACK = """
from supplier_calls as c
join suppliers as s on s.supplier_id = c.supplier_id and 'RELEASE_APPOINTMENT' = any(s.extensions)
"""
_NUMBER = f"""
select c.account_id, c.sent_id {_GIVEN_BACK}
join reservations as r on r.tenant_id = c.tenant_id and r.supplier_id = c.supplier_id and r.sent_id = c.sent_id
where c.tenant_id = $1 and c.kind = 'BOOK' and r.id = $2 order by c.call_id desc limit 1
"""


async def find_number(on: Statements, tenant: TenantId, reservation: int) -> Row | None:
    """Under which account and number a network far away holds it, if it takes bookings back."""
    return await on.row(_NUMBER, tenant, reservation)


_NUMBER_OF_CALL = f"select c.account_id, c.sent_id {_GIVEN_BACK} where c.tenant_id = $1 and c.call_id = $2"


async def find_number_of_call(on: Statements, tenant: TenantId, call: int) -> Row | None:
    return await on.row(_NUMBER_OF_CALL, tenant, call)


_REBOOK = """
insert into reservations (
    tenant_id, id, supplier_id, uprn, service, service_name, service_id, purpose, state, reference, order_key,
    body_hash, address, request_id, conversation_id, created_at, starts_at, ends_at, classification, standard
)
select
    r.tenant_id, 9000000000000000 + n, r.supplier_id, r.uprn, r.service, r.service_name, r.service_id, r.purpose,
    'CONFIRMED', coalesce($3, 'GW-V-' || lpad(n::text, 8, '0')), r.order_key, ''::bytea, r.address, r.request_id,
    r.conversation_id, $4, $5, $6, $7, $8
from reservations as r, nextval('reservation_numbers') as n
where r.tenant_id = $1 and r.id = $2
returning id, reference
"""


async def rebook(
    on: Statements, tenant: TenantId, reservation: int, timeslot: Timeslot, *, reference: str | None, now: datetime
) -> Row | None:
    """Another network has moved its visit: it has no timeslot of ours."""
    return await on.row(
        _REBOOK,
        tenant,
        reservation,
        reference,
        now,
        timeslot.starts_at,
        timeslot.ends_at,
        timeslot.classification,
        timeslot.standard,
    )
