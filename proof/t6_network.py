"""The remote network of T6 as a process of its own, and what its log says it did."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import orjson

from proof.caller import Credential
from proof.ground import Gateway, Process
from proof.history import Record, read

SUPPLIER: Final = "ALTNET1"
LOG: Final = "network.jsonl"
ACCOUNTS: Final = {"ISP1": "OURS1", "ISP2": "OURS2"}
"""Who each tenant is at the network: two clients there, each of which may act for its own name only."""

SECRET: Final = "between-us"  # noqa: S105 - of a network that lives for minutes, on this machine
_MARK: Final = "T6 "


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One of the network's: the first of its thousand addresses, and its name."""

    uprn: int
    name: str


async def behaviours(gateway: Gateway, only: Sequence[str] | None = None) -> list[Behaviour]:
    """What the network itself lists; `only` those of these names."""
    words = (sys.executable, "-m", "fibregate", "remote-network", "--list")
    ran = await asyncio.create_subprocess_exec(*words, env=gateway.environment, stdout=asyncio.subprocess.PIPE)
    listed, _ = await ran.communicate()
    lines = (line.split(maxsplit=2) for line in listed.decode().splitlines())
    found = [Behaviour(int(uprn), name) for uprn, name, _ in lines]
    return [one for one in found if only is None or one.name in only]


def process(gateway: Gateway, updates: str, who: Credential, figures: Mapping[str, Any]) -> Process:
    """Not started yet. `updates` is the base of the gateway's updates door, `who` as whom it is told."""
    clients = [word for name in ACCOUNTS.values() for word in ("--client", f"{name}:{SECRET}:{name}")]
    paces = [word for name in ("kci-delay", "late", "gap") for word in (f"--{name}", str(figures[name]))]
    return gateway.process(
        "network",
        *("remote-network", "--port", "0", "--supplier", SUPPLIER, "--log", str(gateway.folder / LOG)),
        *("--state", str(gateway.folder / "network-state.jsonl"), "--places", str(figures["places"])),
        *("--updates", updates, "--updates-client", f"{who.client_id}:{who.secret}"),
        *clients,
        *paces,
    )


def mark(tenant: str, behaviour: str, number: int) -> str:
    """What an order carries in its notes, so that it is known again wherever it turns up."""
    return f"{_MARK}{tenant} {behaviour} {number}"


def tenant_of(notes: str) -> str:
    return notes.split()[1]


@dataclass
class Story:
    """The network's log, joined: what was asked, by whom, and what was done of it."""

    lines: list[Record]
    bodies: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    headers: dict[int, dict[str, str]] = field(default_factory=dict[int, dict[str, str]])

    @classmethod
    def of(cls, lines: Iterable[Record]) -> "Story":
        """From the lines of one log, also of a network that was started several times."""
        story = cls([])
        started = -1
        for line in lines:
            number = line.get("call")
            if line["event"] == "call":
                started += number == 1  # a network that is started again counts from 1
            if number is not None:
                line = {**line, "call": max(started, 0) * 10**9 + number}  # noqa: PLW2901 - the same line, renumbered
            story.lines.append(line)
            if line["event"] == "call":
                story.bodies[line["call"]] = _object(line["body"])
                story.headers[line["call"]] = line["headers"]
        return story

    def deeds(self, kind: str, *what: str) -> list[Record]:
        """What was done of one kind: `performed`, `replayed`, `read`, `refused`, `nothing`; without any, all."""
        return [
            one
            for one in self.lines
            if one["event"] == "did" and one.get("kind") == kind and (not what or one["what"] in what)
        ]

    def of_event(self, event: str) -> list[Record]:
        return [one for one in self.lines if one["event"] == event]

    def notes(self, deed: Record) -> str:
        """The mark of the order that was done."""
        return str(self.bodies[deed["call"]].get("notes") or "")

    @property
    def orders(self) -> dict[str, list[Record]]:
        """By mark: each time that an order was done."""
        found: defaultdict[str, list[Record]] = defaultdict(list)
        for one in self.deeds("order", "performed"):
            found[self.notes(one)].append(one)
        return dict(found)

    @property
    def order_of(self) -> dict[str, str]:
        """By the network's reference: the mark of the order."""
        return {one["reference"]: name for name, deeds in self.orders.items() for one in deeds}


def story(folder: Path) -> Story:
    """What the network of a run did."""
    return Story.of(read(folder / LOG))


def _object(raw: str) -> dict[str, Any]:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
