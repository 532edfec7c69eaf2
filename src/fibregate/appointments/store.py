"""Rows of `reservations`, and the places that they take in `slots`."""

from datetime import date, datetime

from fibregate.appointments.model import Asker, Wish
from fibregate.db import Row, Statements
from fibregate.vocabulary import OrderKey, SupplierId, TenantId

COLUMNS = """
r.id, r.reference, r.state, r.address, r.service, coalesce(r.service_name, v.name) as service_name, r.purpose,
r.expires_at, r.order_key, r.notice, r.body_hash, r.slot_id, coalesce(s.starts_at, r.starts_at) as starts_at,
coalesce(s.ends_at, r.ends_at) as ends_at, coalesce(s.classification, r.classification) as classification,
coalesce(s.standard, r.standard, true) as standard, u.code as supplier
"""
JOINS = """
join suppliers as u on u.supplier_id = r.supplier_id
left join slots as s on s.slot_id = r.slot_id
left join service_specifications as v on v.service = r.service
"""

# The place, the reservation, the timer of the hold and the audit row: all or none. No row means that there is no such
# timeslot, or it is full, or the id is taken by nobody yet and the tenant's limit is reached: `explain` says which.
_BOOK = """
with spot as (
    select
        s.slot_id, v.name,
        case b.hold_rule
            when 'EVE' then least(s.starts_at, greatest(s.hold_until, $10::timestamptz + interval '60 minutes'))
            when 'DURATION' then least(s.starts_at, $10::timestamptz + make_interval(mins => b.hold_minutes))
        end as expires_at
    from premises as p
    join profiles as f on f.profile_id = p.profile_id
    join service_specifications as v on v.service = f.service
    join handovers as h on h.tenant_id = $1 and h.area = p.area
    join slot_books as b on b.area = p.area and b.service = f.service and b.purpose = $5
    join slots as s on s.book_id = b.book_id and s.starts_at = $6 and s.ends_at = $7
    where p.uprn = $3 and p.readiness = 'READY' and f.service = $4 and s.book_by >= $9 and s.starts_at > $10
        and not s.closed
        and not exists (select 1 from reservations where tenant_id = $1 and id = $2)
        and ($14::integer is null or $14 > (
            select count(*) from reservations where tenant_id = $1 and state = 'RESERVED'
        ))
),
place as (
    update slots as s set booked = s.booked + 1 from spot where s.slot_id = spot.slot_id and s.booked < s.capacity
    returning s.slot_id, s.starts_at, s.ends_at, s.classification, s.standard
),
made as (
    insert into reservations (
        tenant_id, id, slot_id, uprn, service, purpose, state, reference, expires_at, body_hash, address, notice,
        request_id, conversation_id, created_at, service_id
    )
    select
        $1, $2, place.slot_id, $3, $4, $5, 'RESERVED',
        'APPT-' || to_char($10 at time zone 'UTC', 'YYYY') || '-' || lpad(n, greatest(3, length(n)), '0'),
        spot.expires_at, $8, $11, $12, $13, $15, $10, $18
    from place, spot, cast(nextval('reservation_numbers') as text) as n
    returning id, reference, state, address, service, purpose, expires_at, order_key, notice, body_hash, slot_id
),
timer as (
    insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done)
    select 'hold:' || $1 || ':' || $2, 'hold', $1, jsonb_build_object('reservation', $2::bigint), expires_at, 1, 0
    from made where expires_at is not null
),
noted as (
    insert into audit (about_tenant, actor, act, subject, origin, request_id, at)
    select $1, $16, 'appointment.book', 'appointment ' || id, $17, $13, $10 from made
)
select
    made.id, made.reference, made.state, made.address, made.service, spot.name as service_name, made.purpose,
    made.expires_at, made.order_key, made.notice, made.body_hash, made.slot_id, place.starts_at, place.ends_at,
    place.classification, place.standard, (select u.code from suppliers as u where u.kind = 'OWN_NETWORK') as supplier
from made, place, spot
"""


async def book(
    on: Statements,
    tenant: TenantId,
    wish: Wish,
    asker: Asker,
    *,
    today: date,
    now: datetime,
    limit: int | None,
    notice: str | None,
) -> Row | None:
    return await on.row(
        _BOOK,
        tenant,
        wish.id,
        wish.uprn,
        wish.service,
        wish.purpose.value,
        wish.starts_at,
        wish.ends_at,
        wish.body_hash,
        today,
        now,
        dict(wish.address),
        notice,
        asker.request_id,
        limit,
        asker.conversation_id,
        asker.client,
        asker.origin,
        wish.service_id,
    )


_LOCK_SLOT = """
select s.slot_id
from premises as p
join profiles as f on f.profile_id = p.profile_id
join slot_books as b on b.area = p.area and b.service = f.service and b.purpose = $2
join slots as s on s.book_id = b.book_id and s.starts_at = $3 and s.ends_at = $4
where p.uprn = $1 for no key update of s
"""


async def lock_slot(on: Statements, wish: Wish) -> None:
    """The timeslot that is wished for, if there is one: nobody else takes a place in it meanwhile."""
    await on.row(_LOCK_SLOT, None, wish.uprn, wish.purpose.value, wish.starts_at, wish.ends_at)


_FIND = f"select {COLUMNS} from reservations as r {JOINS} where r.tenant_id = $1 and r.id = $2"  # noqa: S608 - constants


async def find(on: Statements, tenant: TenantId, reservation: int) -> Row | None:
    return await on.row(_FIND, tenant, reservation)


_LOCK = """
select id, state, slot_id, expires_at, order_key from reservations where tenant_id = $1 and id = $2 for update
"""


async def lock(on: Statements, tenant: TenantId, reservation: int) -> Row | None:
    return await on.row(_LOCK, tenant, reservation)


