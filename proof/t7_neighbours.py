"""The second half of T7: faulty endpoints of one tenant, and how long another waits meanwhile."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from proof import faulty_receiver, memory, receiver, town
from proof.caller import UPDATES, Caller, Wire
from proof.faults import FAULTS
from proof.ground import Gateway
from proof.memory import judge
from proof.model import Figures, Findings
from proof.neighbours import Quiet, compare
from proof.slots import TOWN
from proof.tail import Came
from proof.town import SUPPLIER
from proof.traffic import order, update

QUIET: Final = "ISP1"
PATH: Final = "/quiet"
FAULTY: Final = "ISP2"
ENDPOINTS: Final = 20
"""The most that a tenant may have."""

HARMFUL: Final = (
    *("connect-stall", "tls-stall", "first-byte-stall", "head-drip", "body-drip", "body-stall"),
    *("gibibyte", "gzip-bomb", "endless-headers", "endless-line", "interim-flood"),
    *("reset-before", "reset-in-head", "noise", "429-huge", "500", "refused-port", "no-such-name"),
    *("certificate-expired", "keep-alive-lost"),
)
EVENTS: Final = 12
"""Of as many orders, told at each endpoint at the beginning of a slice."""

UPDATES_A_SECOND: Final = 40.0
SETTINGS: Final = {
    "FIBREGATE_WEBHOOK_CONNECT_SECONDS": "1",
    "FIBREGATE_WEBHOOK_TOTAL_SECONDS": "2",
    "FIBREGATE_LOG_LEVEL": "error",
    "RES_OPTIONS": "timeout:1 attempts:1",
}


class Noise:
    """A tenant all of whose endpoints are faulty, and new at each turn, so that none is known to be down."""

    def __init__(self, folder: Path, tenant: Caller, supplier: Caller) -> None:
        self._urls = [faulty_receiver.url(folder, one) for one in FAULTS if one.name in HARMFUL]
        self._tenant = tenant
        self._supplier = supplier
        self._places = count(1)

    async def prepare(self) -> None:
        for number in range(1, EVENTS + 1):
            await self._good("POST", "service-orders", order(number, FAULTY))

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[None]:
        made = [
            (await self._good("POST", "/manage/v1/endpoints", {"url": one, "rendering": "wholesale-webhook"}))["id"]
            for one in self._urls
        ]
        place = next(self._places)
        for number in range(1, EVENTS + 1):
            body = update(str(uuid4()), number, FAULTY, place, reason="UPDATE", status="ACKNOWLEDGED")
            await self._supplier.insist("POST", UPDATES, body)
        yield
        for one in made:
            await self._good("DELETE", f"/manage/v1/endpoints/{one}")

    async def _good(self, method: str, path: str, body: object = None) -> Any:
        got = await self._tenant.insist(method, path, body)
        if not 200 <= got.status < 300:
            raise RuntimeError(f"{method} {path}: {got.status} {got.raw[:300]!r}")
        return got.body


async def run(source: Path, figures: Figures, folder: Path, found: Findings) -> None:
    settings = {**SETTINGS, "SSL_CERT_FILE": str(folder / "authority.pem")}
    gateway = Gateway(folder / "n", source, settings)
    await town.settle(gateway, TOWN)
    async with gateway, Wire() as wire:
        serving = await gateway.serve()
        listening = await receiver.process(folder).start()
        gateway.running.insert(0, listening)
        callers = {
            code: Caller(wire, lambda: serving.url, who, is_tenant=code != SUPPLIER)
            for code, who in town.credentials(gateway).items()
        }
        body = {"url": f"{listening.url}{PATH}", "rendering": "wholesale-webhook"}
        await callers[QUIET].insist("POST", "/manage/v1/endpoints", body)
        noise = Noise(folder, callers[FAULTY], callers[SUPPLIER])
        await noise.prepare()
        quiet = Quiet(
            callers[QUIET], callers[SUPPLIER], Came(folder / "receiver.jsonl"), PATH, found, updates=UPDATES_A_SECOND
        )
        await quiet.prepare()
        async with memory.watched(lambda: serving.pid) as used:
            await compare(quiet, noise, slices=figures["slices"], seconds=figures["slice_seconds"])
        judge(used, "beside a quiet tenant", found)
