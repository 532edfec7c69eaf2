"""Replays beside a worker that runs, beside each other, and at size."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from aiohttp import web
from tests.kcis.receiver import Receiver
from tests.kcis.stage import BY, START, Stage

from fibregate.errors import Unavailable
from fibregate.kcis.delivery import actions as delivery
from fibregate.kcis.replays import actions as replays
from fibregate.kcis.replays.model import Asked, Replay
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim
from fibregate.lanes.runner import Runner
from fibregate.vocabulary import OrderKey

_MANY = """
with made as (
    insert into orders (
        tenant_id, id, door, supplier_id, order_type, status, uprn, address, service, characteristics, primary_contact,
        body_hash, request_id, conversation_id, kci_count
    )
    select $1, n, 'WHOLESALE', supplier_id, 'NEW', 'ACKNOWLEDGED', 1, '{"id": "1", "type": "UPRN"}', 'fttp', '[]', '{}',
        '', 'request-1', 'conversation-1', $3
    from suppliers, generate_series(1000, 999 + $2::integer) as n
    returning order_key, id
),
told as (
    insert into kcis (tenant_id, order_key, sequence_number, id, reason, status, facts, created_at)
    select $1, order_key, number, gen_random_uuid(), 'UPDATE', 'ACKNOWLEDGED',
        jsonb_build_object(
            'id', gen_random_uuid(), 'sequenceNumber', number, 'orderId', id, 'status', 'ACKNOWLEDGED',
            'reason', 'UPDATE', 'orderType', 'NEW', 'conversationId', 'c', 'happenedAt', '2025-07-01T09:00:00.000Z'
        ), clock()
    from made, generate_series(1, $3::integer) as number
)
insert into lanes (key, kind, for_tenant, subject, due_at, last_enqueued, last_done, share)
select 'kci:' || $4::uuid || ':' || order_key, 'kci', $1,
    jsonb_build_object('endpoint', $4::uuid, 'order', order_key), clock(), $3, $5, $4::text
from made
"""

_OWN = """
select i.replay_id, o.id, array_agg(i.sequence_number) as numbers
from replay_items as i join orders as o on o.tenant_id = i.tenant_id and o.order_key = i.order_key
where i.tenant_id = $1 and i.position is not null group by i.replay_id, o.id
"""


async def told_at_once(stage: Stage, endpoint: UUID, *, orders: int, each: int, delivered: int) -> None:
    """So many orders with so many KCIs, of which the lanes have passed `delivered`."""
    await stage.web.row(_MANY, stage.ours, orders, each, endpoint, delivered)


async def make(stage: Stage, asked: Asked, replay: UUID | None = None) -> Replay:
    return await replays.make(stage.web, stage.ours, asked, replay=replay, by=BY)


@asynccontextmanager
async def working(stage: Stage) -> AsyncGenerator[None]:
    async def handler(claim: Claim) -> None:
        await delivery.deliver_in_a_row(stage.post, claim)

    runner = Runner(stage.work, stage.clock, {"kci": handler, "replay": handler}, concurrency=8)
    stage.web.hint = stage.work.hint = runner.wake
    running = asyncio.create_task(runner.run())
    try:
        yield
    finally:
        await runner.stop()
        await running


async def still_open(stage: Stage, made: list[Replay]) -> int:
    return sum([(await replays.get(stage.web, stage.ours, one.replay)).open for one in made])


async def test_replays_beside_a_worker_lose_nothing_and_keep_every_order_in_its_order(
    stage: Stage, receiver: Receiver
) -> None:
    await stage.endpoint(receiver.url)
    orders = [await stage.order() for _ in range(6)]
    chance = random.Random(11)  # noqa: S311 - a pace that can be repeated
    made: list[Replay] = []

    async def tell(order: OrderKey) -> None:
        for _ in range(12):
            await stage.tell(order)
            await asyncio.sleep(chance.random() / 100)

    async def replay() -> None:
        for _ in range(6):
            asked = chance.choice(
                [Asked(undelivered=True), Asked(order_id=chance.randint(159, 164)), Asked(told_from=START)]
            )
            made.append(await make(stage, asked))
            await asyncio.sleep(chance.random() / 50)

    async with working(stage):
        await asyncio.gather(*(tell(order) for order in orders), *(replay() for _ in range(3)))
        async with asyncio.timeout(60):
            while await still_open(stage, made) or len({(g.json["orderId"], g.number) for g in receiver.taken}) < 72:
                await asyncio.sleep(0.05)

    assert sum(one.outline.count for one in made) > 72
    first, marked = sorted_out(receiver)
    assert set(first.values()) == {tuple(range(1, 13))}
    own = await stage.web.rows(_OWN, stage.ours)
    assert own
    for row in own:
        assert set(row["numbers"]) <= set(marked[str(row["replay_id"]), row["id"]])


def sorted_out(receiver: Receiver) -> tuple[dict[int, tuple[int, ...]], dict[tuple[str, int], list[int]]]:
    """In which order each order's KCIs came for the first time, and what each replay brought of each order."""
    first: dict[int, tuple[int, ...]] = defaultdict(tuple)
    marked: dict[tuple[str, int], list[int]] = defaultdict(list)
    for got in receiver.received:
        order_id = got.json["orderId"]
        if got.number not in first[order_id]:
            first[order_id] += (got.number,)
        if "webhook-replay" in got.headers:
            marked[got.headers["webhook-replay"], order_id].append(got.number)
    return first, marked


