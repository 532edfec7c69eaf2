"""Bugs planted in a copy of the source: what a proof must catch before its own pass counts.

A bug is one or more exact replacements. A text that is not found exactly once stops everything, so a bug that no longer
fits the source is noticed at once and mended, not passed over. The bugs themselves stand in `seeds_….py`.
"""

import importlib
import pkgutil
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import proof


class DoesNotFit(Exception):
    """The source has changed where a bug was to be planted."""


@dataclass(frozen=True)
class Change:
    """In `file` (below `fibregate/`), `old` becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A planted bug, the proof that must catch it, and the invariants of which at least one must be broken by it."""

    name: str
    proof: str
    breaks: tuple[str, ...]
    changes: tuple[Change, ...]
    figures: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What it takes to catch this one, over the proof's own figures for planted bugs."""

    spares: tuple[str, ...] = ()
    """Invariants that have to hold in spite of it, because something else stands behind what it breaks."""


def table() -> list[Bug]:
    """All of them: those of every module `seeds_….py`."""
    names = [one.name for one in pkgutil.iter_modules(proof.__path__) if one.name.startswith("seeds_")]
    return [bug for name in names for bug in importlib.import_module(f"proof.{name}").BUGS]


def of(name: str) -> list[Bug]:
    """What the proof of that name has to catch."""
    return [one for one in table() if one.proof == name]


def copy(source: Path, folder: Path) -> Path:
    """A copy of the source tree in the folder, to be changed."""
    there = folder / "src"
    shutil.copytree(source, there, ignore=shutil.ignore_patterns("__pycache__"))
    return there


def plant(source: Path, folder: Path, changes: Iterable[Change]) -> Path:
    """A copy with the bug in it. Raises `DoesNotFit`."""
    there = copy(source, folder)
    for change in changes:
        file = there / "fibregate" / change.file
        text = file.read_text("utf-8") if file.exists() else ""
        found = text.count(change.old)
        if found != 1:
            raise DoesNotFit(f"{change.file}: found {found} times instead of once: {change.old!r}")
        file.write_text(text.replace(change.old, change.new), "utf-8")
    return there
