"""A receiver that does each of the wrongs of `faults.py`, as a program of its own.

    python -m proof.faulty_receiver FOLDER [BYTES]

It writes its ports to `FOLDER/ports.json`, its authority's certificate to `FOLDER/authority.pem`, and each call to
`FOLDER/faulty.jsonl`: which fault, which webhook, when, and how many bytes of the answer it got rid of. The first part
of a URL's path names the fault.
"""

import asyncio
import contextlib
import signal
import socket
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import orjson

from proof import certificates
from proof.faults import Fault, Port
from proof.ground import ROOT, Process, environment
from proof.history import Writer
from proof.misbehaviour import GIBIBYTE, Call, behaviours, reset

FILE: Final = "faulty.jsonl"
PORTS: Final = "ports.json"
TRAP: Final = "TRAP"
_ASKED_LENGTH: Final = 2


class Receiver:
    """All listening places. `trap` is where redirects lead: whoever calls there is written down."""

    def __init__(self, folder: Path, *, body_bytes: int = GIBIBYTE) -> None:
        self._folder = folder
        self._log = Writer(folder / FILE)
        self._behaviours = behaviours(body_bytes)
        self._servers: list[asyncio.Server] = []
        self._sockets: list[socket.socket] = []
        self._trap = ""
        self.ports: dict[str, int] = {}

    async def open(self) -> None:
        by = certificates.authority(self._folder)
        issued = {
            Port.TLS: certificates.issue(self._folder, "good", by),
            Port.EXPIRED: certificates.issue(self._folder, "expired", by, days=-1),
            Port.WRONG_HOST: certificates.issue(self._folder, "elsewhere", by, host=certificates.ELSEWHERE),
            Port.SELF_SIGNED: certificates.issue(self._folder, "own", None),
        }
        for port, files in issued.items():
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(files.certificate, files.key)
            await self._listen(port, self._serve, tls)
        await self._listen(Port.PLAIN, self._serve)
        await self._listen(Port.MUTE, self._mute)
        await self._listen(Port.RESETTING, self._hang_up)
        await self._listen("trap", self._spring)
        self._trap = f"http://127.0.0.1:{self.ports['trap']}/"
        self.ports[Port.REFUSED] = self._bound().getsockname()[1]
        self.ports[Port.FULL] = self._full()
        self.ports[Port.NAMELESS] = self.ports[Port.PLAIN]

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        for one in self._sockets:
            one.close()
        self._log.close()

    async def _listen(
        self,
        name: str,
        serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, backlog=512)
        self._servers.append(server)
        self.ports[name] = server.sockets[0].getsockname()[1]

    def _bound(self) -> socket.socket:
        """Taken, so that nobody else listens there, and not listening."""
        made = socket.socket()
        made.bind(("127.0.0.1", 0))
        self._sockets.append(made)
        return made

    def _full(self) -> int:
        """Its queue of connections is full and nobody takes one: the kernel answers no further caller."""
        listening = self._bound()
        listening.listen(0)
        place = listening.getsockname()
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)  # noqa: FBT003 - the socket's own signature
            with contextlib.suppress(BlockingIOError):
                filler.connect(place)
            self._sockets.append(filler)
        return place[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        again = False
        try:
            while (call := await self._request(reader, writer, again=again)) is not None:
                await self._answer(call)
                again = call.again
                if not again or writer.is_closing():
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, again: bool) -> Call | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        fault = lines[0].split(" ")[1].split("/")[1]
        if fault != "early-answer":
            await reader.readexactly(int(headers.get("content-length", "0")))
        return Call(reader, writer, fault, headers.get("webhook-id", ""), self._trap, again=again)

    async def _answer(self, call: Call) -> None:
        came = time.monotonic()
        try:
            await self._behaviours[call.fault](call)
        finally:
            self._note(call.fault, came, webhook=call.webhook, sent=call.sent, again=call.again)

    def _note(self, fault: str, came: float, **more: object) -> None:
        self._log.write({"at": came, "until": time.monotonic(), "fault": fault, **more})

    async def _mute(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Call(reader, writer, "tls-stall", "").stall()
        writer.close()

    async def _hang_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        reset(writer)

    async def _spring(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._note(TRAP, time.monotonic(), said=(await reader.read(500)).decode("latin-1"))
        writer.close()


def url(folder: Path, fault: Fault) -> str:
    """Where a fault is met, once the receiver is ready."""
    port = orjson.loads((folder / PORTS).read_bytes())[fault.port]
    host = "nowhere.invalid" if fault.port is Port.NAMELESS else certificates.LOOPBACK
    return f"{fault.scheme}://{host}:{port}/{fault.name}"


def process(folder: Path, *, body_bytes: int = GIBIBYTE) -> Process:
    """Not started yet. `body_bytes` ends what would never end."""
    return Process(
        name="faulty",
        words=["proof.faulty_receiver", str(folder), str(body_bytes)],
        log=folder / "faulty.log",
        environment=environment(ROOT, {}),
    )


async def _main(folder: Path, body_bytes: int) -> None:
    receiver = Receiver(folder, body_bytes=body_bytes)
    await receiver.open()
    (folder / PORTS).write_bytes(orjson.dumps({str(name): port for name, port in receiver.ports.items()}))
    print("ready", folder, flush=True)
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    await ended.wait()
    await receiver.close()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > _ASKED_LENGTH else GIBIBYTE))
