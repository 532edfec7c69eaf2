"""The keys of T3: orders and bookings, each asked for again and again, its answers compared with the first."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from proof.caller import ASK_AGAIN, Answer, Caller, NeverAnswered
from proof.model import Findings
from proof.slots import Slot
from proof.t5_caller import booking

EFFECTS: Final = "keys with other than one effect"
DIFFERS: Final = "replays that differ from the first answer"
CHANGED: Final = "changed bodies that were accepted"
SURPRISE: Final = "keys whose first request was refused"
CONSTANT: Final = "req-1"
"""Many callers send the same X-Request-ID every time, and may."""

_TRIES: Final = 300


@dataclass
class Key:
    """A number of the tenant's own. `first` is what was answered when it was first taken."""

    tenant: str
    kind: str
    number: int
    body: Mapping[str, Any]
    changed: Mapping[str, Any]
    first: Answer | None = None

    @property
    def path(self) -> str:
        return "service-orders" if self.kind == "order" else "appointments"

    @property
    def named(self) -> str:
        return f"{self.tenant} {self.kind} {self.number}"


@dataclass
class Crowd:
    """A caller for each tenant, who goes to the doors in turn; and what they found."""

    callers: Mapping[str, Caller]
    findings: Findings
    at_once: int
    sent: Counter[str] = field(default_factory=Counter[str])

    async def each(self, keys: Sequence[Key], act: Any) -> None:
        """Every key once, so many at a time."""
        waiting = iter(keys)

        async def some() -> None:
            for key in waiting:
                await act(key)

        await asyncio.gather(*(some() for _ in range(self.at_once)))

    async def send(self, key: Key, body: Mapping[str, Any], *, request: str | None = CONSTANT) -> Answer:
        """Until a door answers. Raises `NeverAnswered`."""
        for _ in range(_TRIES):
            self.sent["requests"] += 1
            got = await self.callers[key.tenant].ask("POST", key.path, body, request=request)
            if got.status not in ASK_AGAIN:
                return got
            if got.status != 401:
                await asyncio.sleep(0.1)
        raise NeverAnswered(key.named)

    async def begin(self, key: Key) -> None:
        """Asked for the first time, and at once again at another door under another X-Request-ID."""
        self._compare(key, await self.send(key, key.body))
        self._compare(key, await self.send(key, key.body, request=None))

    async def race(self, key: Key, *, equal: int, others: int) -> None:
        """All at once for the first time, some with another body: whichever body comes first is the key's for ever."""
        bodies = [key.body] * equal + [key.changed] * others
        got = await asyncio.gather(*(self.send(key, body) for body in bodies))
        taken = {n >= equal for n, one in enumerate(got) if one.status < 300}
        if len(taken) != 1:
            self.findings.broke(CHANGED if taken else SURPRISE, f"{key.named}: {Counter(one.status for one in got)}")
            return
        if taken == {True}:
            key.body, key.changed = key.changed, key.body
        for body, one in zip(bodies, got, strict=True):
            if body is key.body:
                self._compare(key, one)
            else:
                self._refused(key, one)

    async def again(self, key: Key) -> None:
        self._compare(key, await self.send(key, key.body))

    async def change(self, key: Key) -> None:
        """The same key with another body, under the same X-Request-ID."""
        self._refused(key, await self.send(key, key.changed))

    def _refused(self, key: Key, got: Answer) -> None:
        self.sent["changed bodies"] += 1
        if got.status != 422:
            self.findings.broke(CHANGED, f"{key.named}: {got.status} {got.raw[:200]!r}")

    def _compare(self, key: Key, got: Answer) -> None:
        if key.first is None:
            key.first = got
            if got.status >= 300:
                self.findings.broke(SURPRISE, f"{key.named}: {got.status} {got.raw[:200]!r}")
            return
        self.sent["replays"] += 1
        if (got.status, got.raw) != (key.first.status, key.first.raw):
            self.findings.broke(DIFFERS, f"{key.named}: {got.status} {got.raw[:150]!r} after {key.first.raw[:150]!r}")


def order_key(tenant: str, number: int, uprn: int, **more: object) -> Key:
    body: dict[str, Any] = {
        "id": number,
        "orderType": "NEW",
        "tenant": tenant,
        "address": {"id": str(uprn), "type": "UPRN"},
        "serviceOrderItem": {
            "serviceSpecification": {"id": "fttp"},
            "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "55/55"}],
        },
        "primaryContact": {"name": "Jane Doe", "email": "jane@doe.com", "phoneNumber": "01234 567890"},
        **more,
    }
    return Key(tenant, "order", number, body, {**body, "notes": "changed"})


def booking_key(tenant: str, number: int, slot: Slot, other: Slot) -> Key:
    """Changed, it asks for the other timeslot."""
    return Key(tenant, "appointment", number, booking(number, slot), booking(number, other))
