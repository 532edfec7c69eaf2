"""T8: a day without a receiver, and the drain after it: soon, whole, in order, never too fast; and other bad days."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Final

from proof import lanes, t8_judge, t8_pause
from proof.model import Figures, Findings, Proof, Size, say
from proof.playground import playing
from proof.t8_others import HALF, RETRY_DAYS, Others
from proof.t8_outage import Outage

SETTINGS: Final = {"FIBREGATE_RETRY_DAYS": str(RETRY_DAYS), "FIBREGATE_LOG_LEVEL": "error"}
A_LITTLE: Final = timedelta(hours=1)
LAST_LANES: Final = timedelta(hours=6)
"""The lane that was tried the least gets its attempts before it, too, is parked."""


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    found = Findings()
    found.looked_at(*PROOF.invariants)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_days(source, figures, folder, found))
        if figures["pauses"]:
            tasks.create_task(t8_pause.run(source, figures, folder, found))
    return found


async def _days(source: Path, figures: Figures, folder: Path, found: Findings) -> None:
    async with playing(folder / "s", source, SETTINGS) as ground:
        outage, others = Outage(ground, folder, figures, found), Others(ground, folder, found)
        try:
            await outage.open()
            say("  nobody answers any more")
            if not figures["others"]:
                await ground.walk(timedelta(hours=figures["down_hours"]))
                await outage.recover()
                return
            await others.open()
            await ground.walk(HALF)
            await others.half_way()
            await ground.walk(HALF + A_LITTLE)
            say("  a day has passed")
            await others.after_a_day()
            await outage.recover()
            await ground.walk(timedelta(days=RETRY_DAYS - 1) + LAST_LANES)
            say("  another day has passed")
            await others.after_two_days()
        finally:
            await outage.close()
            await others.close()


_USUAL: Final = {
    "orders": 2500,
    "each": 4,
    "down_hours": 24,
    "rate": 100,
    "limited_seconds": 15,
    "drain_seconds": 120,
    "kill": True,
    "others": True,
    "pauses": 1,
    "pause": 20,
    "paused_orders": 100,
    "paused_each": 15,
    "paused_rate": 40,
}
_SMALL: Final = {
    **_USUAL,
    "orders": 100,
    "each": 2,
    "down_hours": 1,
    "rate": 20,
    "limited_seconds": 4,
    "drain_seconds": 10,
    "kill": False,
    "others": False,
    "pauses": 0,
}

PROOF: Final = Proof(
    name="T8",
    title="a day's outage and its drain",
    invariants=(*t8_judge.INVARIANTS, *lanes.INVARIANTS),
    figures={
        Size.SMOKE: _SMALL,
        Size.CI: _USUAL,
        Size.FULL: {**_USUAL, "orders": 25_000, "rate": 300, "drain_seconds": 900, "pauses": 5, "pause": 60},
    },
    run=run,
    seeded=_SMALL,
)
