"""Every request of one tenant's, made by somebody else: what comes back, and what it does."""

import asyncio
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import orjson

from proof.caller import Answer, Caller
from proof.model import Findings
from proof.t11_owner import Ids, Owner
from proof.t11_sample import Kind, Sample, Who
from proof.t11_table import SAMPLES

ROUTES: Final = "routes without a request that works for its owner"
PASSED: Final = "requests of a tenant's that passed as another, revoked, or without the scope"
ALIKE: Final = "foreign things that are answered otherwise than absent ones"
CANARIES: Final = "canaries of a tenant found at another's, in a webhook, a log or metrics"
CHANGED: Final = "rows of a tenant that another's requests changed"
AT_ONCE: Final = 8
_MARKS: Final = re.compile(r'"uuid": ?"[^"]*"')
_AGAIN: Final = frozenset({0, 429, 503})
_ABSENT: Final = 7_000_000_000
_UNCOUNTED: Final = frozenset({"cursor", "supplier", "service"})
"""Ids that are told otherwise than by 404."""


@dataclass(frozen=True)
class Ready:
    """A sample whose things are there."""

    sample: Sample
    ids: Ids


@dataclass(frozen=True)
class Operation:
    """One route as its door's document has it."""

    method: str
    path: re.Pattern[str]
    scope: str
    wants_tenant: bool


@dataclass
class Strangers:
    """Who asks for what is not theirs. `revoked` and `unfit` are the owner itself, and its network, with bad tokens.

    None of them gets a new token for one that is refused.
    """

    other: Owner
    other_network: Caller
    network: Caller
    revoked: Mapping[Who, Caller]
    unfit: Callable[[Who, str], Caller]


