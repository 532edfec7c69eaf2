"""What every story must hold, read from its file; and the docs' page is made from the files."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from fibregate.orders.states import Standing, step
from fibregate.sandbox import speech, table
from fibregate.sandbox.library import LETTERS, MAIN, Choice, Step, Story, library
from fibregate.sandbox.times import Moments, parse
from fibregate.vocabulary import ENDED, PROBLEM_CODES, Nation, OrderStatus, Reason

S = OrderStatus
STORIES = list(library().stories.values())
NEED_A_PROBLEM = {Reason.WARNING, Reason.DELAY, Reason.REAPPOINT, Reason.CANCELLED}
WAYS_OUT = {Reason.RESUMED, Reason.REAPPOINT, Reason.REAPPOINTED, Reason.CANCELLED}
NAMES = {"ref", "date", "band", "time", "town", "ENNI", "dBm", "problem", "vlan", "vlan2", "visit"}
SERVICE_NAMES = {"serviceId", "ont", "port", "vlan"}
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "stories.md"


def courses(story: Story, *, visit: bool = True) -> Iterator[list[Step]]:
    """Every way through a story; a messenger's in the sequence in which it is read."""
    for way in _ways(story, MAIN, 0, visit=visit):
        yield sorted(way, key=lambda one: one.number or 0)


def _ways(story: Story, branch: str, place: int, *, visit: bool) -> Iterator[list[Step]]:
    script = library().script(story, branch, visit=visit)
    so_far: list[Step] = []
    for at, line in enumerate(script[place:], place):
        if isinstance(line, Step):
            so_far.append(line)
            continue
        for goes_to in (line.then, line.otherwise):
            rest = _ways(story, goes_to, 0, visit=visit) if goes_to else _ways(story, branch, at + 1, visit=visit)
            yield from ([*so_far, *way] for way in rest)
        return
    yield so_far


def every_step() -> Iterator[tuple[Story, Step]]:
    for story in STORIES:
        for branch in library().branches(story):
            for line in library().script(story, branch, visit=True):
                if isinstance(line, Step):
                    yield story, line


def test_every_story_of_the_issue_is_there() -> None:
    wanted = {f"F{n:02}" for n in (1, *range(3, 24), *range(26, 31))}
    scenarios = {"ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "REAPPOINT", "DELAYED", "CANCELLED"}
    assert {one.id for one in STORIES} == wanted | {f"ORDER_{one}" for one in scenarios}
    assert set(library().by_scenario) == {f"ORDER_{one}" for one in scenarios | {"SUCCESSFUL", "REJECTED"}}
    assert [one.id for one in library().answers] == [f"A{n:02}" for n in range(1, 13)]


def test_no_address_has_two_stories() -> None:
    uprns = [uprn for one in STORIES for uprn in one.uprns]
    assert len(uprns) == len(set(uprns))
    assert library().by_uprn[999900001225].id == "F23"


def test_every_step_has_a_text_and_known_codes() -> None:
    for story, one in every_step():
        assert one.text.strip(), story.id
        if one.number is None:  # what a messenger brings may have any code
            assert one.problem in {None, "given", *PROBLEM_CODES}, story.id
            assert all(re.fullmatch(r"[1-9]\d{3}", code) for code in one.codes), story.id
        if one.say in NEED_A_PROBLEM:
            assert one.problem, f"{story.id} {one.say}"
        if one.problem == "given":
            assert story.default_problem in PROBLEM_CODES, story.id


def test_every_name_in_a_text_is_known() -> None:
    for story, one in every_step():
        names = NAMES | SERVICE_NAMES if one.does == "set_up_service" else NAMES
        for found in re.finditer(r"\{([^{}:]+)(?::(?:time|week))?\}", one.text):
            if found[1] not in names:
                parse(found[1])
        if "{visit}" in one.text:
            assert one.visit, story.id


@pytest.mark.parametrize("visit", [True, False])
@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.id)
def test_no_step_is_outside_the_state_table(story: Story, visit: bool) -> None:
    for way in courses(story, visit=visit):
        standing = Standing(S.SENT_TO_SUPPLIER, None, committed=False)
        for one in way:
            settles = one.status == standing.returns_to if one.status else one.target is not None
            after = step(standing, one.say, said=one.status, settles=settles)
            committed = standing.committed or one.say is Reason.COMMITTED
            standing = Standing(after.status, after.returns_to, committed)
        stops = {S.PENDING, S.ACKNOWLEDGED, S.IN_PROGRESS}
        assert standing.status in ENDED | stops


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.id)
def test_every_delay_has_a_way_out(story: Story) -> None:
    for way in courses(story):
        for place, one in enumerate(way):
            if one.say is Reason.DELAY:
                after = way[place + 1 :]
                new_date = any(it.say is Reason.UPDATE and (it.target or it.status) for it in after)
                asks = any(it.say is Reason.INFORMATION_REQUIRED for it in after)
                assert new_date or asks or any(it.say in WAYS_OUT for it in after)


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.id)
def test_a_wait_for_the_tenant_is_the_last_step_or_ends_by_itself(story: Story) -> None:
    for way in courses(story):
        for place, one in enumerate(way):
            if one.say in {Reason.REAPPOINT, Reason.INFORMATION_REQUIRED}:
                if story.own_silence:
                    assert any(it.silence for it in way[place + 1 :])
                else:
                    assert place == len(way) - 1


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.id)
def test_the_course_is_the_overview(story: Story) -> None:
    told = (story.unanswered or story.all_kcis).split()
    if story.agreed:
        told.remove("W")  # the watch's own
    ways = [[LETTERS[one.say] for one in way] for way in courses(story)]
    # The wait that is the same for all is the network's own, and no step of the story.
    assert any(told in (way, [*way, "W", "X"]) for way in ways)


def test_only_expressions_with_known_anchors_are_used() -> None:
    instant = datetime.fromisoformat("2025-07-16T07:00Z")
    anchors = dict.fromkeys(["t", "p", "V", "W", "now", "TARGET", *Reason], instant)
    moments = Moments(Nation.ENGLAND, anchors)
    for _, one in every_step():
        for written in (one.at, one.target, one.committed, one.visit, one.latest, one.answer_by):
            if written:
                moments.instant(written)
        assert "{" not in speech.said(one.text, dict.fromkeys(NAMES | SERVICE_NAMES, "x"), moments)


def test_forks_lead_to_branches() -> None:
    for story in STORIES:
        names = set(library().branches(story))
        for branch in names:
            for line in library().script(story, branch, visit=True):
                if isinstance(line, Choice):
                    assert {line.then, line.otherwise} - {None} <= names


def test_the_page_of_the_docs_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == table.page(), (
        "run: python -m fibregate.sandbox.table > docs/reference/stories.md"
    )
