"""The walk of a request through a door: who may come in, what is named when something is wrong, what answers have."""

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.web.toy_gateway import (
    BOOKING,
    HEADERS,
    PREFIX,
    Toy,
)

from fibregate.web.reading import Model
from fibregate.web.wire import Wire

MALFORMED, INVALID, NOT_AUTHORISED = "MALFORMED_REQUEST", "INVALID_REQUEST", "NOT_AUTHORISED"
ADDRESS = 'address=%7B"id":"10025559646","type":"UPRN"%7D'


def _with(**fields: Any) -> dict[str, Any]:
    return {**BOOKING, **fields}


def _slot(start: Any) -> dict[str, Any]:
    return _with(timeslot={"timeslotStartDateTime": start, "timeslotEndDateTime": "2025-07-16T13:00:00.000Z"})


def _without(*names: str) -> dict[str, str]:
    return {name: value for name, value in HEADERS.items() if name not in names}


def _doubled(name: str, value: str) -> list[tuple[str, str]]:
    return [*HEADERS.items(), (name, value)]


async def test_a_good_request_is_answered_and_echoes_both_ids(toy: Toy) -> None:
    got = await toy.book(BOOKING)
    assert got.status == 201
    assert got.json == {
        "id": 159,
        "purpose": "PROVIDE",
        "startsAt": "2025-07-16T08:00:00.000Z",
        "writtenZulu": True,
    }
    assert (got.headers["x-request-id"], got.headers["x-conversation-id"]) == ("req-1", "conv-1")
    assert got.headers["content-length"] == str(len(got.raw))


async def test_the_action_sees_what_was_sent(toy: Toy) -> None:
    await toy.book(BOOKING, {**HEADERS, "X-Scenario": "F01", "X-Other": "no"})
    await toy.book(json.dumps(BOOKING, indent=3, sort_keys=True).encode())
    one, other = toy.services.seen
    assert one.caller.tenant == 1
    assert (one.request_id, one.conversation_id, one.peer) == ("req-1", "conv-1", "127.0.0.1")
    assert one.headers == {"x-scenario": "F01"}
    assert json.loads(one.raw) == BOOKING
    assert one.fingerprint == other.fingerprint
    assert one.raw != other.raw


async def test_unknown_fields_are_ignored_at_every_depth_but_count_for_the_fingerprint(toy: Toy) -> None:
    more = _with(newer=1, address={"id": "10025559646", "type": "UPRN", "newer": {"a": []}})
    assert (await toy.book(more)).status == 201
    assert (await toy.book(BOOKING)).status == 201
    one, other = toy.services.seen
    assert one.body == other.body
    assert one.fingerprint != other.fingerprint


async def test_the_names_of_our_code_are_not_accepted_for_those_of_the_wire(toy: Toy) -> None:
    slot = {"timeslot_start_date_time": "2025-07-16T08:00:00Z", "timeslot_end_date_time": "2025-07-16T13:00:00Z"}
    got = await toy.book(_with(timeslot=slot))
    messages = got.refused(422, INVALID)
    assert messages[0].startswith("timeslot.timeslotStartDateTime: is required")


