"""Query strings: strict escapes, JSON in all the ways people send it, lists both ways."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.toy_gateway import Asked

from fibregate.errors import Malformed
from fibregate.web import query
from fibregate.web.faults import Faults

PLAN = query.plan(Asked)
ADDRESS = {"id": "10025559646", "type": "UPRN"}


def _values(raw: str | bytes) -> tuple[dict[str, Any], list[str]]:
    faults = Faults()
    given_values = query.values(raw.encode() if isinstance(raw, str) else raw, PLAN, faults, "query")
    return (given_values.values if given_values else {}), faults.messages


@pytest.mark.parametrize(
    "text",
    [
        quote(json.dumps(ADDRESS)),
        quote(json.dumps(ADDRESS), safe=""),
        urlencode({"": json.dumps(ADDRESS, indent=1)})[1:],
        '%7B"id":"10025559646","type":"UPRN"%7D',
        '{"id":"10025559646","type":"UPRN"}',
        '%7b%22id%22%3a%2210025559646%22%2c"type":"UPRN"}',
    ],
)
def test_an_object_is_read_encoded_half_encoded_and_bare(text: str) -> None:
    assert _values(f"address={text}") == ({"address": ADDRESS}, [])


@pytest.mark.parametrize(
    "text",
    [
        "classifications=MODIFY,REPAIR",
        "classifications=MODIFY&classifications=REPAIR",
        "classifications=MODIFY%2CREPAIR",
    ],
)
def test_a_list_comes_by_commas_or_by_repetition(text: str) -> None:
    assert _values(text)[0] == {"classifications": ["MODIFY", "REPAIR"]}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("limit=%", "two hexadecimal digits"),
        ("limit=%4", "two hexadecimal digits"),
        ("limit=%zz", "two hexadecimal digits"),
        ("%=1", "two hexadecimal digits"),
        ("limit=%ff", "UTF-8"),
        ("limit=%C0%AF", "UTF-8"),
        ("limit=%ED%A0%80", "UTF-8"),
        (b"limit=\xff", "UTF-8"),
        ("limit=%00", "NUL"),
        ("limit=1&limit=2", "limit: given more than once"),
        ('address={}&address={"id":"1"}', "address: given more than once"),
        ('address={"id":NaN}', "address: JSON: NaN"),
        (r'address={"id":"%5Cu0000"}', "address: JSON: text may not hold the NUL"),
        ('address={"id":"1","id":"2"}', "address: id: this key is given twice"),
        ("address=" + "[" * 100 + "]" * 100, "address: JSON: nested deeper"),
        ("a=1&" * 100, "more than 100 parameters"),
    ],
)
def test_a_broken_query_is_refused_in_words(raw: str | bytes, said: str) -> None:
    messages = _values(raw)[1]
    assert any(said in message for message in messages), messages


def test_unknown_parameters_are_left_alone() -> None:
    assert _values("other=1&other=2&&limit=3") == ({"limit": 3}, [])


@pytest.mark.parametrize(
    ("text", "value"),
    [("limit=5", 5), ("limit=1.0", "1.0"), ("limit=+5", " 5"), ("limit=\u0665", "\u0665"), ("limit=1_0", "1_0")],
)
def test_an_integer_is_plain_digits_or_stays_text(text: str, value: object) -> None:
    assert _values(text)[0] == {"limit": value}


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("True", "True"), ("1", "1")])
def test_a_boolean_is_true_or_false_or_stays_text(text: str, value: object) -> None:
    assert _values(f"standardOnly={text}")[0] == {"standardOnly": value}


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4))
def test_what_python_encodes_is_read_back(parameters: dict[str, str]) -> None:
    raw = urlencode(parameters).encode()
    if "%00" in raw.decode():
        with pytest.raises(Malformed):
            query.pairs(raw, "query")
    else:
        assert query.pairs(raw, "query") == list(parameters.items()) or any(not one for one in parameters)


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    faults = Faults()
    query.values(b"address=" + raw, PLAN, faults, "query")
    for message in faults.messages:
        message.encode()
