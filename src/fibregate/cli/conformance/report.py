"""What the suite tells: a line for each clause, then each one that is broken, with its words and how it was tried."""

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from fibregate.suppliers.conformance.model import Outcome, Verdict
from fibregate.suppliers.conformance.suite import Result

PAGE: Final = "docs/reference/conformance.md"
_MARKS: Final = {
    Outcome.PASS: ("✓", "green"),
    Outcome.FAIL: ("✗", "bold red"),
    Outcome.WARN: ("!", "yellow"),
    Outcome.SKIP: ("–", "dim"),
}
_BAD: Final = (Outcome.FAIL, Outcome.WARN)


def printed(result: Result) -> None:
    """For a person."""
    page = Console(highlight=False)
    for one in result.verdicts:
        page.print(_line(one), soft_wrap=True)
    for one in result.verdicts:
        if one.outcome in _BAD:
            for line in _told(one):
                page.print(line, soft_wrap=True)
    page.print(f"\n{_learnt(result)}", soft_wrap=True)
    page.print(_verdict(result), soft_wrap=True)


def _line(one: Verdict) -> Text:
    mark, style = _MARKS[one.outcome]
    note = "" if one.outcome in _BAD else one.what
    return Text.assemble((f"  {mark} ", style), (f"{one.clause.name:<22}", "bold"), (note, "dim"))


def _told(one: Verdict) -> Iterator[Text]:
    yield Text()
    yield Text.assemble((f"{one.clause.name}: ", "bold"), (one.what, _MARKS[one.outcome][1]))
    yield Text.assemble(("  the rule  ", "dim"), f"{one.clause.level.value}: “{one.clause.text}” ({PAGE})")
    yield Text.assemble(("  tried by  ", "dim"), one.clause.how)


def _learnt(result: Result) -> str:
    ways = {
        "READ": "Lost answers can be looked up (READ).",
        "REPLAY": "Lost answers can be found out by asking again under the same id (REPLAY).",
        "NONE": "Lost answers cannot be found out (NONE).",
    }
    told = ways[result.looks_up]
    if not result.milliseconds:
        return told
    middle, slowest = result.milliseconds[len(result.milliseconds) // 2], result.milliseconds[-1]
    return f"{told} Answers took {middle:.0f} ms in the middle, {slowest:.0f} ms at most."


def _verdict(result: Result) -> str:
    counted = {one: sum(verdict.outcome is one for verdict in result.verdicts) for one in Outcome}
    rest = "".join(
        f" {word}: {counted[one]}."
        for one, word in ((Outcome.WARN, "Warnings"), (Outcome.SKIP, "Not tried"))
        if counted[one]
    )
    if not result.passed:
        return f"Not passed. Broken: {counted[Outcome.FAIL]}.{rest}"
    return f"Passed: {counted[Outcome.PASS]} clauses.{rest}"


def as_json(result: Result, url: str) -> dict[str, Any]:
    """For a program."""
    return {
        "passed": result.passed,
        "url": url,
        "looksUp": result.looks_up,
        "offers": sorted(result.offers),
        "milliseconds": [round(one, 1) for one in result.milliseconds],
        "page": PAGE,
        "clauses": [
            {
                "name": one.clause.name,
                "level": one.clause.level.value,
                "outcome": one.outcome.value,
                "what": one.what,
                "clause": one.clause.text,
                "triedBy": one.clause.how,
            }
            for one in result.verdicts
        ],
    }
