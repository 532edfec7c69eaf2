"""The calls that every network takes, whatever it speaks; `http` is one that has them all.

Each raises `failures.SupplierFailed` where no answer can be used, and none touches the database: write down what is
intended, call, write down what came. What is read back is an extension: `Absent` only from a network that has it.
"""

from typing import Protocol

from fibregate.suppliers.answers import (
    Absent,
    Acknowledged,
    Applied,
    Availability,
    Booked,
    OrderStands,
    Refused,
    Released,
    RequestStands,
    SlotGone,
    Slots,
    Taken,
)
from fibregate.suppliers.ethernet import EthernetAsked
from fibregate.suppliers.questions import (
    AmendmentAsked,
    AvailabilityAsked,
    BookingAsked,
    CancellationAsked,
    OrderAsked,
    SlotsAsked,
    Trace,
)
from fibregate.suppliers.quoting import NotQuoted, QuoteAsked, Quoted


class Network(Protocol):
    """A network as the rest of the gateway calls it."""

    async def availability(self, asked: AvailabilityAsked, trace: Trace) -> Availability | Refused:
        """What can be had at an address."""
        ...

    async def slots(self, asked: SlotsAsked, trace: Trace) -> Slots | Refused:
        """When somebody can come."""
        ...

    async def quote(self, number: int, asked: QuoteAsked, trace: Trace) -> Quoted | NotQuoted | Refused:
        """What it would cost, asked under our number; a lost answer is not looked up: a quote costs nothing."""
        ...

    async def book(self, asked: BookingAsked, trace: Trace) -> Booked | SlotGone | Refused:
        """Hold a visit under our id."""
        ...

    async def release(self, booking_id: int, trace: Trace) -> Released | Absent | Refused:
        """Give a visit back; said twice it is done once."""
        ...

    async def read_appointment(self, booking_id: int, trace: Trace) -> Booked | Absent:
        """What became of a booking."""
        ...

    async def order(self, asked: OrderAsked, trace: Trace) -> Taken | Acknowledged | Refused:
        """Provide, modify or cease, under our id."""
        ...

    async def read_order(self, order_id: int, trace: Trace) -> OrderStands | Absent:
        """How an order stands, or that it was never placed."""
        ...

    async def order_ethernet(self, asked: EthernetAsked, trace: Trace) -> Taken | Acknowledged | Refused:
        """All services of one price, under our id; only where it quotes."""
        ...

    async def read_ethernet_order(self, order_id: int, trace: Trace) -> OrderStands | Absent:
        """As `read_order`, of an order for Ethernet."""
        ...

    async def amend(self, asked: AmendmentAsked, trace: Trace) -> Taken | Applied | Refused:
        """Change an open order, under an id of the amendment's own."""
        ...

    async def read_amendment(self, amendment_id: int, trace: Trace) -> RequestStands | Absent:
        """What became of an amendment."""
        ...

    async def cancel(self, asked: CancellationAsked, trace: Trace) -> Taken | Applied | Refused:
        """End an open order, under an id of the cancellation's own."""
        ...

    async def read_cancellation(self, cancellation_id: int, trace: Trace) -> RequestStands | Absent:
        """What became of a cancellation."""
        ...

    async def probe(self, trace: Trace) -> None:
        """Ask something that costs nothing; returns where the network is well and knows us."""
        ...
