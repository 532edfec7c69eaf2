"""Every fault of one request, gathered, so that one answer names them all."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fibregate.errors import GatewayError, Invalid, Malformed
from fibregate.web import accepted
from fibregate.web.accepted import Schema

MAX_MESSAGES: Final = 50

_SAID: Final[Mapping[str, str]] = {
    "missing": "is required",
    "enum": "is not one of the accepted values",
    "literal_error": "is not one of the accepted values",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "is not written as it must be",
    "too_short": "has too few members",
    "too_long": "has too many members",
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "less_than": "is too large",
    "less_than_equal": "is too large",
    "uuid_parsing": "is not a UUID",
}
_OWN_WORDS: Final = frozenset({"text_type", "text_parsing", "value_error", "assertion_error"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a request that a model reads: `query` or `body`, and the model's JSON schema."""

    name: Literal["query", "body"]
    schema: Schema


class Faults:
    """Faults of both kinds; `malformed` ones make the answer 400.

    `body` is the JSON object as far as it could be read, `spoilt` the names in it that have a fault already.
    """

    __slots__ = ("_malformed", "body", "messages", "spoilt")

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.body: Mapping[str, Any] | None = None
        self.spoilt: set[str] = set()
        self._malformed = False

    def malformed(self, *messages: str) -> None:
        self.messages += messages
        self._malformed = True

    def invalid(self, *messages: str) -> None:
        self.messages += messages

    def add(
        self, found: ValidationError, part: Part, *, missing: Literal[400, 422], known: Collection[int | str] = ()
    ) -> None:
        """The faults that pydantic found; `missing` is the kind of an absent field, `known` are named already."""
        for fault in _without_other_shapes(found.errors(include_url=False), part.schema):
            if fault["loc"] and fault["loc"][0] in known:
                continue
            message = _message(fault, part)
            if part.name == "body" and fault["loc"]:
                self.spoilt.add(str(fault["loc"][0]))
            if _is_malformed(fault, missing):
                self.malformed(message)
            else:
                self.invalid(message)

    def error(self) -> GatewayError:
        shown = self.messages[:MAX_MESSAGES]
        if len(self.messages) > MAX_MESSAGES:
            shown.append(f"and {len(self.messages) - MAX_MESSAGES} more faults")
        return (Malformed if self._malformed else Invalid)(shown)


class Unread(Exception):
    """A request that has faults; it may have more than those that its models found."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        super().__init__()


def wire_path(location: Iterable[int | str]) -> str:
    """`serviceOrderItem.serviceCharacteristics[0].value`."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def _without_other_shapes(found: Iterable[ErrorDetails], schema: Schema) -> list[ErrorDetails]:
    """Placed by fields alone. That a field is not the text which it may be instead is no fault beside its own."""
    placed = [(fault, _placed(fault, accepted.fields(schema, fault["loc"]))) for fault in found]
    own = [after["loc"] for _, after in placed if after["type"] != "literal_error"]

    def is_other_shape(before: ErrorDetails, after: ErrorDetails) -> bool:
        place = after["loc"]
        is_choice = after["type"] == "literal_error" and len(place) < len(before["loc"])
        return is_choice and any(one[: len(place)] == place for one in own)

    return [after for before, after in placed if not is_other_shape(before, after)]


def _placed(fault: ErrorDetails, place: tuple[int | str, ...]) -> ErrorDetails:
    moved = fault.copy()
    moved["loc"] = place
    return moved


def _is_malformed(fault: ErrorDetails, missing: Literal[400, 422]) -> bool:
    kind = fault["type"]
    if kind == "missing":
        return missing == 400  # noqa: PLR2004 - the status itself
    if kind in {"enum", "literal_error"}:
        return not isinstance(fault["input"], str | Enum)
    return kind.endswith("_type")


def _message(fault: ErrorDetails, part: Part) -> str:
    kind, path = fault["type"], wire_path(fault["loc"]) or part.name
    if kind in _OWN_WORDS:
        return f"{path}: {fault['msg'].removeprefix('Value error, ').removeprefix('Assertion failed, ')}"
    said = _SAID.get(kind) or ("has the wrong type" if kind.endswith("_type") else "")
    wanted = accepted.at(part.schema, fault["loc"])
    if said and wanted:
        return f"{path}: {said}; accepted is {wanted}"
    return f"{path}: {said or fault['msg']}"
