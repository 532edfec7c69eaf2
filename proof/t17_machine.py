"""T17's machine: what a tenant, its rival, their network and the clock may do, each step compared with the model."""

import re
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import rule

from proof import t17_compare as compare
from proof.t17_asking import AMENDMENTS, CANCELLATIONS, ORDERS, Chance
from proof.t17_client import WHOLESALE, Unanswered
from proof.t17_compare import ANSWER, BOOKING
from proof.t17_ground import LEAD_DAYS, TENANTS
from proof.t17_hearing import Hearing
from proof.t17_things import UK, Change, Order, Slot, Update, working_day
from proof.t17_world import booking, by_service, door, listed, new_order

ABSENT: Final = 77_777
WEIGHTS: Final = {
    "order_without_visit": 4,
    "go_on": 9,
    "tell": 9,
    "book": 4,
    "order_with_visit": 4,
    "amend": 6,
    "cancel": 3,
    "order_for_service": 4,
    "again": 4,
    "repeat": 1,
    "look": 1,
    "read_order": 1,
    "read_booking": 2,
    "read_change": 1,
    "release": 2,
    "strange": 2,
    "read_feed": 1,
    "add_endpoint": 1,
    "change_endpoint": 2,
    "walk": 3,
    "wait_for_the_missing": 1,
}
STEPS: Final = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
PICK: Final = st.integers(0, 30)


