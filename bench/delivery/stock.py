"""Orders, KCIs and lanes in bulk, as rows; by the superuser, whom no wall stops."""

import json
import urllib.request
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from bench.delivery.ledger import Told
from bench.delivery.letters import FACTS
from bench.ground import FIRST_UPRN

PATIENCE = 10.0

_ORDERS = """
insert into orders (
    tenant_id, id, door, supplier_id, order_type, status, uprn, address, service, characteristics, primary_contact,
    kci_count, body_hash, request_id, conversation_id
)
select
    ($3::integer[])[1 + n % cardinality($3::integer[])], $1 + n, 'WHOLESALE', s.supplier_id, 'NEW', 'IN_PROGRESS', $5,
    '{"id": "100000000", "type": "UPRN"}', 'fttp', '[]', '{}', $4, '', 'bench', 'bench-1'
from generate_series(0, $2::bigint - 1) as n, suppliers as s where s.kind = 'OWN_NETWORK'
"""
_KCIS = """
insert into kcis (tenant_id, order_key, sequence_number, id, reason, status, facts, created_at)
select
    o.tenant_id, o.order_key, k.number, k.id, 'UPDATE', 'IN_PROGRESS',
    $3::jsonb || jsonb_build_object('id', k.id, 'sequenceNumber', k.number, 'orderId', o.id), now()
from orders as o
cross join lateral (select number, gen_random_uuid() as id from generate_series(1, o.kci_count) as number) as k
where o.id between $1 and $2
"""
_LANES = """
insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
select
    'kci:' || e.endpoint_id || ':' || o.order_key, 'kci', o.tenant_id,
    jsonb_build_object('endpoint', e.endpoint_id, 'order', o.order_key), now(), o.kci_count, 0, e.endpoint_id::text
from orders as o join endpoints as e on e.tenant_id = o.tenant_id and e.deleted_at is null
where o.id between $1 and $2 and o.kci_count > 0 and ($3::uuid is null or e.endpoint_id = $3)
"""


async def lay_in(
    connection: Any, first: int, *, orders: int, each: int, tenants: Sequence[int], endpoint: UUID | None = None
) -> None:
    """So many orders from number `first` on, shared out among the tenants, each with so many KCIs told and waiting.

    They wait for every endpoint of their tenant, or for this one.
    """
    last = first + orders - 1
    async with connection.transaction():
        await connection.execute(_ORDERS, first, orders, list(tenants), each, FIRST_UPRN)
        await connection.execute(_KCIS, first, last, json.dumps(FACTS))
        await connection.execute(_LANES, first, last, endpoint)
    await connection.execute("vacuum analyze orders, kcis, lanes, deliveries, delivery_attempts")
    await connection.execute("checkpoint")


_TOLD = """
select o.id, k.sequence_number, k.id::text, extract(epoch from pg_xact_commit_timestamp(k.xmin))::float8
from kcis as k join orders as o on o.tenant_id = k.tenant_id and o.order_key = k.order_key
where o.id between $1 and $2
"""


async def told(connection: Any, first: int, last: int) -> tuple[Told, dict[str, float]]:
    """What stands in the rows: every KCI, and when its transaction was committed, by the server."""
    rows = await connection.fetch(_TOLD, first, last)
    return {(row[0], row[1]): row[2] for row in rows}, {row[2]: row[3] for row in rows}


_UNDONE = """
select count(*) from kcis as k join orders as o on o.tenant_id = k.tenant_id and o.order_key = k.order_key
left join deliveries as d on d.tenant_id = k.tenant_id and d.order_key = k.order_key
    and d.sequence_number = k.sequence_number
where o.id between $1 and $2 and d.delivered_at is null
"""


async def undelivered(connection: Any, first: int, last: int) -> int:
    """KCIs whose rows do not say that they were taken."""
    return await connection.fetchval(_UNDONE, first, last)


async def clear_lanes(connection: Any) -> None:
    """Nothing is left to deliver, whatever was, nor told: a worker's audit would say that it was lost."""
    await connection.execute("delete from lanes where kind in ('kci', 'alarm')")
    await connection.execute("truncate kcis cascade")
    await connection.execute("vacuum analyze lanes")


async def unsubscribe(connection: Any, endpoint: UUID) -> None:
    await connection.execute("update endpoints set deleted_at = now() where endpoint_id = $1", endpoint)


async def standing(connection: Any, first: int, last: int) -> list[tuple[int, int, int]]:
    """Tenant, key and number of these orders."""
    rows = await connection.fetch(
        "select tenant_id, order_key, id from orders where id between $1 and $2 order by id", first, last
    )
    return [tuple(row) for row in rows]


def subscribe(web: str, *, token: str, tenant: str, url: str) -> UUID:
    """An endpoint, asked for as a tenant does."""
    request = urllib.request.Request(  # noqa: S310 - our own process
        f"{web}/manage/v1/endpoints",
        data=orjson.dumps({"url": url, "rendering": "wholesale-webhook"}),
        headers={
            "Authorization": f"Bearer {token}",
            "Tenant": tenant,
            "X-Request-ID": "bench",
            "X-Conversation-ID": "bench-1",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - the same
        return UUID(orjson.loads(answer.read())["id"])
