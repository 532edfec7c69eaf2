"""The body of a request, bounded in bytes and in time."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.types import Receive, Scope

from fibregate.errors import TooLarge

MAX_BYTES: Final = 256 * 1024
MAX_DROPPED: Final = 1024 * 1024
SECONDS: Final = 10.0


class TooLate(Exception):
    """The body was not all there in time; the connection is to be closed."""


class HungUp(Exception):
    """The caller closed the connection; there is nobody to answer."""


async def read(scope: Scope, receive: Receive, headers: Mapping[bytes, bytes], seconds: float = SECONDS) -> bytes:
    """The whole body; raises `TooLarge` beyond 256 KiB, having read and dropped up to 1 MiB of it."""
    announced = headers.get(b"content-length", b"")
    if not announced and not _is_chunked(scope):
        return b""
    if announced.isdigit() and _is_hopeless(int(announced[:20]), headers):
        raise _too_large()
    try:
        async with asyncio.timeout(seconds):
            return await _gather(receive)
    except TimeoutError:
        raise TooLate from None


def _is_chunked(scope: Scope) -> bool:
    return any(name == b"transfer-encoding" for name, _ in scope["headers"])


def _is_hopeless(announced: int, headers: Mapping[bytes, bytes]) -> bool:
    """Refused by its announced size: nothing would be gained by reading, or the caller waits for our word."""
    return announced > MAX_DROPPED or (announced > MAX_BYTES and b"expect" in headers)


async def _gather(receive: Receive) -> bytes:
    kept, length = bytearray(), 0
    while True:
        message: Any = await receive()
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
    if length > MAX_BYTES:
        raise _too_large()
    return bytes(kept)


def _too_large() -> TooLarge:
    return TooLarge(f"body: longer than {MAX_BYTES} bytes; accepted is at most that")
