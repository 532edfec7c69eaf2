"""Searching log files for the lines of one order or one error. A file is read line by line, however long it is."""

import gzip
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import orjson

MOST_LINES: Final = 5_000
LONGEST_LINE: Final = 256 * 1024
_IDS: Final = ("request_id", "conversation_id")


@dataclass
class Search:
    """What was found. `read` counts lines, `unread` those that are no JSON object."""

    lines: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    read: int = 0
    unread: int = 0
    cut_off: bool = False

    @property
    def ids(self) -> set[str]:
        """Request and conversation ids of what was found."""
        return {str(line[name]) for line in self.lines for name in _IDS if line.get(name)}


def search(files: Iterable[Path], wanted: Iterable[str], *, tenants: Collection[object] = ()) -> Search:
    """Lines in which one of these stands as a whole value; with `tenants`, those of others are left out."""
    found, needles = Search(), {one for one in wanted if one}
    for raw in (raw for file in files for raw in _lines(file)):
        found.read += 1
        if not any(one.encode() in raw for one in needles):
            continue
        line = _parsed(raw)
        if line is None:
            found.unread += 1
        elif needles.isdisjoint(_values(line)) or _is_anothers(line, tenants):
            continue
        elif len(found.lines) >= MOST_LINES:
            found.cut_off = True
        else:
            found.lines.append(line)
    return found


def _is_anothers(line: dict[str, Any], tenants: Collection[object]) -> bool:
    return bool(tenants) and line.get("tenant") is not None and line["tenant"] not in tenants


def _lines(file: Path) -> Iterator[bytes]:
    """Whole lines up to a length; of longer ones the start."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
        while raw := opened.readline(LONGEST_LINE):
            yield raw


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        line = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, Any]", line) if isinstance(line, dict) else None


def _values(line: dict[str, Any]) -> set[str]:
    return {value for value in line.values() if isinstance(value, str)}
