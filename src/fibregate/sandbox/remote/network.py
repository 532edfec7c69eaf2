"""The network as a whole: what it does of a call, once somebody has decided that it does it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from fibregate.errors import Unknown
from fibregate.sandbox.remote import ethernet, shapes
from fibregate.sandbox.remote.asking import Asked
from fibregate.sandbox.remote.behaviour import Behaviour, Call
from fibregate.sandbox.remote.changes import Changes
from fibregate.sandbox.remote.course import Course
from fibregate.sandbox.remote.done import Done
from fibregate.sandbox.remote.ethernet import Ethernet
from fibregate.sandbox.remote.memory import Memory
from fibregate.sandbox.remote.model import Change, ChangeKind, Kept, Order
from fibregate.sandbox.remote.orders import Orders
from fibregate.sandbox.remote.visits import Visits

_CHANGES: Final = {Call.AMENDMENT: ChangeKind.AMENDMENT, Call.CANCELLATION: ChangeKind.CANCELLATION}
_KEPT_AS: Final = {
    "service-order-amendments": ChangeKind.AMENDMENT,
    "service-order-cancellations": ChangeKind.CANCELLATION,
}


class Network:
    """Its parts, and the way from an operation to one of them."""

    def __init__(self, memory: Memory, now: Callable[[], datetime], *, places: int, forgets: float) -> None:
        self.memory = memory
        self._now, self._forgets = now, timedelta(seconds=forgets)
        self._visits = Visits(memory, now, places=places)
        self._orders = Orders(memory, now)
        self._ethernet = Ethernet(memory, now)
        self._changes = Changes(memory, self._orders, now)
        self.course = Course(memory, self._orders, self._changes, now)

    def uprn(self, asked: Asked) -> int:
        """Which address a call is about; 0 where that is not known."""
        what = asked.what
        if isinstance(what, shapes.QuoteIn | shapes.EthernetOrderIn):
            return self._ethernet.uprn(what)
        if asked.call is Call.ORDER:
            return self._orders.uprn(asked.tenant, what)
        if asked.call in _CHANGES:
            order = self._changes.order(asked.tenant, what)
            return order.uprn if order else 0
        if what is None:
            thing = self._found(asked)
            return thing.uprn if thing else 0
        return what.address.uprn

    def do(self, asked: Asked, place: Behaviour) -> Done:
        """Do it, as far as it has not been done; raises a `GatewayError`. Nothing else happens in between."""
        ways: dict[Call, Callable[[], Done]] = {
            Call.AVAILABILITY: lambda: self._visits.availability(asked.what),
            Call.SLOTS: lambda: self._visits.slots(asked.what),
            Call.QUOTE: lambda: self._ethernet.quote(asked.tenant, asked.what, asked.body),
            Call.BOOKING: lambda: self._visits.book(asked.tenant, asked.what, asked.body),
            Call.ORDER: lambda: self._order(asked, place),
            Call.AMENDMENT: lambda: self._change(asked, place),
            Call.CANCELLATION: lambda: self._change(asked, place),
            Call.LOOKUP: lambda: self._look_up(asked),
            Call.RELEASE: lambda: self._visits.release(asked.tenant, asked.number),
        }
        return ways[asked.call]()

    def _found(self, asked: Asked) -> Kept | None:
        """What a lookup is about."""
        if asked.about == "appointments":
            return self.memory.booking(asked.tenant, asked.number)
        if asked.about in _KEPT_AS:
            return self.memory.change(_KEPT_AS[asked.about], asked.tenant, asked.number)
        return self.memory.order(asked.tenant, asked.number)

    def concerned(self, done: Done) -> Order | None:
        """The order that has something to be told after this."""
        thing = self.memory.named(done.thing.order) if isinstance(done.thing, Change) else done.thing
        return thing if isinstance(thing, Order) else None

    def _order(self, asked: Asked, place: Behaviour) -> Done:
        known = self._orders.replay(asked.tenant, asked.what, asked.body)
        if known is not None and not place.again:
            return known
        at_once = place.at_once if Call.ORDER in place.on else ""
        parts = self._ethernet if asked.about == ethernet.PATH else self._orders
        return parts.place(
            asked.tenant, asked.what, asked.body, conversation=asked.conversation, at_once=at_once, bend=place.bends
        )

    def _change(self, asked: Asked, place: Behaviour) -> Done:
        kind = _CHANGES[asked.call]
        known = self._changes.replay(kind, asked.tenant, asked.what, asked.body)
        if known is not None:
            return known
        at_once = asked.call in place.on and place.at_once == "COMPLETED"
        return self._changes.ask(kind, asked.tenant, asked.what, asked.body, at_once=at_once, agrees=place.agrees)

    def _look_up(self, asked: Asked) -> Done:
        if asked.about == "appointments":
            return self._visits.read(asked.tenant, asked.number)
        if asked.about in _KEPT_AS:
            return self._changes.read(_KEPT_AS[asked.about], asked.tenant, asked.number)
        return self._orders.read(asked.tenant, asked.number, ethernet=asked.about == ethernet.PATH)

    def must_not_be_found(self, done: Done) -> None:
        """Raises `Unknown` for an order that is too fresh for who looks it up."""
        order = done.thing
        if isinstance(order, Order) and self._now() - order.made_at < self._forgets:
            raise Unknown(f"order {order.id}: there is none of yours")
