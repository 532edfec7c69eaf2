"""T13: the gateway is led to places where it may not call; no packet goes there."""

import asyncio
import ctypes
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import orjson

from proof.ground import ROOT, Gateway, environment
from proof.model import Figures, Findings, Proof, Size, say
from proof.slots import TOWN
from proof.t2_stage import asleep
from proof.t13_inside import CONTROL, NO_WORLD, REACHED
from proof.town import settle

INVARIANTS: Final = (REACHED, CONTROL)
SETTINGS: Final = {
    "FIBREGATE_WEBHOOK_ALLOW": "[]",
    "FIBREGATE_WEBHOOK_PORTS": "[443]",
    "FIBREGATE_WEBHOOK_PLAIN_HTTP": "false",
    "FIBREGATE_WEBHOOK_CONNECT_SECONDS": "2",
    "FIBREGATE_WEBHOOK_TOTAL_SECONDS": "5",
}
"""As in production, but for patience."""

SKIPPED: Final = "SKIPPED: no network namespace can be made here"
_NEW_MOUNTS: Final = 0x00020000
_NEW_USERS: Final = 0x10000000
_NEW_NETWORK: Final = 0x40000000
_REC_PRIVATE: Final = 0x4000 | 0x40000
_END_WITH_PARENT: Final = 1
_KILL: Final = 9
_libc = ctypes.CDLL(None, use_errno=True)


def _apart() -> None:
    """In the child: a network and mounts of its own, as root of a user namespace where we are not root."""
    user, group = os.geteuid(), os.getegid()
    _libc.prctl(_END_WITH_PARENT, _KILL, 0, 0, 0)
    if _libc.unshare(_NEW_NETWORK | _NEW_MOUNTS):
        if _libc.unshare(_NEW_NETWORK | _NEW_MOUNTS | _NEW_USERS):
            raise OSError(ctypes.get_errno(), "unshare")
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            Path(f"/proc/self/{name}").write_text(text, "utf-8")
    if _libc.mount(b"none", b"/", None, _REC_PRIVATE, None):
        raise OSError(ctypes.get_errno(), "mount")


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    gateway = Gateway(folder / "g", source, SETTINGS)
    await settle(gateway, TOWN)
    async with gateway:
        supervisor = await gateway.serve()
        async with asleep(gateway, supervisor):
            return await _inside(gateway, figures, folder)


async def _inside(gateway: Gateway, figures: Figures, folder: Path) -> Findings:
    answer = folder / "answer.json"
    asked = {
        "source": str(gateway.source),
        "gateway": str(gateway.folder),
        "settings": SETTINGS,
        "figures": dict(figures),
        "folder": str(folder),
        "answer": str(answer),
    }
    try:
        ran = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "proof.t13_inside", orjson.dumps(asked).decode()),
            env=environment(ROOT, {}),
            stderr=asyncio.subprocess.PIPE,
            preexec_fn=_apart,
        )
    except (OSError, subprocess.SubprocessError) as error:  # what _apart raises comes as the latter
        return _skipped(str(error))
    _, said = await ran.communicate()
    if ran.returncode == NO_WORLD:
        return _skipped(said.decode(errors="replace")[-300:])
    if ran.returncode:
        raise RuntimeError(f"T13 broke down in its namespace: {said.decode(errors='replace')[-3000:]}")
    return _read(orjson.loads(answer.read_bytes()))


def _read(told: dict[str, Any]) -> Findings:
    return Findings(Counter(told["done"]), Counter(told["wrong"]), told["examples"], told["notes"])


def _skipped(because: str) -> Findings:
    findings = Findings()
    findings.looked_at(*INVARIANTS)
    findings.notes.append(f"{SKIPPED}: {because}")
    say(f"T13 {SKIPPED}: {because}")
    return findings


PROOF: Final = Proof(
    name="T13",
    title="SSRF: no packet to an address that may not be called",
    invariants=INVARIANTS,
    figures={Size.SMOKE: {"every": 12}, Size.CI: {"every": 1}, Size.FULL: {"every": 1}},
    seeded={"every": 4},
    run=run,
)
