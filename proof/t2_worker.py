"""T2 behind the doors: a worker dies at each point that it passes; another takes over, and the receiver's log is judged."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from proof import checker, history, traffic
from proof.caller import UPDATES
from proof.model import Findings, say
from proof.t2_nursery import Nursery
from proof.t2_points import Page, visits
from proof.t2_routes import MANAGE, said
from proof.t2_stage import Stage, Tree, mortal
from proof.t5_caller import booking
from proof.town import SUPPLIER

STUCK: Final = "work that no worker gets to the end of after a crash"
TIMERS: Final = "timers with other than one effect after a crash"
INVARIANTS: Final = (STUCK, TIMERS, *checker.INVARIANTS)
TENANT: Final = traffic.TENANTS[0]
IN_FLIGHT: Final = 4
"""Webhooks of one order at most, so of one death."""

_LEASES_END: Final = "update lanes set leased_until = now() - interval '1 second' where leased_until is not null"
_TIME_PASSES: Final = """
update lanes set due_at = now() where kind = $1 and last_done < last_enqueued and due_at > now()
    and parked_reason is null and not held
"""
_HOLD_ENDS: Final = """
with held as (
    update reservations set expires_at = now() where tenant_id = $1 and id = $2 returning id
)
update lanes set due_at = now() from held where key = 'hold:' || $1 || ':' || held.id
"""
_EXPIRED: Final = """
select r.state, count(f.position) as shown, s.booked - (
    select count(*) from reservations as o where o.slot_id = r.slot_id and o.state = 'RESERVED'
) as uncounted
from reservations as r join slots as s on s.slot_id = r.slot_id
left join feed as f on f.tenant_id = r.tenant_id and f.appointment_id = r.id
where r.tenant_id = $1 and r.id = $2 group by r.state, r.slot_id, s.booked
"""
_WARNED: Final = """
select array_agg(k.reason order by k.sequence_number) as told, max(o.kci_count) as counted
from kcis as k join orders as o on o.tenant_id = k.tenant_id and o.order_key = k.order_key
where o.tenant_id = $1 and o.id = $2
"""


@dataclass
class Ward:
    """One tenant's work, for workers that are born to die. `number` is of the order, or the hold, of this run."""

    on: Stage
    nursery: Nursery
    page: Page
    findings: Findings
    kills: history.Writer
    number: int = 0
    endpoint: str = ""

    async def ask(self, who: str, method: str, path: str, body: Any = None, **note: Any) -> Any:
        about = {"order": self.number, "tenant": TENANT, **note} if note else None
        got = await self.on.callers[who].insist(method, path, body, note=about)
        if got.status >= 300:
            raise RuntimeError(f"{method} {path}: {got.status} {got.raw[:300]!r}")
        return got.body

    async def place(self, updates: int) -> None:
        """An order, and so many words of its network about it."""
        await self.ask(TENANT, "POST", "service-orders", traffic.order(self.number, TENANT), what="order")
        for place in range(1, updates + 1):
            identity, body = said(TENANT, self.number, place)
            await self.ask(SUPPLIER, "POST", UPDATES, body, what="update", id=identity, number=place)

    async def rule(self, **rule: object) -> None:
        """How the receiver answers this order once, instead of 204."""
        rules = [{"order": self.number, **rule}]
        await self.on.wire.send("POST", f"{self.on.hears.url}/control", {}, orjson.dumps(rules))

    async def enable(self, *, enabled: bool) -> None:
        await self.ask(TENANT, "PATCH", f"{MANAGE}/endpoints/{self.endpoint}", {"enabled": enabled})

    async def born(self) -> None:
        await self.nursery.kill()
        await self.on.sql.execute(_LEASES_END)
        await self.nursery.bear("work", until_ready=False)

    async def finished(self) -> None:
        """A healthy worker has done all that is due."""
        await self.born()
        if not await self.on.done():
            self.findings.broke(STUCK, f"{TENANT} {self.number}")


async def _life(ward: Ward) -> None:
    await ward.place(3)


async def _refused_once(ward: Ward) -> None:
    await ward.place(2)
    await ward.rule(status=500, times=1)


async def _retried(ward: Ward) -> None:
    """The wait after a failure is over."""
    await ward.on.sql.execute(_TIME_PASSES, "kci")
    await ward.finished()


async def _gone(ward: Ward) -> None:
    await ward.place(1)
    await ward.rule(status=410, times=1)


async def _enabled_again(ward: Ward) -> None:
    await ward.enable(enabled=True)
    await ward.finished()


async def _skipped(ward: Ward) -> None:
    await ward.enable(enabled=False)
    await ward.place(2)
    await ward.finished()
    await ward.nursery.kill()
    body = {"endpointId": ward.endpoint, "sequenceNumber": 1, "because": "T2"}
    await ward.ask(TENANT, "POST", f"{MANAGE}/orders/{ward.number}/skip", body)


