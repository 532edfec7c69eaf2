"""The documents' printed order for Ethernet, in January 2022, and then one that is quoted and costs more than that.

Raises `Differs`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from fibregate.cli.demo import documents
from fibregate.cli.demo.caller import Caller
from fibregate.cli.demo.page import Page
from fibregate.cli.demo.play import PATIENCE_SECONDS, expect
from fibregate.cli.demo.receiver import Receiver
from fibregate.cli.demo.stage import Differs, Operator

BEGINS: Final = "2022-01-01T00:00:00Z"
TENANT: Final = documents.TENANT
_ORDERS: Final = "/v1/ethernet/service-orders"

SCENES: Final[Sequence[tuple[str, str, str]]] = (
    ("2022-01-01T00:06:00Z", "Five minutes later the supplier takes the order", "ACKNOWLEDGED"),
    ("2022-01-05T12:01:00Z", "On the second working day of the year it promises one", "COMMITTED"),
    ("2022-01-11T09:00:00Z", "The day that was wished for goes by; the work goes on", "UPDATE"),
    ("2022-01-19T09:00:00Z", "A week later", "UPDATE"),
    ("2022-01-24T11:01:00Z", "The promised day; what the ISP must know", "ADDITIONAL"),
    ("2022-01-24T12:01:00Z", "And the circuit is handed over", "COMPLETED"),
)
"""Where the clock goes, what for, and what the ISP must hear then."""

PROMISED: Final = "2022-01-24T23:59:59.000Z"
"""Fifteen working days on; the documents' order wishes for the 10th."""


DEPOT: Final = "Depot"
_RATE: Final = [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]
_SERVICE: Final = {"serviceSpecification": {"id": "ethernet-epl"}, "serviceCharacteristic": _RATE}
_TERM: Final = {"contractLength": {"value": 36, "unit": "MONTH"}, "billingFrequency": "MONTHLY"}
_CONTACT: Final = {"name": "Asha Patel", "phoneNumber": "01632 960001"}
_SITES: Final[Sequence[Mapping[str, Any]]] = (
    {
        "name": DEPOT,
        "address": {"id": "999900002004", "type": "UPRN"},
        "postcode": "FB1 3AE",
        "role": "A-END",
    },
    {
        "name": "Data hall",
        "address": {"id": "999900002900", "type": "UPRN"},
        "postcode": "FB1 9ZZ",
        "role": "B-END",
    },
)
QUOTE: Final[Mapping[str, Any]] = {
    "externalIdentifier": "DEPOT",
    "quoteItems": [
        {"id": place, "supplier": supplier, "sites": _SITES, "contractDetails": _TERM, "service": [_SERVICE]}
        for place, supplier in enumerate(("SUPPLIER2", "NETWORK1"), 1)
    ],
}
UNTIL_ASKED: Final[Sequence[tuple[str, str, str]]] = (
    ("2022-01-24T14:00:00Z", "An hour later the supplier has it", "ACKNOWLEDGED"),
    ("2022-01-27T18:00:00Z", "Somebody has to look at the depot", "UPDATE"),
    ("2022-02-03T18:00:00Z", "They have", "UPDATE"),
    ("2022-02-04T18:00:00Z", "What they found costs more than the price includes", "INFORMATION_REQUIRED"),
)
ONCE_ACCEPTED: Final[Sequence[tuple[str, str, str]]] = (
    ("2022-02-04T18:05:00Z", "The supplier has the answer", "AMENDED"),
    ("2022-02-07T18:30:00Z", "Now it promises a day: 65 working days on", "COMMITTED"),
    ("2022-03-25T18:00:00Z", "Seven weeks go by", "UPDATE"),
    ("2022-04-19T18:00:00Z", "Easter is over", "UPDATE"),
    ("2022-05-04T18:00:00Z", "The week before", "UPDATE"),
    ("2022-05-11T10:01:00Z", "The promised day; what the ISP must know", "ADDITIONAL"),
    ("2022-05-11T11:01:00Z", "And the second circuit is handed over", "COMPLETED"),
)