async def test_equal_replays_at_once_make_one_job_while_a_worker_runs(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    await told_at_once(stage, endpoint, orders=40, each=3, delivered=3)
    identity = UUID(int=7)
    async with working(stage):
        answers = await asyncio.gather(*(make(stage, Asked(told_from=START), identity) for _ in range(8)))
        assert {one.outline.count for one in answers} == {120}
        async with asyncio.timeout(60):
            while await still_open(stage, answers[:1]):
                await asyncio.sleep(0.05)
    assert len(receiver.received) == 120


async def test_ten_thousand_kcis_are_one_job_and_each_knows_its_way(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    await told_at_once(stage, endpoint, orders=2000, each=5, delivered=3)
    began = time.monotonic()
    made = await make(stage, Asked(told_from=START))
    assert time.monotonic() - began < 20
    assert made.outline.count == 10_000
    row = await stage.web.row(
        "select count(position) as own, count(*) filter (where position is null) as ahead, max(position) as last "
        "from replay_items where tenant_id = $1",
        stage.ours,
    )
    assert row is not None
    assert (row["own"], row["ahead"], row["last"]) == (6000, 4000, 3)
    own = await stage.work.row(
        "select count(*) as n, sum(last_enqueued - last_done) as items from lanes where kind = 'replay'", None
    )
    assert own is not None
    assert (own["n"], own["items"]) == (2000, 6000)
    counted = await replays.preview(stage.web, stage.ours, Asked(undelivered=True))
    assert counted.count == 4000


async def test_it_gives_way_to_who_has_a_lane_in_hand_and_begins_again(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await stage.tell(await stage.order())
    lane = (await stage.lane())["key"]

    async with stage.work.tx(None) as tx:
        await tx.row("update lanes set attempts = attempts where key = $1", None, lane)
        making = asyncio.create_task(make(stage, Asked(undelivered=True)))
        await asyncio.sleep(0.6)
        assert not making.done()
    assert (await making).outline.count == 1
    async with stage.work.tx(None) as tx:
        await tx.row("update lanes set attempts = attempts where key = $1", None, lane)
        with pytest.raises(Unavailable):
            await make(stage, Asked(undelivered=True))
    assert len(await replays.list_recent(stage.web, stage.ours, before=None, limit=9)) == 1


_WAITING = "select count(*) as n from pg_locks where not granted"


async def test_what_a_worker_passes_while_a_replay_is_drawn_up_gets_its_own_place(
    stage: Stage, receiver: Receiver
) -> None:
    await stage.endpoint(receiver.url)
    await stage.tell(await stage.order())
    (claim,) = await stage.claim()
    async with stage.work.tx(None) as tx:
        await lanes.complete(tx, claim, done=1)
        making = asyncio.create_task(make(stage, Asked(order_id=159)))
        async with asyncio.timeout(10):
            while not ((await stage.web.row(_WAITING, None)) or {"n": 0})["n"]:
                await asyncio.sleep(0.002)
    made = await making
    assert await still_open(stage, [made]) == 1
    await stage.work_off()
    assert [got.headers["webhook-replay"] for got in receiver.received] == [str(made.replay)]
    assert await still_open(stage, [made]) == 0


async def test_news_of_an_order_and_its_replay_do_not_lock_each_other_out(stage: Stage, receiver: Receiver) -> None:
    for _ in range(4):
        await stage.endpoint(receiver.url)
    orders = [await stage.order() for _ in range(5)]
    chance = random.Random(5)  # noqa: S311 - the same answers each time
    receiver.respond = lambda _: web.Response(status=chance.choice([204, 204, 204, 500]))
    for order in orders:
        await stage.tell(order)

    async def tell(order: OrderKey) -> None:
        for _ in range(25):
            await stage.tell(order)

    async def replay() -> None:
        for _ in range(15):
            await make(stage, Asked(told_from=START))

    async with working(stage):
        await asyncio.gather(*(tell(order) for order in orders), replay(), replay())
