"""What a replay sends, in which order, and what it leaves alone."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from tests.kcis.receiver import Receiver, failing, receiving
from tests.kcis.stage import BY, START, Stage

from fibregate.errors import Invalid, Unknown
from fibregate.kcis.delivery import actions as delivery
from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.replays import actions as replays
from fibregate.kcis.replays import model
from fibregate.kcis.replays.model import Asked, Replay
from fibregate.kcis.standing import actions as standing
from fibregate.vocabulary import OrderKey

_IDS = "select id from kcis where tenant_id = $1 and order_key = $2 order by sequence_number"


async def kci_ids(stage: Stage, order: OrderKey) -> list[UUID]:
    return [row["id"] for row in await stage.web.rows(_IDS, stage.ours, order)]


async def make(stage: Stage, replay: UUID | None = None, **asked: Any) -> Replay:
    return await replays.make(stage.web, stage.ours, Asked(**asked), replay=replay, by=BY)


async def progress(stage: Stage, made: Replay) -> tuple[int, int, int]:
    found = await replays.get(stage.web, stage.ours, made.replay)
    return found.outline.count, found.sent, found.open


async def told(stage: Stage, times: int) -> OrderKey:
    order = await stage.order()
    for _ in range(times):
        await stage.tell(order)
    return order


async def states(stage: Stage, order_id: int = 159) -> list[str]:
    return [way.state for way in await standing.of_order(stage.web, stage.ours, order_id)]


def marks(receiver: Receiver) -> list[tuple[int, str | None]]:
    return [(got.number, got.headers.get("webhook-replay")) for got in receiver.received]


async def test_a_kci_is_sent_again_with_the_same_id_and_bytes_as_often_as_it_is_asked(
    stage: Stage, receiver: Receiver
) -> None:
    await stage.endpoint(receiver.url)
    order = await told(stage, 3)
    await stage.work_off()
    second = (await kci_ids(stage, order))[1]
    made = [await make(stage, kci=second) for _ in range(2)]
    await stage.work_off()
    assert [number for number, _ in marks(receiver)] == [1, 2, 3, 2, 2]
    first, *again = (got for got in receiver.received if got.number == 2)
    assert {(got.body, got.headers["webhook-id"]) for got in again} == {(first.body, str(second))}
    assert {got.headers["webhook-replay"] for got in again} == {str(one.replay) for one in made}
    assert "webhook-replay" not in first.headers
    assert [await progress(stage, one) for one in made] == [(1, 1, 0)] * 2


async def test_an_order_is_replayed_in_its_order_and_its_news_do_not_wait(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    order = await told(stage, 4)
    await stage.work_off()
    made = await make(stage, order_id=159)
    await stage.tell(order)
    await stage.work_off()
    marked = [number for number, mark in marks(receiver) if mark == str(made.replay)]
    plain = [number for number, mark in marks(receiver) if mark is None]
    assert (marked, plain) == ([1, 2, 3, 4], [1, 2, 3, 4, 5])


async def test_what_is_older_than_an_endpoint_reaches_it_before_what_is_newer(stage: Stage, receiver: Receiver) -> None:
    order = await told(stage, 3)
    await stage.endpoint(receiver.url)
    await stage.tell(order)
    made = await make(stage, order_id=159)
    assert made.outline.count == 4
    receiver.respond = failing(1, number=2)
    await stage.work_off()
    assert receiver.numbers() == [1, 2]
    await stage.step(timedelta(seconds=5))
    await stage.step(timedelta(seconds=30))
    assert [one.number for one in receiver.taken] == [1, 2, 3, 4]
    assert {mark for _, mark in marks(receiver)} == {str(made.replay)}
    assert await progress(stage, made) == (4, 4, 0)


async def test_what_waits_in_its_lane_goes_out_by_it_once_and_marked(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await told(stage, 3)
    made = await make(stage, order_id=159)
    await stage.work_off()
    assert marks(receiver) == [(number, str(made.replay)) for number in (1, 2, 3)]
    assert await progress(stage, made) == (3, 3, 0)
    assert (await stage.work.row("select count(*) as n from lanes where kind = 'replay'", None) or {})["n"] == 0


async def test_one_delivery_serves_every_replay_that_waits_for_it(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await told(stage, 2)
    made = [await make(stage, order_id=159) for _ in range(3)]
    await stage.work_off()
    assert receiver.numbers() == [1, 2]
    assert [await progress(stage, one) for one in made] == [(2, 2, 0)] * 3


async def test_a_replay_of_all_that_is_undelivered_sets_parked_lanes_going(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await told(stage, 2)
    await stage.work.row("update lanes set parked_reason = 'given up', attempts = 90", None)
    await stage.step(timedelta(days=1))
    assert receiver.received == []
    assert await states(stage) == ["PARKED", "PARKED"]
    made = await make(stage, undelivered=True)
    await stage.work_off()
    assert marks(receiver) == [(1, str(made.replay)), (2, str(made.replay))]
    assert await states(stage) == ["DELIVERED", "DELIVERED"]
    again = await make(stage, undelivered=True)
    assert (again.outline.count, again.outline.parts) == (0, [])


async def parked(stage: Stage) -> int:
    return len(await stage.work.rows("select key from lanes where parked_reason is not null", None))


async def test_what_was_parked_and_is_replayed_is_tried_for_as_many_days_again(
    stage: Stage, receiver: Receiver
) -> None:
    """The prober, and those that wait for it."""
    stage.retry_days = 1
    await stage.endpoint(receiver.url)
    receiver.respond = lambda _: web.Response(status=503)
    for _ in range(6):
        await told(stage, 1)
    for _ in range(26):
        await stage.step(timedelta(hours=1))
    assert await parked(stage) == 6
    await make(stage, undelivered=True)
    await stage.work_off()
    for _ in range(23):
        await stage.step(timedelta(hours=1))
    assert await parked(stage) == 0
    for _ in range(3):
        await stage.step(timedelta(hours=1))
    assert await parked(stage) == 6


async def test_a_replay_of_what_was_delivered_gives_what_is_not_no_further_days(
    stage: Stage, receiver: Receiver
) -> None:
    stage.retry_days = 1
    await stage.endpoint(receiver.url)
    order = await told(stage, 1)
    await stage.work_off()
    receiver.respond = lambda _: web.Response(status=503)
    await stage.tell(order)
    for _ in range(20):
        await stage.step(timedelta(hours=1))
    await make(stage, kci=(await kci_ids(stage, order))[0])
    for _ in range(6):
        await stage.step(timedelta(hours=1))
    rows = await stage.work.rows("select kind from lanes where parked_reason is not null", None)
    assert [row["kind"] for row in rows] == ["kci"]


async def test_a_parked_replay_goes_on_when_the_undelivered_is_replayed(stage: Stage, receiver: Receiver) -> None:
    await told(stage, 2)
    await stage.endpoint(receiver.url)
    first = await make(stage, order_id=159)
    await stage.work.row("update lanes set parked_reason = 'given up'", None)
    assert await states(stage) == ["PARKED", "PARKED"]
    shown = await replays.preview(stage.web, stage.ours, Asked(undelivered=True))
    assert (shown.count, shown.resumed) == (0, 2)
    replay = uuid4()
    for _ in range(2):
        assert (await make(stage, replay, undelivered=True)).outline == shown
    await stage.work_off()
    assert marks(receiver) == [(1, str(first.replay)), (2, str(first.replay))]
    assert await progress(stage, first) == (2, 2, 0)


async def test_a_range_is_of_when_kcis_were_told_with_its_end_left_out(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    order = await told(stage, 1)
    for _ in range(3):
        await stage.clock.advance(timedelta(hours=1))
        await stage.tell(order)
    hours = [START + timedelta(hours=n) for n in range(5)]

    async def count(**asked: Any) -> int:
        return (await replays.preview(stage.web, stage.ours, Asked(**asked))).count

    assert await count(told_from=hours[1], told_to=hours[3]) == 2
    assert await count(told_from=hours[3]) == 1
    assert await count(told_to=hours[3]) == 3
    assert await count(told_from=hours[4]) == 0
    with pytest.raises(Invalid, match="to: must be later than from"):
        await count(told_from=hours[1], told_to=hours[1])


async def test_a_preview_counts_for_each_endpoint_and_makes_nothing(stage: Stage, receiver: Receiver) -> None:
    one, other = [(await stage.endpoint(receiver.url))[0] for _ in range(2)]
    await told(stage, 3)
    shown = await replays.preview(stage.web, stage.ours, Asked(order_id=159))
    assert (shown.count, {(part.endpoint, part.count) for part in shown.parts}) == (6, {(one, 3), (other, 3)})
    assert (await replays.preview(stage.web, stage.ours, Asked(order_id=159, endpoint=one))).count == 3
    assert await replays.list_recent(stage.web, stage.ours, before=None, limit=9) == []
    made = await make(stage, order_id=159, endpoint=other)
    await stage.work_off()
    assert sorted(receiver.numbers()) == [1, 1, 2, 2, 3, 3]
    assert await progress(stage, made) == (3, 3, 0)


async def test_the_same_id_is_the_same_job_and_with_another_body_it_is_refused(
    stage: Stage, receiver: Receiver
) -> None:
    await stage.endpoint(receiver.url)
    await told(stage, 2)
    await stage.work_off()
    replay = uuid4()
    answers = await asyncio.gather(*(make(stage, replay, order_id=159) for _ in range(10)))
    assert all(one == answers[0] for one in answers)
    await stage.work_off()
    assert receiver.numbers() == [1, 2, 1, 2]
    later = await make(stage, replay, order_id=159)
    assert (later.replay, later.outline.count, later.sent) == (replay, 2, 2)
    assert await stage.work_off() == 0
    with pytest.raises(Invalid, match="another replay"):
        await make(stage, replay, undelivered=True)


async def test_a_refused_replay_does_not_use_up_its_id(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    replay = uuid4()
    with pytest.raises(Invalid, match="there is no order 159"):
        await make(stage, replay, order_id=159)
    await told(stage, 1)
    assert (await make(stage, replay, order_id=159)).outline.count == 1


async def test_another_tenants_things_are_nobodys(stage: Stage, receiver: Receiver) -> None:
    theirs, _ = await stage.endpoint(receiver.url, stage.theirs)
    order = await stage.order(stage.theirs)
    await stage.tell(order, stage.theirs)
    row = await stage.web.row("select id from kcis where tenant_id = $1", stage.theirs)
    assert row is not None
    with pytest.raises(Invalid) as refused:
        await make(stage, kci=row["id"], endpoint=theirs)
    assert refused.value.messages == [
        f"endpointId: there is no endpoint {theirs}",
        f"kciId: there is no KCI {row['id']}",
    ]
    made = await replays.make(stage.web, stage.theirs, Asked(undelivered=True), replay=None, by=BY)
    with pytest.raises(Unknown):
        await replays.get(stage.web, stage.ours, made.replay)
    with pytest.raises(Invalid, match="there is no endpoint to send to"):
        await make(stage, undelivered=True)


async def test_an_endpoint_that_is_down_gets_its_replay_when_it_is_up(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    orders = [await told(stage, 2) for _ in range(4)]
    await stage.work_off()
    receiver.respond = lambda _: web.Response(status=500)
    for order in orders:
        await stage.tell(order)
    await stage.work_off()
    for _ in range(8):
        await stage.step(timedelta(minutes=2))
    made = await make(stage, told_from=START)
    assert made.outline.count == 12
    tried = len(receiver.received)
    await stage.work_off()
    assert len(receiver.received) - tried <= 2
    seen = [state for order_id in range(159, 163) for state in await states(stage, order_id)]
    assert (seen.count("DELIVERED"), seen.count("HELD") >= 2) == (8, True)
    receiver.respond = lambda _: web.Response(status=204)
    for _ in range(3):
        await stage.step(timedelta(minutes=5))
    assert await progress(stage, made) == (12, 12, 0)
    for order_id in range(159, 163):
        marked = [
            got.number
            for got in receiver.taken
            if got.json["orderId"] == order_id and got.headers.get("webhook-replay") == str(made.replay)
        ]
        assert sorted(marked) == [1, 2, 3]
        assert [number for number in marked if number < 3] == [1, 2]


async def test_a_down_endpoints_prober_that_waits_for_a_replay_does_not_stop_the_probing(
    stage: Stage, receiver: Receiver
) -> None:
    order = await told(stage, 2)
    await stage.endpoint(receiver.url)
    await stage.tell(order)
    receiver.respond = lambda _: web.Response(status=500)
    await stage.work_off()
    for _ in range(6):
        await stage.step(timedelta(minutes=5))
    made = await make(stage, order_id=159)
    await stage.work_off()
    receiver.respond = lambda _: web.Response(status=204)
    for _ in range(6):
        await stage.step(timedelta(minutes=5))
    assert [one.number for one in receiver.taken] == [1, 2, 3]
    assert await progress(stage, made) == (3, 3, 0)


async def test_what_was_for_an_endpoint_that_is_deleted_is_not_open(stage: Stage, receiver: Receiver) -> None:
    gone, _ = await stage.endpoint(receiver.url)
    async with receiving() as other:
        await stage.endpoint(other.url)
        await told(stage, 2)
        made = await make(stage, order_id=159)
        async with stage.web.tx(stage.ours) as tx:
            await endpoints.delete(tx, stage.ours, gone, by=BY)
        await stage.work_off()
        assert (receiver.received, other.numbers()) == ([], [1, 2])
    assert await progress(stage, made) == (4, 2, 0)


async def test_a_replay_is_audited_with_who_asked_for_what(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await told(stage, 1)
    made = await make(stage, order_id=159)
    row = await stage.web.row(
        "select actor, subject, details from audit where about_tenant = $1 and act = 'replay.make'", stage.ours
    )
    assert row is not None
    assert (row["actor"], row["subject"], row["details"]) == ("test", str(made.replay), {"orderId": 159})


async def test_more_than_a_replay_can_hold_is_counted_and_refused(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.endpoint(receiver.url)
    await told(stage, 3)
    monkeypatch.setattr(replays, "MOST", 2)
    assert model.MOST == 50_000
    assert (await replays.preview(stage.web, stage.ours, Asked(order_id=159))).count == 3
    with pytest.raises(Invalid, match="these are 3 KCIs, and a replay sends at most 2"):
        await make(stage, order_id=159)


async def test_a_kci_that_is_being_sent_when_its_replay_is_made_counts_for_it(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await told(stage, 1)
    (claim,) = await stage.claim()
    answer = asyncio.Event()

    async def respond(_: Any) -> web.Response:
        await answer.wait()
        return web.Response(status=204)

    receiver.respond = respond
    sending = asyncio.create_task(delivery.deliver(stage.post, claim))
    async with asyncio.timeout(10):
        while not receiver.received:
            await asyncio.sleep(0.005)
    made = await make(stage, order_id=159)
    answer.set()
    await sending
    await stage.work_off()
    assert receiver.numbers() == [1]
    assert await progress(stage, made) == (1, 1, 0)
