"""What orders, bookings, KCIs and endpoints have to be like after what was asked and told, by `docs/reference` alone.

It is small and slow-witted on purpose: no network, no processes, nothing happens at the same time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from proof.t17_things import UK, Booking, Change, Endpoint, Order, Slot, Told, Update, at, working_day

GAP: Final = timedelta(seconds=60)
OPEN: Final = ("SENT_TO_SUPPLIER", "ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "HELD")
AFTER_THE_END: Final = frozenset({"ADDITIONAL", "UPDATE"})
TABLE: Final = {
    "ACKNOWLEDGED": OPEN[:1],
    "ORDER_REJECTED": OPEN[:1],
    "COMMITTED": OPEN[:2],
    "UPDATE": OPEN,
    "ADDITIONAL": OPEN,
    "WARNING": OPEN,
    "DELAY": ("ACKNOWLEDGED", "IN_PROGRESS", "HELD"),
    "RESUMED": ("HELD",),
    "INFORMATION_REQUIRED": OPEN,
    "REAPPOINT": OPEN,
    "REAPPOINTED": OPEN,
    "AMENDED": OPEN,
    "AMENDMENT_REJECTED": OPEN,
    "CANCELLATION_REJECTED": OPEN,
    "CANCELLED": OPEN,
    "COMPLETED": ("IN_PROGRESS",),
}
_TO: Final = {
    "ACKNOWLEDGED": "ACKNOWLEDGED",
    "ORDER_REJECTED": "REJECTED",
    "COMMITTED": "IN_PROGRESS",
    "DELAY": "HELD",
    "INFORMATION_REQUIRED": "PENDING",
    "REAPPOINT": "PENDING",
}


@dataclass
class Model:
    """All that one machine has made. `feeds` is what was told to each tenant."""

    now: datetime
    bookings: dict[tuple[str, int], Booking] = field(default_factory=dict[tuple[str, int], Booking])
    orders: dict[tuple[str, int], Order] = field(default_factory=dict[tuple[str, int], Order])
    services: dict[str, Order] = field(default_factory=dict[str, Order])
    """Live ones, with the order that brought each."""

    endpoints: dict[str, list[Endpoint]] = field(default_factory=dict[str, list[Endpoint]])
    feeds: dict[str, list[tuple[object, ...]]] = field(default_factory=dict[str, list[tuple[object, ...]]])

    def tell(self, order: Order, reason: str, status: str = "") -> None:
        """The next KCI of an order."""
        there = tuple(one for one in self.endpoints.get(order.tenant, []) if not one.deleted)
        number = len(order.told) + 1
        order.told.append(Told(number, reason, status or order.status, there))
        self.feeds.setdefault(order.tenant, []).append(("KCI", order.id, number, reason, status or order.status))
        for one in there:
            one.owed.append((order.id, number))

    def settle(self) -> None:
        """Everything has arrived where it can."""
        for one in (each for endpoints in self.endpoints.values() for each in endpoints):
            if one.enabled and not one.deleted:
                one.taken = len(one.owed)

    def holder(self, slot: Slot) -> bool:
        holding = {"RESERVED", "PROPOSED", "ATTACHED", "CONFIRMED", "FULFILLED"}
        return any(one.slot == slot and one.state in holding for one in self.bookings.values())

    def book(self, tenant: str, number: int, uprn: str, slot: Slot) -> Booking:
        eve = at(slot.starts.astimezone(UK).date() - timedelta(days=1), 23, 59, 59)
        expires = min(max(eve, self.now + timedelta(minutes=60)), slot.starts)
        made = self.bookings[tenant, number] = Booking(tenant, number, uprn, slot, expires)
        return made

    def may_quote(self, tenant: str, number: int, uprn: str) -> bool:
        found = self.bookings.get((tenant, number))
        return found is not None and found.state == "RESERVED" and found.uprn == uprn

    def is_free(self, service: str, tenant: str) -> bool:
        """Whether the tenant may change or end that service now."""
        open_ones = (one for one in self.orders.values() if one.service == service and not one.ended)
        return service in self.services and self.services[service].tenant == tenant and not any(open_ones)

    def place(self, order: Order, *, numbered_by_us: bool) -> None:
        """It was accepted and handed over."""
        self.orders[order.tenant, order.id] = order
        if order.booking:
            order.booking.state = "ATTACHED"
        if numbered_by_us:
            self.tell(order, "UPDATE")

    def may_amend(self, order: Order) -> bool:
        if order.status not in {"ACKNOWLEDGED", "IN_PROGRESS", "PENDING", "PENDING_AMENDMENT"}:
            return False
        return order.state == "PENDING" or order.deadline is None or self.now < order.deadline

    def may_cancel(self, order: Order) -> bool:
        if order.ended or any(one.cancels for one in order.waiting):
            return False
        free = not order.committed or order.state == "PENDING" or order.begins is None
        return free or (order.begins is not None and self.now < order.begins)

    def ask(self, order: Order, change: Change, *, numbered_by_us: bool) -> None:
        order.changes.append(change)
        if change.booking:
            change.booking.state = "PROPOSED"
        if numbered_by_us:
            self.tell(order, "UPDATE")

    def receive(self, order: Order, update: Update) -> bool:
        """Whether it is taken; what it does is done as soon as it is its turn."""
        if update.number <= order.read or update.number in order.early:
            return False
        if order.ended and update.reason not in AFTER_THE_END:
            return False
        order.early[update.number] = self.now, update
        self._read(order)
        return True

    def _read(self, order: Order) -> None:
        while found := order.early.pop(order.read + 1, None):
            order.read += 1
            self._apply(order, found[1])

    def _apply(self, order: Order, said: Update) -> None:  # noqa: C901, PLR0912 - one row of the table after the other
        reason, before = said.reason, order.state
        if order.ended:
            if reason in AFTER_THE_END:
                self.tell(order, reason)
            return
        wanted = {"AMENDED": False, "AMENDMENT_REJECTED": False, "CANCELLATION_REJECTED": True}.get(reason)
        change = next((one for one in order.waiting if one.id == said.change and one.cancels == wanted), None)
        if before not in TABLE[reason] or (wanted is not None and change is None):
            return
        if reason == "COMMITTED" and before == "SENT_TO_SUPPLIER":
            over = order.status if order.waiting else "ACKNOWLEDGED"
            self.tell(order, "ACKNOWLEDGED", over)
        order.state = self._where(order, said)
        if order.state in {"PENDING", "HELD"} and before != order.state:
            order.back = self._return(order, before)
        if order.state == "PENDING" and reason in {"INFORMATION_REQUIRED", "REAPPOINT"}:
            order.asked_twice = before == "PENDING" or order.asked_twice
            order.asked, order.warned = order.asked or self.now, False
        if order.state != "PENDING":
            order.asked, order.asked_twice = None, False
        if reason == "COMMITTED":
            order.committed = order.target = said.promise
        elif said.moves_to:
            order.target = at(said.moves_to, 23, 59, 59)
        if change:
            self._decide(order, change, taken=reason == "AMENDED")
        self._visit(order, said)
        if order.ended:
            self._end(order, said)
        self.tell(order, reason)

    def _where(self, order: Order, said: Update) -> str:
        if said.reason in _TO:
            return _TO[said.reason]
        if said.reason == "CANCELLED":
            return "FAILED" if said.status == "FAILED" else "CANCELLED"
        if said.reason == "COMPLETED":
            return "PARTIAL" if said.status == "PARTIAL" else "COMPLETED"
        if order.state not in {"PENDING", "HELD"}:
            return order.state
        settles = said.status == order.back or (order.state == "HELD" and said.moves_to is not None)
        goes_back = said.reason in {"RESUMED", "REAPPOINTED"} or (said.reason == "UPDATE" and settles)
        goes_back = goes_back or (said.reason == "AMENDED" and order.state == "PENDING")
        return order.back if goes_back else order.state

    @staticmethod
    def _return(order: Order, before: str) -> str:
        if before == "HELD":
            return "IN_PROGRESS" if order.committed else "ACKNOWLEDGED"
        return before

    @staticmethod
    def _decide(order: Order, change: Change, *, taken: bool) -> None:
        change.status = "COMPLETED" if taken else "REJECTED"
        if change.booking and not taken:
            change.booking.state = "RESERVED"
        if change.booking and taken:
            if order.booking:
                order.booking.state = "REPLACED"
            order.booking = change.booking
            order.booking.state = "CONFIRMED" if order.committed else "ATTACHED"
        if change.day and taken:
            order.day = change.day
            order.target = at(change.day, 23, 59, 59) if order.target else None
        order.dates_known = order.dates_known and not (taken and (change.booking or change.day))

    def _visit(self, order: Order, said: Update) -> None:
        """What becomes of the booking that the order quotes."""
        if said.visit and said.reason == "REAPPOINTED":
            self._reappoint(order, said.visit)
        if order.booking is None:
            return
        to = {"COMMITTED": "CONFIRMED", "REAPPOINT": "RELEASED"}.get(said.reason)
        to = {"REJECTED": "RESERVED", "CANCELLED": "RELEASED", "FAILED": "RELEASED"}.get(order.state, to)
        to = "FULFILLED" if order.state in {"COMPLETED", "PARTIAL"} else to
        if to is None:
            return
        order.booking.state = to
        if to == "RESERVED":
            order.booking.expires = min(order.booking.expires, self.now + timedelta(hours=24))
        if to in {"RELEASED", "RESERVED"}:
            order.booking = None

    def _reappoint(self, order: Order, visit: Slot) -> None:
        if order.booking:
            order.booking.state = "REPLACED"
        state = "CONFIRMED" if order.committed else "ATTACHED"
        order.booking = Booking(order.tenant, -len(self.bookings), order.uprn, visit, visit.starts, state)
        self.bookings[order.tenant, order.booking.id] = order.booking
        order.dates_known = False

    def _end(self, order: Order, said: Update) -> None:
        for one in order.waiting:
            one.status = "COMPLETED" if one.cancels and said.reason == "CANCELLED" else "REJECTED"
            if one.booking:
                one.booking.state = "RESERVED"
        if order.type == "CEASE" and order.state in {"COMPLETED", "PARTIAL"}:
            self.services.pop(order.service, None)

    def walk(self, to: datetime) -> None:
        """Everything that becomes due until then happens at its own time."""
        while dues := [one for one in self._dues() if one[0] <= to]:
            when, _, what = min(dues, key=lambda one: one[:2])
            self.now = max(self.now, when)
            if isinstance(what, Booking):
                what.state = "EXPIRED"
                self.feeds.setdefault(what.tenant, []).append(("APPOINTMENT", what.id, "EXPIRED"))
            elif what.early:
                what.read = min(what.early) - 1
                self._read(what)
            else:
                self._silence(what)
        self.now = to

    def _dues(self) -> Iterator[tuple[datetime, int, Booking | Order]]:
        for place, one in enumerate(self.bookings.values()):
            if one.state == "RESERVED":
                yield one.expires, place, one
        for place, one in enumerate(self.orders.values(), len(self.bookings)):
            if one.early:
                yield min(came for came, _ in one.early.values()) + GAP, place, one
            elif one.asked and not one.ended:
                asked = one.asked.astimezone(UK).date()
                yield at(working_day(asked, 10 if one.warned else 5), 10), place, one

    def unclear(self) -> Iterator[datetime]:
        """Where the documents do not say when a wait ends: as far as the clock may go until it has."""
        for one in self.orders.values():
            if one.asked and not one.ended and (one.asked_twice or one.changes):
                asked = one.asked.astimezone(UK).date()
                yield at(working_day(asked, 10 if one.warned else 5), 9)

    def _silence(self, order: Order) -> None:
        order.read += 1
        order.warned, reason = True, "CANCELLED" if order.warned else "WARNING"
        self._apply(order, Update(order.read, reason))
