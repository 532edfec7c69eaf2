"""What their network says to T17's machines, and how the clock goes on."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from proof import t17_compare as compare
from proof.t17_asking import Asking, Chance
from proof.t17_ground import SUPPLIER
from proof.t17_model import TABLE
from proof.t17_things import ENDED, LAST_DAY, UK, Order, Update, at
from proof.t17_world import HIGH, first_working_hour, update

REASONS: Final = sorted(TABLE)
STATUSES: Final = ("", "", "IN_PROGRESS", "ACKNOWLEDGED", "FAILED", "PARTIAL")
SPANS: Final = [timedelta(hours=hours) for hours in (1,) * 18 + (7,) * 8 + (24,) * 4 + (384,)]
USUAL: Final = {
    "SENT_TO_SUPPLIER": ("ACKNOWLEDGED", "COMMITTED", "ACKNOWLEDGED", "REAPPOINT"),
    "ACKNOWLEDGED": ("COMMITTED", "DELAY", "COMMITTED", "INFORMATION_REQUIRED"),
    "IN_PROGRESS": ("COMPLETED", "DELAY", "REAPPOINT", "COMPLETED", "INFORMATION_REQUIRED"),
    "PENDING": ("UPDATE", "REAPPOINTED", "UPDATE", "CANCELLED"),
    "HELD": ("RESUMED", "UPDATE", "REAPPOINT", "REAPPOINTED"),
}
"""Of an order in that state."""

DECISIONS: Final = {True: ("CANCELLED", "CANCELLATION_REJECTED"), False: ("AMENDED", "AMENDMENT_REJECTED", "AMENDED")}
NOBODYS: Final = 77_777
"""A number that no change has."""

LONGEST: Final = timedelta(days=27)


class Network(Asking):
    """The steps of the network and of time."""

    def tell(self, chance: Chance) -> None:
        if not self.model.orders:
            return
        reason, status = REASONS[chance.number % len(REASONS)], STATUSES[chance.which % len(STATUSES)]
        ahead = {1: 0, 2: 2, 3: 3}.get(chance.luck % 13, 1)
        self.settle()
        order = self.order(chance.pick)
        number = order.read + ahead
        if number < 1:
            return
        said = self.shape(order, reason, number, status, chance.which)
        if said is not None:
            self.say(order, said)

    def go_on(self, chance: Chance) -> None:
        """What a network would say next: so orders come further than chance would take them."""
        if not any(not one.ended for one in self.model.orders.values()):
            return
        self.settle()
        open_ones = [one for one in self.model.orders.values() if not one.ended]
        order = open_ones[-1 - chance.pick % len(open_ones)]
        usual = USUAL[order.state]
        if order.waiting and chance.which % 2:
            usual = DECISIONS[order.waiting[-1].cancels]
        said = self.shape(
            order,
            usual[chance.which % len(usual)],
            order.read + 1,
            order.back if chance.which % 5 else "",
            chance.which,
        )
        if said is not None:
            self.say(order, said)

    def shape(self, order: Order, reason: str, number: int, status: str, which: int) -> Update | None:
        """What such an update has to bring; None where there is nothing to bring."""
        fixed = {"ACKNOWLEDGED": "ACKNOWLEDGED", "COMMITTED": "IN_PROGRESS"}
        status = fixed.get(reason, status if reason in {"UPDATE", "CANCELLED", "COMPLETED"} else "")
        if reason == "COMMITTED":
            ends = order.booking.slot.ends if order.booking else None
            promise = ends or at(order.day or self.model.now.date() + timedelta(days=5), 23, 59, 59)
            return Update(number, reason, status, promise=promise)
        if reason == "UPDATE" and which % 3 == 0 and not order.visited:
            later = (order.target or self.model.now).astimezone(UK).date() + timedelta(days=1 + which % 3)
            return Update(number, reason, moves_to=later)
        if reason in {"AMENDED", "AMENDMENT_REJECTED", "CANCELLATION_REJECTED"}:
            found = [one for one in order.changes if one.cancels == (reason == "CANCELLATION_REJECTED")]
            return Update(number, reason, change=found[-1 - which % len(found)].id if found else NOBODYS)
        if reason == "REAPPOINTED":
            there = [one for one in self.free if one.starts > self.model.now and not self.model.holder(one)]
            if not order.visited or not there:
                return None
            return Update(number, reason, visit=there[which % min(len(there), 8)])
        return Update(number, reason, status)

    def say(self, order: Order, said: Update) -> None:
        identity = str(UUID(int=HIGH * self.world.done["machines"] + len(self.said), version=4))
        before = order.state
        self.step(f"the network tells order {order.id} of {order.tenant} ({order.status}): {brief(said)}")
        self.world.walked[before, order.status, said.reason] += 1
        got = self.ask(SUPPLIER, "POST", "/v1/kcis", update(identity, order.tenant, order.id, order.type, said))
        self.expect(got, 204 if self.model.receive(order, said) else 422)
        if got.status == 204:
            self.said.append((order, identity, said))
        self.settle()
        self.model.settle()
        self.check(order)
        if order.state in {"COMPLETED", "PARTIAL"} and before not in ENDED and order.type == "NEW":
            self.find_service(order)

    def find_service(self, order: Order) -> None:
        found = self.ask(order.tenant, "GET", f"/manage/v1/services?uprn={order.uprn}").body["services"]
        mine = [one for one in found if one.get("orderId") == order.id]
        if len(mine) != 1 or mine[0]["state"] != "ACTIVE":
            self.wrong(compare.ORDER, f"order {order.id} brought {mine}")
        self.model.services[mine[0]["serviceId"]] = order

    def repeat(self, chance: Chance) -> None:
        if not self.said:
            return
        order, identity, said = self.said[-1 - chance.pick % len(self.said)]
        self.step(f"the network repeats update {said.number} of order {order.id}")
        body = update(identity, order.tenant, order.id, order.type, said)
        self.expect(self.ask(SUPPLIER, "POST", "/v1/kcis", body), 204)
        self.check(order)

    # The clock

    def walk(self, chance: Chance) -> None:
        span = SPANS[chance.luck % len(SPANS)]
        self.settle()
        target = min(first_working_hour(self.model.now, span), self.began + LONGEST, *self.model.unclear())
        if target <= self.model.now or target.date() >= LAST_DAY:
            return
        self._walk(now=target.isoformat(timespec="milliseconds"))

    def wait_for_the_missing(self, _: Chance) -> None:
        if not any(one.early for one in self.model.orders.values()):
            return
        self.settle()
        if self.model.now.minute < 50:
            self._walk(advance="PT61S")

    def _walk(self, **to: str) -> None:
        now = self.world.clock(**to)
        self.step(f"the clock goes on to {now:%a %d %b %H:%M:%S}")
        self.model.walk(now)
        self.model.settle()
        for order in self.model.orders.values():
            if not order.ended:
                self.check(order)


def brief(said: Update) -> str:
    more = [said.status, said.moves_to and f"to {said.moves_to}", said.change and f"of {said.change}"]
    more.append(f"visit {said.visit.starts:%a %d %b %H:%M}" if said.visit else "")
    return " ".join([f"{said.number} {said.reason}", *(str(one) for one in more if one)])
