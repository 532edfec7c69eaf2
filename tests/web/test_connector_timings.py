import asyncio
import contextlib
import ssl
import tempfile
from pathlib import Path

import pytest
from tests.authority import Authority
from tests.web.test_connector import LOOPBACK, listening, request_of, saying

from fibregate.web import dialling
from fibregate.web.connector import FORM_ANSWER_BYTES, Connector, NotDelivered

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
HOLD_SECONDS = 0.2


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def test_the_parts_of_a_call_are_told_apart(authority: Authority) -> None:
    async with (
        listening(saying(OK, then_close=False), authority.server()) as port,
        Connector(LOOPBACK, connect_seconds=2, total_seconds=3, tls=authority.trusted()) as connector,
    ):
        first = (await connector.post(f"https://127.0.0.1:{port}/", b"{}", {})).timings
        again = (await connector.post(f"https://127.0.0.1:{port}/", b"{}", {})).timings
    assert first.dns_ms is None
    assert first.connect_ms is not None
    assert first.tls_ms is not None
    assert first.first_byte_ms is not None
    assert min(first.connect_ms, first.tls_ms) > 0
    assert first.connect_ms + first.tls_ms < first.first_byte_ms <= first.total_ms
    assert (again.dns_ms, again.connect_ms, again.tls_ms) == (None, None, None)


async def test_plain_http_has_no_handshake_to_time() -> None:
    async with (
        listening(saying(OK)) as port,
        Connector(LOOPBACK, connect_seconds=2, total_seconds=3) as connector,
    ):
        timings = (await connector.post(f"http://localhost:{port}/", b"{}", {})).timings
    assert timings.dns_ms is not None
    assert timings.connect_ms is not None
    assert timings.tls_ms is None


async def test_a_handshake_that_stalls_leaves_the_time_of_the_connection() -> None:
    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=20, total_seconds=20) as connector:
        with pytest.raises(NotDelivered) as caught:
            await connector.post(f"https://127.0.0.1:{port}/", b"{}", {}, connect_seconds=HOLD_SECONDS)
    timings = caught.value.timings
    assert caught.value.kind == "timeout"
    assert timings.connect_ms is not None
    assert timings.connect_ms < HOLD_SECONDS * 1000 <= timings.total_ms + 50
    assert timings.tls_ms is None


async def test_an_endpoint_may_have_less_time_than_others() -> None:
    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await request_of(reader)
        await reader.read()

    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=20, total_seconds=20) as connector:
        with pytest.raises(NotDelivered) as caught:
            await connector.post(f"http://127.0.0.1:{port}/", b"{}", {}, total_seconds=HOLD_SECONDS)
    assert caught.value.kind == "timeout"
    assert caught.value.timings.total_ms < 5000


def open_files() -> list[str]:
    found: list[str] = []
    for one in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one that lists them
            found.append(str(one.readlink()))
    return found


async def test_a_client_certificate_is_shown_to_whom_it_is_for_and_leaves_no_file(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    pair = authority.issue("gateway")
    async with (
        listening(saying(OK, then_close=False), authority.server(asks_clients=True)) as port,
        Connector(LOOPBACK, connect_seconds=2, total_seconds=3, tls=authority.trusted()) as connector,
    ):
        url = f"https://127.0.0.1:{port}/"
        ours = await connector.presenting(pair.certificate.encode(), pair.private_key.encode())
        assert not [one for one in open_files() if "memfd:pem" in one]
        assert (await connector.post(url, b"{}", {}, tls=ours)).status == 200
        with pytest.raises(NotDelivered):  # a connection that showed it is nobody else's
            await connector.post(url, b"{}", {})
    assert list(scratch.iterdir()) == []


async def test_a_receiver_of_another_authority_is_not_trusted_with_a_client_certificate(
    authority: Authority, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    pair = authority.issue("gateway")
    async with (
        listening(saying(OK), Authority(other).server()) as port,
        Connector(LOOPBACK, connect_seconds=2, total_seconds=3, tls=authority.trusted()) as connector,
    ):
        ours = await connector.presenting(pair.certificate.encode(), pair.private_key.encode())
        with pytest.raises(NotDelivered) as caught:
            await connector.post(f"https://127.0.0.1:{port}/", b"{}", {}, tls=ours)
    assert caught.value.kind == "tls"


def test_a_client_certificate_trusts_the_usual_authorities_where_nothing_else_is_said(authority: Authority) -> None:
    pair = authority.issue("gateway")
    made = dialling.presenting(pair.certificate.encode(), pair.private_key.encode(), like=None)
    assert made.verify_mode is ssl.CERT_REQUIRED
    assert made.check_hostname


def test_a_key_of_another_certificate_does_not_fit(authority: Authority) -> None:
    one, other = authority.issue("one"), authority.issue("other")
    assert dialling.fits(one.certificate.encode(), one.private_key.encode())
    assert not dialling.fits(one.certificate.encode(), other.private_key.encode())
    assert not dialling.fits(b"", b"")
    with pytest.raises(ValueError, match="cannot be used"):
        dialling.presenting(one.certificate.encode(), other.private_key.encode(), like=authority.trusted())


async def form_answered(answer: bytes) -> tuple[bytes, bytes]:
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await request_of(reader))
        writer.write(answer)
        await writer.drain()

    async with listening(talk) as port, Connector(LOOPBACK, connect_seconds=1, total_seconds=3) as connector:
        got = await connector.post_form(f"http://127.0.0.1:{port}/token", {"a": "b c", "d": "é&"}, {"X-A": "b"})
    return seen[0], got.excerpt


async def test_a_form_is_sent_as_one_and_its_answer_is_read_to_16_kib() -> None:
    body = b"x" * (FORM_ANSWER_BYTES + 100)
    request, read = await form_answered(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    head, _, sent = request.partition(b"\r\n\r\n")
    assert sent == b"a=b+c&d=%C3%A9%26"
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()
    assert b"x-a: b" in head.lower()
    assert read == body[: FORM_ANSWER_BYTES + 1]


async def test_a_form_goes_only_where_webhooks_may() -> None:
    async with Connector(LOOPBACK, connect_seconds=1, total_seconds=1) as connector:
        with pytest.raises(NotDelivered) as caught:
            await connector.post_form("http://10.0.0.1/token", {}, {})
    assert caught.value.kind == "refused"
