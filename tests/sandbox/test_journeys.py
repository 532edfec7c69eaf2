"""Every story told to its end: the updates in the order of the overview, and what is left behind."""

from datetime import timedelta

import pytest
from tests.sandbox.stage import Stage

from fibregate.sandbox.library import Story, library
from fibregate.sandbox.world.places import is_sandbox_uprn

A_MONTH_AND_MORE = timedelta(days=75)
STORIES = [one for one in library().stories.values() if any(map(is_sandbox_uprn, one.uprns))]
SCENARIOS = [one for one in library().stories.values() if one.scenario]


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.id)
async def test_a_story_goes_as_the_overview_says(stage: Stage, story: Story) -> None:
    uprn = next(filter(is_sandbox_uprn, story.uprns))
    slots = await stage.free(uprn) or await stage.free(uprn, from_date=(await stage.clock.now()).date().replace(month=10, day=20))
    held = await stage.book_slot(uprn, next(one for one in slots if one.classification == "WEEKDAY_AM"))
    order = await stage.order(uprn, appointment=held.id)
    await stage.walk(max(A_MONTH_AND_MORE, held.timeslot.ends_at - await stage.clock.now() + timedelta(days=5)))
    told = await stage.told(order)
    assert told.letters == (story.unanswered or story.kcis)
    assert await stage.status(order) == (story.ends_unanswered if story.unanswered else story.ends)
    assert [row["sequence_number"] for row in told.rows] == list(range(1, len(told.rows) + 1))
    assert all(told.texts)
    assert not any("{" in text for text in told.texts)
    assert await stage.refused_updates() == []
    assert await stage.overbooked() == []


@pytest.mark.parametrize("story", SCENARIOS, ids=lambda one: str(one.scenario))
async def test_a_scenario_beats_the_premises(stage: Stage, story: Story) -> None:
    held = await stage.book(999900001004)
    order = await stage.order(999900001004, appointment=held.id, headers={"x-scenario": str(story.scenario)})
    await stage.walk(A_MONTH_AND_MORE)
    told = await stage.told(order)
    assert told.letters == (story.unanswered or story.kcis)
