"""A gateway as the remote network sees it: a caller over loopback, and an updates door that takes what it is told."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from aiohttp import web

from fibregate.sandbox.remote import behaviours, process
from fibregate.sandbox.remote.model import Client, Gateway, Options, Paces

PREFIX = "/WholesaleGateway/v1.0/gateway"
QUICK = Paces(kci=0.01, late=0.6, gap=0.3, forgets=0.4, lingers=5.0)
PATIENCE = 10.0
SUPPLIER = Client("altnet", "s3cret")


@dataclass(frozen=True)
class Heard:
    """An answer; `status` 0 where there was none, with the kind of error."""

    status: int
    raw: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    error: str = ""

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw)


@dataclass
class UpdatesDoor:
    """Takes every update with 204, unless `answers` says otherwise."""

    url: str = ""
    updates: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    answers: Callable[[dict[str, Any]], int] = lambda _: 204
    tokens: Any = field(default_factory=lambda: count(1))
    token: str = ""

    async def give_token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["grant_type"] == "client_credentials"
        if (form["client_id"], form["client_secret"]) != (SUPPLIER.id, SUPPLIER.secret):
            return web.json_response({"error": "invalid_client"}, status=400)
        self.token = f"token-{next(self.tokens)}"
        return web.json_response({"access_token": self.token, "token_type": "Bearer", "expires_in": 3600})

    async def take(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        update = await request.json()
        self.updates.append(update)
        self.headers.append(dict(request.headers))
        return web.Response(status=self.answers(update))

    def of(self, reference: str) -> list[dict[str, Any]]:
        """The updates about one order, as they came."""
        return [one for one in self.updates if entity(one).get("supplierOrderReference") == reference]

    def reasons(self) -> list[str]:
        return [one["reasonCode"] for one in self.updates]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for it, and say what came instead where it does not."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"came instead: {self.reasons()}") from None


def entity(update: Mapping[str, Any]) -> dict[str, Any]:
    return next(value for name, value in update.items() if name.endswith("ServiceOrder"))


@dataclass
class Ground:
    """A running network, its log, and a caller."""

    url: str
    log: Path
    door: UpdatesDoor
    session: aiohttp.ClientSession
    numbers: Any = field(default_factory=lambda: count(1))
    token: str = ""

    async def send(self, method: str, path: str, body: object = None, *, tenant: str = "ISP1", **more: str) -> Heard:
        """One call, once, with a token."""
        if not self.token:
            await self.get_token()
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Tenant": tenant,
            "X-Request-ID": "request-1",
            "X-Conversation-ID": "conversation-1",
            **more,
        }
        raw = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        headers = {name: value for name, value in headers.items() if value}
        return await self.raw(method, self.url + path, headers, raw)

    async def raw(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Heard:
        try:
            async with self.session.request(method, url, headers=headers, data=body, allow_redirects=False) as answer:
                return Heard(answer.status, await answer.read(), dict(answer.headers))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return Heard(0, error=type(error).__name__)

    async def get_token(self) -> Heard:
        basic = base64.b64encode(b"gateway:pw").decode()
        got = await self.raw("POST", f"{self.url}/oauth/token", {"Authorization": f"Basic {basic}"}, b"")
        self.token = got.body["access_token"]
        return got

    async def get(self, path: str, **more: Any) -> Heard:
        return await self.send("GET", path, **more)

    async def post(self, path: str, body: object, **more: Any) -> Heard:
        return await self.send("POST", path, body, **more)

    async def on_one_connection(self, order: object) -> bytes:
        """All that comes back on the connection on which an order is placed."""
        host, port = self.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        body = orjson.dumps(order)
        head = (
            f"POST /service-orders HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {self.token}\r\nTenant: ISP1\r\n"
            f"X-Request-ID: r\r\nX-Conversation-ID: c\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        raw = await reader.read()
        writer.close()
        await writer.wait_closed()
        return raw

    def next(self) -> int:
        return next(self.numbers)

    def lines(self, event: str, **facts: object) -> list[dict[str, Any]]:
        """What the log has of one kind."""
        found = [orjson.loads(one) for one in self.log.read_bytes().splitlines()]
        return [one for one in found if one["event"] == event and facts.items() <= one.items()]

    async def told(self, count: int, **facts: object) -> list[dict[str, Any]]:
        """What the log has of that many updates; a line is written when the answer to the update has come back."""
        await self.door.until(lambda: len(self.lines("kci", **facts)) >= count)
        return self.lines("kci", **facts)

    def did(self, **facts: object) -> list[str]:
        """What was done of the calls that are meant, one word each."""
        return [one["what"] for one in self.lines("did", **facts)]

    async def slots(self, uprn: int) -> list[dict[str, Any]]:
        query = f"address={address(uprn)}&appointmentPurpose=PROVIDE&serviceSpecification={quoted({'id': 'fttp'})}"
        return (await self.get(f"/available-appointments?{query}")).body["availableTimeslots"]

    def booking(self, uprn: int, slot: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": self.next(),
            "address": {"id": str(uprn), "type": "UPRN"},
            "serviceSpecification": {"id": "fttp"},
            "purpose": "PROVIDE",
            "timeslot": {name: value for name, value in slot.items() if name.endswith("DateTime")},
        }

    def order(self, uprn: int, *, tenant: str = "ISP1", **more: object) -> dict[str, Any]:
        return {
            "id": self.next(),
            "orderType": "NEW",
            "tenant": tenant,
            "address": {"id": str(uprn), "type": "UPRN"},
            "serviceOrderItem": {
                "serviceSpecification": {"id": "fttp"},
                "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "55/55"}],
            },
            "primaryContact": {"name": "Asha Patel", "phoneNumber": "01632 960001"},
            "requestedCompletionDate": (datetime.now(UTC) + timedelta(days=10)).date().isoformat(),
            **more,
        }


def address(uprn: int) -> str:
    return quoted({"id": str(uprn), "type": "UPRN"})


def quoted(value: object) -> str:
    return quote(orjson.dumps(value))


def unvisited(name: str, offset: int = 500) -> int:
    """An address of a behaviour to which no engineer has to come."""
    return behaviours.first_uprn(behaviours.BY_NAME[name]) + offset


@asynccontextmanager
async def updates_door() -> AsyncGenerator[UpdatesDoor]:
    door = UpdatesDoor()
    app = web.Application()
    app.router.add_post("/v1/auth/supplier/access-token", door.give_token)
    app.router.add_post("/v1/kcis", door.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        door.url = f"http://{host}:{port}/v1"
        yield door
    finally:
        await runner.cleanup()


@asynccontextmanager
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    """Nothing is inflated, and no connection used twice."""
    connector = aiohttp.TCPConnector(force_close=True)
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False, timeout=timeout) as opened:
        yield opened


class Grounds:
    """Makes grounds with a log in a folder of its own."""

    def __init__(self, folder: Path, door: UpdatesDoor, opened: aiohttp.ClientSession) -> None:
        self._folder, self._door, self._opened = folder, door, opened

    @asynccontextmanager
    async def __call__(self, paces: Paces = QUICK, **options: Any) -> AsyncGenerator[Ground]:
        log = self._folder / "calls.jsonl"
        chosen = Options(gateway=Gateway(self._door.url, SUPPLIER), paces=paces, **options)
        async with process.running(chosen, log=log, state=self._folder / "state.jsonl") as url:
            yield Ground(url, log, self._door, self._opened)
