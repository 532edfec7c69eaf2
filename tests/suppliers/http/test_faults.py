"""What each answer means that is not the one hoped for: to the tenant, to the supplier's health, for a second try."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from tests.suppliers.http.peer import TRACE, network, peer
from tests.suppliers.http.test_samples import CANCELLATION, CEASE, PROVIDE, VISIT, WHEN
from tests.web.test_connector import Talk, listening, request_of

from fibregate import errors
from fibregate.suppliers.answers import Absent, Extension, Refused, Taken
from fibregate.suppliers.failures import SupplierFailed
from fibregate.suppliers.http.adapter import HttpNetwork
from fibregate.suppliers.http.faults import ANSWER_BYTES, MOST_MESSAGES
from fibregate.suppliers.questions import AvailabilityAsked, Identifier, Trace
from fibregate.web.dialect import PLAIN

HOME = AvailabilityAsked(address=Identifier("100120012001"))
SAID = "the fibre is on fire"


def refusal(code: str = "SUPPLIER_FAULT", *messages: str) -> dict[str, Any]:
    return {"uuid": "d0a7c1de-8a53-4c62-8e1c-6f5d2b9f7f10", "code": code, "messages": [*messages] or [SAID]}


async def failed(it: HttpNetwork) -> SupplierFailed:
    with pytest.raises(SupplierFailed) as caught:
        await it.order(PROVIDE, TRACE)
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "code", "spelt", "nothing_done", "ill"),
    [
        (400, "OUR_FAULT", "GATEWAY_FAULT", 502, True, False),
        (401, "REFUSED_CREDENTIALS", "SUPPLIER_FAULT", 502, True, False),
        (403, "REFUSED_CREDENTIALS", "SUPPLIER_FAULT", 502, True, False),
        (404, "ERROR", "SUPPLIER_FAULT", 502, True, False),
        (405, "NOT_IMPLEMENTED", "NOT_IMPLEMENTED", 501, True, False),
        (408, "ERROR", "SUPPLIER_FAULT", 502, True, True),
        (409, "ERROR", "SUPPLIER_FAULT", 502, False, False),
        (413, "ERROR", "SUPPLIER_FAULT", 502, True, False),
        (429, "ERROR", "SUPPLIER_FAULT", 502, True, True),
        (500, "ERROR", "SUPPLIER_FAULT", 502, False, True),
        (501, "NOT_IMPLEMENTED", "NOT_IMPLEMENTED", 501, True, False),
        (502, "ERROR", "SUPPLIER_FAULT", 502, False, True),
        (503, "ERROR", "SUPPLIER_FAULT", 502, True, True),
        (504, "TIMED_OUT", "SUPPLIER_TIMED_OUT", 504, False, True),
        (599, "ERROR", "SUPPLIER_FAULT", 502, False, True),
        (302, "BROKEN", "SUPPLIER_FAULT", 502, False, True),
        (307, "BROKEN", "SUPPLIER_FAULT", 502, False, True),
        (204, "BROKEN", "SUPPLIER_FAULT", 502, False, True),
        (206, "BROKEN", "SUPPLIER_FAULT", 502, False, True),
    ],
)
async def test_a_status_says_what_became_of_an_order_and_how_the_tenant_hears_of_it(
    status: int, kind: str, code: str, spelt: int, *, nothing_done: bool, ill: bool
) -> None:
    async with peer() as there, network(there.url) as it:
        there.answers(status, None if status == 204 else refusal(), {"Location": "/elsewhere"})
        found = await failed(it)
    assert (found.kind, found.code, found.nothing_done, found.ill) == (kind, code, nothing_done, ill)
    assert found.status == status
    assert PLAIN[type(found.as_error())] == (spelt, code)
    assert len(there.heard) == 1
    if status != 204:
        assert found.messages == (f"ALTNET1 answered {status} and said: {SAID}",)


async def test_a_refusal_is_an_answer_whatever_its_body() -> None:
    async with peer() as there, network(there.url) as it:
        there.answers(422, b"<html>")
        assert await it.order(PROVIDE, TRACE) == Refused(("ALTNET1 refused it and did not say why",))
        there.answers(422, refusal("INVALID_REQUEST", "a: is wrong", "b: is late"))
        assert await it.cancel(CANCELLATION, TRACE) == Refused(("a: is wrong", "b: is late"))
        assert await it.availability(HOME, TRACE) == Refused(("a: is wrong", "b: is late"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"supplierReference": "a\\u0000b"}',
        b'{"supplierReference": "\\ud800"}',
        b'{"supplierReference": "a", "supplierReference": "b"}',
        b'{"supplierReference": NaN}',
        b'{"supplierReference": 7}',
        b'{"supplierReference": ""}',
        b'{"supplierReference": "' + b"a" * 256 + b'"}',
        b'{"supplierReference": "AN-V-9", "id": 33}',
        b'{"supplierReference": "AN-V-9", "id": "32"}',
        b'{"supplierReference": "AN-V-9", "expiryDateTime": "2025-11-10"}',
        b'{"supplierReference": "AN-V-9", "timeslot": {"timeslotStartDateTime": "2025-11-10T08:00:00Z"}}',
        (
            b'{"supplierReference": "a", "timeslot": {"timeslotStartDateTime": "2025-11-10T08:00:00Z",'
            b' "timeslotEndDateTime": "2025-11-10T08:00:00Z"}}'
        ),
        b"[" * 5000,
        b'{"a": "' + b"b" * ANSWER_BYTES + b'"}',
        b'\xef\xbb\xbf{"supplierReference": "AN-V-9"}',
        b'{"supplierReference": "\xff"}',
    ],
)
async def test_an_answer_that_cannot_be_read_leaves_open_whether_a_visit_was_booked(body: bytes) -> None:
    async with peer() as there, network(there.url) as it:
        there.answers(201, body)
        with pytest.raises(SupplierFailed) as caught:
            await it.book(VISIT, TRACE)
    assert (caught.value.kind, caught.value.nothing_done, caught.value.ill) == ("BROKEN", False, True)
    assert isinstance(caught.value.as_error(), errors.SupplierFault)


@pytest.mark.parametrize("body", [{"id": 49}, {"id": 48, "tenant": "ISP9"}, {"id": 48, "committedDate": "soon"}])
async def test_somebody_elses_order_is_no_answer_to_ours(body: dict[str, Any]) -> None:
    async with peer() as there, network(there.url) as it:
        there.answers(201, {"supplierOrderReference": "AN-1", "status": "ACKNOWLEDGED", **body})
        assert (await failed(it)).kind == "BROKEN"
        there.answers(200, {"supplierOrderReference": "AN-1", "status": "ACKNOWLEDGED", **body})
        with pytest.raises(SupplierFailed, match="ALTNET1: "):
            await it.read_order(48, TRACE)


async def test_another_address_is_no_answer_to_ours() -> None:
    async with peer() as there, network(there.url) as it:
        for key, fits in (("00100120012001", True), ("100120012002", False)):
            there.answers(200, {"address": {"identifier": {"id": key, "type": "UPRN"}}})
            if fits:
                await it.availability(HOME, TRACE)
                continue
            with pytest.raises(SupplierFailed, match="another one than was asked for"):
                await it.availability(HOME, TRACE)
        there.answers(200, {"address": {"identifier": {"id": "A15100427183", "type": "NAD"}}})
        await it.availability(HOME, TRACE)
        there.answers(200, {"address": {"id": "7", "type": "UPRN"}, "availableTimeslots": []})
        with pytest.raises(SupplierFailed, match="another one than was asked for"):
            await it.slots(WHEN, TRACE)


async def test_an_order_is_taken_by_its_status_whatever_comes_with_it() -> None:
    async with peer() as there, network(there.url) as it:
        for body in (b"", b"OK", b'{"supplierOrderReference": 7}', b"null"):
            there.answers(202, body)
            assert await it.order(CEASE, TRACE) == Taken()
        there.answers(202, {"id": 50, "supplierOrderReference": "AN-1"})
        assert await it.order(CEASE, TRACE) == Taken("AN-1")
        there.answers(202, {"id": 51})
        with pytest.raises(SupplierFailed, match="51 is answered where 50 was asked for"):
            await it.order(CEASE, TRACE)


@pytest.mark.parametrize(
    ("body", "status", "committed", "target"),
    [
        ({"status": "IN_PROGRESS"}, "ACKNOWLEDGED", False, False),
        ({"status": "IN_PROGRESS", "committedDate": "2025-12-01T08:00:00Z"}, "IN_PROGRESS", True, True),
        ({"status": "BEING_PONDERED", "committedDate": "2025-12-01T08:00:00Z"}, "ACKNOWLEDGED", False, False),
        ({}, "ACKNOWLEDGED", False, False),
    ],
)
async def test_only_a_status_in_progress_with_a_date_is_a_commitment(
    body: dict[str, Any], status: str, *, committed: bool, target: bool
) -> None:
    async with peer() as there, network(there.url) as it:
        there.answers(201, body)
        found = await it.order(CEASE, TRACE)
    assert not isinstance(found, Taken | Refused)
    assert (found.status, found.committed_at is not None, found.target_at is not None) == (status, committed, target)
    assert found.said == body.get("status")


@pytest.mark.parametrize("body", [b"default backend - 404", b"{}", b'{"code": "GONE_FISHING"}'])
async def test_a_404_of_something_in_between_does_not_say_that_an_order_was_never_placed(body: bytes) -> None:
    async with peer() as there, network(there.url) as it:
        there.answers(404, body)
        with pytest.raises(SupplierFailed, match="ALTNET1 answered 404"):
            await it.read_order(48, TRACE)
        there.answers(404, {"code": "NOT_FOUND"})
        assert await it.read_order(48, TRACE) == Absent()


async def test_what_a_supplier_does_not_offer_is_not_asked() -> None:
    async with peer() as there, network(there.url, extensions=frozenset({Extension.READ_ORDER})) as it:
        there.answers(404, refusal("NOT_FOUND"))
        assert await it.read_order(1, TRACE) == Absent()
        for call in (it.read_appointment, it.release, it.read_amendment, it.read_cancellation):
            with pytest.raises(SupplierFailed, match="does not offer") as caught:
                await call(1, TRACE)
            assert (caught.value.code, caught.value.nothing_done) == ("NOT_IMPLEMENTED", True)
    assert len(there.heard) == 1


async def test_what_a_supplier_says_is_quoted_to_a_bound() -> None:
    async with peer() as there, network(there.url) as it:
        there.answers(500, {"messages": ["a\nb\x1b[31m" + "c" * 1000, 7, "", *map(str, range(100))]})
        found = await failed(it)
        there.answers(503, {"error": "no messages here"}, {"Retry-After": "99999999"})
        mute = await failed(it)
        there.answers(302, None, {"Location": "http://10.0.0.1/"})
        moved = await failed(it)
    assert len(found.messages) == MOST_MESSAGES
    assert found.messages[0].startswith("ALTNET1 answered 500 and said: a b [31mccc")
    assert max(map(len, found.messages)) < 350
    assert (mute.messages, mute.retry_after) == (("ALTNET1 answered 503",), 3600)
    assert moved.messages == ("ALTNET1 answered 302, a redirect, which is not followed",)


def dropping(after: bytes) -> Talk:
    """Hears the request, says so much, and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(after)
        await writer.drain()

    return talk


