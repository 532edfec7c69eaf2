"""The second part of T8: an event that its receiver refuses, a receiver that says 410, one that never takes anything."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import orjson

from proof import history, lanes, receiver, t8_judge
from proof.model import Findings
from proof.playground import Playground
from proof.t8_judge import GONE, PARKING, POISONED

POISONED_TENANT: Final = "ISP1"
TENANT: Final = "ISP2"
"""Has the receiver that says 410, and the one that takes nothing."""

ORDERS: Final = 10
EACH: Final = 3
POISON: Final = 2_000_003
FIRST_POISONED: Final = 2_000_000
FIRST_LATER: Final = 2_100_000
FIRST_GONE: Final = 3_000_000
PATIENCE: Final = 30.0
ALARMED_AFTER: Final = timedelta(hours=24)
_STARTED: Final = """
select a.started_at from delivery_attempts as a
join orders as o on o.tenant_id = a.tenant_id and o.order_key = a.order_key
where a.endpoint_id::text = $1 and o.id = $2 and a.sequence_number = 1 order by a.attempt
"""


class Others:
    """Three endpoints, over two days of the sandbox's clock."""

    def __init__(self, ground: Playground, folder: Path, found: Findings) -> None:
        self._ground = ground
        self._found = found
        self._log = folder / "others.jsonl"
        self._receiver = receiver.process(folder, name="others")
        self._endpoints: dict[str, str] = {}
        self._replay = str(uuid4())

    async def open(self) -> None:
        await self._receiver.start()
        await self._answers(
            {"path": "/poison", "order": POISON, "number": 1, "status": 400, "body": "what is this?"},
            {"path": "/gone", "status": 410},
            {"path": "/never", "status": 500},
        )
        for code, path in ((POISONED_TENANT, "/poison"), (TENANT, "/gone"), (TENANT, "/never")):
            self._endpoints[path] = await self._ground.endpoint(code, f"{self._receiver.url}{path}")
        await self._ground.tell(POISONED_TENANT, first=FIRST_POISONED, orders=ORDERS, each=EACH)
        await self._ground.tell(TENANT, first=FIRST_GONE, orders=ORDERS, each=EACH)

    async def close(self) -> None:
        await self._receiver.stop()

    async def _answers(self, *rules: dict[str, object]) -> None:
        got = await self._ground.wire.send("POST", f"{self._receiver.url}/control", {}, orjson.dumps(rules))
        if got.status != 204:
            raise RuntimeError(f"the receiver took no rules: {got}")

    def _there(self, path: str) -> list[history.Record]:
        return [one for one in history.read_all(self._log.parent, self._log.name) if one["path"] == path]

    async def _taken(self, path: str, count: int) -> list[history.Record]:
        """Waits until so many different events have been taken there, or patience ends."""
        async def enough() -> None:
            while len({(one["order"], one["number"]) for one in self._there(path) if lanes.was_taken(one)}) < count:
                await asyncio.sleep(0.1)

        try:
            await asyncio.wait_for(enough(), PATIENCE)
        except TimeoutError:
            pass
        return self._there(path)
