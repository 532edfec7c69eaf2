"""How a connection of the `Connector` comes about: looked up, judged, dialled and timed."""

import asyncio
import os
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from fibregate.web.guard import Guard

IDLE_SECONDS: Final = 4.0
LOOKUPS_AT_A_TIME: Final = 16
MOST_INTERIM_ANSWERS: Final = 16


@dataclass(slots=True)
class Timings:
    """Milliseconds of the real clock; None for what did not happen, or was not needed.

    `dns_ms`, `connect_ms` (TCP) and `tls_ms` are how long that part took; the others count from the start of the call.
    """

    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None
    total_ms: float = 0.0


class Overtaken(Exception):
    """What was to be sent is somebody else's to send by now."""


class Refused(OSError):
    """The guard said no; an OSError so that the client library carries it out of its depths."""


@dataclass(slots=True, eq=False)
class Course:
    """What is seen of one request on its way. Until it `stands`, nothing can have been said to the host."""

    began: float = field(default_factory=time.perf_counter)
    secure: bool = True
    may_send: Callable[[], bool] | None = None
    mark: float = 0.0
    reused: bool = False
    stands: bool = False
    timings: Timings = field(default_factory=Timings)

    def elapsed(self) -> float:
        return (time.perf_counter() - self.began) * 1000

    def lap(self) -> float:
        """Since the last lap, or since the mark was set."""
        now = time.perf_counter()
        passed, self.mark = (now - self.mark) * 1000, now
        return passed


_current: ContextVar[Course | None] = ContextVar("course", default=None)
"""The request for which this task opens a connection."""


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
                raise Refused("the host has an address that may not be called")
            result = ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            results.append(result)
        return results

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Handler(ResponseHandler):
    """Takes a few interim answers (1xx), and then no more: the library would read them for ever.

    A connection on which something came that nobody had asked for is not used again: the library would take it for the
    answer to the next request.
    """

    _interim = 0

    def is_connected(self) -> bool:
        return super().is_connected() and not self.should_close

    async def read(self) -> Any:
        message, payload = await super().read()
        is_interim = message.code // 100 == 1 and message.code != HTTPStatus.SWITCHING_PROTOCOLS
        self._interim = self._interim + 1 if is_interim else 0
        if self._interim > MOST_INTERIM_ANSWERS:
            raise aiohttp.ClientPayloadError("too many interim answers")
        return message, payload


class Dialler(aiohttp.TCPConnector):
    """Opens connections to admitted addresses only, and tells TCP and TLS apart in their timings."""

    def __init__(self, guard: Guard, *, tls: ssl.SSLContext | None, fresh: bool = False) -> None:
        self._guard = guard
        self._lookups = _Resolver(guard)
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - the library leaves a socket address unknown
            resolver=self._lookups,
            use_dns_cache=False,
            limit=0,
            keepalive_timeout=None if fresh else IDLE_SECONDS,
            force_close=fresh,
            ssl=tls or True,
            socket_factory=self._socket,
        )

        def made() -> ResponseHandler:
            """The library makes the protocol of a connection when TCP stands and nothing has been said on it."""
            course = _current.get()
            if course is not None:
                course.timings.connect_ms = course.lap()
            return _Handler(self._loop)

        self._factory = made

    async def close(self, *, abort_ssl: bool = False) -> None:
        await super().close(abort_ssl=abort_ssl)
        await self._lookups.close()

    def _socket(self, info: Any) -> socket.socket:
        """The last word: judged is the very address that is about to be dialled."""
        family, kind, proto, _, address = info
        if not self._guard.admits(str(address[0])):
            raise Refused("this address may not be called")
        return socket.socket(family=family, type=kind, proto=proto)


def tracing() -> aiohttp.TraceConfig:
    """For a session whose requests carry a `Course` as their trace context."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_start.append(_began)
    trace.on_dns_resolvehost_end.append(_resolved)
    trace.on_connection_create_end.append(_connected)
    trace.on_connection_reuseconn.append(_reused)
    return trace


def _course(context: SimpleNamespace) -> Course:
    return context.trace_request_ctx


async def _began(_session: object, context: SimpleNamespace, _: object) -> None:
    course = _course(context)
    course.mark = time.perf_counter()
    _current.set(course)


async def _resolved(_session: object, context: SimpleNamespace, _: object) -> None:
    course = _course(context)
    course.timings.dns_ms = course.lap()


async def _connected(_session: object, context: SimpleNamespace, _: object) -> None:
    course = _course(context)
    if course.secure:
        course.timings.tls_ms = course.lap()
    _current.set(None)
    _ask(course)


async def _reused(_session: object, context: SimpleNamespace, _: object) -> None:
    course = _course(context)
    course.reused = True
    _ask(course)


def _ask(course: Course) -> None:
    """The connection stands and nothing has been said on it: the last instant at which a call can be dropped."""
    if course.may_send is not None and not course.may_send():
        raise Overtaken
    course.stands = True


def presenting(certificate: bytes, private_key: bytes, *, like: ssl.SSLContext | None) -> ssl.SSLContext:
    """Trusts whom `like` trusts, else the usual authorities, and shows a client certificate (both are PEM).

    Raises ValueError when the two do not fit. Reads the machine's authorities: milliseconds, so not on the event loop.
    """
    if like is None:
        context = ssl.create_default_context()
    else:
        context = ssl.create_default_context(cadata=b"".join(like.get_ca_certs(binary_form=True)))
    context.set_alpn_protocols(["http/1.1"])
    if not _shows(context, certificate, private_key):
        raise ValueError("the client certificate and its key cannot be used")
    return context


def fits(certificate: bytes, private_key: bytes) -> bool:
    """Whether TLS takes the two together (PEM)."""
    return _shows(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate, private_key)


def _shows(context: ssl.SSLContext, certificate: bytes, private_key: bytes) -> bool:
    try:
        with _unnamed(certificate) as chain, _unnamed(private_key) as key:
            context.load_cert_chain(chain, key, password="")  # an empty one, lest OpenSSL asks at the terminal
    except (ssl.SSLError, ValueError, OSError):
        return False
    return True


@contextmanager
def _unnamed(content: bytes) -> Generator[str]:
    """A path to what is in no folder and on no disk (where there is no such thing: a file without a name)."""
    with os.fdopen(os.memfd_create("pem"), "w+b") if sys.platform == "linux" else tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        yield f"/dev/fd/{file.fileno()}"
