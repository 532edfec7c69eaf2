"""The edge over real sockets: heads without end, half requests, chunked abuse, and a clean stop."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress

import pytest
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs
from tests.web.toy_gateway import BOOKING, PREFIX, Got, toy_gateway

from fibregate.web.edge import Limits
from fibregate.web.server import Server

PATIENCE = 10.0
QUICK = Limits(seconds=0.3, linger=0.3)
HEAD = (
    f"POST {PREFIX}/appointments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\n"
    "X-Request-ID: req-1\r\nX-Conversation-ID: conv-1\r\nTenant: YOUR_TENANT\r\n"
).encode()
BODY = json.dumps(BOOKING).encode()
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, parts: Iterable[bytes]) -> None:
        """Sends until done or until the other side will have no more."""
        with suppress(ConnectionError):
            for part in parts:
                self.writer.write(part)
                async with asyncio.timeout(PATIENCE):
                    await self.writer.drain()

    async def answer(self) -> Got:
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
            raw = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Got(int(lines[0].split()[1]), headers, raw)

    async def ended(self) -> None:
        """Waits until the server has closed the connection."""
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionError):
                assert await self.reader.read() == b""


@asynccontextmanager
async def _serving(limits: Limits = QUICK) -> AsyncGenerator[Server]:
    server = Server(toy_gateway().gate, limits=limits)
    await server.start()
    try:
        yield server
    finally:
        await server.stop(grace=5)


@asynccontextmanager
async def _line(server: Server) -> AsyncGenerator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=2**20)
    try:
        yield Line(reader, writer)
    finally:
        writer.transport.abort()


async def test_requests_follow_each_other_on_one_connection() -> None:
    async with _serving() as server, _line(server) as line:
        for _ in range(3):
            await line.send([WHOLE])
            assert (await line.answer()).status == 201


async def test_pipelined_requests_are_answered_in_order() -> None:
    async with _serving() as server, _line(server) as line:
        broken = WHOLE.replace(b'"id": 159', b'"id": "15')
        await line.send([WHOLE + broken + WHOLE])
        assert [(await line.answer()).status for _ in range(3)] == [201, 400, 201]


@pytest.mark.parametrize("cut", [1, 20, len(HEAD) - 1, len(HEAD) + 10, len(WHOLE) - 1])
async def test_a_request_in_pieces_is_read_whole(cut: int) -> None:
    async with _serving(Limits()) as server, _line(server) as line:
        await line.send([WHOLE[:cut], WHOLE[cut:]])
        assert (await line.answer()).status == 201


async def test_a_head_of_64_kib_is_refused_with_the_error_object() -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([HEAD + b"X-Long: " + b"a" * 65_536 + b"\r\n\r\n"])
        got = await line.answer()
        got.refused(431, "MALFORMED_REQUEST")
        assert got.headers["connection"] == "close"
        await line.ended()


async def test_a_head_just_over_the_limit_is_refused_also_when_it_is_pipelined() -> None:
    async with _serving() as server, _line(server) as line:
        long = HEAD + b"X-Long: " + b"a" * 16_384 + b"\r\n\r\n"
        await line.send([WHOLE])
        assert (await line.answer()).status == 201
        await line.send([long])
        (await line.answer()).refused(431, "MALFORMED_REQUEST")


async def test_many_small_headers_are_counted_together() -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([HEAD, *(b"X-%d: a\r\n" % number for number in range(5000))])
        (await line.answer()).refused(431, "MALFORMED_REQUEST")


@pytest.mark.parametrize("start", [HEAD + b"X-Long: ", b"GET /", b"GET /?a=", b"A", HEAD + b"X"])
async def test_forty_megabytes_of_head_are_cut_short(start: bytes) -> None:
    async with _serving(Limits(seconds=PATIENCE)) as server, _line(server) as line:
        sending = asyncio.create_task(line.send([start, *[b"a" * 65_536] * 640]))
        try:
            got = await line.answer()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        else:
            assert got.status in {400, 431}
            got.refused(got.status, "MALFORMED_REQUEST")
        await line.ended()
        await sending


@pytest.mark.parametrize("part", [b"", b"GET", HEAD], ids=["nothing", "a word", "half a head"])
async def test_half_a_head_is_closed_in_time(part: bytes) -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([part])
        await line.ended()


async def test_half_a_body_is_refused_and_closed_in_time() -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([WHOLE[:-5]])
        (await line.answer()).refused(408, "MALFORMED_REQUEST")
        await line.ended()


async def test_a_head_that_dribbles_is_closed_in_time() -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([b"GET / HTTP/1.1\r\nX-Slow: "])
        ended = asyncio.create_task(line.ended())
        while not ended.done():
            await line.send([b"a"])
            await asyncio.wait([ended], timeout=0.05)
        await ended


async def test_a_body_that_dribbles_after_its_answer_is_closed_in_time() -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"])
        (await line.answer()).refused(404, "NOT_FOUND")
        ended = asyncio.create_task(line.ended())
        while not ended.done():
            await line.send([b"a"])
            await asyncio.wait([ended], timeout=0.05)
        await ended


async def test_a_caller_who_hangs_up_in_the_middle_is_no_bug() -> None:
    with capture_logs() as logged:
        async with _serving() as server:
            async with _line(server) as line:
                await line.send([WHOLE[:-5]])
            async with _line(server) as line:
                await line.send([WHOLE])
                assert (await line.answer()).status == 201
    assert logged == []


def _chunked(parts: Iterable[bytes]) -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


async def test_a_chunked_body_is_read_whole() -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([_chunked(bytes([byte]) for byte in BODY)])
        assert (await line.answer()).status == 201


async def test_a_chunked_body_without_end_is_too_large() -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([_chunked([b" " * 10_000] * 60)])
        (await line.answer()).refused(413, "MALFORMED_REQUEST")


async def test_an_announced_body_of_a_mebibyte_is_read_and_refused_so_that_the_answer_is_seen() -> None:
    async with _serving() as server, _line(server) as line:
        size = 1024 * 1024
        await line.send([HEAD + b"Content-Length: %d\r\n\r\n" % size, b" " * size])
        (await line.answer()).refused(413, "MALFORMED_REQUEST")


async def test_a_caller_who_asks_first_is_refused_before_sending() -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([HEAD + b"Expect: 100-continue\r\nContent-Length: 500000\r\n\r\n"])
        (await line.answer()).refused(413, "MALFORMED_REQUEST")


@pytest.mark.parametrize(
    "framing",
    [
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"Content-Length: -5\r\n\r\n",
        b"Content-Length: 5x\r\n\r\nhello",
        b"Content-Length: 99999999999999999999999999\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"Transfer-Encoding: gzip\r\n\r\nhello",
        b"X-Folded: a\r\n b\r\n\r\n",
        b"X-Bare: a\rb\r\n\r\n",
        b"X-Nul: a\0b\r\n\r\n",
        b"No colon\r\n\r\n",
        b"X Space: a\r\n\r\n",
    ],
)
async def test_broken_framing_is_refused_with_the_error_object(framing: bytes) -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([HEAD + framing])
        got = await line.answer()
        got.refused(got.status, "MALFORMED_REQUEST")
        assert got.status in {400, 408, 413}


@pytest.mark.parametrize(
    "first",
    [b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02"],
)
async def test_what_is_not_http_is_refused_with_the_error_object(first: bytes) -> None:
    async with _serving() as server, _line(server) as line:
        await line.send([first + b"\r\n" * 4])
        (await line.answer()).refused(400, "MALFORMED_REQUEST")


async def test_chunk_extensions_and_trailers_without_end_are_cut_short() -> None:
    for start in (b"5;", b"5\r\nhello\r\n0\r\nX-Trailer: "):
        async with _serving(Limits(seconds=PATIENCE, message=256 * 1024)) as server, _line(server) as line:
            await line.send([HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + start, *[b"a" * 65_536] * 100])
            with suppress(ConnectionError):
                async with asyncio.timeout(PATIENCE):
                    await line.reader.read()


async def test_the_half_encoded_query_of_the_documentation_is_taken_from_the_wire() -> None:
    async with _serving() as server, _line(server) as line:
        head = HEAD.split(b"\r\n", 1)[1]
        for address in (b'%7B"id":"10025559646","type":"UPRN"%7D', b'{"id":"10025559646","type":"UPRN"}'):
            target = f"{PREFIX}/service-availability?address=".encode() + address
            await line.send([b"GET " + target + b" HTTP/1.1\r\n" + head + b"\r\n"])
            assert (await line.answer()).json["address"] == {"id": "10025559646", "type": "UPRN"}


async def test_an_answer_to_head_has_no_body() -> None:
    async with _serving() as server, _line(server) as line:
        head = HEAD.split(b"\r\n", 1)[1]
        await line.send([f"HEAD {PREFIX}/orders/5 HTTP/1.1\r\n".encode() + head + b"\r\n"])
        async with asyncio.timeout(PATIENCE):
            answer = await line.reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 ")
        await line.send([WHOLE])
        assert (await line.answer()).status == 201


async def test_a_stop_lets_what_is_in_flight_finish() -> None:
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def slow(_scope: Scope, _receive: Receive, send: Send) -> None:
        begun.set()
        await let_go.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    server = Server(slow)
    await server.start()
    async with _line(server) as line:
        await line.send([b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
        await begun.wait()
        stopping = asyncio.create_task(server.stop())
        await asyncio.wait([stopping], timeout=0.2)
        assert not stopping.done()
        let_go.set()
        assert (await line.answer()).status == 204
        await stopping
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", server.port)


async def test_an_address_that_is_taken_is_an_os_error() -> None:
    async with _serving() as server:
        with pytest.raises(OSError, match="in use"):
            await Server(toy_gateway().gate, port=server.port).start()
