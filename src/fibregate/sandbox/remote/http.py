"""HTTP/1.1 on the bare connection.

A web server takes care that answers are well-formed, and that is what a supplier of this kind must not be bound to: it
answers twice, stops in the middle, resets. So requests are read with httptools, as uvicorn does it, and what is written
is the behaviour's own business.
"""

import asyncio
import contextlib
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from httptools import HttpParserError, HttpRequestParser

_MOST_BYTES: Final = 4 * 2**20
_PIECE: Final = 2**16
_IDLE_SECONDS: Final = 75.0
_RESET: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Request:
    """One call. Names of headers are in lower case; of one that is sent twice the last is kept."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    keeps_alive: bool


class TooMuch(Exception):
    """More was sent than anybody reads."""


class _Told:
    """What the parser tells, gathered to whole requests."""

    def __init__(self) -> None:
        self.parser = HttpRequestParser(self)
        self.requests: deque[Request] = deque()
        self._url, self._body, self._headers, self._size = b"", bytearray(), dict[str, str](), 0

    def on_message_begin(self) -> None:
        self._url, self._body, self._headers, self._size = b"", bytearray(), {}, 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        method, target = self.parser.get_method().decode("latin-1"), self._url.decode("latin-1")
        keeps_alive = self.parser.should_keep_alive()
        self.requests.append(Request(method, target, self._headers, bytes(self._body), keeps_alive))

    def feed(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > _MOST_BYTES:
            raise TooMuch
        self.parser.feed_data(data)


@dataclass(slots=True)
class Line:
    """The way back to one caller; `written` counts the bytes of the answer that is under way."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    written: int = 0

    async def say(self, raw: bytes) -> None:
        self.writer.write(raw)
        self.written += len(raw)
        await self.writer.drain()

    async def until_gone(self, seconds: float) -> None:
        """Wait until the caller hangs up, at most so long; what it says meanwhile is lost."""
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(seconds):
                while await self.reader.read(_PIECE):
                    pass

    def reset(self) -> None:
        """RST instead of FIN."""
        found: socket.socket | None = self.writer.get_extra_info("socket")
        if found is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.writer.transport.abort()


Answer = Callable[[Request, Line], Awaitable[bool]]
"""Answers one request; whether the connection may be used again."""


@dataclass
class Listener:
    """One listening place. `url` is known once it is open."""

    host: str
    port: int
    answer: Answer
    _server: asyncio.Server | None = None
    _serving: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def url(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    async def open(self) -> None:
        """Raises `OSError` where the address cannot be had."""
        self._server = await asyncio.start_server(self._connected, self.host, self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told = _Told()
        try:
            while (request := await _next(reader, told)) is not None:
                stays = await self.answer(request, Line(reader, writer))
                if not stays or not request.keeps_alive:
                    return
        except (OSError, HttpParserError, TooMuch, TimeoutError):
            return
        finally:
            writer.close()


async def _next(reader: asyncio.StreamReader, told: _Told) -> Request | None:
    while not told.requests:
        async with asyncio.timeout(_IDLE_SECONDS):
            data = await reader.read(_PIECE)
        if not data:
            return None
        told.feed(data)
    return told.requests.popleft()
