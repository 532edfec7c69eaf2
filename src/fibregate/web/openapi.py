"""OpenAPI 3.1 documents, one a door, made from the declarations of its routes."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from fibregate import errors
from fibregate.web import query
from fibregate.web.dialect import PLAIN, Dialect, Refusal
from fibregate.web.door import Door
from fibregate.web.fields import MAX_ID
from fibregate.web.reading import path_parameters
from fibregate.web.replies import encoded
from fibregate.web.route import Route
from fibregate.web.variants import OneOf

Json = dict[str, Any]
Models = Mapping[Any, Json]  # by (model, mode)

_TEXT: Final[Json] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]{0,253}[!-~])?$"}
_TOLD: Final[Mapping[str, tuple[str, str]]] = {
    "X-Request-ID": ("Names this request; echoed in the answer and kept with what it caused.", "req-1"),
    "X-Conversation-ID": ("Names the conversation that this request belongs to; echoed in the answer.", "conv-1"),
    "Tenant": ("The tenant that the token was given to.", "YOUR_TENANT"),
}
_MEDIA: Final = {"json": "application/json", "form": "application/x-www-form-urlencoded", "raw": "*/*"}
_REASONS: Final[Mapping[int, str]] = {
    400: "The request cannot be read, or something required is missing",
    401: "No token, a bad one, or one of another tenant",
    403: "The token does not reach this resource",
    404: "There is no such thing",
    405: "The method is not offered here",
    408: "The body was not all there in time",
    409: "Taken by another; ask again for what is free",
    413: "The body is too large",
    422: "The request can be read, but breaks a rule",
    431: "The head is too large",
    500: "A fault on our side",
    501: "Not offered here",
    502: "The network failed",
    503: "Nothing can be accepted now; nothing was done",
    504: "The work was not done in time; the same id asked again tells what became of it",
}


class _Untitled(GenerateJsonSchema):
    """Titles made from the names of fields say nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False


def document(door: Door[Any], *, version: str = "1.0") -> Json:
    """The document of one door, ready to be written as JSON."""
    dialect = door.dialect
    models, definitions = models_json_schema(
        list(dict.fromkeys(_models(door))),
        schema_generator=_Untitled,
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, Json] = {}
    for route in door.routes:
        path = (door.prefix + route.path).replace(":int}", "}")
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, door, models)
    return {
        "openapi": "3.1.0",
        "info": {"title": dialect.title, "version": version, "description": dialect.description},
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "responses": {f"Error{status}": _refusal(status, dialect, models) for status in _all_statuses(door)},
        },
    }


def statuses(route: Route[Any, Any, Any], dialect: Dialect) -> list[int]:
    """The refusals that a route may answer: its own, and those that every route of its kind shares."""
    found = {400, 422, 431, dialect.fault[0], *route.errors}
    found |= {dialect.spell(kind)[0] for kind in (errors.Unavailable, errors.SupplierTimedOut)}
    if route.scope is not None:
        found |= {401, 403}
    if route.body or route.media == "raw":
        found |= {408, 413}
    return sorted(found)


def _models(door: Door[Any]) -> Iterator[tuple[type[BaseModel], JsonSchemaMode]]:
    yield door.dialect.error_model, "serialization"
    for route in door.routes:
        bodies = route.body.models if isinstance(route.body, OneOf) else [route.body]
        for model in (route.query, *bodies):
            if model:
                yield model, "validation"
        for model in route.answers.values():
            if model:
                yield model, "serialization"


def _all_statuses(door: Door[Any]) -> list[int]:
    return sorted({status for route in door.routes for status in statuses(route, door.dialect)})


def _operation(route: Route[Any, Any, Any], door: Door[Any], models: Models) -> Json:
    dialect = door.dialect
    found: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "description": route.description,
        "tags": list(route.tags),
        "parameters": [*_path(route, door.prefix), *_headers(route, dialect), *_query(route)],
        "responses": {str(status): _answer(route, status, models) for status in route.answers}
        | {str(status): {"$ref": f"#/components/responses/Error{status}"} for status in statuses(route, dialect)},
        "security": [{"bearer": []}] if route.scope else [],
    }
    if route.scope:
        found["x-scope"] = route.scope
    if route.body or route.media == "raw":
        content: Json = {"schema": _body(route.body, models)}
        if route.body_examples:
            content["examples"] = {name: {"value": value} for name, value in route.body_examples.items()}
        found["requestBody"] = {"required": route.body_required, "content": {_MEDIA[route.media]: content}}
    return {key: value for key, value in found.items() if value or key == "security"}


