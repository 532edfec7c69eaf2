"""A sandbox under proof: its tenants ask, its clock is walked, its rows are read."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg

from proof import backlog, town
from proof.caller import Answer, Caller, Wire
from proof.ground import Gateway, Process

OPERATOR: Final = "operator"
SUPPLIER: Final = "NETWORK1"
WALK_PATIENCE: Final = 120.0


class Stuck(Exception):
    """The sandbox's clock does not catch up."""


class Refused(Exception):
    """The gateway said no where a proof needs a yes."""


@dataclass
class Playground:
    """One sandbox in one process; tenants are YOUR_TENANT, ISP1 and ISP2."""

    gateway: Gateway
    process: Process
    wire: Wire
    callers: dict[str, Caller] = field(default_factory=dict[str, Caller])

    def caller(self, code: str) -> Caller:
        found = self.callers.get(code)
        if found is None:
            who = town.card(self.gateway)[code]
            is_tenant = code not in {OPERATOR, SUPPLIER}
            found = self.callers[code] = Caller(self.wire, lambda: self.process.url, who, is_tenant=is_tenant)
        return found

    async def asked(self, code: str, method: str, path: str, body: object = None) -> Answer:
        """As that party, again until it is answered. Raises `Refused`."""
        got = await self.caller(code).insist(method, path, body)
        if not 200 <= got.status < 300:
            raise Refused(f"{code} {method} {path}: {got.status} {got.raw[:500]!r}")
        return got

    async def now(self) -> datetime:
        return _instant((await self.asked(OPERATOR, "GET", "/sandbox/v1/clock")).body["now"])

    async def walk(self, span: timedelta) -> datetime:
        """Everything that becomes due on the way happens; asks again where the gateway ran out of time."""
        body: dict[str, str] = {"advance": f"PT{int(span.total_seconds())}S"}
        deadline = time.monotonic() + WALK_PATIENCE
        while True:
            got = (await self.asked(OPERATOR, "POST", "/sandbox/v1/clock", body)).body
            if got["caughtUp"]:
                return _instant(got["now"])
            if time.monotonic() > deadline:
                raise Stuck(f"the clock stands at {got['now']} on its way to {got['target']}")
            body = {"now": got["target"]}

    async def endpoint(self, code: str, url: str, **more: object) -> str:
        asked = {"url": url, "rendering": "wholesale-webhook", **more}
        return str((await self.asked(code, "POST", "/manage/v1/endpoints", asked)).body["id"])

    async def change(self, code: str, endpoint: str, **to: object) -> Any:
        return (await self.asked(code, "PATCH", f"/manage/v1/endpoints/{endpoint}", to)).body

    async def tell(self, code: str, *, first: int, orders: int, each: int = 1, due_at: datetime | None = None) -> int:
        """So many KCIs at once, by SQL; see `backlog`."""
        superuser = self.gateway.superuser
        return await backlog.tell(superuser, code, first=first, orders=orders, each=each, due_at=due_at)

    async def rows(self, sql: str, *values: object) -> list[Mapping[str, Any]]:
        """Past all walls."""
        connection: Any = await asyncpg.connect(self.gateway.superuser)
        try:
            return await connection.fetch(sql, *values)
        finally:
            await connection.close()


@asynccontextmanager
async def playing(folder: Path, source: Path, settings: Mapping[str, str] | None = None) -> AsyncGenerator[Playground]:
    async with Gateway(folder, source, settings or {}) as gateway, Wire(seconds=120) as wire:
        yield Playground(gateway, await gateway.sandbox(), wire)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
