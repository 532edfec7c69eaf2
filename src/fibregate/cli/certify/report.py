"""What a trial tells: a bar while it runs, then each check, and each finding with its rule and what to do."""

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from fibregate.cli.certify.clauses import PAGE
from fibregate.cli.certify.plan import Check, Plan
from fibregate.cli.certify.trial import Finding, Outcome

SHOWN: Final = 5
"""Findings of one check that are told in full; the JSON has all."""

UNSEEN: Final = (
    "whether a KCI that came twice was acted on once",
    "whether a late number set an order's status back",
    "whether anything of a forged KCI was acted on after it was refused",
)
"""What no answer tells."""
NOTHING_TAKEN: Final = (
    "No KCI was taken. Is --secret the one that your receiver verifies with, and --rendering its own?"
)
NOT_FORGED: Final = "forged, altered and stale KCIs: that needs --secret, the whsec_… that your receiver verifies with"


def progress(plan: Plan) -> Progress:
    """On a terminal's standard error; silent elsewhere."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description:<42}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    bar.add_task("", total=plan.shots)
    return bar


def unseen(outcome: Outcome) -> list[str]:
    """What this trial could not try or see, in words."""
    found: list[str] = [] if outcome.asked else [*UNSEEN]
    return found if outcome.verified else [NOT_FORGED, *found]


def printed(outcome: Outcome, plan: Plan) -> None:
    """For a person."""
    page = Console(highlight=False)
    for check in plan.checks:
        page.print(_line(outcome, check), soft_wrap=True)
    if outcome.asked:
        mark = ("  ✗ ", "bold red") if outcome.of("echo") else ("  ✓ ", "green")
        page.print(Text.assemble(mark, ("echo              ", "bold"), "what the receiver believes"), soft_wrap=True)
    for check, clause in dict.fromkeys((one.check, one.clause) for one in outcome.findings):
        for line in _told([one for one in outcome.of(check) if one.clause == clause]):
            page.print(line, soft_wrap=True)
    if not outcome.taken and not outcome.untried:
        page.print(f"\n{NOTHING_TAKEN}", soft_wrap=True)
    missing = unseen(outcome)
    if missing:
        page.print("\nNot seen from here:" + "".join(f"\n  - {one}" for one in missing), soft_wrap=True)
    if not outcome.asked and not outcome.untried:
        page.print("An echo of your receiver would show it: --echo URL, see " + PAGE, soft_wrap=True)
    page.print(f"\n{_verdict(outcome)}", soft_wrap=True)


def _line(outcome: Outcome, check: Check) -> Text:
    levels = {one.severity for one in outcome.of(check.name)}
    mark, style = ("✓", "green")
    if check.name in outcome.untried:
        mark, style = "–", "dim"
    elif "FAIL" in levels:
        mark, style = "✗", "bold red"
    elif levels:
        mark, style = "!", "yellow"
    return Text.assemble((f"  {mark} ", style), (f"{check.name:<18}", "bold"), check.title)


def _told(findings: list[Finding]) -> Iterator[Text]:
    """What was wrong in one check against one rule."""
    first = findings[0]
    yield Text()
    for one in findings[:SHOWN]:
        yield Text.assemble((f"{one.check}: ", "bold"), (one.what, "red" if one.severity == "FAIL" else "yellow"))
    if len(findings) > SHOWN:
        yield Text(f"{first.check}: and {len(findings) - SHOWN} more like these; --json has all")
    yield Text.assemble(("  the rule   ", "dim"), f"{first.clause.name}: “{first.clause.text}” ({PAGE})")
    yield Text.assemble(("  what to do ", "dim"), first.clause.mend)


def _verdict(outcome: Outcome) -> str:
    wrong = sum(one.severity == "FAIL" for one in outcome.findings)
    warned = len(outcome.findings) - wrong
    warnings = f" Warnings: {warned}." if warned else ""
    if outcome.untried:
        return f"Stopped: the receiver gave no answer. Not tried: {', '.join(outcome.untried)}. Wrong: {wrong}."
    if wrong:
        return f"Not passed. Wrong: {wrong}.{warnings}"
    if not outcome.verified:
        return f"Nothing is wrong in what was tried, but it is not passed without --secret.{warnings}"
    return f"Passed: {len(outcome.tried)} checks.{warnings}"


def as_json(outcome: Outcome, plan: Plan, *, url: str, rendering: str) -> dict[str, Any]:
    """For a program."""
    return {
        "passed": passed(outcome),
        "url": url,
        "rendering": rendering,
        "checks": [
            {
                "name": one.name,
                "title": one.title,
                "tried": one.name not in outcome.untried,
                "passed": one.name not in outcome.untried
                and not any(found.severity == "FAIL" for found in outcome.of(one.name)),
            }
            for one in plan.checks
        ],
        "findings": [
            {
                "check": one.check,
                "severity": one.severity,
                "what": one.what,
                "clause": one.clause.text,
                "page": PAGE,
                "mend": one.clause.mend,
            }
            for one in outcome.findings
        ],
        "notSeen": unseen(outcome),
    }


def passed(outcome: Outcome) -> bool:
    """Everything was tried, and nothing was wrong."""
    return outcome.passed and outcome.verified
