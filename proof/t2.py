"""T2: the process dies at every point between two steps of its work; asked again, all is as if it had not."""

from pathlib import Path
from typing import Any, Final

from proof import seeds, t2_web
from proof.model import Figures, Findings, Proof, Size
from proof.t2_points import plant
from proof.t2_stage import Tree, stage

FEW: Final = "points missing to 40"
INVARIANTS: Final = (*t2_web.INVARIANTS, FEW)
AT_LEAST: Final = 40


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    findings = Findings()
    findings.looked_at(*INVARIANTS)
    copied = seeds.copy(source, folder / "points")
    tree = Tree(copied, plant(copied))
    findings.done["points planted"] = len(tree.labels)
    async with stage(source, folder / "doors") as on:
        plan = await t2_web.run(on, tree, figures, findings)
    for one in range(AT_LEAST - len(plan.crashed_at)):
        findings.broke(FEW, f"{one + 1}")
    return findings


_CI: Final[dict[str, Any]] = {"routes": [], "visits": 4, "every": 1}
_SMOKE: Final[dict[str, Any]] = {"routes": ["placeOrder", "receiveKci"], "visits": 1, "every": 4}

PROOF: Final = Proof(
    name="T2",
    title="crash points: a request that was cut off anywhere has one effect and one answer",
    invariants=INVARIANTS,
    figures={Size.SMOKE: _SMOKE, Size.CI: _CI, Size.FULL: {**_CI, "visits": 20}},
    run=run,
)
