"""Calls whose answer counts: `Connector.request`."""

import asyncio

import pytest
from tests.web.test_connector import LOOPBACK, Talk, listening, request_of

from fibregate.web.connector import Answered, Connector, NotDelivered

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


async def head_of(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def once_then_cut(heard: list[bytes], answer: bytes = OK) -> Talk:
    """Answers the first request of a connection, hears the second, and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        posted = (await reader.readexactly(1)) == b"P"
        rest = await (request_of(reader) if posted else head_of(reader))
        heard.append(rest)
        writer.write(answer)
        await writer.drain()
        await reader.readexactly(1)
        heard.append(await (request_of(reader) if posted else head_of(reader)))

    return talk


async def asked(connector: Connector, port: int, method: str = "GET", **more: object) -> Answered:
    how: dict[str, object] = {"read_bytes": 100, **more}
    return await connector.request(method, f"http://127.0.0.1:{port}/a", {}, **how)  # pyright: ignore[reportArgumentType]


async def test_a_shared_connection_that_died_while_idle_is_replaced() -> None:
    heard: list[bytes] = []
    async with (
        listening(once_then_cut(heard)) as port,
        Connector(LOOPBACK, connect_seconds=1, total_seconds=2) as connector,
    ):
        for _ in range(2):
            assert (await asked(connector, port)).status == 200
    assert len(heard) == 3


async def test_a_fresh_call_is_said_once_on_a_connection_of_its_own() -> None:
    connections, heard = 0, 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections, heard
        connections += 1
        await request_of(reader)
        heard += 1
        if connections < 3:
            writer.write(OK)
            await writer.drain()
            await reader.read()

    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=1, total_seconds=2) as connector:
        for _ in range(2):
            assert (await asked(connector, port, "POST", body=b"{}", fresh=True)).status == 200
        with pytest.raises(NotDelivered) as caught:
            await asked(connector, port, "POST", body=b"{}", fresh=True)
    assert (caught.value.kind, caught.value.sent) == ("closed", True)
    assert (connections, heard) == (3, 3)


@pytest.mark.parametrize("seconds", [0.0, 0.05])
async def test_an_answer_that_comes_twice_is_not_taken_for_the_next_one(seconds: float) -> None:
    count, again = 0, asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        while True:
            await request_of(reader)
            count += 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % count)
            if count == 1:
                await asyncio.sleep(seconds)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nX")
            await writer.drain()
            again.set()

    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=1, total_seconds=2) as connector:
        assert (await asked(connector, port, "POST", body=b"{}")).excerpt == b"1"
        await again.wait()
        await asyncio.sleep(0.02)
        assert (await asked(connector, port, "POST", body=b"{}")).excerpt == b"2"


async def test_a_failure_knows_whether_anything_was_sent() -> None:
    async with listening(once_then_cut([])) as port:
        pass
    async with Connector(LOOPBACK, connect_seconds=1, total_seconds=2) as connector:
        for url, kind in (
            (f"http://127.0.0.1:{port}/", "connect"),
            ("http://10.0.0.1/", "refused"),
        ):
            with pytest.raises(NotDelivered) as caught:
                await connector.request("POST", url, {}, read_bytes=1)
            assert (caught.value.kind, caught.value.sent) == (kind, False)

    async def stall(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(stall) as port, Connector(LOOPBACK, connect_seconds=1, total_seconds=0.2) as connector:
        for scheme, sent in (("http", True), ("https", False)):
            with pytest.raises(NotDelivered) as caught:
                await connector.request("POST", f"{scheme}://127.0.0.1:{port}/", {}, read_bytes=1)
            assert (caught.value.kind, caught.value.sent) == ("timeout", sent)


@pytest.mark.parametrize(
    ("answer", "most", "read", "whole"),
    [
        (OK, 100, b"{}", True),
        (OK, 2, b"{}", True),
        (OK, 1, b"{", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", 100, b"{}", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", 100, b"{}", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 100, b"", True),
    ],
)
async def test_an_answer_is_read_to_a_bound_and_says_whether_that_was_all(
    answer: bytes, most: int, read: bytes, *, whole: bool
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(answer)
        await writer.drain()

    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=1, total_seconds=2) as connector:
        found = await asked(connector, port, read_bytes=most)
    assert (found.excerpt, found.whole) == (read, whole)


async def test_a_body_that_stalls_ends_with_the_call() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")
        await writer.drain()
        await reader.read()

    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=1, total_seconds=9) as connector:
        async with asyncio.timeout(1):
            found = await asked(connector, port, total_seconds=0.2)
    assert (found.status, found.excerpt, found.whole) == (200, b"{", False)


async def test_a_query_goes_out_as_it_was_encoded() -> None:
    heard: list[bytes] = []
    async with (
        listening(once_then_cut(heard)) as port,
        Connector(LOOPBACK, connect_seconds=1, total_seconds=2) as connector,
    ):
        await asked(connector, port, query="address=%7B%22id%22%3A%221%2B%22%7D&a=%2C")
    assert heard[0].startswith(b"ET /a?address=%7B%22id%22%3A%221%2B%22%7D&a=%2C HTTP/1.1\r\n")