@dataclass(slots=True)
class EthernetPlay:
    """One ISP, its receiver and its gateway, and who runs that."""

    page: Page
    receiver: Receiver
    isp: Caller
    desk: Operator
    told: list[str] = field(default_factory=list[str])
    earlier: int = 0

    async def authenticate(self, client: Mapping[str, str]) -> None:
        self.page.chapter("The ISP gets a token, and says where its KCIs shall go")
        await self.isp.authenticate(client, "/v1/auth/tenant/access-token")
        body = {"url": self.receiver.url, "rendering": "tenant-kci"}
        made = await self.isp.ask("POST", "/manage/v1/endpoints", body, status=201)
        self.receiver.secret = made["secret"]

    async def read_price(self) -> None:
        self.page.chapter("What does it cost?")
        found = await self.isp.ask("GET", "/manage/v1/quotes?externalIdentifier=E00", status=200)
        (item,) = found["quotes"][0]["quoteItems"]
        expect("the number of the price", item["supplierQuoteId"], documents.ETHERNET_ORDER["supplierQuoteId"])
        expect("the status of the price", item["status"], "QUOTED")
        self.page.means(f"{item['monthlyTotal']} a month for 36 months; this quote is there from the beginning.")

    async def place_order(self) -> int:
        self.page.chapter("Place the order, as the documents print it")
        made = await self.isp.ask("POST", _ORDERS, documents.ETHERNET_ORDER, status=201)
        expect("the status", made["status"], "RECEIVED_BY_GATEWAY")
        for name in ("supplier", "supplierQuoteId", "siteInformation"):
            expect(f"the answer's {name}", made[name], documents.ETHERNET_ORDER[name])
        await self._hear("UPDATE")
        self.page.means("Each price is ordered once: the same order again would be refused, and name this one.")
        return made["id"]

    async def live_through(self, now: str, said: str, kind: str) -> None:
        """Move the clock; the ISP must hear exactly one KCI, of this kind."""
        self.page.note(said)
        await self.isp.set_clock(now)
        self.page.clock(now)
        await self._hear(kind)

    async def _hear(self, kind: str) -> None:
        number = len(self.told) + 1
        if not await self.receiver.until(number, PATIENCE_SECONDS):
            raise Differs(f"KCI {number}, {kind}, did not arrive within {PATIENCE_SECONDS:.0f} s")
        if self.receiver.refused:
            raise Differs(f"a KCI was not to be trusted: {self.receiver.refused[0]}")
        body = cast("dict[str, Any]", self.receiver.kcis[number - 1].body)
        self.told.append(kind)
        self.page.told(number - self.earlier, body)
        expect(f"the type of KCI {number}", (body.get("information") or body["action"])["type"], kind)
        expect(f"the number of KCI {number}", body["sequenceNumber"], number - self.earlier)
        expect(f"the entity of KCI {number}", body["entityType"], "PROVIDE_ETHERNET_ORDER")
        expect("how many KCIs arrived by then", len(self.receiver.kcis), number)

    async def look_back(self, order: int) -> None:
        self.page.chapter("Look at the order once more")
        read = await self.isp.ask("GET", f"{_ORDERS}/{order}", status=200)
        expect("the status", read["status"], "COMPLETED")
        expect("the supplier's number", read["supplierOrderNumber"], "A123X")
        expect("the committed date", read["committedDate"], PROMISED)
        expect("the numbers of its updates", [one["sequenceNumber"] for one in read["updates"]], [*range(1, 8)])
        self.page.means(f"COMPLETED on the promised day, after {len(self.told)} KCIs, each with a verified signature.")

    async def ask_prices(self) -> str:
        self.page.chapter("What would a second circuit cost? Two suppliers are asked at once")
        made = await self.isp.ask("POST", "/v1/quote", QUOTE, status=201)
        expect("the answers", [one["status"] for one in made["quoteItems"]], ["QUOTED", "QUOTED"])
        words = ("quote", "compare", TENANT, QUOTE["externalIdentifier"])
        self.page.command(f"fibregate {' '.join(words)}", await self.desk.run(*words))
        (building,) = made["quoteItems"][0]["indicativeConstruction"]
        self.page.means(f"Building at the depot may cost {building['amount']}; how much, only a survey tells.")
        return made["quoteItems"][0]["supplierQuoteId"]

    async def order_depot(self, quote: str) -> int:
        self.page.chapter("Order it at that price")
        self.earlier = len(self.told)
        body = {
            "supplier": "SUPPLIER2",
            "supplierQuoteId": quote,
            "siteInformation": [{**one, "primaryContact": _CONTACT} for one in _SITES],
            "ethernetOrderItems": [{"service": _SERVICE, "contractDetails": _TERM}],
        }
        made = await self.isp.ask("POST", _ORDERS, body, status=201)
        await self._hear("UPDATE")
        return made["id"]

    async def accept_charge(self, order: int) -> None:
        self.page.chapter("Read the charge, and accept it")
        listed = await self.isp.ask("GET", f"/manage/v1/charges?orderId={order}", status=200)
        (charge,) = listed["charges"]
        expect("the amount", charge["amount"], "2350.00")
        yes = {"decision": "ACCEPT", "amount": charge["amount"]}
        made = await self.isp.ask("POST", f"/manage/v1/charges/{charge['id']}/decision", yes, status=200)
        expect("the charge", made["state"], "ANSWERED")
        await self._hear("UPDATE")
        self.page.means("Only the exact amount is taken; the supplier is told by an ordinary amendment.")

    async def look_back_at_depot(self, order: int) -> None:
        self.page.chapter("What it came to")
        read = await self.isp.ask("GET", f"{_ORDERS}/{order}", status=200)
        expect("the status", read["status"], "COMPLETED")
        expect("the committed date", read["committedDate"], "2022-05-11T22:59:59.000Z")
        listed = await self.isp.ask("GET", f"/manage/v1/charges?orderId={order}", status=200)
        expect("the charge", listed["charges"][0]["state"], "ACCEPTED")
        heard = len(self.told) - self.earlier
        self.page.means(f"COMPLETED on the promised day, after {heard} KCIs, and 2,350.00 to pay for the duct.")


async def whole(play: EthernetPlay, client: Mapping[str, str]) -> None:
    """From the token to COMPLETED, twice."""
    await play.authenticate(client)
    await play.read_price()
    order = await play.place_order()
    play.page.chapter("Keep the customer informed")
    for now, said, kind in SCENES:
        await play.live_through(now, said, kind)
    await play.look_back(order)
    depot = await play.order_depot(await play.ask_prices())
    play.page.chapter("Survey")
    for now, said, kind in UNTIL_ASKED:
        await play.live_through(now, said, kind)
    await play.accept_charge(depot)
    play.page.chapter("Build")
    for now, said, kind in ONCE_ACCEPTED:
        await play.live_through(now, said, kind)
    await play.look_back_at_depot(depot)
