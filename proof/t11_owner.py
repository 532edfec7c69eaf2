"""A tenant with things of every kind, all marked with its canary, and where else that canary might turn up."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import uuid4

from proof import traffic
from proof.caller import TENANT_DOOR, UPDATES, Answer, Caller
from proof.slots import Slot
from proof.t5_caller import booking
from proof.town import FIRST_UPRN, FIRST_VISITED_UPRN, SUPPLIER

Ids = Mapping[str, int | str]
MANAGE: Final = "/manage/v1"
FAR: Final = "FAR123456"
"""A supplier far away that nobody but the owner may use, and that never answers."""

PATIENCE: Final = 30.0


class NotPrepared(Exception):
    """What a request needs beforehand was refused."""


@dataclass
class Owner:
    """`first` is where its numbers begin; no other tenant has any there. `hears` is the URL of its receiver."""

    caller: Caller
    network: Caller
    slots: list[Slot]
    hears: str
    first: int
    mark: str
    standing: str = ""
    visited: int = 0
    """An order with a visit, which may be given another."""

    shared: set[int | str] = field(default_factory=set[int | str])
    """Ids under which another tenant has things, too."""

    _numbers: Iterator[int] = field(default_factory=count)
    _made: list[str] = field(default_factory=list[str])

    @property
    def code(self) -> str:
        return self.caller.who.code

    def number(self) -> int:
        return self.first + next(self._numbers)

    async def ok(self, method: str, path: str, body: Any = None, *, by: Caller | None = None) -> Answer:
        """Until it is answered, and well. Raises `NotPrepared`."""
        got = await (by or self.caller).insist(method, path, body)
        if not 200 <= got.status < 300:
            raise NotPrepared(f"{self.code}: {method} {path}: {got.status} {got.raw[:300]!r}")
        return got

    def order_body(self, number: int, **more: Any) -> dict[str, Any]:
        """Every field that takes a text has the mark."""
        place = FIRST_UPRN + number % 5000
        return {
            **traffic.order(1, self.code),
            "id": number,
            "address": {"id": str(place), "type": "UPRN"},
            "primaryContact": self.contact(),
            "secondaryContact": self.contact(),
            "notes": self.mark,
            "hazards": self.mark,
            "onSiteRestrictions": self.mark,
            **more,
        }

    def contact(self) -> dict[str, str]:
        return {"name": self.mark, "phoneNumber": self.mark[-20:], "email": f"{self.mark}@isp.example"}

    async def order(self) -> int:
        number = self.number()
        await self.ok("POST", "service-orders", self.order_body(number))
        return number

    async def told(
        self,
        number: int,
        place: int = 1,
        *,
        reason: str = "ACKNOWLEDGED",
        status: str = "ACKNOWLEDGED",
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """The network said something of an order, with the mark in it."""
        said = traffic.update(str(uuid4()), number, self.code, place, reason=reason, status=status)
        note = {"note": self.mark, "type": "Engineer Note"}
        await self.ok(
            "POST", UPDATES, {**said, "text": self.mark, "supplierNotes": [note], **(more or {})}, by=self.network
        )

    async def became(self, number: int, status: str) -> None:
        """Once what was said of an order holds."""
        async with asyncio.timeout(PATIENCE):
            while (await self.read(f"service-orders/{number}"))["status"] != status:
                await asyncio.sleep(0.02)

    async def listed(self, path: str, what: str) -> None:
        """Once there is one of these."""
        async with asyncio.timeout(PATIENCE):
            while not (await self.read(path))[what]:
                await asyncio.sleep(0.02)

    async def service(self) -> str:
        """One that is live, by an order that its network has completed."""
        order = await self.order()
        for place, (reason, status) in enumerate(traffic.LIFE, 1):
            await self.told(order, place, reason=reason, status=status)
        await self.became(order, "COMPLETED")
        live = (await self.read(f"{MANAGE}/services?limit=500"))["services"]
        return next(str(one["serviceId"]) for one in live if one["orderId"] == order)

    def modify_body(self, service: int | str) -> dict[str, Any]:
        wish = {"serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "80/20"}], "notes": self.mark}
        return {"orderType": "MODIFY", "serviceId": service, "requestedCompletionDate": _in_a_month(), **wish}

    def cease_body(self, service: int | str) -> dict[str, Any]:
        wish = {"requestedCompletionDate": _in_a_month(), "notes": self.mark}
        return {"orderType": "CEASE", "serviceId": service, **wish}

    def asked_order(self, place: int, **more: Any) -> dict[str, Any]:
        """As the tenant door wants it."""
        body = self.order_body(0, address={"id": str(place), "type": "UPRN"}, supplier=SUPPLIER, **more)
        return {name: value for name, value in body.items() if name not in {"id", "tenant"}}

    def asked_visit(self) -> dict[str, Any]:
        body = booking(0, self.slots[0])
        return {"supplier": SUPPLIER, **{name: value for name, value in body.items() if name != "id"}}

    async def given(self, path: str, body: Any) -> int:
        """The number of what was asked for at the tenant door."""
        return int((await self.ok("POST", f"{TENANT_DOOR}/{path}", body)).body["id"])

    async def with_visit(self) -> int:
        """An order that has one, and that its network has taken on."""
        number = self.number()
        await self.ok("POST", "service-orders", self.visited_order(number, appointmentReservationId=await self.visit()))
        await self.told(number)
        await self.became(number, "ACKNOWLEDGED")
        return number

    async def visit(self) -> int:
        number = self.number()
        await self.ok("POST", "appointments", booking(number, self.slots[number % len(self.slots)]))
        return number

    def visit_body(self, number: int) -> dict[str, Any]:
        return booking(number, self.slots[number % len(self.slots)])

    def visited_order(self, number: int, **more: Any) -> dict[str, Any]:
        return self.order_body(number, address={"id": str(FIRST_VISITED_UPRN), "type": "UPRN"}, **more)

    def endpoint_body(self, **more: Any) -> dict[str, Any]:
        auth = {"type": "BASIC", "username": self.mark, "password": self.mark}
        about = {"rendering": "wholesale-webhook", "headers": {"X-Mark": self.mark}, "auth": auth}
        return {"url": f"{self.hears}/{self.code.lower()}/{self.mark}", **about, **more}

    async def endpoint(self, *, enabled: bool = True) -> str:
        made = str((await self.ok("POST", f"{MANAGE}/endpoints", self.endpoint_body())).body["id"])
        if not enabled:
            await self.ok("PATCH", f"{MANAGE}/endpoints/{made}", {"enabled": False})
        self._made.append(made)
        return made

    async def clear(self) -> None:
        """All endpoints but the standing one; a tenant may have twenty."""
        for one in self._made:
            if one != self.standing:
                await self.caller.insist("DELETE", f"{MANAGE}/endpoints/{one}")
        self._made.clear()

    async def read(self, path: str) -> Any:
        return (await self.ok("GET", path)).body


def _in_a_month() -> str:
    return (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
