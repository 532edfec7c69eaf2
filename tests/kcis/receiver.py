"""A tenant's endpoint on loopback: keeps what came, byte for byte, and answers what it is told to."""

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web


@dataclass(frozen=True)
class Received:
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def number(self) -> int:
        return self.json["sequenceNumber"]


Respond = Callable[[Received], Awaitable[web.StreamResponse] | web.StreamResponse]


@dataclass
class Receiver:
    """`respond` decides; until somebody sets it, everything is taken."""

    respond: Respond = lambda _: web.Response(status=204)
    received: list[Received] = field(default_factory=list[Received])
    taken: list[Received] = field(default_factory=list[Received])
    url: str = ""

    def numbers(self) -> list[int]:
        return [one.number for one in self.received]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        got = Received(await request.read(), headers)
        self.received.append(got)
        response = self.respond(got)
        if not isinstance(response, web.StreamResponse):
            response = await response
        if 200 <= response.status < 300:
            self.taken.append(got)
        return response


@asynccontextmanager
async def receiving(path: str = "/kcis", *, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Receiver]:
    receiver = Receiver()
    app = web.Application(client_max_size=2**22)
    app.router.add_route("*", "/{rest:.*}", receiver.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"{'https' if tls else 'http'}://{host}:{port}{path}"
    try:
        yield receiver
    finally:
        await runner.cleanup()


def failing(
    times: int, *, number: int, status: int = 500, headers: dict[str, str] | None = None
) -> Callable[[Received], web.Response]:
    left = times

    def respond(got: Received) -> web.Response:
        nonlocal left
        if got.number == number and left:
            left -= 1
            return web.Response(status=status, text="not now", headers=headers)
        return web.Response(status=204)

    return respond
