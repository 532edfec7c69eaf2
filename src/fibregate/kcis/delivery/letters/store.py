"""The heads of lanes with all that sending them needs, and the bytes of `deliveries`."""

from collections.abc import Sequence
from dataclasses import replace

from fibregate.db import Row, Statements
from fibregate.kcis.delivery.model import Made, Place
from fibregate.vocabulary import TenantId

_HEAD = """
select
    e.url, e.rendering, e.enabled, e.deleted_at is not null as deleted, e.rate_per_second, e.concurrency,
    e.connect_seconds, e.total_seconds, e.headers, e.auth_kind, e.auth,
    h.state = 'DOWN' as down, h.failures, h.failing_since, h.failing_lanes, h.prober, h.scout, h.recovered_at,
    x.secret_ids, x.secrets, x.private_keys,
    n.number, k.id, k.request_id, k.conversation_id, d.body, d.made_at,
    case when d.body is null and a.has_no_bytes then k.facts end as facts, f.facts as next_facts,
    exists (
        select from kci_skips as s
        where s.tenant_id = $1 and s.endpoint_id = a.endpoint_id and s.order_key = a.order_key
            and s.sequence_number = n.number and s.done_at is null
    ) as skipped,
    coalesce(a.replay_id, (
        select i.replay_id from replay_items as i
        where i.tenant_id = $1 and i.endpoint_id = a.endpoint_id and i.order_key = a.order_key
            and i.sequence_number = n.number and i.done_at is null and i.position is null
        limit 1
    )) as marked,
    (
        select max(r.created_at) from replay_items as i
        join replays as r on r.tenant_id = i.tenant_id and r.replay_id = i.replay_id
        where i.tenant_id = $1 and i.endpoint_id = a.endpoint_id and i.order_key = a.order_key and i.done_at is null
            and case when a.replay_id is null then i.position is null else i.replay_id = a.replay_id end
    ) as asked_again_at,
    a.replay_id is null and exists (
        select from replay_items as i
        left join deliveries as o
            on o.tenant_id = i.tenant_id and o.endpoint_id = i.endpoint_id and o.order_key = i.order_key
            and o.sequence_number = i.sequence_number
        where i.tenant_id = $1 and i.endpoint_id = a.endpoint_id and i.order_key = a.order_key
            and i.sequence_number < n.number and i.done_at is null and i.position is not null
            and o.delivered_at is null and o.skipped_at is null
    ) as waits_for_replay
from (select {asked}) as a
left join endpoints as e on e.tenant_id = $1 and e.endpoint_id = a.endpoint_id
left join endpoint_health as h on h.tenant_id = $1 and h.endpoint_id = a.endpoint_id
cross join lateral (
    select
        array_agg(y.secret_id order by y.created_at desc, y.secret_id) as secret_ids,
        array_agg(y.secret order by y.created_at desc, y.secret_id) as secrets,
        array_agg(y.private_key order by y.created_at desc, y.secret_id) as private_keys
    from endpoint_secrets as y
    where y.tenant_id = $1 and y.endpoint_id = a.endpoint_id
        and (y.expires_at is null or y.expires_at > clock_timestamp())
) as x
cross join lateral (
    select case when a.replay_id is null then a.number else (
        select i.sequence_number from replay_items as i
        where i.tenant_id = $1 and i.replay_id = a.replay_id and i.endpoint_id = a.endpoint_id
            and i.order_key = a.order_key and i.position = a.number
    ) end as number
) as n
left join lateral (
    select k.id, k.facts, k.facts ->> 'requestId' as request_id, k.facts ->> 'conversationId' as conversation_id
    from kcis as k
    where k.tenant_id = $1 and k.order_key = a.order_key and k.sequence_number = n.number limit 1
) as k on true
left join lateral (
    select d.body, d.made_at from deliveries as d
    where d.tenant_id = $1 and d.endpoint_id = a.endpoint_id and d.order_key = a.order_key
        and d.sequence_number = n.number
    limit 1
) as d on true
left join lateral (
    select k.facts from kcis as k
    where a.replay_id is null and k.tenant_id = $1 and k.order_key = a.order_key and k.sequence_number = n.number + 1
        and not exists (
            select from deliveries as d
            where d.tenant_id = $1 and d.endpoint_id = a.endpoint_id and d.order_key = a.order_key
                and d.sequence_number = n.number + 1
        )
    limit 1
) as f on true
"""


def head(asked: str) -> str:
    """All that sending the head of one lane needs, as a query to be joined laterally to what names the lane.

    `asked` is `endpoint_id, order_key, number, replay_id, has_no_bytes`. `facts` are there where the bytes have to be
    made from them, `next_facts` where that is so of the KCI behind the head.
    """
    return _HEAD.replace("{asked}", asked)


_FIND_HEADS = """
select h.*
from unnest($2::uuid[], $3::bigint[], $4::integer[], $5::uuid[])
    with ordinality as w (endpoint_id, order_key, number, replay_id, place)
cross join lateral (
{head}
) as h
order by w.place
""".replace("{head}", head("w.endpoint_id, w.order_key, w.number, w.replay_id, true as has_no_bytes"))


async def find_heads(on: Statements, tenant: TenantId, asked: Sequence[Place]) -> list[Row]:
    """The next events of lanes with all that sending them needs, in the order asked.

    A place's `number` is the lane's; of a replay, the position. `url` is null where there is no endpoint.
    """
    return await on.rows(
        _FIND_HEADS,
        tenant,
        [one.endpoint for one in asked],
        [one.order for one in asked],
        [one.number for one in asked],
        [one.replay for one in asked],
    )


_INSERT = """
insert into deliveries as d (tenant_id, endpoint_id, order_key, sequence_number, body, made_at)
select $1, a.endpoint_id, a.order_key, a.number, a.body, a.made_at
from unnest($2::uuid[], $3::bigint[], $4::integer[], $5::bytea[], $6::timestamptz[])
    as a (endpoint_id, order_key, number, body, made_at)
order by a.endpoint_id, a.order_key, a.number
on conflict (tenant_id, endpoint_id, order_key, sequence_number) do update set attempts = d.attempts
returning d.endpoint_id, d.order_key, d.sequence_number, d.body, d.made_at
"""


async def insert(on: Statements, tenant: TenantId, letters: Sequence[Made]) -> list[Made]:
    """Keeps what was there first: the bytes of a delivery never change. Answers what is kept, in the order given."""
    first = {one.key: one for one in reversed(letters)}.values()
    rows = await on.rows(
        _INSERT,
        tenant,
        [one.at.endpoint for one in first],
        [one.at.order for one in first],
        [one.at.number for one in first],
        [one.body for one in first],
        [one.made_at for one in first],
    )
    kept = {(row["endpoint_id"], row["order_key"], row["sequence_number"]): row for row in rows}
    return [replace(one, body=kept[one.key]["body"], made_at=kept[one.key]["made_at"]) for one in letters]
