"""The JSON reader: what it refuses, what it takes, and that it stays linear."""

import json
import string
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibregate.errors import Malformed
from fibregate.web.json_reader import MAX_BYTES, fingerprint, read

REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "Expecting value"),
    "half an object": (b'{"a": 1', "delimiter"),
    "two values": (b"{} {}", "Extra data"),
    "a trailing comma": (b'{"a": 1,}', "double quotes"),
    "single quotes": (b"{'a': 1}", "double quotes"),
    "NaN": (b'{"a": NaN}', "NaN"),
    "infinity": (b"[Infinity]", "Infinity"),
    "minus infinity": (b"[-Infinity]", "-Infinity"),
    "a number beyond doubles": (b"[1e999]", "out of range"),
    "an integer of 21 digits": (b"[111111111111111111111]", "20 digits"),
    "an integer of 5000 digits": (b"[" + b"9" * 5000 + b"]", "20 digits"),
    "a float of 100 characters": (b"[0." + b"1" * 100 + b"]", "64 characters"),
    "an escaped NUL": (rb'{"a": "\u0000"}', "NUL"),
    "a raw NUL": (b'{"a": "\x00"}', "control character"),
    "an escaped NUL in a key": (rb'{"\u0000": 1}', "NUL"),
    "a lone high surrogate": (rb'["\ud83d"]', "surrogate"),
    "a lone low surrogate": (rb'["\uDE00"]', "surrogate"),
    "surrogates the wrong way round": (rb'["\ude00\ud83d"]', "surrogate"),
    "a high surrogate before an ordinary escape": (rb'["\ud83d\u0041"]', "surrogate"),
    "a surrogate encoded in UTF-8": (b'["\xed\xa0\x80"]', "UTF-8"),
    "an overlong slash": (b'["\xc0\xaf"]', "UTF-8"),
    "Latin-1": ('["é"]'.encode("latin-1"), "UTF-8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16-le"), "double quotes"),
    "a byte order mark": (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
    "equal keys": (b'{"a": 1, "a": 1}', "a: this key is given twice"),
    "equal keys, one escaped": (rb'{"a": 1, "\u0061": 2}', "a: this key is given twice"),
    "equal keys below": (b'{"x": [{"deep": 1, "deep": 2}]}', "deep: this key is given twice"),
    "65 levels of arrays": (b"[" * 65 + b"]" * 65, "64 levels"),
    "65 levels of objects": (b'{"a":' * 65 + b"1" + b"}" * 65, "64 levels"),
    "100,000 levels": (b"[" * 100_000, "64 levels"),
    "a body over the limit": (b'"' + b"a" * MAX_BYTES + b'"', "longer than"),
}


@pytest.mark.parametrize(("raw", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_good_json_is_refused_in_words(raw: bytes, said: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(raw)
    assert said in refused.value.messages[0]


TAKEN: dict[str, tuple[str, Any]] = {
    "64 levels": ("[" * 64 + "]" * 64, None),
    "brackets in strings": (json.dumps({"a": "[" * 1000 + '"' + "{" * 1000}), None),
    "a surrogate pair": (r'["\ud83d\ude00"]', ["😀"]),
    "an escaped backslash before u0000": (r'["\\u0000"]', [r"\u0000"]),
    "an escaped backslash before a surrogate": (r'["\\ud83d"]', [r"\ud83d"]),
    "an integer of 20 digits": ("[99999999999999999999]", [99999999999999999999]),
    "a negative integer of 20 digits": ("[-99999999999999999999]", [-99999999999999999999]),
    "a float": ("[1.5e3]", [1500.0]),
    "a scalar": ("5", 5),
}


@pytest.mark.parametrize(("text", "value"), TAKEN.values(), ids=TAKEN.keys())
def test_what_only_looks_dangerous_is_taken(text: str, value: Any) -> None:
    expected = json.loads(text) if value is None else value
    assert read(text) == expected
    assert read(text.encode()) == expected


def _fill(part: str, around: str = "[{}]") -> bytes:
    body = part * ((MAX_BYTES - len(around)) // len(part))
    return around.replace("{}", body).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "keys that end equal": ("{" + ",".join(f'"{n}":1' for n in range(22_000)) + ',"0":1}').encode,
    "escaped quotes that never end": lambda: b'["' + b'\\"' * 131_000,
    "quotes and brackets": lambda: b"[" * 65 + b'"\\' * 131_000,
    "many shallow arrays": lambda: _fill("[],", "[{}1e999]"),
    "deep then shallow": lambda: _fill("[" * 60 + "]" * 60 + ",", "[{}NaN]"),
    "escapes": lambda: _fill(r"\u0041", r'["{}\u0000"]'),
    "digits": lambda: _fill("1"),
    "a float without end": lambda: _fill("1", "[0.{}]"),
    "spaces": lambda: _fill(" ", "[{}"),
    "lines": lambda: _fill("\n", "[{}"),
    "backslashes": lambda: _fill("\\", '["{}'),
    "opening braces": lambda: _fill("{", "{}"),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_refused_in_linear_time(make: Callable[[], bytes]) -> None:
    raw = make()[:MAX_BYTES]
    spent: list[float] = []
    for _ in range(3):
        started = time.process_time()
        with pytest.raises(Malformed):
            read(raw)
        spent.append(time.process_time() - started)
    assert min(spent) < 0.5, "linear is about 0.05 s here; quadratic would be more than 10 s"


def _texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**19), 10**19)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _texts(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_texts(), inner, max_size=5),
    max_leaves=20,
)


@given(JSON, st.booleans())
def test_every_json_value_comes_through_unchanged(value: Any, ascii_only: bool) -> None:
    assert read(json.dumps(value, ensure_ascii=ascii_only)) == value


@given(st.binary(max_size=200) | st.text(alphabet='[]{}":,\\u0dD8eE1. ' + string.whitespace, max_size=80))
def test_whatever_comes_is_read_or_refused(raw: bytes | str) -> None:
    try:
        value = read(raw)
    except Malformed:
        pass
    else:
        text = json.dumps(value, ensure_ascii=False)
        text.encode()
        assert "\0" not in text


@given(JSON)
def test_equal_values_have_equal_fingerprints(value: Any) -> None:
    spaced = json.dumps(value, indent=2, sort_keys=True)
    tight = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    assert fingerprint(read(spaced)) == fingerprint(read(tight))


@pytest.mark.parametrize(
    ("one", "other"),
    [('{"a": 1}', '{"a": 2}'), ('{"a": "1"}', '{"a": 1}'), ("[1, 2]", "[2, 1]"), ('{"a": null}', "{}")],
)
def test_different_values_have_different_fingerprints(one: str, other: str) -> None:
    assert fingerprint(read(one)) != fingerprint(read(other))
