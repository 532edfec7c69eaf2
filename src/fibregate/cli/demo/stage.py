"""The sandboxes of a demo: the real command as a process of its own, in a folder that goes with it."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 90.0
STOP_SECONDS = 20.0
COMMAND_SECONDS = 60.0
BEGINS = "2025-07-01T08:00:00Z"


class Differs(Exception):
    """Something is not as it must be; the text says what."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A sandbox that serves: what it tells its users in `sandbox.json`, and its folder, for the operator's commands."""

    card: dict[str, Any]
    data: Path

    @property
    def url(self) -> str:
        return self.card["baseUrl"]

    def client(self, tenant: str) -> dict[str, str]:
        """The way in of a tenant that the sandbox came with."""
        return next(one for one in self.card["tenants"] if one["tenant"] == tenant)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs a gateway, at the terminal beside it."""

    process: Process
    data: Path

    async def run(self, *words: str, secret: tuple[str, str] | None = None) -> str:
        """What the command said; `secret` is one more option, that is not shown. Raises `Differs` where refused."""
        if self.process.stdin is None or self.process.stdout is None:
            raise AssertionError("what the operator types and reads is ours")
        line = json.dumps([*words, *(secret or ()), "--data", str(self.data)])
        self.process.stdin.write(f"{line}\n".encode())
        async with asyncio.timeout(COMMAND_SECONDS):
            answered = await self.process.stdout.readline()
        is_done, said = json.loads(answered or b'[false, "it ended"]')
        if not is_done:
            raise Differs(f"fibregate {' '.join(words)} was refused: {said}")
        return said


@asynccontextmanager
async def operating(data: Path) -> AsyncGenerator[Operator]:
    """For a sandbox's folder. The machine's settings let suppliers be on this machine, as a sandbox's own do."""
    settings = {"FIBREGATE_SUPPLIER_ALLOW": '["127.0.0.0/8"]', "FIBREGATE_SUPPLIER_PORTS": "[]"}
    settings["FIBREGATE_SUPPLIER_PLAIN_HTTP"] = "true"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fibregate.cli.demo.typist"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={**_environment(), **settings},
        start_new_session=True,
    )
    try:
        yield Operator(process, data)
    finally:
        await asyncio.shield(_end(process))


def command(data: Path, begins: str = BEGINS) -> list[str]:
    """What starts the sandbox."""
    return [sys.executable, "-m", "fibregate", "sandbox", "--port", "0", "--data", str(data), "--now", begins]


@asynccontextmanager
async def sandbox(begins: str = BEGINS) -> AsyncGenerator[Staged]:
    """A sandbox that serves. Ends and vanishes, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="fibregate-demo-"))
    process: Process | None = None
    try:
        # As root the database runs as another user, who must be able to get to its folder.
        log = folder / "sandbox.log"
        with log.open("wb") as said:
            process = await asyncio.create_subprocess_exec(
                *command(folder / "sandbox", begins),
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=said,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for us; the sandbox is then stopped in order
            )
        await _ready(process, log)
        data = folder / "sandbox"
        yield Staged(json.loads((data / "sandbox.json").read_text("utf-8")), data)
    finally:
        if process is not None:
            await asyncio.shield(_end(process))
        shutil.rmtree(folder, ignore_errors=True)


def _environment() -> dict[str, str]:
    """Ours without settings: the demo is the same everywhere."""
    kept = {"FIBREGATE_POSTGRES_BIN"}
    return {name: value for name, value in os.environ.items() if not name.startswith("FIBREGATE_") or name in kept}


async def _ready(process: Process, log: Path) -> None:
    if process.stdout is None:
        raise AssertionError("the sandbox's output is ours to read")
    try:
        async with asyncio.timeout(START_SECONDS):
            line = await process.stdout.readline()
    except TimeoutError as error:
        raise Differs(f"the sandbox did not start within {START_SECONDS:.0f} s; it said:\n{_tail(log)}") from error
    if not line.startswith(b"ready "):
        await process.wait()
        raise Differs(f"the sandbox did not start; it said:\n{_tail(log)}")


def _tail(log: Path, length: int = 2000) -> str:
    return log.read_text("utf-8", errors="replace")[-length:].strip() or "nothing"


async def _end(process: Process) -> None:
    for how, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5.0)):
        if process.returncode is None:
            try:
                process.send_signal(how)
                async with asyncio.timeout(seconds):
                    await process.wait()
            except (ProcessLookupError, TimeoutError):
                continue
