"""Every story told to its end: the updates in the order of the overview, and what is left behind."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from tests.sandbox.isp import LOSER, Isp
from tests.sandbox.stage import Stage, Told

from fibregate.sandbox.library import library
from fibregate.sandbox.world.places import is_sandbox_uprn
from fibregate.sandbox.written import Story
from fibregate.vocabulary import Reason

LONG_ENOUGH = timedelta(days=75)
CLOCK_CHANGES = timedelta(days=125)
A_DAY = timedelta(days=1)
NEED_A_PROBLEM = {Reason.WARNING, Reason.DELAY, Reason.REAPPOINT, Reason.CANCELLED}
ENDS_A_DELAY = {Reason.RESUMED, Reason.REAPPOINT, Reason.REAPPOINTED, Reason.CANCELLED, Reason.AMENDED}


async def _placed(isp: Isp) -> dict[str, int]:
    stories = [one for one in library().of_lines if one.uprns]
    return {one.id: await isp.order(one, next(filter(is_sandbox_uprn, one.uprns))) for one in stories}


async def _told(stage: Stage, orders: Mapping[str, int]) -> dict[str, Told]:
    return {name: await stage.told(order) for name, order in orders.items()}


async def _holds(stage: Stage, everything: Mapping[str, Told]) -> None:
    """What every story must hold."""
    for name, told in everything.items():
        assert [row["sequence_number"] for row in told.rows] == list(range(1, len(told.rows) + 1)), name
        assert all(told.texts), name
        assert not any("{" in text for text in told.texts), name
        for place, row in enumerate(told.rows):
            facts = row["facts"]
            assert facts.get("problemCode") or row["reason"] not in NEED_A_PROBLEM, (name, row)
            asked = facts.get("actBy", {}).get("who") == "TENANT"
            assert asked == (row["status"] == "PENDING"), (name, row)
            if row["reason"] == Reason.DELAY:
                assert _goes_on(told, place), name
    assert await stage.refused_updates() == []
    assert await stage.overbooked() == []
    assert await stage.proposed() == []


async def _lost(isp: Isp) -> dict[str, str]:
    """What the other tenant was told of the lines that it was to lose."""
    return {name: (await isp.stage.told(order, LOSER)).letters for name, order in (await isp.losing()).items()}


def _goes_on(told: Told, delayed: int) -> bool:
    after = told.rows[delayed + 1 :]
    return any(row["reason"] in ENDS_A_DELAY or row["status"] != "HELD" for row in after)


def _statuses(stories: Sequence[Story], *, unanswered: bool) -> dict[str, str]:
    return {one.id: one.ends_unanswered if unanswered and one.unanswered else one.ends for one in stories}


async def test_all_stories_at_once_go_as_the_overview_says(stage: Stage) -> None:
    isp = Isp(stage)
    orders = await _placed(isp)
    await stage.walk(LONG_ENOUGH)
    await stage.walk(CLOCK_CHANGES - LONG_ENOUGH)
    told, stories = await _told(stage, orders), [isp.orders[order] for order in orders.values()]
    assert {name: one.letters for name, one in told.items()} == {
        one.id: (one.unanswered or one.all_kcis).replace("[U] ", "") for one in stories
    }
    assert {name: await stage.status(order) for name, order in orders.items()} == _statuses(stories, unanswered=True)
    await _holds(stage, told)
    assert await _lost(isp) == dict.fromkeys(("F24", "F25"), "CREATED A C E")


async def test_a_tenant_that_answers_brings_all_stories_to_their_ends(stage: Stage) -> None:
    isp = Isp(stage)
    orders = await _placed(isp)
    for _ in range(LONG_ENOUGH // A_DAY):
        await stage.walk(A_DAY)
        await isp.act()
    await stage.walk(CLOCK_CHANGES - LONG_ENOUGH)
    told, stories = await _told(stage, orders), [isp.orders[order] for order in orders.values()]
    assert {name: one.letters for name, one in told.items()} == {
        one.id: one.all_kcis.replace("[n]", "n").replace("[U] ", "") for one in stories
    }
    assert {name: await stage.status(order) for name, order in orders.items()} == _statuses(stories, unanswered=False)
    assert await _promises(stage, orders) == {one.id: _shortly(one.promise) for one in stories}
    await _holds(stage, told)
    assert await _lost(isp) == {"F24": "CREATED A C E", "F25": "CREATED A C X"}


def _shortly(promise: str) -> str:
    """What the overview says, as far as dates can tell: neither the hours of a day, nor who ended an order."""
    if promise.endswith("(hours)"):
        return "kept"
    said = promise.partition(" (")[0].partition(" / ")[0]
    return "ended" if said.startswith("ended by") else said


async def _promises(stage: Stage, orders: Mapping[str, int]) -> dict[str, str]:
    """What became of what was promised, by the dates that were kept."""
    found: dict[str, str] = {}
    for name, order in orders.items():
        told, causes = await stage.told(order), await stage.causes(order)
        last = told.rows[-1]["facts"]
        moved = [cause for which, cause in causes if which == "COMMITTED"][1:]
        if "committedDate" not in last:
            found[name] = "none made"
        elif last["targetDate"] > last["committedDate"]:
            found[name] = "broken by network"
        elif told.rows[-1]["status"] == "CANCELLED":
            found[name] = "ended"
        else:
            found[name] = f"moved by {moved[-1].lower()}" if moved else "kept"
    return found


async def test_a_scenario_beats_the_premises(stage: Stage) -> None:
    isp = Isp(stage)
    orders = {
        scenario: await isp.order(story, uprn, scenario=scenario)
        for uprn, (scenario, story) in enumerate(library().by_scenario.items(), 999900001201)
    }
    await stage.walk(LONG_ENOUGH)
    told = {scenario: (await stage.told(order)).letters for scenario, order in orders.items()}
    assert told == {scenario: story.unanswered or story.kcis for scenario, story in library().by_scenario.items()}


async def test_scenarios_that_ask_are_answered(stage: Stage) -> None:
    isp = Isp(stage)
    orders = {
        scenario: await isp.order(story, uprn, scenario=scenario)
        for uprn, (scenario, story) in enumerate(library().by_scenario.items(), 999900001201)
    }
    for hours in (2, 24 * 7, 24 * 14):
        await stage.walk(timedelta(hours=hours))
        await isp.act()
    told = {scenario: await stage.told(order) for scenario, order in orders.items()}
    assert {scenario: one.letters for scenario, one in told.items()} == {
        scenario: story.kcis for scenario, story in library().by_scenario.items()
    }
    await _holds(stage, told)


async def test_fifty_orders_meet_one_storm(stage: Stage) -> None:
    morning, afternoon = [
        next(one for one in await stage.free(999900001201) if one.classification == band)
        for band in ("WEEKDAY_AM", "WEEKDAY_PM")
    ]
    isp = Isp(stage)
    for uprn in range(999900001201, 999900001251):
        held = await stage.book_slot(uprn, morning if uprn % 2 else afternoon)
        number = await stage.order(uprn, appointment=held.id)
        isp.orders[number], isp.uprns[number] = library().by_uprn[uprn], uprn
    answered, silent = sorted(isp.orders)[:25], sorted(isp.orders)[25:]
    for order in silent:
        del isp.orders[order]
    for _ in range(14):
        await stage.walk(A_DAY)
        await isp.act()
    await stage.walk(timedelta(days=26))
    assert {(await stage.told(order)).letters for order in answered} == {"A C W D P a U U + E"}
    assert {(await stage.told(order)).letters for order in silent} == {"A C W D P W X"}
    assert await stage.overbooked() == []