@dataclass
class Matrix:
    """In one world: `owner` has everything, `strangers` want it. `wrong` tells under which name a fault is counted."""

    owner: Owner
    strangers: Strangers
    operations: Mapping[str, Operation]
    findings: Findings
    wrong: Callable[[str], str]
    chance: random.Random
    secrets: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    """What networks call the owner's things."""

    ready: list[Ready] = field(default_factory=list[Ready])

    def broke(self, invariant: str, what: str) -> None:
        self.findings.broke(self.wrong(invariant), what)

    async def prepare(self) -> None:
        """The owner's things; what makes something is asked for by the owner first, so that it is taken already."""
        for sample in SAMPLES:
            one = Ready(sample, await sample.prepare(self.owner))
            self.ready.append(one)
            if sample.kind is Kind.OWN:
                self.owner.shared.update(one.ids.values())
                await self.control(one)

    async def control(self, one: Ready) -> None:
        """The owner asks, and gets it."""
        sample = one.sample
        if sample.kind is Kind.PUBLIC and sample.method == "POST":
            return  # the token that every request here carries
        caller = self.owner.caller if sample.who is Who.TENANT else self.owner.network
        path, body = sample.asked(self.owner, self.owner, one.ids, tenant=self.owner.code)
        got = await caller.insist(sample.method, path, body, **_headers(one))
        what = f"{sample.route}: {sample.method} {path}: {got.status} {got.raw[:300]!r}"
        if not 200 <= got.status < 300:
            self.broke(ROUTES, what)
        elif sample.shows and self.owner.mark.encode() not in got.raw:
            self.broke(ROUTES, f"shows nothing of its owner's: {what}")

    async def controls(self) -> None:
        """Last, because some of them end what they name."""
        for one in self.ready:
            await self.control(one)

    def covered(self) -> None:
        """Every route of every document has a sample, and every sample is of one."""
        routes = {one.sample.route for one in self.ready}
        for name in self.operations.keys() - routes:
            self.broke(ROUTES, f"{name}: has no row in proof/t11_table.py")
        for one in self.ready:
            operation = self.operations.get(one.sample.route)
            path = one.sample.asked(self.owner, self.owner, one.ids, tenant="")[0].partition("?")[0]
            if operation is None or operation.method != one.sample.method or not operation.path.fullmatch(path):
                self.broke(ROUTES, f"{one.sample.route}: is no route of its door as it stands in the table")
        self.findings.done["routes"] = len(self.operations)

    async def replay(self, rounds: int) -> None:
        waiting = iter([one for _ in range(rounds) for one in self.ready if one.sample.kind is not Kind.PUBLIC])

        async def some() -> None:
            for one in waiting:
                await self._all_ways(one)

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))

    async def _all_ways(self, one: Ready) -> None:
        sample, operation = one.sample, self.operations.get(one.sample.route)
        if operation is None:
            return
        captured = sample.asked(self.strangers.other, self.owner, one.ids, tenant=self.owner.code)
        renamed = sample.asked(self.strangers.other, self.owner, one.ids, tenant=self.strangers.other.code)
        is_tenant = sample.who is Who.TENANT
        if is_tenant:
            got = await self._ask(one, "with its Tenant header", captured, tenant=self.owner.code)
            self._judge(one, got, "with its Tenant header", must=401 if operation.wants_tenant else None)
        if captured != renamed and sample.who is not Who.NAMING:
            got = await self._ask(one, "as captured", captured)
            self._judge(one, got, "as captured", must=None, kind=Kind.NAMES)
        foreign = await self._ask(one, "in its own name", renamed)
        self._judge(one, foreign, "in its own name", must=sample.gets)
        if sample.kind in {Kind.NAMES, Kind.SILENT} and one.ids:
            await self._compare(one, foreign)
        for way, caller, must in (
            ("with a revoked client", self.strangers.revoked[sample.who], 401),
            ("without the scope", self.strangers.unfit(sample.who, operation.scope), 403),
        ):
            got = await self._ask(one, way, captured, by=caller)
            self._judge(one, got, way, must=must)

    async def _compare(self, one: Ready, foreign: Answer) -> None:
        """The same of what nobody has."""
        ids = absent(one.ids, self.chance)
        got = await self._ask(one, "absent", self.renamed(one, ids))
        if shape(foreign, one.ids) != shape(got, ids):
            self.broke(ALIKE, f"{one.sample.route} {dict(one.ids)}: {foreign.raw[:200]!r} and {got.raw[:200]!r}")

    def renamed(self, one: Ready, ids: Ids) -> tuple[str, Any]:
        """What the other asks in its own name."""
        return one.sample.asked(self.strangers.other, self.owner, ids, tenant=self.strangers.other.code)

    def stranger(self, who: Who) -> Caller:
        match who:
            case Who.TENANT:
                return self.strangers.other.caller
            case Who.SUPPLIER:
                return self.strangers.other_network
            case Who.NAMING:
                return self.strangers.network

    async def _ask(
        self, one: Ready, way: str, asked: tuple[str, Any], *, by: Caller | None = None, tenant: str = ""
    ) -> Answer:
        path, body = asked
        caller = by or self.stranger(one.sample.who)
        named: dict[str, Any] = _headers(one) | ({"Tenant": tenant} if tenant else {})
        got = await caller.insist(one.sample.method, path, body, again=_AGAIN, **named)
        self.findings.done["replays"] += 1
        self.look(f"{one.sample.route} {way}", got, path, body)
        return got

    def look(self, what: str, got: Answer, path: str, body: Any) -> None:
        """Nothing of the owner's may be in an answer but what was in the question."""
        text = got.raw.decode(errors="replace") + str(dict(got.headers))
        asked = path + (orjson.dumps(body).decode() if body is not None else "")
        for one in (self.owner.mark, *self.secrets, *self.references):
            if one in text and one not in asked:
                self.broke(CANARIES, f"{what}: {one} in {text[:300]}")
                return

    def _judge(self, one: Ready, got: Answer, way: str, *, must: int | None, kind: Kind | None = None) -> None:
        what = f"{one.sample.route} {way}: {got.status} {got.raw[:200]!r}"
        if must is not None:
            if got.status != must:
                self.broke(PASSED, f"{what}, and not {must}")
        elif 200 <= got.status < 300 and (kind or one.sample.kind) is Kind.NAMES:
            self.broke(PASSED, what)
        elif got.status >= 500:
            self.broke(PASSED, f"{what}: a fault of ours")

    async def enumerate(self, numbers: Sequence[int]) -> None:
        """Every number and id of the owner's, in each path that takes one, but for those that the other took too."""
        taken = self.owner.shared
        asks: list[tuple[Ready, str]] = []
        for one in self.ready:
            sample = one.sample
            if sample.method != "GET" or sample.kind is not Kind.NAMES or not one.ids or _UNCOUNTED & one.ids.keys():
                continue
            name, first = next(iter((name, value) for name, value in one.ids.items() if f"{{{name}}}" in sample.path))
            values: Sequence[int | str] = numbers if isinstance(first, int) else sorted(self.secrets)
            values = [value for value in values if value not in taken]
            asks += [(one, sample.path.format_map({**one.ids, name: value})) for value in values]
        waiting = iter(asks)

        async def some() -> None:
            for one, path in waiting:
                got = await self._ask(one, "enumerated", (path, None))
                if got.status != 404:
                    self.broke(PASSED, f"{path}: {got.status} {got.raw[:200]!r}")

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))


def _headers(one: Ready) -> dict[str, Any]:
    return {**one.sample.named(one.ids)}


def absent(ids: Ids, chance: random.Random) -> Ids:
    """Of the same kinds, and nobody's."""
    return {name: _absent(value, chance) for name, value in ids.items()}


def _absent(value: int | str, chance: random.Random) -> int | str:
    if isinstance(value, int):
        return _ABSENT + chance.randrange(1_000_000_000)
    try:
        UUID(value)
    except ValueError:
        return re.sub(r"\d", lambda _: str(chance.randrange(10)), value)
    return str(uuid4())


def shape(got: Answer, ids: Ids) -> tuple[int, str]:
    """An answer without the ids that were asked for."""
    text = _MARKS.sub("", got.raw.decode(errors="replace"))
    for value in sorted(map(str, ids.values()), key=len, reverse=True):
        text = text.replace(value, "#")
    return got.status, text
