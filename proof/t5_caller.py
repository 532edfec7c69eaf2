"""One of many callers of T5, and what all of them write down."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import Any, Final

from proof.caller import Answer, Caller
from proof.linearize import ABSENT, BOOK, FREE, FULL, GONE, HELD, LIST, READ, RELEASE, SPENT, Op
from proof.slots import Slot
from proof.town import FIRST_VISITED_UPRN

SURPRISE: Final = "answers that the documentation does not know"
_UNKNOWN: Final = frozenset({0, 401, 429, 502, 503, 504})
_KINDS: Final = {BOOK: 55, "again": 10, RELEASE: 22, READ: 9, LIST: 4}
_HOT_SHARE: Final = 0.4
_HOT: Final = 0.05
_LISTED: Final = 12
"""Of one answer, so many timeslots are written down."""

_ANSWERS: Final[Mapping[tuple[str, int], str]] = {
    (BOOK, 201): HELD,
    (BOOK, 409): FULL,
    (RELEASE, 204): GONE,
    (RELEASE, 404): ABSENT,
    (READ, 404): ABSENT,
}


@dataclass
class Notes:
    """The history, and how much of it is still to be made. Holds are numbered over all tenants."""

    slots: Sequence[Slot]
    total: int
    chance: random.Random
    ops: list[Op] = field(default_factory=list[Op])
    owners: dict[int, tuple[str, Slot]] = field(default_factory=dict[int, tuple[str, Slot]])
    by_slot: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    done: Counter[str] = field(default_factory=Counter[str])
    surprises: list[str] = field(default_factory=list[str])
    left: int = 0

    def __post_init__(self) -> None:
        self.left = self.total

    def pick(self) -> Slot:
        hot = max(1, int(len(self.slots) * _HOT))
        return self.slots[self.chance.randrange(hot if self.chance.random() < _HOT_SHARE else len(self.slots))]

    def new_hold(self, tenant: str, slot: Slot) -> int:
        number = len(self.owners) + 1
        self.owners[number] = (tenant, slot)
        self.by_slot[tenant, slot.slot_id].append(number)
        return number

    def write(self, slot: Slot, kind: str, hold: int, said: str | None, *, began: float) -> None:
        self.done[kind if said else f"{kind} without an answer"] += 1
        self.ops.append(Op(str(slot.slot_id), kind, hold, said, began, time.monotonic() if said else inf))

    def at_the_end(self, states: Mapping[tuple[str, int], str]) -> None:
        """Everything has been answered that ever will be: how each hold stands in the database."""
        now = time.monotonic()
        for number, (tenant, slot) in self.owners.items():
            self.ops.append(Op(str(slot.slot_id), READ, number, states.get((tenant, number), ABSENT), now, now + 1))


@dataclass
class Booker:
    """Asks at its own door, and at the other one when that does not answer."""

    number: int
    notes: Notes
    callers: Sequence[Caller]

    @property
    def tenant(self) -> str:
        return self.callers[0].who.code

    async def work(self) -> None:
        """Until all operations are done."""
        notes = self.notes
        while notes.left > 0:
            notes.left -= 1
            slot = notes.pick()
            kind = notes.chance.choices(list(_KINDS), list(_KINDS.values()))[0]
            known = notes.by_slot[self.tenant, slot.slot_id]
            if kind == LIST:
                await self._list(slot)
            elif kind == BOOK or not known:
                await self._insist(BOOK, slot, notes.new_hold(self.tenant, slot))
            else:
                # Mostly a late one, which may be in other hands at this moment.
                hold = known[-1 - int(len(known) * notes.chance.random() ** 3)]
                await self._insist(BOOK if kind == "again" else kind, slot, hold)

    async def _insist(self, kind: str, slot: Slot, hold: int) -> None:
        """Until it is answered; what was not answered is an operation of its own, that may have happened."""
        for turn in range(200):
            caller = self.callers[turn % len(self.callers)]
            began = time.monotonic()
            got = await self._ask(caller, kind, slot, hold)
            said = self._meaning(kind, got)
            if said or kind in {BOOK, RELEASE}:
                self.notes.write(slot, kind, hold, said, began=began)
            if said or got.status not in _UNKNOWN:
                return
            if got.status != 401:
                await asyncio.sleep(0.05 + 0.2 * self.notes.chance.random())

    async def _ask(self, caller: Caller, kind: str, slot: Slot, hold: int) -> Answer:
        match kind:
            case "book":
                return await caller.ask("POST", "appointments", booking(hold, slot), request=f"t5-{hold}")
            case "release":
                return await caller.ask("DELETE", f"appointments/{hold}", request=f"t5-{hold}")
            case _:
                return await caller.ask("GET", f"appointments/{hold}")

    def _meaning(self, kind: str, got: Answer) -> str | None:
        """None: it is not known whether anything happened."""
        said = _ANSWERS.get((kind, got.status))
        if said or got.status in _UNKNOWN:
            return said
        if kind == READ and got.status == 200:
            return HELD if got.body["state"] == "RESERVED" else GONE
        if kind == BOOK and got.status == 422 and "its id stays spent" in got.body["messages"][0]:
            return SPENT
        self.notes.surprises.append(f"{kind}: {got.status} {got.raw[:200]!r}")
        return None

    async def _list(self, slot: Slot) -> None:
        day = slot.starts_at.astimezone(UTC).date().isoformat()
        query = (
            f"available-appointments?addressId={FIRST_VISITED_UPRN}&appointmentPurpose=PROVIDE"
            f"&serviceSpecification=%7B%22id%22:%22fttp%22%7D&appointmentFromDate={day}"
        )
        began = time.monotonic()
        got = await self.callers[0].ask("GET", query)
        if got.status != 200:
            return
        free = {datetime.fromisoformat(one["timeslotStartDateTime"]) for one in got.body["availableTimeslots"]}
        place = self.notes.slots.index(slot)
        for one in self.notes.slots[place : place + _LISTED]:
            self.notes.write(one, LIST, 0, FREE if one.starts_at in free else FULL, began=began)


def booking(number: int, slot: Slot, uprn: int = FIRST_VISITED_UPRN) -> dict[str, Any]:
    return {
        "id": number,
        "address": {"id": str(uprn), "type": "UPRN"},
        "serviceSpecification": {"id": "fttp"},
        "purpose": "PROVIDE",
        "timeslot": {
            "timeslotStartDateTime": slot.starts_at.isoformat(),
            "timeslotEndDateTime": slot.ends_at.isoformat(),
        },
    }
