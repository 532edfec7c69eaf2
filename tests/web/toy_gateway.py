"""A toy gateway without a database: one dialect like the wholesale one, and one like a token endpoint's."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from fibregate.errors import NotAuthorised, SlotTaken, Unavailable
from fibregate.web.call import Answer, Call, Caller
from fibregate.web.dialect import Dialect, Refusal
from fibregate.web.door import Door
from fibregate.web.fields import Day, Id, Instant, Stamp, Text20, Text50
from fibregate.web.gate import Gate
from fibregate.web.route import Route
from fibregate.web.wire import Wire

PREFIX = "/WholesaleGateway/v1.0/gateway"


class Purpose(StrEnum):
    PROVIDE = "PROVIDE"
    MODIFY = "MODIFY"
    REPAIR = "REPAIR"


class Address(Wire):
    id: Text50
    type: Text20


class Slot(Wire):
    timeslot_start_date_time: Instant
    timeslot_end_date_time: Instant


class Characteristic(Wire):
    name: Text50
    value: Text50


class Booking(Wire):
    id: Id
    purpose: Purpose
    address: Address
    timeslot: Slot | None = None
    characteristics: list[Characteristic] = Field(default_factory=list[Characteristic], max_length=5)
    requested_date: Day | None = None
    standard: bool = True


class Booked(Wire):
    id: Id
    purpose: Purpose
    starts_at: Stamp | None = None
    written_zulu: bool | None = None
    notes: str | None = None


class Asked(Wire):
    address: Address
    purpose: Purpose | None = None
    from_date: Day | None = None
    limit: Annotated[int | None, Field(ge=1, le=100)] = None
    standard_only: bool = False
    classifications: list[Purpose] = Field(default_factory=list[Purpose], max_length=15)


class Seen(Wire):
    address: Address
    limit: int | None = None
    kinds: list[Purpose]


class Grant(Wire):
    grant_type: Annotated[str, Field(alias="grant_type", max_length=40)]


@dataclass
class Services:
    """What the toy actions can see; `bookings` counts those that were made."""

    bookings: int = 0
    seen: list[Any] = field(default_factory=list[Any])


async def book(call: Call[None, Booking, Services]) -> Answer:
    call.services.bookings += 1
    call.services.seen.append(call)
    body, slot = call.body, call.body.timeslot
    return Answer(
        201,
        Booked(
            id=body.id,
            purpose=body.purpose,
            starts_at=slot.timeslot_start_date_time if slot else None,
            written_zulu=slot.timeslot_start_date_time.written_zulu if slot else None,
        ),
    )


async def look(call: Call[Asked, None, Services]) -> Answer:
    call.services.seen.append(call)
    return Answer(200, {"address": call.query.address, "limit": call.query.limit, "kinds": call.query.classifications})


async def order(call: Call[None, None, Services]) -> Answer:
    return Answer(200, {"id": call.path["id"]})


async def endpoint(call: Call[None, None, Services]) -> Answer:
    return Answer(200, {"id": call.path["id"]})


async def break_down(_call: Call[None, None, Services]) -> Answer:
    raise RuntimeError("jane@doe.com broke it\nDETAIL: 01234 567890")


async def taken(_call: Call[None, None, Services]) -> Answer:
    raise SlotTaken("timeslot: is full", [{"timeslotStartDateTime": "2025-07-16T07:00:00.000Z"}])


async def away(_call: Call[None, None, Services]) -> Answer:
    raise Unavailable("the database is away", retry_after=7)


async def dawdle(_call: Call[None, None, Services]) -> Answer:
    await asyncio.Event().wait()
    return Answer(200)


async def grant(call: Call[None, Grant, Services]) -> Answer:
    return Answer(200, {"grantType": call.body.grant_type}, {"Cache-Control": "no-store"})


def oauth(refusal: Refusal) -> Mapping[str, Any]:
    return {"error": "invalid_request", "error_description": "; ".join(refusal.messages)}


WHOLESALE = Dialect(
    name="wholesale",
    title="Toy wholesale door",
    fault=(500, "SUPPLIER_FAULT"),
    tenant=True,
    optional_headers=("X-Scenario",),
)
OAUTH = Dialect(name="token", title="Toy tokens", request_id=False, conversation_id=False, render=oauth)


def _get(path: str, name: str, action: Any, **more: Any) -> Route[Any, Any, Services]:
    return Route(
        method="GET", path=path, name=name, summary=name, scope="gateway", action=action, answers={200: None}, **more
    )


WHOLESALE_ROUTES: list[Route[Any, Any, Services]] = [
    Route(
        method="POST",
        path="/appointments",
        name="book",
        summary="Book an appointment",
        scope="gateway",
        action=book,
        body=Booking,
        answers={201: Booked},
        errors=(409,),
        body_examples={
            "ours": {"id": 159, "purpose": "PROVIDE", "address": {"id": "10025559646", "type": "UPRN"}},
        },
    ),
    Route(
        method="GET",
        path="/service-availability",
        name="look",
        summary="What can be had at an address",
        scope="gateway",
        action=look,
        query=Asked,
        answers={200: Seen},
    ),
    _get("/orders/{id:int}", "order", order, errors=(404,)),
    _get("/endpoints/{id}", "endpoint", endpoint, errors=(404,)),
    _get("/broken", "break", break_down),
    _get("/taken", "taken", taken, errors=(409,)),
    _get("/away", "away", away),
    _get("/slow", "dawdle", dawdle, timeout=0.01),
]
TOKEN_ROUTES: list[Route[Any, Any, Services]] = [
    Route(
        method="POST",
        path="/oauth/token",
        name="grant",
        summary="A token",
        scope=None,
        action=grant,
        body=Grant,
        media="form",
        answers={200: None},
    )
]


async def authenticate(token: str) -> Caller:
    if token == "supplier":
        return Caller(kind="supplier", supplier_id=1, supplier_code="NETWORK1", scopes=frozenset({"updates"}))
    if token != "good":
        raise NotAuthorised("Authorization: this token is not valid")
    return Caller(kind="tenant", tenant_id=1, tenant_code="YOUR_TENANT", scopes=frozenset({"gateway"}))


@dataclass
class Got:
    """What came back."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    def refused(self, status: int, code: str) -> list[str]:
        """Checks the whole error object, and gives its messages."""
        assert self.status == status, (self.status, self.raw)
        body = self.json
        assert set(body) >= {"uuid", "code", "messages"}
        assert len(body["uuid"]) == 36
        assert body["code"] == code
        assert body["messages"]
        assert all(isinstance(one, str) and one for one in body["messages"])
        return body["messages"]


