"""The one way out: every outbound call is resolved, judged, pinned and bounded here.

All addresses of a name must pass the guard, and the one that is dialled is judged once more by the socket itself. No
redirect is followed, no proxy is read from the environment, an answer is read to 4 KiB and never inflated.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final, Literal, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from fibregate import db
from fibregate.web.guard import Guard

EXCERPT_BYTES: Final = 4096
EXCERPT_SECONDS: Final = 2.0
IDLE_SECONDS: Final = 4.0
LOOKUPS_AT_A_TIME: Final = 16
_KEPT_HEADERS: Final = ("content-type", "retry-after")
_TRIES_ON_IDLE_CONNECTIONS: Final = 3

Kind = Literal["refused", "dns", "connect", "tls", "timeout", "closed", "protocol"]


@dataclass(slots=True)
class Timings:
    """Milliseconds of the real clock from the start of a call; None for what did not happen, or was not needed."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    first_byte_ms: float | None = None
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: its status says whether it was good. `excerpt` is the raw start of the body."""

    status: int
    headers: Mapping[str, str]
    excerpt: bytes
    peer: str
    timings: Timings


class NotDelivered(Exception):
    """No answer: `kind` says how far it got."""

    def __init__(self, kind: Kind, message: str, timings: Timings | None = None) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message
        self.timings = timings or Timings()


class _Refused(OSError):
    """The guard said no; an OSError so that the client library carries it out of its depths."""


@dataclass(slots=True, eq=False)
class _Course:
    """What the tracing hooks saw of one request."""

    began: float = field(default_factory=time.perf_counter)
    mark: float = 0.0
    reused: bool = False
    timings: Timings = field(default_factory=Timings)

    def elapsed(self, since: float | None = None) -> float:
        return (time.perf_counter() - (self.began if since is None else since)) * 1000


class _Response(aiohttp.ClientResponse):
    """Remembers who answered: the connection may be gone when somebody asks."""

    peer: str = ""

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        transport = connection.transport
        address = transport.get_extra_info("peername") if transport is not None else None
        self.peer = str(address[0]) if address else ""
        return await super().start(connection)


class _Resolver(AbstractResolver):
    """The system's resolver in threads of its own, so that one slow name server cannot take everybody's."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._threads = ThreadPoolExecutor(LOOKUPS_AT_A_TIME, thread_name_prefix="lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        def look_up() -> list[Any]:
            return list(socket.getaddrinfo(host, port, family, socket.SOCK_STREAM))

        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        results: list[ResolveResult] = []
        for kind, _, proto, _, address in found:
            if not self._guard.admits(str(address[0])):
                raise _Refused("the host has an address that may not be called")
            result = ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            results.append(result)
        return results

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class Connector:
    """Sends to the outside; one for a process. `tls` replaces the usual trust in public authorities."""

    def __init__(
        self, guard: Guard, *, connect_seconds: float, total_seconds: float, tls: ssl.SSLContext | None = None
    ) -> None:
        self._guard = guard
        self._timeout = aiohttp.ClientTimeout(total=total_seconds, connect=connect_seconds)
        self._tls = tls
        self._resolver: _Resolver | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Cut off every connection; the next call opens anew."""
        session, self._session = self._session, None
        resolver, self._resolver = self._resolver, None
        if session is not None:
            await session.close()
        if resolver is not None:
            await resolver.close()

    def check_url(self, url: str) -> list[str]:
        """What a tenant is told when it saves a URL that could never be called."""
        return self._guard.faults(url)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """One attempt; raises `NotDelivered`. A connection that died while idle costs no attempt."""
        if db.in_transaction():
            raise AssertionError("nothing is sent while a transaction is open")
        faults = self._guard.faults(url)
        if faults:
            raise NotDelivered("refused", "; ".join(faults))
        for left in reversed(range(_TRIES_ON_IDLE_CONNECTIONS)):
            course = _Course()
            try:
                return await self._once(URL(url), body, headers, course)
            except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
                course.timings.total_ms = course.elapsed()
                kind, message = _told(error)
                if not (kind == "closed" and course.reused and left):
                    raise NotDelivered(kind, message, course.timings) from error
        raise AssertionError("the last try returns or raises")

    async def _once(self, url: URL, body: bytes, headers: Mapping[str, str], course: _Course) -> Answered:
        session = self._open()
        request = session.post(
            url, data=body, headers=headers, allow_redirects=False, timeout=self._timeout, trace_request_ctx=course
        )
        async with request as response:
            course.timings.first_byte_ms = course.elapsed()
            excerpt = await _excerpt(response)
            if not response.content.at_eof():
                response.close()
            course.timings.total_ms = course.elapsed()
            return Answered(
                status=response.status,
                headers={name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
                excerpt=excerpt,
                peer=response.peer if isinstance(response, _Response) else "",
                timings=course.timings,
            )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._resolver = _Resolver(self._guard)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._resolver,
                    use_dns_cache=False,
                    limit=0,
                    keepalive_timeout=IDLE_SECONDS,
                    ssl=self._tls or True,
                    socket_factory=self._socket,
                ),
                headers={"User-Agent": "Fibregate", "Accept": "*/*", "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                read_bufsize=2 * EXCERPT_BYTES,
                response_class=_Response,
                trace_configs=[_tracing()],
            )
        return self._session

    def _socket(self, info: Any) -> socket.socket:
        """The last word: judged is the very address that is about to be dialled."""
        family, kind, proto, _, address = info
        if not self._guard.admits(str(address[0])):
            raise _Refused("this address may not be called")
        return socket.socket(family=family, type=kind, proto=proto)


async def _excerpt(response: aiohttp.ClientResponse) -> bytes:
    """The start of the body; the status alone decides, so a body that drips or breaks is simply left."""
    found = bytearray()
    try:
        async with asyncio.timeout(EXCERPT_SECONDS):
            while len(found) < EXCERPT_BYTES:
                part = await response.content.read(EXCERPT_BYTES - len(found))
                if not part:
                    break
                found += part
    except (aiohttp.ClientError, OSError, TimeoutError):
        response.close()
    return bytes(found)


def _told(error: Exception) -> tuple[Kind, str]:
    """How far a call got, in our words; none of the caller's addresses and none of the library's."""
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, _Refused):
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


def _tracing() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()
    trace.on_dns_resolvehost_start.append(_marked)
    trace.on_dns_resolvehost_end.append(_resolved)
    trace.on_connection_create_start.append(_marked)
    trace.on_connection_create_end.append(_connected)
    trace.on_connection_reuseconn.append(_reused)
    return trace


def _course(context: SimpleNamespace) -> _Course:
    return context.trace_request_ctx


async def _marked(_session: object, context: SimpleNamespace, _: object) -> None:
    _course(context).mark = time.perf_counter()


async def _resolved(_session: object, context: SimpleNamespace, _: object) -> None:
    course = _course(context)
    course.timings.dns_ms = course.elapsed(course.mark)
    course.mark = time.perf_counter()


async def _connected(_session: object, context: SimpleNamespace, _: object) -> None:
    course = _course(context)
    course.timings.connect_ms = course.elapsed(course.mark)


async def _reused(_session: object, context: SimpleNamespace, _: object) -> None:
    _course(context).reused = True
