"""What a request for a token costs: processor time of the web process over many of them, as the kernel counts it."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from proof.ground import Process
from proof.model import Findings
from proof.t14_lives import Lives, Way

DEAR: Final = "batches of requests for tokens that took more than 5 ms of CPU each"
MOST_MS: Final = 5.0
BATCH: Final = 60
AT_ONCE: Final = 8
PAUSE: Final = 2.0
_TICK_MS: Final = 1000 / os.sysconf("SC_CLK_TCK")
_TOO_OFTEN: Final = 503


def cpu_ms(process: Process) -> float:
    """All that it has used so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_MS


async def judge(lives: Lives, ways: Sequence[Way], batches: int, findings: Findings) -> None:
    """Right secrets, wrong ones and clients that are not there, batch after batch."""
    findings.looked_at(DEAR)
    spent: list[float] = []
    for number in range(batches):
        way = ways[number % len(ways)]
        what, answer, shown = (
            ("a right secret", 200, way),
            ("a wrong secret", 401, replace(way, secret=way.secret[::-1])),
            ("no client of ours", 401, replace(way, client_id="client_0123456789abcdef")),
        )[number % 3]
        each = await _batch(lives, shown, answer)
        spent.append(each)
        findings.done["requests for tokens, by their CPU"] += BATCH
        if each > MOST_MS:
            findings.broke(DEAR, f"{what}: {each:.1f} ms each")
    if spent:
        median = sorted(spent)[len(spent) // 2]
        findings.notes.append(f"CPU of a request for a token: {median:.1f} ms, at most {max(spent):.1f} in a batch")


async def _batch(lives: Lives, way: Way, answer: int) -> float:
    """Milliseconds of CPU each, of requests that all got this answer. Who asks too often is told to wait, and waits."""
    door, left = lives.doors[0], iter(range(BATCH))
    statuses: list[int] = []
    before = cpu_ms(door)

    async def some() -> None:
        statuses.extend([(await lives.token(way)).status for _ in left])

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    spent = cpu_ms(door) - before
    if set(statuses) == {_TOO_OFTEN, answer} or set(statuses) == {_TOO_OFTEN}:
        await asyncio.sleep(PAUSE)
        return await _batch(lives, way, answer)
    if set(statuses) != {answer}:
        raise RuntimeError(f"requests for tokens were answered {sorted(set(statuses))} instead of {answer}")
    return spent / BATCH
