"""The one way out: every outbound call is resolved, judged, pinned and bounded here.

All addresses of a name must pass the guard, and the one that is dialled is judged once more by the socket itself. No
redirect is followed, no proxy is read from the environment, an answer is read to a bound and never inflated.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Self
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from fibregate import db
from fibregate.web import dialling
from fibregate.web.dialling import Course, Dialler, Refused, Timings
from fibregate.web.guard import Guard

EXCERPT_BYTES: Final = 4096
EXCERPT_SECONDS: Final = 2.0
FORM_ANSWER_BYTES: Final = 16 * 1024
_KEPT_HEADERS: Final = ("content-type", "retry-after", "x-notice")
_TRIES_ON_IDLE_CONNECTIONS: Final = 3

Kind = Literal["refused", "dns", "connect", "tls", "timeout", "closed", "protocol", "auth"]
"""How far a call got; `auth` is for callers that first need a token and cannot have it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: its status says whether it was good. `excerpt` is the raw start of the body, or the `whole`."""

    status: int
    headers: Mapping[str, str]
    excerpt: bytes
    whole: bool
    peer: str
    timings: Timings


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as it goes out: its body, its limits, and how much of the answer is read, for how long.

    `fresh`: on a connection of its own, once. Else it goes out again on a connection that died while idle.
    """

    url: URL
    body: bytes | None
    headers: Mapping[str, str]
    timeout: aiohttp.ClientTimeout
    tls: ssl.SSLContext | None = None
    may_send: Callable[[], bool] | None = None
    read_bytes: int = EXCERPT_BYTES
    read_seconds: float = EXCERPT_SECONDS
    method: str = "POST"
    fresh: bool = False


class NotDelivered(Exception):
    """No answer: `kind` says how far it got. Unless it was `sent`, the host has certainly heard nothing of it."""

    def __init__(self, kind: Kind, message: str, timings: Timings | None = None, *, sent: bool = False) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message
        self.timings = timings or Timings()
        self.sent = sent


class _Response(aiohttp.ClientResponse):
    """Remembers who answered: the connection may be gone when somebody asks."""

    peer: str = ""

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        transport = connection.transport
        address = transport.get_extra_info("peername") if transport is not None else None
        self.peer = str(address[0]) if address else ""
        return await super().start(connection)


