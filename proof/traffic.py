"""Orders, and what their network says of them: the load of a proof, each request noted with what it was for."""

import asyncio
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from proof import history, receiver, town
from proof.caller import UPDATES, Caller, NeverAnswered, Wire
from proof.ground import Gateway, Process
from proof.town import SUPPLIER

TENANTS: Final = ("ISP1", "ISP2")
REASONS: Final = (("ACKNOWLEDGED", "ACKNOWLEDGED"), ("COMMITTED", "IN_PROGRESS"), ("UPDATE", "IN_PROGRESS"))
"""What the network says of each order, and how the order then stands: one KCI each."""

PATHS: Final[Mapping[str, str]] = {f"/{code.lower()}": code for code in TENANTS}
"""At the receiver, each tenant's endpoint."""

_LEFT: Final = """
select count(*) from lanes
where kind in ('dispatch', 'inbox', 'kci') and last_done < last_enqueued and parked_reason is null
"""
_LISTENERS: Final = "select count(*) from pg_stat_activity where query ilike 'listen %'"
_DELIVERS: Final = "select true from lanes where kind = 'kci' and split_part(owner, ':', 2) = $1 limit 1"


def callers(gateway: Gateway, wire: Wire, web: Process, log: history.Writer) -> dict[str, Caller]:
    """The tenants and their network, by code."""
    return {
        code: Caller(wire, lambda: web.url, who, log, is_tenant=code != SUPPLIER)
        for code, who in town.credentials(gateway).items()
    }


async def endpoint(caller: Caller, hears: Process) -> dict[str, Any]:
    """An endpoint at the receiver, at the path of its tenant; with its secret."""
    body = {"url": f"{hears.url}/{caller.who.code.lower()}", "rendering": "wholesale-webhook"}
    got = await caller.insist("POST", "/manage/v1/endpoints", body)
    if got.status != 201:
        raise RuntimeError(f"no endpoint: {got}")
    return got.body


