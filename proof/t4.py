"""T4: 64 connections book, release and let expire with the product's own statements; no place is ever held twice."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from proof.ground import Gateway
from proof.look import LOST, rows
from proof.model import Figures, Findings, Proof, Size, say
from proof.slots import TOWN, Slot, open_slots
from proof.t4_desk import Desk, Hold, Statements
from proof.town import settle

OVER: Final = "timeslots with more live holders than capacity"
TWICE: Final = "places that two callers surely held at once"
BLOCKED: Final = "holds past their expiry still blocking"
MISCOUNT: Final = "timeslots whose count is not that of their holders"
FORGOTTEN: Final = "holds that were given and are not there"
INVARIANTS: Final = (OVER, TWICE, BLOCKED, MISCOUNT, FORGOTTEN)

HOT_SHARE: Final = 0.8
SHORT_SHARE: Final = 0.25
"""Of holds that are left to end by themselves, within these seconds."""
SHORT_SECONDS: Final = (0.5, 3.0)
PATIENCE: Final = 60.0

_OVER: Final = """
select s.slot_id, s.capacity, count(*) as held from reservations as r join slots as s on s.slot_id = r.slot_id
where r.state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED') group by s.slot_id having count(*) > s.capacity
"""
_MISCOUNT: Final = """
select s.slot_id, s.booked, s.capacity, count(r.id) as held from slots as s
left join reservations as r on r.slot_id = s.slot_id and r.state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED')
group by s.slot_id having s.booked <> count(r.id)
"""
_BLOCKED: Final = """
select tenant_id, id, slot_id, expires_at from reservations where state = 'RESERVED' and expires_at < now()
"""
_WAITING: Final = """
select key from lanes where kind = 'hold' and last_done < last_enqueued and due_at < now() limit 1
"""
_STATES: Final = "select state, count(*) as holds from reservations group by state"


@dataclass
class Storm:
    """What all desks share."""

    slots: Sequence[Slot]
    hot: int
    left: int
    chance: random.Random
    numbers: int = 0
    got: int = 0
    released: int = 0
    unknown: int = 0
    kept: dict[int, list[Hold]] = field(default_factory=lambda: defaultdict(list))
    """By tenant: holds that any of its desks may release, also twice."""

    def pick(self) -> Slot:
        if self.chance.random() < HOT_SHARE:
            return self.slots[self.chance.randrange(self.hot)]
        return self.slots[self.chance.randrange(self.hot, len(self.slots))]

    def is_hot(self, slot: Slot) -> bool:
        """So its places go round all the time; those of others are given back at the end."""
        return slot.starts_at <= self.slots[self.hot - 1].starts_at

    def next_number(self) -> int:
        self.numbers += 1
        return self.numbers


async def run(source: Path, figures: Figures, folder: Path) -> Findings:
    findings = Findings()
    findings.looked_at(*INVARIANTS)
    async with Gateway(folder, source) as gateway:
        await settle(gateway, TOWN)
        await gateway.serve()  # its worker lets holds expire
        chance = random.Random(figures.get("seed", 4))
        slots, tenants = await _open(gateway, figures, chance)
        storm = Storm(slots, figures["hot"], figures["attempts"], chance)
        desks = [
            Desk(gateway.runtime, tenants[n % len(tenants)], Statements.of(source))
            for n in range(figures["connections"])
        ]
        began = time.monotonic()
        await _storm(gateway, storm, desks, figures["kills"], findings)
        findings.notes.append(f"{figures['attempts'] / (time.monotonic() - began):,.0f} attempts a second")
        await _settled(gateway)
        await _judge(gateway, storm, [hold for desk in desks for hold in desk.holds], findings)
    return findings


async def _open(gateway: Gateway, figures: Figures, chance: random.Random) -> tuple[list[Slot], list[int]]:
    places = [chance.randint(1, 4) for _ in range(figures["hot"])]
    places += [chance.randint(1, 2) for _ in range(figures["cold"])]
    slots = await open_slots(gateway, places, apart=timedelta(minutes=10))
    await rows(gateway, "update slot_books set hold_rule = 'DURATION', hold_minutes = 1")
    return slots, [row["tenant_no"] for row in await rows(gateway, "select tenant_no from tenants order by 1")]


async def _storm(gateway: Gateway, storm: Storm, desks: Sequence[Desk], kills: int, findings: Findings) -> None:
    total = storm.left
    for desk in desks:
        await desk.open()
    watching = asyncio.create_task(_watch(gateway, findings))
    running = asyncio.gather(*(_attend(desk, storm) for desk in desks))
    for one in range(kills):
        while storm.left > total * (kills - one) // (kills + 1):
            await asyncio.sleep(0.05)
        await gateway.kill_postgres()
        say(f"T4: PostgreSQL killed, {storm.left:,} attempts to go")
    try:
        await running
        await asyncio.gather(*(_clear(desk, storm) for desk in desks))
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        for desk in desks:
            desk.close()
    findings.done.update(
        {
            "connections": len(desks),
            "timeslots": len(storm.slots),
            "booking attempts": total,
            "places got": storm.got,
            "places released": storm.released,
            "kills of PostgreSQL": kills,
            "outcomes that were unknown": storm.unknown,
        }
    )


async def _attend(desk: Desk, storm: Storm) -> None:
    """One connection, until all attempts are made."""
    while storm.left > 0:
        number, slot = storm.next_number(), storm.pick()
        try:
            await _turn(desk, storm, number, slot)
        except LOST:
            storm.unknown += 1
            await _again(desk, number)


async def _turn(desk: Desk, storm: Storm, number: int, slot: Slot) -> None:
    mine = storm.kept[desk.tenant]
    if mine and storm.chance.random() < min(0.3, len(mine) / 100):
        hold = mine[storm.chance.randrange(len(mine))]
        if storm.chance.random() < 0.9:  # else it will be released a second time
            mine[:] = [one for one in mine if one is not hold]
        released = await desk.release(hold)
        storm.released += released
        return
    storm.left -= 1
    short = storm.chance.random() < SHORT_SHARE
    hold = await desk.book(number, slot, seconds=storm.chance.uniform(*SHORT_SECONDS) if short else 59.0)
    if hold:
        storm.got += 1
        if not short and storm.is_hot(slot):
            mine.append(hold)


async def _clear(desk: Desk, storm: Storm) -> None:
    """Give back what would last a minute; what was to end soon still ends by itself."""
    soon = time.time() + SHORT_SECONDS[1]
    for hold in desk.holds:
        if hold.until > soon:
            released = await desk.release(hold)
            storm.released += released


async def _again(desk: Desk, number: int) -> None:
    """A new connection; what was asked last may have happened, so it counts as held by nobody for sure."""
    desk.close()
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            await desk.open()
            await desk.state(number)
        except LOST:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            return


async def _watch(gateway: Gateway, findings: Findings) -> None:
    """What the database itself says, twice a second, while it happens."""
    while True:
        try:
            for row in await rows(gateway, _OVER):
                findings.broke(OVER, f"slot {row['slot_id']}: {row['held']} holders of {row['capacity']} places")
        except LOST:
            findings.done["times that the watcher lost its connection"] += 1
        await asyncio.sleep(0.5)


async def _settled(gateway: Gateway) -> None:
    """Until every hold that was to end soon has had its expiry, or time is up; what is left then is told."""
    began = time.monotonic()
    while time.monotonic() < began + PATIENCE:
        if not await rows(gateway, _WAITING) and time.monotonic() > began + SHORT_SECONDS[1] + 1:
            return
        await asyncio.sleep(0.2)


async def _judge(gateway: Gateway, storm: Storm, holds: Sequence[Hold], findings: Findings) -> None:
    for row in await rows(gateway, _OVER):
        findings.broke(OVER, f"slot {row['slot_id']}: {row['held']} holders of {row['capacity']} places at the end")
    for row in await rows(gateway, _MISCOUNT):
        findings.broke(MISCOUNT, f"slot {row['slot_id']}: booked {row['booked']}, holders {row['held']}")
    for row in await rows(gateway, _BLOCKED):
        findings.broke(BLOCKED, f"tenant {row['tenant_id']} hold {row['id']}: since {row['expires_at'].isoformat()}")
    for slot, moment, held in too_many(holds):
        findings.broke(TWICE, f"slot {slot.slot_id}: {held} sure holders of {slot.capacity} places at {moment:.6f}")
    there = {(row["tenant_id"], row["id"]) for row in await rows(gateway, "select tenant_id, id from reservations")}
    for hold in holds:
        if (hold.tenant, hold.id) not in there:
            findings.broke(FORGOTTEN, f"tenant {hold.tenant} hold {hold.id} of slot {hold.slot.slot_id}")
    ends = {row["state"]: row["holds"] for row in await rows(gateway, _STATES)}
    findings.done["holds that expired"] = ends.get("EXPIRED", 0)
    if not ends.get("EXPIRED") or not ends.get("RELEASED") or storm.got == 0:
        findings.broke(FORGOTTEN, f"the storm was none: {ends}")


def too_many(holds: Sequence[Hold]) -> list[tuple[Slot, float, int]]:
    """Timeslots, the first moment at which more was surely held than there are places, and how much."""
    moments: defaultdict[Slot, list[tuple[float, int]]] = defaultdict(list)
    for hold in holds:
        if hold.since < hold.until:
            moments[hold.slot] += [(hold.since, 1), (hold.until, -1)]
    found: list[tuple[Slot, float, int]] = []
    for slot, changes in moments.items():
        held = 0
        for moment, change in sorted(changes):
            held += change
            if held > slot.capacity:
                found.append((slot, moment, held))
                break
    return found


_CI: Final[dict[str, Any]] = {"connections": 64, "hot": 40, "cold": 10_000, "attempts": 200_000, "kills": 1}
_SMOKE: Final[dict[str, Any]] = {"connections": 16, "hot": 10, "cold": 200, "attempts": 2_000, "kills": 0}

PROOF: Final = Proof(
    name="T4",
    title="booking at the database: no place is held twice, and none stays held past its expiry",
    invariants=INVARIANTS,
    figures={
        Size.SMOKE: _SMOKE,
        Size.CI: _CI,
        Size.FULL: {**_CI, "attempts": 1_000_000, "kills": 20},
    },
    run=run,
)
