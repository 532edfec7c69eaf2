"""A worker that holds a lane goes on with what comes next, for a moment and under the same lease."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from aiohttp import web
from tests.kcis.receiver import Received, Receiver, failing
from tests.kcis.stage import Stage, until

from fibregate.kcis.delivery import actions as delivery
from fibregate.kcis.delivery.together import AT_ONCE, RUNWAYS, Together
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, LeaseLost
from fibregate.vocabulary import OrderKey, TenantId


async def told(stage: Stage, receiver: Receiver, count: int) -> OrderKey:
    """An order with so many KCIs for one endpoint."""
    await stage.endpoint(receiver.url)
    order = await stage.order()
    for number in range(1, count + 1):
        await stage.tell(order, text=f"step {number}")
    return order


async def deliver(stage: Stage) -> Claim:
    """Claim the one lane, and deliver as a worker does."""
    (claim,) = await stage.claim()
    await delivery.deliver_in_a_row(stage.post, claim)
    return claim


async def test_one_claim_carries_all_that_an_order_has(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver, 3)
    claim = await deliver(stage)
    assert receiver.numbers() == [1, 2, 3]
    lane = await stage.lane()
    assert (lane["generation"], lane["last_done"], lane["owner"], lane["leased_until"]) == (
        claim.generation,
        3,
        None,
        None,
    )
    assert [one["attempt"] for one in await stage.attempts()] == [1, 1, 1]


async def test_a_lane_gives_way_before_each_step_that_keeps_others_waiting(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver, 2)
    (claim,) = await stage.claim()
    seen = list[tuple[int, int, int]]()

    async def note() -> None:
        made = await stage.work.rows("select * from deliveries where tenant_id = $1", stage.ours)
        seen.append((len(made), len(receiver.numbers()), len(await stage.attempts())))

    claim.lease.give_way = note
    await delivery.deliver_in_a_row(stage.post, claim)
    before_made, before_sent, before_recorded = (0, 0, 0), (1, 0, 0), (1, 1, 0)
    assert seen == [before_made, before_sent, before_recorded, (2, 1, 1), (2, 1, 1), (2, 2, 1)]


async def test_what_is_told_meanwhile_goes_with_it(stage: Stage, receiver: Receiver) -> None:
    order = await told(stage, receiver, 2)

    async def respond(got: Received) -> web.Response:
        if got.json["sequenceNumber"] == 1:
            await stage.tell(order)
        return web.Response(status=204)

    receiver.respond = respond
    await deliver(stage)
    assert receiver.numbers() == [1, 2, 3]


async def test_when_the_moment_is_over_the_lane_is_free_for_the_next_claim(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver, 2)
    (claim,) = await stage.claim()
    assert await delivery.deliver(stage.post, claim, until=0.0) is None
    assert receiver.numbers() == [1]
    (again,) = await stage.claim("another")
    assert again.head == 2


async def test_a_failure_ends_the_row_and_counts_for_its_own_event_only(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver, 3)
    receiver.respond = failing(1, number=2)
    await deliver(stage)
    assert receiver.numbers() == [1, 2]
    lane = await stage.lane()
    assert (lane["last_done"], lane["attempts"], lane["owner"]) == (1, 1, None)


async def test_a_lease_lost_in_the_row_ends_it_and_leaves_the_rest_to_the_next_holder(
    stage: Stage, receiver: Receiver
) -> None:
    await told(stage, receiver, 3)

    async def respond(got: Received) -> web.Response:
        if len(receiver.received) == 2:
            await stage.work.row("update lanes set leased_until = clock_timestamp() - interval '1 s'", None)
            assert await lanes.rescue(stage.work) == 1
        return web.Response(status=204)

    receiver.respond = respond
    with pytest.raises(LeaseLost):
        await deliver(stage)
    lane = await stage.lane()
    assert (lane["last_done"], lane["owner"]) == (1, None)
    await stage.work_off()
    assert receiver.numbers() == [1, 2, 2, 3]
    assert receiver.received[1].body == receiver.received[2].body


async def test_questions_of_many_tenants_gather_while_the_few_flights_are_away() -> None:
    landed = asyncio.Event()
    away: list[tuple[TenantId, list[int]]] = []

    async def fly(tenant: TenantId, asked: Sequence[int]) -> list[int]:
        away.append((tenant, list(asked)))
        await landed.wait()
        return [-one for one in asked]

    together = Together(fly, asyncio.Semaphore(RUNWAYS))
    tenants = [TenantId(one) for one in range(RUNWAYS + 2)]
    first = [asyncio.create_task(together.ask(tenant, 1)) for tenant in tenants]
    await until(lambda: len(away) == RUNWAYS)
    later = [asyncio.create_task(together.ask(tenants[-1], number)) for number in (2, 3)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(away) == RUNWAYS
    landed.set()
    assert await asyncio.gather(*first, *later) == [-1] * len(tenants) + [-2, -3]
    assert (tenants[-1], [1, 2, 3]) in away
    assert len(away) == len(tenants)


async def test_between_the_answers_of_a_large_flight_others_have_their_turn() -> None:
    async def fly(_: TenantId, asked: Sequence[int]) -> list[int]:
        return list(asked)

    together = Together(fly, asyncio.Semaphore(RUNWAYS))
    answered: list[int] = []

    async def ask(number: int) -> None:
        answered.append(await together.ask(TenantId(1), number))

    asking = [asyncio.create_task(ask(number)) for number in range(3 * AT_ONCE)]
    seen: list[int] = []
    while not all(one.done() for one in asking):
        await asyncio.sleep(0)
        seen.append(len(answered))
    assert max(after - before for before, after in pairwise(seen)) <= AT_ONCE
    assert answered == list(range(3 * AT_ONCE))


async def test_what_is_sent_is_what_was_kept_also_if_it_was_made_ahead(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver, 4)
    await deliver(stage)
    kept = await stage.web.rows(
        "select body, delivered_at, attempts from deliveries where tenant_id = $1 order by sequence_number", stage.ours
    )
    assert [row["body"] for row in kept] == [got.body for got in receiver.received]
    assert all(row["delivered_at"] and row["attempts"] == 1 for row in kept)


async def test_bytes_made_ahead_survive_a_failure_and_go_out_unchanged(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver, 2)
    receiver.respond = failing(1, number=2)
    await deliver(stage)
    await stage.step(timedelta(seconds=5))
    assert receiver.numbers() == [1, 2, 2]
    assert receiver.received[1].body == receiver.received[2].body


async def test_an_endpoint_that_is_suspended_in_the_row_gets_no_more(stage: Stage, receiver: Receiver) -> None:
    await told(stage, receiver, 2)

    async def respond(_: Received) -> web.Response:
        await stage.web.row(
            "update endpoints set enabled = false, suspended_because = 'by hand', suspended_at = clock()"
            " where tenant_id = $1",
            stage.ours,
        )
        return web.Response(status=204)

    receiver.respond = respond
    await deliver(stage)
    assert receiver.numbers() == [1]
    lane = await stage.lane()
    assert (lane["held"], lane["owner"], lane["last_done"]) == (True, None, 1)
