"""The sandbox's clock: it walks through what is due, never back, and one walk at a time."""

import asyncio
from datetime import timedelta

import pytest
from tests.sandbox.stage import START, Stage

from fibregate.clock import BusinessTime
from fibregate.errors import Invalid
from fibregate.sandbox import clock, store


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("P3D", timedelta(days=3)),
        ("PT90M", timedelta(minutes=90)),
        ("P1W", timedelta(weeks=1)),
        ("P1DT12H", timedelta(days=1, hours=12)),
        ("PT0S", timedelta(0)),
    ],
)
def test_a_duration_is_read(text: str, span: timedelta) -> None:
    assert clock.duration(text) == span


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "3D", "P1Y", "P1M", "-P1D", "P1.5D", "P1D ", "p1d", "P٣D"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="advance"):
        clock.duration(text)


async def test_it_begins_where_it_was_set_and_ticks(stage: Stage) -> None:
    first = await stage.clock.now()
    assert timedelta(0) <= first - START < timedelta(seconds=30)
    await asyncio.sleep(0.01)
    assert await stage.clock.now() > first


async def test_it_walks_to_the_target_and_ticks_on(stage: Stage) -> None:
    walked = await clock.advance(stage.db, by=timedelta(days=3))
    assert walked.caught_up
    assert walked.now == walked.target
    assert timedelta(0) <= await stage.clock.now() - walked.target < timedelta(seconds=5)


async def test_no_time_at_all_is_walked_at_once(stage: Stage) -> None:
    async with asyncio.timeout(10):
        walked = await clock.advance(stage.db, by=timedelta(0))
    assert walked.caught_up
    assert timedelta(0) <= await stage.clock.now() - walked.now < timedelta(seconds=5)


async def test_what_has_just_gone_by_means_now(stage: Stage) -> None:
    before = await stage.clock.now()
    walked = await clock.advance(stage.db, to=START - timedelta(seconds=1))
    assert walked.caught_up
    assert walked.now >= before


async def test_it_never_goes_back(stage: Stage) -> None:
    with pytest.raises(Invalid, match="never goes back"):
        await clock.advance(stage.db, to=START - timedelta(minutes=6))
    with pytest.raises(Invalid, match="no further"):
        await clock.advance(stage.db, by=timedelta(days=99_999))
    assert not (await store.read_clock(stage.db))["frozen"]


async def test_a_walk_begins_no_earlier_than_what_others_read_while_the_clock_was_being_stopped(stage: Stage) -> None:
    async with stage.db.tx(None) as tx:
        await store.freeze(tx)
        seen = await stage.clock.now()
    walked = await clock.advance(stage.db, by=timedelta(0))
    assert walked.now >= seen


async def test_walks_are_one_after_the_other(stage: Stage) -> None:
    one, other = await asyncio.gather(*(clock.advance(stage.db, by=timedelta(days=2)) for _ in range(2)))
    assert abs(one.target - other.target) >= timedelta(days=2)


async def test_each_thing_happens_at_its_own_time(stage: Stage) -> None:
    held = await stage.book(999900001001)
    order = await stage.order(999900001001, appointment=held.id)
    accepted = await stage.clock.now()
    await stage.walk(timedelta(days=30))
    told = await stage.told(order)
    starts = held.timeslot.starts_at
    late = [
        told.rows[0]["issued_at"] - accepted - timedelta(minutes=2),
        told.rows[1]["issued_at"] - accepted - timedelta(minutes=30),
    ]
    assert all(abs(one) < timedelta(seconds=10) for one in late)
    assert [row["issued_at"] for row in told.rows[3:]] == [
        starts + timedelta(minutes=40),
        starts + timedelta(hours=2, minutes=10),
        starts + timedelta(hours=2, minutes=12),
    ]


async def test_a_walk_that_was_cut_off_ticks_on_from_where_it_stood(stage: Stage) -> None:
    await store.freeze(stage.db)
    stood = BusinessTime(START + timedelta(days=1))
    await store.move(stage.db, stood)
    await clock.resume(stage.db)
    assert not (await store.read_clock(stage.db))["frozen"]
    assert timedelta(0) <= await stage.clock.now() - stood < timedelta(seconds=5)


async def test_a_caller_who_goes_away_leaves_no_frozen_clock(stage: Stage) -> None:
    held = await stage.book(999900001001)
    await stage.order(999900001001, appointment=held.id)
    caller = asyncio.create_task(clock.advance(stage.db, by=timedelta(days=20)))
    await asyncio.sleep(0.05)
    caller.cancel()
    walked = await clock.advance(stage.db, by=timedelta(days=1))
    assert walked.caught_up
    assert walked.now > START + timedelta(days=20)
    assert not (await store.read_clock(stage.db))["frozen"]


async def test_a_walk_out_of_time_says_so_and_can_go_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    held = await stage.book(999900001001)
    await stage.order(999900001001, appointment=held.id)
    monkeypatch.setattr(clock, "LONGEST_WALK", -1.0)
    walked = await clock.advance(stage.db, by=timedelta(days=30))
    assert not walked.caught_up
    assert walked.now < walked.target
    monkeypatch.undo()
    assert (await clock.advance(stage.db, to=walked.target)).caught_up