BAD_BODIES: dict[str, tuple[Any, int, str, str]] = {
    "no body": (b"", 400, MALFORMED, "body: is required"),
    "broken JSON": (b'{"id": 1', 400, MALFORMED, "body: JSON: "),
    "text": (b"hello", 400, MALFORMED, "body: JSON: "),
    "an array": ([], 400, MALFORMED, "body: "),
    "null": (None, 400, MALFORMED, "body: "),
    "NaN": (b'{"id": NaN}', 400, MALFORMED, "NaN"),
    "1e999": (b'{"id": 1e999}', 400, MALFORMED, "out of range"),
    "5000 digits": (b'{"id": ' + b"9" * 5000 + b"}", 400, MALFORMED, "20 digits"),
    "NUL": (_with(address={"id": "a\0b", "type": "UPRN"}), 400, MALFORMED, "NUL"),
    "a lone surrogate": (rb'{"id": 1, "purpose": "\ud800"}', 400, MALFORMED, "surrogate"),
    "bad UTF-8": (b'{"purpose": "\xff"}', 400, MALFORMED, "UTF-8"),
    "equal keys": (b'{"id": 1, "id": 2}', 400, MALFORMED, "id: this key is given twice"),
    "deep nesting": (b'{"id": ' + b"[" * 90_000 + b"]" * 90_000 + b"}", 400, MALFORMED, "64 levels"),
    "an id in quotes": (_with(id="159"), 400, MALFORMED, "id: has the wrong type; accepted is an integer 1 to"),
    "an id with a point": (_with(id=1.0), 400, MALFORMED, "id: has the wrong type"),
    "true for an id": (_with(id=True), 400, MALFORMED, "id: has the wrong type"),
    "null for an id": (_with(id=None), 400, MALFORMED, "id: has the wrong type"),
    "zero for an id": (_with(id=0), 422, INVALID, "id: is too small; accepted is an integer 1 to 9007199254740991"),
    "an id beyond exact numbers": (_with(id=2**53), 422, INVALID, "id: is too large"),
    "a missing field": ({key: BOOKING[key] for key in ("id", "address")}, 422, INVALID, "purpose: is required"),
    "an unknown purpose": (_with(purpose="INSTALL"), 422, INVALID, "accepted is one of PROVIDE, MODIFY, REPAIR"),
    "a purpose in small letters": (_with(purpose="provide"), 422, INVALID, "purpose: is not one of"),
    "a number for a purpose": (_with(purpose=1), 400, MALFORMED, "purpose: is not one of"),
    "null for a purpose": (_with(purpose=None), 400, MALFORMED, "purpose: is not one of"),
    "text for an object": (_with(address="10025559646"), 400, MALFORMED, "address: has the wrong type"),
    "a number for a text": (_with(address={"id": 1, "type": "UPRN"}), 400, MALFORMED, "address.id: has the wrong type"),
    "an empty text": (_with(address={"id": "", "type": "UPRN"}), 422, INVALID, "address.id: is too short"),
    "a long text": (_with(address={"id": "1" * 51, "type": "UPRN"}), 422, INVALID, "string of 1 to 50 characters"),
    "an object for a list": (_with(characteristics={}), 400, MALFORMED, "characteristics: has the wrong type"),
    "a long list": (_with(characteristics=[{}] * 6), 422, INVALID, "characteristics: has too many members"),
    "a fault in a list": (
        _with(characteristics=[{"name": "A", "value": 5}]),
        400,
        MALFORMED,
        "characteristics[0].value",
    ),
    "text for a boolean": (
        _with(standard="true"),
        400,
        MALFORMED,
        "standard: has the wrong type; accepted is true or f",
    ),
    "30 February": (_with(requestedDate="2025-02-30"), 422, INVALID, "requestedDate: must be a day"),
    "a number for a day": (_with(requestedDate=20250716), 400, MALFORMED, "requestedDate: must be a JSON string"),
    "a time for a day": (_with(requestedDate="2025-07-16T00:00:00Z"), 422, INVALID, "requestedDate: must be a day"),
    "a number for a time": (_slot(1752652800), 400, MALFORMED, "timeslot.timeslotStartDateTime: must be a JSON string"),
    "digits for a time": (_slot("1752652800"), 422, INVALID, "timeslot.timeslotStartDateTime: must be a date-time"),
    "a time without a zone": (_slot("2025-07-16T08:00:00"), 422, INVALID, "with Z or an offset"),
    "an odd offset": (_slot("2025-07-16T08:00:00+23:59"), 422, INVALID, "at most 14 hours"),
    "a space for the T": (_slot("2025-07-16 08:00:00Z"), 422, INVALID, "must be a date-time"),
    "the year 1": (_slot("0001-01-01T00:00:00Z"), 422, INVALID, "from 2000 to 2100"),
}