_OF_ORDER = """
select r.id, r.state, r.slot_id, r.expires_at, r.order_key, r.uprn, r.service, r.purpose, r.supplier_id, s.starts_at,
    s.book_id
from reservations as r left join slots as s on s.slot_id = r.slot_id
where r.tenant_id = $1 and r.order_key = $2
"""
_LOCK_OF_ORDER = f"{_OF_ORDER} and r.state in ('ATTACHED', 'CONFIRMED') for update of r"
_LAST_OF_ORDER = f"{_OF_ORDER} order by r.created_at desc, r.id desc limit 1"


async def lock_of_order(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    return await on.row(_LOCK_OF_ORDER, tenant, order)


async def last_of_order(on: Statements, tenant: TenantId, order: OrderKey) -> Row | None:
    """The latest that it had, whatever became of that."""
    return await on.row(_LAST_OF_ORDER, tenant, order)


_READS_WALL_CLOCK = "select reads_wall_clock from tenants where tenant_no = $1"


async def reads_wall_clock(on: Statements, tenant: TenantId) -> bool:
    row = await on.row(_READS_WALL_CLOCK, tenant)
    return bool(row and row["reads_wall_clock"])


_COUNT_UNCONFIRMED = "select count(*) as holds from reservations where tenant_id = $1 and state = 'RESERVED'"


async def count_unconfirmed(on: Statements, tenant: TenantId) -> int:
    row = await on.row(_COUNT_UNCONFIRMED, tenant)
    return int(row["holds"]) if row else 0


_END = """
with gone as (
    update reservations set state = $3, ended_at = $4
    where tenant_id = $1 and id = $2 and state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED') returning slot_id
),
freed as (
    update slots as s set booked = s.booked - 1 from gone where s.slot_id = gone.slot_id
)
select slot_id from gone
"""


async def end(on: Statements, tenant: TenantId, reservation: int, state: str, now: datetime) -> bool:
    """Give the place back, once."""
    return await on.row(_END, tenant, reservation, state, now) is not None


_MARK = """
update reservations set state = $3 where tenant_id = $1 and order_key = $2 and state = any($4::text[]) returning id
"""


async def mark(on: Statements, tenant: TenantId, order: OrderKey, state: str, *, was: list[str]) -> None:
    await on.rows(_MARK, tenant, order, state, was)


_GIVE_BACK = """
update reservations set state = 'RESERVED', order_key = null, expires_at = $3
where tenant_id = $1 and id = $2 and state in ('ATTACHED', 'CONFIRMED') returning id
"""


async def give_back(on: Statements, tenant: TenantId, reservation: int, expires_at: datetime) -> None:
    await on.row(_GIVE_BACK, tenant, reservation, expires_at)


_PROPOSE = """
update reservations set state = 'PROPOSED', order_key = $3 where tenant_id = $1 and id = $2 and state = 'RESERVED'
returning id
"""


async def propose(on: Statements, tenant: TenantId, reservation: int, order: OrderKey) -> bool:
    return await on.row(_PROPOSE, tenant, reservation, order) is not None


_UNPROPOSE = """
update reservations set state = 'RESERVED', order_key = null where tenant_id = $1 and id = $2 and state = 'PROPOSED'
returning id, expires_at
"""


async def unpropose(on: Statements, tenant: TenantId, reservation: int) -> Row | None:
    return await on.row(_UNPROPOSE, tenant, reservation)


_ADOPT = """
update reservations set state = $4 where tenant_id = $1 and id = $2 and order_key = $3 and state = 'PROPOSED'
returning id
"""


async def adopt(on: Statements, tenant: TenantId, reservation: int, order: OrderKey, state: str) -> bool:
    return await on.row(_ADOPT, tenant, reservation, order, state) is not None


_FIND_REFERENCE = "select id from reservations where tenant_id = $1 and reference = $2 and supplier_id = $3"


async def find_reference(on: Statements, tenant: TenantId, reference: str, *, supplier: SupplierId) -> int | None:
    """References are their suppliers' own: two of them may give the same one."""
    row = await on.row(_FIND_REFERENCE, tenant, reference, supplier)
    return int(row["id"]) if row else None


_FIND_SLOT = "select slot_id from slots where book_id = $1 and starts_at = $2 and ends_at = $3"


async def find_slot(on: Statements, book: int, starts_at: datetime, ends_at: datetime) -> int | None:
    row = await on.row(_FIND_SLOT, None, book, starts_at, ends_at)
    return int(row["slot_id"]) if row else None


_SQUEEZE_IN = """
update slots set capacity = greatest(capacity, booked + 1), booked = booked + 1 where slot_id = $1 returning slot_id
"""


async def squeeze_in(on: Statements, slot: int) -> None:
    """The network itself decides that one more visit fits."""
    await on.row(_SQUEEZE_IN, None, slot)


_REBOOK = """
insert into reservations (
    tenant_id, id, slot_id, uprn, service, purpose, state, reference, order_key, body_hash, address, request_id,
    conversation_id, created_at
)
select
    r.tenant_id, 9000000000000000 + n, $3, r.uprn, r.service, r.purpose, 'CONFIRMED',
    coalesce($4, 'NW1-V-' || lpad(n::text, 8, '0')), r.order_key, ''::bytea, r.address, r.request_id,
    r.conversation_id, $5
from reservations as r, nextval('reservation_numbers') as n
where r.tenant_id = $1 and r.id = $2
returning id, reference
"""


async def rebook(
    on: Statements, tenant: TenantId, reservation: int, slot: int, *, reference: str | None, now: datetime
) -> Row | None:
    return await on.row(_REBOOK, tenant, reservation, slot, reference, now)
