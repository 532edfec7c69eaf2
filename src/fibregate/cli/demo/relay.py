"""A wire with an ear on it: passes requests on to one gateway as they are, and keeps what was said both ways."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from aiohttp import web
from yarl import URL

_OF_ONE_HOP: Final = frozenset(
    {"connection", "content-length", "host", "keep-alive", "transfer-encoding", "date", "server", "te", "upgrade"}
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as they were on the wire."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer: bytes
    answer_headers: Mapping[str, str]
    took_ms: float

    @property
    def operation(self) -> str:
        """The last part of its path, without the query."""
        return self.path.partition("?")[0].rpartition("/")[2]


@dataclass(slots=True)
class Relay:
    """`who` asks `whom` through it; `url` is where."""

    who: str
    whom: str
    target: str
    http: aiohttp.ClientSession
    url: str = ""
    _heard: list[Exchange] = field(default_factory=list[Exchange])

    def heard(self) -> list[Exchange]:
        """What was said since this was last asked."""
        found, self._heard = self._heard, []
        return found

    async def pass_on(self, request: web.Request) -> web.Response:
        """The same bytes there, the same bytes back; noted before the answer goes back."""
        body, began = await request.read(), time.perf_counter()
        async with self.http.request(
            request.method,
            URL(self.target + request.raw_path, encoded=True),
            data=body or None,
            headers=_passed(request.headers),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            allow_redirects=False,
        ) as answer:
            raw = await answer.read()
            headers = _passed(answer.headers)
        took = (time.perf_counter() - began) * 1000
        told = Exchange(request.method, request.raw_path, request.headers, body, answer.status, raw, headers, took)
        self._heard.append(told)
        return web.Response(status=answer.status, body=raw, headers=headers)


def _passed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _OF_ONE_HOP}


@asynccontextmanager
async def relaying(who: str, whom: str, target: str, http: aiohttp.ClientSession) -> AsyncGenerator[Relay]:
    """On a free port of loopback."""
    relay = Relay(who, whom, target, http)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", relay.pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        relay.url = f"http://{host}:{port}"
        yield relay
    finally:
        await runner.cleanup()
