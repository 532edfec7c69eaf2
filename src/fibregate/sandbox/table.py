"""Write the stories' page of the docs: `python -m fibregate.sandbox.table > docs/reference/stories.md`."""

import sys
from collections.abc import Iterator

from fibregate.sandbox.library import LETTERS, MAIN, BlockUse, Choice, Item, Library, Step, Story, library

_HEAD = """# Stories of the sandbox

What the simulated network does, address by address. Whoever orders at one of these UPRNs gets the same course of
events, on the sandbox's clock, every time. `X-Scenario` on an order beats its UPRN; any other address plays F01.
`X-Problem-Code` goes with the scenarios that say so, and `X-Kci-Delay: n` puts n seconds between all updates instead of
the story's own times.

This page is made from the files in `src/fibregate/sandbox/stories`; do not edit it.

**Times.** `t` = order accepted, `p` = previous step, `V` and `W` = start and end of the visit, `eve` = last working day
before it, `wd` = working days of the premises' nation, a reason code = the last step that gave it. Times of day are UK
time.

**Letters.** {letters}. In brackets: not always.

**Messengers.** A number before an update is the supplier's own: such messages come by the way of the updates door, in
the order written here. Overtaken = brought 20 s after the message above it, though said at its own time.

**Silence.** A PENDING order that nobody answers is warned after 5 working days and ends after 10, unless its story says
otherwise.

## Overview

| id | name | UPRN | `X-Scenario` | updates in order | nobody answers | end | promise |
|---|---|---|---|---|---|---|---|
"""

_ANSWERS = """
## Answers without an order

| id | name | UPRN | what happens | what an ISP should do |
|---|---|---|---|---|
"""


def page() -> str:
    """All of it, in Markdown."""
    shelf = library()
    letters = ", ".join(f"{letter} = {reason}" for reason, letter in LETTERS.items())
    stories = list(shelf.stories.values())
    rows = "".join(_row(one) for one in stories)
    answers = _ANSWERS + "".join(
        f"| {one.id} | {one.name} | {one.uprn} | {one.happens} | {one.isp} |\n" for one in shelf.answers
    )
    return _HEAD.format(letters=letters) + rows + answers + "".join(_chapter(shelf, one) for one in stories)


def _row(story: Story) -> str:
    cells = (
        story.id,
        story.name,
        _uprns(story),
        story.scenario or "",
        f"{story.kcis}, then {story.afterwards}" if story.afterwards else story.kcis,
        story.unanswered or "",
        story.ends,
        story.promise,
    )
    return f"| {' | '.join(cells)} |\n"


def _uprns(story: Story) -> str:
    few = 3
    if len(story.uprns) <= few:
        return ", ".join(str(one) for one in story.uprns)
    return f"{story.uprns[0]}, {story.uprns[1]} to {story.uprns[-1]}"


def _chapter(shelf: Library, story: Story) -> str:
    lines = [f"\n## {story.id} `{story.name}`\n\n", f"{story.happens}\n\n"]
    if story.address:
        lines.append(f"- **Address**: {story.address}\n")
    if story.availability != "standard":
        lines.append(f"- **Availability**: {story.availability}\n")
    lines.append(f"- **What an ISP should do**: {story.isp}\n")
    if story.charge:
        bands = ", ".join(f"{band} = {amount:.2f}" for band, amount in story.charge.bands.items())
        lines.append(f"- **Charge**: {story.charge.amount:.2f}; bands: {bands}\n")
    if story.plays:
        lines.append(f"- **Plays** {story.plays}\n")
        return "".join(lines)
    for branch in shelf.branches(story):
        items = story.course if branch == MAIN else story.branches[branch]
        title = "" if branch == MAIN else f"\n*{branch.replace('_', ' ')}*\n"
        lines += [title, "\n| when | update | problem, codes | text |\n|---|---|---|---|\n"]
        lines += [row for item in items for row in _rows(shelf, item)]
    return "".join(lines)


def _rows(shelf: Library, item: Item) -> Iterator[str]:
    match item:
        case Step():
            yield _step(item)
        case Choice():
            yes, no = ((one or "the next line").replace("_", " ") for one in (item.then, item.otherwise))
            yield f"| | *{item.choose.replace('_', ' ')}?* | | yes: {yes}; no: {no} |\n"
        case BlockUse():
            steps = shelf.blocks[item.block].steps
            for place, step in enumerate(steps):
                yield _step(step.model_copy(update={"at": item.at[place]}) if item.at else step)


def _step(step: Step) -> str:
    problem = " ".join(one for one in (step.problem or "", *step.codes) if one)
    return f"| {step.at}{', overtaken' if step.overtaken else ''} | {_said(step)} | {problem} | {step.text} |\n"


def _said(step: Step) -> str:
    """A messenger's message with its number in the supplier's sequence."""
    if step.number is None:
        return step.say
    return f"{step.number} {step.say}{', twice' if step.twice else ''}"


if __name__ == "__main__":
    sys.stdout.write(page())
