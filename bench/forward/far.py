"""Suppliers that answer after a while, as many calls at a time as there are. A program of its own.

`python -m bench.forward.far`. The path's first part is how long an answer takes: `/wait/MILLISECONDS/…`. It reads no
more of a request than an answer needs, so that it leaves the machine to what is measured.
"""

import asyncio
import json
import re
import signal
from functools import partial
from itertools import count
from typing import Final, cast
from urllib.parse import unquote

import uvloop

WAIT: Final = re.compile(rb"/wait/(\d+)/")
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_UPRN: Final = re.compile(r'"id":"(\d+)"')
_CHOICES: Final = [{"name": "LINE_PROFILE", "values": ["55/55", "80/20", "100/100", "300/300"]}]
_SITE: Final = {
    "newLine": True,
    "installationType": "STANDARD",
    "enniId": "ENNI-1",
    "siteName": "Exchange",
    "siteLocation": "Row 1",
}


class Suppliers:
    """What they were asked: calls that wait for their answer now, and visits booked."""

    def __init__(self) -> None:
        self.waiting = 0
        self.booked = 0
        self.references = count(1)

    def answer(self, head: bytes, body: bytes) -> tuple[int, object]:
        if b"/state " in head:
            return 200, {"waiting": self.waiting, "booked": self.booked}
        return self._booked(json.loads(body)) if head.startswith(b"POST") else _available(head)

    def _booked(self, asked: dict[str, object]) -> tuple[int, object]:
        self.booked += 1
        named = ("id", "address", "serviceSpecification", "purpose", "timeslot")
        return 201, {**{name: asked[name] for name in named}, "supplierReference": f"FAR-{next(self.references)}"}


def _available(head: bytes) -> tuple[int, object]:
    found = _UPRN.search(unquote(head.partition(b"\r\n")[0].decode()))
    named = {"id": found.group(1) if found else "", "type": "UPRN"}
    address = {"identifier": named, "streetNumber": "1", "streetName": "Alder Street", "postcode": "FE1 1AB"}
    offered = {"id": "fttp", "name": "FTTP", "serviceCharacteristics": _CHOICES}
    return 200, {"address": address, "serviceSpecifications": [offered], "siteInformation": _SITE}


class Connection(asyncio.Protocol):
    """One kept connection; its requests are answered one after the other."""

    def __init__(self, suppliers: Suppliers) -> None:
        self._suppliers = suppliers
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = int(length.group(1)) if length else 0
        if not found or len(rest) < size:
            return
        self._buffer = rest[size:]
        waits = WAIT.search(head)
        self._suppliers.waiting += 1
        seconds = int(waits.group(1)) / 1000 if waits else 0
        self._loop.call_later(seconds, partial(self._reply, head, rest[:size]))

    def _reply(self, head: bytes, body: bytes) -> None:
        self._suppliers.waiting -= 1
        status, said = self._suppliers.answer(head, body)
        written = json.dumps(said).encode()
        if self._transport is not None and not self._transport.is_closing():
            begun = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(written)}\r\n\r\n"
            self._transport.write(begun.encode() + written)


async def main() -> None:
    suppliers, loop = Suppliers(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(suppliers), "127.0.0.1", 0, backlog=2048)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    print(f"ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