def _body(declared: type[BaseModel] | OneOf[Any] | None, models: Models) -> Json:
    if declared is None:
        return {}
    if not isinstance(declared, OneOf):
        return models[declared, "validation"]
    one_of: Json = {"oneOf": [models[model, "validation"] for model in declared.models]}
    if declared.absent is not None:  # a discriminator must be there
        return one_of
    chosen = {str(value): models[model, "validation"]["$ref"] for value, model in declared.shapes.items()}
    return one_of | {"discriminator": {"propertyName": declared.field, "mapping": chosen}}


def _path(route: Route[Any, Any, Any], prefix: str) -> Iterator[Json]:
    for one in path_parameters(prefix + route.path):
        number: Json = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
        yield {"name": one.name, "in": "path", "required": True, "schema": number if one.number else {"type": "string"}}


def _headers(route: Route[Any, Any, Any], dialect: Dialect) -> Iterator[Json]:
    asked = {"X-Request-ID": dialect.request_id, "X-Conversation-ID": dialect.conversation_id, "Tenant": dialect.tenant}
    for name, required in asked.items():
        if required or name != "Tenant":
            told, example = _TOLD[name]
            yield {
                "name": name,
                "in": "header",
                "required": required,
                "description": told,
                "schema": _TEXT,
                "example": example,
            }
    for name in (*dialect.optional_headers, *route.headers):
        if name.lower() != "authorization":  # OpenAPI leaves it to the security schemes
            yield {"name": name, "in": "header", "required": False, "schema": _TEXT}


def _query(route: Route[Any, Any, Any]) -> Iterator[Json]:
    if route.query is None:
        return
    model: type[BaseModel] = route.query
    _, own = models_json_schema(
        [(model, "validation")], schema_generator=_Untitled, ref_template="#/components/schemas/{model}"
    )
    schema: Json = own["$defs"][model.__name__]
    for name, how in query.plan(model).items():
        shape = _without_null(schema["properties"][name])
        found: Json = {"name": name, "in": "query", "required": name in schema.get("required", ())}
        if "description" in shape:
            found["description"] = shape["description"]
        example: Json = {"example": route.query_examples[name]} if name in route.query_examples else {}
        if how.json:
            found["content"] = {"application/json": {"schema": shape, **example}}
        else:
            found |= {"schema": shape, **example}
            if how.many:
                found |= {"style": "form", "explode": True}
        yield found


def _without_null(shape: Json) -> Json:
    """A query can leave a parameter out, but cannot say null."""
    choices: list[Json] = [one for one in shape.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) != 1:
        return shape
    return {key: value for key, value in shape.items() if key != "anyOf" and value is not None} | choices[0]


def _answer(route: Route[Any, Any, Any], status: int, models: Models) -> Json:
    model = route.answers[status]
    found: Json = {
        "description": {200: "Done", 201: "Made", 202: "Accepted", 204: "Done, no body"}.get(status, "Answered"),
        "headers": {name: {"schema": {"type": "string"}} for name in ("X-Request-ID", "X-Conversation-ID")},
    }
    if model is not None:
        content: Json = {"schema": models[model, "serialization"]}
        if status in route.answer_examples:
            content["example"] = route.answer_examples[status]
        found["content"] = {"application/json": content}
    return found


def _refusal(status: int, dialect: Dialect, models: Models) -> Json:
    codes = {code for kind in PLAIN for found, code in [dialect.spell(kind)] if found == status}
    code = dialect.fault[1] if status == dialect.fault[0] else min(codes, default="MALFORMED_REQUEST")
    sample = Refusal(
        status=status,
        code=code,
        messages=["field: what is wrong with it; accepted is what would be right"],
        uuid=str(UUID(int=0x6F1D2C3B4A5948579687A6B5C4D3E2F1)),
        error=None,
    )
    content: Json = {
        "schema": models[dialect.error_model, "serialization"],
        "example": orjson.loads(encoded(dialect.render(sample))),
    }
    found: Json = {"description": _REASONS.get(status, "Refused"), "content": {"application/json": content}}
    told = {401: "WWW-Authenticate", 503: "Retry-After"}.get(status)
    if told:
        found["headers"] = {told: {"schema": {"type": "string"}}}
    return found
