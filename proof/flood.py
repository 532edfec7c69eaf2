"""A caller that asks as fast as it is told to, as a program of its own, so that it does not slow down who measures.

    python -m proof.flood URL A_SECOND HEADERS COUNTS

It sends GET requests evenly over a few connections until it is ended, with the headers of one JSON file, and then
writes into another how many of which status came back. A connection that is behind skips what it could not send.
"""

import asyncio
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson

CONNECTIONS: Final = 16


class Flood:
    """`seen` counts the answers by status; 0 for a connection that broke."""

    def __init__(self, url: str, a_second: float, headers: dict[str, str]) -> None:
        parts = urlsplit(url)
        self._place = parts.hostname or "", parts.port or 80
        lines = [f"GET {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}"]
        self._request = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()
        self._pause = CONNECTIONS / a_second
        self.seen: Counter[int] = Counter()

    async def run(self) -> None:
        await asyncio.gather(*(self._connection(one * self._pause / CONNECTIONS) for one in range(CONNECTIONS)))

    async def _connection(self, offset: float) -> None:
        await asyncio.sleep(offset)
        while True:
            try:
                await self._talk(*await asyncio.open_connection(*self._place))
            except (OSError, asyncio.IncompleteReadError):
                self.seen[0] += 1
                await asyncio.sleep(self._pause)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        following = time.monotonic()
        try:
            while True:
                writer.write(self._request)
                self.seen[await _answer(reader)] += 1
                following = max(following + self._pause, time.monotonic())
                await asyncio.sleep(following - time.monotonic())
        finally:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    """Its status; the body is read and thrown away."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, found, rest = head.partition(b"content-length: ")
    if found:
        await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
    return int(head.split(b" ", 2)[1])


async def _main(url: str, a_second: float, headers: dict[str, str]) -> dict[str, int]:
    flood = Flood(url, a_second, headers)
    running = asyncio.create_task(flood.run())
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    print("ready", url, flush=True)
    await ended.wait()
    running.cancel()
    return {str(status): count for status, count in flood.seen.items()}


if __name__ == "__main__":
    _, *_given, _headers, _counts = sys.argv
    _seen = asyncio.run(_main(_given[0], float(_given[1]), orjson.loads(Path(_headers).read_bytes())))
    Path(_counts).write_bytes(orjson.dumps(_seen))
