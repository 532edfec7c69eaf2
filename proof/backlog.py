"""A backlog in no time: the rows that orders and their KCIs leave, written by SQL instead of by thousands of requests.

They are those of the real path at the moment of the telling: KCIs numbered 1..n with frozen facts, their places in the
feed, and for each endpoint of the tenant one lane an order, due at once.
"""

from datetime import datetime
from typing import Any, Final

import asyncpg

_ORDERS: Final = """
insert into orders (
    tenant_id, id, door, supplier_id, order_type, status, uprn, address, service, characteristics, primary_contact,
    body_hash, request_id, conversation_id, kci_count
)
select
    t.tenant_no, $2::bigint + n, 'WHOLESALE', (select min(supplier_id) from suppliers), 'NEW', 'COMPLETED', 1,
    '{"id": "1", "type": "UPRN"}', 'fttp', '[]', '{}', '', 'backlog', 'backlog', $4
from tenants as t, generate_series(0, $3::integer - 1) as n where t.code = $1
"""
_KCIS: Final = """
insert into kcis (tenant_id, order_key, sequence_number, id, reason, status, facts, created_at)
select
    o.tenant_id, o.order_key, n, md5(o.tenant_id || ':' || o.order_key || ':' || n)::uuid, 'UPDATE', 'COMPLETED',
    jsonb_build_object(
        'id', md5(o.tenant_id || ':' || o.order_key || ':' || n)::uuid, 'sequenceNumber', n, 'reason', 'UPDATE',
        'status', 'COMPLETED', 'orderId', o.id, 'orderType', 'NEW', 'tenant', t.code, 'requestId', 'backlog',
        'conversationId', 'backlog', 'text', 'backlog',
        'happenedAt', to_char(clock() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    ),
    clock()
from orders as o
join tenants as t on t.tenant_no = o.tenant_id and t.code = $1
cross join generate_series(1, $4::integer) as n
where o.id >= $2 and o.id < $2::bigint + $3::integer
"""
_FEED: Final = """
with head as (
    insert into feed_heads as h (tenant_id, position)
    select tenant_no, $3::bigint * $4::integer from tenants where code = $1
    on conflict (tenant_id) do update set position = h.position + excluded.position
    returning tenant_id, position - $3::bigint * $4::integer as before
)
insert into feed (tenant_id, position, type, order_key, sequence_number, at)
select
    k.tenant_id, head.before + row_number() over (order by k.sequence_number, k.order_key), 'KCI', k.order_key,
    k.sequence_number, k.created_at
from head
join orders as o on o.tenant_id = head.tenant_id and o.id >= $2 and o.id < $2::bigint + $3::integer
join kcis as k on k.tenant_id = o.tenant_id and k.order_key = o.order_key
"""
_LANES: Final = """
insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
select
    'kci:' || e.endpoint_id || ':' || o.order_key, 'kci', o.tenant_id,
    jsonb_build_object('endpoint', e.endpoint_id, 'order', o.order_key), coalesce($5, clock()), $4::integer, 0,
    e.endpoint_id::text
from tenants as t
join endpoints as e on e.tenant_id = t.tenant_no and e.deleted_at is null
join orders as o on o.tenant_id = t.tenant_no and o.id >= $2 and o.id < $2::bigint + $3::integer
where t.code = $1
"""


async def tell(superuser: str, code: str, *, first: int, orders: int, each: int, due_at: datetime | None = None) -> int:
    """`each` KCIs of so many orders, numbered from `first` on, for all the tenant's endpoints; how many KCIs.

    `due_at`, of the business clock, is for what shall be tried at one and the same instant.
    """
    connection: Any = await asyncpg.connect(superuser)
    try:
        async with connection.transaction():
            for sql in (_ORDERS, _KCIS, _FEED):
                await connection.execute(sql, code, first, orders, each)
            await connection.execute(_LANES, code, first, orders, each, due_at)
        await connection.execute("analyze lanes")
    finally:
        await connection.close()
    return orders * each
