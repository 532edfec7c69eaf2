"""The stories as they are written: read from YAML, checked, and found by UPRN, by scenario or by id."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from fibregate.sandbox.replying import Reply
from fibregate.sandbox.shapes import Written
from fibregate.sandbox.written import Block, BlockUse, Choice, Item, SpecialAnswer, Step, Story
from fibregate.vocabulary import OrderType, Reason, ServiceType

HERE = Path(__file__).parent
DEFAULT = "F01"
DEFAULT_ETHERNET = "E01"
DEFAULT_OF_CIRCUITS: Mapping[OrderType, str] = {OrderType.MODIFY: "E12", OrderType.CEASE: "E13"}
"""What an order about a circuit plays anywhere."""
MAIN = "course"


class _Shared(Written):
    branches: Mapping[str, tuple[Item, ...]]
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """All stories, blocks and special answers."""

    stories: Mapping[str, Story]
    answers: tuple[SpecialAnswer, ...]
    blocks: Mapping[str, Block]
    shared: Mapping[str, tuple[Item, ...]]
    replies: tuple[Reply, ...]
    by_uprn: Mapping[int, Story]
    by_site: Mapping[tuple[str, str, str], Story]
    by_scenario: Mapping[str, Story]

    @property
    def of_lines(self) -> tuple[Story, ...]:
        """Those of broadband."""
        return tuple(one for one in self.stories.values() if one.service_type is ServiceType.BROADBAND)

    def script(
        self, story: Story, branch: str, *, visit: bool, kind: OrderType = OrderType.NEW
    ) -> tuple[Step | Choice, ...]:
        """A branch with its blocks written out."""
        told = self.stories[story.plays] if story.plays else story
        items = told.course if branch == MAIN else told.branches.get(branch) or self.shared[branch]
        return tuple(line for item in items for line in self._lines(item, kind, visit=visit))

    def reply(self, story: Story, after: Reason | None, said: Container[Reason] = ()) -> Reply:
        """To an amendment while that question stands, or none does, and so much was said."""
        told = self.stories[story.plays] if story.plays else story
        known = (*story.replies, *told.replies, *self.replies)
        return next(one for one in known if one.applies(after, said))

    def branches(self, story: Story) -> tuple[str, ...]:
        """The names of all parts of a story, the main course first."""
        told = self.stories[story.plays] if story.plays else story
        return (MAIN, *told.branches)

    def _lines(self, item: Step | Choice | BlockUse, kind: OrderType, *, visit: bool) -> Iterator[Step | Choice]:
        if not isinstance(item, BlockUse):
            yield item
            return
        block = self.blocks[item.block]
        instead = block.told(kind, visit=visit)
        if instead is not None:
            yield from instead
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
    shared = _Shared.model_validate(_read(HERE / "replies.yaml"))
    stories = [Story.model_validate(_read(path)) for path in sorted((HERE / "stories").glob("*.yaml"))]
    lines = [one for one in stories if one.service_type is ServiceType.BROADBAND]
    return Library(
        stories={one.id: one for one in stories},
        answers=tuple(SpecialAnswer.model_validate(raw) for raw in _read(HERE / "answers.yaml")),
        blocks=blocks,
        shared=shared.branches,
        replies=shared.replies,
        by_uprn={uprn: one for one in lines for uprn in one.uprns},
        by_site={key: one for one in stories if one not in lines for key in _sites(one)},
        by_scenario={one.scenario: one for one in stories if one.scenario},
    )


def _sites(story: Story) -> Iterator[tuple[str, str, str]]:
    yield from ((story.role, "UPRN", str(one)) for one in story.uprns)
    yield from ((story.role, "NAD", one) for one in story.nads)


def _read(path: Path) -> Any:
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
