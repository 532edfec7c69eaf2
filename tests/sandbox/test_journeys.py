"""Every story told to its end: the updates in the order of the overview, and what is left behind."""

from datetime import date, timedelta

from tests.sandbox.stage import Stage

from fibregate.sandbox.library import Story, library
from fibregate.sandbox.world.places import is_sandbox_uprn

LONG_ENOUGH = timedelta(days=75)
CLOCK_CHANGE = date(2025, 10, 20)


async def _ordered(stage: Stage, story: Story) -> int:
    uprn = next(filter(is_sandbox_uprn, story.uprns), 999900001004)
    from_date = CLOCK_CHANGE if story.id == "F30" else None
    held = await stage.book(uprn, from_date=from_date)
    headers = {"x-scenario": story.scenario} if story.scenario and not story.uprns else {}
    return await stage.order(uprn, appointment=held.id, headers=headers)


async def test_all_stories_at_once_go_as_the_overview_says(stage: Stage) -> None:
    stories = list(library().stories.values())
    orders = {story.id: await _ordered(stage, story) for story in stories}
    await stage.walk(LONG_ENOUGH)
    await stage.walk(timedelta(days=50))
    told = {story.id: await stage.told(orders[story.id]) for story in stories}
    assert {name: one.letters for name, one in told.items()} == {one.id: one.unanswered or one.kcis for one in stories}
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
    orders: dict[str, int] = {}
    for scenario in library().by_scenario:
        held = await stage.book(999900001005)
        orders[scenario] = await stage.order(999900001005, appointment=held.id, headers={"x-scenario": scenario})
    await stage.walk(LONG_ENOUGH)
    for scenario, order in orders.items():
        story = library().by_scenario[scenario]
        assert (await stage.told(order)).letters == (story.unanswered or story.kcis)
