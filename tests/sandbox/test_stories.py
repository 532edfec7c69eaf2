"""What every story must hold, read from its file; and the docs' page is made from the files."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from fibregate.orders.states import QUESTIONS, Standing, step
from fibregate.sandbox import speech, table
from fibregate.sandbox.library import MAIN, library
from fibregate.sandbox.replying import Reply
from fibregate.sandbox.times import Moments, parse
from fibregate.sandbox.written import LETTERS, Choice, Step, Story
from fibregate.vocabulary import ENDED, PROBLEM_CODES, Nation, OrderStatus, OrderType, Reason, ServiceType

S = OrderStatus
STORIES = list(library().stories.values())
SHARED = [line for lines in library().shared.values() for line in lines]
NEED_A_PROBLEM = {Reason.WARNING, Reason.DELAY, Reason.REAPPOINT, Reason.CANCELLED}
WAYS_OUT = {Reason.RESUMED, Reason.REAPPOINT, Reason.REAPPOINTED, Reason.CANCELLED}
NAMES = {"quoted", "ref", "date", "band", "time", "town", "ENNI", "dBm", "problem", "vlan", "vlan2", "visit", "circuit"}
ENDS = {"site", "contact", "handover", "taken"}
COSTS = {"construction", "included", "amount", "over"}
SERVICE_NAMES = {"serviceId", "ont", "port", "vlan"}
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "stories.md"


def courses(story: Story, kind: OrderType | None = None, *, visit: bool = True) -> Iterator[list[Step]]:
    """Every way through a story; a messenger's in the sequence in which it is read."""
    for way in _ways(story, MAIN, 0, kind=kind or story.order_types[0], visit=visit):
        yield sorted(way, key=lambda one: one.number or 0)


def _ways(
    story: Story, branch: str, place: int, *, kind: OrderType, visit: bool, before: Sequence[Step] = ()
) -> Iterator[list[Step]]:
    script = library().script(story, branch, visit=visit, kind=kind)
    so_far: list[Step] = []
    for at, line in enumerate(script[place:], place):
        said = [*before, *so_far]
        if isinstance(line, Step):
            if line.latest and line.say is Reason.COMMITTED:  # left out where it comes too late
                rest = _ways(story, branch, at + 1, kind=kind, visit=visit, before=said)
                yield from ([*so_far, *way] for way in rest)
            so_far.append(line)
            continue
        for goes_to in _goes_to(line, said):
            on, start = (goes_to, 0) if goes_to else (branch, at + 1)
            rest = _ways(story, on, start, kind=kind, visit=visit, before=said)
            yield from ([*so_far, *way] for way in rest)
        return
    yield so_far


def _goes_to(fork: Choice, said: Sequence[Step]) -> Sequence[str | None]:
    """Both, but where what was said decides."""
    if fork.choose == "committed":
        return [fork.then if any(one.say is Reason.COMMITTED for one in said) else fork.otherwise]
    return [fork.then, fork.otherwise]


def answered(story: Story) -> Iterator[list[Step]]:
    """Every way in which the tenant answers some questions as asked, and then no more."""
    for way in courses(story, visit=story.visited):
        yield from _answered(story, [], way)


def _answered(story: Story, before: list[Step], way: list[Step]) -> Iterator[list[Step]]:
    yield [*before, *way]
    asked = next((place for place, one in enumerate(way) if one.say in QUESTIONS), None)
    if asked is None:
        return
    reply = library().reply(story, way[asked].say)
    if reply.declined:
        yield [*before, *way[: asked + 1], Step(at="p", say=Reason.CANCELLED, text=reply.declined.text)]
    assert reply.goes_to
    taken = Step(at="p", say=Reason.AMENDED, text=reply.text)
    said = [*before, *way[: asked + 1], taken]
    for rest in _ways(story, reply.goes_to, 0, kind=story.order_types[0], visit=True, before=said):
        yield from _answered(story, said, rest)


def every_branch() -> Iterator[tuple[Story, str]]:
    for story in STORIES:
        for branch in (*library().branches(story), *library().shared):
            yield story, branch


def every_reply() -> Iterator[tuple[Story, Reply]]:
    for story in STORIES:
        for reply in (*story.replies, *library().replies):
            yield story, reply


def every_step() -> Iterator[tuple[Story, Step]]:
    for story, branch in every_branch():
        for kind, visit in ((OrderType.NEW, True), *((one, False) for one in story.order_types)):
            for line in library().script(story, branch, visit=visit, kind=kind):
                if isinstance(line, Step):
                    yield story, line


def test_every_story_of_the_issue_is_there() -> None:
    ethernet = {f"E{n:02}" for n in range(15)}
    wanted = {*ethernet, *(f"F{n:02}" for n in range(1, 31))}
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
        names |= ENDS if story.service_type is ServiceType.ETHERNET else set()
        shared = one in SHARED
        names |= COSTS if story.charge or shared else set()
        for found in re.finditer(r"\{([^{}]+?)(?::(?:time|week|days))?\}", one.text):
            if found[1] not in names:
                parse(found[1])
        if "{visit}" in one.text:
            assert one.visit, story.id


