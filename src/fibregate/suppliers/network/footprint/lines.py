"""A premises file read line by line: every line becomes a row for COPY, or a `Bad` with its reasons."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import IO

import orjson

from fibregate.errors import Invalid
from fibregate.suppliers.network.footprint.model import (
    ADDRESS,
    COLUMNS,
    IGNORED,
    NEEDED,
    READINESS,
    UPRN_HIGHEST,
    Bad,
    Known,
)
from fibregate.suppliers.network.sheets import LONGEST_LINE, LONGEST_TEXT, NEWLINE, Unreadable, header, parse

LONGEST_REASON = 200
_CELLS = (
    "uprn",
    "area",
    "profile",
    "readiness",
    "readiness_text",
    "ready_date",
    "installation_type",
    "one_open_order",
)
ROW_COLUMNS = ("line", "uprn", "area", "profile_id", *_CELLS[3:], "address")
READY = READINESS[0]
_OF_AN_ADDRESS = ("city", "postcode")
_NULL = r"\N"
_POSTCODE = re.compile(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}")
_WORD = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no", ""})

Convert = Callable[[str], str]
"""A cell as COPY reads it; raises ValueError with what is accepted."""


class Lines:
    """The lines of one file. Reads the header at once and raises `Invalid` where it, or the file, cannot be used."""

    def __init__(self, file: IO[bytes], known: Known) -> None:
        self._file = file
        self._number = 1
        self.size = 0
        self.names = self._header()
        self.given = frozenset(self.names) - IGNORED
        by_name = _converters(known)
        self._convert: list[Convert] = [by_name.get(name, str) for name in self.names]
        place = {name: number for number, name in enumerate(self.names)}
        self._readiness, self._profile = place.get("readiness"), place.get("profile")
        self._cells = [place.get(name) for name in _CELLS]
        self._address = [(ADDRESS[name], place[name]) for name in self.names if name in ADDRESS]
        self._needed = [(name, place[name]) for name in _OF_AN_ADDRESS if name in place]

    def _header(self) -> list[str]:
        raw = self._file.readline(LONGEST_LINE)
        self.size += len(raw)
        names, faults = header(raw, columns=COLUMNS, needed=NEEDED)
        if not ADDRESS.keys().isdisjoint(names):
            missing = [name for name in _OF_AN_ADDRESS if name not in names]
            faults += [f"column {name!r} is missing; an address is given whole or not at all" for name in missing]
        if faults:
            raise Invalid([f"line 1: {one}" for one in faults])
        return names

    def rows(self) -> Iterator[str | Bad]:
        """One for each line that is not blank, in order; bounded in memory however long the lines are."""
        while raw := self._file.readline(LONGEST_LINE):
            self._number += 1
            self.size += len(raw)
            if len(raw) == LONGEST_LINE and raw[-1] != NEWLINE:
                self._skip_rest()
                yield Bad(self._number, f"longer than {LONGEST_LINE} bytes", raw[:200].decode(errors="replace"))
            elif raw.strip():
                yield self._row(raw)

    def _skip_rest(self) -> None:
        while more := self._file.readline(LONGEST_LINE):
            self.size += len(more)
            if more[-1] == NEWLINE:
                return

    def _row(self, raw: bytes) -> str | Bad:
        try:
            cells = parse(raw)
        except Unreadable as error:
            return Bad(self._number, str(error), raw.decode(errors="replace").rstrip("\r\n"))
        if len(cells) != len(self.names):
            reason = f"has {len(cells)} columns; the first line names {len(self.names)}"
            return Bad(self._number, reason, raw.decode().rstrip("\r\n"))
        try:
            values = [convert(cell.strip()) for convert, cell in zip(self._convert, cells, strict=True)]
        except ValueError:
            values = None
        if values is None or self._lacks(values):
            return Bad(self._number, "; ".join(self._faults(cells)), raw.decode().rstrip("\r\n"))
        row = [_NULL if place is None else values[place] for place in self._cells]
        return "\t".join((str(self._number), *row, self._address_of(values)))

    def _address_of(self, values: Sequence[str]) -> str:
        if not self._address:
            return _NULL
        address = {name: values[place] for name, place in self._address if values[place]}
        address.setdefault("country", "UK")
        return _escaped(orjson.dumps(address).decode())

    def _lacks(self, values: Sequence[str | None]) -> list[str]:
        """What only several cells tell; a cell that could not be read is None."""
        faults = [f"{name}: needed in an address" for name, place in self._needed if values[place] == ""]
        if self._readiness is not None and self._profile is not None:  # noqa: SIM102 - the second test is of this line
            if values[self._readiness] == READY and values[self._profile] == _NULL:
                faults.append("profile: needed where readiness is READY")
        return faults

    def _faults(self, cells: Sequence[str]) -> list[str]:
        """Everything that is wrong with a line that has something wrong."""
        faults: list[str] = []
        values: list[str | None] = []
        for name, convert, cell in zip(self.names, self._convert, cells, strict=True):
            try:
                values.append(convert(cell.strip()))
            except ValueError as error:
                values.append(None)
                faults.append(f"{name}: {error}")
        return faults + self._lacks(values)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")


def _converters(known: Known) -> dict[str, Convert]:
    def uprn(cell: str) -> str:
        if not (cell.isascii() and cell.isdigit() and len(cell) <= 20 and 1 <= int(cell) <= UPRN_HIGHEST):  # noqa: PLR2004 - leading zeros
            raise ValueError(f"{cell[:30]!r} is no UPRN; a number from 1 to {UPRN_HIGHEST} is accepted")
        number = int(cell)
        if reason := known.refuse(number):
            raise ValueError(reason)
        return str(number)

    def area(cell: str) -> str:
        if cell not in known.areas:
            raise ValueError(f"{cell[:30]!r} is not known; make it: fibregate premises area")
        return cell

    def profile(cell: str) -> str:
        if cell and cell not in known.profiles:
            raise ValueError(f"{cell[:30]!r} is not known; make it: fibregate premises profile")
        return str(known.profiles[cell]) if cell else _NULL

    return {
        **dict.fromkeys(ADDRESS, _text),
        "uprn": uprn,
        "area": area,
        "profile": profile,
        "readiness": _readiness,
        "readiness_text": _readiness_text,
        "ready_date": _day,
        "installation_type": _installation,
        "one_open_order": _flag,
        "postcode": _postcode,
    }


def _text(cell: str) -> str:
    if len(cell) > LONGEST_TEXT:
        raise ValueError(f"has {len(cell)} characters; at most {LONGEST_TEXT} are accepted")
    return cell


def _readiness_text(cell: str) -> str:
    if len(cell) > LONGEST_REASON:
        raise ValueError(f"has {len(cell)} characters; at most {LONGEST_REASON} are accepted")
    return _escaped(cell) or _NULL


def _readiness(cell: str) -> str:
    if not cell:
        return READY
    if cell not in READINESS:
        raise ValueError(f"{cell[:30]!r}; accepted: {', '.join(READINESS)}")
    return cell


@lru_cache(maxsize=4096)
def _day(cell: str) -> str:
    if not cell:
        return _NULL
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise ValueError(f"{cell[:30]!r} is no date; write it as 2025-07-16") from None


@lru_cache(maxsize=1024)
def _installation(cell: str) -> str:
    if cell and not _WORD.fullmatch(cell):
        raise ValueError(f"{cell[:30]!r}; capital letters, digits and _ are accepted, such as STANDARD")
    return cell or _NULL


def _flag(cell: str) -> str:
    if cell.lower() in _TRUE:
        return "true"
    if cell.lower() in _FALSE:
        return "false"
    raise ValueError(f"{cell[:30]!r}; true and false are accepted")


@lru_cache(maxsize=65536)
def _postcode(cell: str) -> str:
    if cell and not _POSTCODE.fullmatch(cell):
        raise ValueError(f"{cell[:30]!r} is no postcode; accepted is one such as AB1 2CD")
    return cell.upper()
