"""`kill -9` of the whole process group under load: started again in its folder, nothing is lost and nothing twice."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.journeys.gateway import TOKEN, WHOLESALE
from tests.journeys.requests import booking, order

SLOTS = [
    (f"2025-07-{day}T{start}:00:00Z", f"2025-07-{day}T{end}:00:00Z")
    for day in (14, 15, 16, 17, 18, 21, 22, 23)
    for start, end in (("07", "12"), ("12", "17"))
]
COUNT = 60


@asynccontextmanager
async def sandbox(folder: Path, *more: str) -> AsyncGenerator[tuple[asyncio.subprocess.Process, str]]:
    """The command itself in a process group of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fibregate", "sandbox", "--port", "0", "--data", str(folder), *more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            while not (line := await process.stdout.readline()).startswith(b"ready "):
                assert line, "ended before it was ready"
        yield process, line.decode().split()[1]
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


class Client:
    """An ISP that asks until it is answered, always with the same ids."""

    def __init__(self, session: aiohttp.ClientSession, folder: Path) -> None:
        self.session = session
        self.card = json.loads((folder / "sandbox.json").read_text())
        self.url = ""
        self.token = ""

    async def login(self, url: str) -> None:
        self.url = url
        mine = self.card["tenants"][1]
        login = aiohttp.encode_basic_auth(mine["clientId"], mine["clientSecret"])
        async with self.session.post(url + TOKEN, headers={"Authorization": login}) as answer:
            self.token = (await answer.json())["access_token"]

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and body; 0 when the connection broke."""
        names = {
            "X-Request-ID": "r",
            "X-Conversation-ID": "c",
            "Tenant": "ISP1",
            "Authorization": f"Bearer {self.token}",
        }
        target = self.url + (path if path.startswith("/") else f"{WHOLESALE}/{path}")
        try:
            async with self.session.request(method, target, headers=names, json=body) as answer:
                raw = await answer.read()
                return answer.status, json.loads(raw) if raw else None
        except (aiohttp.ClientError, ConnectionError):
            return 0, None

    async def journey(self, number: int) -> tuple[int, int]:
        slot = SLOTS[number % len(SLOTS)]
        booked, _ = await self.ask("POST", "appointments", booking(number, slot=slot))
        placed, _ = await self.ask("POST", "service-orders", order(number, tenant="ISP1", appointment=number))
        return booked, placed


async def killed_in_the_middle(process: asyncio.subprocess.Process, client: Client) -> Counter[tuple[int, int]]:
    """Sixty customers at once, and the end of everything before the last is served."""
    running = [asyncio.create_task(client.journey(number)) for number in range(1, COUNT + 1)]
    while sum(one.done() for one in running) < COUNT // 3:
        await asyncio.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    return Counter(await asyncio.gather(*running))


async def everything(client: Client) -> list[dict[str, Any]]:
    """The whole feed, once every order has its first two KCIs."""
    async with asyncio.timeout(30):
        while True:
            events: list[dict[str, Any]] = []
            after = ""
            while True:
                _, page = await client.ask("GET", f"/manage/v1/kcis?limit=100{after}")
                events += page["events"]
                after = f"&after={page['nextCursor']}"
                if not page["more"]:
                    break
            if len(events) >= 2 * COUNT:
                return events
            await asyncio.sleep(0.1)


async def nothing_lost_and_nothing_twice(folder: Path) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        async with sandbox(folder, "--now", "2025-07-01T09:00:00Z") as (process, url):
            client = Client(session, folder)
            await client.login(url)
            answers = await killed_in_the_middle(process, client)
        assert answers[201, 202] >= COUNT // 3
        assert any(0 in pair for pair in answers)
        async with sandbox(folder) as (process, url):
            await client.login(url)
            again = await asyncio.gather(*(client.journey(number) for number in range(1, COUNT + 1)))
            assert set(again) == {(201, 202)}
            assert (await client.ask("POST", "/sandbox/v1/clock", {"advance": "PT1H"}))[0] == 200
            events = await everything(client)
            assert len({one["id"] for one in events}) == len(events) == 2 * COUNT
            for number in range(1, COUNT + 1):
                told = [one for one in events if one["orderId"] == number]
                assert [one["sequenceNumber"] for one in told] == [1, 2]
                assert [one["reasonCode"] for one in told] == ["ACKNOWLEDGED", "COMMITTED"]
            _, page = await client.ask("GET", "/manage/v1/orders?limit=100")
            assert sorted(one["id"] for one in page["orders"]) == list(range(1, COUNT + 1))
            os.kill(process.pid, signal.SIGTERM)
            assert await process.wait() == 0


@pytest.mark.timeout(110)
async def test_a_kill_of_the_whole_group_during_orders_loses_nothing(tmp_path: Path) -> None:
    await nothing_lost_and_nothing_twice(tmp_path / "sandbox")


@pytest.mark.timeout(110)
async def test_nor_with_a_long_path_under_a_closed_home() -> None:
    with tempfile.TemporaryDirectory() as home:  # made with mode 0700, unlike tmp_path
        folder = Path(home) / ("deep" * 20) / ("deeper" * 10)
        assert len(str(folder)) > 107
        await nothing_lost_and_nothing_twice(folder)
