"""The statement that reads what an order is judged by, and those that place it, one for each kind of claim."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fibregate.appointments.model import Asker
from fibregate.db import Row, Statements
from fibregate.orders.model import Request
from fibregate.suppliers.network.store import PREMISES_COLUMNS, PREMISES_JOINS
from fibregate.vocabulary import ENDED, OrderType, TenantId

_RESERVATION = """
jsonb_build_object(
    'id', {0}.id, 'state', {0}.state, 'uprn', {0}.uprn, 'service', {0}.service, 'purpose', {0}.purpose,
    'expires_at', {0}.expires_at, 'supplier_id', {0}.supplier_id, 'address', {0}.address,
    'starts_at', coalesce({0}_slot.starts_at, {0}.starts_at), 'ends_at', coalesce({0}_slot.ends_at, {0}.ends_at)
)
"""
_ENDS: Final = ", ".join(sorted(f"'{one.value}'" for one in ENDED))
# `live` is the service that is asked about, $6; `claimed` are looked for where a port is asked about, $7.
_FACTS = f"""
select
    {PREMISES_COLUMNS},
    t.code as tenant_code, old.body_hash as old_hash,
    case when mine.id is not null then {_RESERVATION.format("mine")} end as by_id,
    case when ref.id is not null then {_RESERVATION.format("ref")} end as by_reference,
    (
        select o.id from orders as o join supplier_orders as so on so.order_key = o.order_key
        where o.tenant_id = $1 and o.order_type = 'NEW' and so.uprn = $2 and so.ended_at is null
        order by o.order_key limit 1
    ) as own_open_order,
    (select count(*) from supplier_orders as so where so.uprn = $2 and so.ended_at is null) as open_orders,
    case when live.service_id is not null then jsonb_build_object(
        'service_id', live.service_id, 'state', live.state, 'service', live.service, 'uprn', live.uprn,
        'address', live.address, 'ont_reference', live.ont_reference, 'port_number', live.port_number
    ) end as live,
    case when live.service_id is not null then (
        select o.id from orders as o
        where o.tenant_id = $1 and o.service_id = $6 and o.status not in ({_ENDS}) order by o.order_key limit 1
    ) end as busy_with,
    case when $7::boolean then (
        select jsonb_agg(jsonb_build_object(
            'ont_reference', so.ont_reference, 'port_number', so.port_number, 'order', o.id
        ))
        from supplier_orders as so
        join onts as n on n.ont_reference = so.ont_reference and n.uprn = $2
        left join orders as o on o.tenant_id = $1 and o.order_key = so.order_key
        where so.ended_at is null and so.ont_reference is not null
    ) end as claimed
from tenants as t
left join services as live
    on live.tenant_id = $1 and live.service_id = $6
    and live.supplier_id in (select s.supplier_id from suppliers as s where s.kind = 'OWN_NETWORK')
