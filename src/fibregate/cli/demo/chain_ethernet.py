"""Ethernet through two gateways in a row: priced by B's network, ordered at A. Raises `Differs`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fibregate.cli.demo import documents
from fibregate.cli.demo.chain import SUPPLIER, ChainPlay
from fibregate.cli.demo.play import expect

_ORDERS: Final = "ethernet/service-orders"
_ABLE: Final = (
    *("--capability", "QUOTES", "--capability", "ETHERNET_ORDERS"),
    *("--extension", "READ_ETHERNET_ORDER"),
)
_CONTACT: Final = {"name": "Asha Patel", "phoneNumber": "01632 960001"}
_CONTRACT: Final = {"contractLength": {"value": 36, "unit": "MONTH"}, "billingFrequency": "MONTHLY"}
_SERVICE: Final = {
    "serviceSpecification": {"id": "ethernet-epl"},
    "serviceCharacteristic": [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}],
}
_ENDS: Final = (
    ("Head office", "A-END", "999900002001", "FB1 3AA"),
    ("Data hall", "B-END", "999900002900", "FB1 9ZZ"),
)

SCENES: Final[Sequence[tuple[str, str, str]]] = (
    ("2025-07-01T09:10:00Z", "An hour later the network behind B takes the order", "ACKNOWLEDGED"),
    ("2025-07-03T11:10:00Z", "Its planner promises a date", "COMMITTED"),
    ("2025-07-09T09:00:00Z", "The fibre is spliced", "UPDATE"),
    ("2025-07-17T09:00:00Z", "The equipment is fitted at both ends", "UPDATE"),
    ("2025-07-22T10:10:00Z", "The promised day; what the ISP must know", "ADDITIONAL"),
    ("2025-07-22T11:10:00Z", "And the circuit is handed over", "COMPLETED"),
)
"""Where both clocks go, what for, and what the ISP must hear then."""


class EthernetChainPlay(ChainPlay):
    """The same wires; what goes over them is about two sites."""

    async def introduce(self) -> None:
        """B sells Ethernet, and A is told so."""
        await super().introduce()
        await self._typed("supplier", "set", SUPPLIER, *_ABLE)

    async def ask_price(self) -> str:
        self.page.chapter("What does Ethernet between the two sites cost?")
        item = {
            "id": 1,
            "supplier": SUPPLIER,
            "sites": [_site(*one) for one in _ENDS],
            "contractDetails": _CONTRACT,
            "service": [_SERVICE],
        }
        asked = {"externalIdentifier": "HEAD-OFFICE", "quoteItems": [item]}
        (told,) = (await self.isp.ask("POST", "/v1/quote", asked, status=201))["quoteItems"]
        self._between()
        expect("the status of the price", told["status"], "QUOTED")
        self.page.means(f"{told['monthlyTotal']} a month: B's price, to the penny, under B's number for it.")
        return str(told["supplierQuoteId"])

    async def order_it(self, priced: str) -> int:
        self.page.chapter("Order it")
        body = {
            "supplier": SUPPLIER,
            "supplierQuoteId": priced,
            "siteInformation": [{**_site(*one), "primaryContact": _CONTACT} for one in _ENDS],
            "ethernetOrderItems": [{"service": _SERVICE, "contractDetails": _CONTRACT}],
        }
        made = await self.isp.ask("POST", f"/v1/{_ORDERS}", body, status=201)
        expect("the status", made["status"], "RECEIVED_BY_GATEWAY")
        await self._arrived(1)
        self._between()
        self._tell(1, "UPDATE")
        return int(made["id"])

    async def look_back(self, order: int) -> None:
        self.page.chapter("Look at the order once more, at both gateways")
        here = await self.isp.ask("GET", f"/v1/{_ORDERS}/{order}", status=200)
        there = await self.operator.ask("GET", f"{documents.BASE}/{_ORDERS}/{self.number_there}", status=200)
        for who, read in (("A", here), ("B", there)):
            expect(f"the status at {who}", read["status"], "COMPLETED")
        expect("what the sites were given", _given(here), _given(there))
        expect("the numbers of its updates", [one["sequenceNumber"] for one in here["updates"]], [*range(1, 8)])
        self.page.means(f"COMPLETED at both, after {len(self.told)} KCIs in order, each with a verified signature.")


def _site(name: str, role: str, uprn: str, postcode: str) -> dict[str, Any]:
    return {"name": name, "role": role, "postcode": postcode, "address": {"id": uprn, "type": "UPRN"}}


def _given(order: Mapping[str, Any]) -> list[Any]:
    return [one["siteCharacteristics"] for one in order["siteInformation"]]


async def whole(play: EthernetChainPlay) -> None:
    """From two gateways that have never met to a circuit."""
    await play.introduce()
    await play.authenticate()
    order = await play.order_it(await play.ask_price())
    play.page.chapter("Keep the customer informed, through two gateways")
    play.page.note("Each update between the gateways brings the whole order; shown is what is new in it.")
    for now, said, kind in SCENES:
        await play.live_through(now, said, kind)
    await play.look_back(order)
