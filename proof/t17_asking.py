"""How T17's machines ask: one request after the other, each answer compared with what the model expects."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from hypothesis.stateful import RuleBasedStateMachine

from proof import t17_compare as compare
from proof.t17_client import Answer
from proof.t17_compare import ANSWER, Mismatch
from proof.t17_ground import SUPPLIER, TENANTS
from proof.t17_model import Model
from proof.t17_things import Booking, Order, Update
from proof.t17_world import NEVER, World, door, listed

ORDERS, AMENDMENTS, CANCELLATIONS = "service-orders", "service-order-amendments", "service-order-cancellations"
_PLAYS: Final = {
    ORDERS: "ORDER_ACKNOWLEDGED",
    AMENDMENTS: "AMENDMENT_PENDING",
    CANCELLATIONS: "CANCELLATION_PENDING",
}
"""The sandbox's own network says nothing: the machine is the network."""


@dataclass(frozen=True)
class Chance:
    """What a step has to decide: `pick` chooses a thing, `number` its id, `which` a way, `luck` whether it is wrong."""

    who: str
    tenant_door: bool
    pick: int
    number: int
    which: int
    luck: int


@dataclass
class Asked:
    """A request that was accepted, to be sent again."""

    who: str
    kind: str
    by_tenant_door: bool
    body: dict[str, Any]
    headers: dict[str, str]
    answer: Answer
    number: int


class Asking(RuleBasedStateMachine):
    """What all steps need; the sandbox has been used by other machines before."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.story: list[str] = []
        self.model = Model(self.world.clock())
        self.began = self.model.now
        self.past: list[Asked] = []
        self.said: list[tuple[Order, str, Update]] = []
        self.free = listed(self.world.slots(TENANTS[0], self.world.uprn(visited=True), by_tenant_door=False).body)
        self.settled = True
        self.failed = False
        self.world.done["machines"] += 1
        for who in TENANTS:
            self.world.feed(who)
            for left in self.world.client.ask(who, "GET", "/manage/v1/endpoints").body["endpoints"]:
                self.world.client.ask(who, "DELETE", f"/manage/v1/endpoints/{left['id']}")

    # Asking

    def step(self, text: str) -> None:
        self.world.done["steps"] += 1
        self.story.append(text)

    def wrong(self, kind: str, text: str) -> None:
        self.failed = True
        raise Mismatch(kind, f"{text}\n  after: " + "\n         ".join(self.story))

    def expect(self, got: Answer, *statuses: int) -> bool:
        """Whether it was done. A refusal has to be one that the model expects."""
        self.story[-1] += f" → {got.status}"
        if got.status not in statuses:
            self.wrong(ANSWER, f"expected {' or '.join(map(str, statuses))}, got {got.status} {got.raw[:400]!r}")
        return got.status < 300

    def settle(self) -> None:
        """Until nothing is left to be done; the model goes along with the clock."""
        if not self.settled:
            self.model.walk(self.world.clock())
            self.model.settle()
            self.settled = True

    def ask(self, who: str, method: str, path: str, body: object = None, **more: str) -> Answer:
        self.settle()
        self.settled = method == "GET"
        return self.world.client.ask(who, method, path, body, **more)

    def post(self, who: str, kind: str, body: dict[str, Any], number: int, *, by_tenant_door: bool, ok: bool) -> int:
        """Make a thing that is numbered; its number, 0 where it was rightly refused."""
        series = self.world.series[who, kind]
        number = series.next if by_tenant_door or number % 3 == 0 else self.world.choose()
        if by_tenant_door:
            sent = {**body, "supplier": SUPPLIER}
        else:
            sent = {**body, "id": number} | ({"tenant": who} if kind == ORDERS else {})
        headers = {"X_Request_ID": f"m{self.world.client.asked}", "Idempotency_Key": f"k{self.world.client.asked}"}
        if kind != "appointments":
            headers |= {"X_Scenario": _PLAYS[kind], "X_Kci_Delay": NEVER}
        got = self.ask(who, "POST", f"{door(by_tenant_door)}{kind}", sent, **headers)
        made = 201 if by_tenant_door or kind == "appointments" else 202
        refused = (422,) if by_tenant_door or kind != "appointments" else (409, 422)
        if not self.expect(got, *((made,) if ok else refused)):
            return 0
        if by_tenant_door and got.body["id"] != number:
            self.wrong(ANSWER, f"expected number {number}, got {got.body['id']}")
        series.use(number, counted=by_tenant_door)
        self.past.append(Asked(who, kind, by_tenant_door, sent, headers, got, number))
        return number

    def order(self, pick: int) -> Order:
        return list(self.model.orders.values())[-1 - pick % len(self.model.orders)]

    def check(self, order: Order, *, by_tenant_door: bool = False) -> None:
        """The order as it is read, against the model."""
        got = self.ask(order.tenant, "GET", f"{door(by_tenant_door)}{ORDERS}/{order.id}")
        if got.status != 200:
            self.wrong(ANSWER, f"order {order.id} is read: {got.status}")
        for kind, text in compare.order(order, got.body, by_tenant_door=by_tenant_door):
            self.wrong(kind, f"order {order.id} of {order.tenant}: {text}")
        self.world.done["orders compared"] += 1

    @property
    def bookings(self) -> list[Booking]:
        """Those that tenants made, the oldest first."""
        return [one for one in self.model.bookings.values() if one.id > 0]
