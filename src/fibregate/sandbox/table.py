"""Write the stories' page of the docs: `python -m fibregate.sandbox.table > docs/reference/stories.md`."""

import sys
from collections.abc import Iterator, Sequence

from fibregate.sandbox.library import DEFAULT, MAIN, Library, library
from fibregate.sandbox.replying import Reply
from fibregate.sandbox.written import LETTERS, BlockUse, Choice, Item, Step, Story
from fibregate.vocabulary import OrderType

_HEAD = """# Stories of the sandbox

What the simulated network does, address by address. Whoever orders at one of these UPRNs gets the same course of
events, on the sandbox's clock, every time. `X-Scenario` on an order beats its UPRN; any other address plays F01.
Stories E are of Ethernet: the first A-END's address chooses them, and no scenario does; any other address plays E01.
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
otherwise. While an amendment is with the network it does not end; if that is refused, the tenant has until 10:00 on the
next working day at least.

**Amendments** are answered after 2 minutes, as each story says, or as in [all stories](#replies-in-all-stories). The
story goes on where the answer says, or where it was; whatever is tied to the visit moves with it. On an amendment
`X-Scenario` is `AMENDMENT_ACCEPTED`, `AMENDMENT_REJECTED` or `AMENDMENT_PENDING` (no answer ever), on a cancellation
`CANCELLATION_ACCEPTED`, `CANCELLATION_REJECTED` or `CANCELLATION_PENDING`; `X-Kci-Delay` on it, or else on the order,
gives the seconds until the answer; `X-Problem-Code` is what a refusal gives.

**Cancellations** are taken after 2 minutes.

## Overview

| id | name | UPRN | `X-Scenario` | updates in order | nobody answers | end | promise |
|---|---|---|---|---|---|---|---|
"""

_ANSWERS = """
## Answers without an order

| id | name | UPRN | what happens | what an ISP should do |
|---|---|---|---|---|
"""

_OTHERS = """
## Orders about a line or a service that is there

At the premises of a story such an order plays the story only if that is made for its type; anywhere else it plays
{default}, in these words. Only SWAP and MODIFY take a visit; they then go on as a new line does. A time in brackets:
only where an appointment was quoted that is not needed.
"""


def page() -> str:
    """All of it, in Markdown."""
    shelf = library()
    letters = ", ".join(f"{letter} = {reason}" for reason, letter in LETTERS.items() if letter != reason)
    stories = list(shelf.stories.values())
    rows = "".join(_row(one) for one in stories)
    answers = _ANSWERS + "".join(
        f"| {one.id} | {one.name} | {one.uprn} | {one.happens} | {one.isp} |\n" for one in shelf.answers
    )
    chapters = "".join(_chapter(shelf, one) for one in stories)
    told = rows + answers + _other_types(shelf) + chapters + _common(shelf)
    return _HEAD.format(letters=letters) + told


def _row(story: Story) -> str:
    cells = (
        story.id,
        story.name,
        _uprns(story),
        story.scenario or "",
        _updates(story),
        story.unanswered or "",
        story.ends,
        story.promise,
    )
    return f"| {' | '.join(cells)} |\n"


def _updates(story: Story) -> str:
    told = f"{story.kcis}, then {story.afterwards}" if story.afterwards else story.kcis
    return f"{told}; who loses the line: {story.losing}" if story.losing else told


def _uprns(story: Story) -> str:
    few = 3
    if len(story.uprns) <= few:
        return ", ".join([*(str(one) for one in story.uprns), *(f"NAD {one}" for one in story.nads)])
    return f"{story.uprns[0]}, {story.uprns[1]} to {story.uprns[-1]}"


