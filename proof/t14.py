"""T14: nobody comes in who should not: forged tokens, ended ones, wrong secrets, and what asking for a token costs.

Clients of this gateway show a secret and make no assertions of their own, so there is no assertion to be replayed and
no `aud` of one to be mistaken. The planted bugs are those of a verifier and of what is remembered about a client.
"""

import asyncio
import random
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from proof import t14_cost, t14_lives
from proof.caller import Wire
from proof.ground import Gateway
from proof.model import Figures, Findings, Proof, Size, say
from proof.slots import TOWN
from proof.t14_forge import KINDS, Forger, Forgery
from proof.t14_keys import unsealed
from proof.t14_lives import Lives, Way
from proof.town import SUPPLIER, credentials, settle

ACCEPTED: Final = "forged or spoilt tokens that opened something"
BROKE: Final = "forged or spoilt tokens that were answered with anything but a refusal"
INVARIANTS: Final = (ACCEPTED, BROKE, *t14_lives.INVARIANTS, t14_cost.DEAR)
AT_ONCE: Final = 4
EVERY: Final = 50
"""After so many forgeries a right token is shown, which has to open something still."""

_REFUSALS: Final = frozenset({400, 401, 413, 431})
_GONE: Final = 0
"""The server need not read a head that is too long to its end."""


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    findings = Findings()
    findings.looked_at(*INVARIANTS)
    async with Gateway(folder / "g", source) as gateway, Wire() as wire:
        await settle(gateway, TOWN)
        await gateway.serve()
        lives = Lives(gateway, wire, [await gateway.web("web-a"), await gateway.web("web-b")], findings)
        one, two, network = _ways(gateway)
        await _forge(lives, one, figures)
        await _live(lives, one, two, network, figures["rounds"])
        await t14_cost.judge(lives, [two], figures["batches"], findings)
    return findings


def _ways(gateway: Gateway) -> list[Way]:
    held = credentials(gateway)
    scopes = {"ISP1": "manage", "ISP2": "gateway", SUPPLIER: "updates"}
    return [
        Way(held[code].client_id, held[code].secret, scope, code if code != SUPPLIER else "")
        for code, scope in scopes.items()
    ]


async def _forge(lives: Lives, way: Way, figures: Figures) -> None:
    good, other = await lives.right(way, "a token to forge"), await lives.right(way, "another")
    forger = Forger(good, other, await unsealed(lives.gateway), random.Random(figures.get("seed", 14)))
    say(f"T14: {figures['forgeries']:,} forgeries of {len(KINDS)} kinds")
    scopes = cycle(t14_lives.DOORS)
    waiting = iter(enumerate(forger.forgeries(figures["forgeries"])))

    async def some() -> None:
        for number, forgery in waiting:
            await _try(lives, forgery, next(scopes), way.tenant)
            if number % EVERY == 0:
                await lives.lives(good, way, "a right token between forged ones")

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def _try(lives: Lives, forgery: Forgery, scope: str, tenant: str) -> None:
    got = await lives.opens(forgery.text, scope, tenant)
    lives.findings.done["forgeries"] += 1
    what = f"{forgery.kind}: {got.status} {got.raw[:100]!r} for {forgery.text[:300]}"
    if 200 <= got.status < 300 or got.status in {403, 404, 422}:
        lives.findings.broke(ACCEPTED, what)
    elif got.status not in _REFUSALS and not (got.status == _GONE and len(forgery.text) > 16_000):
        lives.findings.broke(BROKE, what)


async def _live(lives: Lives, one: Way, two: Way, network: Way, rounds: int) -> None:
    for number in range(rounds):
        say(f"T14: lives of secrets, clients, tenants and keys, {number + 1} of {rounds}")
        await lives.scopes([one, two, network, Way(one.client_id, one.secret, "gateway", one.tenant)])
        await lives.wrong_secrets(one, two)
        one = await lives.rotation(one)
        await lives.switched_off(one, "credential", one.client_id)
        await lives.switched_off(one, "tenant", one.tenant)
        await lives.switched_off(network, "credential", network.client_id)
        await lives.keys(one)
        await lives.operator()


_SMOKE: Final[Mapping[str, Any]] = {"forgeries": 115, "rounds": 0, "batches": 3}

PROOF: Final = Proof(
    name="T14",
    title="auth: forged, spoilt and ended tokens open nothing, and asking for one is cheap",
    invariants=INVARIANTS,
    figures={
        Size.SMOKE: _SMOKE,
        Size.CI: {"forgeries": 500, "rounds": 2, "batches": 9},
        Size.FULL: {"forgeries": 5_000, "rounds": 20, "batches": 90},
    },
    run=run,
    alone=True,
    seeded={"forgeries": 1_150, "rounds": 0, "batches": 0},
)
