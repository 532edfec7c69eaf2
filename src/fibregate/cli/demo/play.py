"""The flow of the documents, scene by scene; each scene checks what it is told. Raises `Differs`."""

import base64
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from yarl import URL

from fibregate.cli.demo import documents
from fibregate.cli.demo.page import Page
from fibregate.cli.demo.receiver import Receiver
from fibregate.cli.demo.stage import Differs

PATIENCE_SECONDS = 15.0
CLOCK_TRIES = 3

Scene = tuple[dict[str, str], str, str, Sequence[str]]
"""How far the clock goes, what for, what must be told then."""

SCENES: tuple[Scene, ...] = (
    ({"advance": "PT2M"}, "Two minutes later the network takes the order", "ACKNOWLEDGED", ("supplierOrderReference",)),
    (
        {"advance": "PT28M"},
        "Its planner confirms the visit and promises a date",
        "COMMITTED",
        ("committedDate", "targetDate", "appointment"),
    ),
    ({"now": "2025-07-15T09:00:00Z"}, "A fortnight goes by; on the eve of the visit", "UPDATE", ("text",)),
    ({"now": "2025-07-16T07:40:00Z"}, "The morning of the visit", "UPDATE", ("text",)),
    (
        {"now": "2025-07-16T09:10:00Z"},
        "The fibre is in; what the ISP must know",
        "ADDITIONAL",
        ("characteristics",),
    ),
    ({"now": "2025-07-16T09:12:00Z"}, "And the service is switched on", "COMPLETED", ("text",)),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it came."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(slots=True)
class Play:
    """One ISP, its receiver and its gateway."""

    page: Page
    http: aiohttp.ClientSession
    base: str
    receiver: Receiver
    token: str = ""
    request_number: int = 0
    told: list[str] = field(default_factory=list[str])

    async def ask(self, method: str, path: str, body: str | None = None, *, status: int) -> Answered:
        """Send exactly these bytes, show both sides, and insist on the status."""
        self.request_number += 1
        headers = {"X-Request-ID": f"req-{self.request_number}", "X-Conversation-ID": "conv-1"}
        headers |= {"Tenant": documents.TENANT, "Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.page.request(method, path, headers, body)
        return await self._send(method, path, headers, body, status)

    async def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None, status: int
    ) -> Answered:
        began = time.perf_counter()
        async with self.http.request(method, URL(self.base + path, encoded=True), data=body, headers=headers) as answer:
            raw = await answer.read()
            took = (time.perf_counter() - began) * 1000
            found = Answered(answer.status, orjson.loads(raw) if raw else None, answer.headers)
        self.page.answer(found.status, took, found.body, found.headers)
        if found.status != status:
            raise Differs(f"{method} {path.partition('?')[0]} was answered {found.status}, not {status}")
        return found

    async def authenticate(self, client: Mapping[str, str]) -> None:
        self.page.chapter("Get a token")
        pair = base64.b64encode(f"{client['clientId']}:{client['clientSecret']}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
        body = "grant_type=client_credentials"
        self.page.request("POST", documents.TOKEN, {}, body)
        answer = await self._send("POST", documents.TOKEN, headers, body, 200)
        self.token = answer.body["access_token"]
        expect("token_type", answer.body["token_type"], "Bearer")
        expect("expires_in", answer.body["expires_in"], 3600)
        self.page.means("The ISP has proved who it is; the token opens the gateway for an hour.")

    async def check_availability(self) -> None:
        self.page.chapter("What is available at this address?")
        answer = await self.ask("GET", documents.AVAILABILITY, status=200)
        expect("the answer", answer.body, documents.AVAILABILITY_ANSWER)
        self.page.means("Full fibre, three speeds, a new line with an engineer's visit: the documents' own answer.")

    async def find_appointments(self) -> None:
        self.page.chapter("When can an engineer come?")
        answer = await self.ask("GET", documents.APPOINTMENTS, status=200)
        slots: list[dict[str, Any]] = answer.body["availableTimeslots"]
        expect("the classifications", {one["classification"] for one in slots}, {"WEEKDAY_AM"})
        wanted = documents.BOOKING_ANSWER["timeslot"]
        if wanted not in slots:
            raise Differs(f"the morning of 16 July is not on offer; offered are {slots}")
        self.page.means(f"{len(slots)} mornings are free, Wednesday 16 July among them.")

    async def book(self) -> None:
        self.page.chapter("Book the morning of 16 July")
        answer = await self.ask("POST", f"{documents.BASE}/appointments", documents.BOOKING, status=201)
        reference = answer.body.get("supplierReference")
        expect("the answer", {**answer.body}, {**documents.BOOKING_ANSWER, "supplierReference": reference})
        if not reference:
            raise Differs("the booking has no supplierReference")
        self.page.means("The place is held until the eve of the visit, 23:59:59 in London.")

    async def register_endpoint(self) -> None:
        self.page.chapter("Say where KCIs shall go")
        body = orjson.dumps({"url": self.receiver.url, "rendering": "wholesale-webhook"}).decode()
        answer = await self.ask("POST", "/manage/v1/endpoints", body, status=201)
        self.receiver.secret = answer.body["secret"]
        self.page.means("From now on each change of an order is posted there, signed with this secret.")

    async def place_order(self) -> None:
        self.page.chapter("Place the order")
        answer = await self.ask("POST", f"{documents.BASE}/service-orders", documents.ORDER, status=202)
        expect("the body of the answer", answer.body, None)
        self.page.means("Taken, and safe on disk with its appointment. What happens next comes as KCIs.")

    async def live_through(self, clock: Mapping[str, str], said: str, reason: str, fields: Sequence[str]) -> None:
        """Move the clock, and take in what arrives: exactly one KCI, of this reason, with these fields."""
        self.page.note(said)
        await self._advance(clock)
        number = len(self.told) + 1
        if not await self.receiver.until(number, PATIENCE_SECONDS):
            raise Differs(f"KCI {number}, {reason}, did not arrive within {PATIENCE_SECONDS:.0f} s")
        if self.receiver.refused:
            raise Differs(f"a KCI was not to be trusted: {self.receiver.refused[0]}")
        kci = self.receiver.kcis[number - 1]
        self.told.append(str(kci.body["reasonCode"]))
        self.page.kci(number, kci.body)
        if number == 1:
            self.page.note(f"as it came, with webhook-id {kci.message_id} and webhook-signature {kci.signature}:")
            self.page.bytes_of(kci.raw)
        expect(f"the reason of KCI {number}", kci.body["reasonCode"], reason)
        expect(f"the number of KCI {number}", kci.body["sequenceNumber"], number)
        expect(f"the order of KCI {number}", kci.body["orderId"], 127)
        expect(f"how many KCIs arrived by then: {self._reasons()}", len(self.receiver.kcis), number)
        missing = [one for one in fields if not kci.body["details"].get(one)]
        if missing:
            raise Differs(f"KCI {number}, {reason}, does not tell {', '.join(missing)}")

    def _reasons(self) -> str:
        return ", ".join(str(one.body["reasonCode"]) for one in self.receiver.kcis)

    async def _advance(self, clock: Mapping[str, str]) -> None:
        asked = dict(clock)
        found: dict[str, Any] = {}
        for _ in range(CLOCK_TRIES):
            headers = {"Authorization": f"Bearer {self.token}", "X-Request-ID": "clock", "X-Conversation-ID": "conv-1"}
            url = URL(self.base + "/sandbox/v1/clock")
            async with self.http.post(url, json=asked, headers={**headers, "Tenant": documents.TENANT}) as answer:
                raw = await answer.read()
                if answer.status != 200:  # noqa: PLR2004 - HTTP's own number
                    raise Differs(f"the clock was not moved: {answer.status} {raw.decode(errors='replace')}")
                found = orjson.loads(raw)
            if found["caughtUp"]:
                self.page.clock(found["now"])
                return
            asked = {"now": found["target"]}
        raise Differs(f"the clock stopped at {found['now']} on its way to {found['target']}")

    async def look_back(self) -> None:
        self.page.chapter("Look at the order once more")
        answer = await self.ask("GET", f"{documents.BASE}/service-orders/127", status=200)
        expect("the status", answer.body["status"], "COMPLETED")
        numbers = [one["sequenceNumber"] for one in answer.body["updates"]]
        expect("the numbers of its updates", numbers, list(range(1, len(SCENES) + 1)))
        self.page.means(f"COMPLETED, after {len(numbers)} KCIs in order, each with a verified signature.")


def expect(what: str, found: object, wanted: object) -> None:
    """Raise `Differs` unless they are equal."""
    if found != wanted:
        raise Differs(f"{what}: expected {wanted!r}, found {found!r}")


async def whole(play: Play, client: Mapping[str, str]) -> None:
    """From the token to COMPLETED."""
    await play.authenticate(client)
    await play.check_availability()
    await play.find_appointments()
    await play.book()
    await play.register_endpoint()
    await play.place_order()
    play.page.chapter("Keep the customer informed")
    for clock, said, reason, fields in SCENES:
        await play.live_through(clock, said, reason, fields)
    await play.look_back()
