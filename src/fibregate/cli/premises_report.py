"""What an import tells while it runs: a bar on a terminal, the first bad lines, and all of them in a file."""

import csv
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from fibregate.suppliers.network.footprint.model import IGNORED, Bad, Outcome

SHOWN = 20


class ScreenReport:
    """Silent where there is no terminal, but for bad lines. A file of bad lines is made only if there are any."""

    def __init__(self, file: Path, console: Console | None = None) -> None:
        self.seconds = 0.0
        self._bad_file = file.with_name(f"{file.stem}.bad.csv")
        self._size = file.stat().st_size
        self._first: list[Bad] = []
        self._names: list[str] = []
        self._lines = 0
        self._out: IO[str] | None = None
        console = console or Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[done]} lines"),
            TextColumn("{task.fields[rate]}/s"),
            TextColumn("left"),
            TimeRemainingColumn(compact=True),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._reading = self._bar.add_task("reading", total=self._size, done="0", rate="0")
        self._placing = self._bar.add_task("placing", total=None, visible=False, done="0", rate="0")
        self._began = self._placing_began = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        self._began = time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()
        self.seconds = time.monotonic() - self._began
        if self._out is not None:
            self._out.close()

    def header(self, names: list[str]) -> None:
        """The columns, which a file of bad lines repeats."""
        self._names = [name for name in names if name not in IGNORED]

    def read(self, size: int, lines: int) -> None:
        self._lines += lines
        rate = self._lines / max(time.monotonic() - self._began, 0.001)
        self._bar.update(self._reading, advance=size, done=f"{self._lines:,}", rate=f"{rate:,.0f}")
        self._placing_began = time.monotonic()

    def placed(self, done: int, total: int) -> None:
        rate = done / max(time.monotonic() - self._placing_began, 0.001)
        self._bar.update(
            self._placing, completed=done, total=total, visible=True, done=f"{done:,}", rate=f"{rate:,.0f}"
        )

    def bad(self, bad: Bad) -> None:
        if len(self._first) < SHOWN:
            self._first.append(bad)
        if self._out is None:
            self._out = self._bad_file.open("w", encoding="utf-8", newline="")
            csv.writer(self._out).writerow(["line", "reason", *self._names])
        csv.writer(self._out).writerow([bad.line, bad.reason, *_cells(bad.text, len(self._names))])

    def tell_bad(self, outcome: Outcome) -> None:
        """The first bad lines on stderr, and where all of them are."""
        for one in sorted(self._first, key=lambda bad: bad.line):
            typer.secho(f"line {one.line}: {one.reason}", err=True, fg="yellow")
        if outcome.bad > len(self._first):
            typer.secho(f"… and {outcome.bad - len(self._first):,} more", err=True, fg="yellow")
        if outcome.bad:
            typer.secho(
                f"{outcome.bad:,} of {outcome.read:,} lines are bad; all of them, with reasons: {self._bad_file}",
                err=True,
            )


def _cells(text: str, count: int) -> list[str]:
    """The line as it was where it can be taken apart; else as one cell, so that nothing is lost."""
    try:
        cells = next(csv.reader((text,), strict=True), None)
    except csv.Error:
        cells = None
    return cells if cells and len(cells) == count else [text]


def took(seconds: float, lines: int) -> str:
    """`12.3 s, 81,300 lines a second`."""
    return f"{seconds:.1f} s, {lines / max(seconds, 0.001):,.0f} lines a second"
