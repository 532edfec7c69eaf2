"""A network in memory that speaks the dialect as it should, but for one fault of its own."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from aiohttp import web
from tests.suppliers.conformance.stage import HOME, SCARCE, TODAY
from tests.suppliers.http.peer import PREFIX, TOKEN

from fibregate.clock import UK
from fibregate.suppliers.http.model import ClientCredentials

CLIENT, SECRET, TENANT = "gateway", "s3cret", "GATEWAY1"
HOMES = {HOME.id: 1000, SCARCE.id: 1}
CODES = {400: "MALFORMED_REQUEST", 401: "NOT_AUTHORISED", 404: "NOT_FOUND", 409: "INVALID_REQUEST"}
AMENDMENTS, CANCELLATIONS = "service-order-amendments", "service-order-cancellations"
CIRCUITS = "ethernet-orders"
PRICE: dict[str, Any] = {
    "status": "QUOTED",
    "supplierQuoteId": "Q-1",
    "level": "FIRM",
    "currency": "GBP",
    "oneOffCharges": [{"name": "Connection", "amount": "400.00"}],
    "oneOffTotal": "400.00",
    "recurringCharges": [{"name": "Rental", "amount": "210.00", "frequency": "MONTHLY"}],
    "contractTotal": "7960.00",
    "leadTimeWorkingDays": 10,
    "validUntil": "2025-07-31T09:00:00.000Z",
}
Body = dict[str, Any]


class Refusal(Exception):
    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(status)
        self.status, self.messages = status, messages or ("no",)


@dataclass
class Toy:
    """`faults` by name; see where they are asked for."""

    faults: frozenset[str] = frozenset()
    bookings: dict[int, tuple[Body, Body]] = field(default_factory=dict[int, tuple[Body, Body]])
    orders: dict[int, tuple[Body, Body]] = field(default_factory=dict[int, tuple[Body, Body]])
    changes: dict[str, dict[int, tuple[Body, Body]]] = field(
        default_factory=lambda: {AMENDMENTS: {}, CANCELLATIONS: {}}
    )
    quotes: dict[int, tuple[Body, Body]] = field(default_factory=dict[int, tuple[Body, Body]])
    circuits: dict[int, tuple[Body, Body]] = field(default_factory=dict[int, tuple[Body, Body]])
    released: set[int] = field(default_factory=set[int])
    url: str = ""

    def has(self, fault: str) -> bool:
        return fault in self.faults

    @property
    def credentials(self) -> ClientCredentials:
        return ClientCredentials(self.url + TOKEN, CLIENT, SECRET)

    async def answer(self, request: web.Request) -> web.Response:
        try:
            if request.path == TOKEN:
                return await self.token(request)
            if self.has("redirects") and request.path.endswith("/service-orders"):
                return web.Response(status=307, headers={"Location": "/elsewhere"})
            if self.has("slow"):
                await asyncio.sleep(0.02)
            self.admit(request)
            return await self.routed(request)
        except Refusal as refusal:
            return self.refused(refusal)
        except Exception as error:
            if not self.has("crashes"):
                raise
            return self.refused(Refusal(500, repr(error)))

    def refused(self, refusal: Refusal) -> web.Response:
        code = "INVALID_REQUEST" if self.has("one code for all") else CODES.get(refusal.status, "INVALID_REQUEST")
        body: Body = {"uuid": str(uuid4()), "code": code, "messages": list(refusal.messages)}
        if self.has("plain errors"):
            return web.json_response({"message": "no"}, status=refusal.status)
        return web.json_response(body, status=refusal.status)

    async def token(self, request: web.Request) -> web.Response:
        given = request.headers["Authorization"].removeprefix("Basic ")
        if base64.b64decode(given).decode() != f"{CLIENT}:{SECRET}" and not self.has("any secret"):
            return web.json_response({"error": "invalid_client"}, status=401)
        body: Body = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
        if self.has("tokens for ever"):
            del body["expires_in"]
        return web.json_response(body)

    def admit(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != "Bearer t" and not self.has("open door"):
            raise Refusal(401, "a token is required")
        for name in ("Tenant", "X-Request-ID", "X-Conversation-ID"):
            if name not in request.headers and not self.has("headers are optional"):
                raise Refusal(400, f"{name}: is required")
        if request.headers.get("Tenant", TENANT) != TENANT and not self.has("any tenant"):
            raise Refusal(401, "Tenant: is not yours")

    async def routed(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix(PREFIX + "/").replace("ethernet/service-orders", CIRCUITS)
        what, _, number = path.partition("/")
        if what in {"quote", CIRCUITS} and self.has("no Ethernet"):
            raise Refusal(404, "there is no such path")
        if (number and self.has("no look-ups")) or (what == AMENDMENTS and self.has("no amendments")):
            raise Refusal(404, "there is no such path")
        if request.method == "POST":
            return self.posted(what, await self.read(request))
        if request.method == "DELETE":
            return self.release(int(number))
        if number:
            return self.shown(self.kept(what), int(number))
        return self.slots(request.query) if what.endswith("appointments") else self.available(request.query)

    def posted(self, what: str, body: Body) -> web.Response:
        if what == "appointments":
            return self.book(body)
        if what == "quote":
            return self.quote(body)
        if what == CIRCUITS:
            return self.circuit(body)
        return self.order(body) if what == "service-orders" else self.change(what, body)

    def kept(self, what: str) -> dict[int, tuple[Body, Body]]:
        orders = {"service-orders": self.orders, CIRCUITS: self.circuits}
        return {"appointments": self.bookings, **orders, **self.changes}[what]

    def address(self, query: Mapping[str, str]) -> str:
        if "address" not in query:
            raise Refusal(422 if self.has("parameters are fields") else 400, "address: is required")
        return json.loads(query["address"])["id"]

    async def read(self, request: web.Request) -> Body:
        if self.has("crashes"):
            return json.loads(await request.read())
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise Refusal(400, "not JSON") from None
        if not isinstance(body["id"], int) and not self.has("lax types"):
            raise Refusal(400, "id: must be a number")
        return body

    def available(self, query: Mapping[str, str]) -> web.Response:
        uprn = self.address(query)
        address: Body = {"identifier": {"id": uprn, "type": "UPRN"}}
        if uprn not in HOMES:
            if self.has("unknown is 404"):
                raise Refusal(404, "no such address")
            why: Body = {} if self.has("no reasons") else {"unavailabilityReasons": [{"code": "ADDRESS_NOT_KNOWN"}]}
            return web.json_response({"address": address, "serviceSpecifications": [], **why})
        profile = {"name": "LINE_PROFILE", "values": ["80/20", "500/500"]}
        body: Body = {
            "address": address,
            "serviceSpecifications": [{"id": "fttp", "name": "FTTP", "serviceCharacteristics": [profile]}],
            "siteInformation": {"newLine": True, "installationType": "STANDARD", "serviceReadyDate": "2025-07-01"},
        }
        if self.has("no site"):
            del body["siteInformation"]
        if self.has("latin-1"):
            body["address"]["city"] = "Zürich"
            raw = json.dumps(body, ensure_ascii=False).encode("latin-1")
            return web.Response(body=raw, content_type="application/json")
        if self.has("plain text"):
            return web.Response(text=json.dumps(body))
        return web.json_response([body] if self.has("arrays") else body)

    def offered(self, first: datetime) -> list[Body]:
        found: list[Body] = []
        for day in range(20):
            when = (first + timedelta(days=day)).date()
            kind = {5: "SATURDAY", 6: "SUNDAY"}.get(when.weekday(), "WEEKDAY")
            for part, start, end in (("AM", 8, 13), ("PM", 13, 18)):
                starts, ends = (datetime.combine(when, time(hour), UK).astimezone(UTC) for hour in (start, end))
                named = f"{kind}_{part}" if not self.has("wall clock is Z") else f"{kind}_AM"
                found.append({**self.times(starts, ends), "classification": named, "standard": True})
        return found

    def times(self, starts: datetime, ends: datetime) -> Body:
        zone = "" if self.has("naive times") else "Z"
        return {
            "timeslotStartDateTime": f"{starts:%Y-%m-%dT%H:%M:%S}.000{zone}",
            "timeslotEndDateTime": f"{ends:%Y-%m-%dT%H:%M:%S}.000{zone}",
        }

    def slots(self, query: Mapping[str, str]) -> web.Response:
        if self.address(query) not in HOMES and not self.has("slots everywhere"):
            raise Refusal(422, "address: is in no list")
        first = datetime.fromisoformat(query.get("appointmentFromDate", TODAY.isoformat()))
        found = self.offered(first - timedelta(days=9) if self.has("slots of yesterday") else first)
        if "classifications" in query and not self.has("filter is ignored"):
            found = [one for one in found if one["classification"] in query["classifications"].split(",")]
        if self.has("unsorted"):
            found.reverse()
        return web.json_response({"serviceSpecification": {"id": "fttp"}, "availableTimeslots": found})

    def replayed(self, kept: dict[int, tuple[Body, Body]], body: Body) -> Body | None:
        """The stored answer of an equal body."""
        found = kept.get(body["id"])
        if found is None or (found[0] != body and self.has("overwrites")):
            return None
        if found[0] != body:
            raise Refusal(409 if self.has("409 for another body") else 422, "id: is used")
        if self.has("refuses replays"):
            raise Refusal(422, "id: is used")
        return found[1]

    def book(self, body: Body) -> web.Response:
        again = self.replayed(self.bookings, body)
        if again is not None:
            again = {**again, "supplierReference": "V-new"} if self.has("books twice") else again
            return web.json_response(again, status=201)
        self.check_booking(body)
        home, slot = body["address"]["id"], body["timeslot"]
        kept = [one for number, (one, _) in self.bookings.items() if number not in self.released]
        taken = sum(one["timeslot"] == slot and one["address"]["id"] == home for one in kept)
        if taken >= HOMES[home] and not self.has("overbooks"):
            raise Refusal(409, "timeslot: has been taken")
        made: Body = {**body, "supplierReference": f"V-{body['id']}", "expiryDateTime": "2025-07-07T22:59:59.000Z"}
        if self.has("expired holds"):
            made["expiryDateTime"] = "2025-06-07T22:59:59.000Z"
        if self.has("no references"):
            del made["supplierReference"]
        self.bookings[body["id"]] = (body, made)
        return web.json_response(made, status=201)

    def check_booking(self, body: Body) -> None:
        if body["purpose"] not in {"PROVIDE", "MODIFY", "REPAIR"}:
            raise Refusal(400 if self.has("all is malformed") else 422, "purpose: accepted is PROVIDE, MODIFY, REPAIR")
        if self.has("books anything"):
            return
        starts = datetime.fromisoformat(body["timeslot"]["timeslotStartDateTime"]).astimezone(UK)
        if starts.minute:
            if self.has("burns ids"):
                self.bookings[body["id"]] = ({}, {})
            raise Refusal(422, "timeslot: is not offered")

    def release(self, number: int) -> web.Response:
        if number not in self.bookings:
            raise Refusal(404, "no such booking")
        if number in self.released and self.has("releases once"):
            raise Refusal(422, "was given back")
        self.released.add(number)
        return web.Response(status=204)

    def shown(self, kept: dict[int, tuple[Body, Body]], number: int) -> web.Response:
        if number not in kept:
            if self.has("finds anything"):
                return web.json_response({"id": number, "supplierReference": "X", "status": "PENDING"} | VISIT)
            raise Refusal(404, "there is none with this id")
        return web.json_response(kept[number][1])

    def order(self, body: Body) -> web.Response:
        again = self.replayed(self.orders, body)
        item = body["serviceOrderItem"]
        if again is None and item["serviceSpecification"]["id"] != "fttp":
            raise Refusal(409 if self.has("409 for orders") else 422, "serviceSpecification: is not offered")
        status = "BREWING" if self.has("words of its own") else "ACKNOWLEDGED"
        made = again or {**body, "status": status, "supplierOrderReference": f"O-{body['id']}"}
        self.orders[body["id"]] = (body, made)
        if self.has("synchronous without a reference"):
            return web.json_response({"id": body["id"], "status": "ACKNOWLEDGED"}, status=201)
        return web.json_response(made, status=201) if self.has("synchronous") else web.Response(status=202)

    def quote(self, body: Body) -> web.Response:
        again = self.replayed(self.quotes, body)
        (service,) = body["service"]
        if service["serviceSpecification"]["id"] != "ethernet-epl" and not self.has("sells anything"):
            raise Refusal(422, "service: is not sold")
        monthly = "1.00" if self.has("sums are wrong") else "210.00"
        made: Body = again or {**body, "id": str(uuid4()), **PRICE, "monthlyTotal": monthly}
        made = {**made, "supplierQuoteId": f"Q-{uuid4()}"} if self.has("quotes anew") else made
        self.quotes[body["id"]] = (body, made)
        return web.json_response(made, status=201)

    def circuit(self, body: Body) -> web.Response:
        again = self.replayed(self.circuits, body)
        status = "BREWING" if self.has("words of its own") else "ACKNOWLEDGED"
        made = again or {**body, "status": status, "supplierOrderReference": f"E-{body['id']}"}
        self.circuits[body["id"]] = (body, made)
        return web.json_response(made, status=201) if self.has("synchronous") else web.Response(status=202)

    def change(self, kind: str, body: Body) -> web.Response:
        again = self.replayed(self.changes[kind], body)
        known = {**self.orders, **self.circuits}
        if body["orderId"] not in known and not self.has("changes nothing"):
            raise Refusal(404 if self.has("404 for an unknown order") else 422, "orderId: there is no such order")
        if self.has("changes crash") and body["orderId"] in known:
            raise Refusal(500, "oh")
        made = again or {**body, "status": "SIMMERING" if self.has("words of its own") else "PENDING"}
        self.changes[kind][body["id"]] = (body, made)
        return web.Response(status=202)


VISIT = {
    "timeslot": {"timeslotStartDateTime": "2025-07-08T07:00:00Z", "timeslotEndDateTime": "2025-07-08T12:00:00Z"},
}


@asynccontextmanager
async def toy(*faults: str) -> AsyncGenerator[Toy]:
    there = Toy(frozenset(faults))
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", there.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    there.url = f"http://{host}:{port}"
    try:
        yield there
    finally:
        await runner.cleanup()
