"""The documents: valid, complete, and shown offline under a strict policy."""

import base64
import hashlib
import json
import re
from typing import Any

import pytest
from openapi_spec_validator import validate
from tests.web.toy_gateway import BOOKING, PREFIX, Booking, Services, Toy, toy_doors

from fibregate.web import openapi

WHOLESALE, TOKEN = (openapi.document(door) for door in toy_doors(Services()))


@pytest.mark.parametrize("document", [WHOLESALE, TOKEN])
def test_a_document_is_valid_openapi(document: Any) -> None:
    validate(json.loads(json.dumps(document)))


def test_an_object_in_the_query_is_described_as_json() -> None:
    parameters = WHOLESALE["paths"][f"{PREFIX}/service-availability"]["get"]["parameters"]
    address = next(one for one in parameters if one["name"] == "address")
    assert address["required"]
    assert address["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Address"}
    purpose = next(one for one in parameters if one["name"] == "purpose")
    assert purpose["schema"] == {"$ref": "#/components/schemas/Purpose"}


def test_required_headers_and_the_scope_are_described() -> None:
    booking = WHOLESALE["paths"][f"{PREFIX}/appointments"]["post"]
    required = {one["name"] for one in booking["parameters"] if one["in"] == "header" and one["required"]}
    assert required == {"X-Request-ID", "X-Conversation-ID", "Tenant"}
    assert (booking["security"], booking["x-scope"]) == ([{"bearer": []}], "gateway")
    assert set(booking["responses"]) >= {"201", "400", "401", "403", "409", "413", "422", "500", "503", "504"}


def test_a_public_route_asks_for_no_token() -> None:
    grant = TOKEN["paths"]["/IdentityModule/v1.0/oauth/token"]["post"]
    assert grant["security"] == []
    assert "401" not in grant["responses"]
    assert list(grant["requestBody"]["content"]) == ["application/x-www-form-urlencoded"]


def test_examples_of_bodies_are_read_by_their_models() -> None:
    content = WHOLESALE["paths"][f"{PREFIX}/appointments"]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        Booking.model_validate(example["value"])
    Booking.model_validate(BOOKING)


def test_refusals_carry_an_example_in_the_dialect_s_own_shape() -> None:
    refusals = WHOLESALE["components"]["responses"]
    assert refusals["Error422"]["content"]["application/json"]["example"]["code"] == "INVALID_REQUEST"
    assert refusals["Error500"]["content"]["application/json"]["example"]["code"] == "SUPPLIER_FAULT"
    oauth = TOKEN["components"]["responses"]["Error400"]["content"]["application/json"]["example"]
    assert set(oauth) == {"error", "error_description"}


@pytest.mark.parametrize("path", ["/docs", "/docs/wholesale", "/docs/token"])
async def test_a_page_needs_nothing_from_outside(toy: Toy, path: str) -> None:
    got = await toy.ask("GET", path, b"", {})
    page = got.raw.decode()
    assert got.status == 200
    assert "<script" not in page
    assert not re.search(r"(?:href|src)='(?!/|#)", page)
    assert "http" not in page.replace("http-equiv", "")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in got.headers["content-security-policy"]
    assert "default-src 'none'" in got.headers["content-security-policy"]


async def test_the_document_of_a_door_is_served(toy: Toy) -> None:
    got = await toy.ask("GET", "/openapi/wholesale.json", b"", {})
    assert got.json == json.loads(json.dumps(WHOLESALE))
