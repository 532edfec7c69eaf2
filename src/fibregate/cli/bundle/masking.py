"""Masking by a list of what may be shown: a value that no shape names is hidden, and counted."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, cast
from urllib.parse import urlsplit
from uuid import UUID

from fibregate.kcis.delivery.model import scrubbed

HIDDEN: Final = "***"


class Show(Enum):
    """How a value is shown."""

    PLAIN = "as it is, if it is a number, a time, or a code or id without spaces"
    WORDS = "the gateway's own words, without what looks like an address, a telephone number or a secret"
    PLACE = "scheme, host and port of a URL"
    ACTOR = "a client's id; of an operator only that it was one"


Shape = Mapping[str, "Shape | Show"]

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:/+=-]{0,200}")
_TELEPHONE: Final = re.compile(r"(?:\+|00?)[1-9][0-9().-]{7,}")
_OPERATOR: Final = ("cli:", "operator:")


@dataclass
class Masker:
    """Masks documents of one bundle. `hidden` counts what was hidden, by file and field."""

    hidden: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def document(self, file: str, rows: list[Mapping[str, Any]], shape: Shape) -> list[dict[str, Any]]:
        """Each row with only what the shape names."""
        return [self._mapping(file, "", row, shape) for row in rows]

    def _mapping(self, file: str, path: str, row: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
        return {
            name: self._value(file, f"{path}.{name}" if path else name, value, shape.get(name))
            for name, value in row.items()
        }

    def _value(self, file: str, path: str, value: Any, how: "Shape | Show | None") -> Any:
        if value is None or value in ("", [], {}):
            return value
        if isinstance(value, list):
            return [self._value(file, path, one, how) for one in cast("list[Any]", value)]
        if isinstance(how, Mapping) and isinstance(value, Mapping):
            return self._mapping(file, path, cast("Mapping[str, Any]", value), how)
        shown = _shown(value, how) if isinstance(how, Show) else None
        if shown is None:
            self.hidden[file, path] += 1
            return HIDDEN
        return shown


def _shown(value: Any, how: Show) -> Any:
    """None where it may not be shown so."""
    match how:
        case Show.PLAIN:
            return _plain(value)
        case Show.WORDS:
            return scrubbed(str(value).encode()) if isinstance(value, str) else _plain(value)
        case Show.PLACE:
            parts = urlsplit(str(value))
            return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}/{HIDDEN}"
        case Show.ACTOR:
            kind = next((one for one in _OPERATOR if str(value).startswith(one)), None)
            return f"{kind}{HIDDEN}" if kind else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if not isinstance(value, str) or not _PLAIN.fullmatch(value) or _TELEPHONE.fullmatch(value):
        return None
    return value
