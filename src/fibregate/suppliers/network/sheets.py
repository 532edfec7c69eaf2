"""CSV files that operators bring, read line by line, with everything that is wrong in one said at once."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Final, Generic, TypeVar

from fibregate.errors import Invalid
from fibregate.suppliers.network.footprint.model import IGNORED, Bad

LONGEST_LINE: Final = 16 * 1024
LONGEST_TEXT: Final = 100
NEWLINE: Final = ord("\n")
_BOM: Final = b"\xef\xbb\xbf"
_UTF_16: Final = frozenset({b"\xff\xfe", b"\xfe\xff"})
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")

Entry = TypeVar("Entry")


class Unreadable(Exception):
    """The line is no line of CSV in UTF-8."""


class Sheet(Generic[Entry]):
    """The lines of one file. Reads the header at once and raises `Invalid` where it cannot be used.

    `read` makes of a line's number, its text and its cells by column what they say, or what is wrong with them.
    """

    def __init__(
        self,
        file: IO[bytes],
        *,
        columns: Mapping[str, str],
        needed: Sequence[str],
        most: int,
        read: Callable[[int, str, Mapping[str, str]], Entry | Bad],
    ) -> None:
        self._file, self._columns, self._most, self._read = file, columns, most, read
        self.names, faults = header(file.readline(LONGEST_LINE), columns=columns, needed=needed)
        if faults:
            raise Invalid([f"line 1: {one}" for one in faults])

    def entries(self) -> Iterator[Entry | Bad]:
        """One for each line that is not blank, in order. Raises `Invalid` for a file of too many."""
        number = 1
        while raw := self._file.readline(LONGEST_LINE):
            number += 1
            if number > self._most:
                raise Invalid(f"the file has more than {self._most:,} lines; divide it")
            if len(raw) == LONGEST_LINE and raw[-1] != NEWLINE:
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
        said = {name: cell.strip() for name, cell in zip(self.names, cells, strict=True) if name in self._columns}
        return self._read(number, text, said)


def header(raw: bytes, *, columns: Mapping[str, str], needed: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns that a file's first line names, and what is wrong. Raises `Invalid` where it cannot be read."""
    if raw[:2] in _UTF_16:
        raise Invalid("the file is UTF-16; save it as CSV in UTF-8")
    try:
        names = [name.strip().lower() for name in parse(raw.removeprefix(_BOM))]
    except Unreadable as error:
        raise Invalid(f"line 1: {error}") from error
    if not names:
        return names, ["the file is empty; its first line must name the columns"]
    unknown = [name for name in names if name not in columns and name not in IGNORED]
    faults = [f"column {name!r} is not known; known are {', '.join(columns)}" for name in unknown]
    faults += [f"column {name!r} stands there twice" for name in sorted({n for n in names if names.count(n) > 1})]
    faults += [f"column {name!r} is missing" for name in needed if name not in names]
    return names, faults


def parse(raw: bytes) -> list[str]:
    """The cells of one line. Raises `Unreadable`, in words."""
    try:
        text = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise Unreadable(f"byte {error.start + 1} is not UTF-8; save the file as CSV in UTF-8") from error
    if wrong := _CONTROL.search(text):
        name = "NUL" if wrong[0] == "\0" else f"control character {ord(wrong[0]):#04x}"
        raise Unreadable(f"{name} at character {wrong.start() + 1}")
    try:
        return next(csv.reader((text,), strict=True), None) or []
    except csv.Error as error:
        raise Unreadable(f'quotes are wrong ({error}); write "…" round a cell and "" for a quote in it') from error


def number(low: int, high: int) -> Callable[[str], int]:
    """Reads a whole number between these; leading zeros do not count."""

    def read(cell: str) -> int:
        if not (cell.isascii() and cell.isdigit() and len(cell) <= 20 and low <= int(cell) <= high):  # noqa: PLR2004 - leading zeros
            raise ValueError(f"{cell[:30]!r}; a number from {low} to {high} is accepted")
        return int(cell)

    return read
