"""The calls themselves, as `calls.Network` has them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeVar

from fibregate.suppliers.answers import (
    Absent,
    Acknowledged,
    Applied,
    Availability,
    Booked,
    Extension,
    OrderStands,
    Refused,
    Released,
    RequestStands,
    SlotGone,
    Slots,
    Taken,
)
from fibregate.suppliers.ethernet import EthernetAsked
from fibregate.suppliers.health import Health
from fibregate.suppliers.http import asking, ethernet, faults, quoting, reading
from fibregate.suppliers.http.access import Accesses
from fibregate.suppliers.http.exchange import Call, Exchange
from fibregate.suppliers.http.faults import Reply
from fibregate.suppliers.http.model import Account
from fibregate.suppliers.questions import (
    AmendmentAsked,
    AvailabilityAsked,
    BookingAsked,
    CancellationAsked,
    Identifier,
    OrderAsked,
    SlotsAsked,
    Trace,
)
from fibregate.suppliers.quoting import NotQuoted, QuoteAsked, Quoted

T = TypeVar("T")

PROBE: Final = AvailabilityAsked(address=Identifier("1"))
"""Costs nothing: no list has it."""
_DONE: Final = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})


class HttpNetwork:
    """One account at one supplier; cheap to make. `health` is the supplier's, `accesses` the process's."""

    def __init__(self, account: Account, accesses: Accesses, health: Health) -> None:
        self.account = account
        self._exchange = Exchange(account, accesses, health)

    async def availability(self, asked: AvailabilityAsked, trace: Trace) -> Availability | Refused:
        query = asking.availability(asked)
        call = Call(method="GET", path="service-availability", trace=trace, query=query, shares=True)
        return await self._exchange.ask(call, _or_refused(lambda reply: reading.availability(reply, asked)))

    async def slots(self, asked: SlotsAsked, trace: Trace) -> Slots | Refused:
        query = asking.slots(asked)
        call = Call(method="GET", path="available-appointments", trace=trace, query=query, shares=True)
        return await self._exchange.ask(call, _or_refused(lambda reply: reading.slots(reply, asked)))

    async def quote(self, number: int, asked: QuoteAsked, trace: Trace) -> Quoted | NotQuoted | Refused:
        call = Call(method="POST", path="quote", trace=trace, body=quoting.question(number, asked))
        return await self._exchange.ask(call, _or_refused(lambda reply: quoting.answered(reply, asked)))

    async def book(self, asked: BookingAsked, trace: Trace) -> Booked | SlotGone | Refused:
        booked = _or_refused(lambda reply: reading.booked(reply, asked.id, asked))

        def read(reply: Reply) -> Booked | SlotGone | Refused:
            return reading.slot_gone(reply) if reply.status == HTTPStatus.CONFLICT else booked(reply)

        call = Call(method="POST", path="appointments", trace=trace, body=asking.booking(asked))
        return await self._exchange.ask(call, read)

    async def release(self, booking_id: int, trace: Trace) -> Released | Absent | Refused:
        self._needs(Extension.RELEASE_APPOINTMENT, "releasing a booking")
        call = Call(method="DELETE", path=f"appointments/{booking_id}", trace=trace)
        return await self._exchange.ask(call, _released)

    async def read_appointment(self, booking_id: int, trace: Trace) -> Booked | Absent:
        self._needs(Extension.READ_APPOINTMENT, "reading a booking")
        call = Call(method="GET", path=f"appointments/{booking_id}", trace=trace)
        return await self._exchange.ask(call, _or_absent(lambda reply: reading.booked(reply, booking_id)))

    async def order(self, asked: OrderAsked, trace: Trace) -> Taken | Acknowledged | Refused:
        body = asking.order(asked, self.account.tenant)
        return await self._order(Call(method="POST", path="service-orders", trace=trace, body=body), asked.id)

    async def read_order(self, order_id: int, trace: Trace) -> OrderStands | Absent:
        self._needs(Extension.READ_ORDER, "reading an order")
        return await self._read_order("service-orders", order_id, trace)

    async def order_ethernet(self, asked: EthernetAsked, trace: Trace) -> Taken | Acknowledged | Refused:
        body = ethernet.order(asked, self.account.tenant)
        return await self._order(Call(method="POST", path=ethernet.PATH, trace=trace, body=body), asked.id)

    async def read_ethernet_order(self, order_id: int, trace: Trace) -> OrderStands | Absent:
        self._needs(Extension.READ_ETHERNET_ORDER, "reading an order for Ethernet")
        return await self._read_order(ethernet.PATH, order_id, trace)

    async def _order(self, call: Call, number: int) -> Taken | Acknowledged | Refused:
        acknowledged = _or_refused(lambda reply: reading.acknowledged(reply, number, self.account.tenant))

        def read(reply: Reply) -> Taken | Acknowledged | Refused:
            return reading.taken(reply, number) if reply.status == HTTPStatus.ACCEPTED else acknowledged(reply)

        return await self._exchange.ask(call, read)

    async def _read_order(self, path: str, number: int, trace: Trace) -> OrderStands | Absent:
        call = Call(method="GET", path=f"{path}/{number}", trace=trace)
        read = _or_absent(lambda reply: reading.order_stands(reply, number, self.account.tenant))
        return await self._exchange.ask(call, read)

    async def amend(self, asked: AmendmentAsked, trace: Trace) -> Taken | Applied | Refused:
        call = Call(method="POST", path="service-order-amendments", trace=trace, body=asking.amendment(asked))
        return await self._exchange.ask(call, _request(asked.id))

    async def read_amendment(self, amendment_id: int, trace: Trace) -> RequestStands | Absent:
        self._needs(Extension.READ_AMENDMENT, "reading an amendment")
        call = Call(method="GET", path=f"service-order-amendments/{amendment_id}", trace=trace)
        return await self._exchange.ask(call, _or_absent(lambda reply: reading.request_stands(reply, amendment_id)))

    async def cancel(self, asked: CancellationAsked, trace: Trace) -> Taken | Applied | Refused:
        call = Call(method="POST", path="service-order-cancellations", trace=trace, body=asking.cancellation(asked))
        return await self._exchange.ask(call, _request(asked.id))

    async def read_cancellation(self, cancellation_id: int, trace: Trace) -> RequestStands | Absent:
        self._needs(Extension.READ_CANCELLATION, "reading a cancellation")
        call = Call(method="GET", path=f"service-order-cancellations/{cancellation_id}", trace=trace)
        return await self._exchange.ask(call, _or_absent(lambda reply: reading.request_stands(reply, cancellation_id)))

    async def probe(self, trace: Trace) -> None:
        await self.availability(PROBE, trace)

    def _needs(self, extension: Extension, what: str) -> None:
        if extension not in self.account.extensions:
            raise faults.not_offered(self.account.name, what)


def _or_refused(read: Callable[[Reply], T]) -> Callable[[Reply], T | Refused]:
    """For calls that are done at once, or refused."""

    def judged(reply: Reply) -> T | Refused:
        if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return reply.refused()
        if reply.status not in _DONE:
            raise reply.failed()
        return read(reply)

    return judged


def _or_absent(read: Callable[[Reply], T]) -> Callable[[Reply], T | Absent]:
    """For look-ups."""

    def judged(reply: Reply) -> T | Absent:
        if reply.is_absent():
            return Absent()
        if reply.status != HTTPStatus.OK:
            raise reply.failed()
        return read(reply)

    return judged


def _request(number: int) -> Callable[[Reply], Taken | Applied | Refused]:
    applied = _or_refused(lambda reply: reading.applied(reply, number))

    def judged(reply: Reply) -> Taken | Applied | Refused:
        return reading.request_taken(reply, number) if reply.status == HTTPStatus.ACCEPTED else applied(reply)

    return judged


def _released(reply: Reply) -> Released | Absent | Refused:
    match reply.status:
        case HTTPStatus.OK | HTTPStatus.NO_CONTENT:
            return Released()
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            return reply.refused()
        case _ if reply.is_absent():
            return Absent()
        case _:
            raise reply.failed()