async def stalling(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()
    await asyncio.Event().wait()


HALF = b'HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"supplierOrderReference": "AN'


@pytest.mark.parametrize(
    ("talk", "kind", "code"),
    [
        (dropping(b""), "BROKEN", "SUPPLIER_FAULT"),
        (dropping(b"SSH-2.0-OpenSSH_9.9\r\n"), "BROKEN", "SUPPLIER_FAULT"),
        (dropping(HALF), "BROKEN", "SUPPLIER_FAULT"),
        (stalling, "TIMED_OUT", "SUPPLIER_TIMED_OUT"),
    ],
)
async def test_what_was_heard_and_not_answered_may_have_been_done(talk: Talk, kind: str, code: str) -> None:
    async with listening(talk) as port, network(f"http://127.0.0.1:{port}", total_seconds=0.5) as it:
        found = await failed(it)
    assert (found.kind, found.code, found.nothing_done, found.ill) == (kind, code, False, True)


@pytest.mark.parametrize(
    ("url", "ill"),
    [
        ("http://127.0.0.1:1", True),
        ("http://10.0.0.1", False),
        ("ftp://127.0.0.1", False),
    ],
)
async def test_what_never_reached_anybody_was_not_done(url: str, *, ill: bool) -> None:
    async with network(url) as it:
        found = await failed(it)
    assert (found.kind, found.code, found.nothing_done, found.ill) == ("UNREACHABLE", "SUPPLIER_FAULT", True, ill)


async def test_a_connection_that_does_not_come_about_in_time_was_not_heard() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(silent) as port, network(f"https://127.0.0.1:{port}", connect_seconds=0.2) as it:
        found = await failed(it)
    assert (found.kind, found.nothing_done) == ("UNREACHABLE", True)


async def test_a_header_that_cannot_be_sent_is_our_fault_and_nothing_goes_out() -> None:
    async with peer() as there, network(there.url) as it:
        with pytest.raises(SupplierFailed) as caught:
            await it.availability(HOME, Trace("a\r\nX-Evil: b"))
    assert (caught.value.kind, caught.value.nothing_done) == ("OUR_FAULT", True)
    assert not there.heard


async def test_an_answer_that_drips_ends_in_time() -> None:
    async def drip(_: Any) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async with peer() as there, network(there.url, total_seconds=0.3) as it:
        there.respond = drip
        assert (await failed(it)).kind == "TIMED_OUT"
