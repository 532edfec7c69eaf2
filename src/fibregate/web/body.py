"""The body of a request, bounded in bytes; `SECONDS` of the real clock are what it has to be all there."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.types import Receive

from fibregate.errors import TooLarge

MAX_BYTES: Final = 256 * 1024
MAX_DROPPED: Final = 1024 * 1024
SECONDS: Final = 10.0


class HungUp(Exception):
    """The caller closed the connection; there is nobody to answer."""


def is_announced(headers: Mapping[bytes, bytes]) -> bool:
    return b"content-length" in headers or b"transfer-encoding" in headers


async def read(receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
    """The whole body; raises `TooLarge` beyond 256 KiB, having read and dropped up to 1 MiB of it.

    Takes as long as the caller takes to send it: read it under a deadline.
    """
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and _is_hopeless(int(announced[:20]), headers):
        raise _too_large()
    return await _gather(receive)


def _is_hopeless(announced: int, headers: Mapping[bytes, bytes]) -> bool:
    """Refused by its announced size: nothing would be gained by reading, or the caller waits for our word."""
    return announced > MAX_DROPPED or (announced > MAX_BYTES and b"expect" in headers)


async def _gather(receive: Receive) -> bytes:
    message: Any = await receive()
    whole = message.get("body", b"")
    if not message.get("more_body", True) and len(whole) <= MAX_BYTES:
        return whole  # as nearly always: it came in one piece
    return await _joined(message, receive)


async def _joined(message: Any, receive: Receive) -> bytes:
    kept, length = bytearray(), 0
    while True:
        if message["type"] == "http.disconnect":
            raise HungUp
        part = message.get("body", b"")
        length += len(part)
        if length <= MAX_BYTES:
            kept += part
        elif length > MAX_DROPPED:
            raise _too_large()
        if not message.get("more_body", False):
            break
        message = await receive()
    if length > MAX_BYTES:
        raise _too_large()
    return bytes(kept)


def _too_large() -> TooLarge:
    return TooLarge(f"body: longer than {MAX_BYTES} bytes; accepted is at most that")