class Machine(Hearing):
    """One run of a few dozen steps."""

    @rule(
        what=st.sampled_from(STEPS),
        who=st.sampled_from(TENANTS),
        tenant_door=st.booleans(),
        pick=PICK,
        number=PICK,
        which=PICK,
        luck=PICK,
    )
    def act(self, what: str, **chance: Any) -> None:
        """One step, where it can be done; a rule of its own for each would leave out half of them in every run."""
        try:
            getattr(self, what)(Chance(**chance))
        except (KeyError, IndexError, TypeError, Unanswered) as error:
            self.wrong(ANSWER, f"an answer that cannot be read: {error!r}")

    # Visits

    def look(self, chance: Chance) -> None:
        who, tenant_door = chance.who, chance.tenant_door
        self.step(f"{who} looks for visits")
        got = self._slots(who, tenant_door=tenant_door)
        first = working_day(self.model.now.astimezone(UK).date(), LEAD_DAYS)
        last = first + timedelta(days=27)
        there = [one for one in self.free if first <= one.starts.astimezone(UK).date() <= last]
        expected = {one for one in there if not self.model.holder(one)}
        found = set(got) & set(self.free)
        if found != expected:
            missing, strange = sorted(map(str, expected - found)), sorted(map(str, found - expected))
            self.wrong(BOOKING, f"visits that should be free: {missing}; that should not: {strange}")

    def _slots(self, who: str, *, tenant_door: bool) -> list[Slot]:
        self.settle()
        got = self.world.slots(who, self.world.uprn(visited=True), by_tenant_door=tenant_door)
        self.expect(got, 200)
        return listed(got.body)

    def book(self, chance: Chance) -> None:
        who, tenant_door, wrongly = chance.who, chance.tenant_door, (0, 1, 2, 0, 0, 0, 0, 0, 0)[chance.luck % 9]
        self.settle()
        first = working_day(self.model.now.astimezone(UK).date(), LEAD_DAYS)
        there = [one for one in self.free if one.starts.astimezone(UK).date() >= first]
        if not there:
            return
        slot = there[chance.pick % min(len(there), 4)]
        if wrongly:
            apart = timedelta(hours=1) if wrongly == 1 else timedelta(days=-28)
            slot = Slot(slot.starts + apart, slot.ends + apart)
        uprn = self.world.uprn(visited=True)
        self.step(f"{who} books {slot.starts:%a %d %b %H:%M} at {uprn}{' (tenant door)' * tenant_door}")
        taken = self.model.holder(slot)
        ok = not wrongly and not taken
        made = self.post(who, "appointments", booking(uprn, slot), chance.number, by_tenant_door=tenant_door, ok=ok)
        if not made:
            if taken and not wrongly and not tenant_door and not self.story[-1].endswith("409"):
                self.wrong(ANSWER, "a timeslot that is full is 409")
            return
        booked = self.model.book(who, made, uprn, slot)
        for text in compare.booking(booked, self.past[-1].answer.body):
            self.wrong(BOOKING, text)

    def read_booking(self, chance: Chance) -> None:
        if not self.bookings:
            return
        self.step("a booking is read")
        self.settle()
        one = self.bookings[chance.pick % len(self.bookings)]
        got = self.ask(one.tenant, "GET", f"{WHOLESALE}appointments/{one.id}")
        self.expect(got, 200)
        for text in compare.booking(one, got.body, state=one.state):
            self.wrong(BOOKING, f"booking {one.id} of {one.tenant}: {text}")

    def release(self, chance: Chance) -> None:
        if not self.bookings:
            return
        self.settle()
        one = self.bookings[chance.pick % len(self.bookings)]
        self.step(f"{one.tenant} gives booking {one.id} ({one.state}) back")
        if one.state in {"FULFILLED", "REPLACED", "EXPIRED"}:
            return
        ok = one.state in {"RESERVED", "RELEASED"}
        if self.expect(self.ask(one.tenant, "DELETE", f"{WHOLESALE}appointments/{one.id}"), 204 if ok else 422):
            one.state = "RELEASED"

    # Orders

    def order_without_visit(self, chance: Chance) -> None:
        who, tenant_door, wrongly = chance.who, chance.tenant_door, (0, 1, 2, 0, 0, 0, 0, 0, 0)[chance.luck % 9]
        self.settle()
        uprn, today = self.world.uprn(visited=wrongly == 1), self.model.now.astimezone(UK).date()
        day = working_day(today, 1 + chance.pick % 6) if wrongly != 2 else today
        self.step(f"{who} orders without a visit for {day:%a %d %b} at {uprn}{' (tenant door)' * tenant_door}")
        body = new_order(uprn, requestedCompletionDate=day.isoformat())
        made = self.post(who, ORDERS, body, chance.number, by_tenant_door=tenant_door, ok=not wrongly)
        if made:
            order = Order(who, made, "NEW", uprn, day=day)
            self.placed(order, by_tenant_door=tenant_door)

    def placed(self, order: Order, *, by_tenant_door: bool) -> None:
        self.settle()
        self.story[-1] += f", order {order.id}"
        self.model.place(order, numbered_by_us=by_tenant_door)
        self.model.settle()
        self.check(order, by_tenant_door=by_tenant_door)

    def order_with_visit(self, chance: Chance) -> None:
        if not self.bookings:
            return
        who, tenant_door, elsewhere = chance.who, chance.tenant_door, chance.luck % 9 == 1
        self.settle()
        one = self.bookings[-1 - chance.pick % len(self.bookings)]
        uprn = self.world.uprn(visited=True) if elsewhere else one.uprn
        self.step(f"{who} orders with booking {one.id} ({one.state}) of {one.tenant} at {uprn}")
        ok = self.model.may_quote(who, one.id, uprn)
        made = self.post(
            who,
            ORDERS,
            new_order(uprn, appointmentReservationId=one.id),
            chance.number,
            by_tenant_door=tenant_door,
            ok=ok,
        )
        if made:
            booked = self.model.bookings[who, one.id]
            self.placed(Order(who, made, "NEW", uprn, visited=True, booking=booked), by_tenant_door=tenant_door)

    def order_for_service(self, chance: Chance) -> None:
        if not self.model.services:
            return
        who, tenant_door, kind = chance.who, chance.tenant_door, ("MODIFY", "CEASE")[chance.which % 2]
        self.settle()
        service = list(self.model.services)[-1 - chance.pick % len(self.model.services)]
        day = working_day(self.model.now.astimezone(UK).date(), 2)
        self.step(f"{who} orders {kind} of {service}, which {self.model.services[service].tenant} has")
        ok = self.model.is_free(service, who)
        made = self.post(who, ORDERS, by_service(kind, service, day), chance.number, by_tenant_door=tenant_door, ok=ok)
        if made:
            uprn = self.model.services[service].uprn
            self.placed(Order(who, made, kind, uprn, day=day, service=service), by_tenant_door=tenant_door)

    def read_order(self, chance: Chance) -> None:
        if not self.model.orders:
            return
        order = self.order(chance.pick)
        self.step(f"order {order.id} of {order.tenant} is read")
        self.check(order, by_tenant_door=chance.tenant_door)

    # Changes

    def amend(self, chance: Chance) -> None:
        if not self.model.orders:
            return
        tenant_door, which, strange = chance.tenant_door, chance.which, chance.luck % 9 == 1
        self.settle()
        order = self.order(chance.pick)
        who, strange = self.rival(order) if strange else (order.tenant, False)
        lost = order.visited and order.booking is None
        if lost and order.state != "PENDING" and order.committed:
            return
        body: dict[str, Any] = {"orderId": order.id}
        change = Change(order.tenant, 0, cancels=False)
        if order.visited and (lost or chance.which % 2):
            self._visit_for(order, which)
            held = [one for one in self.model.bookings.values() if one.uprn == order.uprn and one.id > 0]
            change.booking = held[-1]
            body["appointmentReservationId"] = change.booking.id
        elif chance.which % 2 and not order.visited:
            change.day = working_day(self.model.now.astimezone(UK).date(), 1 + chance.which % 5)
            body["requestedCompletionDate"] = change.day.isoformat()
        else:
            body["notes"] = f"Ring {which} times."
        self.step(f"{who} amends order {order.id} ({order.status}) by {body}")
        ok = not strange and self.model.may_amend(order)
        ok = ok and (change.booking is None or change.booking.state == "RESERVED")
        change.id = self.post(who, AMENDMENTS, body, chance.number, by_tenant_door=tenant_door, ok=ok)
        if change.id:
            self.asked(order, change, by_tenant_door=tenant_door)

    def rival(self, order: Order) -> tuple[str, bool]:
        """The other tenant, unless it has an order of that number too."""
        other = next(one for one in TENANTS if one != order.tenant)
        unknown = order.id not in self.world.series[other, ORDERS].used
        return (other, True) if unknown else (order.tenant, False)

    def _visit_for(self, order: Order, which: int) -> None:
        """Hold another visit at the order's premises, where one can be had."""
        first = working_day(self.model.now.astimezone(UK).date(), LEAD_DAYS)
        there = [one for one in self.free if one.starts.astimezone(UK).date() >= first and not self.model.holder(one)]
        if there and which % 4 != 3:
            slot = there[which % min(len(there), 6)]
            self.story.append(f"  {order.tenant} books {slot.starts:%a %d %b %H:%M} for it")
            made = self.post(
                order.tenant, "appointments", booking(order.uprn, slot), 1, by_tenant_door=which % 3 == 0, ok=True
            )
            self.model.book(order.tenant, made, order.uprn, slot)

    def asked(self, order: Order, change: Change, *, by_tenant_door: bool) -> None:
        self.settle()
        self.story[-1] += f", number {change.id}"
        self.model.ask(order, change, numbered_by_us=by_tenant_door)
        self.model.settle()
        self.check(order)

    def cancel(self, chance: Chance) -> None:
        if not self.model.orders:
            return
        strange = chance.luck % 9 == 1
        self.settle()
        order = self.order(chance.pick)
        if order.visited and order.booking is None and order.committed and order.state != "PENDING":
            return
        tenant_door = chance.tenant_door
        who, strange = self.rival(order) if strange else (order.tenant, False)
        self.step(f"{who} cancels order {order.id} ({order.status})")
        body = {"orderId": order.id, "reasonCode": "NO_LONGER_REQUIRED"}
        ok = not strange and self.model.may_cancel(order)
        made = self.post(who, CANCELLATIONS, body, chance.number, by_tenant_door=tenant_door, ok=ok)
        if made:
            self.asked(order, Change(who, made, cancels=True), by_tenant_door=tenant_door)

    def read_change(self, chance: Chance) -> None:
        if not any(one.changes for one in self.model.orders.values()):
            return
        self.settle()
        found = [one for order in self.model.orders.values() for one in order.changes]
        one = found[-1 - chance.pick % len(found)]
        kind = CANCELLATIONS if one.cancels else AMENDMENTS
        self.step(f"{kind} {one.id} of {one.tenant} is read")
        got = self.ask(one.tenant, "GET", f"{door(chance.tenant_door)}{kind}/{one.id}")
        self.expect(got, 200)
        if got.body["status"] != one.status:
            self.wrong(compare.ORDER, f"expected {one.status}, got {got.body['status']}")

    # The same again

    def again(self, chance: Chance) -> None:
        if not self.past:
            return
        self.settle()
        how = ("again", "changed", "key", "key changed", "again")[chance.which % 5]
        one = self.past[-1 - chance.pick % len(self.past)]
        if how.startswith("key") and not one.by_tenant_door:
            how = "changed"
        self.step(f"{one.who} sends {one.kind} {one.number} again ({how})")
        headers, body = dict(one.headers), dict(one.body)
        if how != "again":
            del headers["X_Request_ID"]
        if how.endswith("changed"):
            body |= {"purpose": "MODIFY"} if one.kind == "appointments" else {"orderId": ABSENT}
            body |= {"notes": "Otherwise."} if one.kind == ORDERS else {}
        got = self.ask(one.who, "POST", f"{door(one.by_tenant_door)}{one.kind}", body, **headers)
        stands = not how.endswith("changed")
        if one.kind == "appointments" and not one.by_tenant_door:
            state = self.model.bookings[one.who, one.number].state
            if state == "PROPOSED":
                return
            stands = stands and state in {"RESERVED", "ATTACHED", "CONFIRMED", "FULFILLED"}
        self.expect(got, one.answer.status if stands else 422)
        if stands and got.raw != one.answer.raw:
            self.wrong(ANSWER, f"the answer was {one.answer.raw!r}, and is now {got.raw!r}")

    def strange(self, chance: Chance) -> None:
        """What another tenant has answers as what nobody has."""
        who, tenant_door = chance.who, chance.tenant_door
        theirs = [one for one in self.past if one.who != who and (not tenant_door or one.kind != "appointments")]
        theirs = [one for one in theirs if one.number not in self.world.series[who, one.kind].used]
        if not theirs:
            return
        one = theirs[chance.pick % len(theirs)]
        self.step(f"{who} looks for {one.kind} {one.number}, which {one.who} has")
        path = f"{door(tenant_door)}{one.kind}"
        answers = [self.ask(who, "GET", f"{path}/{number}") for number in (one.number, ABSENT)]
        self.expect(answers[0], 404)
        plain = [re.sub(r"\d+", "#", str((got.body["code"], got.body["messages"]))) for got in answers]
        if answers[1].status != 404 or plain[0] != plain[1]:
            self.wrong(ANSWER, f"another tenant's: {plain[0]}; nobody's: {plain[1]}")

    def teardown(self) -> None:
        """All is compared once more, and all that is open is ended, so that the next machine has the places."""
        if self.failed:
            return
        self.settle()
        for order in self.model.orders.values():
            self.check(order)
        for who in TENANTS:
            self.compare_feed(who)
        for one in (each for there in self.model.endpoints.values() for each in there):
            self.delivered(one)
        self.tidy()

    def tidy(self) -> None:
        for order in list(self.model.orders.values()):
            if not order.ended:
                self.say(order, Update(order.read + 1, "CANCELLED"))
        for one in list(self.model.bookings.values()):
            if one.state == "RESERVED" and one.id > 0:
                self.ask(one.tenant, "DELETE", f"{WHOLESALE}appointments/{one.id}")
        for who, there in self.model.endpoints.items():
            for one in there:
                if not one.deleted:
                    self.ask(who, "DELETE", f"/manage/v1/endpoints/{one.id}")
        self.settle()