async def _replayed(ward: Ward) -> None:
    await ward.place(2)
    await ward.finished()
    await ward.nursery.kill()
    await ward.ask(TENANT, "POST", f"{MANAGE}/replays", {"orderId": ward.number})


async def _hold(ward: Ward) -> None:
    slot = ward.on.slots[0]
    await ward.ask(TENANT, "POST", "appointments", booking(ward.number, slot))
    await ward.on.sql.execute(_HOLD_ENDS, ward.on.tenants[TENANT], ward.number)


async def _expired(ward: Ward) -> None:
    await ward.finished()
    found = await ward.on.row(_EXPIRED, ward.on.tenants[TENANT], ward.number)
    if found != {"state": "EXPIRED", "shown": 1, "uncounted": 0}:
        ward.findings.broke(TIMERS, f"{TENANT} hold {ward.number}: {found}")


async def _silence(ward: Ward) -> None:
    await ward.place(1)
    _, body = said(TENANT, ward.number, 2)
    entity = {**body["provideServiceOrder"], "status": "PENDING"}
    question = {"reasonCode": "INFORMATION_REQUIRED", "problemCode": "COST_ISSUE", "provideServiceOrder": entity}
    await ward.ask(SUPPLIER, "POST", UPDATES, {**body, **question})
    await ward.finished()
    await ward.nursery.kill()
    await ward.on.sql.execute(_TIME_PASSES, "silence-warn")


async def _warned(ward: Ward) -> None:
    await ward.finished()
    found = await ward.on.row(_WARNED, ward.on.tenants[TENANT], ward.number)
    if found != {"told": ["ACKNOWLEDGED", "INFORMATION_REQUIRED", "WARNING"], "counted": 3}:
        ward.findings.broke(TIMERS, f"{TENANT} order {ward.number}: {found}")


Act = Callable[[Ward], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """What lies ready for a worker, and what comes after. `judged` by the receiver's log, or else by its own rows."""

    name: str
    prepare: Act
    after: Act
    judged: bool = True


async def _nothing_more(ward: Ward) -> None:
    await ward.finished()


SCENES: Final = (
    Scene("life", _life, _nothing_more),
    Scene("refused once", _refused_once, _retried),
    Scene("gone", _gone, _enabled_again),
    Scene("skipped", _skipped, _enabled_again),
    Scene("replayed", _replayed, _nothing_more),
    Scene("hold", _hold, _expired, judged=False),
    Scene("silence", _silence, _warned, judged=False),
)


async def run(on: Stage, tree: Tree, figures: Mapping[str, Any], findings: Findings) -> set[str]:
    """The points that a worker died at."""
    died_at: set[str] = set()
    async with mortal(on, tree, "work") as (nursery, page):
        ward = Ward(on, nursery, page, findings, history.Writer(on.folder / "kills.jsonl"))
        ward.endpoint = str((await traffic.endpoint(on.callers[TENANT], on.hears))["id"])
        history.write_run(
            on.folder, {"proof": "T2", "figures": dict(figures), "endpoints": {f"/{TENANT.lower()}": TENANT}}
        )
        wanted = [one for one in SCENES if not figures["scenes"] or one.name in figures["scenes"]]
        for scene in (one for one in wanted if one.judged):
            await _die_all_over(ward, scene, figures, died_at)
        await ward.nursery.kill()
        await history.dump(on.gateway.superuser, on.folder)
        findings.add(checker.check(on.folder))
        for scene in (one for one in wanted if not one.judged):
            await _die_all_over(ward, scene, figures, died_at)
    findings.done["points that a worker died at"] = len(died_at)
    return died_at


async def _die_all_over(ward: Ward, scene: Scene, figures: Mapping[str, Any], died_at: set[str]) -> None:
    """Once without a death, to see which points it passes; then once for each that no scene before died at."""
    ward.number += 1
    await scene.prepare(ward)
    await ward.nursery.kill()
    ward.page.clear()
    await ward.finished()
    seen = visits(ward.page.visited().items(), figures["visits"])
    await scene.after(ward)
    deaths = [one for one in seen if figures["everywhere"] or one[0] not in died_at][:: figures["every"]]
    say(f"T2: {len(deaths)} deaths of a worker in the scene {scene.name!r}")
    for label, visit in deaths:
        ward.number += 1
        await scene.prepare(ward)
        if await _die(ward, label, visit):
            died_at.add(label)
            ward.findings.done["deaths of a worker"] += 1
        else:
            ward.findings.done["points that were not met a second time"] += 1
        await scene.after(ward)


async def _die(ward: Ward, label: str, visit: int) -> bool:
    """Whether a worker that was born to die there did, before it had nothing left to do."""
    await ward.nursery.kill()
    ward.page.clear()
    ward.page.arm(label, visit)
    await ward.born()
    while not (died := await ward.nursery.gone(0.02)) and await ward.on.busy():
        pass
    died = died or await ward.nursery.gone(0.3)
    ward.page.clear()
    if died:
        ward.kills.write({**history.stamp(), "victim": "work", "in_flight": IN_FLIGHT, "label": label})
    return died
