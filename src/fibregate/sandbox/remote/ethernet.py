"""Ethernet between sites: what it costs here, and the orders of it. A price is the same wherever the sites are."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from fibregate.calendars import end_of_day, stamp, uk_date
from fibregate.errors import Invalid
from fibregate.sandbox.remote import premises, shapes
from fibregate.sandbox.remote.done import Done, as_json
from fibregate.sandbox.remote.memory import Memory
from fibregate.sandbox.remote.model import RECEIVED, Json, Order, Quote, Shape, Step
from fibregate.sandbox.remote.orders import COURSES, SAID_AT_ONCE, Bend, placed

PATH: Final = "ethernet/service-orders"
PRODUCT: Final = {"id": "ethernet-epl", "name": "Ethernet private line"}
ONCE, MONTHLY = Decimal("400.00"), Decimal("210.00")
"""For each service."""

HOLDS: Final = timedelta(days=30)
LEAD_DAYS: Final = 10
_BUILT_IN: Final = timedelta(days=14)

Asked = shapes.QuoteIn | shapes.EthernetOrderIn


class Ethernet:
    """The part of the network that joins sites."""

    def __init__(self, memory: Memory, now: Callable[[], datetime]) -> None:
        self._memory, self._now = memory, now

    def uprn(self, asked: Asked) -> int:
        """Of the first A-END, else of the first site; 0 where that is not known by one."""
        sites = asked.sites if isinstance(asked, shapes.QuoteIn) else asked.site_information
        return next((one for one in sites if one.role == "A-END"), sites[0]).address.uprn

    def quote(self, tenant: str, asked: shapes.QuoteIn, body: Json) -> Done:
        """The price, or why there is none; the same whenever the number comes again. Raises `Invalid`."""
        known = self._memory.quote(tenant, asked.id)
        if known is not None:
            if known.body != body:
                raise Invalid(f"id: {asked.id} was used for another quote; take a new one")
            return Done("replayed", as_json(201, known.answer), known)
        others = [one.service_specification.id for one in asked.service]
        if set(others) != {PRODUCT["id"]}:
            raise Invalid(f"service: accepted as serviceSpecification.id is {PRODUCT['id']}")
        made = Quote(
            tenant=tenant,
            id=asked.id,
            reference=self._memory.reference("Q"),
            uprn=self.uprn(asked),
            body=body,
            holds_until=self._now() + HOLDS,
        )
        made.answer = self._answer(made, asked)
        self._memory.keep(made)
        return Done("performed", as_json(201, made.answer), made)

    def _answer(self, made: Quote, asked: shapes.QuoteIn) -> Json:
        answer = {**made.body, "id": str(uuid5(NAMESPACE_URL, made.reference)), "created": stamp(self._now())}
        unknown = [one for one in asked.sites if not (one.address.uprn and premises.is_known(one.address.uprn))]
        if unknown:
            reasons = [
                {"code": "ADDRESS_NOT_KNOWN", "text": f"{one.role} {one.name}: this network does not know the address"}
                for one in unknown
            ]
            return {**answer, "status": "REJECTED", "reasons": reasons}
        count, months = len(asked.service), asked.contract_details.contract_length.value
        return {
            **answer,
            "status": "QUOTED",
            "supplierQuoteId": made.reference,
            "level": "FIRM",
            "currency": "GBP",
            "oneOffCharges": [{"name": "Connection", "amount": str(ONCE)}] * count,
            "oneOffTotal": str(ONCE * count),
            "recurringCharges": [{"name": "Rental", "amount": str(MONTHLY), "frequency": "MONTHLY"}] * count,
            "monthlyTotal": str(MONTHLY * count),
            "contractTotal": str((ONCE + months * MONTHLY) * count),
            "leadTimeWorkingDays": LEAD_DAYS,
            "validUntil": stamp(made.holds_until),
        }

    def place(
        self, tenant: str, asked: shapes.EthernetOrderIn, body: Json, *, conversation: str, at_once: str, bend: Bend
    ) -> Done:
        """As orders of lines are; a price is ordered once, but for a number that is done again."""
        twin = self._memory.order(tenant, asked.id) is not None
        quote = self._quote(tenant, asked)
        faults = list(self._faults(tenant, asked, quote, again=twin))
        if faults or quote is None:
            raise Invalid(faults)
        made = Order(
            shape=Shape.ETHERNET,
            tenant=tenant,
            id=asked.id,
            reference=self._memory.reference(),
            uprn=self.uprn(asked),
            body=body,
            conversation=conversation,
            made_at=self._now(),
            status=at_once or RECEIVED,
            at_once=at_once,
            twin=twin,
            course=bend([Step(one) for one in COURSES[Shape.ETHERNET]][SAID_AT_ONCE[at_once] :]),
        )
        made.committed_at = made.target_at = end_of_day(uk_date(self._now() + _BUILT_IN))
        quote.order = made.reference
        self._memory.keep(quote)
        self._memory.keep(made)
        return Done("performed", placed(made), made)

    def _quote(self, tenant: str, asked: shapes.EthernetOrderIn) -> Quote | None:
        found = self._memory.named(asked.supplier_quote_id)
        return found if isinstance(found, Quote) and found.tenant == tenant else None

    def _faults(self, tenant: str, asked: shapes.EthernetOrderIn, quote: Quote | None, *, again: bool) -> Iterator[str]:
        if asked.tenant != tenant:
            yield f"tenant: {asked.tenant!r} is not that of the header"
        if quote is None or quote.answer["status"] != "QUOTED":
            yield "supplierQuoteId: there is no such price of yours; quote first"
            return
        if quote.order and not again:
            yield "supplierQuoteId: was ordered already; quote again"
        if quote.holds_until < self._now():
            yield "supplierQuoteId: its price holds no more; quote again"
        if len(asked.site_information) != len(quote.body["sites"]):
            yield "siteInformation: others than were quoted"
        if len(asked.ethernet_order_items) != len(quote.body["service"]):
            yield "ethernetOrderItems: others than were quoted"


def with_facts(entity: Json, order: Order) -> None:
    """What the network gave each service and each site, among the characteristics that were asked for."""
    number = int(order.reference.rpartition("-")[2])
    entity["siteInformation"] = [
        _having(one, "siteCharacteristics", {"SERVICE_VLAN_ID": f"{100 + number % 3900}.{2 + place}"})
        for place, one in enumerate(entity["siteInformation"])
    ]
    entity["ethernetOrderItems"] = [
        {**one, "service": _having(one["service"], "serviceCharacteristic", _circuit(order, place))}
        for place, one in enumerate(entity["ethernetOrderItems"])
    ]


def _circuit(order: Order, place: int) -> dict[str, str]:
    return {"SERVICE_ID": f"{order.service_id}{place + 1}", "CIRCUIT_REFERENCE": f"{order.reference}-C{place + 1}"}


def _having(part: Json, member: str, given: dict[str, str]) -> Json:
    facts = [{"name": name, "value": value} for name, value in given.items()]
    return {**part, member: [*(part.get(member) or ()), *facts]}
