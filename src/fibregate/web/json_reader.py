"""The one reader of JSON that comes from outside, for bodies and for objects in the query.

The parsers at hand take NaN, infinities, NUL, lone surrogates, and the last of two equal keys. Here all of that is
refused with a sentence that says so, in time linear in the size.
"""

import hashlib
import json
import math
import re
from array import array
from itertools import accumulate
from typing import Any, Final, NoReturn, TypeAlias

import orjson

from fibregate.errors import Malformed

# What JSON is made of; `Any` because the shape is the sender's, and pydantic is the next to look at it.
JsonValue: TypeAlias = Any

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 64
MAX_DIGITS: Final = 20
MAX_FLOAT_TEXT: Final = 64
_BOM: Final = "\ufeff"
# Always matches from a quote on, also when the string never ends, and never goes back: linear on hostile input.
_STRING: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKETS: Final = re.compile(r"[^\[\]{}]+")
_STEPS: Final = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)
_ONE_UNIT: Final = len(r"\u0000")


def _members(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Malformed(f"{_shown(key)}: this key is given twice in one object; give it once")
            seen.add(key)
    return members


def _integer(text: str) -> int:
    if len(text) - text.startswith("-") > MAX_DIGITS:
        raise Malformed(f"JSON: an integer has more than {MAX_DIGITS} digits")
    return int(text)


def _number(text: str) -> float:
    if len(text) > MAX_FLOAT_TEXT:
        raise Malformed(f"JSON: a number is written with more than {MAX_FLOAT_TEXT} characters")
    value = float(text)
    if math.isinf(value):
        raise Malformed(f"JSON: the number {text} is out of range")
    return value


def _constant(text: str) -> NoReturn:
    raise Malformed(f"JSON: {text} is not a JSON value; numbers are finite")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_number, parse_constant=_constant
)


def read(raw: bytes | bytearray | str) -> JsonValue:
    """The value of a JSON text of at most 256 KiB; raises `Malformed` naming the fault."""
    if len(raw) > MAX_BYTES:
        raise Malformed(f"JSON: longer than {MAX_BYTES} bytes")
    text = raw if isinstance(raw, str) else _decoded(raw)
    if text.startswith(_BOM):
        raise Malformed("JSON: starts with a byte order mark; send plain UTF-8")
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise Malformed(f"JSON: nested deeper than {MAX_DEPTH} levels")
    if "\\u" in text:
        _refuse_half_characters(text)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as fault:
        raise Malformed(f"JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}") from None


def fingerprint(value: JsonValue) -> bytes:
    """SHA-256 of the value with sorted keys: bodies that are equal after parsing have equal fingerprints."""
    try:
        canonical = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # integers beyond 64 bits
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(canonical).digest()


def _decoded(raw: bytes | bytearray) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Malformed(f"JSON: not valid UTF-8 at byte {fault.start}") from None


def _depth(text: str) -> int:
    """How deep the brackets go; those in strings are innocent."""
    brackets = _BRACKETS.sub("", _STRING.sub("", text)).encode("ascii")
    return max(accumulate(array("b", brackets.translate(_STEPS))), default=0)


def _refuse_half_characters(text: str) -> None:
    for escape in _ESCAPE.finditer(text):
        unit = escape.group()
        if len(unit) != _ONE_UNIT:
            continue
        if unit == r"\u0000":
            raise Malformed(r"JSON: text may not hold the NUL character (\u0000)")
        if unit[2] in "dD" and unit[3] in "89abAB" + "cdefCDEF":
            raise Malformed(f"JSON: {unit} is half of a surrogate pair; send whole characters")


def _shown(key: str) -> str:
    return key if len(key) <= 40 and key.isprintable() else ascii(key[:40])  # noqa: PLR2004 - enough to recognise it
