"""Two gateways in a row: an ISP's own, A, whose supplier is another Fibregate, B, with a network. Raises `Differs`.

Whatever A and B say to each other goes over two relays, so that it can be shown as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import quote

import orjson

from fibregate.cli.demo import documents
from fibregate.cli.demo.caller import Caller
from fibregate.cli.demo.page import Page, laid_out
from fibregate.cli.demo.play import PATIENCE_SECONDS, expect
from fibregate.cli.demo.receiver import Kci, Receiver
from fibregate.cli.demo.relay import Exchange, Relay
from fibregate.cli.demo.stage import Differs, Operator, Staged

SUPPLIER: Final = "ALTNET1"
"""What B is called at A."""
TENANT: Final = documents.TENANT
"""What the ISP is called at A."""
THERE: Final = "ISP1"
"""What A is called at B."""
OWN: Final = "NETWORK1"
UPRN: Final = "10025559646"
HOME: Final = {"id": UPRN, "type": "UPRN"}

SCENES: Final[Sequence[tuple[str, str, str]]] = (
    ("2025-07-01T08:10:00Z", "Some minutes later the network behind B takes the order", "ACKNOWLEDGED"),
    ("2025-07-01T09:00:00Z", "Its planner confirms the visit and promises a date", "COMMITTED"),
    ("2025-07-15T09:00:00Z", "A fortnight goes by; on the eve of the visit", "UPDATE"),
    ("2025-07-16T07:40:00Z", "The morning of the visit", "UPDATE"),
    ("2025-07-16T09:10:00Z", "The fibre is in; what the ISP must know", "ADDITIONAL"),
    ("2025-07-16T09:12:00Z", "And the service is switched on", "COMPLETED"),
)
"""Where both clocks go, what for, and what the ISP must hear then."""


@dataclass(slots=True)
class ChainPlay:
    """The ISP with its receiver, the two gateways, and the wires between them."""

    page: Page
    receiver: Receiver
    near: Staged
    far: Staged
    desk: Operator
    isp: Caller
    operator: Caller
    down: Relay
    up: Relay
    told: list[Kci] = field(default_factory=list[Kci])
    number_there: int = 0

    async def introduce(self) -> None:
        """B becomes a supplier of A, the only one of this tenant."""
        self.page.chapter("Introduce the two gateways to each other")
        self.page.note(f"The operator of A adds B as its supplier {SUPPLIER}; at B, A is the tenant {THERE}.")
        client = self.far.client(THERE)
        await self._typed("supplier", "add", SUPPLIER, "--name", "Another Fibregate")
        token_url = f"{self.down.url}{documents.TOKEN}"
        who = ("--tenant", THERE, "--client-id", client["clientId"], "--token-url", token_url)
        hidden = ("--client-secret", client["clientSecret"])
        await self._typed("supplier", "account", SUPPLIER, self.down.url, *who, secret=hidden)
        await self._typed("supplier", "let", SUPPLIER, TENANT)
        await self._typed("supplier", "let", OWN, TENANT, "--deny")
        made = await self.desk.run("credential", "add", "--supplier", SUPPLIER)
        said = dict(line.split(": ", 1) for line in made.splitlines() if ": " in line)
        self.page.command(f"fibregate credential add --supplier {SUPPLIER}", f"client id: {said['client id']}")
        await self._let_b_tell(said["client id"], said["secret"])
        self.page.means("A can order at B, and B can tell A what becomes of it.")

    async def _typed(self, *words: str, secret: tuple[str, str] | None = None) -> None:
        said = await self.desk.run(*words, secret=secret)
        shown = (*words, secret[0], "…") if secret else words
        self.page.command(f"fibregate {' '.join(_quoted(one) for one in shown)}", said)

    async def _let_b_tell(self, client_id: str, secret: str) -> None:
        """At B, A asks for its KCIs as a supplier writes them."""
        await self.operator.authenticate(self.far.client(THERE), documents.TOKEN)
        auth = {"type": "OAUTH2", "tokenUrl": f"{self.up.url}/v1/auth/supplier/access-token", "clientId": client_id}
        body = {"url": f"{self.up.url}/v1", "rendering": "supplier-kci"}
        whole = {**body, "auth": {**auth, "clientSecret": secret}}
        shown = {**body, "auth": {**auth, "clientSecret": "…"}}
        await self.operator.ask("POST", "/manage/v1/endpoints", whole, status=201, shown=shown)

    async def authenticate(self) -> None:
        self.page.chapter("The ISP gets a token at A, and says where its KCIs shall go")
        await self.isp.authenticate(self.near.client(TENANT), "/v1/auth/tenant/access-token")
        body = {"url": self.receiver.url, "rendering": "tenant-kci"}
        made = await self.isp.ask("POST", "/manage/v1/endpoints", body, status=201)
        self.receiver.secret = made["secret"]

    async def check_availability(self) -> None:
        self.page.chapter("What is available at this address?")
        answer = await self.isp.ask("GET", f"/v1/service-availability?address={_json(HOME)}", status=200)
        self._between()
        expect("the suppliers that answered", [one["supplier"] for one in answer], [SUPPLIER])
        expect("what can be had", [one["id"] for one in answer[0]["serviceSpecifications"]], ["fttp"])
        self.page.means("A has no network for this ISP: it asked B, and answers in its own dialect.")

    async def book(self) -> int:
        self.page.chapter("When can an engineer come? Book the morning of 16 July")
        wanted = documents.BOOKING_ANSWER["timeslot"]
        query = f"supplier={SUPPLIER}&address={_json(HOME)}&serviceSpecification={_json({'id': 'fttp'})}"
        more = "&appointmentPurpose=PROVIDE&appointmentFromDate=2025-07-16"
        found = await self.isp.ask("GET", f"/v1/available-appointments?{query}{more}", status=200)
        self._between()
        if wanted not in found["availableTimeslots"]:
            raise Differs("the morning of 16 July is not on offer")
        body = {
            "supplier": SUPPLIER,
            "address": HOME,
            "serviceSpecification": {"id": "fttp"},
            "purpose": "PROVIDE",
            "timeslot": {name: wanted[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")},
        }
        made = await self.isp.ask("POST", "/v1/appointments", body, status=201)
        self._between()
        self.page.means("One place, held by B under its own reference; each gateway has its own number for it.")
        return made["id"]

    async def place_order(self, appointment: int) -> int:
        self.page.chapter("Place the order")
        whole: dict[str, Any] = orjson.loads(documents.ORDER)
        kept = {name: whole[name] for name in ("orderType", "address", "serviceOrderItem", "primaryContact")}
        body = {"supplier": SUPPLIER, **kept, "appointmentReservationId": appointment}
        made = await self.isp.ask("POST", "/v1/service-orders", body, status=201)
        expect("the status", made["status"], "RECEIVED_BY_GATEWAY")
        await self._arrived(1)
        self._between()
        self._tell(1, "UPDATE")
        self.page.means("Kept by A, sent on to B under A's own number; the first KCI is A's own and says so.")
        return made["id"]

    async def live_through(self, now: str, said: str, kind: str) -> None:
        """Move both clocks; B tells A what happened, and A tells the ISP: one KCI of this kind."""
        self.page.note(said)
        await self.isp.set_clock(now)
        await self.operator.set_clock(now)
        self.page.clock(now)
        number = len(self.told) + 1
        await self._arrived(number)
        self._between()
        self._tell(number, kind)

    async def _arrived(self, number: int) -> None:
        if not await self.receiver.until(number, PATIENCE_SECONDS):
            raise Differs(f"KCI {number} did not arrive within {PATIENCE_SECONDS:.0f} s")
        if self.receiver.refused:
            raise Differs(f"a KCI was not to be trusted: {self.receiver.refused[0]}")

    def _tell(self, number: int, kind: str) -> None:
        kci = self.receiver.kcis[number - 1]
        self.told.append(kci)
        self.page.told(number, kci.body)
        if kind == "COMMITTED":
            self.page.note("as it came, the whole order in A's words and numbers:")
            self.page.bytes_of(kci.raw)
        expect(f"the type of KCI {number}", kci.body["information"]["type"], kind)
        expect(f"the number of KCI {number}", kci.body["sequenceNumber"], number)
        expect("how many KCIs arrived by then", len(self.receiver.kcis), number)

    def _between(self) -> None:
        """What the gateways said to each other meanwhile, in both directions."""
        for relay in (self.down, self.up):
            for one in relay.heard():
                self._show(relay, one)

    def _show(self, relay: Relay, one: Exchange) -> None:
        sides = (relay.who, relay.whom)
        body = one.body.decode(errors="replace")
        if one.operation == "kcis":
            body = self._kci(orjson.loads(one.body))
        elif body.startswith("{"):
            body = laid_out(orjson.loads(one.body))
        self.page.request(one.method, one.path, {}, body, sides)
        if one.operation == "service-orders":
            self.number_there = orjson.loads(one.body)["id"]
        is_json = "json" in one.answer_headers.get("Content-Type", "")
        answered = orjson.loads(one.answer) if is_json and one.answer else None
        self.page.answer(one.status, one.took_ms, answered, one.answer_headers, sides)

    def _kci(self, body: dict[str, Any]) -> str:
        """The promise as it is; of the others what is new, for each brings the whole order."""
        if body["reasonCode"] == "COMMITTED":
            return laid_out(body)
        kind = next(name for name in body if name.endswith("ServiceOrder"))
        order = cast("dict[str, Any]", body[kind])
        shown = {name: body[name] for name in ("sequenceNumber", "issuedOn", "reasonCode", "text") if name in body}
        named = {name: order[name] for name in ("id", "tenant", "supplierOrderReference", "status") if name in order}
        return laid_out({**shown, kind: named})

    async def look_back(self, order: int) -> None:
        self.page.chapter("Look at the order once more, at both gateways")
        here = await self.isp.ask("GET", f"/v1/service-orders/{order}", status=200)
        expect("the status at A", here["status"], "COMPLETED")
        expect("the numbers of its updates", [one["sequenceNumber"] for one in here["updates"]], [*range(1, 8)])
        there = await self.operator.ask("GET", f"{documents.BASE}/service-orders/{self.number_there}", status=200)
        expect("the status at B", there["status"], "COMPLETED")
        expect("the order's name at B", here["supplierOrderNumber"], there["supplierOrderReference"])
        self.page.means(f"COMPLETED at both, after {len(self.told)} KCIs in order, each with a verified signature.")


def _json(value: object) -> str:
    return quote(orjson.dumps(value).decode(), safe="{}:,")


def _quoted(word: str) -> str:
    return f"'{word}'" if " " in word else word


async def whole(play: ChainPlay) -> None:
    """From two gateways that have never met to COMPLETED."""
    await play.introduce()
    await play.authenticate()
    await play.check_availability()
    order = await play.place_order(await play.book())
    play.page.chapter("Keep the customer informed, through two gateways")
    play.page.note("Each update between the gateways brings the whole order; shown is what is new in it.")
    for now, said, kind in SCENES:
        await play.live_through(now, said, kind)
    await play.look_back(order)