HEADERS = {
    "X-Request-ID": "req-1",
    "X-Conversation-ID": "conv-1",
    "Tenant": "YOUR_TENANT",
    "Authorization": "Bearer good",
}
BOOKING = {
    "id": 159,
    "purpose": "PROVIDE",
    "address": {"id": "10025559646", "type": "UPRN"},
    "timeslot": {
        "timeslotStartDateTime": "2025-07-16T08:00:00.000Z",
        "timeslotEndDateTime": "2025-07-16T13:00:00.000Z",
    },
}


@dataclass
class Toy:
    """The gateway in memory."""

    services: Services
    gate: Gate

    async def ask(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: list[tuple[str, str]] | Mapping[str, str] = HEADERS,
    ) -> Got:
        path, _, query = target.partition("?")
        pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs]
        if body:
            raw.append((b"content-length", str(len(body)).encode()))
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": raw,
            "client": ("127.0.0.1", 1),
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.gate(scope, receive, send)
        found = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Got(sent[0]["status"], found, sent[1]["body"])

    async def book(self, body: Any, headers: Any = HEADERS) -> Got:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.ask("POST", f"{PREFIX}/appointments", raw, headers)

    async def look(self, query: str, headers: Any = HEADERS) -> Got:
        return await self.ask("GET", f"{PREFIX}/service-availability?{query}", b"", headers)


def toy_doors(services: Services) -> list[Door[Services]]:
    return [
        Door(
            prefix=PREFIX,
            dialect=WHOLESALE,
            routes=WHOLESALE_ROUTES,
            authenticate=authenticate,
            services=services,
            body_seconds=0.3,
        ),
        Door(
            prefix="/IdentityModule/v1.0",
            dialect=OAUTH,
            routes=TOKEN_ROUTES,
            authenticate=authenticate,
            services=services,
        ),
    ]


def toy_gateway() -> Toy:
    services = Services()
    return Toy(services, Gate(toy_doors(services)))
