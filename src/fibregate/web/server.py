"""A web server inside a running event loop: bound when started, silent, and stopped only when its requests are done."""

import asyncio
import logging
import socket
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from fibregate.web.edge import Limits, bounded
from fibregate.web.logs import what_broke

KEEP_ALIVE: Final = 30
T = TypeVar("T")


class Server:
    """uvicorn without its signals, its log and its lifespan; those belong to whoever puts the process together."""

    def __init__(self, app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0, limits: Limits | None = None) -> None:
        self.host, self.port = host, port
        self._config = uvicorn.Config(
            app,
            http=bounded(limits or Limits()),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.ERROR,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
        )
        self._server = uvicorn.Server(self._config)
        self._sockets: list[socket.socket] = []
        self._ticking: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    async def start(self) -> None:
        """Binds and serves; afterwards `port` is the real one. Raises OSError when the address cannot be had."""
        _listen_to_uvicorn()
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listening = socket.create_server((self.host, self.port), family=family, backlog=2048)
        self.port = listening.getsockname()[1]
        self._sockets = [listening]
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        await self._server.startup(sockets=self._sockets)
        self._ticking = asyncio.get_running_loop().create_task(self._server.main_loop())

    async def stop(self, grace: float = 30.0) -> None:
        """Accepts nothing more and lets what is in flight finish, for at most `grace` seconds of the real clock."""
        if self._ticking is None:
            return
        self._ticking.cancel()  # it does nothing but look at the clock, and sleeps in between
        await asyncio.gather(self._ticking, return_exceptions=True)
        self._ticking = None
        self._config.timeout_graceful_shutdown = max(1, round(grace))
        await self._server.shutdown(sockets=self._sockets)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs a whole process on uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


class _ToStructlog(logging.Handler):
    """What uvicorn holds to be an error goes to our log, without what a customer sent."""

    def emit(self, record: logging.LogRecord) -> None:
        wrong = record.exc_info[1] if record.exc_info else None
        facts = what_broke(wrong) if wrong else {}
        structlog.get_logger("fibregate.web").error("server", said=record.getMessage().partition("\n")[0], **facts)


def _listen_to_uvicorn() -> None:
    logger = logging.getLogger("uvicorn")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(_ToStructlog(logging.ERROR))
