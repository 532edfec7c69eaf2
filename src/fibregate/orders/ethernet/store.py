"""Rows of `ethernet_orders`, and the statement that places such an order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fibregate.appointments.model import Asker
from fibregate.db import Row, Statements
from fibregate.orders.ethernet.model import Request
from fibregate.vocabulary import SupplierId, TenantId

_FIND_PRICE = """
select i.supplier_id, i.sites, i.contract, i.services, i.months, i.level, i.valid_until, o.id as ordered_by
from quote_items as i
left join ethernet_orders as e
    on e.tenant_id = $1 and e.supplier_id = i.supplier_id and e.supplier_quote_id = i.supplier_quote_id
left join orders as o on o.tenant_id = $1 and o.order_key = e.order_key
where i.tenant_id = $1 and i.supplier_id = $2 and i.supplier_quote_id = $3
"""


async def find_price(on: Statements, tenant: TenantId, supplier: SupplierId, quote: str) -> Row | None:
    return await on.row(_FIND_PRICE, tenant, supplier, quote)


_FIND_BODY = "select body_hash from orders where tenant_id = $1 and id = $2"


async def find_body(on: Statements, tenant: TenantId, number: int) -> bytes | None:
    """The hash of the body that the order of this number came with, of whichever kind it is."""
    row = await on.row(_FIND_BODY, tenant, number)
    return row["body_hash"] if row else None


# The order, its way to the network, the work and the audit row: all or none. A price that another order has breaks a
# key.
_PLACE = """
with key as (select nextval('order_keys') as order_key),
made as (
    insert into orders (
        tenant_id, order_key, id, door, supplier_id, order_type, status, uprn, address, service, service_name,
        service_type, characteristics, requested_completion_date, body_hash, request_id, conversation_id, created_at,
        updated_at
    )
    select $1, key.order_key, $2, $19, $3, 'NEW', 'RECEIVED_BY_GATEWAY', $4, $5, $6, $7, 'ETHERNET', '[]', $8, $9,
        $10, $11, $12, $12
    from key
    returning order_key, case when (select s.kind from suppliers as s where s.supplier_id = $3) = 'HTTP'
        then 'send' else 'dispatch' end as lane
),
priced as (
    insert into ethernet_orders (tenant_id, order_key, supplier_id, supplier_quote_id, sites, items)
    select $1, order_key, $3, $13, $14, $15 from made
),
handed as (
    insert into supplier_orders (supplier_id, order_key, for_tenant, one_at_a_time)
    select $3, order_key, $1, false from made
),
work as (
    insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
    select lane || ':' || order_key, lane, $1, jsonb_build_object('order', order_key, 'play', $16::jsonb), $12, 1, 0,
        'tenant ' || $1
    from made
),
noted as (
    insert into audit (about_tenant, actor, act, subject, origin, request_id, at)
    select $1, $17, 'order.place', 'order ' || $2, $18, $10, $12 from made
)
select order_key from made
"""


async def place(
    on: Statements,
    tenant: TenantId,
    request: Request,
    asker: Asker,
    *,
    supplier: SupplierId,
    uprn: int | None,
    items: Sequence[Mapping[str, Any]],
    play: Mapping[str, Any] | None,
    now: datetime,
) -> None:
    """`items` are those of the request with the names of their products."""
    first = items[0]["service"]["serviceSpecification"]
    await on.row(
        _PLACE,
        tenant,
        request.id,
        supplier,
        uprn,
        dict(request.sites_sent[request.first_site]["address"]),
        first["id"],
        first.get("name"),
        request.wished,
        request.body_hash,
        asker.request_id,
        asker.conversation_id,
        now,
        request.supplier_quote_id,
        [dict(one) for one in request.sites_sent],
        [dict(one) for one in items],
        dict(play) if play else None,
        asker.client,
        asker.origin,
        request.door,
    )
