"""The columns of a premises file, and what becomes of its lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

UPRN_HIGHEST = 999_999_999_999
READINESS = ("READY", "OUT_OF_FOOTPRINT", "PLANNED", "PARENT_ADDRESS", "NO_CAPACITY", "WAYLEAVE_REFUSED")
IGNORED = frozenset({"line", "reason"})
"""Columns of a file of bad lines, so that it can be corrected and imported as it is."""

COLUMNS: Mapping[str, str] = {
    "uprn": "1 to 999999999999; needed",
    "area": "an area that is known: `fibregate premises area`; needed",
    "profile": "a profile that is known: `fibregate premises profile`; needed where readiness is READY",
    "readiness": f"{', '.join(READINESS)}; READY where the column is missing or empty",
    "readiness_text": "why it is not ready, as tenants read it; up to 200 characters",
    "ready_date": "when service is expected, such as 2025-07-16",
    "installation_type": "STANDARD or the network's own word: an engineer must visit; empty: none need come",
    "one_open_order": "true: a second open order is refused here; false where it is missing or empty",
    "sub_address": "flat or unit; up to 100 characters, as are all that follow",
    "name": "name of the building",
    "street_number": "number in the street",
    "street_name": "street",
    "locality": "village or estate",
    "city": "town; needed in an address",
    "postcode": "such as AB1 2CD; needed in an address",
    "country": "UK where the column is missing or empty",
}
ADDRESS: Mapping[str, str] = {
    "sub_address": "subAddress",
    "name": "name",
    "street_number": "streetNumber",
    "street_name": "streetName",
    "locality": "locality",
    "city": "city",
    "postcode": "postcode",
    "country": "country",
}
NEEDED = ("uprn", "area")

UprnRule = Callable[[int], str | None]
"""Why a UPRN has no place in this system; None where it may come in."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the lines may refer to: areas, profiles by code, and which UPRNs may come in."""

    areas: frozenset[str]
    profiles: Mapping[str, int]
    refuse: UprnRule


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that cannot be taken: its number in the file, counted from 1, why, and its text."""

    line: int
    reason: str
    text: str


class Report(Protocol):
    """Who is told while it goes on."""

    def header(self, names: list[str]) -> None:
        """The file's columns, before any line."""
        ...

    def read(self, size: int, lines: int) -> None:
        """So many bytes and lines more have been read."""
        ...

    def bad(self, bad: Bad) -> None:
        """One line that cannot be taken."""
        ...

    def placed(self, done: int, total: int) -> None:
        """So many lines of all are in place, though not for good before the end."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file's lines; none was put in place where `refused`."""

    read: int
    bad: int
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: bool = False
