"""A gateway whose supplier far away is this test: it answers what it is told to, and tells what it wants."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
from aiohttp import web
from tests.doors.tenant.asking import provide
from tests.journeys.gateway import BY, KEY, TOKEN, Gateway, Got
from tests.suppliers.http.peer import PREFIX, Heard, Peer, peer

from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.answers import Extension
from fibregate.suppliers.http.model import Account, Basic
from fibregate.tenants import actions as tenants
from fibregate.vault import Vault
from fibregate.vocabulary import TenantId

CODE, US, ISP = "ALTNET1", "GATEWAY1", "YOUR_TENANT"
UPRN = "100012345678"
Answer = tuple[int, Any]
VAULT = Vault(KEY)


@dataclass
class Far:
    """`answers` has what comes for a method and the last part but numbers of a path; all else is 404."""

    gateway: Gateway
    there: Peer
    us: str
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    numbers: dict[int, "count[int]"] = field(default_factory=dict[int, "count[int]"])

    def respond(self, heard: Heard) -> web.Response:
        parts = [part for part in heard.path.removeprefix(PREFIX).split("/") if part and not part.isdigit()]
        status, body = self.answers.get(f"{heard.method} {parts[-1]}", (404, {"messages": ["unknown"]}))
        return web.Response(
            status=status, body=b"" if body is None else orjson.dumps(body), content_type="application/json"
        )

    def asked(self, what: str) -> list[Any]:
        """The bodies of what was posted there."""
        return [one.body for one in self.there.calls if one.method == "POST" and one.path.endswith(f"/{what}")]

    async def ask(self, method: str, path: str, body: object = None) -> Got:
        return await self.gateway.ask(
            method, f"/v1/{path}", tenant=ISP, body=body, extra={"X-Request-ID": str(uuid4())}
        )

    async def ordered(self, uprn: str = UPRN, **more: Any) -> int:
        made = await self.ask("POST", "service-orders", provide(uprn=uprn, supplier=CODE, **more))
        assert made.status == 201, made.raw
        return int(made.body["id"])

    async def until(self, order: int, true: Callable[[Any], bool]) -> Any:
        async with asyncio.timeout(20):
            while True:
                read = (await self.ask("GET", f"service-orders/{order}")).body
                if true(read):
                    return read
                await asyncio.sleep(0.02)

    async def tell(self, number: int, reason: str, *, kind: str = "provide", about: Any = None, **more: Any) -> Got:
        """Of the order that the supplier knows by this number of ours."""
        sequence = next(self.numbers.setdefault(number, count(1)))
        body: dict[str, Any] = {
            "id": str(uuid4()),
            "sequenceNumber": sequence,
            "issuedOn": "2025-07-01T09:00:00.000Z",
            "reasonCode": reason,
            f"{kind}ServiceOrder": {"id": number, "tenant": self.us, **(about or {})},
            **more,
        }
        return await self.gateway.ask("POST", "/v1/kcis", tenant=CODE, body=body)


def types(read: Any) -> list[str]:
    told = [next(one[name] for name in ("information", "action", "error") if name in one) for one in read["updates"]]
    return [one.get("type", one.get("code")) for one in told]


@asynccontextmanager
async def far(running: Gateway, us: str = US, *, first_number: int = 1) -> AsyncGenerator[Far]:
    """`us` is what it calls us; our numbers there begin with that one."""
    async with peer() as there:
        async with running.db.tx(None) as tx:
            await accounts.add(tx, CODE, "Fenland Fibre", by=BY)
            await accounts.change(tx, CODE, extensions=[one.value for one in Extension], by=BY)
            account = Account(name=CODE, url=there.url, tenant=us, auth=Basic("us", "secret"), total_seconds=5)
            await accounts.put_account(tx, VAULT, account, first_number=first_number, by=BY)
            told_by = await tenants.add_supplier_client(tx, VAULT, CODE, by=BY)
        owner = TenantId(running.card.numbers[ISP])
        async with running.db.tx(owner) as tx:
            await accounts.let(tx, owner, CODE, by=BY)
        login = aiohttp.encode_basic_auth(told_by.client_id, told_by.secret)
        async with running.session.post(running.url + TOKEN, headers={"Authorization": login}) as answer:
            running.tokens[CODE] = (await answer.json())["access_token"]
        found = Far(running, there, us)
        there.respond = found.respond
        yield found
