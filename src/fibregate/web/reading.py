"""Everything that a route takes from a request, compiled once from its declaration; every fault is gathered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, cast

from pydantic import BaseModel, ValidationError

from fibregate.errors import Malformed
from fibregate.web import json_reader, query
from fibregate.web.dialect import Dialect
from fibregate.web.faults import Faults, Part, Unread
from fibregate.web.fields import MAX_ID
from fibregate.web.head import Head, Wanted
from fibregate.web.route import Route
from fibregate.web.variants import OneOf

_SEGMENT: Final = re.compile(r"\{(\w+)(:int)?\}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,15}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class PathParameter:
    """`{id:int}` is a number, `{id}` is text; `position` counts the segments below the root."""

    name: str
    position: int
    number: bool


def path_parameters(path: str) -> tuple[PathParameter, ...]:
    """The parameters of a whole path template."""
    found = ((position, _SEGMENT.fullmatch(part)) for position, part in enumerate(path.split("/")))
    return tuple(PathParameter(one[1], position, bool(one[2])) for position, one in found if one)


class Model:
    """A model with its compiled validator and what is said about its fields."""

    __slots__ = ("_validate", "part", "plan")

    def __init__(self, model: type[BaseModel], where: Literal["query", "body"]) -> None:
        self._validate = model.__pydantic_validator__.validate_python
        self.part = Part(where, model.model_json_schema())
        self.plan = query.plan(model)
        _refuse_unbounded_arrays(model, self.part.schema)

    @classmethod
    @cache
    def of(cls, model: type[BaseModel], where: Literal["query", "body"]) -> "Model":
        """One for all that read it: what is said about its fields takes longer to compile than all else of a door."""
        return cls(model, where)

    def read(self, value: object) -> Any:
        """The model, by its wire names only; raises pydantic's `ValidationError`."""
        return self._validate(value, by_alias=True, by_name=False)


class Body:
    """The model of a route's body, or the one of several that a body says it is."""

    __slots__ = ("_absent", "_common", "_field", "_shapes")

    def __init__(self, declared: type[BaseModel] | OneOf[Any]) -> None:
        if isinstance(declared, OneOf):
            known = {model: Model.of(model, "body") for model in declared.models}
            self._field, self._absent = declared.field, declared.absent
            self._shapes = {value: known[model] for value, model in declared.shapes.items()}
            self._common = Model.of(declared.common, "body")
        else:
            self._field, self._absent = "", None
            self._shapes, self._common = {}, Model.of(declared, "body")

    def of(self, value: object) -> Model:
        """What this value is to be read by."""
        said = value.get(self._field, self._absent) if isinstance(value, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - JSON
        return self._shapes.get(said, self._common) if isinstance(said, str) else self._common


@dataclass(slots=True)
class Inputs:
    """What was read of one request; `fingerprint` is of a JSON body."""

    path: Mapping[str, Any]
    query: Any
    body: Any
    fingerprint: bytes | None


class Reading:
    """How one route reads a request."""

    __slots__ = ("_body", "_body_required", "_media", "_missing", "_path", "_query", "wanted")

    def __init__(self, route: Route[Any, Any, Any], dialect: Dialect, path: str) -> None:
        self.wanted = Wanted.by(dialect, route.headers)
        self._path = path_parameters(path)
        self._query = Model.of(route.query, "query") if route.query else None
        self._body = Body(route.body) if route.body else None
        self._media = route.media
        self._body_required = route.body_required
        self._missing: Literal[400, 422] = dialect.missing_body_field

    def inputs(self, head: Head, segments: Sequence[str], query_string: bytes, raw: bytes) -> Inputs:
        """Raises `Unread` with every fault of headers, path, query and body."""
        faults = Faults()
        head.check(self.wanted, faults)
        path = self._path_of(segments, faults) if self._path else {}
        asked = self._query_of(query_string, faults)
        body, fingerprint = self._body_of(head, raw, faults)
        if faults.messages:
            raise Unread(faults)
        return Inputs(path, asked, body, fingerprint)

    def _path_of(self, segments: Sequence[str], faults: Faults) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self._path:
            text = segments[one.position]
            if one.number and (not _NUMBER.fullmatch(text) or int(text) > MAX_ID):
                faults.malformed(f"{one.name}: accepted in the path is an integer 1 to {MAX_ID}")
            elif _CONTROL.search(text):
                faults.malformed(f"{one.name}: accepted in the path is text without control characters")
            else:
                found[one.name] = int(text) if one.number else text
        return found

    def _query_of(self, raw: bytes, faults: Faults) -> Any:
        if self._query is None:
            return None
        given = query.values(raw, self._query.plan, faults, "query")
        if given is None:
            return None
        try:
            return self._query.read(given.values)
        except ValidationError as wrong:
            faults.add(wrong, self._query.part, missing=400, known=given.spoilt)

    def _body_of(self, head: Head, raw: bytes, faults: Faults) -> tuple[Any, bytes | None]:
        encoding = head.found.get(b"content-encoding", b"identity")
        if raw and encoding.lower() != b"identity":
            faults.malformed("Content-Encoding: accepted is identity, an uncompressed body")
            return None, None
        if self._media == "json":
            return self._json_of(raw, faults)
        return (self._form_of(raw, faults) if self._media == "form" else None), None

    def _json_of(self, raw: bytes, faults: Faults) -> tuple[Any, bytes | None]:
        if self._body is None:
            return None, None
        if not raw:
            if self._body_required:
                faults.malformed("body: is required; accepted is a JSON object")
            return None, None
        try:
            value = json_reader.read(raw)
        except Malformed as broken:
            faults.malformed(*(f"body: {message}" for message in broken.messages))
            return None, None
        faults.body = _object(value)
        model = self._body.of(value)
        try:
            return model.read(value), json_reader.fingerprint(value)
        except ValidationError as wrong:
            faults.add(wrong, model.part, missing=self._missing)
            return None, None

    def _form_of(self, raw: bytes, faults: Faults) -> Any:
        if self._body is None:
            return None
        model = self._body.of(None)
        given = query.values(raw, model.plan, faults, "body")
        if given is None:
            return None
        try:
            return model.read(given.values)
        except ValidationError as wrong:
            faults.add(wrong, model.part, missing=self._missing, known=given.spoilt)


def _object(value: object) -> Mapping[str, Any] | None:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _refuse_unbounded_arrays(model: type[BaseModel], node: object) -> None:
    """A list without `max_length` would let one body raise a fault for each of 80,000 members."""
    if isinstance(node, dict):
        found = cast("dict[str, object]", node)
        if found.get("type") == "array" and "maxItems" not in found:
            raise TypeError(f"{model.__name__}: give every list that is read from a request a max_length")
        for part in found.values():
            _refuse_unbounded_arrays(model, part)
    elif isinstance(node, list):
        for part in cast("list[object]", node):
            _refuse_unbounded_arrays(model, part)
