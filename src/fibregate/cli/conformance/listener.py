"""Takes a supplier's updates while the suite runs, at any path, and gives a token to who asks for one."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from fibregate.suppliers.conformance import updates
from fibregate.suppliers.conformance.model import Broken, Skipped, Stage

MOST_BYTES: Final = 256 * 1024
MOST_UPDATES: Final = 1000
QUIET_SECONDS: Final = 1.0
MOST_TOLD: Final = 5
_TOKEN: Final = {"access_token": "conformance", "token_type": "Bearer", "expires_in": 3600}


@dataclass(slots=True)
class Listener:
    """What has come, in the order in which it came."""

    wait_seconds: float
    bodies: list[bytes] = field(default_factory=list[bytes])

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if b"grant_type=" in raw:
            return web.json_response(_TOKEN)
        if len(self.bodies) < MOST_UPDATES:
            self.bodies.append(raw)
        return web.Response(status=204)

    async def trial(self, stage: Stage) -> str:
        """What came of the order that was placed. Raises `Broken`."""
        if stage.order is None:
            raise Skipped("no order could be placed")
        number = stage.order.id
        await self._first(number)
        await asyncio.sleep(QUIET_SECONDS)
        told = self._of(number)
        if not told and stage.acknowledged:
            return "none came; after a 201 none has to"
        if not told:
            raise Broken(f"none came within {self.wait_seconds:.0f} s")
        wrong = list(updates.faults(told, acknowledged=stage.acknowledged))
        if wrong:
            raise Broken("; ".join(wrong[:MOST_TOLD]))
        return f"{len(told)} came"

    async def _first(self, number: int) -> None:
        deadline = time.monotonic() + self.wait_seconds
        while not self._of(number) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)

    def _of(self, number: int) -> list[bytes]:
        return [one for one in self.bodies if updates.about(one, number)]


@asynccontextmanager
async def listening(where: tuple[str, int], wait_seconds: float) -> AsyncGenerator[Listener]:
    """Raises OSError where the port is taken."""
    listener = Listener(wait_seconds)
    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post("/{path:.*}", listener.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, *where).start()
        yield listener
    finally:
        await runner.cleanup()
