"""Rows of `circuit_orders`, and the statement that places such an order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fibregate.appointments.model import Asker
from fibregate.db import Statements
from fibregate.orders.circuits.model import Outcome, Request
from fibregate.suppliers.network.circuits.model import Circuit
from fibregate.vocabulary import TenantId

_BUSY_WITH = """
select o.id from supplier_orders as so join orders as o on o.tenant_id = $1 and o.order_key = so.order_key
where so.for_tenant = $1 and so.service_id = $2 and so.ended_at is null and o.service_type = 'ETHERNET'
order by so.order_key limit 1
"""


async def busy_with(on: Statements, tenant: TenantId, service: str) -> int | None:
    """The open order about the circuit, by its number."""
    row = await on.row(_BUSY_WITH, tenant, service)
    return int(row["id"]) if row else None


# The order, what it asks, its way to the network, the work and the audit row: all or none. A circuit that another open
# order is about breaks a key.
_PLACE = """
with key as (select nextval('order_keys') as order_key),
made as (
    insert into orders (
        tenant_id, order_key, id, door, supplier_id, order_type, status, uprn, address, service, service_type,
        service_id, characteristics, primary_contact, secondary_contact, hazards, on_site_restrictions, notes,
        requested_completion_date, body_hash, request_id, conversation_id, created_at, updated_at
    )
    select $1, key.order_key, $2, 'TENANT', $3, $4, 'RECEIVED_BY_GATEWAY', $5, $6, $7, 'ETHERNET', $8, $9, $10, $11,
        $12, $13, $14, $15, $16, $17, $18, $19, $19
    from key
    returning order_key
),
asked as (
    insert into circuit_orders (
        tenant_id, order_key, service_id, bandwidth, months, monthly, contract, months_left, early_ending
    )
    select $1, order_key, $8, $20, $21, $22::text::numeric, $23, $24, $25::text::numeric from made
),
handed as (
    insert into supplier_orders (supplier_id, order_key, for_tenant, one_at_a_time, service_id)
    select $3, order_key, $1, false, $8 from made
),
work as (
    insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
    select 'dispatch:' || order_key, 'dispatch', $1, jsonb_build_object('order', order_key, 'play', $26::jsonb), $19, 1,
        0, 'tenant ' || $1
    from made
),
noted as (
    insert into audit (about_tenant, actor, act, subject, origin, request_id, at)
    select $1, $27, 'order.place', 'order ' || $2, $28, $17, $19 from made
)
select order_key from made
"""


async def place(
    on: Statements,
    tenant: TenantId,
    number: int,
    request: Request,
    asker: Asker,
    *,
    circuit: Circuit,
    outcome: Outcome,
    play: Mapping[str, Any] | None,
    now: datetime,
) -> None:
    await on.row(
        _PLACE,
        tenant,
        number,
        circuit.supplier_id,
        request.order_type.value,
        circuit.uprn,
        dict(circuit.first_end.address),
        circuit.product,
        circuit.service_id,
        [dict(one) for one in request.characteristics],
        dict(request.primary_contact) if request.primary_contact else None,
        dict(request.secondary_contact) if request.secondary_contact else None,
        request.hazards,
        request.on_site_restrictions,
        request.notes,
        request.wished,
        request.body_hash,
        asker.request_id,
        asker.conversation_id,
        now,
        *_becomes(request, outcome),
        dict(play) if play else None,
        asker.client,
        asker.origin,
    )


def _becomes(request: Request, outcome: Outcome) -> tuple[object, ...]:
    """`$20` to `$25`; amounts as text, so that they stay exact."""
    ending = outcome.ending
    return (
        outcome.bandwidth,
        request.months,
        None if outcome.monthly is None else str(outcome.monthly),
        dict(request.contract) if request.contract else None,
        ending.months_left if ending else None,
        str(ending.amount) if ending else None,
    )
