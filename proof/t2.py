"""T2: the process dies at every point between two steps of its work; asked again, all is as if it had not."""

from pathlib import Path
from typing import Any, Final

from proof import seeds, t2_web, t2_worker
from proof.model import Figures, Findings, Proof, Size
from proof.t2_points import plant
from proof.t2_stage import Tree, stage

FEW: Final = "points missing to 40"
INVARIANTS: Final = (*t2_web.INVARIANTS, *t2_worker.INVARIANTS, FEW)
AT_LEAST: Final = 40


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    findings = Findings()
    findings.looked_at(*INVARIANTS)
    copied = seeds.copy(source, folder / "points")
    tree = Tree(copied, plant(copied))
    findings.done["points planted"] = len(tree.labels)
    died_at: set[str] = set()
    if figures["routes"] != NONE:
        async with stage(source, folder / "d") as on:
            died_at |= (await t2_web.run(on, tree, figures, findings)).crashed_at
    if figures["scenes"] != NONE:
        async with stage(source, folder / "w") as on:
            died_at |= await t2_worker.run(on, tree, figures, findings)
    findings.done["points died at"] = len(died_at)
    for one in range(AT_LEAST - len(died_at)):
        findings.broke(FEW, f"{one + 1}")
    return findings


NONE: Final = ["none"]
_CI: Final[dict[str, Any]] = {"routes": [], "scenes": [], "visits": 1, "every": 1, "everywhere": False}
_SMOKE: Final[dict[str, Any]] = {**_CI, "routes": ["placeOrder", "receiveKci"], "scenes": ["life"], "every": 6}

PROOF: Final = Proof(
    name="T2",
    title="crash points: a request that was cut off anywhere has one effect and one answer",
    invariants=INVARIANTS,
    figures={Size.SMOKE: _SMOKE, Size.CI: _CI, Size.FULL: {**_CI, "visits": 20, "everywhere": True}},
    run=run,
)
