"""The whole gateway, web and worker, over real HTTP on a database of the test's own: a sandbox with its network.

In this process it shares the test's event loop. `apart` runs the same in a process of its own, on the same database.
"""

import asyncio
import base64
import io
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aiohttp
import structlog
from multidict import CIMultiDict
from pydantic import SecretStr
from yarl import URL

from fibregate.cli import processes, sandbox
from fibregate.cli.processes import Plan
from fibregate.clock import BusinessTime
from fibregate.db import Db
from fibregate.sandbox import clock as sandbox_clock
from fibregate.sandbox import parts
from fibregate.sandbox.clock import SandboxClock
from fibregate.sandbox.world import actions as world
from fibregate.settings import Settings
from fibregate.tenants import actions as tenants
from fibregate.tenants.model import SANDBOX_SUPPLIER_SCOPES, SANDBOX_TENANT_SCOPES, Actor, Credential
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId
from fibregate.web import logs

START = datetime(2025, 7, 1, 9, tzinfo=UTC)
WHOLESALE = "/WholesaleGateway/v1.0/gateway"
TOKEN = "/IdentityModule/v1.0/oauth/token"
TENANTS = ("YOUR_TENANT", "ISP1", "ISP2")
KEY = bytes(range(32))
BY = Actor("test", "here")


@dataclass(frozen=True)
class Card:
    """Who may come in, made with the database."""

    tenants: Mapping[str, Credential]
    supplier: Credential
    operator: str
    numbers: Mapping[str, int]


def settings(**changes: Any) -> Settings:
    given: dict[str, Any] = {
        "master_key": SecretStr(base64.b64encode(KEY).decode()),
        "webhook_allow": ["127.0.0.0/8", "::1/128"],
        "webhook_ports": [],
        "webhook_plain_http": True,
        "supplier_allow": ["127.0.0.0/8", "::1/128"],
        "supplier_ports": [],
        "supplier_plain_http": True,
        "one_open_order": False,
        "hold_limit": 0,
        **changes,
    }
    return Settings(**given)


async def furnish(runtime: str, *, start: datetime = START) -> Card:
    """A sandbox's network, tenants and clients in a migrated database."""
    db, vault = Db(runtime, size=2), Vault(KEY)
    try:
        await sandbox_clock.set_start(db, start)
        async with db.tx(None) as tx:
            numbers = {code: (await tenants.add(tx, code, by=BY)).tenant_id for code in TENANTS}
            made = {
                code: await tenants.add_tenant_client(tx, vault, code, scopes=SANDBOX_TENANT_SCOPES, by=BY)
                for code in TENANTS
            }
            supplier = await tenants.add_supplier_client(tx, vault, "NETWORK1", scopes=SANDBOX_SUPPLIER_SCOPES, by=BY)
            operator = await tenants.add_operator_token(tx, vault, "test", by=BY)
        await world.seed(db, numbers, BusinessTime(start))
        return Card(made, supplier, operator, numbers)
    finally:
        await db.close()


