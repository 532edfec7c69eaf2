"""Rows of `reservations` at suppliers far away, and the calls that ask for them."""

from datetime import datetime
from typing import Final

import asyncpg

from fibregate.appointments.far.model import Intent, Kept
from fibregate.appointments.store import COLUMNS, JOINS
from fibregate.clock import BusinessTime
from fibregate.db import Row, Statements, Tx
from fibregate.lanes.model import share_of
from fibregate.suppliers.answers import Booked, Extension
from fibregate.suppliers.ledger import store as calls
from fibregate.suppliers.ledger.model import Call, CallState
from fibregate.suppliers.port import Timeslot
from fibregate.tenants.replays.actions import dead_before
from fibregate.vocabulary import TenantId

# The request claimed under all its keys, our number at the supplier, the call, and the lane that looks for its answer:
# all or none. Where somebody has one of the keys there is no number, and a call without one breaks its table.
_INTEND = """
with claimed as (
    insert into accepted_requests as a (tenant_id, route, strict, key, body_hash, created_at)
    select $1, $2, k.strict, k.key, $5, $6 from unnest($3::boolean[], $4::text[]) as k (strict, key)
    on conflict (tenant_id, route, strict, key) do update
    set body_hash = excluded.body_hash, http_status = null, answer = null, created_at = excluded.created_at
    where a.created_at < $7
    returning a.key
),
numbered as (
    update supplier_accounts set last_number = last_number + 1
    where account_id = $8 and (select count(*) from claimed) = cardinality($4::text[]) returning last_number
),
called as (
    insert into supplier_calls (
        tenant_id, supplier_id, account_id, kind, sent_id, state, request, created_at, attempts, sent_at
    )
    select
        $1, $9, $8, 'BOOK', n.last_number, 'SENT', jsonb_set($10::jsonb, '{asked,id}', to_jsonb(n.last_number)), $6, 1,
        $6
    from (select 1) as one left join numbered as n on true
    returning *
),
timer as (
    insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
    select
        $11 || ':' || call_id, $11, $1,
        jsonb_build_object('call', call_id, 'reads', $12::boolean, 'replays', $13::boolean), $14, 1, 0, $15
    from called
)
select * from called
"""
_NO_NUMBER: Final = "sent_id"


async def intend(on: Statements, tenant: TenantId, intent: Intent, now: BusinessTime) -> Call | None:
    """The call, as sent; None where an equal request was there before, and then nothing was done."""
    asked, supplier = intent.asked, intent.supplier
    try:
        row = await on.row(
            _INTEND,
            tenant,
            asked.route,
            [one.strict for one in asked.keys],
            [one.text for one in asked.keys],
            asked.body_hash,
            now,
            dead_before(now),
            intent.account,
            supplier.supplier_id,
            dict(intent.request),
            intent.lane,
            Extension.READ_APPOINTMENT in supplier.extensions,
            supplier.replays,
            intent.due_at,
            share_of(tenant),
        )
    except asyncpg.NotNullViolationError as error:
        if error.column_name == _NO_NUMBER:
            return None
        raise
    if row is None:
        raise AssertionError("an insert gives its row")
    return calls.read(tenant, row)


# The call settled, our number for the tenant, the reservation, the timer of its hold and the audit row: all or none.
# No row means that the call was settled before, or that there is such a reference. Where the tenant has used the number
# itself, it breaks the key.
_RECORD = f"""
with settled as (
    update supplier_calls as c set state = $21, settled_at = $13
    where c.tenant_id = $1 and c.call_id = $20 and c.state in ('INTENT', 'SENT', 'UNKNOWN') and not exists (
        select 1 from reservations as r where r.tenant_id = $1 and r.reference = $7 and r.supplier_id = c.supplier_id
    )
    returning c.supplier_id, c.sent_id
),
numbered as (
    insert into gateway_numbers as g (tenant_id, kind, last_number) select $1, 'APPOINTMENT', 1 from settled
    on conflict (tenant_id, kind) do update set last_number = g.last_number + 1 returning last_number
),
made as (
    insert into reservations (
        tenant_id, id, supplier_id, uprn, service, service_name, service_id, purpose, state, reference, expires_at,
        body_hash, address, request_id, conversation_id, created_at, starts_at, ends_at, classification, standard,
        sent_id
    )
    select
        $1, n.last_number, c.supplier_id, $2, $3, $4, $5, $6, 'RESERVED', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
        $17, c.sent_id
    from settled as c, numbered as n
    returning *
),
timer as (
    insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done)
    select 'hold:' || $1 || ':' || id, 'hold', $1, jsonb_build_object('reservation', id), expires_at, 1, 0
    from made where expires_at is not null
),
noted as (
    insert into audit (about_tenant, actor, act, subject, origin, request_id, at)
    select $1, $18, 'appointment.book', 'appointment ' || id, $19, $11, $13 from made
)
select {COLUMNS} from made as r {JOINS}
"""  # noqa: S608 - constants only


async def record(
    tx: Tx, call: Call, state: CallState, *, kept: Kept, booked: Booked, uprn: int | None, now: datetime
) -> Row | None:
    """The reservation. None where the call was settled before, or the tenant has this reference of this supplier.

    Raises the driver's `UniqueViolationError` where the tenant has used our next number for it.
    """
    slot = booked.timeslot
    return await tx.row(
        _RECORD,
        call.tenant,
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
        kept.client,
        kept.origin,
        call.call_id,
        state.value,
    )


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
