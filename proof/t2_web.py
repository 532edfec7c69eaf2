"""T2 at the doors: each route dies at each point that it passes; the process starts again, the caller repeats it."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from proof.caller import ASK_AGAIN, Answer, Caller
from proof.model import Findings, say
from proof.t2_nursery import Nursery
from proof.t2_points import Page, visits
from proof.t2_routes import DOORS, MAKES_NOTHING, MANAGE, ROUTES, TENANT, Asked, Route
from proof.t2_routes_tenant import TENANT_ROUTES
from proof.t2_stage import DIES_WITHIN, Stage, Tree, mortal, shape
from proof.town import SUPPLIER, credentials

EFFECTS: Final = "requests with other than one effect after a crash and a retry"
ANSWERS: Final = "retries that are answered otherwise than the request would have been"
UNKNOWN: Final = "mutating routes that nobody crashes"
INVARIANTS: Final = (EFFECTS, ANSWERS, UNKNOWN)

ALL: Final = (*ROUTES, *TENANT_ROUTES)
_MUTATING: Final = ("post", "put", "patch", "delete")


@dataclass(frozen=True)
class Death:
    """At which visit of which point a route has to die."""

    route: Route
    label: str
    visit: int

    @property
    def named(self) -> str:
        return f"{self.route.name} at {self.label}, visit {self.visit}"


@dataclass
class Plan:
    """What is still to be done, and what an uninterrupted request is answered."""

    findings: Findings
    deaths: deque[Death] = field(default_factory=deque[Death])
    shapes: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    crashed_at: set[str] = field(default_factory=set[str])
    number: int = 0

    def next_number(self) -> int:
        self.number += 1
        return self.number


async def run(on: Stage, tree: Tree, figures: Mapping[str, Any], findings: Findings) -> Plan:
    """As many processes at a time as there are tenants, each for one."""
    plan = Plan(findings)
    routes = await _offered(on, figures, findings)
    for code in on.tenants:
        await _endpoint(on, code)
    async with AsyncExitStack() as parts:
        lanes: list[_Lane] = []
        for code in on.tenants:
            nursery, page = await parts.enter_async_context(mortal(on, tree, f"web-{code}"))
            lanes.append(_Lane(on, code, plan, nursery, page))
            for caller in lanes[-1].callers.values():
                await caller.token()  # of the plain process, so that no death is about tokens
        plan.deaths.extend(_thinned([await lanes[0].rehearse(route, figures) for route in routes], figures["alike"]))
        say(f"T2: {len(plan.deaths)} deaths of {len(routes)} routes at the doors")
        await asyncio.gather(*(lane.work() for lane in lanes))
    findings.done.update({"routes": len(routes), "points that a route died at": len(plan.crashed_at)})
    return plan


def _thinned(deaths: Sequence[Sequence[Death]], alike: int) -> Iterator[Death]:
    """Of points that all routes pass on their way in and out, each route takes every `alike`-th, in turns."""
    passed = Counter(label for of_route in deaths for label in {one.label for one in of_route})
    for turn, of_route in enumerate(deaths):
        for place, death in enumerate(of_route):
            if passed[death.label] < len(deaths) or (place + turn) % alike == 0:
                yield death


async def _offered(on: Stage, figures: Mapping[str, Any], findings: Findings) -> list[Route]:
    """What the gateway itself says it offers; all of it has to be known here."""
    offered: set[str] = set()
    for name in DOORS:
        got = await on.wire.send("GET", f"{on.plain.url}/openapi/{name}.json", {}, None)
        paths: Mapping[str, Mapping[str, Any]] = got.body["paths"]
        at = f"{name} " if name == TENANT else ""
        offered |= {at + one["operationId"] for path in paths.values() for how, one in path.items() if how in _MUTATING}
    known = {route.operation for route in ALL} | MAKES_NOTHING
    for name in sorted(offered - known):
        findings.broke(UNKNOWN, name)
    wanted: Sequence[str] = figures["routes"]
    return [one for one in ALL if one.operation in offered and (not wanted or one.name in wanted)]


async def _endpoint(on: Stage, code: str) -> None:
    body = {"url": f"{on.hears.url}/{code.lower()}", "rendering": "wholesale-webhook"}
    await on.callers[code].insist("POST", f"{MANAGE}/endpoints", body)


class _Lane:
    """One tenant's requests, one after the other, each to a process that may have been told to die."""

    def __init__(self, on: Stage, tenant: str, plan: Plan, nursery: Nursery, page: Page) -> None:
        self.on, self.tenant, self.plan, self.nursery, self.page = on, tenant, plan, nursery, page
        ways = credentials(on.gateway)
        self.callers = {
            code: Caller(on.wire, lambda: nursery.url or on.plain.url, ways[code], is_tenant=code != SUPPLIER)
            for code in (tenant, SUPPLIER)
        }

    async def rehearse(self, route: Route, figures: Mapping[str, Any]) -> list[Death]:
        """Uninterrupted, in a process that has just been born: its answer, its effect, and the points it passes."""
        asked = await route.prepare(self.on, self.tenant, self.plan.next_number())
        await self._born()
        self.page.clear()
        got = await self._ask(asked)
        self.plan.shapes[route.name] = shape(got)
        seen = visits(self.page.visited(), figures)
        await self._judge(Death(route, "no point", 0), asked)
        return [Death(route, *one) for place, one in enumerate(seen) if place % figures["every"] == 0]

    async def work(self) -> None:
        while self.plan.deaths:
            death = self.plan.deaths.popleft()
            asked = await death.route.prepare(self.on, self.tenant, self.plan.next_number())
            first = await self._die(death, asked)
            if first is None:  # the process knew something already that it had to look up when it was born
                await self._born()
                first = await self._die(death, asked)
            if first is None:
                self.plan.findings.done["points that were not met a second time"] += 1
                self.plan.findings.notes.append(f"not met a second time: {death.named}")
                first = Answer(0)
            else:
                self.plan.findings.done["deaths at the doors"] += 1
                self.plan.crashed_at.add(death.label)
            await self._retry(death, asked, first)

    async def _die(self, death: Death, asked: Asked) -> Answer | None:
        """What was heard of the request before the process died, mostly nothing; None if it did not die."""
        if not self.nursery.pid:
            await self._born()
        self.page.clear()
        self.page.arm(death.label, death.visit)
        got = await self._ask(asked)
        died = await self.nursery.gone(DIES_WITHIN if got.status == 0 else 0.3)
        self.page.clear()
        return got if died else None

    async def _retry(self, death: Death, asked: Asked, first: Answer) -> None:
        """The same request of the same caller, until it is answered, and once more."""
        if not self.nursery.pid:
            await self._born()
        answers = [first] if first.status else []
        while len(answers) < 2 + bool(first.status):
            got = await self._ask(asked)
            if got.status not in ASK_AGAIN:
                answers.append(got)
        self._compare(death, answers)
        await self._judge(death, asked)

    def _compare(self, death: Death, answers: Sequence[Answer]) -> None:
        wanted = self.plan.shapes[death.route.name]
        for got in answers:
            if shape(got) != wanted and got.status not in death.route.after:
                self.plan.findings.broke(ANSWERS, f"{death.named}: {_difference(shape(got), wanted)}")
                return
        if death.route.is_keyed and len({one.raw for one in answers if one.status < 300}) > 1:
            told = " then ".join(map(_short, answers))
            self.plan.findings.broke(ANSWERS, f"{death.named}: {told}")

    async def _judge(self, death: Death, asked: Asked) -> None:
        if not await self.on.done(self.tenant):
            self.plan.findings.broke(EFFECTS, f"{death.named}: the worker never gets to its end")
        found = await self.on.row(death.route.effect, self.on.tenants[self.tenant], *asked.about)
        if found != death.route.expected:
            differs = {
                name: f"{found.get(name)}, not {value}"
                for name, value in death.route.expected.items()
                if found.get(name) != value
            }
            self.plan.findings.broke(EFFECTS, f"{death.named}: {differs}")
        await self._clear(asked)

    async def _clear(self, asked: Asked) -> None:
        """A tenant has a limited number of endpoints."""
        if asked.cleared is None:
            return
        kind, named = asked.cleared
        found: Iterable[str] = [named]
        if kind == "endpoints":
            listed = (await self.on.callers[self.tenant].insist("GET", f"{MANAGE}/endpoints")).body["endpoints"]
            found = [one["id"] for one in listed if one["url"] == named]
        for one in found:
            await self.on.callers[self.tenant].insist("DELETE", f"{MANAGE}/endpoints/{one}")

    async def _born(self) -> None:
        await self.nursery.kill()
        await self.nursery.bear("web", port=0, until_ready=True)

    async def _ask(self, asked: Asked) -> Answer:
        return await self.callers[asked.who or self.tenant].ask(
            asked.method, asked.path, asked.body, request=_request(asked)
        )


def _request(asked: Asked) -> str:
    """The same X-Request-ID for the same request."""
    return f"t2-{'-'.join(map(str, asked.about))}"[:200] or "t2"


def _difference(got: tuple[int, str], wanted: tuple[int, str]) -> str:
    """From where on two shapes are not the same."""
    same = (one == other for one, other in zip(got[1], wanted[1], strict=False))
    place = next((at for at, alike in enumerate(same) if not alike), min(len(got[1]), len(wanted[1])))
    from_there = slice(max(0, place - 30), place + 60)
    return f"{got[0]} …{got[1][from_there]}… instead of {wanted[0]} …{wanted[1][from_there]}…"


def _short(got: Answer) -> str:
    return f"{got.status} {got.raw[:160]!r}"