KINDS = [(True, OrderType.NEW), *((False, kind) for kind in OrderType if kind is not OrderType.UNSOLICITED_CEASE)]


@pytest.mark.parametrize(("visit", "kind"), KINDS)
@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.id)
def test_no_step_is_outside_the_state_table(story: Story, visit: bool, kind: OrderType) -> None:
    for way in [*courses(story, kind, visit=visit), *answered(story)]:
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
    for way in answered(story):
        for place, one in enumerate(way):
            if one.say is Reason.DELAY:
                after = way[place + 1 :]
                new_date = any(it.say is Reason.UPDATE and (it.target or it.status) for it in after)
                asks = any(it.say is Reason.INFORMATION_REQUIRED for it in after)
                assert new_date or asks or any(it.say in WAYS_OUT for it in after)


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.id)
def test_a_wait_for_the_tenant_is_the_last_step_or_ends_by_itself(story: Story) -> None:
    for way in answered(story):
        for place, one in enumerate(way):
            if one.say in {Reason.REAPPOINT, Reason.INFORMATION_REQUIRED}:
                after = way[place + 1 :]
                answers = {Reason.AMENDED, Reason.CANCELLED}
                assert not after or after[0].say in answers or any(it.silence for it in after)


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.id)
def test_the_course_is_the_overview(story: Story) -> None:
    told = (story.unanswered or story.all_kcis).split()
    if story.agreed:
        told.remove("W")  # the watch's own
    ways = [[_letter(one) for one in way] for way in courses(story, visit=story.visited)]
    ways = [[letter for letter in way if letter != "[U]" or letter in told] for way in ways]
    # The wait that is the same for all is the network's own, and no step of the story.
    assert any(told in (way, [*way, "W", "X"]) for way in ways)


def _letter(step: Step) -> str:
    """In brackets: not always."""
    return f"[{LETTERS[step.say]}]" if step.quoted else LETTERS[step.say]


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.id)
def test_a_tenant_that_answers_is_in_the_overview(story: Story) -> None:
    wanted = (story.unanswered if story.losing and story.unanswered else story.all_kcis).replace(" [n]", "").split()
    if story.agreed:
        wanted.remove("W")
    if story.id == "F22":
        wanted.remove("a")  # of the tenant's own accord
    ways = [[_letter(one) for one in way] for way in answered(story)]
    assert wanted in [[letter for letter in way if letter != "[U]" or letter in wanted] for way in ways]


def test_a_refusal_has_its_words_and_an_answer_its_names() -> None:
    for story, reply in every_reply():
        for words in reply.brings.values():
            assert set(re.findall(r"\{([^{}]+)\}", words)) <= (COSTS if story.charge else set()), story.id
            assert words.strip()
        assert bool(reply.not_before) == bool(reply.too_early), story.id
        for text in (reply.text, reply.text_with_visit):
            names = set(re.findall(r"\{([^{}]+)\}", text)) - NAMES - (COSTS if story.charge else set())
            assert all(parse(one) for one in names), story.id
        assert set(re.findall(r"\{([^{}]+)\}", reply.too_early)) <= {"first"}, story.id
        if reply.goes_to:
            assert library().script(story, reply.goes_to, visit=True), story.id


def test_only_expressions_with_known_anchors_are_used() -> None:
    instant = datetime.fromisoformat("2025-07-16T07:00Z")
    anchors = dict.fromkeys(["t", "p", "V", "W", "now", "TARGET", *Reason], instant)
    moments = Moments(Nation.ENGLAND, anchors)
    for _, one in every_step():
        for written in (one.at, one.target, one.committed, one.visit, one.latest, one.answer_by):
            if written:
                moments.instant(written)
        assert "{" not in speech.said(one.text, dict.fromkeys(NAMES | SERVICE_NAMES | ENDS | COSTS, "x"), moments)


def test_replies_come_at_times_with_known_anchors() -> None:
    moments = Moments(
        Nation.ENGLAND, dict.fromkeys(["p", "now", *QUESTIONS], datetime.fromisoformat("2025-07-16T07:00Z"))
    )
    for _, reply in every_reply():
        for written in (reply.at, reply.not_before, reply.committed, reply.declined.at if reply.declined else None):
            if written:
                moments.instant(written)


def test_forks_lead_to_branches() -> None:
    for story, branch in every_branch():
        names = {*library().branches(story), *library().shared}
        for line in library().script(story, branch, visit=True):
            if isinstance(line, Choice):
                assert {line.then, line.otherwise} - {None} <= names


def test_the_page_of_the_docs_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == table.page(), (
        "run: python -m fibregate.sandbox.table > docs/reference/stories.md"
    )
