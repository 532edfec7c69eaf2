"""What a field accepts, in words made from its JSON schema."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]
_ANYTHING: Final[Schema] = {}


def at(root: Schema, location: Iterable[int | str]) -> str:
    """What is accepted at a place in the value; empty when the schema says nothing of it."""
    node = _resolved(root, root)
    for step in location:
        inner: Schema | None = node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step)
        if not inner:
            return ""
        node = _resolved(inner, root)
    return _words(node)


def fields(root: Schema, location: Iterable[int | str]) -> tuple[int | str, ...]:
    """The way to a place by fields alone: where a field has several shapes, pydantic names the shape too."""
    kept: list[int | str] = []
    node: Schema = root
    for step in location:
        several = _has_several_shapes(node)
        node = _resolved(node, root)
        if several:
            continue
        kept.append(step)
        inner: Schema | None = node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step)
        node = inner or _ANYTHING
    return tuple(kept)


def _has_several_shapes(node: Schema) -> bool:
    return sum(one.get("type") != "null" for one in node.get("anyOf", ())) > 1


def _resolved(node: Schema, root: Schema) -> Schema:
    """Follows references, and looks past `null`."""
    while "$ref" in node or "anyOf" in node:
        if "$ref" in node:
            name = str(node["$ref"]).rpartition("/")[2]
            definitions: Mapping[str, Schema] = root["$defs"]
            node = definitions[name]
        else:
            choices: list[Schema] = node["anyOf"]
            node = next((one for one in choices if one.get("type") != "null"), choices[0])
    return node


def _words(schema: Schema) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    phrase = _PHRASES.get(schema.get("type", ""))
    return phrase(schema) if phrase else ""


def _number(schema: Schema) -> str:
    word = "an integer" if schema["type"] == "integer" else "a number"
    return word + _bounds(schema.get("minimum"), schema.get("maximum"))


def _text(schema: Schema) -> str:
    if schema.get("format") in {"date", "date-time", "uuid", "uri"}:
        example = next(iter(schema.get("examples", ())), None)
        return f"a {schema['format']} as a string" + (f" such as {example}" if example else "")
    bounds = _bounds(schema.get("minLength"), schema.get("maxLength"))
    pattern = f" matching {schema['pattern']}" if "pattern" in schema else ""
    return f"a string{f' of{bounds} characters' if bounds else ''}{pattern}"


def _array(schema: Schema) -> str:
    bounds = _bounds(schema.get("minItems"), schema.get("maxItems"))
    return f"an array{f' of{bounds} members' if bounds else ''}"


def _object(_: Schema) -> str:
    return "an object"


def _boolean(_: Schema) -> str:
    return "true or false"


def _bounds(low: object, high: object) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f" at least {low}"
    return f" at most {high}" if low is None else f" {low} to {high}"


_PHRASES: Final[Mapping[str, Callable[[Schema], str]]] = {
    "integer": _number,
    "number": _number,
    "string": _text,
    "array": _array,
    "object": _object,
    "boolean": _boolean,
}
