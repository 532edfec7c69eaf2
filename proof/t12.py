"""T12: the wall of row-level security by its catalogue, by SQL of any kind, and after a storm of cut-off requests.

The other wall, the tenant in every statement, is T11's.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from proof import t12_catalogue, t12_pgrls, t12_sql, t12_storm
from proof.caller import Wire
from proof.ground import Gateway
from proof.model import Figures, Findings, Proof, Size, say
from proof.slots import TOWN
from proof.t2_stage import asleep
from proof.town import settle

INVARIANTS: Final = (
    *(t12_catalogue.UNWALLED, t12_catalogue.UNLISTED, t12_catalogue.ROUND, t12_pgrls.SECOND),
    *t12_sql.INVARIANTS,
    *t12_storm.INVARIANTS,
)


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    findings = Findings()
    gateway = Gateway(folder / "g", source, t12_storm.SETTINGS)
    await settle(gateway, replace(TOWN, tenants=TOWN.tenants + figures["more_tenants"]))
    async with gateway, Wire() as wire:
        supervisor = await gateway.serve()
        await t12_catalogue.judge(gateway, findings)
        stormed = await t12_storm.run(gateway, folder, wire, figures, findings)
        await stormed.kill()
        async with asleep(gateway, supervisor):
            say(f"T12: {figures['statements']:,} statements")
            await t12_sql.run(gateway, figures["statements"], figures.get("seed", 12), findings)
            if figures["opinion"]:
                await t12_pgrls.judge(gateway, folder, findings)
    return findings


_CI: Final[Mapping[str, Any]] = {
    "cuts": 2_000,
    "calm": 200,
    "statements": 6_000,
    "opinion": True,
    "more_tenants": ("ISP3", "ISP4"),
}

PROOF: Final = Proof(
    name="T12",
    title="row-level security: no row of another tenant by any SQL, nor after a storm of cut-off requests",
    invariants=INVARIANTS,
    figures={
        Size.SMOKE: {**_CI, "cuts": 200, "calm": 20, "statements": 600, "more_tenants": ()},
        Size.CI: _CI,
        Size.FULL: {**_CI, "cuts": 20_000, "calm": 1_000, "statements": 200_000},
    },
    run=run,
    seeded={**_CI, "cuts": 3_000, "calm": 100, "statements": 600, "opinion": False},
)
