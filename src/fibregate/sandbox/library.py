"""The stories as they are written: read from YAML, checked, and found by UPRN, by scenario or by id."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from fibregate.sandbox import times
from fibregate.vocabulary import OrderStatus, Reason

HERE = Path(__file__).parent
DEFAULT = "F01"
MAIN = "course"
MACHINE_MADE = frozenset(
    {Reason.ACKNOWLEDGED, Reason.COMMITTED, Reason.ADDITIONAL, Reason.COMPLETED, Reason.ORDER_REJECTED}
)

LETTERS: Mapping[Reason, str] = {
    Reason.ACKNOWLEDGED: "A",
    Reason.COMMITTED: "C",
    Reason.UPDATE: "U",
    Reason.ADDITIONAL: "+",
    Reason.DELAY: "D",
    Reason.RESUMED: "R",
    Reason.WARNING: "W",
    Reason.REAPPOINT: "P",
    Reason.REAPPOINTED: "M",
    Reason.INFORMATION_REQUIRED: "I",
    Reason.AMENDED: "a",
    Reason.AMENDMENT_REJECTED: "n",
    Reason.CANCELLED: "X",
    Reason.ORDER_REJECTED: "J",
    Reason.COMPLETED: "E",
}


def _is_time(text: str) -> str:
    times.parse(text)
    return text


Time = Annotated[str, AfterValidator(_is_time)]
Condition = Literal["charge_covered", "committed", "twin", "visit_ahead", "with_visit"]
Deed = Literal["name_order", "set_up_service", "find_other_vlan", "take_other_vlan"]
Speaker = Literal["machine", "person", "visit"]


def _spread(listed: Any) -> Any:
    """`999900001201-999900001250` stands for all fifty."""
    spread: list[int] = []
    for one in listed:
        first, _, last = str(one).partition("-")
        spread.extend(range(int(first), int(last or first) + 1))
    return tuple(spread)


Uprns = Annotated[tuple[int, ...], BeforeValidator(_spread)]


class Written(BaseModel):
    """Base of what the YAML files hold: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Aftermath(Written):
    """What can no longer be had at some premises once a step was said; no UPRNs: at the order's own."""

    uprns: Uprns = ()
    readiness: str
    text: str | None = None


class Step(Written):
    """Something that the network says, and when.

    `visit` is the day of a new visit that the network books by itself, in `band` or else at the same times as before.
    `unless_past`: left out where its time lies before the step before it. `latest`: left out from then on. `requires`:
    left out unless that was said. `answer_by`: when the network stops waiting for the tenant. `silence`: part of such a
    wait, which `X-Kci-Delay` does not shorten.

    `number` is its place in the supplier's sequence where a messenger gives it: it then comes as over the updates door.
    `overtaken`: brought after the step before it here, although it was said at its own time. `twice`: brought twice.
    `after_the_end`: brought although the order has ended, and left out where the order ended before the story did.
    """

    at: Time
    say: Reason
    text: str
    problem: str | None = None
    codes: tuple[str, ...] = ()
    by: Speaker | None = None
    status: OrderStatus | None = None
    target: Time | None = None
    committed: Time | None = None
    answer_by: Time | None = None
    visit: Time | None = None
    band: Annotated[str, Field(pattern=r"^\d\d:\d\d-\d\d:\d\d$")] | None = None
    does: Deed | None = None
    unless_past: bool = False
    latest: Time | None = None
    requires: Reason | None = None
    silence: bool = False
    number: Annotated[int, Field(ge=1)] | None = None
    overtaken: bool = False
    twice: bool = False
    after_the_end: bool = False
    aftermath: Aftermath | None = None

    @model_validator(mode="after")
    def _is_numbered_to_be_muddled(self) -> "Step":
        if self.number is None and (self.overtaken or self.twice or self.after_the_end):
            raise ValueError(f"{self.say} at {self.at}: only a message with a number can be muddled")
        return self

    @property
    def speaker(self) -> Speaker:
        """Who says it: that decides at which hours it can be said."""
        if self.by is not None:
            return self.by
        if self.say in MACHINE_MADE:
            return "machine"
        return "visit" if times.parse(self.at).anchor in {"V", "W", "eve"} else "person"


class Choice(Written):
    """A fork: the story goes on in the branch named, or, where none is, with the next item."""

    choose: Condition
    then: str | None = None
    otherwise: str | None = None


class BlockUse(Written):
    """A block's steps put here, at other times where `at` gives them."""

    block: str
    at: tuple[Time, ...] = ()
    text: str | None = None


