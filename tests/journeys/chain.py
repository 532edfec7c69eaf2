"""Two gateways in a row: a tenant of one, whose supplier is the other, which has a network of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.database import TestServer, copy_of_template, drop
from tests.journeys.gateway import BY, KEY, Card, Gateway, gateway

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
        """Far first: what it tells is then read near."""
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
    await tell(far, near, updates)


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
async def chained(server: TestServer, template: str, card: Card) -> AsyncGenerator[Chain]:
    near_db = await copy_of_template(server, template=template)
    far_db = await copy_of_template(server, template=template)
    try:
        async with gateway(near_db.runtime, card) as near, gateway(far_db.runtime, card) as far:
            await connect(near, far)
            yield Chain(near, far)
    finally:
        await drop(server, near_db)
        await drop(server, far_db)
