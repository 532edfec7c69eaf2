"""T17: random lives of tenants, orders and their network over HTTP; a small model made from the documents judges."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from proof.ground import ROOT, Gateway
from proof.model import Figures, Findings, Proof, Size, say
from proof.t17_compare import INVARIANTS as COMPARED
from proof.t17_ground import settle, template, ways
from proof.t17_model import OPEN, TABLE

UNTRIED: Final = "pairs of a state and an update that were not tried"
INVARIANTS: Final = (*COMPARED, UNTRIED)
CLOCK_MACHINES: Final = 125
"""So many machines use up a sandbox's calendar as far as the bank holidays are known."""


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    """Sandboxes in turn, `tables` of them at a time, each with machines of its own."""
    findings = Findings()
    findings.looked_at(*INVARIANTS)
    await template(source)  # before several ask for it
    shares = _shares(figures)
    walked: set[tuple[str, str]] = set()
    turn = asyncio.Semaphore(figures["tables"])

    async def table(number: int, machines: int) -> None:
        async with turn:
            said = await _play(source, folder / f"s{number}", {**figures, "machines": machines, "number": number})
        findings.done.update(said["done"])
        walked.update((state, reason) for state, _, reason, _ in said["walked"])
        for kind, story in said["failures"].items():
            say(f"T17: {kind}\n{story}")
            findings.broke(kind, story)

    await asyncio.gather(*(table(number, machines) for number, machines in enumerate(shares)))
    if figures["covers"]:
        _cover(walked, findings)
    findings.done["pairs of a state and an update"] = len(walked)
    return findings


def _shares(figures: Figures) -> list[int]:
    """How many machines each sandbox has."""
    sandboxes = max(figures["tables"], -(-figures["machines"] // CLOCK_MACHINES))
    return [(figures["machines"] + place) // sandboxes for place in range(sandboxes)]


async def _play(source: Path, folder: Path, figures: Mapping[str, Any]) -> dict[str, Any]:
    async with Gateway(folder, source) as gateway:
        await settle(gateway)
        sandbox = await gateway.sandbox()
        asked = {
            "url": sandbox.url,
            "ways": ways(gateway),
            "machines": figures["machines"],
            "steps": figures["steps"],
            "seed": figures.get("seed", 17) * 1000 + figures["number"],
            "shrink": figures["shrinks"],
            "tour": figures["covers"] and figures["number"] == 0,
        }
        player = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "proof.t17_player"),
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            said, _ = await player.communicate(orjson.dumps(asked))
        finally:
            if player.returncode is None:
                player.kill()
    return orjson.loads(said)


def _cover(walked: set[tuple[str, str]], findings: Findings) -> None:
    for reason in TABLE:
        for state in OPEN:
            if (state, reason) not in walked:
                findings.broke(UNTRIED, f"{reason} in {state}")


_CI: Final[dict[str, Any]] = {"machines": 500, "steps": 50, "tables": 4, "shrinks": True, "covers": True}
_SMOKE: Final[dict[str, Any]] = {"machines": 6, "steps": 20, "tables": 1, "shrinks": True, "covers": False}

PROOF: Final = Proof(
    name="T17",
    title="random lives over HTTP: the gateway does what a small model says, made from the documents alone",
    invariants=INVARIANTS,
    figures={
        Size.SMOKE: _SMOKE,
        Size.CI: _CI,
        Size.FULL: {**_CI, "machines": 20_000, "steps": 100},
    },
    run=run,
    seeded={**_SMOKE, "machines": 60, "steps": 40, "shrinks": False, "covers": True},
)