class Block(Written):
    """Steps that many stories share; `without_visit` are said instead where no engineer comes."""

    steps: tuple[Step, ...]
    without_visit: tuple[Step, ...] | None = None


def _by_its_keys(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    kind = Choice if "choose" in item else BlockUse if "block" in item else Step
    return kind.model_validate(item)


Item = Annotated[Step | Choice | BlockUse, BeforeValidator(_by_its_keys)]


class Charge(Written):
    """What construction costs, and what each charge band agrees to, in pounds without VAT."""

    amount: float
    bands: Mapping[str, float]


class Story(Written):
    """One file of `stories/`. `plays` borrows another story's course.

    `kcis` are the updates in the letters of `LETTERS`, `afterwards` those that come when the order has ended;
    `unanswered` are all of them where the tenant never amends. `agreed` are the working hours after which the gateway's
    own watch expects news, by status; where the story means to fall silent, it is not `watched`.
    """

    id: str
    name: str
    uprns: Uprns = ()
    scenario: str | None = None
    address: str = ""
    needs: str = "N"
    availability: str = "standard"
    happens: str
    isp: str
    kcis: str
    afterwards: str = ""
    ends: str
    unanswered: str | None = None
    ends_unanswered: str = "CANCELLED"
    promise: str
    default_problem: str | None = None
    own_silence: bool = False
    agreed: Mapping[OrderStatus, int] = Field(default_factory=dict[OrderStatus, int])
    watched: bool = True
    charge: Charge | None = None
    plays: str | None = None
    course: tuple[Item, ...] = ()
    branches: Mapping[str, tuple[Item, ...]] = Field(default_factory=dict[str, tuple[Item, ...]])

    @property
    def all_kcis(self) -> str:
        """Every update, the last ones after the end."""
        return f"{self.kcis} {self.afterwards}".rstrip()

    @model_validator(mode="after")
    def _has_one_course(self) -> "Story":
        if bool(self.course) == (self.plays is not None):
            raise ValueError(f"{self.id}: give a course or the story that it plays")
        return self


class SpecialAnswer(Written):
    """An address at which something is special before any order."""

    id: str
    name: str
    uprn: int
    happens: str
    isp: str


@dataclass(frozen=True, slots=True)
class Library:
    """All stories, blocks and special answers."""

    stories: Mapping[str, Story]
    answers: tuple[SpecialAnswer, ...]
    blocks: Mapping[str, Block]
    by_uprn: Mapping[int, Story]
    by_scenario: Mapping[str, Story]

    def script(self, story: Story, branch: str, *, visit: bool) -> tuple[Step | Choice, ...]:
        """A branch with its blocks written out."""
        told = self.stories[story.plays] if story.plays else story
        items = told.course if branch == MAIN else told.branches[branch]
        return tuple(line for item in items for line in self._lines(item, visit=visit))

    def branches(self, story: Story) -> tuple[str, ...]:
        """The names of all parts of a story, the main course first."""
        told = self.stories[story.plays] if story.plays else story
        return (MAIN, *told.branches)

    def _lines(self, item: Step | Choice | BlockUse, *, visit: bool) -> Iterator[Step | Choice]:
        if not isinstance(item, BlockUse):
            yield item
            return
        block = self.blocks[item.block]
        if not visit and block.without_visit is not None:
            yield from block.without_visit
            return
        if item.at and len(item.at) != len(block.steps):
            raise ValueError(f"block {item.block} has {len(block.steps)} steps")
        for place, step in enumerate(block.steps):
            changes = {"at": item.at[place]} if item.at else {}
            yield step.model_copy(update=changes | ({"text": item.text} if item.text else {}))


@cache
def library() -> Library:
    """Read once a process. Raises pydantic's `ValidationError` naming what is wrong in which field."""
    blocks = {name: Block.model_validate(raw) for name, raw in _read(HERE / "blocks.yaml").items()}
    stories = [Story.model_validate(_read(path)) for path in sorted((HERE / "stories").glob("*.yaml"))]
    return Library(
        stories={one.id: one for one in stories},
        answers=tuple(SpecialAnswer.model_validate(raw) for raw in _read(HERE / "answers.yaml")),
        blocks=blocks,
        by_uprn={uprn: one for one in stories for uprn in one.uprns},
        by_scenario={one.scenario: one for one in stories if one.scenario},
    )


def _read(path: Path) -> Any:
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
