"""A file of sites, line by line: each becomes a row, or a `Bad` with all that is wrong in it. All of it or nothing."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any, Final

from fibregate.db import Tx
from fibregate.errors import Invalid
from fibregate.suppliers.network.ethernet import store
from fibregate.suppliers.network.ethernet.model import Work
from fibregate.suppliers.network.footprint.lines import LONGEST_LINE, LONGEST_TEXT, Unreadable, parse
from fibregate.suppliers.network.footprint.model import IGNORED, UPRN_HIGHEST, Bad

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

_BOM: Final = b"\xef\xbb\xbf"
_NEWLINE: Final = ord("\n")
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


class Lines:
    """The lines of one file. Reads the header at once and raises `Invalid` where it cannot be used."""

    def __init__(self, file: IO[bytes], *, refuse: Callable[[int], str | None]) -> None:
        self._file = file
        self._refuse = refuse
        self.names = self._header()

    def _header(self) -> list[str]:
        try:
            names = [name.strip().lower() for name in parse(self._file.readline(LONGEST_LINE).removeprefix(_BOM))]
        except Unreadable as error:
            raise Invalid(f"line 1: {error}") from error
        unknown = [name for name in names if name not in COLUMNS and name not in IGNORED]
        faults = [f"column {name!r} is not known; known are {', '.join(COLUMNS)}" for name in unknown]
        faults += [f"column {name!r} stands there twice" for name in sorted({n for n in names if names.count(n) > 1})]
        faults += [f"column {name!r} is missing" for name in NEEDED if name not in names]
        if faults:
            raise Invalid([f"line 1: {one}" for one in faults])
        return names

    def entries(self) -> Iterator[Entry | Bad]:
        """One for each line that is not blank, in order. Raises `Invalid` for a file of too many."""
        number = 1
        first: dict[tuple[str, str], int] = {}
        while raw := self._file.readline(LONGEST_LINE):
            number += 1
            if number > MOST:
                raise Invalid(f"the file has more than {MOST:,} lines; divide it")
            if len(raw) == LONGEST_LINE and raw[-1] != _NEWLINE:
                raise Invalid(f"line {number}: longer than {LONGEST_LINE} bytes")
            if raw.strip():
                yield _once(self._entry(number, raw), first)

    def _entry(self, number: int, raw: bytes) -> Entry | Bad:
        text = raw.decode(errors="replace").rstrip("\r\n")
        try:
            cells = parse(raw)
        except Unreadable as error:
            return Bad(number, str(error), text)
        if len(cells) != len(self.names):
            return Bad(number, f"has {len(cells)} columns; the first line names {len(self.names)}", text)
        said = {name: cell.strip() for name, cell in zip(self.names, cells, strict=True) if name in COLUMNS}
        row, faults = self._values(said)
        return Bad(number, "; ".join(faults), text) if faults else Entry(number, text, row)

    def _values(self, said: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        faults: list[str] = []
        for name, read in {**_READERS, "identifier": self._identifier(said["kind"])}.items():
            cell = said.get(name, "")
            try:
                if cell or name in NEEDED:
                    row[name] = read(cell)
            except ValueError as error:
                faults.append(f"{name}: {error}")
        if (row["construction"] is not None) != (row["work"] == Work.CIVILS) and row["work"] is not None:
            faults.append("construction: needed where work is CIVILS, and only there")
        return row, faults

    def _identifier(self, kind: str) -> Read:
        def uprn(cell: str) -> str:
            if not (cell.isascii() and cell.isdigit() and 1 <= int(cell[:20]) <= UPRN_HIGHEST):
                raise ValueError(f"{cell[:30]!r} is no UPRN; a number from 1 to {UPRN_HIGHEST} is accepted")
            if reason := self._refuse(int(cell)):
                raise ValueError(reason)
            return str(int(cell))

        return uprn if kind == "UPRN" else _matching(_NAD, "A and 11 digits")


def _once(found: Entry | Bad, first: dict[tuple[str, str], int]) -> Entry | Bad:
    if isinstance(found, Bad):
        return found
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


def _number(low: int, high: int) -> Read:
    def read(cell: str) -> int:
        if not (cell.isascii() and cell.isdigit() and low <= int(cell[:20]) <= high):
            raise ValueError(f"{cell[:30]!r}; a number from {low} to {high} is accepted")
        return int(cell)

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
    "easting": _number(0, 700_000),
    "northing": _number(0, 1_300_000),
    "work": _among([one.value for one in Work]),
    "construction": _money,
    "greatest_bearer": _matching(_BEARER, "a bearer such as 1G"),
    "validity_days": _number(1, 365),
}


async def put(tx: Tx, entries: Sequence[Entry]) -> tuple[int, int]:
    """How many sites are new, and how many have changed; those that no line names stay."""
    return await store.put_sites(tx, [one.row for one in entries])
