"""A supplier on loopback: keeps what it was asked, and answers what it is told to."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from tests.web.test_connector import LOOPBACK

from fibregate.suppliers.answers import Extension
from fibregate.suppliers.breaker import Breaker
from fibregate.suppliers.health import Health
from fibregate.suppliers.http.access import Accesses
from fibregate.suppliers.http.adapter import HttpNetwork
from fibregate.suppliers.http.model import Account, Auth
from fibregate.suppliers.questions import Trace
from fibregate.web.connector import Connector

TRACE = Trace("conv-7")
PREFIX = "/WholesaleGateway/v1.0/gateway"
TOKEN = "/IdentityModule/v1.0/oauth/token"


@dataclass(frozen=True)
class Heard:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes
    port: int = 0

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw) if self.raw else None


Respond = Callable[[Heard], Awaitable[web.StreamResponse] | web.StreamResponse]


@dataclass
class Peer:
    """`calls` are those of the dialect, without those for tokens."""

    respond: Respond = lambda _: web.Response(status=500)
    token: Respond = lambda _: web.json_response({"access_token": "token-0", "token_type": "Bearer"})
    heard: list[Heard] = field(default_factory=list[Heard])
    url: str = ""

    @property
    def calls(self) -> list[Heard]:
        return [one for one in self.heard if one.path != TOKEN]

    def answers(self, status: int, body: Any = None, headers: dict[str, str] | None = None) -> None:
        raw = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        self.respond = lambda _: web.Response(
            status=status, body=raw, headers=headers, content_type="application/json" if raw else None
        )

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        port = request.transport.get_extra_info("peername")[1] if request.transport else 0
        one = Heard(request.method, request.path, dict(request.query), headers, await request.read(), port)
        self.heard.append(one)
        response = self.token(one) if one.path == TOKEN else self.respond(one)
        return response if isinstance(response, web.StreamResponse) else await response


@asynccontextmanager
async def peer(tls: Any = None) -> AsyncGenerator[Peer]:
    there = Peer()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", there.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    host, port = runner.addresses[0][:2]
    there.url = f"{'https' if tls else 'http'}://{host}:{port}"
    try:
        yield there
    finally:
        await runner.cleanup()


def account(url: str, auth: Auth | None = None, **changes: Any) -> Account:
    given: dict[str, Any] = {
        "name": "ALTNET1",
        "tenant": "GATEWAY1",
        "connect_seconds": 1,
        "total_seconds": 2,
        "extensions": frozenset(Extension),
        **changes,
    }
    return Account(url=url, auth=auth, **given)


@asynccontextmanager
async def network(
    url: str, auth: Auth | None = None, *, health: Health | None = None, tls: Any = None, **changes: Any
) -> AsyncGenerator[HttpNetwork]:
    async with Connector(LOOPBACK, connect_seconds=1, total_seconds=2, tls=tls) as connector:
        how = health or Health(breaker=Breaker(failures=1000))
        yield HttpNetwork(account(url, auth, **changes), Accesses(connector), how)
