"""Every story told to its end: the updates in the order of the overview, and what is left behind."""

from datetime import date, timedelta

from tests.sandbox.stage import Stage

from fibregate.sandbox.library import Story, library
from fibregate.sandbox.world.places import is_sandbox_uprn

LONG_ENOUGH = timedelta(days=75)
CLOCK_CHANGE = date(2025, 10, 20)


async def _ordered(stage: Stage, story: Story, uprn: int, *, scenario: str | None = None) -> int:
    held = await stage.book(uprn, from_date=CLOCK_CHANGE if story.id == "F30" else None)
    return await stage.order(uprn, appointment=held.id, headers={"x-scenario": scenario} if scenario else {})


async def test_all_stories_at_once_go_as_the_overview_says(stage: Stage) -> None:
    stories = [one for one in library().stories.values() if one.uprns]
    orders = {one.id: await _ordered(stage, one, next(filter(is_sandbox_uprn, one.uprns))) for one in stories}
    await stage.walk(LONG_ENOUGH)
    await stage.walk(timedelta(days=50))
    told = {story.id: await stage.told(orders[story.id]) for story in stories}
    assert {name: one.letters for name, one in told.items()} == {
        one.id: one.unanswered or one.all_kcis for one in stories
    }
    assert {name: await stage.status(order) for name, order in orders.items()} == {
        one.id: one.ends_unanswered if one.unanswered else one.ends for one in stories
    }
    for one in told.values():
        assert [row["sequence_number"] for row in one.rows] == list(range(1, len(one.rows) + 1))
        assert all(one.texts)
        assert not any("{" in text for text in one.texts)
    assert await stage.refused_updates() == []
    assert await stage.overbooked() == []


async def test_a_scenario_beats_the_premises(stage: Stage) -> None:
    scenarios = library().by_scenario
    orders = {
        scenario: await _ordered(stage, story, uprn, scenario=scenario)
        for uprn, (scenario, story) in enumerate(scenarios.items(), 999900001201)
    }
    await stage.walk(LONG_ENOUGH)
    told = {scenario: (await stage.told(order)).letters for scenario, order in orders.items()}
    assert told == {scenario: story.unanswered or story.kcis for scenario, story in scenarios.items()}


async def test_fifty_orders_meet_one_storm(stage: Stage) -> None:
    morning, afternoon = [
        next(one for one in await stage.free(999900001201) if one.classification == band)
        for band in ("WEEKDAY_AM", "WEEKDAY_PM")
    ]
    placed: list[int] = []
    for uprn in range(999900001201, 999900001251):
        held = await stage.book_slot(uprn, morning if uprn % 2 else afternoon)
        placed.append(await stage.order(uprn, appointment=held.id))
    await stage.walk(timedelta(days=40))
    for order in placed:
        assert (await stage.told(order)).letters == "A C W D P W X"
    assert await stage.overbooked() == []
