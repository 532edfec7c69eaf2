"""How much memory a process has, looked at often."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final

from proof.model import Findings

SWOLLEN: Final = "MiB beyond 32 by which the worker's memory grew"
MOST: Final = 32
EVERY_SECONDS: Final = 0.05
_KIB_PER_MIB: Final = 1024


def mebibytes(pid: int) -> float:
    """Resident now; 0 for one that has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / _KIB_PER_MIB for line in lines if line.startswith("VmRSS:")), 0.0)


@dataclass
class Memory:
    """In MiB."""

    before: float
    most: float = 0.0

    @property
    def growth(self) -> float:
        return self.most - self.before


@asynccontextmanager
async def watched(pid: Callable[[], int]) -> AsyncGenerator[Memory]:
    """From now on."""
    memory = Memory(mebibytes(pid()))
    watching = asyncio.create_task(_watch(pid, memory))
    try:
        yield memory
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def _watch(pid: Callable[[], int], memory: Memory) -> None:
    while True:
        memory.most = max(memory.most, mebibytes(pid()))
        await asyncio.sleep(EVERY_SECONDS)


def judge(used: Memory, what: str, found: Findings) -> None:
    """Counts the MiB by which it grew too much."""
    found.looked_at(SWOLLEN)
    told = f"memory {what}: {used.before:.0f} MiB before, {used.most:.0f} at the most"
    found.notes.append(told)
    if used.growth > MOST:
        found.wrong[SWOLLEN] += ceil(used.growth - MOST)
        found.examples.setdefault(SWOLLEN, []).append(told)
