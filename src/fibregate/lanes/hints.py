"""Hints between processes that a lane has work: NOTIFY on a connection of its own, after commit, at most 100 a second.

Only a hint: a worker that hears nothing still looks twice a second.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import structlog

from fibregate.sessions import connect

CHANNEL = "fibregate_work"
_APART_SECONDS = 0.01
_AGAIN_SECONDS = 1.0
_log = structlog.stdlib.get_logger(__name__)
_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError)


class Hints:
    """Called after a commit; tells this process's worker at once and the others' soon."""

    def __init__(self, dsn: str, wake: Callable[[], None] | None = None) -> None:
        self._dsn = dsn
        self._wake = wake
        self._told = asyncio.Event()
        self._sender: int | None = None

    def __call__(self) -> None:
        if self._wake:
            self._wake()
        self._told.set()

    async def send(self) -> None:
        """Pass hints on until cancelled; survives the database going away."""
        while True:
            try:
                await self._send()
            except _LOST as error:
                _log.debug("hints are not passed on", because=str(error))
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _send(self) -> None:
        connection = await connect(self._dsn, synchronous_commit="off")  # a hint needs no flush of its own
        self._sender = connection.get_server_pid()
        try:
            while True:
                await self._told.wait()
                self._told.clear()
                await connection.execute(f"notify {CHANNEL}")
                await asyncio.sleep(_APART_SECONDS)
        finally:
            connection.terminate()

    async def listen(self) -> None:
        """Wake this process's worker at others' hints, until cancelled."""
        while True:
            try:
                await self._listen()
            except _LOST as error:
                _log.debug("hints are not heard", because=str(error))
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _listen(self) -> None:
        gone = asyncio.Event()
        connection = await connect(self._dsn)
        try:
            connection.add_termination_listener(lambda _connection: gone.set())  # pyright: ignore[reportUnknownLambdaType] - the driver's stubs
            await connection.add_listener(CHANNEL, self._heard)
            await gone.wait()
        finally:
            connection.terminate()

    def _heard(self, _connection: Any, sender: int, *_: Any) -> None:
        if self._wake and sender != self._sender:  # what this process has to say, its worker knows already
            self._wake()
