"""An ISP's webhook receiver: a small web server on loopback that believes only what is signed and fresh."""

import asyncio
import base64
import binascii
import hmac
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

TOLERANCE_SECONDS = 300


class NotSigned(Exception):
    """The message is not provably the gateway's; the text says why."""


@dataclass(frozen=True, slots=True)
class Kci:
    """One KCI as it arrived, verified."""

    message_id: str
    signature: str
    raw: bytes
    body: Mapping[str, Any]


@dataclass(slots=True)
class Receiver:
    """What has arrived. `secret` is the endpoint's, known once it is registered."""

    secret: str = ""
    url: str = ""
    kcis: list[Kci] = field(default_factory=list[Kci])
    refused: list[str] = field(default_factory=list[str])
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        """One delivery: 200 when it is proved, else 401."""
        raw = await request.read()
        try:
            verify(self.secret, request.headers, raw)
            body = orjson.loads(raw)
        except (NotSigned, ValueError) as error:
            self.refused.append(str(error))
            self._arrived.set()
            return web.Response(status=401)
        if all(one.message_id != request.headers["webhook-id"] for one in self.kcis):
            self.kcis.append(Kci(request.headers["webhook-id"], request.headers["webhook-signature"], raw, body))
        self._arrived.set()
        return web.Response()

    async def until(self, count: int, seconds: float) -> bool:
        """Wait until so many KCIs are here or one was refused; false when time is up."""
        deadline = time.monotonic() + seconds
        while len(self.kcis) < count and not self.refused:
            self._arrived.clear()
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    await self._arrived.wait()
            except TimeoutError:
                return False
        return True


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """Standard Webhooks, version 1: any one of the signatures must be right. Raises `NotSigned`."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        identity, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        given = headers["webhook-signature"].split()
        age = abs(time.time() - int(stamp))
    except (KeyError, ValueError, binascii.Error) as error:
        raise NotSigned(f"a header of the signature is missing or broken: {error}") from error
    if age > TOLERANCE_SECONDS:
        raise NotSigned(f"the message is {age:.0f} s old")
    wanted = base64.b64encode(hmac.digest(key, b".".join((identity.encode(), stamp.encode(), body)), "sha256")).decode()
    if not any(hmac.compare_digest(one, f"v1,{wanted}") for one in given):
        raise NotSigned("the signature is not the gateway's")


@asynccontextmanager
async def listening() -> AsyncGenerator[Receiver]:
    """A receiver on a free port of loopback."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/kcis", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        receiver.url = f"http://{host}:{port}/kcis"
        yield receiver
    finally:
        await runner.cleanup()
