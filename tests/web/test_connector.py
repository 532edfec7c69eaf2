import asyncio
import datetime as dt
import gzip
import ipaddress
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fibregate.web.connector import EXCERPT_BYTES, Answered, Connector, NotDelivered
from fibregate.web.guard import Guard

LOOPBACK = Guard(allow=["127.0.0.0/8", "::1/128"], ports=None, plain_http=True)
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def request_of(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    return head + await reader.readexactly(length)


@asynccontextmanager
async def listening(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def saying(answer: bytes, *, then_close: bool = True) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request_of(reader)
            writer.write(answer)
            await writer.drain()
            if then_close:
                return

    return talk


async def posted(
    talk: Talk, *, total: float = 3, connect: float = 1, headers: dict[str, str] | None = None
) -> Answered:
    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=connect, total_seconds=total) as connector:
        return await connector.post(f"http://127.0.0.1:{port}/kcis", b'{"a":1}', headers or {})


async def kind_of(talk: Talk, total: float = 3) -> str:
    with pytest.raises(NotDelivered) as caught:
        await posted(talk, total=total)
    return caught.value.kind


async def test_what_is_sent_is_exactly_the_bytes_and_our_own_headers() -> None:
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await request_of(reader))
        writer.write(b"HTTP/1.1 204 No Content\r\nRetry-After: 7\r\nX-Other: 1\r\n\r\n")
        await writer.drain()

    answer = await posted(talk, headers={"Content-Type": "application/json", "webhook-id": "1"})
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = sorted(line.split(b":")[0].decode().lower() for line in head.split(b"\r\n")[1:])
    assert body == b'{"a":1}'
    assert lines == [
        "accept", "accept-encoding", "content-length", "content-type", "host", "user-agent", "webhook-id",
    ]  # fmt: skip
    assert (answer.status, answer.peer, answer.excerpt) == (204, "127.0.0.1", b"")
    assert answer.headers == {"retry-after": "7"}
    assert answer.timings.connect_ms is not None
    assert answer.timings.first_byte_ms is not None
    assert 0 < answer.timings.connect_ms < answer.timings.first_byte_ms <= answer.timings.total_ms


async def test_a_name_is_resolved_and_timed() -> None:
    async with (
        listening(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as port,
        Connector(LOOPBACK, connect_seconds=1, total_seconds=3) as connector,
    ):
        answer = await connector.post(f"http://localhost:{port}/", b"{}", {})
    assert answer.timings.dns_ms is not None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await request_of(reader)
        host, port = writer.get_extra_info("sockname")
        location = f"Location: http://{host}:{port}/elsewhere\r\nContent-Length: 0\r\n\r\n"
        writer.write(f"HTTP/1.1 {status} Moved\r\n{location}".encode())
        await writer.drain()

    assert (await posted(talk)).status == status
    assert connections == 1


async def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await posted(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))).status == 200


async def test_an_endless_body_is_read_to_4_kib() -> None:
    sent = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            sent += 65536
            await writer.drain()

    answer = await posted(talk)
    assert (answer.status, answer.excerpt) == (200, b"x" * EXCERPT_BYTES)
    assert sent < 32 * 2**20


async def test_a_gzip_bomb_is_not_inflated() -> None:
    bomb = gzip.compress(b"\0" * 2**24)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    answer = await posted(saying(head + bomb))
    assert answer.excerpt == bomb[:EXCERPT_BYTES]


async def test_a_dripping_body_costs_little_and_its_status_counts() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    began = time.monotonic()
    answer = await posted(talk, total=30)
    assert answer.status == 200
    assert 0 < len(answer.excerpt) < 100
    assert time.monotonic() - began < 5


async def test_a_body_that_breaks_off_leaves_the_status() -> None:
    answer = await posted(saying(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\npart"))
    assert (answer.status, answer.excerpt) == (201, b"part")


async def test_a_dripping_head_ends_at_the_total_time() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert await kind_of(talk, total=0.4) == "timeout"


async def test_silence_ends_at_the_total_time() -> None:
    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await request_of(reader)
        await reader.read()

    assert await kind_of(talk, total=0.3) == "timeout"


async def test_a_stalled_tls_handshake_ends_at_the_connect_time() -> None:
    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=0.3, total_seconds=20) as connector:
        began = time.monotonic()
        with pytest.raises(NotDelivered) as caught:
            await connector.post(f"https://127.0.0.1:{port}/", b"{}", {})
    assert caught.value.kind == "timeout"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", "closed"),
        (b"HTTP/1.1 200", "closed"),
        (b"hello, this is HTTP/0.9\r\n", "protocol"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "protocol"),
        (b"\x16\x03\x01\x00\x00", "protocol"),
    ],
)
async def test_junk_is_no_answer(answer: bytes, kind: str) -> None:
    assert await kind_of(saying(answer)) == kind


async def test_endless_interim_answers_are_no_answer() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        while True:
            writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    assert await kind_of(talk, total=20) == "protocol"


async def test_cookies_are_forgotten() -> None:
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append(await request_of(reader))
            writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=1, total_seconds=3) as connector:
        for _ in range(2):
            await connector.post(f"http://localhost:{port}/", b"{}", {})
    assert len(seen) == 2
    assert b"cookie" not in seen[1].lower()


async def test_a_connection_that_died_while_idle_costs_no_attempt() -> None:
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        await request_of(reader)

    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=1, total_seconds=3) as connector:
        for _ in range(3):
            assert (await connector.post(f"http://127.0.0.1:{port}/", b"{}", {})).status == 200
    assert connections == 3


async def test_nobody_listening_is_a_failed_connection() -> None:
    async with listening(saying(b"")) as port:
        pass
    async with Connector(LOOPBACK, connect_seconds=1, total_seconds=3) as connector:
        with pytest.raises(NotDelivered) as caught:
            await connector.post(f"http://127.0.0.1:{port}/", b"{}", {})
        assert caught.value.kind == "connect"


async def test_a_header_with_a_line_break_is_not_sent() -> None:
    with pytest.raises(NotDelivered) as caught:
        await posted(saying(b"HTTP/1.1 200 OK\r\n\r\n"), headers={"X-A": "a\r\nX-B: b"})
    assert caught.value.kind == "protocol"


def certificate(folder: Path, *, host: str | None = None, days: int = 1) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    names: x509.GeneralName = x509.DNSName(host) if host else x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=9))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + built.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


@pytest.mark.parametrize(
    ("host", "days", "trusted", "kind"),
    [(None, 1, True, None), (None, 1, False, "tls"), ("other.example", 1, True, "tls"), (None, -1, True, "tls")],
)
async def test_certificates_are_verified(
    tmp_path: Path, host: str | None, days: int, *, trusted: bool, kind: str | None
) -> None:
    server, client = certificate(tmp_path, host=host, days=days)
    got: str | None = None
    async with (
        listening(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), server) as port,
        Connector(LOOPBACK, connect_seconds=2, total_seconds=3, tls=client if trusted else None) as connector,
    ):
        try:
            await connector.post(f"https://127.0.0.1:{port}/", b"{}", {})
        except NotDelivered as error:
            got = error.kind
    assert got == kind
