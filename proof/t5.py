"""T5: many callers book, release and look over HTTP while processes are killed; one order of it all explains it."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from proof.caller import Caller, Wire
from proof.ground import Gateway, Process
from proof.linearize import GONE, HELD, Op, Verdict, judge_all
from proof.look import rows
from proof.model import Figures, Findings, Proof, Size, say
from proof.slots import TOWN, open_slots
from proof.t5_caller import SURPRISE, Booker, Notes
from proof.town import credentials, settle

UNEXPLAINED: Final = "timeslots whose answers no order explains"
UNJUSTIFIED: Final = "timeslots with a 409 that no holder justifies"
MISCOUNT: Final = "timeslots whose count is not that of their holders"
UNJUDGED: Final = "timeslots with more calls without an answer than can be judged"
INVARIANTS: Final = (UNEXPLAINED, UNJUSTIFIED, MISCOUNT, SURPRISE, UNJUDGED)
APART: Final = timedelta(hours=3)

_HELD: Final = """
select t.code, r.id, r.state from reservations as r join tenants as t on t.tenant_no = r.tenant_id
"""
_MISCOUNT: Final = """
select s.slot_id, s.booked, s.capacity, count(r.id) as held from slots as s
left join reservations as r on r.slot_id = s.slot_id and r.state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED')
group by s.slot_id having s.booked <> count(r.id)
"""


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    findings = Findings()
    findings.looked_at(*INVARIANTS)
    chance = random.Random(figures.get("seed", 5))
    async with Gateway(folder, source) as gateway, Wire() as wire:
        await settle(gateway, TOWN)
        await gateway.serve()
        doors = [await gateway.web("web-a"), await gateway.web("web-b")]
        places = [chance.randint(1, 3) for _ in range(figures["slots"])]
        slots = await open_slots(gateway, places, apart=APART)
        notes = Notes(slots, figures["operations"], chance)
        await _storm(gateway, wire, doors, notes, figures)
        await _look_at_the_end(gateway, notes, findings)
    _judge(notes, findings)
    for one in notes.surprises:
        findings.broke(SURPRISE, one)
    findings.done.update(notes.done)
    findings.done["timeslots"] = len(slots)
    return findings


async def _storm(gateway: Gateway, wire: Wire, doors: Sequence[Process], notes: Notes, figures: Figures) -> None:
    ways = credentials(gateway)
    bookers = [
        Booker(
            n, notes, [Caller(wire, _at(door), ways[TOWN.tenants[n % len(TOWN.tenants)]]) for door in _turned(doors, n)]
        )
        for n in range(figures["callers"])
    ]
    killing = asyncio.create_task(_kill(gateway, doors, notes, figures))
    try:
        await asyncio.gather(*(one.work() for one in bookers))
        await killing
    finally:
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)


def _at(door: Process) -> Any:
    return lambda: door.url


def _turned(doors: Sequence[Process], n: int) -> list[Process]:
    """Each caller has a door that it knows best."""
    first = n % len(doors)
    return [*doors[first:], *doors[:first]]


async def _kill(gateway: Gateway, doors: Sequence[Process], notes: Notes, figures: Figures) -> None:
    """Web processes in turn and now and then PostgreSQL, evenly over the operations."""
    victims = ["web"] * figures["web_kills"] + ["postgres"] * figures["postgres_kills"]
    notes.chance.shuffle(victims)
    for one, victim in enumerate(victims):
        mark = notes.total * (len(victims) - one) // (len(victims) + 1)
        while notes.left > mark:
            await asyncio.sleep(0.02)
        say(f"T5: killing {victim}, {notes.left:,} operations to go")
        notes.done[f"kills of {victim}"] += 1
        if victim == "postgres":
            await gateway.kill_postgres()
            continue
        door = doors[one % len(doors)]
        await door.kill()
        await gateway.postgres_answers()
        await door.start()


async def _look_at_the_end(gateway: Gateway, notes: Notes, findings: Findings) -> None:
    """What the database says of every hold is the last thing that was ever read of it."""
    states = {(row["code"], row["id"]): row["state"] for row in await rows(gateway, _HELD)}
    for row in await rows(gateway, _MISCOUNT):
        findings.broke(MISCOUNT, f"slot {row['slot_id']}: booked {row['booked']}, holders {row['held']}")
    notes.at_the_end({each: HELD if state == "RESERVED" else GONE for each, state in states.items()})


def _judge(notes: Notes, findings: Findings) -> None:
    capacities = {str(one.slot_id): one.capacity for one in notes.slots}
    for verdict in judge_all(notes.ops, capacities):
        if not verdict.is_judged:
            findings.broke(UNJUDGED, told(verdict, capacities))
        elif not verdict.fits:
            findings.broke(UNJUSTIFIED if verdict.by_full_alone else UNEXPLAINED, told(verdict, capacities))


def told(verdict: Verdict, capacities: dict[str, int]) -> str:
    """A counter-example in a line."""
    stuck = "; ".join(_told(one) for one in verdict.stuck[:4])
    slot = f"slot {verdict.slot} of {capacities[verdict.slot]}"
    return f"{slot}: after {verdict.longest} operations none of these fits: {stuck}"


def _told(op: Op) -> str:
    return f"{op.kind} {op.hold or ''} answered {op.said} {op.began:.4f} to {op.ended:.4f}"


_CI: Final[dict[str, Any]] = {"operations": 10_000, "slots": 500, "callers": 24, "web_kills": 4, "postgres_kills": 2}
_SMOKE: Final[dict[str, Any]] = {"operations": 500, "slots": 20, "callers": 12, "web_kills": 1, "postgres_kills": 0}
_SEEDED: Final = {**_SMOKE, "operations": 2000, "slots": 60}
"""A release has to be said twice with a booking in between: in 500 operations that may happen once, or not at all."""

PROOF: Final = Proof(
    name="T5",
    title="booking over HTTP is linearizable, also while processes are killed",
    invariants=INVARIANTS,
    figures={
        Size.SMOKE: _SMOKE,
        Size.CI: _CI,
        Size.FULL: {**_CI, "operations": 100_000, "slots": 10_000, "web_kills": 20, "postgres_kills": 10},
    },
    run=run,
    seeded=_SEEDED,
)
