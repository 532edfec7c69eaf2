"""Bodies that nobody should send: each is refused in the error object's shape, at once, and nothing is half-done."""

import asyncio
from collections.abc import Iterator
from itertools import product
from time import perf_counter
from typing import Any

from tests.journeys.gateway import WHOLESALE, Gateway
from tests.journeys.requests import booking, cease, modify, order

BROKEN = [
    b"",
    b" ",
    b"{",
    b"}",
    b"[]",
    b"null",
    b"1",
    b'"text"',
    b"{} {}",
    b"{'id': 1}",
    b'{"id": 1,}',
    b'{"id": NaN}',
    b'{"id": Infinity}',
    b'{"id": 1e999}',
    b'{"id": -0}',
    b'{"id": 01}',
    b'{"id": ' + b"9" * 5000 + b"}",
    b'{"id": 1, "id": 2}',
    b'{"id": "\\u0000"}',
    b'{"purpose": "\\ud800"}',
    b'{"purpose": "\xff"}',
    b'{"purpose": "\xed\xa0\x80"}',
    b'{"purpose": "\xc0\xaf"}',
    b'{"a": "\x00"}',
    b'{"a": "\n"}',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b"[" * 100_000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b'{"a": [' + b"1," * 50_000 + b"1]}",
    b'{"address": {"id": "' + b"1" * 200_000 + b'"}}',
    b'{"serviceOrderItem": {"serviceCharacteristics": [' + b'{"name":1},' * 20_000 + b"{}]}}",
    b'{"__proto__": {}, "constructor": 1, "": null}',
]
TWISTED: list[object] = [
    *(None, True, 1, 1.5, -1, 10**30, "", "\x00x", "x" * 2_000, [], [[]], {}),
    *("2025-02-30T00:00:00Z", "2025-07-16T08:00:60Z", "2025-07-16T08:00:00+24:00"),
]


async def test_a_broken_body_is_refused_quickly_and_in_shape(running: Gateway) -> None:
    headers = await running.headers("ISP1")
    for path in ("appointments", "service-orders"):
        for raw in BROKEN:
            started = perf_counter()
            got = await running.send("POST", f"{WHOLESALE}/{path}", headers, raw)
            assert perf_counter() - started < 2
            assert got.status in {400, 422}, (raw[:60], got.status)
            assert set(got.body) == {"uuid", "code", "messages"}
            assert len(got.raw) < 64 * 1024


async def test_every_field_twisted_in_every_way_is_refused(running: Gateway) -> None:
    statuses: set[int] = set()
    wholes = (
        ("appointments", booking(1)),
        ("service-orders", order(1, appointment=1)),
        ("service-orders", modify(1, "NW1-S-1")),
        ("service-orders", cease(1, "NW1-S-1", "2025-07-16")),
    )
    for path, whole in wholes:
        bodies = list(twists(whole))
        for got in await asyncio.gather(*(running.ask("POST", path, body=body) for body in bodies)):
            statuses.add(got.status)
            assert got.body["messages"], got.raw
    assert statuses == {400, 422}
    for table in ("reservations", "orders"):
        assert await running.rows("YOUR_TENANT", f"select id from {table} where tenant_id = $1") == []  # noqa: S608


def twists(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body with one field spoilt, at the top or in an object."""
    for name, (place, value) in product(whole, enumerate(TWISTED)):
        if (name, place) != ("id", TWISTED.index(1, 2)):
            yield {**whole, name: value}
    for outer, (place, value) in product(whole, enumerate(TWISTED)):
        inner: dict[str, Any] = whole[outer] if isinstance(whole[outer], dict) else {}
        for name in inner:
            if name != "email" or place:
                yield {**whole, outer: {**inner, name: value}}


async def test_a_body_over_the_limit_is_413(running: Gateway) -> None:
    got = await running.ask("POST", "appointments", body=b'{"a": "' + b"x" * 300_000 + b'"}')
    got.refused(413, "MALFORMED_REQUEST")
