"""A services file read line by line: each line becomes an `Entry`, or a `Bad` with all that is wrong in it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from typing import IO, Any, Final

from fibregate.calendars import uk_instant
from fibregate.errors import Invalid
from fibregate.suppliers.network.footprint.lines import LONGEST_LINE, LONGEST_TEXT, Unreadable, parse
from fibregate.suppliers.network.footprint.model import IGNORED, UPRN_HIGHEST, Bad
from fibregate.suppliers.network.inventory.model import COLUMNS, NEEDED, Entry

MOST: Final = 500_000
"""Lines of one file."""

_BOM: Final = b"\xef\xbb\xbf"
_NEWLINE: Final = ord("\n")
_WORD: Final = re.compile(r"[!-~]{1,50}")
_NAMED: Final = re.compile(r"([A-Z][A-Z0-9_]{0,49})=([^;=]{1,255})")
_LONGEST_ID: Final = 2**53 - 1

Read = Callable[[str], Any]
"""The value of a cell; raises ValueError with what is accepted."""


class Lines:
    """The lines of one file. Reads the header at once and raises `Invalid` where it cannot be used."""

    def __init__(self, file: IO[bytes], *, refuse: Callable[[int], str | None]) -> None:
        self._file = file
        self._readers = _readers(refuse)
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
        while raw := self._file.readline(LONGEST_LINE):
            number += 1
            if number > MOST:
                raise Invalid(f"the file has more than {MOST:,} lines; divide it")
            if len(raw) == LONGEST_LINE and raw[-1] != _NEWLINE:
                raise Invalid(f"line {number}: longer than {LONGEST_LINE} bytes")
            if raw.strip():
                yield self._entry(number, raw)

    def _entry(self, number: int, raw: bytes) -> Entry | Bad:
        text = raw.decode(errors="replace").rstrip("\r\n")
        try:
            cells = parse(raw)
        except Unreadable as error:
            return Bad(number, str(error), text)
        if len(cells) != len(self.names):
            return Bad(number, f"has {len(cells)} columns; the first line names {len(self.names)}", text)
        said = {name: cell.strip() for name, cell in zip(self.names, cells, strict=True) if name in COLUMNS}
        found, faults = self._values(said)
        if faults:
            return Bad(number, "; ".join(faults), text)
        return Entry(line=number, text=text, **found)

    def _values(self, said: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
        found: dict[str, Any] = {}
        faults: list[str] = []
        for name, read in self._readers.items():
            cell = said.get(name, "")
            try:
                found[name] = read(cell) if cell or name in {*NEEDED, "characteristics"} else None
            except ValueError as error:
                faults.append(f"{name}: {error}")
        return found, faults


def _readers(refuse: Callable[[int], str | None]) -> dict[str, Read]:
    def uprn(cell: str) -> int:
        found = _number(1, UPRN_HIGHEST)(cell)
        if reason := refuse(found):
            raise ValueError(reason)
        return found

    vlan = _number(2, 4094)
    return {
        "service_id": _word,
        "tenant": _word,
        "uprn": uprn,
        "ont_reference": _word,
        "port": _number(1, 16),
        "inner_vlan": vlan,
        "since": _day,
        "line_profile": _word,
        "characteristics": _named,
        "outer_vlan": vlan,
        "enni": _word,
        "order_id": _number(1, _LONGEST_ID),
        "line_id": _word,
        "serial_number": _word,
        "manufacturer": _text,
        "ports": _number(1, 16),
        "floor": _text,
        "room": _text,
        "position": _text,
    }


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(cell: str) -> int:
        if not (cell.isascii() and cell.isdigit() and len(cell) <= 20 and low <= int(cell) <= high):  # noqa: PLR2004 - leading zeros
            raise ValueError(f"{cell[:30]!r}; a number from {low} to {high} is accepted")
        return int(cell)

    return read


def _word(cell: str) -> str:
    if not _WORD.fullmatch(cell):
        raise ValueError(f"{cell[:60]!r}; 1 to 50 printable characters without a space are accepted")
    return cell


def _text(cell: str) -> str:
    if len(cell) > LONGEST_TEXT:
        raise ValueError(f"has {len(cell)} characters; at most {LONGEST_TEXT} are accepted")
    return cell


def _day(cell: str) -> Any:
    try:
        return uk_instant(date.fromisoformat(cell), time(0))
    except ValueError:
        raise ValueError(f"{cell[:30]!r} is no date; write it as 2023-07-16") from None


def _named(cell: str) -> Sequence[Mapping[str, str]]:
    found: list[dict[str, str]] = []
    for part in filter(None, (one.strip() for one in cell.split(";"))):
        pair = _NAMED.fullmatch(part)
        if pair is None:
            raise ValueError(f"{part[:60]!r}; NAME=VALUE;NAME=VALUE is accepted")
        found.append({"name": pair[1], "value": pair[2].strip()})
    return found
