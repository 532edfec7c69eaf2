"""An endpoint that takes everything and notes when it came. A program of its own, so cheap that it is not measured.

`GET /take` gives what was noted since the last time, as JSON; `GET /count` only how much that is.
"""

import asyncio
import signal
import sys
import time
import urllib.request
from pathlib import Path
from typing import cast

import orjson
import uvloop

from bench.delivery.ledger import Arrival
from bench.service import Process

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
PATIENCE = 30.0


class Receiver:
    """The running program, as the benchmark sees it."""

    def __init__(self, log: Path) -> None:
        self._process = Process(["bench.delivery.receiver"], log, {})
        self._process.wait_until_ready()
        self.url = f"{self._process.url}/kcis"

    def count(self) -> int:
        return int(self._ask("count"))

    def take(self) -> list[Arrival]:
        """What came since the last time, in the order in which it came."""
        return [Arrival(*one) for one in orjson.loads(self._ask("take"))]

    def stop(self) -> None:
        self._process.stop()

    def _ask(self, what: str) -> bytes:
        with urllib.request.urlopen(f"{self._process.url}/{what}", timeout=PATIENCE) as answer:  # noqa: S310 - our own
            return answer.read()


class _Taking(asyncio.Protocol):
    def __init__(self, noted: list[tuple[float, bytes]]) -> None:
        self._noted = noted
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer = data = self._buffer + data if self._buffer else data
        end = data.find(_END)
        if end < 0 or self._transport is None:
            return
        head = data[:end].lower()
        at = head.find(_LENGTH)
        length = int(head[at + len(_LENGTH) :].split(b"\r", 1)[0]) if at >= 0 else 0
        whole = end + len(_END) + length
        if len(data) < whole:
            return
        self._buffer = data[whole:]
        if head.startswith(b"post"):
            self._noted.append((time.time(), data[end + len(_END) : whole]))
            self._transport.write(_TAKEN)
        else:
            self._tell(head)

    def _tell(self, head: bytes) -> None:
        body = str(len(self._noted)).encode()
        if head.startswith(b"get /take "):
            body = orjson.dumps([_read(at, raw) for at, raw in self._noted])
            self._noted.clear()
        if self._transport is not None:
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


def _read(at: float, raw: bytes) -> tuple[float, int, int, str]:
    kci = orjson.loads(raw)
    return at, kci["orderId"], kci["sequenceNumber"], kci["id"]


async def _run() -> None:
    noted: list[tuple[float, bytes]] = []
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: _Taking(noted), "127.0.0.1", 0)
    print(f"ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stop.wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(_run()))
