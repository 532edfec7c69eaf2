"""Where KCIs stand with a tenant's endpoints, and what its updates say of it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from tests.kcis.receiver import Receiver
from tests.kcis.stage import BY, START, Stage

from fibregate.errors import Unknown
from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.endpoints.model import Change
from fibregate.kcis.replays import actions as replays
from fibregate.kcis.replays.model import Asked
from fibregate.kcis.skips import actions as skips
from fibregate.kcis.standing import actions as standing
from fibregate.kcis.standing import store
from fibregate.kcis.standing.model import Told, told
from fibregate.vocabulary import OrderKey

DEAD = "http://127.0.0.1:1/dead"
UNSENT = ["PENDING", "HELD", "PARKED"]


async def ways(stage: Stage, order_id: int = 159) -> list[tuple[int, str]]:
    return [(way.sequence_number, way.state) for way in await standing.of_order(stage.web, stage.ours, order_id)]


async def outcomes(stage: Stage, order: OrderKey, up_to: int) -> list[Told | None]:
    found = await standing.outcomes(stage.web, stage.ours, order, up_to=up_to)
    return [found[number].told for number in range(1, up_to + 1)]


async def delete(stage: Stage, endpoint: UUID) -> None:
    async with stage.web.tx(stage.ours) as tx:
        await endpoints.delete(tx, stage.ours, endpoint, by=BY)
    await stage.work_off()


async def test_without_an_endpoint_nothing_is_said_of_delivery_and_a_later_one_does_not_change_that(
    stage: Stage, receiver: Receiver
) -> None:
    order = await stage.order()
    await stage.tell(order)
    assert await outcomes(stage, order, 1) == [None]
    await stage.endpoint(receiver.url)
    await stage.tell(order)
    assert await outcomes(stage, order, 2) == [None, "PENDING"]
    assert await ways(stage) == [(2, "PENDING")]
    await stage.work_off()
    assert await outcomes(stage, order, 2) == [None, "DELIVERED"]
    await replays.make(stage.web, stage.ours, Asked(order_id=159), replay=None, by=BY)
    assert await outcomes(stage, order, 2) == ["PENDING", "DELIVERED"]
    await stage.work_off()
    assert await outcomes(stage, order, 2) == ["DELIVERED", "DELIVERED"]


async def test_all_endpoints_must_have_it_and_one_that_gave_up_is_a_failure(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    dead, _ = await stage.endpoint(DEAD)
    order = await stage.order()
    await stage.tell(order)
    await stage.tell(order)
    await stage.work_off()
    assert await outcomes(stage, order, 2) == ["PENDING", "PENDING"]
    await stage.work.row("update lanes set parked_reason = 'given up' where share = $1", None, str(dead))
    assert await outcomes(stage, order, 2) == ["FAILED", "FAILED"]
    found = await standing.of_order(stage.web, stage.ours, 159)
    assert {way.parked_reason for way in found if way.endpoint_id == dead} == {"given up"}
    async with stage.web.tx(stage.ours) as tx:
        await skips.skip(tx, stage.ours, 159, endpoint=dead, number=1, because="dead", by=BY)
    assert await outcomes(stage, order, 2) == ["PENDING", "PENDING"]
    await stage.step(timedelta(hours=1))
    assert await outcomes(stage, order, 2) == ["FAILED", "PENDING"]
    await delete(stage, dead)
    assert await outcomes(stage, order, 2) == ["DELIVERED", "DELIVERED"]


async def test_what_only_an_endpoint_since_deleted_had_is_delivered_and_the_rest_ended(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    order = await stage.order()
    await stage.tell(order)
    await stage.work_off()
    receiver.respond = lambda _: web.Response(status=500)
    await stage.tell(order)
    await stage.work_off()
    await delete(stage, endpoint)
    await stage.tell(order)
    assert await ways(stage) == [(1, "DELIVERED"), (2, "ENDED")]
    assert await outcomes(stage, order, 3) == ["DELIVERED", None, None]
    found = await standing.outcomes(stage.web, stage.ours, order, up_to=3)
    assert [one.made_at for one in found.values()] == [START, START, None]


async def test_a_suspended_endpoints_kcis_are_held_and_say_no_next_attempt(stage: Stage, receiver: Receiver) -> None:
    endpoint, _ = await stage.endpoint(receiver.url)
    order = await stage.order()
    async with stage.web.tx(stage.ours) as tx:
        await endpoints.change(tx, stage.ours, endpoint, to=Change(enabled=False), rules=stage.rules, by=BY)
    await stage.tell(order)
    assert await ways(stage) == [(1, "HELD")]
    await stage.work_off()
    (way,) = await standing.of_order(stage.web, stage.ours, 159)
    assert (way.state, way.next_attempt_at, way.attempt_count, way.made_at) == ("HELD", None, 0, None)
    assert await outcomes(stage, order, 1) == ["PENDING"]


@pytest.mark.parametrize(
    ("states", "wanted"),
    [
        ([], None),
        (["ENDED"], None),
        (["DELIVERED", "ENDED"], "DELIVERED"),
        (["DELIVERED", "HELD"], "PENDING"),
        (["PENDING", "PARKED"], "FAILED"),
        (["DELIVERED", "SKIPPED"], "FAILED"),
    ],
)
def test_an_update_says_the_worst_of_its_ways(states: list[str], wanted: str | None) -> None:
    assert told(states) == wanted  # type: ignore[arg-type] - as they come from the database


async def test_what_waits_is_listed_by_state_order_and_endpoint_the_oldest_first(
    stage: Stage, receiver: Receiver
) -> None:
    dead, _ = await stage.endpoint(DEAD)
    live, _ = await stage.endpoint(receiver.url)
    orders = [await stage.order() for _ in range(2)]
    for order in (*orders, orders[0]):
        await stage.tell(order)
        await stage.clock.advance(timedelta(seconds=1))
    await stage.work_off()
    await stage.work.row("update lanes set parked_reason = 'given up' where key = $1", None, f"kci:{dead}:{orders[1]}")

    async def listed(states: list[str], order: OrderKey | None = None, endpoint: UUID | None = None) -> list[int]:
        rows = await store.list_waiting(stage.web, stage.ours, states=states, order=order, endpoint=endpoint, limit=50)
        return [row["order_id"] * 10 + row["sequence_number"] for row in rows]

    assert await listed(UNSENT) == [1591, 1601, 1592]
    assert await listed(["PARKED"]) == [1601]
    assert await listed(UNSENT, order=orders[0]) == [1591, 1592]
    assert await listed(UNSENT, endpoint=live) == []
    newest = await store.list_newest(stage.web, stage.ours, order=None, endpoint=dead, limit=50)
    assert [row["state"] for row in newest] == ["PENDING", "PARKED", "PENDING"]
    queues = {row["endpoint_id"]: row for row in await store.list_endpoints(stage.web, stage.ours)}
    assert (queues[dead]["waiting"], queues[dead]["parked"], queues[dead]["oldest"]) == (3, 1, START)
    assert (queues[live]["waiting"], queues[live]["oldest"]) == (0, None)


async def test_one_kci_is_shown_with_its_facts_and_ways_to_its_tenant_only(stage: Stage, receiver: Receiver) -> None:
    await stage.endpoint(receiver.url)
    await stage.tell(await stage.order(), text="words")
    await stage.work_off()
    kci = UUID(receiver.received[0].json["id"])
    row, (way,) = await standing.of_kci(stage.web, stage.ours, kci)
    assert (row["facts"]["text"], way.state, len(way.attempts)) == ("words", "DELIVERED", 1)
    for tenant, wrong in ((stage.theirs, kci), (stage.ours, uuid4())):
        with pytest.raises(Unknown):
            await standing.of_kci(stage.web, tenant, wrong)
