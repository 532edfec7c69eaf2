"""A body that has one of several shapes: a field of it chooses the model, and the document says so."""

import json
from dataclasses import replace
from typing import Annotated, Any, Literal

import pytest
from openapi_spec_validator import validate
from pydantic import Field
from tests.web.toy_gateway import WHOLESALE, Services

from fibregate.errors import Malformed, NotAuthorised
from fibregate.web import openapi
from fibregate.web.call import Answer, Call, Caller
from fibregate.web.door import Door
from fibregate.web.faults import Unread
from fibregate.web.fields import Id, Text20
from fibregate.web.head import Head
from fibregate.web.reading import Reading
from fibregate.web.route import Route
from fibregate.web.variants import OneOf
from fibregate.web.wire import Wire


class AnyPet(Wire):
    id: Id
    kind: Literal["CAT", "KITTEN", "DOG"]


class Cat(Wire):
    id: Id
    kind: Literal["CAT", "KITTEN"]
    lives: Annotated[int, Field(ge=1, le=9)]


class Dog(Wire):
    id: Id
    kind: Literal["DOG"]
    barks_at: Annotated[list[Text20], Field(max_length=3)]


class OldDog(Dog):
    kind: Literal["DOG"] = "DOG"


class AnyOldPet(AnyPet):
    kind: Literal["CAT", "KITTEN", "DOG"] = "DOG"


async def keep(call: Call[None, Cat | Dog, Services]) -> Answer:
    return Answer(200, {"id": call.body.id})


PETS: Route[None, Cat | Dog, Services] = Route(
    method="POST",
    path="/pets",
    name="keep",
    summary="Keep a pet",
    scope=None,
    action=keep,
    body=OneOf("kind", {"CAT": Cat, "KITTEN": Cat, "DOG": Dog}, AnyPet),
    answers={200: None},
)


def read(body: Any, route: Route[None, Cat | Dog, Services] = PETS) -> Any:
    """The model, or the fault messages."""
    reading = Reading(route, WHOLESALE, "/pets")
    head = Head([(b"x-request-id", b"r"), (b"x-conversation-id", b"c"), (b"tenant", b"T")], reading.wanted.names)
    try:
        return reading.inputs(head, ["pets"], b"", json.dumps(body).encode()).body
    except Unread as unread:
        error = unread.faults.error()
        return (isinstance(error, Malformed), error.messages)


@pytest.mark.parametrize(
    ("body", "model"),
    [
        ({"id": 1, "kind": "CAT", "lives": 9}, Cat),
        ({"id": 1, "kind": "KITTEN", "lives": 9, "barksAt": []}, Cat),
        ({"id": 1, "kind": "DOG", "barksAt": ["cats"]}, Dog),
    ],
)
def test_the_field_chooses_the_model(body: Any, model: type[Wire]) -> None:
    assert type(read(body)) is model


@pytest.mark.parametrize(
    ("body", "malformed", "starts"),
    [
        ({"id": 1, "kind": "COW", "lives": 10}, False, ["kind: is not one of the accepted values"]),
        ({"id": "1", "kind": "COW"}, True, ["id: has the wrong type", "kind: is not one of the accepted values"]),
        ({"id": 1}, False, ["kind: is required; accepted is one of CAT, KITTEN, DOG"]),
        ({"id": 1, "kind": ["CAT"]}, True, ["kind: "]),
        ({"id": 1, "kind": None}, True, ["kind: "]),
        ({"id": 0, "kind": "CAT", "lives": 10}, False, ["id: is too small", "lives: is too large"]),
        ({"id": 1, "kind": "DOG", "lives": 1}, False, ["barksAt: is required"]),
        ([], True, ["body: "]),
        ("CAT", True, ["body: "]),
    ],
)
def test_what_is_wrong_is_told_of_the_chosen_shape_alone(body: Any, malformed: bool, starts: list[str]) -> None:
    is_malformed, messages = read(body)
    assert is_malformed is malformed
    assert len(messages) == len(starts), messages
    for message, start in zip(messages, starts, strict=True):
        assert message.startswith(start), messages


OPTIONAL: Route[None, Cat | Dog, Services] = replace(
    PETS, body=OneOf("kind", {"CAT": Cat, "DOG": OldDog}, AnyOldPet, absent="DOG")
)


@pytest.mark.parametrize(
    ("body", "model"),
    [
        ({"id": 1, "barksAt": ["cats"]}, OldDog),
        ({"id": 1, "kind": "DOG", "barksAt": ["cats"]}, OldDog),
        ({"id": 1, "kind": "CAT", "lives": 9}, Cat),
    ],
)
def test_a_field_that_may_be_left_out_means_one_of_the_shapes(body: Any, model: type[Wire]) -> None:
    assert type(read(body, OPTIONAL)) is model


def test_one_that_is_there_and_says_nothing_known_is_refused() -> None:
    for kind in (None, "COW", 7):
        _, (message,) = read({"id": 1, "kind": kind, "barksAt": []}, OPTIONAL)
        assert message.startswith("kind: ")


async def nobody(_: str) -> Caller:
    raise NotAuthorised("Authorization: unknown token")


def test_the_document_names_each_shape_and_what_chooses_it() -> None:
    door = Door(prefix="", dialect=WHOLESALE, routes=[PETS], authenticate=nobody, services=Services())
    document = json.loads(json.dumps(openapi.document(door)))
    validate(document)
    cat, dog = ({"$ref": f"#/components/schemas/{name}"} for name in ("Cat", "Dog"))
    schema = document["paths"]["/pets"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema["oneOf"] == [cat, dog]
    mapping = {"CAT": cat["$ref"], "KITTEN": cat["$ref"], "DOG": dog["$ref"]}
    assert schema["discriminator"] == {"propertyName": "kind", "mapping": mapping}
    assert "AnyPet" not in document["components"]["schemas"]


def test_a_field_that_may_be_left_out_is_no_discriminator() -> None:
    door = Door(prefix="", dialect=WHOLESALE, routes=[OPTIONAL], authenticate=nobody, services=Services())
    document = json.loads(json.dumps(openapi.document(door)))
    validate(document)
    schema = document["paths"]["/pets"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema) == {"oneOf"}
