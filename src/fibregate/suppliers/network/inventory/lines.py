"""A services file read line by line: each line becomes an `Entry`, or a `Bad` with all that is wrong in it."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from typing import IO, Any, Final

from fibregate.calendars import uk_instant
from fibregate.suppliers.network.footprint.model import UPRN_HIGHEST, Bad
from fibregate.suppliers.network.inventory.model import COLUMNS, NEEDED, Entry
from fibregate.suppliers.network.sheets import LONGEST_TEXT, Sheet, number

MOST: Final = 500_000
"""Lines of one file."""

_WORD: Final = re.compile(r"[!-~]{1,50}")
_NAMED: Final = re.compile(r"([A-Z][A-Z0-9_]{0,49})=([^;=]{1,255})")
_LONGEST_ID: Final = 2**53 - 1

Read = Callable[[str], Any]
"""The value of a cell; raises ValueError with what is accepted."""


def lines(file: IO[bytes], *, refuse: Callable[[int], str | None]) -> Sheet[Entry]:
    """Those of one file. Raises `Invalid` where its header cannot be used."""
    readers = _readers(refuse)

    def read(place: int, text: str, said: Mapping[str, str]) -> Entry | Bad:
        found, faults = _values(readers, said)
        return Bad(place, "; ".join(faults), text) if faults else Entry(line=place, text=text, **found)

    return Sheet(file, columns=COLUMNS, needed=NEEDED, most=MOST, read=read)


def _values(readers: Mapping[str, Read], said: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    found: dict[str, Any] = {}
    faults: list[str] = []
    for name, read in readers.items():
        cell = said.get(name, "")
        try:
            found[name] = read(cell) if cell or name in {*NEEDED, "characteristics"} else None
        except ValueError as error:
            faults.append(f"{name}: {error}")
    return found, faults


def _readers(refuse: Callable[[int], str | None]) -> dict[str, Read]:
    def uprn(cell: str) -> int:
        found = number(1, UPRN_HIGHEST)(cell)
        if reason := refuse(found):
            raise ValueError(reason)
        return found

    vlan = number(2, 4094)
    return {
        "service_id": _word,
        "tenant": _word,
        "uprn": uprn,
        "ont_reference": _word,
        "port": number(1, 16),
        "inner_vlan": vlan,
        "since": _day,
        "line_profile": _word,
        "characteristics": _named,
        "outer_vlan": vlan,
        "enni": _word,
        "order_id": number(1, _LONGEST_ID),
        "line_id": _word,
        "serial_number": _word,
        "manufacturer": _text,
        "ports": number(1, 16),
        "floor": _text,
        "room": _text,
        "position": _text,
    }


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
