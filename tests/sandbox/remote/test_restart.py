"""The remote network as a program of its own: started, killed, started again, told to stop."""

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
from tests.sandbox.remote.caller import (
    PATIENCE,
    SUPPLIER,
    Ground,
    UpdatesDoor,
    entity,
    session,
    unvisited,
    updates_door,
)
from typer.testing import CliRunner

from fibregate.cli.main import app
from fibregate.sandbox.remote import behaviours, premises


@asynccontextmanager
async def program(*words: str) -> AsyncGenerator[tuple[Process, str]]:
    """The command, once it says that it is ready, and its URL."""
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fibregate", "remote-network", "--port", "0", *words),
        stdin=DEVNULL,
        stdout=PIPE,
    )
    assert ran.stdout is not None
    try:
        async with asyncio.timeout(60):
            said = (await ran.stdout.readline()).decode().split()
        assert said[0] == "ready"
        yield ran, said[1]
    finally:
        if ran.returncode is None:
            ran.kill()
        await ran.wait()


def words(folder: Path, door: UpdatesDoor) -> list[str]:
    way = ["--updates", door.url, "--updates-client", f"{SUPPLIER.id}:{SUPPLIER.secret}", "--kci-delay", "0.05"]
    return ["--log", str(folder / "calls.jsonl"), "--state", str(folder / "state.jsonl"), *way]


async def test_a_killed_network_goes_on_where_it_was(tmp_path: Path) -> None:
    uprn = premises.FIRST
    async with updates_door() as door, session() as opened:
        async with program(*words(tmp_path, door)) as (ran, url):
            ground = Ground(url, tmp_path / "calls.jsonl", door, opened)
            booking = ground.booking(uprn, (await ground.slots(uprn))[0])
            booked = await ground.post("/appointments", booking)
            order = ground.order(unvisited("well"))
            assert (await ground.post("/service-orders", order)).status == 202
            await door.until(lambda: len(door.updates) >= 2)
            ran.kill()
            await ran.wait()
        before = len(door.updates)
        assert before < 5
        async with program(*words(tmp_path, door)) as (ran, url):
            again = Ground(url, tmp_path / "calls.jsonl", door, opened)
            await door.until(lambda: door.reasons()[-1] == "COMPLETED")
            assert (await again.post("/appointments", booking)).body == booked.body
            assert (await again.post("/service-orders", order)).status == 202
            ran.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(ran.wait(), PATIENCE) == 0
    ids = {one["sequenceNumber"]: one["id"] for one in door.updates}
    assert set(ids) == {1, 2, 3, 4, 5}
    assert {one["id"] for one in door.updates} == set(ids.values())
    assert len({entity(one)["supplierOrderReference"] for one in door.updates}) == 1
    assert again.did(kind="order") == ["performed", "replayed"]
    assert {one["kind"] for one in again.lines("kept")} == {"booking", "order"}


async def test_a_line_that_a_kill_cut_off_is_left_out(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    async with updates_door() as door, session() as opened:
        async with program(*words(tmp_path, door)) as (_, url):
            ground = Ground(url, tmp_path / "calls.jsonl", door, opened)
            first = ground.order(unvisited("silent"))
            assert (await ground.post("/service-orders", first)).status == 202
        with state.open("ab") as cut:
            cut.write(b'{"kind":"order","shape":"prov')
        async with program(*words(tmp_path, door)) as (_, url):
            again = Ground(url, tmp_path / "calls.jsonl", door, opened)
            assert (await again.get(f"/service-orders/{first['id']}")).status == 200
        assert all(orjson.loads(one) for one in state.read_bytes().splitlines())


def test_the_command_lists_what_it_can_do() -> None:
    listed = CliRunner().invoke(app, ["remote-network", "--list"])
    lines = [one.split(maxsplit=2) for one in listed.stdout.splitlines()]
    assert [(int(uprn), name) for uprn, name, _ in lines] == [
        (behaviours.first_uprn(one), one.name) for one in behaviours.BEHAVIOURS
    ]


def test_the_command_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for words_, code, said in (
            (["--behave", "nicely"], 2, "no behaviour"),
            (["--client", "gateway"], 2, "ID:SECRET"),
            (["--now", "tomorrow"], 2, "--now"),
            (["--port", port], 1, "in use"),
            (["--state", str(tmp_path)], 1, "directory"),
        ):
            ran = CliRunner().invoke(app, ["remote-network", "--port", "0", *words_])
            assert (ran.exit_code, said in ran.stderr) == (code, True), ran.output