@dataclass
class Got:
    status: int
    headers: CIMultiDict[str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    def refused(self, status: int, code: str) -> list[str]:
        """The messages of an error object of the right kind."""
        assert self.status == status, (self.status, self.raw)
        body = self.body
        assert body["code"] == code, body
        assert len(body["uuid"]) == 36
        assert body["messages"]
        return cast("list[str]", body["messages"])


@dataclass
class Gateway:
    """A running gateway as its callers see it; `db` looks behind it."""

    url: str
    db: Db
    card: Card
    session: aiohttp.ClientSession
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    log: io.BytesIO = field(default_factory=io.BytesIO)

    @property
    def clock(self) -> SandboxClock:
        return SandboxClock(self.db)

    async def token(self, code: str) -> str:
        found = self.tokens.get(code)
        if found is None:
            client = self.card.supplier if code == "NETWORK1" else self.card.tenants[code]
            login = aiohttp.encode_basic_auth(client.client_id, client.secret)
            async with self.session.post(self.url + TOKEN, headers={"Authorization": login}) as answer:
                found = self.tokens[code] = (await answer.json())["access_token"]
        return found

    async def headers(self, tenant: str) -> CIMultiDict[str]:
        names = CIMultiDict({"X-Request-ID": "req-1", "X-Conversation-ID": "conv-1"})
        if tenant == "operator":
            names["Authorization"] = f"Bearer {self.card.operator}"
            return names
        names["Authorization"] = f"Bearer {await self.token(tenant)}"
        if tenant != "NETWORK1":
            names["Tenant"] = tenant
        return names

    async def send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]],
        body: bytes = b"",
        at: str | None = None,
    ) -> Got:
        """Exactly this request: nothing of the target is quoted, no header is added."""
        url = URL((at or self.url) + target, encoded=True)
        skip = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
        async with self.session.request(
            method, url, headers=CIMultiDict(headers), data=body or None, skip_auto_headers=skip
        ) as answer:
            return Got(answer.status, CIMultiDict(answer.headers), await answer.read())

    async def ask(
        self,
        method: str,
        path: str,
        *,
        tenant: str = "YOUR_TENANT",
        body: object = None,
        extra: Mapping[str, str] | None = None,
        at: str | None = None,
    ) -> Got:
        """As a well-behaved caller of this tenant; a path without a leading slash is the wholesale door's."""
        headers = await self.headers(tenant)
        headers.update(extra or {})
        raw = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.send(method, path if path.startswith("/") else f"{WHOLESALE}/{path}", headers, raw, at)

    async def walk(self, span: timedelta) -> None:
        """Advance the business clock through everything that becomes due."""
        await self.walk_to(await self.clock.now() + span)

    async def walk_to(self, moment: datetime) -> None:
        """All the way: what runs out of time on a busy machine is sent on, and the test's own time bounds it."""
        asked = {"now": moment.isoformat()}
        while not await self._walked(asked):
            left = (moment - await self.clock.now()).total_seconds()
            asked = {"advance": f"PT{max(0, round(left))}S"}

    async def _walked(self, asked: dict[str, str]) -> bool:
        walked = await self.ask("POST", "/sandbox/v1/clock", body=asked)
        assert walked.status == 200, walked.raw
        return bool(walked.body["caughtUp"])

    async def rows(self, tenant: str, sql: str, *args: object) -> list[Any]:
        return await self.db.rows(sql, TenantId(self.card.numbers[tenant]), *args)

    def bugs(self) -> list[dict[str, Any]]:
        """What the gateway itself holds to be its own fault."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if line["level"] in {"error", "exception", "critical"} or line["event"] == "bug"]

    async def counts_are_right(self) -> None:
        """`booked` of each timeslot is the number of reservations that hold a place in it."""
        held: dict[int, int] = {}
        for tenant in self.card.tenants:
            for row in await self.rows(tenant, _HELD):
                held[row["slot_id"]] = held.get(row["slot_id"], 0) + row["places"]
        booked = {row["slot_id"]: row["booked"] for row in await self.db.rows(_BOOKED, None)}
        assert booked == held


_HELD = """
select slot_id, count(*) as places from reservations
where tenant_id = $1 and state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED', 'FULFILLED') group by slot_id
"""
_BOOKED = "select slot_id, booked from slots where booked > 0"


def plan(runtime: str, *, worker: bool = True, **changes: Any) -> Plan:
    """The sandbox's own plan, without its folder."""
    return Plan(
        settings=settings(**changes),
        dsn=runtime,
        server=None,
        web=("127.0.0.1", 0),
        worker=worker,
        clock=SandboxClock,
        wholesale=lambda shared: parts.hooks(shared.db, shared.clock),
        doors=lambda shared: sandbox._doors(shared, by_operator_only=False),
        working=lambda _: parts.working(),
        lanes=lambda shared: parts.handlers(shared.db, shared.clock),
    )


@asynccontextmanager
async def serving(how: Plan, log: logs.RequestLog) -> AsyncGenerator[str]:
    """The parts of `processes.serve` that need no signals; yields the address."""
    urls: list[str] = []
    how.settled = urls.append
    async with AsyncExitStack() as stack:
        shared = await stack.enter_async_context(processes._shared(how))
        if how.worker:
            shared.db.hint = await stack.enter_async_context(processes._working(how, shared))
        await stack.enter_async_context(processes._serving(how, shared, log))
        yield urls[0]


@asynccontextmanager
async def gateway(runtime: str, card: Card, how: Plan | None = None) -> AsyncGenerator[Gateway]:
    """Runs until the test is done; what it logged as its own fault fails the test."""
    stream = io.BytesIO()
    writer = logs.LineWriter(stream, seconds=0.01)
    log = logs.configure(writer)
    db = Db(runtime, size=4)
    try:
        async with (
            serving(how or plan(runtime), log) as url,
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60)
            ) as session,
        ):
            yield Gateway(url, db, card, session, log=stream)
    finally:
        writer.flush()
        structlog.reset_defaults()
        await db.close()


@asynccontextmanager
async def apart(runtime: str, *, count: int, worker: bool = False) -> AsyncGenerator[list[str]]:
    """So many processes of the gateway on one database; yields their addresses."""
    started = [await start(runtime, "worker" if worker else "web") for _ in range(count)]
    try:
        async with asyncio.timeout(40):
            yield [await address(one) for one in started]
    finally:
        await kill(started)


async def start(runtime: str, half: str) -> asyncio.subprocess.Process:
    """A process of the gateway; with a worker, too, where that is the half."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.journeys.gateway", runtime, half),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )


async def kill(started: Sequence[asyncio.subprocess.Process]) -> None:
    for one in started:
        if one.returncode is None:
            os.kill(one.pid, signal.SIGKILL)
        await one.wait()


async def address(process: asyncio.subprocess.Process) -> str:
    """Where it listens, once it does."""
    assert process.stdout is not None
    while line := await process.stdout.readline():
        if line.startswith(b"ready "):
            return line.decode().split()[1]
    raise AssertionError("the process ended before it was ready")


async def _run(runtime: str, half: str) -> None:
    log = logs.configure(logs.LineWriter(io.BytesIO()))
    async with serving(plan(runtime, worker=half == "worker"), log):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(*sys.argv[1:]))
