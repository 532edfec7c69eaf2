"""T2: the process dies at every point between two steps of its work; asked again, all is as if it had not."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from proof import seeds, t2_web, t2_worker
from proof.model import Figures, Findings, Proof, Size
from proof.slots import TOWN
from proof.t2_points import plant
from proof.t2_stage import Stage, Tree, stage
from proof.town import template

FEW: Final = "points missing to as many as there have to be"
INVARIANTS: Final = (*t2_web.INVARIANTS, *t2_worker.INVARIANTS, FEW)


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    findings = Findings()
    findings.looked_at(*INVARIANTS)
    copied = seeds.copy(source, folder / "points")
    tree = Tree(copied, plant(copied))
    findings.done["points planted"] = len(tree.labels)
    town = replace(TOWN, tenants=TOWN.tenants + figures["more_tenants"])
    await template(source, town)
    async with asyncio.TaskGroup() as both:
        parts: list[asyncio.Task[set[str]]] = []
        if figures["routes"] != NONE:
            there = stage(source, folder / "d", town, works=True)
            parts.append(both.create_task(_doors(there, tree, figures, findings)))
        if figures["scenes"] != NONE:
            there = stage(source, folder / "w", town, works=False)
            parts.append(both.create_task(_behind(there, tree, figures, findings)))
    died_at = {label for part in parts for label in part.result()}
    findings.done["points died at"] = len(died_at)
    for one in range(figures["at_least"] - len(died_at)):
        findings.broke(FEW, f"{one + 1}")
    return findings


Staged = AbstractAsyncContextManager[Stage]


async def _doors(staged: Staged, tree: Tree, figures: Figures, findings: Findings) -> set[str]:
    async with staged as on:
        return (await t2_web.run(on, tree, figures, findings)).crashed_at


async def _behind(staged: Staged, tree: Tree, figures: Figures, findings: Findings) -> set[str]:
    async with staged as on:
        return await t2_worker.run(on, tree, figures, findings)


NONE: Final = ["none"]
_CI: Final[dict[str, Any]] = {
    "routes": [],
    "scenes": [],
    "files": [],
    "visits": 1,
    "every": 1,
    "alike": 3,
    "everywhere": False,
    "more_tenants": ("ISP3", "ISP4"),
    "at_least": 40,
}
_SMOKE: Final[dict[str, Any]] = {
    **_CI,
    "routes": ["placeOrder", "receiveKci"],
    "scenes": ["life"],
    "every": 14,
    "alike": 1,
    "more_tenants": (),
    "at_least": 20,
}
_SEEDED: Final[dict[str, Any]] = {**_SMOKE, "every": 1, "routes": NONE, "files": ["db.py"], "at_least": 0}

PROOF: Final = Proof(
    name="T2",
    title="crash points: a request that was cut off anywhere has one effect and one answer",
    invariants=INVARIANTS,
    figures={Size.SMOKE: _SMOKE, Size.CI: _CI, Size.FULL: {**_CI, "visits": 20, "alike": 1, "everywhere": True}},
    seeded=_SEEDED,
    run=run,
)
