"""The documents' printed order for Ethernet, from its price to COMPLETED, in January 2022. Raises `Differs`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from fibregate.cli.demo import documents
from fibregate.cli.demo.caller import Caller
from fibregate.cli.demo.page import Page
from fibregate.cli.demo.play import PATIENCE_SECONDS, expect
from fibregate.cli.demo.receiver import Receiver
from fibregate.cli.demo.stage import Differs

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


@dataclass(slots=True)
class EthernetPlay:
    """One ISP, its receiver and its gateway."""

    page: Page
    receiver: Receiver
    isp: Caller
    told: list[str] = field(default_factory=list[str])

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
        await self._hear(1, "UPDATE")
        self.page.means("Each price is ordered once: the same order again would be refused, and name this one.")
        return made["id"]

    async def live_through(self, now: str, said: str, kind: str) -> None:
        """Move the clock; the ISP must hear exactly one KCI, of this kind."""
        self.page.note(said)
        await self.isp.set_clock(now)
        self.page.clock(now)
        await self._hear(len(self.told) + 1, kind)

    async def _hear(self, number: int, kind: str) -> None:
        if not await self.receiver.until(number, PATIENCE_SECONDS):
            raise Differs(f"KCI {number}, {kind}, did not arrive within {PATIENCE_SECONDS:.0f} s")
        if self.receiver.refused:
            raise Differs(f"a KCI was not to be trusted: {self.receiver.refused[0]}")
        body = cast("dict[str, Any]", self.receiver.kcis[number - 1].body)
        self.told.append(kind)
        self.page.told(number, body)
        expect(f"the type of KCI {number}", body["information"]["type"], kind)
        expect(f"the number of KCI {number}", body["sequenceNumber"], number)
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


async def whole(play: EthernetPlay, client: Mapping[str, str]) -> None:
    """From the token to COMPLETED."""
    await play.authenticate(client)
    await play.read_price()
    order = await play.place_order()
    play.page.chapter("Keep the customer informed")
    for now, said, kind in SCENES:
        await play.live_through(now, said, kind)
    await play.look_back(order)
