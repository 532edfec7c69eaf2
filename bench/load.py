"""Callers on kept connections, each sending its next request when the last is answered. A program of its own.

Reads a job as JSON from standard input and writes what came back to standard output. It parses no more of an answer
than its status and its length, so that the caller is not what is measured.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable
from time import perf_counter
from typing import Any, cast

import uvloop

from bench.callers import Caller

_LENGTH = b"content-length: "
_END = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """One caller."""

    def __init__(self, caller: Caller, until: Callable[[], float]) -> None:
        self.caller, self._until = caller, until
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the gateway closed a connection that was in use"))

    def send(self) -> None:
        self._sent_at = perf_counter()
        request = self.caller.next() if self._sent_at < self._until() else None
        if request is None or self._transport is None:
            self.done.set_result(None)
            return
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer = data = self._buffer + data if self._buffer else data
        end = data.find(_END)
        if end < 0:
            return
        at = data.find(_LENGTH, 0, end + 2)
        length = int(data[at + len(_LENGTH) : data.find(b"\r", at)]) if at >= 0 else 0
        if len(data) < end + len(_END) + length:
            return
        self.seconds.append(perf_counter() - self._sent_at)
        self._buffer = b""
        status = int(data[9:12])
        self.statuses[status] += 1
        self.caller.note(status, data[end + len(_END) :])
        self.send()


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Opens all connections, then begins; every request that was sent is answered before it ends.

    `stagger`: the first requests go out evenly over so many seconds.
    """
    loop = asyncio.get_running_loop()
    until = 0.0
    connections: list[Connection] = []
    for number in range(job["connections"]):
        caller = Caller(job, number)
        _, made = await loop.create_connection(
            lambda one=caller: Connection(one, lambda: until), "127.0.0.1", job["port"]
        )
        connections.append(made)
    began = perf_counter()
    until = began + job["seconds"]
    for number, one in enumerate(connections):
        loop.call_later(job.get("stagger", 0) * number / len(connections), one.send)
    await asyncio.gather(*(one.done for one in connections))
    took = perf_counter() - began
    statuses = sum((one.statuses for one in connections), Counter[int]())
    seconds = sorted(each for one in connections for each in one.seconds)
    return {
        "seconds": took,
        "requests": sum(statuses.values()),
        "statuses": dict(statuses),
        "p50": seconds[len(seconds) // 2],
        "p99": seconds[int(len(seconds) * 0.99)],
        "kept": [kept for one in connections for kept in one.caller.kept],
    }


def main() -> None:
    job = json.load(sys.stdin)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        json.dump(runner.run(run(job)), sys.stdout)


if __name__ == "__main__":
    main()
