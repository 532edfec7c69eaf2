"""How a receiver does each of the wrongs of `faults.py`, from the moment it has the request."""

import asyncio
import contextlib
import gzip
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

GIBIBYTE: Final = 2**30
STALL_SECONDS: Final = 60.0
DRIP_SECONDS: Final = 0.1
_MEBIBYTE: Final = bytes(2**20)
_RESET: Final = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Call:
    """One request, and the way back. `sent` counts the bytes of the answer."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    fault: str
    webhook: str
    elsewhere: str = ""
    sent: int = 0
    again: bool = False
    """The connection stays open for another request."""

    async def say(self, text: str | bytes) -> None:
        raw = text.encode() if isinstance(text, str) else text
        self.writer.write(raw)
        self.sent += len(raw)
        await self.writer.drain()

    async def stall(self) -> None:
        """Until the caller has gone, or for as long as nobody waits."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STALL_SECONDS):
                while await self.reader.read(2**16):
                    pass

    def reset(self) -> None:
        """RST instead of FIN."""
        reset(self.writer)


def reset(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


Behaviour = Callable[[Call], Awaitable[None]]


def _simple(status: str, *headers: str, body: str = "") -> Behaviour:
    async def behave(call: Call) -> None:
        length = [] if status.startswith(("204", "304")) else [f"Content-Length: {len(body)}"]
        lines = [f"HTTP/1.1 {status}", *headers, *length, "Connection: close", "", body]
        await call.say("\r\n".join(lines))

    return behave


def _redirect(status: str) -> Behaviour:
    async def behave(call: Call) -> None:
        await call.say(f"HTTP/1.1 {status} Elsewhere\r\nLocation: {call.elsewhere}\r\nContent-Length: 0\r\n\r\n")

    return behave


def _told(*parts: str | bytes) -> Behaviour:
    """Says it and closes."""

    async def behave(call: Call) -> None:
        for part in parts:
            await call.say(part)

    return behave


async def _early_hints(call: Call) -> None:
    await call.say("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3)
    await call.say("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")


async def _date(call: Call) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True)
    await call.say(f"HTTP/1.1 429 Later\r\nRetry-After: {when}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


async def _first_byte_stall(call: Call) -> None:
    await call.stall()


async def _drip(call: Call, text: str) -> None:
    for letter in text:
        await call.say(letter)
        await asyncio.sleep(DRIP_SECONDS)


async def _head_drip(call: Call) -> None:
    await _drip(call, "HTTP/1.1 200 OK\r\nX-Slow: " + "a" * 600)


async def _body_drip(call: Call) -> None:
    await call.say("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n")
    await _drip(call, "a" * 600)


async def _body_stall(call: Call) -> None:
    await call.say("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\nabc")
    await call.stall()


async def _reset_before(call: Call) -> None:
    call.reset()


async def _close_before(_: Call) -> None:
    return


async def _reset_in_head(call: Call) -> None:
    await call.say("HTTP/1.1 200 OK\r\nContent-Le")
    await asyncio.sleep(DRIP_SECONDS)
    call.reset()


async def _reset_in_body(call: Call) -> None:
    await call.say("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\nabc")
    await asyncio.sleep(DRIP_SECONDS)
    call.reset()


async def _keep_alive_lost(call: Call) -> None:
    """Answers the first request of a connection and hangs up on the second, as a server with a short patience does."""
    if call.again:
        call.reset()
    else:
        await call.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        call.again = True


async def _bad_chunk(call: Call) -> None:
    """Broken after the head has been read: a parser that gets both at once may well refuse the head as well."""
    await call.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    await asyncio.sleep(DRIP_SECONDS)
    await call.say("zz\r\nabc\r\n")


def _endless(head: str, part: str, most: int) -> Behaviour:
    many = part.encode() * max(2**16 // len(part), 1)

    async def behave(call: Call) -> None:
        await call.say(head)
        while call.sent < most:
            await call.say(many)

    return behave


async def _gzip_bomb(call: Call) -> None:
    """A mebibyte that unfolds to a gibibyte."""
    member = gzip.compress(_MEBIBYTE, 9)
    times = GIBIBYTE // len(_MEBIBYTE)
    length = len(member) * times
    await call.say(f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n")
    for _ in range(times):
        await call.say(member)


def behaviours(body_bytes: int = GIBIBYTE) -> dict[str, Behaviour]:
    return {
        "200": _simple("200 OK", body="taken"),
        "204": _simple("204 No Content"),
        "299": _simple("299 Miscellaneous", body="taken"),
        "early-hints": _early_hints,
        "304": _simple("304 Not Modified"),
        "400": _simple("400 Bad Request", body="no"),
        "404": _simple("404 Not Found", body="no"),
        "410": _simple("410 Gone", body="no"),
        "500": _simple("500 Broken", body="no"),
        "599": _simple("599 Odd", body="no"),
        "429-seconds": _simple("429 Later", "Retry-After: 600"),
        "429-date": _date,
        "429-garbage": _simple("429 Later", "Retry-After: next tuesday, perhaps -1"),
        "429-huge": _simple("429 Later", "Retry-After: 99999999999"),
        "503-seconds": _simple("503 Later", "Retry-After: 120"),
        "301-trap": _redirect("301"),
        "302-trap": _redirect("302"),
        "307-trap": _redirect("307"),
        "308-trap": _redirect("308"),
        "first-byte-stall": _first_byte_stall,
        "head-drip": _head_drip,
        "body-drip": _body_drip,
        "body-stall": _body_stall,
        "reset-before": _reset_before,
        "close-before": _close_before,
        "reset-in-head": _reset_in_head,
        "reset-in-body": _reset_in_body,
        "keep-alive-lost": _keep_alive_lost,
        "early-answer": _simple("200 OK", body="early"),
        "gibibyte": _endless(f"HTTP/1.1 200 OK\r\nContent-Length: {GIBIBYTE}\r\n\r\n", "a", body_bytes),
        "gzip-bomb": _gzip_bomb,
        "endless-headers": _endless("HTTP/1.1 200 OK\r\n", "X-More: and more\r\n", body_bytes),
        "endless-line": _endless("HTTP/1.1 200 OK\r\nX-More: ", "a", body_bytes),
        "interim-flood": _endless("", "HTTP/1.1 102 Processing\r\n\r\n", body_bytes),
        "http-0.9": _told("<html>taken</html>\n"),
        "noise": _told(random.Random(7).randbytes(2000)),
        "two-lengths": _told("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nabcde"),
        "length-too-long": _told("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\nabc"),
        "bad-chunk": _bad_chunk,
        "tls-good": _simple("200 OK", body="taken"),
    }
