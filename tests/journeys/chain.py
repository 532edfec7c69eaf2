"""Two gateways in a row: a tenant of one, whose supplier is the other, which has a network of its own."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import aiohttp
from tests.database import TestServer, copy_of_template, drop
from tests.journeys.gateway import BY, KEY, Card, Gateway, address, gateway, kill, plan, start

from fibregate.db import Db
from fibregate.migrate import Dsns
from fibregate.orders.watch import actions as watch
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.answers import Extension
from fibregate.suppliers.http.model import Account, ClientCredentials
from fibregate.tenants import actions as tenants
from fibregate.tenants.model import Credential
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId

SUPPLIER = "ALTNET1"
THERE = "ISP1"
ISP = "YOUR_TENANT"
VAULT = Vault(KEY)


@dataclass
class Chain:
    """`near` is the gateway that the tenant talks to, `far` the one with the network."""

    near: Gateway
    far: Gateway

    async def ask(self, method: str, path: str, body: object = None, **extra: str) -> Any:
        headers = {"X-Request-ID": str(uuid4()), **extra}
        return await self.near.ask(method, f"/v1/{path}", tenant=ISP, body=body, extra=headers)

    async def walk(self, span: timedelta) -> None:
        """What was asked near is brought there; then far first: what it tells is then read near."""
        sent = await self.near.ask("POST", "/sandbox/v1/clock", body={"advance": "PT0S"})
        assert sent.body["caughtUp"], sent.raw
        await self.far.walk(span)
        await self.near.walk(span)


async def connect(near: Gateway, far: Gateway) -> None:
    """The far one as a supplier of the near one, and the near one as a tenant of the far one."""
    there = far.card.tenants[THERE]
    async with near.db.tx(None) as tx:
        await accounts.add(tx, SUPPLIER, "Another gateway", by=BY)
        await accounts.change(tx, SUPPLIER, extensions=[one.value for one in Extension], replays=True, by=BY)
        auth = ClientCredentials(f"{far.url}/IdentityModule/v1.0/oauth/token", there.client_id, there.secret)
        account = Account(name=SUPPLIER, url=far.url, tenant=THERE, auth=auth)
        await accounts.put_account(tx, VAULT, account, by=BY)
        updates = await tenants.add_supplier_client(tx, VAULT, SUPPLIER, by=BY)
    owner = TenantId(near.card.numbers[ISP])
    async with near.db.tx(owner) as tx:
        await accounts.let(tx, owner, SUPPLIER, by=BY)
        await accounts.let(tx, owner, "NETWORK1", enabled=False, by=BY)
    await tell(far, near, updates)


async def leave_watching(near: Gateway) -> None:
    """To the far one, whose own watch warns of a silence; else the tenant would hear of each one twice."""
    async with near.db.tx(None) as tx:
        for one in await watch.list_expectations(tx):
            if one.supplier is None:
                await watch.expect(tx, replace(one, supplier=SUPPLIER, span=None), by=BY)


async def tell(far: Gateway, near: Gateway, updates: Credential) -> None:
    auth = {
        "type": "OAUTH2",
        "tokenUrl": f"{near.url}/v1/auth/supplier/access-token",
        "clientId": updates.client_id,
        "clientSecret": updates.secret,
    }
    body = {"url": f"{near.url}/v1", "rendering": "supplier-kci", "auth": auth}
    made = await far.ask("POST", "/manage/v1/endpoints", tenant=THERE, body=body)
    assert made.status == 201, made.raw


@asynccontextmanager
async def chained(server: TestServer, template: str, card: Card, **changes: Any) -> AsyncGenerator[Chain]:
    """Both in this process; `changes` are settings of both."""
    async with (
        copies(server, template, 2) as (near_db, far_db),
        gateway(near_db.runtime, card, plan(near_db.runtime, **changes)) as near,
        gateway(far_db.runtime, card, plan(far_db.runtime, **changes)) as far,
    ):
        await connect(near, far)
        yield Chain(near, far)


@asynccontextmanager
async def copies(server: TestServer, template: str, count: int) -> AsyncGenerator[list[Dsns]]:
    """So many databases, each with the sandbox's network in it."""
    made = [await copy_of_template(server, template=template) for _ in range(count)]
    try:
        yield made
    finally:
        for one in made:
            await drop(server, one)


@asynccontextmanager
async def far_apart(databases: Sequence[Dsns], card: Card) -> AsyncGenerator[list[Gateway]]:
    """A gateway on each database, web and worker, each a process of its own."""
    async with AsyncExitStack() as up:
        timeout, pool = aiohttp.ClientTimeout(total=100), aiohttp.TCPConnector(limit=0)
        session = await up.enter_async_context(aiohttp.ClientSession(connector=pool, timeout=timeout))
        started = [await start(one.runtime, "worker") for one in databases]
        up.push_async_callback(kill, started)
        async with asyncio.timeout(60):
            urls = await asyncio.gather(*(address(one) for one in started))
        ready = [Gateway(url, Db(one.runtime, size=2), card, session) for url, one in zip(urls, databases, strict=True)]
        for one in ready:
            up.push_async_callback(one.db.close)
        yield ready
