"""A file of sites, line by line: each becomes a row, or a `Bad` with all that is wrong in it. All of it or nothing."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any, Final

from fibregate.db import Tx
from fibregate.suppliers.network.ethernet import store
from fibregate.suppliers.network.ethernet.model import Work
from fibregate.suppliers.network.footprint.model import UPRN_HIGHEST, Bad
from fibregate.suppliers.network.sheets import LONGEST_TEXT, Sheet, number

COLUMNS: Final[Mapping[str, str]] = {
    "kind": "UPRN or NAD; needed",
    "identifier": "1 to 999999999999 of a UPRN, A and 11 digits of a NAD; needed",
    "name": "what people call it; up to 100 characters; needed",
    "postcode": "such as AB1 2CD; needed",
    "easting": "metres on the national grid, 0 to 700000; needed",
    "northing": "the same, 0 to 1300000; needed",
    "work": "NONE: fibre is in the building. SURVEY: it must be looked at. CIVILS: to be built. UNKNOWN; needed",
    "construction": "what building may cost, in pounds without VAT, such as 4000.00; with CIVILS, and only there",
    "greatest_bearer": "such as 1G, where no headend for more is within reach",
    "validity_days": "1 to 365, where quotes for it hold for so many days at most",
}
NEEDED: Final = ("kind", "identifier", "name", "postcode", "easting", "northing", "work")
MOST: Final = 100_000
"""Lines of one file."""

_NAD: Final = re.compile(r"A[0-9]{11}")
_MONEY: Final = re.compile(r"[0-9]{1,7}(?:\.[0-9]{2})?")
_POSTCODE: Final = re.compile(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}")
_BEARER: Final = re.compile(r"[1-9][0-9]{0,3}[MG]")
_DEAREST: Final = Decimal(1_000_000)

Read = Callable[[str], Any]
"""The value of a cell; raises ValueError with what is accepted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that could be read: its number in the file, its text, and its row."""

    line: int
    text: str
    row: Mapping[str, Any]


def lines(file: IO[bytes], *, refuse: Callable[[int], str | None]) -> Sheet[Entry]:
    """Those of one file. Raises `Invalid` where its header cannot be used."""
    first: dict[tuple[str, str], int] = {}

    def read(place: int, text: str, said: Mapping[str, str]) -> Entry | Bad:
        row, faults = _values(said, refuse)
        return Bad(place, "; ".join(faults), text) if faults else _once(Entry(place, text, row), first)

    return Sheet(file, columns=COLUMNS, needed=NEEDED, most=MOST, read=read)


def _values(said: Mapping[str, str], refuse: Callable[[int], str | None]) -> tuple[dict[str, Any], list[str]]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    faults: list[str] = []
    for name, read in {**_READERS, "identifier": _identifier(said["kind"], refuse)}.items():
        cell = said.get(name, "")
        try:
            if cell or name in NEEDED:
                row[name] = read(cell)
        except ValueError as error:
            faults.append(f"{name}: {error}")
    if (row["construction"] is not None) != (row["work"] == Work.CIVILS) and row["work"] is not None:
        faults.append("construction: needed where work is CIVILS, and only there")
    return row, faults


def _identifier(kind: str, refuse: Callable[[int], str | None]) -> Read:
    def uprn(cell: str) -> str:
        if not (cell.isascii() and cell.isdigit() and 1 <= int(cell[:20]) <= UPRN_HIGHEST):
            raise ValueError(f"{cell[:30]!r} is no UPRN; a number from 1 to {UPRN_HIGHEST} is accepted")
        if reason := refuse(int(cell)):
            raise ValueError(reason)
        return str(int(cell))

    return uprn if kind == "UPRN" else _matching(_NAD, "A and 11 digits")


def _once(found: Entry, first: dict[tuple[str, str], int]) -> Entry | Bad:
    key = (found.row["kind"], found.row["identifier"])
    before = first.setdefault(key, found.line)
    if before == found.line:
        return found
    return Bad(found.line, f"identifier: {' '.join(key)} stands on line {before} already", found.text)


def _matching(pattern: re.Pattern[str], wanted: str) -> Read:
    def read(cell: str) -> str:
        if not pattern.fullmatch(cell):
            raise ValueError(f"{cell[:30]!r}; accepted: {wanted}")
        return cell.upper()

    return read


def _among(values: Sequence[str]) -> Read:
    def read(cell: str) -> str:
        if cell not in values:
            raise ValueError(f"{cell[:30]!r}; accepted: {', '.join(values)}")
        return cell

    return read


def _name(cell: str) -> str:
    if not 1 <= len(cell) <= LONGEST_TEXT:
        raise ValueError(f"has {len(cell)} characters; 1 to {LONGEST_TEXT} are accepted")
    return cell


def _money(cell: str) -> str:
    if not _MONEY.fullmatch(cell) or Decimal(cell) > _DEAREST:
        raise ValueError(f"{cell[:30]!r}; pounds up to {_DEAREST} with two places are accepted, such as 4000.00")
    return cell


_READERS: Final[Mapping[str, Read]] = {
    "kind": _among(("UPRN", "NAD")),
    "name": _name,
    "postcode": _matching(_POSTCODE, "a postcode such as AB1 2CD"),
    "easting": number(0, 700_000),
    "northing": number(0, 1_300_000),
    "work": _among([one.value for one in Work]),
    "construction": _money,
    "greatest_bearer": _matching(_BEARER, "a bearer such as 1G"),
    "validity_days": number(1, 365),
}


async def put(tx: Tx, entries: Sequence[Entry]) -> tuple[int, int]:
    """How many sites are new, and how many have changed; those that no line names stay."""
    return await store.put_sites(tx, [one.row for one in entries])
