"""The second part of T8: an event that is refused, a receiver that says 410, and one that never takes anything."""

import asyncio
from datetime import timedelta
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
FIRST_POISONED: Final = 2_000_000
POISON: Final = FIRST_POISONED + 3
FIRST_LATER: Final = 2_100_000
FIRST_OTHER: Final = 3_000_000
PATIENCE: Final = 30.0
RETRY_DAYS: Final = 2
_STARTED: Final = """
select a.started_at from delivery_attempts as a
join orders as o on o.tenant_id = a.tenant_id and o.order_key = a.order_key
where a.endpoint_id::text = $1 and o.id = $2 and a.sequence_number = 1 order by a.attempt
"""
_FEED: Final = """
select count(*) as skips from feed as f join orders as o on o.tenant_id = f.tenant_id and o.order_key = f.order_key
where f.type = 'SKIPPED' and o.id = $1 and f.sequence_number = 1 and f.skipped_at_endpoint::text = $2
"""


class Others:
    """Three endpoints, over two days of the sandbox's clock."""

    def __init__(self, ground: Playground, folder: Path, found: Findings) -> None:
        self._ground = ground
        self._found = found
        self._log = folder / "others.jsonl"
        self._receiver = receiver.process(folder, name="others")
        self._endpoints: dict[str, str] = {}

    async def open(self) -> None:
        await self._receiver.start()
        await self._answer(_POISONED, _GONE, _NEVER)
        for code, path in ((POISONED_TENANT, "/poison"), (TENANT, "/gone"), (TENANT, "/never")):
            self._endpoints[path] = await self._ground.endpoint(code, f"{self._receiver.url}{path}")
        await self._ground.tell(POISONED_TENANT, first=FIRST_POISONED, orders=ORDERS, each=EACH)
        await self._ground.tell(TENANT, first=FIRST_OTHER, orders=ORDERS, each=EACH)
        await self._taken("/poison", (ORDERS - 1) * EACH)

    async def close(self) -> None:
        await self._receiver.stop()

    async def half_way(self) -> None:
        """A neighbour of the refused event comes later, and is not to wait for it."""
        before = await self._alarms(POISONED_TENANT, "HEAD_REFUSED")
        if before:
            self._found.broke(POISONED, f"alarmed before 24 hours: {before[0]}")
        await self._ground.tell(POISONED_TENANT, first=FIRST_LATER, orders=1, each=EACH)
        await self._taken("/poison", ORDERS * EACH)

    async def after_a_day(self) -> None:
        await self._judge_poison()
        await self._skip()
        await self._resume()

    async def _judge_poison(self) -> None:
        """All that is not behind the refused event has been taken; it has been tried by itself; the tenant knows."""
        there = self._there("/poison")
        wanted = [(order, number) for order in (*_POISONED_ORDERS, FIRST_LATER) for number in _NUMBERS]
        t8_judge.all_taken(there, [one for one in wanted if one[0] != POISON], self._found, name="/poison")
        for one in there:
            if one["order"] == POISON and one["number"] != 1:
                self._found.broke(POISONED, f"number {one['number']} was sent before the refused one was skipped")
        rows = await self._ground.rows(_STARTED, self._endpoints["/poison"], POISON)
        self._found.done["attempts of a refused event"] += len(rows)
        t8_judge.own_back_off([row["started_at"] for row in rows], self._found, name=f"order {POISON}")
        if not await self._alarms(POISONED_TENANT, "HEAD_REFUSED"):
            self._found.broke(POISONED, "no alarm after more than 24 hours of 400")

    async def _skip(self) -> None:
        asked = {"endpointId": self._endpoints["/poison"], "sequenceNumber": 1, "because": "nobody can read it"}
        await self._ground.asked(POISONED_TENANT, "POST", f"/manage/v1/orders/{POISON}/skip", asked)
        there = await self._taken("/poison", (ORDERS + 1) * EACH - 1)
        t8_judge.all_taken(there, [(POISON, number) for number in _NUMBERS[1:]], self._found, name="/poison skipped")
        if any(one["number"] == 1 and one["order"] == POISON and lanes.was_taken(one) for one in there):
            self._found.broke(POISONED, "the skipped event was sent and taken")
        shown = await self._ground.rows(_FEED, POISON, self._endpoints["/poison"])
        if shown[0]["skips"] != 1:
            self._found.broke(POISONED, f"the feed tells {shown[0]['skips']} times that it was skipped")
        lanes.judge(there, self._found, skipped={("/poison", POISON): frozenset({1})}, most_repeats=0)

    async def _resume(self) -> None:
        """410 suspended at once; a day later everything is there, in order."""
        refused = self._there("/gone")
        if len({one["order"] for one in refused}) != len(refused):
            self._found.broke(GONE, f"{len(refused)} calls for {len({one['order'] for one in refused})} orders")
        shown = (await self._ground.asked(TENANT, "GET", f"/manage/v1/endpoints/{self._endpoints['/gone']}")).body
        if shown["enabled"]:
            self._found.broke(GONE, "it is not suspended")
        await self._answer(_NEVER)
        await self._ground.change(TENANT, self._endpoints["/gone"], enabled=True)
        there = await self._taken("/gone", ORDERS * EACH)
        t8_judge.all_taken(there, _OTHER_EVENTS, self._found, name="/gone resumed")
        lanes.judge(there, self._found, most_repeats=0)

    async def after_two_days(self) -> None:
        """What was never taken is parked, seen to be so, and goes out by one call: in order, once, marked."""
        for order in _OTHER_ORDERS:
            path = f"/manage/v1/orders/{order}/deliveries"
            shown: list[Any] = (await self._ground.asked(TENANT, "GET", path)).body["deliveries"]
            there = [one for one in shown if one["endpointId"] == self._endpoints["/never"]]
            if not there or there[0]["state"] != "PARKED":
                self._found.broke(PARKING, f"order {order}: {[one['state'] for one in there]}")
        if not await self._alarms(TENANT, "DELIVERY_PARKED"):
            self._found.broke(PARKING, "no alarm of it")
        await self._answer()
        asked = {"undelivered": True, "endpointId": self._endpoints["/never"], "replayId": str(uuid4())}
        counted = (await self._ground.asked(TENANT, "POST", "/manage/v1/replays", {**asked, "preview": True})).body
        for _ in range(2):
            made = (await self._ground.asked(TENANT, "POST", "/manage/v1/replays", asked)).body
            if (counted["count"], made["count"]) != (ORDERS * EACH, ORDERS * EACH):
                self._found.broke(PARKING, f"previewed {counted['count']}, made {made['count']}")
        there = await self._taken("/never", ORDERS * EACH)
        t8_judge.all_taken(there, _OTHER_EVENTS, self._found, name="/never replayed")
        t8_judge.in_order(there, self._found, name="/never replayed")
        self._replayed([one for one in there if lanes.was_taken(one)], asked["replayId"])

    def _replayed(self, there: list[history.Record], replay: object) -> None:
        seen: set[tuple[int, int]] = set()
        for one in there:
            key = one["order"], one["number"]
            if key in seen:
                self._found.broke(PARKING, f"order {key[0]} number {key[1]} came twice")
            if one["headers"].get("webhook-replay") != replay:
                self._found.broke(PARKING, f"order {key[0]} number {key[1]} is not marked as replayed")
            seen.add(key)
        self._found.done["parked events replayed"] += len(seen)

    async def _alarms(self, code: str, kind: str) -> list[Any]:
        shown: list[Any] = (await self._ground.asked(code, "GET", "/manage/v1/alarms?state=OPEN")).body["alarms"]
        return [one for one in shown if one["kind"] == kind]

    async def _answer(self, *rules: dict[str, object]) -> None:
        got = await self._ground.wire.send("POST", f"{self._receiver.url}/control", {}, orjson.dumps(rules))
        if got.status != 204:
            raise RuntimeError(f"the receiver took no rules: {got}")

    def _there(self, path: str) -> list[history.Record]:
        return [one for one in history.read_all(self._log.parent, self._log.name) if one["path"] == path]

    async def _taken(self, path: str, count: int) -> list[history.Record]:
        """Waits until so many different events have been taken there, or patience ends."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            there = self._there(path)
            taken = {(one["order"], one["number"]) for one in there if lanes.was_taken(one)}
            if len(taken) >= count or asyncio.get_running_loop().time() > deadline:
                return there
            await asyncio.sleep(0.1)


HALF: Final = timedelta(hours=12)
_POISONED: Final[dict[str, object]] = {"path": "/poison", "order": POISON, "number": 1, "status": 400}
_GONE: Final[dict[str, object]] = {"path": "/gone", "status": 410}
_NEVER: Final[dict[str, object]] = {"path": "/never", "status": 500}
_NUMBERS: Final = range(1, EACH + 1)
_POISONED_ORDERS: Final = range(FIRST_POISONED, FIRST_POISONED + ORDERS)
_OTHER_ORDERS: Final = range(FIRST_OTHER, FIRST_OTHER + ORDERS)
_OTHER_EVENTS: Final = [(order, number) for order in _OTHER_ORDERS for number in _NUMBERS]
