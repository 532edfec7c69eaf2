"""The feed under many tellers: positions without a gap, and a reader that goes on from each cursor misses nothing."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.doors.updates.test_updates import QUIET, said, tell
from tests.journeys.gateway import Gateway
from tests.journeys.requests import booking, order

SLOT = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
ORDERS, UPDATES = 20, 6
PLACES = "update slots set capacity = 100 where starts_at = '2025-07-16T07:00Z' returning slot_id"


async def test_a_reader_misses_nothing_while_many_are_told_at_once(running: Gateway) -> None:
    await running.db.row(PLACES, None)
    numbers = range(1, ORDERS + 1)
    for number in numbers:
        await running.ask("POST", "appointments", body=booking(number, slot=SLOT))
        placed = await running.ask("POST", "service-orders", body=order(number, appointment=number), extra=QUIET)
        assert placed.status == 202
    events: list[dict[str, Any]] = []

    async def read() -> None:
        after = ""
        while len(events) < ORDERS * UPDATES:
            page = (await running.ask("GET", f"/manage/v1/kcis?limit=7{after}")).body
            events.extend(page["events"])
            after = f"&after={page['nextCursor']}"
            await asyncio.sleep(0)

    async def speak(number: int) -> None:
        for n in range(1, UPDATES + 1):
            got = await tell(running, said(n, "UPDATE", entity={"id": number}, text=f"{number}.{n}"))
            assert got.status == 204

    async with asyncio.timeout(40):
        await asyncio.gather(read(), *(speak(number) for number in numbers))
    await running.walk(timedelta(seconds=1))
    assert len({one["id"] for one in events}) == len(events) == ORDERS * UPDATES
    for number in numbers:
        told = [(one["sequenceNumber"], one["text"]) for one in events if one["orderId"] == number]
        assert told == [(n, f"{number}.{n}") for n in range(1, UPDATES + 1)]
    rows = await running.rows("YOUR_TENANT", "select position from feed where tenant_id = $1 order by position")
    assert [row["position"] for row in rows] == list(range(1, ORDERS * UPDATES + 1))
