"""`api.md` and one page a door, from the same OpenAPI documents that are served."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from docs_gen.doors import doors
from docs_gen.markdown import code, heading, slug, table
from fibregate.web import openapi

Json = dict[str, Any]
_SHORT: Final = 30
_PLAIN: Final = "1 to 255 printable ASCII characters"


def documents() -> dict[str, Json]:
    """By the name of the door, as JSON has it."""
    return {door.dialect.name: orjson.loads(orjson.dumps(openapi.document(door))) for door in doors()}


def index() -> str:
    """All operations of all doors."""
    top = heading(
        "API",
        "the routes in `src/fibregate/doors`",
        "A running gateway serves each door's OpenAPI 3.1 document at `/openapi/<door>.json` and a page that needs no "
        "network at `/docs`. `/health/live` and `/health/ready` need no token; `/metrics` is for Prometheus.",
    )
    rows = [
        [
            code(f"{verb} {path}"),
            f"[{operation['summary']}](api/{name}.md#{slug(_title(verb, path))})",
            scope(operation),
        ]
        for name, document in documents().items()
        for verb, path, operation in operations(document)
    ]
    return f"{top}\n{table(['operation', 'what it does', 'scope'], rows)}"


def by_door() -> dict[str, str]:
    """One page a door."""
    return {name: _page(name, document) for name, document in documents().items()}


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Method, path and operation."""
    for path, methods in document["paths"].items():
        for verb, operation in methods.items():
            yield verb.upper(), path, operation


def scope(operation: Json) -> str:
    """What a token needs."""
    return code(operation["x-scope"]) if "x-scope" in operation else "none, public"


def _title(verb: str, path: str) -> str:
    return f"{verb} {path}"


def _page(name: str, document: Json) -> str:
    info = document["info"]
    top = heading(
        info["title"],
        f"the routes in `src/fibregate/doors/{name}`" if name != "keys" else "`src/fibregate/doors/identity/keys.py`",
        f"{info['description']} The same as `/openapi/{name}.json`, for reading.",
    )
    parts = [_operation(*one) for one in operations(document)]
    shapes = [_shape(title, schema) for title, schema in document["components"]["schemas"].items()]
    return "\n".join([top, *parts, "## Objects\n", *shapes])


def _operation(verb: str, path: str, operation: Json) -> str:
    parts = [f"## {_title(verb, path)}\n", f"{operation['summary']}. Scope: {scope(operation)}.\n"]
    if "description" in operation:
        parts.append(f"{operation['description']}\n")
    parameters = operation.get("parameters", [])
    if parameters:
        parts.append(table(["parameter", "in", "required", "accepted"], [_parameter(one) for one in parameters]))
    if "requestBody" in operation:
        parts.append(_body(operation["requestBody"]))
    responses = operation["responses"]
    answers = [[code(status), _answer(one)] for status, one in responses.items() if "$ref" not in one]
    refusals = ", ".join(code(status) for status, one in responses.items() if "$ref" in one)
    parts.append(table(["status", "answer"], [*answers, [refusals, "refused: see [errors](../errors.md)"]]))
    return "\n".join(parts)


def _parameter(one: Json) -> list[str]:
    schema = one.get("schema") or one["content"]["application/json"]["schema"]
    told = one.get("description", "")
    accepted = _PLAIN if one["in"] == "header" else _kind(schema) + (", as JSON" if "content" in one else "")
    return [code(one["name"]), one["in"], "yes" if one["required"] else "", f"{accepted}. {told}" if told else accepted]


def _body(body: Json) -> str:
    parts: list[str] = []
    for media, content in body["content"].items():
        parts.append(f"Body: `{media}`, {_kind(content['schema'])}\n")
        parts += [_example(one["value"]) for one in content.get("examples", {}).values()]
    return "\n".join(parts)


def _answer(answer: Json) -> str:
    kinds = [_kind(content["schema"]) for content in answer.get("content", {}).values()]
    return ", ".join([answer["description"], *kinds])


def _example(value: object) -> str:
    return f"```json\n{orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()}\n```\n"


def _shape(title: str, schema: Json) -> str:
    told = " ".join(schema.get("description", "").split())
    parts = [f"### {title}\n", f"{told}\n"] if told else [f"### {title}\n"]
    if "enum" in schema:
        parts.append(f"{', '.join(code(one) for one in schema['enum'])}\n")
    required = set(schema.get("required", ()))
    rows = [
        [code(name), "yes" if name in required else "", _field(one)]
        for name, one in schema.get("properties", {}).items()
    ]
    if rows:
        parts.append(table(["field", "required", "accepted"], rows))
    return "\n".join(parts)


def _field(schema: Json) -> str:
    told = schema.get("description")
    return f"{_kind(schema)}. {told}" if told else _kind(schema)


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f"[{name}](#{slug(name)})"
    for many in ("anyOf", "oneOf"):
        if many in schema:
            return " or ".join(_kind(one) for one in schema[many] if one.get("type") != "null")
    if "enum" in schema:
        return "one of " + ", ".join(code(one) for one in schema["enum"])
    if "const" in schema:
        return code(schema["const"])
    if schema.get("type") == "array":
        return f"array of {_kind(schema.get('items', {}))}"
    return _scalar(schema)


def _scalar(schema: Mapping[str, Any]) -> str:
    kind = str(schema.get("format") or schema.get("type") or "any JSON")
    pattern = str(schema.get("pattern", ""))
    if pattern and len(pattern) < _SHORT:
        return f"{kind} matching `{pattern}`"
    low, high = (schema.get(one) for one in ("minimum", "maximum"))
    if low is not None or high is not None:
        return f"{kind} {_between(low, high)}"
    low, high = (schema.get(one) for one in ("minLength", "maxLength"))
    return f"{kind}, {_between(low, high)} characters" if high is not None else kind


def _between(low: object, high: object) -> str:
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"
