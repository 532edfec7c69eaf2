"""Query strings and urlencoded forms, read strictly and by a plan made once for each model.

The plan tells how a text becomes a value for the model: objects are JSON, encoded, half-encoded
(`address=%7B"id":"1","type":"UPRN"%7D`) or bare; lists come by repeated name or with commas.
"""

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Union, cast, get_args, get_origin
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel

from fibregate.errors import Malformed
from fibregate.web import json_reader
from fibregate.web.faults import Faults

MAX_PARAMETERS: Final = 100
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_INTEGER: Final = re.compile(r"-?[0-9]{1,20}")

Reader = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """How one parameter is read: `json` texts hold objects, `many` come as a list."""

    name: str
    read: Reader
    many: bool
    json: bool


Plan = Mapping[str, Parameter]


def plan(model: type[BaseModel]) -> Plan:
    """The parameters of a model by their wire names."""
    found: dict[str, Parameter] = {}
    for name, field in model.model_fields.items():
        wire = field.validation_alias if isinstance(field.validation_alias, str) else field.alias or name
        found[wire] = _parameter(wire, field.annotation)
    return found


def pairs(raw: bytes, where: str) -> list[tuple[str, str]]:
    """Names and values in order; raises `Malformed` for a broken escape, bad UTF-8 or NUL. `where` names the source."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(f"{where}: not valid UTF-8") from None
    if text.count("&") >= MAX_PARAMETERS:
        raise Malformed(f"{where}: more than {MAX_PARAMETERS} parameters")
    found: list[tuple[str, str]] = []
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            found.append((decoded(name.replace("+", " "), where), decoded(value.replace("+", " "), where)))
    return found


def decoded(text: str, where: str) -> str:
    """Percent escapes read strictly."""
    if "%" not in text:
        plain = text
    elif _BROKEN_ESCAPE.search(text):
        raise Malformed(f"{where}: a % must be followed by two hexadecimal digits; write %25 for the sign itself")
    else:
        try:
            plain = unquote_to_bytes(text).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed(f"{where}: escapes that are not valid UTF-8") from None
    if "\0" in plain:
        raise Malformed(f"{where}: may not hold the NUL character")
    return plain


@dataclass(slots=True)
class Given:
    """What a model can be made from, and the names whose faults are told already."""

    values: dict[str, Any]
    spoilt: set[str]


def values(raw: bytes, how: Plan, faults: Faults, where: Literal["query", "body"]) -> Given | None:
    """Reads what the plan knows and leaves out the rest; adds faults. None when nothing can be read."""
    given = Given({}, set())
    if not raw:
        return given
    try:
        named = pairs(raw, where)
    except Malformed as broken:
        faults.malformed(*broken.messages)
        return None
    for name, text in named:
        parameter = how.get(name)
        if parameter is None:
            continue
        try:
            _put(given.values, parameter, text)
        except Malformed as broken:
            given.spoilt.add(name)
            faults.malformed(*(f"{name}: {message}" for message in broken.messages))
    return given


def _put(found: dict[str, Any], parameter: Parameter, text: str) -> None:
    if not parameter.many:
        if parameter.name in found:
            raise Malformed("given more than once; give it once")
        found[parameter.name] = parameter.read(text)
        return
    members: list[Any] = found.setdefault(parameter.name, [])
    if not parameter.json:
        members += [parameter.read(part) for part in text.split(",")]
        return
    value = parameter.read(text)
    members += cast("list[Any]", value) if isinstance(value, list) else [value]


def _parameter(wire: str, annotation: Any) -> Parameter:
    inner = _bare(annotation)
    many = get_origin(inner) in {list, tuple, set, frozenset}
    if many:
        inner = _bare(get_args(inner)[0])
    is_class = isinstance(inner, type)
    if is_class and issubclass(inner, BaseModel):
        return Parameter(wire, json_reader.read, many, json=True)
    if is_class and issubclass(inner, bool):
        return Parameter(wire, _boolean, many, json=False)
    if is_class and issubclass(inner, int):
        return Parameter(wire, _integer, many, json=False)
    return Parameter(wire, str, many, json=False)


def _bare(annotation: Any) -> Any:
    """The type without `Annotated` and without `| None`."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in {Union, types.UnionType}:
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation


def _integer(text: str) -> int | str:
    return int(text) if _INTEGER.fullmatch(text) else text


def _boolean(text: str) -> bool | str:
    return {"true": True, "false": False}.get(text, text)
