"""Log lines: JSON, one a line, gathered in a block and written five times a second and at exit.

Every line of a request carries its ids. Bodies are never logged, and what may be personal is masked by its name.
"""

import asyncio
import atexit
import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO, Any, Final

import orjson
import structlog

MAX_BLOCK: Final = 64 * 1024
MASKED: Final = frozenset(
    {
        "name",
        "email",
        "phone",
        "phone_number",
        "phoneNumber",
        "contact",
        "primary_contact",
        "secondary_contact",
        "notes",
    }
    | {"hazards", "on_site_restrictions", "token", "secret", "password", "authorization"}
)

Ids = tuple[str | None, str | None, str | None]

CURRENT: ContextVar[Ids] = ContextVar("fibregate_request", default=(None, None, None))
"""Request id, conversation id and tenant code of the request that is being answered."""


class LineWriter:
    """Gathers lines and writes them `seconds` later in one go; outside an event loop at once."""

    def __init__(self, stream: IO[bytes] | None = None, seconds: float = 0.2) -> None:
        self._stream = stream or sys.stdout.buffer
        self._seconds = seconds
        self._block = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        atexit.register(self.flush)

    def write(self, line: bytes) -> None:
        self._block += line  # copied: lines that are kept apart cost twice as much, in memory that is never warm
        if len(self._block) > MAX_BLOCK:
            self.flush()
        elif self._timer is None:
            self._wait()

    def flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._block:
            block, self._block = self._block, bytearray()
            self._stream.write(block)
            self._stream.flush()

    def _wait(self) -> None:
        try:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self.flush)
        except RuntimeError:  # no loop runs: a command, or the end of the process
            self.flush()


class RequestLog:
    """One line a request."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def line(self, ids: Ids, **facts: str | float | None) -> None:
        request_id, conversation_id, tenant = ids
        self._writer.write(
            orjson.dumps(
                {
                    "timestamp": datetime.now(UTC),
                    "level": "info",
                    "event": "request",
                    "request_id": request_id,
                    "conversation_id": conversation_id,
                    "tenant": tenant,
                    **facts,
                },
                option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z,
            )
        )


def configure(writer: LineWriter, level: int = logging.INFO) -> RequestLog:
    """Sets structlog up to write to the same block, and gives the log of requests."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_ids,
            _masked,
            _rendered,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Lines(writer),
        cache_logger_on_first_use=False,
    )
    return RequestLog(writer)


def what_broke(error: BaseException) -> dict[str, Any]:
    """Type, place and first line of an error: its later lines may quote what a customer sent."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {
        "error": type(error).__name__,
        "detail": str(error).partition("\n")[0][:200],
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


class _Lines:
    """What structlog writes to: one method for each level, all alike."""

    def __init__(self, writer: LineWriter) -> None:
        self._write = writer.write

    def msg(self, line: bytes) -> None:
        self._write(line)

    debug = info = warning = error = critical = exception = fatal = log = msg


def _with_ids(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in zip(("request_id", "conversation_id", "tenant"), CURRENT.get(), strict=True):
        if value is not None:
            event.setdefault(key, value)
    return event


def _masked(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in MASKED & event.keys():
        event[key] = "***"
    return event


def _rendered(_logger: object, _method: str, event: MutableMapping[str, Any]) -> bytes:
    wrong = event.pop("exc_info", None)
    if wrong is True:
        wrong = sys.exc_info()[1]
    if isinstance(wrong, BaseException):
        event.update(what_broke(wrong))
    return orjson.dumps(event, default=str, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)