@dataclass
class Traffic:
    """`accepted` counts updates, which become as many events; `unanswered` are requests given up."""

    callers: Mapping[str, Caller]
    chance: random.Random
    accepted: int = 0
    unanswered: list[str] = field(default_factory=list[str])

    async def flow(self, numbers: Iterator[int], *, at_a_time: int) -> None:
        """All of these orders with their updates."""
        await asyncio.gather(*(self._flow(numbers) for _ in range(at_a_time)))

    async def _flow(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            try:
                await self.order(number)
            except NeverAnswered as error:
                self.unanswered.append(str(error))

    async def order(self, number: int) -> None:
        code = TENANTS[number % len(TENANTS)]
        note = {"what": "order", "order": number, "tenant": code}
        got = await self.callers[code].insist("POST", "service-orders", order(number, code), note=note)
        if got.status != 202:
            return
        for place, (reason, status) in enumerate(REASONS, 1):
            identity = str(UUID(int=self.chance.getrandbits(128), version=4))
            said = {**note, "what": "update", "id": identity, "number": place}
            body = update(identity, number, code, place, reason=reason, status=status)
            await self.callers[SUPPLIER].insist("POST", UPDATES, body, note=said)
            self.accepted += 1


def order(number: int, code: str) -> dict[str, Any]:
    """At premises of its own, where no engineer has to come."""
    return {
        "id": number,
        "orderType": "NEW",
        "tenant": code,
        "address": {"id": str(town.FIRST_UPRN + number - 1), "type": "UPRN"},
        "serviceOrderItem": {
            "serviceSpecification": {"id": "fttp"},
            "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "55/55"}],
        },
        "primaryContact": {"name": "Asha Patel", "phoneNumber": "01632 960001"},
        "requestedCompletionDate": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
    }


def ethernet_order(mark: str, quoted: Mapping[str, Any]) -> dict[str, Any]:
    """Of an item of such a quote, as it was answered."""
    contact = {"name": mark, "phoneNumber": "01632 960001"}
    return {
        "supplier": SUPPLIER,
        "supplierQuoteId": quoted["supplierQuoteId"],
        "siteInformation": [{**one, "primaryContact": contact, "notes": mark} for one in quoted["sites"]],
        "ethernetOrderItems": [
            {"service": one, "contractDetails": quoted["contractDetails"]} for one in quoted["service"]
        ],
    }


def called(number: int, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The first item of such a quote as the wholesale door is asked it, under the caller's own number."""
    item = asked["quoteItems"][0]
    wish = {name: value for name, value in item.items() if name not in {"id", "supplier"}}
    return {"id": number, "externalIdentifier": asked["externalIdentifier"], **wish}


def called_order(number: int, code: str, mark: str, quoted: Mapping[str, Any]) -> dict[str, Any]:
    """The order of what that door has quoted."""
    wish = {name: value for name, value in ethernet_order(mark, quoted).items() if name != "supplier"}
    return {"id": number, "tenant": code, **wish}


LIFE: Final = (*REASONS, ("COMPLETED", "COMPLETED"))
"""From an order that was sent to a service that lives."""


def modify_circuit(mark: str, service: int | str) -> dict[str, Any]:
    """A renewed term of the only length that the town sells."""
    contract = {"contractLength": {"value": 36, "unit": "MONTH"}}
    named = {"supplier": SUPPLIER, "serviceId": service, "notes": mark}
    return {"orderType": "MODIFY", **named, "contractDetails": contract}


def cease_circuit(mark: str, service: int | str) -> dict[str, Any]:
    """Beyond its notice, and long before its term is over."""
    day = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    named = {"supplier": SUPPLIER, "serviceId": service, "notes": mark}
    return {"orderType": "CEASE", **named, "requestedCompletionDate": day}


def quote(mark: str) -> dict[str, Any]:
    """Of Ethernet between the town's two sites, with the mark in what is shown again."""
    ends = zip(town.SITES, ("A-END", "B-END"), strict=True)
    item = {
        "id": 1,
        "supplier": SUPPLIER,
        "sites": [
            {
                "name": mark,
                "postcode": town.SITES_POSTCODE,
                "role": role,
                "address": {"id": str(place), "type": "UPRN"},
            }
            for place, role in ends
        ],
        "contractDetails": {"contractLength": {"value": 36, "unit": "MONTH"}},
        "service": [
            {
                "serviceSpecification": {"id": "ethernet-epl"},
                "serviceCharacteristic": [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}],
            }
        ],
    }
    return {"externalIdentifier": mark[:64], "quoteItems": [item]}


def update(identity: str, number: int, code: str, place: int, *, reason: str, status: str) -> dict[str, Any]:
    """Its text names it, so that what was caused by it can be told from anything else."""
    now = datetime.now(UTC)
    entity: dict[str, Any] = {"id": number, "tenant": code, "status": status}
    if reason == "COMMITTED":
        day = (now + timedelta(days=30)).isoformat(timespec="milliseconds")
        entity |= {"committedDate": day, "targetDate": day}
    return {
        "id": identity,
        "sequenceNumber": place,
        "issuedOn": now.isoformat(timespec="milliseconds"),
        "reasonCode": reason,
        "text": f"proof {identity}",
        "provideServiceOrder": entity,
    }


async def workers(gateway: Gateway) -> int:
    """How many workers are up: each listens for work on a connection of its own."""
    return await _ask(gateway, _LISTENERS)


async def delivers(gateway: Gateway, pid: int) -> bool:
    """Whether the worker with this process id has lanes of KCIs in its hands; the name of a lane's owner says so."""
    return bool(await _ask(gateway, _DELIVERS, str(pid)))


async def _ask(gateway: Gateway, sql: str, *args: object) -> Any:
    connection: Any = await asyncpg.connect(gateway.superuser)
    try:
        return await connection.fetchval(sql, *args)
    finally:
        connection.terminate()


async def drained(gateway: Gateway, patience: float) -> int:
    """Waits until nothing is left to be done, or patience ends; how many lanes are left."""
    connection: Any = await asyncpg.connect(gateway.superuser)
    left = -1
    try:
        async with asyncio.timeout(patience):
            while left := await connection.fetchval(_LEFT):
                await asyncio.sleep(0.2)
    except TimeoutError:
        return left
    finally:
        connection.terminate()
    return left


async def receiver_of(gateway: Gateway, folder: Path, *words: str) -> Process:
    """A receiver that ends after the gateway."""
    started = await receiver.process(folder, *words).start()
    gateway.running.insert(0, started)
    return started
