"""What a slot book opens week after week, as an operator writes it: `1-5/08:00-13:00/4`, `6/08:00-13:00/2/premium`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta

import typer

from fibregate.cli.work_order_options import hours_of
from fibregate.errors import Invalid
from fibregate.suppliers.network.books import actions as books

_SUNDAY = date(2025, 1, 5)
_LAST_WEEKDAY = 7
_PARTS = (3, 4)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Visits on these days of the week."""

    classification: str
    starts: time
    ends: time
    weekdays: tuple[int, ...]
    capacity: int
    standard: bool


def read_patterns(texts: Iterable[str]) -> list[Pattern]:
    """One or more for each text: Saturdays and Sundays have bands of their own. Raises `BadParameter`."""
    return [pattern for text in texts for pattern in _read(text)]


def _read(text: str) -> list[Pattern]:
    parts = text.split("/")
    if len(parts) not in _PARTS or (len(parts) == _PARTS[1] and parts[3] != "premium") or not parts[2].isdecimal():
        raise typer.BadParameter(f"{text!r}: write days/hours/places, such as 1-5/08:00-13:00/4, and /premium if so")
    opens, closes = hours_of(parts[1])
    by_band: dict[str, list[int]] = {}
    for weekday in sorted(read_weekdays(parts[0])):
        try:
            band = books.classify(_SUNDAY + timedelta(days=weekday), opens, closes)
        except Invalid as error:
            raise typer.BadParameter(f"{text!r}: {error}") from error
        by_band.setdefault(band.value, []).append(weekday)
    if int(parts[2]) < 1:
        raise typer.BadParameter(f"{text!r}: at least one place")
    standard = len(parts) == _PARTS[0]
    return [
        Pattern(band, opens, closes, tuple(weekdays), int(parts[2]), standard) for band, weekdays in by_band.items()
    ]


def read_weekdays(text: str) -> frozenset[int]:
    """`1-5`, `6`, `2,4`: Monday is 1. Raises `BadParameter`."""
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not (first.isdecimal() and (last.isdecimal() if dash else not last)):
            raise typer.BadParameter(f"{text!r}: write days as 1-5, 6 or 2,4; Monday is 1")
        days = range(int(first), int(last or first) + 1)
        if not days or days[0] < 1 or days[-1] > _LAST_WEEKDAY:
            raise typer.BadParameter(f"{text!r}: days are 1 to 7; Monday is 1")
        found.update(days)
    return frozenset(found)
