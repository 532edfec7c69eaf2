"""The tenants of T6: at each address they look, book, order and change, and ask until they are answered."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import orjson

from proof.caller import Answer, Caller, NeverAnswered
from proof.playground import Stuck
from proof.t6_network import SUPPLIER, Behaviour, mark

FAIR: Final = "well"
ELDEST: Final = 10**6
UPRN_OF_ELDEST: Final = 888_800_000_998
VISITED: Final = 500
"""So many of a thousand addresses need a visit: the first ones."""

LIARS: Final = frozenset(
    {"answers-twice", "earlier-reference", "other-tenants-reference", "other-tenants-order", "of-another-tenant"}
)
"""Behaviours that speak of an elder order."""

_BOOKED: Final = frozenset({"drops-booking-reply", "books-late", "slot-gone", "busy", "busy-until"})
_AMENDED: Final = frozenset({"drops-amendment-reply", "changes-at-once", "refuses-changes"})
_CANCELLED: Final = frozenset({"drops-cancellation-reply"})
_LOOKED_AT: Final = frozenset({"slow-to-look", "garbled-to-look"})
_SENT_SECONDS: Final = 3.0
_OPEN_SECONDS: Final = 60.0
_BOOKING_PATIENCE: Final = 40.0
_SLOTS_SHOWN: Final = 40


@dataclass
class Course:
    """So many orders for each behaviour (`many`), some at a time, of each tenant in turn."""

    callers: dict[str, Caller]
    many: Mapping[str, int]
    at_once: int
    done: Counter[str] = field(default_factory=Counter[str])
    _slots: dict[int, list[dict[str, Any]]] = field(default_factory=dict[int, list[dict[str, Any]]])
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, behaviours: Sequence[Behaviour]) -> None:
        if LIARS & {one.name for one in behaviours}:
            await asyncio.gather(*(self._eldest(tenant) for tenant in self.callers))
        most = max(self.many.values())
        waiting = iter([(one, at) for at in range(most) for one in behaviours if at < self.many[one.name]])

        async def some() -> None:
            for behaviour, number in waiting:
                await self._one(behaviour, number)

        await asyncio.gather(*(some() for _ in range(self.at_once)))

    async def _eldest(self, tenant: str) -> None:
        """An order whose reference the gateway knows before it is told as another's: else nobody could see the lie."""
        caller, name = self.callers[tenant], mark(tenant, FAIR, ELDEST)
        uprn = UPRN_OF_ELDEST + sorted(self.callers).index(tenant)
        more = {"requestedCompletionDate": (_today() + timedelta(days=21)).date().isoformat()}
        got = await caller.insist("POST", "/v1/service-orders", _order(uprn, name, more), note={"what": "order"})
        if got.status != 201 or not await self._becomes(caller, got.body["id"], "COMPLETED"):
            raise Stuck(f"{name}: {got.status} {got.raw[:300]!r}")

    async def _one(self, behaviour: Behaviour, number: int) -> None:
        tenant = sorted(self.callers)[number % len(self.callers)]
        caller, name = self.callers[tenant], mark(tenant, behaviour.name, number)
        visited = behaviour.name in _BOOKED
        uprn = behaviour.uprn + number % VISITED + (0 if visited else VISITED)
        if behaviour.name in _LOOKED_AT:
            await self._note("look", await caller.ask("GET", f"/v1/service-availability?address={_address(uprn)}"))
        more: dict[str, Any] = {"requestedCompletionDate": (_today() + timedelta(days=21)).date().isoformat()}
        if visited:
            booking = await self._book(caller, behaviour, uprn, number)
            if booking is None:
                return
            more = {"appointmentReservationId": booking}
        got = await caller.insist("POST", "/v1/service-orders", _order(uprn, name, more), note={"what": "order"})
        await self._note("order", got)
        if got.status == 201:
            await self._goes_out(caller, got.body["id"])
            await self._change(caller, behaviour, got.body["id"])

    async def _book(self, caller: Caller, behaviour: Behaviour, uprn: int, number: int) -> int | None:
        """The number of a visit; None where there is none to be had, or nobody can say."""
        slots = await self._open_slots(caller, behaviour)
        if not slots:
            return None
        body = {
            "supplier": SUPPLIER,
            "address": {"id": str(uprn), "type": "UPRN"},
            "serviceSpecification": {"id": "fttp"},
            "purpose": "PROVIDE",
            "timeslot": slots[number // VISITED % len(slots)],
        }
        try:
            got = await caller.insist(
                "POST", "/v1/appointments", body, patience=_BOOKING_PATIENCE, note={"what": "booking"}
            )
        except NeverAnswered:
            self.done["bookings that nobody could tell of"] += 1
            return None
        await self._note("booking", got)
        return int(got.body["id"]) if got.status == 201 else None

    async def _open_slots(self, caller: Caller, behaviour: Behaviour) -> list[dict[str, Any]]:
        async with self._asking:
            if behaviour.uprn not in self._slots:
                asked = f"supplier={SUPPLIER}&address={_address(behaviour.uprn)}&appointmentPurpose=PROVIDE"
                path = f"/v1/available-appointments?{asked}&serviceSpecification={_json({'id': 'fttp'})}"
                got = await caller.insist("GET", path)
                found: list[dict[str, Any]] = got.body["availableTimeslots"] if got.status == 200 else []
                self._slots[behaviour.uprn] = [_timeslot(one) for one in found[:_SLOTS_SHOWN]]
            return self._slots[behaviour.uprn]

    async def _change(self, caller: Caller, behaviour: Behaviour, order: int) -> None:
        if behaviour.name in _AMENDED:
            kind, body = "amendment", {"orderId": order, "hazards": "a dog"}
        elif behaviour.name in _CANCELLED:
            kind, body = "cancellation", {"orderId": order, "reasonCode": "NO_LONGER_REQUIRED"}
        else:
            return
        if not await self._becomes(caller, order, "IN_PROGRESS"):
            self.done[f"orders that could not have their {kind}"] += 1
            return
        got = await caller.insist("POST", f"/v1/service-order-{kind}s", body, note={"what": kind})
        await self._note(kind, got)

    async def _goes_out(self, caller: Caller, order: int) -> None:
        """Orders are not placed faster than they are sent: nothing is learned from a heap of them that wait."""
        deadline = time.monotonic() + _SENT_SECONDS
        while time.monotonic() < deadline:
            await asyncio.sleep(0.5)
            got = await caller.ask("GET", f"/v1/service-orders/{order}")
            if got.status == 200 and got.body["status"] != "RECEIVED_BY_GATEWAY":
                return

    async def _becomes(self, caller: Caller, order: int, status: str) -> bool:
        deadline = time.monotonic() + _OPEN_SECONDS
        while time.monotonic() < deadline:
            got = await caller.ask("GET", f"/v1/service-orders/{order}")
            if got.status == 200 and got.body["status"] == status:
                return True
            await asyncio.sleep(0.2)
        return False

    async def _note(self, what: str, got: Answer) -> None:
        self.done[f"{what}: answered {got.status}"] += 1


def _order(uprn: int, name: str, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "supplier": SUPPLIER,
        "orderType": "NEW",
        "address": {"id": str(uprn), "type": "UPRN"},
        "serviceOrderItem": {
            "serviceSpecification": {"id": "fttp"},
            "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "55/55"}],
        },
        "primaryContact": {"name": "Jane Doe", "email": "jane@doe.com", "phoneNumber": "01234 567890"},
        "notes": name,
        **more,
    }


def _timeslot(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name.endswith("DateTime")}


def _address(uprn: int) -> str:
    return _json({"id": str(uprn), "type": "UPRN"})


def _json(value: object) -> str:
    return quote(orjson.dumps(value))


def _today() -> datetime:
    return datetime.now(UTC)
