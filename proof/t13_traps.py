"""What stands on every address of a network namespace: a host that answers, and somebody who counts who was called."""

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final

from proof.t13_corpus import redirect_of

_ALL_PROTOCOLS: Final = 0x0003
_IPV4: Final = 0x0800
_IPV6: Final = 0x86DD
_TCP: Final = 6
_UDP: Final = 17
_NAMES: Final = 53
_ETHERNET: Final = 14
_TOKEN: Final = b'{"access_token": "t13", "token_type": "Bearer", "expires_in": 3600}'


@dataclass(frozen=True)
class Packet:
    """The first one of a TCP connection, or one of UDP."""

    at: float
    address: str
    port: int
    protocol: str


@dataclass
class Sniffer:
    """Everything that leaves a process of this namespace passes its only device."""

    seen: list[Packet] = field(default_factory=list[Packet])

    def start(self) -> None:
        device = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
        device.bind(("lo", 0))
        device.settimeout(0)
        device.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        asyncio.get_running_loop().add_reader(device, self._drain, device)

    def _drain(self, device: socket.socket) -> None:
        while True:
            try:
                frame, about = device.recvfrom(65535)
            except BlockingIOError:
                return
            if about[2] == socket.PACKET_OUTGOING and (packet := of_frame(frame)):
                self.seen.append(packet)


def of_frame(frame: bytes) -> Packet | None:
    """What counts of a frame; answers of a name server and packets of connections that stand do not."""
    (kind,) = struct.unpack_from("!H", frame, 12)
    ip = frame[_ETHERNET:]
    if kind == _IPV4:
        protocol, address, inner = ip[9], ip[16:20], ip[(ip[0] & 15) * 4 :]
    elif kind == _IPV6:
        protocol, address, inner = ip[6], ip[24:40], ip[40:]
    else:
        return None
    source, port = struct.unpack_from("!HH", inner)
    text = str(ip_address(address))
    if protocol == _TCP and inner[13] & 0x12 == 0x02:  # SYN without ACK
        return Packet(time.monotonic(), text, port, "TCP")
    if protocol == _UDP and source != _NAMES:
        return Packet(time.monotonic(), text, port, "UDP")
    return None


@dataclass
class Trap:
    """An HTTPS host on every address, which gives tokens and sends on; `calls` are what it was asked, and where."""

    calls: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(5):
                head = await reader.readuntil(b"\r\n\r\n")
                await self._reply(head, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass
        finally:
            writer.close()

    async def _reply(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = head.decode("latin-1").split("\r\n")
        path = lines[0].split()[1]
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                await reader.readexactly(int(value))
        self.calls.append((str(writer.get_extra_info("sockname")[0]), path))
        sent_on = redirect_of(path)
        status, more = (sent_on[0], f"Location: {sent_on[1]}\r\n") if sent_on else (200, "")
        writer.write(
            f"HTTP/1.1 {status} x\r\n{more}Content-Type: application/json\r\nConnection: close\r\n"
            f"Content-Length: {len(_TOKEN)}\r\n\r\n".encode()
            + _TOKEN
        )
        await writer.drain()


@asynccontextmanager
async def trapped(tls: ssl.SSLContext) -> AsyncGenerator[Trap]:
    """At port 443 of every address of both families, and at a few others without TLS."""
    trap = Trap()
    servers: list[Any] = []
    for family, everywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104 - of a namespace
        for port in (443, 80, 8443):
            secure = tls if port == 443 else None
            servers.append(await asyncio.start_server(trap.meet, everywhere, port, family=family, ssl=secure))
    try:
        yield trap
    finally:
        for one in servers:
            one.close()
