"""The base of the models that go over the wire."""

from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

_EXACT: Final = frozenset({"int", "float", "bool", "str", "date", "datetime", "time", "timedelta", "decimal"})


def _make_scalars_strict(node: object) -> None:
    """Turns strictness on for the scalars of a core schema, in place.

    Strictness of the whole model would also refuse the members of enums and uuids, which come as text. Pydantic's own
    dates then take no text at all: what comes in uses the types of `fields`.
    """
    if isinstance(node, list):
        for part in cast("list[object]", node):
            _make_scalars_strict(part)
    elif isinstance(node, dict):
        found = cast("dict[str, Any]", node)
        kind = found.get("type")  # in the mapping of fields, one may be called so
        if isinstance(kind, str) and kind in _EXACT:
            found["strict"] = True
        for part in found.values():
            _make_scalars_strict(part)


class Wire(BaseModel):
    """A model of a request or an answer: strict about JSON types, frozen, camelCase outside.

    Unknown fields are ignored at every depth: dialects grow additively, and a caller who sends a newer one's field to
    an older gateway is served, not refused. They still count for the fingerprint, and the raw body keeps them.
    Pydantic's own date types take no text here; use those of `fields`.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        _make_scalars_strict(schema)
        return schema
