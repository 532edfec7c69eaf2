"""T24, interop: the reference libraries of Standard Webhooks verify live deliveries, while secrets are rotated too."""

import asyncio
import random
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from proof import history, town, traffic, verifiers
from proof.caller import Caller, Wire
from proof.ground import Gateway
from proof.model import Figures, Findings, Proof, Size, say
from proof.slots import TOWN
from proof.traffic import REASONS, TENANTS, Traffic
from proof.verifiers import Case

REJECTED: Final = "deliveries that a reference library rejects"
ENDED: Final = "deliveries still signed with an ended secret"
NOT_PUBLIC: Final = "v1a signatures that no published key verifies"
TAMPERED: Final = "tampered deliveries that a library lets pass"
MISSING: Final = "events that were not delivered"
EVERY: Final = 20
"""One delivery in so many is tampered with, to see the libraries reject something."""


@dataclass
class Rotation:
    """One endpoint, with all secrets that it ever had and how many of the first have ended."""

    caller: Caller
    path: str
    endpoint: str
    secrets: list[str]
    ended: int = 0
    keys: list[bytes] = field(default_factory=list[bytes])

    async def replace(self, overlap_days: int) -> None:
        body = {"overlapDays": overlap_days}
        got = await self.caller.insist("POST", f"/manage/v1/endpoints/{self.endpoint}/secrets", body)
        if got.status != 201:
            raise RuntimeError(f"no new secret: {got}")
        if not overlap_days:
            self.ended = len(self.secrets)
        self.secrets.append(got.body["secret"])

    async def note_keys(self) -> None:
        """The public keys as anybody may read them now; those of ended secrets are kept here from before."""
        got = await self.caller.wire.send(
            "GET", f"{self.caller.url()}/.well-known/webhook-keys/{self.endpoint}", {}, None
        )
        self.keys += [key for key in map(verifiers.raw_key, got.body["keys"]) if key not in self.keys]


@dataclass
class Trial:
    """Deliveries are made part by part; each is judged by the secrets that lived all through its part."""

    gateway: Gateway
    folder: Path
    figures: Figures
    flow: Traffic
    rotations: Sequence[Rotation]
    node: verifiers.Node
    found: Findings
    parts: int = 0

    async def part(self, title: str, during: Iterable[Awaitable[None]] = ()) -> None:
        """So many orders, with `during` happening in the midst of them; then all are verified."""
        orders = self.figures["orders"]
        numbers = range(self.parts * orders + 1, (self.parts + 1) * orders + 1)
        self.parts += 1
        living = {one.path: one.secrets[one.ended :] for one in self.rotations}
        ended = {one.path: one.secrets[: one.ended] for one in self.rotations}
        await asyncio.gather(self.flow.flow(iter(numbers), at_a_time=8), *during)
        await traffic.drained(self.gateway, self.figures["drain"])
        await asyncio.gather(*(one.note_keys() for one in self.rotations))
        log = history.read_all(self.folder, "receiver.jsonl")
        there = [one for one in log if one.get("order") in numbers]
        self.found.done["deliveries"] += len(there)
        missing = orders * len(REASONS) - len({(one["path"], one["order"], one["number"]) for one in there})
        for _ in range(missing):
            self.found.broke(MISSING, f"{title}: {missing} of {orders * len(REASONS)}")
        say(f"  {title}: {len(there)} deliveries, signed with {max(map(len, living.values()))} secrets")
        await self._verify(there, living, ended)

    async def _verify(
        self, there: Sequence[history.Record], living: Mapping[str, list[str]], ended: Mapping[str, list[str]]
    ) -> None:
        cases = [Case(one, secret, one["body"]) for one in there for secret in living[one["path"]]]
        over = [Case(one, secret, one["body"]) for one in there for secret in ended[one["path"]]]
        spoilt = [Case(one, living[one["path"]][0], one["body"].replace(":", ": ", 1)) for one in there[::EVERY]]
        for library, refuses in [*verifiers.PYTHON, *self.node.libraries]:
            for case, why in await refuses(cases):
                self.found.broke(REJECTED, f"{library}: {case}: {why}")
            refused = [case for case, _ in await refuses([*over, *spoilt])]
            for case in over:
                if case not in refused:
                    self.found.broke(ENDED, f"{library}: {case}")
            for case in spoilt:
                if case not in refused:
                    self.found.broke(TAMPERED, f"{library}: {case}")
            self.found.done[f"verified by {library}"] += len(cases)
        self._verify_public(there)

    def _verify_public(self, there: Sequence[history.Record]) -> None:
        keys = {one.path: one.keys for one in self.rotations}
        for one in there:
            signatures = verifiers.asymmetric(one)
            self.found.done["v1a signatures verified"] += len(signatures)
            for signature in signatures:
                if not verifiers.is_of(signature, one, keys[one["path"]]):
                    self.found.broke(NOT_PUBLIC, f"{one['path']} order {one['order']} number {one['number']}")
            if not signatures:
                self.found.broke(NOT_PUBLIC, f"{one['path']} order {one['order']}: there is none")


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    found = Findings()
    found.looked_at(*PROOF.invariants)
    gateway = Gateway(folder, source)
    await town.settle(gateway, replace(TOWN, premises=figures["premises"]))
    with history.writing(folder / "client.jsonl") as log:
        async with gateway, Wire() as wire:
            web = await gateway.serve()
            callers = traffic.callers(gateway, wire, web, log)
            hears = await traffic.receiver_of(gateway, folder, "--bodies")
            rotations = [await _rotation(callers[code], hears) for code in TENANTS]
            flow = Traffic(callers, random.Random(figures["seed"]))
            node = await verifiers.Node.found(folder, may_install=figures["may_install"])
            trial = Trial(gateway, folder, figures, flow, rotations, node, found)
            await trial.part("one secret")
            await asyncio.gather(*(one.replace(7) for one in rotations))
            await trial.part("during a rotation, and in it another", [one.replace(7) for one in rotations])
            await trial.part("three secrets")
            await asyncio.gather(*(one.replace(0) for one in rotations))
            await trial.part("after the rotation")
    found.notes += [*node.notes, *verifiers.versions()]
    return found


async def _rotation(caller: Caller, hears: Any) -> Rotation:
    made = await traffic.endpoint(caller, hears)
    return Rotation(caller, f"/{caller.who.code.lower()}", made["id"], [made["secret"]])


_USUAL: Final = {"premises": 5000, "drain": 60, "seed": 1}
PROOF: Final = Proof(
    name="T24",
    title="interop: reference libraries verify live deliveries, during a rotation too",
    invariants=(REJECTED, ENDED, NOT_PUBLIC, TAMPERED, MISSING),
    figures={
        # Four parts, three events an order. Smoke is a test, and tests install nothing.
        Size.SMOKE: {**_USUAL, "orders": 5, "may_install": False},
        Size.CI: {**_USUAL, "orders": 84, "may_install": True},
        Size.FULL: {**_USUAL, "orders": 834, "may_install": True},
    },
    run=run,
)
