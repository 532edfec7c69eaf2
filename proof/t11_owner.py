"""A tenant with things of every kind, all marked with its canary, and where else that canary might turn up."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import uuid4

from proof import traffic
from proof.caller import UPDATES, Answer, Caller
from proof.slots import Slot
from proof.t5_caller import booking
from proof.town import FIRST_UPRN, FIRST_VISITED_UPRN

Ids = Mapping[str, int | str]
MANAGE: Final = "/manage/v1"
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

    async def told(self, number: int) -> None:
        """The network said something of an order, with the mark in it."""
        said = traffic.update(str(uuid4()), number, self.code, 1, reason="ACKNOWLEDGED", status="ACKNOWLEDGED")
        note = {"note": self.mark, "type": "Engineer Note"}
        await self.ok("POST", UPDATES, {**said, "text": self.mark, "supplierNotes": [note]}, by=self.network)

    async def acknowledged(self, number: int) -> None:
        """Once what was said of an order holds."""
        async with asyncio.timeout(PATIENCE):
            while (await self.read(f"service-orders/{number}"))["status"] != "ACKNOWLEDGED":
                await asyncio.sleep(0.02)

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


async def nothing(_: Owner) -> Ids:
    return {}


async def an_order(of: Owner) -> Ids:
    return {"order": await of.order()}


async def a_told_order(of: Owner) -> Ids:
    """With a first KCI, which every endpoint of the tenant is to have."""
    order = await of.order()
    await of.told(order)
    return {"order": order, "replay": str(uuid4())}


async def a_kci(of: Owner) -> Ids:
    """By its own id."""
    ids = await a_told_order(of)
    await of.acknowledged(int(ids["order"]))
    shown = await of.read(f"service-orders/{ids['order']}")
    return {"kci": shown["updates"][-1]["id"], "replay": ids["replay"]}


async def a_new_order(of: Owner) -> Ids:
    return {"order": of.number()}


async def a_visit(of: Owner) -> Ids:
    visit = await of.visit()
    reference = (await of.read(f"appointments/{visit}"))["supplierReference"]
    return {"visit": visit, "order": of.number(), "reference": reference}


async def a_new_visit(of: Owner) -> Ids:
    return {"visit": of.number()}


async def the_endpoint(of: Owner) -> Ids:
    """The one that stands all the time."""
    return {"endpoint": of.standing, "replay": str(uuid4())}


async def an_endpoint(of: Owner) -> Ids:
    return {"endpoint": await of.endpoint(enabled=False)}


async def a_new_endpoint(_: Owner) -> Ids:
    return {"creation": str(uuid4())}


async def an_old_secret(of: Owner) -> Ids:
    """The older of an endpoint's two."""
    endpoint = await of.endpoint(enabled=False)
    path = f"{MANAGE}/endpoints/{endpoint}/secrets"
    old = (await of.read(path))["secrets"][0]["id"]
    await of.ok("POST", path, {"overlapDays": 7})
    return {"endpoint": endpoint, "secret": old}


async def a_stuck_kci(of: Owner) -> Ids:
    """At an endpoint that is switched off."""
    endpoint = await of.endpoint(enabled=False)
    return {"endpoint": endpoint, **await a_told_order(of)}


async def a_replay(of: Owner) -> Ids:
    ids = await a_told_order(of)
    await of.ok("POST", f"{MANAGE}/replays", {"replayId": ids["replay"], "orderId": ids["order"]})
    return {"replay": ids["replay"]}


async def a_cursor(of: Owner) -> Ids:
    return {"cursor": (await of.read(f"{MANAGE}/kcis?limit=1"))["nextCursor"]}


async def a_change_to_ask(of: Owner) -> Ids:
    """Of an order that its network has taken on."""
    order = await of.order()
    await of.told(order)
    await of.acknowledged(order)
    return {"order": order, "change": of.number()}


async def an_amendment(of: Owner) -> Ids:
    ids = await a_change_to_ask(of)
    body = {"id": ids["change"], "orderId": ids["order"], "notes": f"{of.mark} again"}
    await of.ok("POST", "service-order-amendments", body)
    return {"change": ids["change"]}


async def a_cancellation(of: Owner) -> Ids:
    ids = await a_change_to_ask(of)
    body = {"id": ids["change"], "orderId": ids["order"], "reasonCode": "CUSTOMER_CHANGED_MIND", "text": of.mark}
    await of.ok("POST", "service-order-cancellations", body)
    return {"change": ids["change"]}


async def an_update(of: Owner) -> Ids:
    """That has still to be said, of an order."""
    return {"order": await of.order(), "update": str(uuid4())}