@pytest.mark.parametrize(("body", "status", "code", "said"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
async def test_a_bad_body_is_refused_naming_what_is_accepted(
    toy: Toy, body: Any, status: int, code: str, said: str
) -> None:
    messages = (await toy.book(body)).refused(status, code)
    assert any(said in message for message in messages), messages
    assert toy.services.bookings == 0


BAD_QUERIES: dict[str, tuple[str, int, str, str]] = {
    "nothing": ("", 400, MALFORMED, "address: is required; accepted is an object"),
    "broken JSON": ("address={", 400, MALFORMED, "address: JSON: "),
    "text for an object": ('address="1"', 400, MALFORMED, "address: has the wrong type"),
    "a missing member": ('address={"id":"1"}', 400, MALFORMED, "address.type: is required"),
    "a parameter twice": (f"{ADDRESS}&limit=1&limit=1", 400, MALFORMED, "limit: given more than once"),
    "an object twice": (f"{ADDRESS}&{ADDRESS}", 400, MALFORMED, "address: given more than once"),
    "a broken escape": (f"{ADDRESS}&limit=%5", 400, MALFORMED, "query: a % must be followed by"),
    "bad UTF-8": (f"{ADDRESS}&purpose=%ff", 400, MALFORMED, "query: escapes that are not valid UTF-8"),
    "NUL": (f"{ADDRESS}&purpose=%00", 400, MALFORMED, "NUL"),
    "text for a number": (f"{ADDRESS}&limit=many", 400, MALFORMED, "limit: has the wrong type; accepted is an integer"),
    "a number too large": (
        f"{ADDRESS}&limit=101",
        422,
        INVALID,
        "limit: is too large; accepted is an integer 1 to 100",
    ),
    "an odd boolean": (f"{ADDRESS}&standardOnly=yes", 400, MALFORMED, "standardOnly: has the wrong type"),
    "an unknown purpose": (f"{ADDRESS}&purpose=FIX", 422, INVALID, "purpose: is not one of the accepted values"),
    "an unknown member of a list": (f"{ADDRESS}&classifications=MODIFY,X", 422, INVALID, "classifications[1]: is not"),
    "an impossible day": (f"{ADDRESS}&fromDate=2025-02-30", 422, INVALID, "fromDate: must be a day"),
}


@pytest.mark.parametrize(("query", "status", "code", "said"), BAD_QUERIES.values(), ids=BAD_QUERIES.keys())
async def test_a_bad_query_is_refused_naming_what_is_accepted(
    toy: Toy, query: str, status: int, code: str, said: str
) -> None:
    messages = (await toy.look(query)).refused(status, code)
    assert any(said in message for message in messages), messages
    assert toy.services.seen == []


BAD_HEADERS: dict[str, tuple[Any, int, str, str]] = {
    "no request id": (_without("X-Request-ID"), 400, MALFORMED, "X-Request-ID: this header is required"),
    "no conversation id": (_without("X-Conversation-ID"), 400, MALFORMED, "X-Conversation-ID: this header is required"),
    "no tenant": (_without("Tenant"), 400, MALFORMED, "Tenant: this header is required"),
    "no authorization": (_without("Authorization"), 401, NOT_AUTHORISED, "Authorization: is required"),
    "no headers at all": ({}, 401, NOT_AUTHORISED, "Authorization: is required"),
    "Basic": ({**HEADERS, "Authorization": "Basic Z29vZA=="}, 401, NOT_AUTHORISED, "accepted is Bearer"),
    "an empty token": ({**HEADERS, "Authorization": "Bearer "}, 401, NOT_AUTHORISED, "accepted is Bearer"),
    "two tokens": ({**HEADERS, "Authorization": "Bearer a b"}, 401, NOT_AUTHORISED, "accepted is Bearer"),
    "a forged token": ({**HEADERS, "Authorization": "Bearer forged"}, 401, NOT_AUTHORISED, "this token is not valid"),
    "a supplier's token": ({**HEADERS, "Authorization": "Bearer supplier"}, 403, NOT_AUTHORISED, "scope gateway"),
    "another tenant": ({**HEADERS, "Tenant": "ISP2"}, 401, NOT_AUTHORISED, "Tenant: accepted is the tenant"),
    "a tenant in small letters": ({**HEADERS, "Tenant": "your_tenant"}, 401, NOT_AUTHORISED, "Tenant: accepted is"),
    "two equal tenants": (_doubled("Tenant", "YOUR_TENANT"), 400, MALFORMED, "Tenant: given more than once"),
    "two tenants": (_doubled("tenant", "ISP2"), 400, MALFORMED, "Tenant: given more than once"),
    "two request ids": (_doubled("x-request-id", "req-2"), 400, MALFORMED, "X-Request-ID: given more than once"),
    "two authorizations": (_doubled("authorization", "Bearer good"), 400, MALFORMED, "Authorization: given more than"),
    "two scenarios": ([*_doubled("X-Scenario", "F01"), ("X-Scenario", "F02")], 400, MALFORMED, "X-Scenario: given"),
    "an empty id": ({**HEADERS, "X-Request-ID": ""}, 400, MALFORMED, "X-Request-ID: accepted is 1 to 255"),
    "a long id": ({**HEADERS, "X-Request-ID": "r" * 256}, 400, MALFORMED, "X-Request-ID: accepted is 1 to 255"),
    "an id with a line": ({**HEADERS, "X-Request-ID": "a\r\nSet-Cookie: b"}, 400, MALFORMED, "X-Request-ID: accepted"),
    "an id with NUL": ({**HEADERS, "X-Conversation-ID": "a\0"}, 400, MALFORMED, "X-Conversation-ID: accepted"),
    "an id in Latin-1": ({**HEADERS, "X-Conversation-ID": "caf\xe9"}, 400, MALFORMED, "X-Conversation-ID: accepted"),
    "a compressed body": ({**HEADERS, "Content-Encoding": "gzip"}, 400, MALFORMED, "Content-Encoding: accepted is"),
}


@pytest.mark.parametrize(("headers", "status", "code", "said"), BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
async def test_bad_headers_are_refused_by_name(toy: Toy, headers: Any, status: int, code: str, said: str) -> None:
    got = await toy.book(BOOKING, headers)
    messages = got.refused(status, code)
    assert any(said in message for message in messages), messages
    assert toy.services.bookings == 0
    assert (got.headers.get("www-authenticate") == "Bearer") == (status == 401)
    assert all(value.isprintable() for value in got.headers.values())


async def test_one_answer_names_every_fault_of_header_and_body_and_is_400_if_one_is(toy: Toy) -> None:
    got = await toy.book({"id": "1", "purpose": "X"}, _without("X-Request-ID", "X-Conversation-ID"))
    messages = got.refused(400, MALFORMED)
    named = [message.partition(":")[0] for message in messages]
    assert named == ["X-Request-ID", "X-Conversation-ID", "id", "purpose", "address"]


async def test_who_is_not_known_learns_nothing_of_the_other_faults(toy: Toy) -> None:
    got = await toy.book(b"{broken", _without("Authorization", "Tenant"))
    assert len(got.refused(401, NOT_AUTHORISED)) == 1


async def test_a_body_with_too_many_faults_names_fifty(toy: Toy) -> None:
    got = await toy.look("&".join([ADDRESS, *["classifications=A,B,C,D,E"] * 3, *["fromDate=x"] * 60]))
    messages = got.refused(400, MALFORMED)
    assert len(messages) == 51
    assert messages[-1].endswith("more faults")


@pytest.mark.parametrize("size", [256 * 1024 + 1, 1024 * 1024, 3 * 1024 * 1024])
async def test_a_large_body_is_refused_and_the_connection_ends(toy: Toy, size: int) -> None:
    got = await toy.book(b" " * size)
    got.refused(413, MALFORMED)
    assert got.headers["connection"] == "close"


async def test_a_body_of_just_the_limit_is_read(toy: Toy) -> None:
    body = json.dumps(BOOKING).encode()
    assert (await toy.book(body + b" " * (256 * 1024 - len(body)))).status == 201


async def test_no_refusal_of_a_large_body_takes_long(toy: Toy) -> None:
    hostile = [
        b'{"characteristics": [' + b"{}," * 80_000 + b"{}]}",
        b'{"characteristics": [' + b"1," * 120_000 + b"1]}",
        b"{" + b",".join(b'"%d":1' % n for n in range(20_000)) + b"}",
        b'{"address": {"id": "' + b"a" * 250_000 + b'", "type": 1}}',
        b"[" * 260_000,
    ]
    for body in hostile:
        started = time.process_time()
        got = await toy.book(body)
        assert got.status in {400, 422}
        assert time.process_time() - started < 0.5, "linear takes well below 0.1 s"


async def test_a_bug_is_logged_once_and_answered_as_the_fault_of_the_dialect(toy: Toy) -> None:
    with capture_logs() as logged:
        got = await toy.ask("GET", f"{PREFIX}/broken")
    messages = got.refused(500, "SUPPLIER_FAULT")
    assert "jane" not in " ".join(messages)
    assert [line["uuid"] for line in logged] == [got.json["uuid"]]
    assert "01234" not in json.dumps(logged)


async def test_a_taken_slot_names_its_alternatives(toy: Toy) -> None:
    got = await toy.ask("GET", f"{PREFIX}/taken")
    got.refused(409, INVALID)
    assert got.json["alternatives"] == [{"timeslotStartDateTime": "2025-07-16T07:00:00.000Z"}]


async def test_being_away_says_when_to_come_back(toy: Toy) -> None:
    got = await toy.ask("GET", f"{PREFIX}/away")
    got.refused(503, "GATEWAY_FAULT")
    assert got.headers["retry-after"] == "7"


async def test_work_that_is_not_done_in_time_is_a_time_out(toy: Toy) -> None:
    (await toy.ask("GET", f"{PREFIX}/slow")).refused(504, "SUPPLIER_TIMED_OUT")


TOKEN = "/IdentityModule/v1.0/oauth/token"


async def test_a_public_route_with_a_form_needs_no_token(toy: Toy) -> None:
    got = await toy.ask("POST", TOKEN, b"grant_type=client_credentials", {})
    assert (got.status, got.json) == (200, {"grantType": "client_credentials"})
    assert got.headers["cache-control"] == "no-store"
    assert len(got.headers["x-request-id"]) == 36


@pytest.mark.parametrize("form", [b"", b"grant_type=a&grant_type=b", b"grant_type=%ff", b"grant_type=%00"])
async def test_a_dialect_can_write_its_refusals_in_its_own_shape(toy: Toy, form: bytes) -> None:
    got = await toy.ask("POST", TOKEN, form, {})
    assert got.status in {400, 422}
    assert set(got.json) == {"error", "error_description"}


async def test_metrics_count_by_route_and_status(toy: Toy) -> None:
    await toy.book({})
    got = await toy.ask("GET", "/metrics", b"", {})
    assert b'fibregate_requests_total{door="wholesale",route="book",status="422"}' in got.raw


def test_a_model_with_a_list_without_end_is_refused_when_the_door_is_built() -> None:
    class Endless(Wire):
        members: list[int]

    with pytest.raises(TypeError, match="max_length"):
        Model(Endless, "body")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*BOOKING, "characteristics", "type", "name"]), inner, max_size=6)
        ),
        max_leaves=12,
    ),
)
async def test_whatever_the_body_is_the_answer_is_201_or_a_named_refusal(toy: Toy, body: Any) -> None:
    got = await toy.book(body)
    if got.status != 201:
        got.refused(got.status, {400: MALFORMED, 422: INVALID}[got.status])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    query=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60), name=st.sampled_from(["", ADDRESS])
)
async def test_whatever_the_query_is_the_answer_is_200_or_a_named_refusal(toy: Toy, query: str, name: str) -> None:
    got = await toy.look(f"{name}&{query}")
    if got.status != 200:
        got.refused(got.status, {400: MALFORMED, 422: INVALID}[got.status])
