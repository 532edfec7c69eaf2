"""T20: a quiet tenant beside a noisy one with a long backlog, a dead endpoint, a slow one, and no end of questions."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson

from proof import backlog, neighbours, receiver, town
from proof.caller import WHOLESALE, Caller, Wire
from proof.ground import ROOT, Gateway, Process, environment
from proof.model import Figures, Findings, Proof, Size
from proof.neighbours import Quiet, compare
from proof.slots import TOWN
from proof.tail import Came
from proof.town import SUPPLIER

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
        flood = await self._flooding()
        yield
        await self._ebb(flood)
        left = await self._left()
        if not all(left.values()):
            self._found.broke(EMPTY, str(left))
        await self._enable(enabled=False)

    async def _flooding(self) -> Process:
        """Asks what can be had at an address."""
        headers = {
            "Authorization": f"Bearer {await self._tenant.token()}",
            "Tenant": NOISY,
            "X-Request-ID": "flood",
            "X-Conversation-ID": "flood",
        }
        (self._folder / "headers.json").write_bytes(orjson.dumps(headers))
        query = f"address=%7B%22id%22%3A%22{town.FIRST_UPRN}%22%2C%22type%22%3A%22UPRN%22%7D"
        url = f"{self._tenant.url()}{WHOLESALE}/service-availability?{query}"
        files = [str(self._folder / name) for name in ("headers.json", "flood.json")]
        flood = Process(
            name="flood",
            words=["proof.flood", url, str(self._figures["flood"]), *files],
            log=self._folder / "flood.log",
            environment=environment(ROOT, {}),
        )
        return await flood.start()

    async def _ebb(self, flood: Process) -> None:
        await flood.stop()
        seen: dict[str, int] = orjson.loads((self._folder / "flood.json").read_bytes())
        for status, count in seen.items():
            self._found.done[f"requests of the flood answered {status}"] += count
        if not seen.get("200"):
            self._found.broke(UNASKED, str(seen))

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


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    found = Findings()
    found.looked_at(*INVARIANTS)
    gateway = Gateway(folder / "g", source, SETTINGS)
    await town.settle(gateway, replace(TOWN, premises=figures["premises"]))
    async with gateway, Wire() as wire:
        await gateway.serve()
        web = await gateway.web()
        hears, slow, dead = [await receiver.process(folder, name=name).start() for name in ("receiver", "slow", "dead")]
        gateway.running[:0] = [hears, slow]
        await dead.kill()
        await wire.send("POST", f"{slow.url}/control", {}, orjson.dumps([{"delay": figures["delay"]}]))
        callers = {
            code: Caller(wire, lambda: web.url, who, is_tenant=code != SUPPLIER)
            for code, who in town.credentials(gateway).items()
        }
        body = {"url": f"{hears.url}{PATH}", "rendering": "wholesale-webhook"}
        await callers[QUIET].insist("POST", "/manage/v1/endpoints", body)
        noise = Noise(gateway, callers[NOISY], folder, figures, found)
        await noise.prepare(f"{slow.url}/slow", f"{dead.url}/dead")
        quiet = Quiet(
            tenant=callers[QUIET],
            supplier=callers[SUPPLIER],
            came=Came(folder / "receiver.jsonl"),
            path=PATH,
            found=found,
            updates=figures["updates"],
            orders=figures["orders"],
        )
        await quiet.prepare()
        await compare(quiet, noise, slices=figures["slices"], seconds=figures["seconds"], bound=figures["bound"])
    return found


_USUAL: Final = {
    "backlog": 50_000,
    "delay": 0.5,
    "flood": 300,
    "updates": 30,
    "orders": 20,
    "premises": 5000,
    "slices": 9,
    "seconds": 5,
    "bound": neighbours.BOUND,
}
SMALLEST_BOUND: Final = 25
"""At the smallest figures, which run beside other tests on a busy machine, only that nobody is starved."""


PROOF: Final = Proof(
    name="T20",
    title="a quiet tenant beside a noisy one",
    invariants=INVARIANTS,
    figures={
        Size.SMOKE: {**_USUAL, "backlog": 2000, "slices": 1, "seconds": 2, "bound": SMALLEST_BOUND},
        Size.CI: _USUAL,
        Size.FULL: {**_USUAL, "premises": 60_000, "slices": 60, "seconds": 30},
    },
    run=run,
    alone=True,
    seeded={**_USUAL, "backlog": 10_000, "slices": 1, "seconds": 4, "bound": SMALLEST_BOUND},
)
