"""What is printed of a proof, and the table in `docs/proof.md`, which is only ever written from a run."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from proof import seeds
from proof.ground import ROOT
from proof.model import Outcome, Proof

PAGE: Final = ROOT / "docs" / "proof.md"
RESULTS: Final = ("<!-- results: written by `python -m proof --publish`, never by hand -->", "<!-- end of results -->")
PROOFS: Final = ("<!-- proofs: written by `python -m proof --describe` -->", "<!-- end of proofs -->")
_HEAD: Final = (
    "| proof | size | done | broken | planted bugs caught | minutes | run |",
    "|---|---|---|---|---|---|---|",
)
_console = Console(highlight=False, soft_wrap=True)


def show(outcome: Outcome) -> None:
    """All of one proof: counts, planted bugs, and the first counter-examples."""
    findings = outcome.findings
    _console.print(f"[bold]{outcome.proof.name}[/bold] {outcome.proof.title}: [bold]{outcome.verdict}[/bold]")
    for name, count in findings.done.items():
        _console.print(f"  {count:>9,}  {escape(name)}")
    for name, count in findings.wrong.items():
        style = "red" if count else "green"
        _console.print(f"  [{style}]{count:>9,}  {escape(name)}[/{style}]")
        for example in findings.examples.get(name, []):
            _console.print(f"               {escape(example)}")
    for bug, how in outcome.caught.items():
        _console.print(f"  planted: {escape(bug)}: {escape(how) or '[red]NOT CAUGHT[/red]'}")
    for note in findings.notes:
        _console.print(f"  {escape(note)}")
    for name in outcome.missing if not outcome.failed else ():
        _console.print(f"  [red]never looked at: {escape(name)}[/red]")
    if outcome.failed:
        _console.print(f"  [red]{escape(outcome.failed)}[/red]")


def table(outcomes: Sequence[Outcome]) -> None:
    shown = Table("proof", "", "verdict", "broken", "planted bugs caught", "seconds")
    for one in outcomes:
        caught = f"{sum(map(bool, one.caught.values()))} of {len(one.caught)}"
        broken = str(sum(one.findings.wrong.values()))
        shown.add_row(one.proof.name, one.proof.title, one.verdict, broken, caught, f"{one.seconds:.0f}")
    _console.print(shown)
    unwell = [one.proof.name for one in outcomes if not one.is_well]
    held = f"{len(outcomes) - len(unwell)} of {len(outcomes)} proofs are well"
    _console.print(f"{held}; not well: {', '.join(unwell)}" if unwell else f"{held}.")


def write(outcomes: Sequence[Outcome]) -> None:
    """Replace the rows of what was run; a proof that did not hold, or did not count, is published as such."""
    text = PAGE.read_text("utf-8")
    rows = {_key(line): line for line in between(text, RESULTS).splitlines() if line.startswith("| T")}
    rows |= {_key(line): line for line in map(_row, outcomes)}
    lines = [*_HEAD, *(rows[key] for key in sorted(rows))]
    PAGE.write_text(_replaced(text, RESULTS, lines), "utf-8")


def describe(proofs: Iterable[Proof]) -> None:
    """Write what each proof promises, from the proofs themselves."""
    PAGE.write_text(_replaced(PAGE.read_text("utf-8"), PROOFS, described(proofs)), "utf-8")


def described(proofs: Iterable[Proof]) -> list[str]:
    """Lines of Markdown."""
    lines: list[str] = []
    for one in proofs:
        lines += [f"### {one.name}", "", f"{one.title[0].upper()}{one.title[1:]}.", "", "Must be 0:", ""]
        lines += [f"- {invariant}" for invariant in one.invariants]
        lines += ["", "Planted bugs that it must catch first:", ""]
        lines += [f"- {bug.name}" for bug in seeds.of(one.name)] or ["- none yet, so it does not count"]
        lines.append("")
    return lines[:-1]


def between(text: str, marks: tuple[str, str]) -> str:
    """What stands between two marks of the page."""
    begin, end = marks
    _, _, rest = text.partition(begin)
    inside, found, _ = rest.partition(end)
    if not found:
        raise ValueError(f"{PAGE} has lost its marks {begin!r} and {end!r}")
    return inside


def _replaced(text: str, marks: tuple[str, str], lines: Sequence[str]) -> str:
    begin, end = marks
    inside = "\n".join(["", "", *lines, "", ""])
    return text.replace(f"{begin}{between(text, marks)}{end}", f"{begin}{inside}{end}")


def _key(line: str) -> tuple[int, str]:
    cells = [one.strip() for one in line.split("|")]
    return int(cells[1].removeprefix("T")), cells[2]


def _row(outcome: Outcome) -> str:
    findings = outcome.findings
    done = ", ".join(f"{count:,} {name}" for name, count in findings.done.items())
    broken = ", ".join(f"{count:,} {name}" for name, count in findings.broken.items()) or "0"
    caught = f"{sum(map(bool, outcome.caught.values()))} of {len(outcome.caught)}"
    if outcome.verdict != "holds":
        broken = f"**{outcome.failed or outcome.verdict}** {broken}"
    where = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}"
    cells = (outcome.proof.name, outcome.size.value, done, broken, caught, f"{outcome.seconds / 60:.1f}", where)
    return f"| {' | '.join(one.replace('|', '/') for one in cells)} |"