def _chapter(shelf: Library, story: Story) -> str:
    lines = [f"\n## {story.id} `{story.name}`\n\n", f"{story.happens}\n\n"]
    if story.address:
        lines.append(f"- **Address**: {story.address}\n")
    if story.availability != "standard":
        lines.append(f"- **Availability**: {story.availability}\n")
    lines.append(f"- **What an ISP should do**: {story.isp}\n")
    if story.charge:
        bands = ", ".join(f"{band} = {amount:,.2f}" for band, amount in story.charge.bands.items())
        charge = story.charge
        costs = f"{charge.construction:,.2f}, of which {charge.included:,.2f} is included: " if charge.included else ""
        lines.append(f"- **Charge**: {costs}{charge.amount:,.2f}; bands: {bands}\n")
    if story.plays:
        lines.append(f"- **Plays** {story.plays}\n")
        return "".join(lines)
    lines += [_reply(one) for one in story.replies]
    for branch in shelf.branches(story):
        items = story.course if branch == MAIN else story.branches[branch]
        lines += _branch(shelf, "" if branch == MAIN else branch, items, story.order_types[0])
    return "".join(lines)


def _other_types(shelf: Library) -> str:
    """What the default is for orders that are not about a new line."""
    default = shelf.stories[DEFAULT]
    lines = [_OTHERS.format(default=DEFAULT)]
    for kind in default.order_types[1:]:
        lines += _branch(shelf, kind, default.course, kind)
    return "".join(lines)


def _common(shelf: Library) -> str:
    """What all stories share."""
    lines = ["\n## Replies in all stories\n\n", *(_reply(one) for one in shelf.replies)]
    lines += [line for name, items in shelf.shared.items() for line in _branch(shelf, name, items, OrderType.NEW)]
    return "".join(lines)


def _branch(shelf: Library, name: str, items: Sequence[Item], kind: OrderType) -> Iterator[str]:
    yield f"\n*{name.replace('_', ' ')}*\n" if name else ""
    yield "\n| when | update | problem, codes | text |\n|---|---|---|---|\n"
    for item in items:
        yield from _rows(shelf, item, kind)


def _reply(reply: Reply) -> str:
    when = f"after {reply.after}" if reply.after else "of the tenant's own accord"
    goes_on = f"*{reply.goes_to.replace('_', ' ')}*" if reply.goes_to else "where it was"
    said = [f"- **An amendment** {when}: {reply.at}, AMENDED, and the story goes on: {goes_on}."]
    said += [f"  Without {what}: AMENDMENT_REJECTED “{words.strip()}”" for what, words in reply.brings.items()]
    if reply.not_before:
        said.append(f"  With a visit before {reply.not_before}: AMENDMENT_REJECTED “{reply.too_early}”")
    if reply.declined:
        said.append(f"  A cancellation then: CANCELLED, {reply.declined.problem} “{reply.declined.text}”")
    return "\n".join(said) + "\n"


def _rows(shelf: Library, item: Item, kind: OrderType) -> Iterator[str]:
    match item:
        case Step():
            yield _step(item)
        case Choice():
            yes, no = ((one or "the next line").replace("_", " ") for one in (item.then, item.otherwise))
            yield f"| | *{item.choose.replace('_', ' ')}?* | | yes: {yes}; no: {no} |\n"
        case BlockUse():
            block = shelf.blocks[item.block]
            instead = block.told(kind, visit=kind is OrderType.NEW)
            for place, step in enumerate(block.steps if instead is None else instead):
                is_moved = item.at and instead is None
                yield _step(step.model_copy(update={"at": item.at[place]}) if is_moved else step)


def _step(step: Step) -> str:
    """One row; a time in brackets: only where an appointment was quoted that is not needed."""
    problem = " ".join(one for one in (step.problem or "", *step.codes) if one)
    at = f"[{step.at}]" if step.quoted else step.at
    return f"| {at}{', overtaken' if step.overtaken else ''} | {_said(step)} | {problem} | {step.text} |\n"


def _said(step: Step) -> str:
    """A messenger's message with its number in the supplier's sequence."""
    if step.number is None:
        return step.say
    return f"{step.number} {step.say}{', twice' if step.twice else ''}"


if __name__ == "__main__":
    sys.stdout.write(page())