class Connector:
    """Sends to the outside; one for a process. `tls` replaces the usual trust in public authorities."""

    def __init__(
        self, guard: Guard, *, connect_seconds: float, total_seconds: float, tls: ssl.SSLContext | None = None
    ) -> None:
        self._guard = guard
        self._connect_seconds, self._total_seconds = connect_seconds, total_seconds
        self._timeout = aiohttp.ClientTimeout(total=total_seconds, connect=connect_seconds)
        self._tls = tls
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Cut off every connection; the next call opens anew."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    def check_url(self, url: str) -> list[str]:
        """What a tenant is told when it saves a URL that could never be called."""
        return self._guard.faults(url)

    async def presenting(self, certificate: bytes, private_key: bytes) -> ssl.SSLContext:
        """For calls that show a client certificate (PEM); trusts whom this connector does. Raises ValueError."""
        return await asyncio.to_thread(dialling.presenting, certificate, private_key, like=self._tls)

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        tls: ssl.SSLContext | None = None,
        connect_seconds: float | None = None,
        total_seconds: float | None = None,
        may_send: Callable[[], bool] | None = None,
    ) -> Answered:
        """One attempt; raises `NotDelivered`. A connection that died while idle costs no attempt.

        `may_send` is asked when the connection stands, before anything is said on it; `Overtaken` if it says no.
        """
        timeout = self._limits(connect_seconds, total_seconds)
        return await self._send(url, lambda parsed: Asked(parsed, body, headers, timeout, tls, may_send))

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        query: str = "",
        body: bytes | None = None,
        read_bytes: int,
        tls: ssl.SSLContext | None = None,
        connect_seconds: float | None = None,
        total_seconds: float | None = None,
        fresh: bool = False,
    ) -> Answered:
        """As `post`, for calls whose answer counts: its body is read up to `read_bytes`, in the time of the call.

        A `fresh` one has a connection of its own: it is said once at most, and no answer that comes late or twice is
        taken for another's. `query` is encoded already.
        """
        timeout = self._limits(connect_seconds, total_seconds)

        def asked(parsed: URL) -> Asked:
            return Asked(
                URL(f"{parsed}?{query}", encoded=True) if query else parsed,
                body,
                headers,
                timeout,
                tls,
                read_bytes=read_bytes,
                read_seconds=total_seconds or self._total_seconds,
                method=method,
                fresh=fresh,
            )

        return await self._send(url, asked)

    def _limits(self, connect_seconds: float | None, total_seconds: float | None) -> aiohttp.ClientTimeout:
        if connect_seconds is None and total_seconds is None:
            return self._timeout
        return aiohttp.ClientTimeout(
            total=total_seconds or self._total_seconds, connect=connect_seconds or self._connect_seconds
        )

    async def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answered:
        """As `post`, for token URLs: a form, and an answer that is read whole, up to 16 KiB and a byte."""
        body = urlencode(form).encode()
        all_headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", **headers}

        def asked(parsed: URL) -> Asked:
            return Asked(
                parsed,
                body,
                all_headers,
                self._timeout,
                read_bytes=FORM_ANSWER_BYTES + 1,
                read_seconds=self._total_seconds,
            )

        return await self._send(url, asked)

    async def _send(self, url: str, made: Callable[[URL], Asked]) -> Answered:
        if db.in_transaction():
            raise AssertionError("nothing is sent while a transaction is open")
        faults = self._guard.faults(url)
        if faults:
            raise NotDelivered("refused", "; ".join(faults))
        asked = made(URL(url))
        for left in reversed(range(_TRIES_ON_IDLE_CONNECTIONS)):
            course = Course(secure=asked.url.scheme == "https", may_send=asked.may_send)
            try:
                return await self._once(asked, course)
            except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
                course.timings.total_ms = course.elapsed()
                kind, message = _told(error)
                again = kind == "closed" and course.reused and not asked.fresh
                if not (again and left):
                    raise NotDelivered(kind, message, course.timings, sent=course.stands) from error
        raise AssertionError("the last try returns or raises")

    async def _once(self, asked: Asked, course: Course) -> Answered:
        request = self._open(fresh=asked.fresh).request(
            asked.method,
            asked.url,
            data=asked.body,
            headers=asked.headers,
            allow_redirects=False,
            timeout=asked.timeout,
            ssl=asked.tls or True,
            trace_request_ctx=course,
        )
        async with request as response:
            course.timings.first_byte_ms = course.elapsed()
            excerpt = await _excerpt(response, asked.read_bytes, asked.read_seconds)
            whole = response.content.at_eof() and response.content.exception() is None
            if not whole:
                response.close()
            course.timings.total_ms = course.elapsed()
            return Answered(
                status=response.status,
                headers={name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
                excerpt=excerpt,
                whole=whole,
                peer=response.peer if isinstance(response, _Response) else "",
                timings=course.timings,
            )

    def _open(self, *, fresh: bool) -> aiohttp.ClientSession:
        if fresh not in self._sessions:
            self._sessions[fresh] = aiohttp.ClientSession(
                connector=Dialler(self._guard, tls=self._tls, fresh=fresh),
                headers={"User-Agent": "Fibregate", "Accept": "*/*", "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                read_bufsize=2 * EXCERPT_BYTES,
                response_class=_Response,
                trace_configs=[dialling.tracing()],
            )
        return self._sessions[fresh]


async def _excerpt(response: aiohttp.ClientResponse, most: int, seconds: float) -> bytes:
    """The start of the body; the status alone decides, so a body that drips or breaks is simply left."""
    found = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while len(found) < most:
                part = await response.content.read(most - len(found))
                if not part:
                    break
                found += part
    except (aiohttp.ClientError, OSError, TimeoutError):
        response.close()
    return bytes(found)


def _told(error: Exception) -> tuple[Kind, str]:
    """How far a call got, in our words; none of the caller's addresses and none of the library's."""
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, Refused):
        return "refused", str(error.os_error)
    for kinds, kind, message in _FAILURES:
        if isinstance(error, kinds):
            return kind, message
    return "protocol", f"the answer was not HTTP ({type(error).__name__})"


_FAILURES: Final[tuple[tuple[type[Exception] | tuple[type[Exception], ...], Kind, str], ...]] = (
    (TimeoutError, "timeout", "no answer in time"),
    (aiohttp.ClientConnectorDNSError, "dns", "the host's name could not be resolved"),
    (aiohttp.ClientConnectorCertificateError, "tls", "the host's certificate was not accepted"),
    (aiohttp.ClientSSLError, "tls", "no TLS connection could be made"),
    (aiohttp.ClientConnectorError, "connect", "no connection could be made"),
    ((aiohttp.ServerDisconnectedError, OSError), "closed", "the connection was closed before an answer came"),
    (aiohttp.InvalidURL, "refused", "the URL cannot be called"),
)
