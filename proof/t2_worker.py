"""T2 behind the doors: a worker dies at each point that it passes, the next takes over; its log is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from proof import checker, history, traffic
from proof.model import Findings, say
from proof.t2_nursery import Nursery
from proof.t2_points import Page, visits
from proof.t2_scenes import SCENES, STUCK, TENANT, TIMERS, Scene, Ward
from proof.t2_stage import Stage, Tree, mortal

_OF_STORMS = (checker.LATE, checker.PICKED_UP_LATE)
"""How soon a gateway is itself again is measured where callers ask all the time."""

INVARIANTS = (STUCK, TIMERS, *(one for one in checker.INVARIANTS if one not in _OF_STORMS))
IN_FLIGHT = 4
"""Lanes that a worker of this proof has in hand at a time: the fewest there may be, so that deaths leave work."""

_FREED = "update lanes set owner = null, leased_until = null where leased_until is not null"
"""What the start of a gateway that has its database for itself does: whoever held a lease is dead."""


@dataclass
class Dying:
    """A worker that is born to die, again and again, on the work of one tenant."""

    ward: Ward
    nursery: Nursery
    page: Page
    kills: history.Writer
    died_at: set[str] = field(default_factory=set[str])

    async def born(self) -> None:
        await self.nursery.kill()
        await self.ward.on.sql.execute(_FREED)
        await self.nursery.bear("work", until_ready=False)

    async def finish(self) -> None:
        """A healthy worker does all that is due, and goes."""
        self.page.clear()
        await self.born()
        if not await self.ward.on.done():
            self.ward.findings.broke(STUCK, f"up to {TENANT} {self.ward.number}")
        await self.nursery.kill()

    async def act(self, scene: Scene, figures: Mapping[str, Any]) -> None:
        """Once without a death, to see which points are passed; then once for each that no scene before died at."""
        seen = await self._rehearse(scene, figures)
        deaths = [one for one in seen if figures["everywhere"] or one[0] not in self.died_at][:: figures["every"]]
        say(f"T2: {len(deaths)} deaths of a worker in the scene {scene.name!r}")
        waiting: list[int] = []
        for label, visit in deaths:
            if not await self.ward.on.busy() or not scene.is_crowd:
                await self._settle(scene, waiting)
                waiting = await self._prepare(scene)
            died = await self._die(label, visit)
            if not died:  # there may have been too little left to do
                await self._settle(scene, waiting)
                waiting = await self._prepare(scene)
                died = await self._die(label, visit)
            self._note(label, visit, died=died)
        await self._settle(scene, waiting)

    async def _rehearse(self, scene: Scene, figures: Mapping[str, Any]) -> list[tuple[str, int]]:
        waiting = await self._prepare(scene)
        self.page.clear()
        await self.born()
        await self.ward.on.done()
        await self.nursery.kill()
        seen = visits(self.page.visited(), figures)
        await self._settle(scene, waiting)
        return seen

    async def _prepare(self, scene: Scene) -> list[int]:
        numbers = self.ward.numbers(scene.crowd)
        for act in scene.prepare:
            await act(self.ward, numbers)
            if act is not scene.prepare[-1]:
                await self.finish()
        return numbers

    async def _settle(self, scene: Scene, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        await self.finish()
        for act in scene.settle:
            await act(self.ward, numbers)
            await self.finish()
        if scene.check:
            await scene.check(self.ward, numbers)

    async def _die(self, label: str, visit: int) -> bool:
        """Whether a worker that was born to die there did, before it had nothing left to do."""
        self.page.clear()
        self.page.arm(label, visit)
        await self.born()
        while not (died := await self.nursery.gone(0.02)) and await self.ward.on.busy():
            pass
        died = died or await self.nursery.gone(0.2)
        await self.nursery.kill()
        self.page.clear()
        return died

    def _note(self, label: str, visit: int, *, died: bool) -> None:
        if not died:
            self.ward.findings.done["points that were not met a second time"] += 1
            self.ward.findings.notes.append(f"not met a second time: a worker at {label}, visit {visit}")
            return
        self.died_at.add(label)
        self.ward.findings.done["deaths of a worker"] += 1
        self.kills.write({**history.stamp(), "victim": "work", "in_flight": IN_FLIGHT, "label": label})


async def run(on: Stage, tree: Tree, figures: Mapping[str, Any], findings: Findings) -> set[str]:
    """The points that a worker died at."""
    settings = {"FIBREGATE_WORKER_CONCURRENCY": str(IN_FLIGHT)}
    made = await traffic.endpoint(on.callers[TENANT], on.hears)
    ward = Ward(on, findings, str(made["id"]))
    endpoints = {f"/{TENANT.lower()}": TENANT}
    history.write_run(on.folder, {"proof": "T2", "figures": dict(figures), "endpoints": endpoints})
    with history.writing(on.folder / "kills.jsonl") as kills:
        async with mortal(on, tree, "work", **settings) as (nursery, page):
            dying = Dying(ward, nursery, page, kills)
            await _play(dying, figures)
    findings.done["points that a worker died at"] = len(dying.died_at)
    return dying.died_at


async def _play(dying: Dying, figures: Mapping[str, Any]) -> None:
    """First the scenes that the checker judges, as long as nothing else has happened."""
    on, findings = dying.ward.on, dying.ward.findings
    wanted = [one for one in SCENES if not figures["scenes"] or one.name in figures["scenes"]]
    for scene in (one for one in wanted if not one.check):
        await dying.act(scene, figures)
    await history.dump(on.gateway.superuser, on.folder)
    findings.add(_without_storms(checker.check(on.folder)))
    for scene in (one for one in wanted if one.check):
        await dying.act(scene, figures)


def _without_storms(found: Findings) -> Findings:
    for one in _OF_STORMS:
        found.wrong.pop(one, None)
        found.examples.pop(one, None)
    found.notes.clear()
    return found
