"""The edge before the gate: uvicorn's HTTP protocol, bounded in bytes and in seconds.

httptools bounds neither the head nor the time to send it: it takes a header of 40 MB, gathers a URI of 40 MB in memory,
and keeps half a request open for ever. Its own refusals are plain text; here they are the error object too.
"""

import asyncio
from dataclasses import dataclass
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fibregate import errors
from fibregate.errors import GatewayError
from fibregate.web import replies
from fibregate.web.dialect import Dialect
from fibregate.web.head import Head

_ANY: Final = Dialect(name="edge", title="Edge", request_id=False, conversation_id=False)
_PER_HEADER: Final = len(": \r\n")
_REASONS: Final = {400: b"Bad Request", 431: b"Request Header Fields Too Large"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes of a head and of a whole message with its framing, seconds for a head or a body to be all there.

    A refused caller who is still sending is listened to for `drop` bytes or `linger` seconds, so that the answer is
    seen before the connection ends.
    """

    head: int = 16 * 1024
    message: int = 4 * 1024 * 1024
    seconds: float = 10.0
    drop: int = 1024 * 1024
    linger: float = 2.0


class Bounded(HttpToolsProtocol):
    """One connection. `limits` is a class attribute because uvicorn makes the instances; see `bounded`."""

    limits: ClassVar[Limits] = Limits()

    _in_head = True
    _begun = False
    _fed = 0
    _dropped = 0
    _refused = False
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm(self.limits.seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feeds a head in pieces of what it may still have, and all else as it comes."""
        while data and not self._refused:
            if self._in_head and self._clock is None:
                self._arm(self.limits.seconds)
            room = (self.limits.head if self._in_head else self.limits.message) - self._fed
            if room <= 0:
                self._overfed()
                break
            piece, data = data[:room], data[room:]
            self._fed += len(piece)
            super().data_received(piece)
        if self._refused:
            self._drop(len(data))

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # trailers would be added to headers that were judged already
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Checks the size again: of pipelined requests, several heads may have come in one piece."""
        size = len(self.url) + sum(len(name) + len(value) + _PER_HEADER for name, value in self.headers)
        self._in_head, self._fed = False, 0
        if size > self.limits.head:
            self._refuse(self._too_large())
        else:
            self._arm(self.limits.seconds + self.limits.linger)  # the door has its own clock and can say so
            super().on_headers_complete()
            self._begun = True

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head, self._fed = True, 0
        self._disarm()
        if not self._refused:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(errors.Malformed(f"HTTP: {msg}"))

    def _too_large(self) -> GatewayError:
        return errors.HeadTooLarge(f"head: accepted are at most {self.limits.head} bytes of it")

    def _overfed(self) -> None:
        if self._in_head:
            self._refuse(self._too_large())
        else:  # a body far beyond what the door reads, or trailers and chunk extensions without end
            self._refused = True
            self.transport.close()

    def _refuse(self, error: GatewayError) -> None:
        """Answers in the gateway's words and ends the connection, unless another answer is under way on it."""
        if self._refused:
            return
        self._refused = True
        if self._is_answering() and not self._take_over():
            self.transport.close()
            return
        reply = replies.refusal(_ANY.refusal(error), _ANY, Head((), {}), close=True)
        head = [b"HTTP/1.1 %d %s" % (reply.status, _REASONS[reply.status])]
        head += [b"%s: %s" % header for header in reply.headers]
        self.transport.write(b"\r\n".join([*head, b"", reply.body]))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._disarm()
        self._clock = self.loop.call_later(self.limits.linger, self.transport.close)

    def _is_answering(self) -> bool:
        return self._begun and not self.cycle.response_complete

    def _take_over(self) -> bool:
        """Where it is the body under way that is broken: takes the answer from the door, if it has not begun."""
        if self._in_head or self.pipeline or self.cycle.response_started:
            return False
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        return True

    def _drop(self, count: int) -> None:
        self._dropped += count
        if self._dropped > self.limits.drop:
            self.transport.close()

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._clock = self.loop.call_later(seconds, self._late)

    def _disarm(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _late(self) -> None:
        """Half a request: closes, unless its answer is still being made."""
        self._clock = None
        if self._in_head or not self._is_answering():
            self.transport.close()
        else:
            self._arm(self.limits.seconds)


def bounded(limits: Limits) -> type[Bounded]:
    """The protocol with limits of its own."""
    return type("Bounded", (Bounded,), {"limits": limits})
