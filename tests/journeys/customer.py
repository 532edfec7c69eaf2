"""An ISP at one door of a gateway: asks over HTTP, and is told at a receiver of its own what becomes of its orders."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from tests.journeys.gateway import Gateway

from fibregate.cli.demo.receiver import Receiver

Json = dict[str, Any]
CONTACT = {"name": "Asha Patel", "phoneNumber": "01632 960001"}


@dataclass
class Customer:
    """At the wholesale door, or with a `supplier` at the tenant door. All it is told comes as `tenant-kci`."""

    gateway: Gateway
    tenant: str
    receiver: Receiver
    supplier: str | None = None
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def listen(self) -> None:
        body = {"url": self.receiver.url, "rendering": "tenant-kci"}
        made = await self.gateway.ask("POST", "/manage/v1/endpoints", tenant=self.tenant, body=body)
        assert made.status == 201, made.raw
        self.receiver.secret = made.body["secret"]

    async def ask(
        self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> Json:
        """The answer to what must go well. With a body it is something new, that has a number here."""
        whole = path
        if self.supplier:
            whole = f"/v1/{path}"
            body = {"supplier": self.supplier, **body} if body else None
        extra = {"X-Request-ID": str(uuid4()), **(headers or {})}
        number = next(self.numbers) if body and not self.supplier else None
        sent = {"id": number, **body} if body and number else body
        got = await self.gateway.ask(method, whole, tenant=self.tenant, body=sent, extra=extra)
        assert got.status in {200, 201, 202}, (path, sent, got.raw)
        found: Json = got.body if got.raw else {}
        return {"id": number, **found} if number else found

    async def line(self, uprn: int) -> dict[str, str]:
        """The characteristics that name port 1 of the first line at an address."""
        found: Any = await self.ask("GET", f"service-availability?address={_address(uprn)}")
        site = (found[0] if self.supplier else found)["siteInformation"]
        return {"ONT_REFERENCE": site["existingLines"][0]["ont"]["ontReference"], "ONT_PORT": "1"}

    async def book(self, uprn: int, *, from_date: date | None = None) -> int:
        """The first weekday morning that is free."""
        query = f"available-appointments?address={_address(uprn)}&appointmentPurpose=PROVIDE"
        query += f"&serviceSpecification={quote(json.dumps({'id': 'fttp', 'name': 'FTTP'}))}"
        query += f"&appointmentFromDate={from_date}" if from_date else ""
        query += f"&supplier={self.supplier}" if self.supplier else ""
        slots = (await self.ask("GET", query))["availableTimeslots"]
        slot = next(one for one in slots if one["classification"] == "WEEKDAY_AM")
        body = {
            "address": {"id": str(uprn), "type": "UPRN"},
            "serviceSpecification": {"id": "fttp"},
            "purpose": "PROVIDE",
            "timeslot": {name: slot[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")},
        }
        return (await self.ask("POST", "appointments", body))["id"]

    async def order(
        self,
        uprn: int,
        kind: str,
        *,
        appointment: int | None = None,
        day: date | None = None,
        extras: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        asked = {"LINE_PROFILE": "80/20", **(extras or {})}
        body: Json = {
            "orderType": kind,
            "address": {"id": str(uprn), "type": "UPRN"},
            "serviceOrderItem": {
                "serviceSpecification": {"id": "fttp"},
                "serviceCharacteristics": [{"name": name, "value": value} for name, value in asked.items()],
            },
            "primaryContact": CONTACT,
        }
        body |= {"appointmentReservationId": appointment} if appointment else {}
        body |= {"requestedCompletionDate": day.isoformat()} if day else {}
        body |= {} if self.supplier else {"tenant": self.tenant}
        return (await self.ask("POST", "service-orders", body, headers))["id"]

    async def amend(self, order: int, asked: Json) -> int:
        return (await self.ask("POST", "service-order-amendments", {"orderId": order, **asked}))["id"]

    async def cancel(self, order: int, because: str) -> int:
        body = {"orderId": order, "reasonCode": because}
        return (await self.ask("POST", "service-order-cancellations", body))["id"]

    async def read(self, order: int) -> Json:
        """As the tenant door shows it, which has the orders of both doors."""
        got = await self.gateway.ask("GET", f"/v1/service-orders/{order}", tenant=self.tenant)
        assert got.status == 200, got.raw
        return got.body

    def told(self, order: int) -> list[Json]:
        """What the supplier said of an order, in its order here."""
        assert self.receiver.refused == []
        found = [dict(one.body) for one in self.receiver.kcis if one.body["entity"]["id"] == order]
        return sorted(found, key=lambda one: one["sequenceNumber"])

    async def today(self) -> date:
        return (await self.gateway.clock.now()).date()

    async def later(self, span: timedelta) -> date:
        return await self.today() + span


def said(kci: Mapping[str, Any]) -> Json:
    """The one member that goes with its type."""
    return kci.get("information") or kci.get("action") or kci["error"]


def _address(uprn: int) -> str:
    return quote(json.dumps({"id": str(uprn), "type": "UPRN"}))