left join premises as p on p.uprn = coalesce($2, live.uprn)
{PREMISES_JOINS}
left join orders as old on old.tenant_id = $1 and old.id = $3
left join reservations as mine on mine.tenant_id = $1 and mine.id = $4
left join slots as mine_slot on mine_slot.slot_id = mine.slot_id
left join reservations as ref on ref.tenant_id = $1 and ref.reference = $5
left join slots as ref_slot on ref_slot.slot_id = ref.slot_id
where t.tenant_no = $1
"""  # noqa: S608 - constants only


async def facts(on: Statements, tenant: TenantId, request: Request, *, service: str | None, port: bool) -> Row:
    """`service` is the live one that the order names, `port` whether it names one that is there."""
    row = await on.row(
        _FACTS,
        tenant,
        request.uprn,
        request.id,
        request.appointment_id,
        request.appointment_reference,
        service,
        port,
    )
    if row is None:
        raise AssertionError("the tenant of a token exists")
    return row


# The order, its appointment, its way to the network, the work and the audit row: all or none. No row: what it counts
# on went between the reading and now. `open_orders`, $25, are those that were seen where lines are counted: another one
# since then breaks a key. `line_at`, $27, is where a line of our own network is wanted. {claim} takes what the order
# wants besides, {granted} asks whether it got it, {after} is what follows from it, and {has} is what its row at the
# supplier has to itself.
_PLACE = """
with key as (select nextval('order_keys') as order_key),
held as (
    update reservations as r set state = 'ATTACHED', order_key = key.order_key from key
    where r.tenant_id = $1 and r.id = $13 and r.state = 'RESERVED' and (r.expires_at is null or r.expires_at > $21)
    returning r.id
),
{claim}
made as (
    insert into orders (
        tenant_id, order_key, id, door, supplier_id, order_type, status, uprn, address, service, characteristics,
        primary_contact, secondary_contact, engineer_tasks, hazards, on_site_restrictions, notes,
        requested_completion_date, reservation_id, body_hash, request_id, conversation_id, created_at,
        updated_at, service_name, service_id
    )
    select
        $1, key.order_key, $2, $3, s.supplier_id, $4, 'RECEIVED_BY_GATEWAY', $5, $6, $7, $8, $9, $10, $11, $14, $15,
        $16, $12, $13, $17, $18, $19, $21, $21, $28, $29
    from key, suppliers as s
    where (s.code = $26 or ($26::text is null and s.kind = 'OWN_NETWORK'))
        and ($13::bigint is null or exists (select 1 from held)){granted}
    returning order_key, supplier_id, service_id,
        case when (select s.kind from suppliers as s where s.supplier_id = orders.supplier_id) = 'OWN_NETWORK'
            then 'dispatch' else 'send' end as lane
),
{after}
handed as (
    insert into supplier_orders (
        supplier_id, order_key, for_tenant, uprn, one_at_a_time, line, ont_reference, port_number, service_id
    )
    select supplier_id, order_key, $1, $27, $20, case when $25::integer is not null then coalesce((
        select min(n) from generate_series(1, $25 + 1) as n where not exists (
            select 1 from supplier_orders as so where so.uprn = $27 and so.ended_at is null and so.line = n
        )
    ), 1) end, {has} from made
),
work as (
    insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
    select
        lane || ':' || order_key, lane, $1, jsonb_build_object('order', order_key, 'play', $22::jsonb), $21, 1, 0,
        'tenant ' || $1
    from made
),
noted as (
    insert into audit (about_tenant, actor, act, subject, origin, request_id, at)
    select $1, $23, 'order.place', 'order ' || $2, $24, $18, $21 from made
)
select order_key from made
"""
_IDLE_PORT = """
port as (
    update ont_ports set status = 'RESERVED', holder = $1
    where ont_reference = $30 and port_number = $31 and status in ('STOPPED', 'FREE') returning ont_reference
),
"""
_PORT_OF_ANOTHER = """
port as (
    select ont_reference, holder, service_id from ont_ports
    where ont_reference = $30 and port_number = $31 and status = 'ACTIVE' and holder <> $1 for share
),
"""
_SWITCHED = """
switched as (
    insert into switches (
        gaining_key, gaining_tenant, kind, losing_tenant, losing_service, ont_reference, port_number, state
    )
    select made.order_key, $1, $4, port.holder, port.service_id, $30, $31, 'PLANNED' from made, port
),
"""
_OWN_SERVICE = """
live as (
    select service_id from services where tenant_id = $1 and service_id = $29 and state = 'ACTIVE' for share
),
"""
_OWN_PORT = """
live as (
    select service_id from services
    where tenant_id = $1 and service_id = $29 and state = 'ACTIVE' and ont_reference = $30 and port_number = $31
    for share
),
"""
_GOT_PORT = " and exists (select 1 from port)"
_GOT_SERVICE = " and exists (select 1 from live)"
_NEW = _PLACE.format(claim="", granted="", after="", has="null, null, null")
_START = _PLACE.format(claim=_IDLE_PORT, granted=_GOT_PORT, after="", has="$30, $31, null")
_SWITCH = _PLACE.format(claim=_PORT_OF_ANOTHER, granted=_GOT_PORT, after=_SWITCHED, has="$30, $31, null")
_SWAP = _PLACE.format(claim=_OWN_PORT, granted=_GOT_SERVICE, after="", has="$30, $31, service_id")
_SERVICE = _PLACE.format(claim=_OWN_SERVICE, granted=_GOT_SERVICE, after="", has="null, null, service_id")
_FAR = _PLACE.format(claim="", granted="", after="", has="null, null, service_id")
_BY_TYPE: Final[Mapping[OrderType, str]] = {
    OrderType.START: _START,
    OrderType.TRANSFER: _SWITCH,
    OrderType.TAKEOVER: _SWITCH,
    OrderType.SWAP: _SWAP,
    OrderType.MODIFY: _SERVICE,
    OrderType.CEASE: _SERVICE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an order takes when it is placed.

    A reservation; a line of ours at `line_at` beside `open_orders`; a `port` that is there. The service that a modify,
    a cease or a swap is about it has to itself.
    """

    reservation: int | None
    line_at: int | None = None
    one_at_a_time: bool = False
    open_orders: int | None = None
    port: tuple[str, int] | None = None


async def place(
    on: Statements,
    tenant: TenantId,
    request: Request,
    asker: Asker,
    *,
    claims: Claims,
    play: Mapping[str, Any] | None,
    now: datetime,
    far: bool = False,
) -> Row | None:
    """None where what it counts on has gone. A claim that another order has breaks a unique key.

    `far`: it goes to a supplier that is not ours, and claims nothing of our network.
    """
    return await on.row(
        _FAR if far else _BY_TYPE.get(request.order_type, _NEW),
        tenant,
        *_asked(request, claims.reservation),
        asker.request_id,
        asker.conversation_id,
        claims.one_at_a_time,
        now,
        dict(play) if play else None,
        asker.client,
        asker.origin,
        claims.open_orders,
        request.supplier,
        claims.line_at,
        request.service_name,
        request.service_id,
        *(claims.port or ()),
    )


def _asked(request: Request, reservation: int | None) -> tuple[object, ...]:
    """`$2` to `$17`."""
    return (
        request.id,
        request.door,
        request.order_type.value,
        request.uprn,
        dict(request.address),
        request.service,
        [dict(one) for one in request.characteristics],
        dict(request.primary_contact) if request.primary_contact else None,
        dict(request.secondary_contact) if request.secondary_contact else None,
        list(request.engineer_tasks) if request.engineer_tasks else None,
        request.requested_completion_date,
        reservation,
        request.hazards,
        request.on_site_restrictions,
        request.notes,
        request.body_hash,
    )
