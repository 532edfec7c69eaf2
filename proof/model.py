"""What a proof is, and what it finds."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

EXAMPLES: Final = 20

Figures = Mapping[str, Any]


class Size(StrEnum):
    """How much is run: seconds, minutes, or hours."""

    SMOKE = "smoke"
    CI = "ci"
    FULL = "full"


@dataclass
class Findings:
    """Counts of what was done and of what was wrong; an invariant that was looked at stands in `wrong`, also with 0."""

    done: Counter[str] = field(default_factory=Counter[str])
    wrong: Counter[str] = field(default_factory=Counter[str])
    examples: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    notes: list[str] = field(default_factory=list[str])
    """What a reader has to know: what was left out and why, what was measured."""

    def looked_at(self, *invariants: str) -> None:
        for one in invariants:
            self.wrong[one] += 0

    def broke(self, invariant: str, example: str) -> None:
        """One counter-example, with ids; the first twenty are kept."""
        self.wrong[invariant] += 1
        kept = self.examples.setdefault(invariant, [])
        if len(kept) < EXAMPLES:
            kept.append(example)

    @property
    def broken(self) -> dict[str, int]:
        return {name: count for name, count in self.wrong.items() if count}

    def add(self, other: "Findings") -> None:
        self.done.update(other.done)
        for name, count in other.wrong.items():
            self.wrong[name] += count
            kept = self.examples.setdefault(name, [])
            kept += other.examples.get(name, [])[: EXAMPLES - len(kept)]
        self.notes += other.notes


Run = Callable[[Path, Figures, Path], Awaitable[Findings]]
"""`run(source, figures, folder)`: the tree that holds `fibregate/`, how much, and an empty folder with a short path."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One row of the table of promises. A module `proof/tN.py` holds one as `PROOF`.

    `invariants` are the names under which `run` counts what is wrong; all of them must be looked at, and be 0.
    `figures` says how much for each size; `seeded` how much it takes to catch a planted bug, where that is not `smoke`.
    One that looks at how long things take runs `alone`; the others have company.
    """

    name: str
    title: str
    invariants: tuple[str, ...]
    figures: Mapping[Size, Figures]
    run: Run
    seeded: Figures | None = None
    alone: bool = False

    @property
    def number(self) -> int:
        return int(self.name.removeprefix("T"))


@dataclass
class Outcome:
    """What one proof came to. It counts only if every planted bug was caught."""

    proof: Proof
    size: Size
    findings: Findings = field(default_factory=Findings)
    caught: dict[str, str] = field(default_factory=dict[str, str])
    """Planted bug -> what it broke; empty where it went unseen."""

    seeds_left_out: bool = False
    failed: str = ""
    seconds: float = 0.0

    @property
    def missing(self) -> list[str]:
        return [one for one in self.proof.invariants if one not in self.findings.wrong]

    @property
    def counts(self) -> bool:
        return not self.seeds_left_out and bool(self.caught) and all(self.caught.values())

    @property
    def holds(self) -> bool:
        return not self.failed and not self.findings.broken and not self.missing

    @property
    def verdict(self) -> str:
        if not self.holds:
            return "BROKEN"
        if self.counts:
            return "holds"
        return "planted bugs left out" if self.seeds_left_out else "DOES NOT COUNT"

    @property
    def is_well(self) -> bool:
        return self.holds and (self.counts or self.seeds_left_out)


def say(text: str) -> None:
    """Progress, for whoever watches."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
