"""T20: a quiet tenant beside a noisy one, which has a long backlog, a dead endpoint, a slow one, and asks without end."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson

from proof import backlog, neighbours, receiver, town
from proof.caller import WHOLESALE, Caller, Wire
from proof.ground import ROOT, Gateway, Process, environment
from proof.model import Figures, Findings, Proof, Size
from proof.neighbours import Quiet, compare
from proof.tail import Came
from proof.town import SUPPLIER, Town

QUIET: Final = "ISP1"
NOISY: Final = "ISP2"
PATH: Final = "/quiet"
EACH: Final = 5
"""KCIs of each order of the backlog."""

EMPTY: Final = "slices in which the noisy tenant had no backlog left"
UNASKED: Final = "slices in which the flood got nowhere"
INVARIANTS: Final = (*neighbours.INVARIANTS, EMPTY, UNASKED)
SETTINGS: Final = {"FIBREGATE_LOG_LEVEL": "error", "FIBREGATE_WEBHOOK_CONNECT_SECONDS": "2"}
_LEFT: Final = """
select coalesce(sum(last_enqueued - last_done), 0)::integer from lanes where share = $1
"""


class Noise:
    """The noisy tenant; silent until it is entered. Its endpoints are suspended while it is silent."""

    def __init__(self, gateway: Gateway, tenant: Caller, folder: Path, figures: Figures, found: Findings) -> None:
        self._gateway = gateway
        self._tenant = tenant
        self._folder = folder
        self._figures = figures
        self._found = found
        self._endpoints: dict[str, str] = {}

    async def prepare(self, slow: str, dead: str) -> None:
        """The same backlog waits at both endpoints."""
        for name, url in (("slow", slow), ("dead", dead)):
            body = {"url": url, "rendering": "wholesale-webhook"}
            self._endpoints[name] = (await self._good("POST", "/manage/v1/endpoints", body))["id"]
        await self._enable(enabled=False)
        orders = self._figures["backlog"] // EACH
        told = await backlog.tell(self._gateway.superuser, NOISY, first=1_000_000, orders=orders, each=EACH)
        self._found.done["KCIs in the backlog, at each of two endpoints"] += told

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[None]:
        await self._enable(enabled=True)
        flood = await self._flood().start()
        yield
        await self._stop(flood)
        left = await self._left()
        if not all(left.values()):
            self._found.broke(EMPTY, str(left))
        await self._enable(enabled=False)

    def _flood(self) -> Process:
        """Asks what an address can have, a hundred times a second and more."""
        query = "address=%7B%22id%22%3A%22{}%22%2C%22type%22%3A%22UPRN%22%7D".format(town.FIRST_UPRN)
        url = f"{self._tenant.url()}{WHOLESALE}/service-availability?{query}"
        return Process(
            name="flood",
            words=["proof.flood", url, str(self._figures["flood"]), str(self._folder / "headers.json")],
            log=self._folder / "flood.log",
            environment=environment(ROOT, {}),
        )

    async def _stop(self, flood: Process) -> None: ...

    async def _left(self) -> dict[str, int]:
        connection: Any = await asyncpg.connect(self._gateway.superuser)
        try:
            return {name: await connection.fetchval(_LEFT, one) for name, one in self._endpoints.items()}
        finally:
            await connection.close()

    async def _enable(self, *, enabled: bool) -> None:
        for one in self._endpoints.values():
            await self._good("PATCH", f"/manage/v1/endpoints/{one}", {"enabled": enabled})

    async def _good(self, method: str, path: str, body: object) -> Any:
        got = await self._tenant.insist(method, path, body)
        if not 200 <= got.status < 300:
            raise RuntimeError(f"{method} {path}: {got.status} {got.raw[:300]!r}")
        return got.body
