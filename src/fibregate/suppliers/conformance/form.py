"""What holds of every answer, whatever was asked: judged when all has been heard."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, cast
from uuid import UUID

from fibregate.suppliers.conformance import clauses
from fibregate.suppliers.conformance.model import Clause
from fibregate.suppliers.conformance.wire import Heard
from fibregate.web import fields

SLOW_SECONDS: Final = 5.0
_BODILESS: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE})
_CODES: Final[Mapping[int, str]] = {
    HTTPStatus.BAD_REQUEST: "MALFORMED_REQUEST",
    HTTPStatus.UNAUTHORIZED: "NOT_AUTHORISED",
    HTTPStatus.FORBIDDEN: "NOT_AUTHORISED",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.METHOD_NOT_ALLOWED: "MALFORMED_REQUEST",
    HTTPStatus.CONFLICT: "INVALID_REQUEST",
    HTTPStatus.UNPROCESSABLE_ENTITY: "INVALID_REQUEST",
}
_GOOD, _MOVED, _FAULT = 2, 3, 5
_TIME: Final = re.compile(r"(?:DateTime|Date|On)$")


def _is_good(one: Heard) -> bool:
    return one.answered.status // 100 == _GOOD


def error_object(one: Heard) -> str | None:
    if _is_good(one) or one.answered.status // 100 == _MOVED:
        return None
    if one.answered.status in _BODILESS and not one.answered.excerpt.strip():
        return None
    found = _object(one)
    missing = [name for name, holds in _MEMBERS.items() if not holds(found.get(name))]
    return f"without {', '.join(missing)}" if missing else None


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def _is_words(value: object) -> bool:
    told = cast("list[object]", value) if isinstance(value, list) else []
    return bool(told) and all(isinstance(one, str) and one.strip() for one in told)


_MEMBERS: Final[Mapping[str, Callable[[object], bool]]] = {
    "uuid": _is_uuid,
    "code": lambda value: isinstance(value, str) and bool(value),
    "messages": _is_words,
}


def codes(one: Heard) -> str | None:
    wanted, code = _CODES.get(one.answered.status), _object(one).get("code")
    return f"with the code {code}, and {wanted} is its own" if wanted and code not in {None, wanted} else None


def json(one: Heard) -> str | None:
    if not one.answered.excerpt or one.answered.status // 100 == _MOVED:
        return None
    if not isinstance(one.body(), dict):
        return "with what is not one JSON object in UTF-8"
    media = one.answered.headers.get("content-type", "")
    return None if media.partition(";")[0].strip().lower() == "application/json" else f"as {media or 'nothing'}"


def instants(one: Heard) -> str | None:
    wrong = [f"{name}: {value!r}" for name, value in _times(one.body()) if not _is_time(value)]
    return f"with {', '.join(wrong[:3])}" if wrong else None


def _times(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from _times(inner, key)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _times(inner)
    elif isinstance(value, str) and _TIME.search(name):
        yield name, value


def _is_time(text: str) -> bool:
    try:
        if "T" in text:
            fields.Instant.read(text)
        else:
            fields.day(text)
    except ValueError:
        return False
    return True


def no_redirects(one: Heard) -> str | None:
    return "a redirect" if one.answered.status // 100 == _MOVED else None


def no_faults(one: Heard) -> str | None:
    is_fault = one.answered.status // 100 == _FAULT and one.answered.status != HTTPStatus.NOT_IMPLEMENTED
    return "a fault of its own" if is_fault else None


def in_time(one: Heard) -> str | None:
    seconds = one.answered.timings.total_ms / 1000
    return f"after {seconds:.1f} s" if seconds > SLOW_SECONDS else None


def _object(one: Heard) -> dict[str, Any]:
    found = one.body()
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


Judge = Callable[[Heard], str | None]
JUDGES: Final[Sequence[tuple[Clause, Judge]]] = (
    (clauses.ERROR_OBJECT, error_object),
    (clauses.CODES, codes),
    (clauses.JSON, json),
    (clauses.INSTANTS, instants),
    (clauses.NO_REDIRECTS, no_redirects),
    (clauses.NO_FAULTS, no_faults),
    (clauses.IN_TIME, in_time),
)
