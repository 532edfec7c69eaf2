"""Every state of an order with every update, once: what chance may leave out."""

from typing import Final

from proof.t17_asking import Chance
from proof.t17_ground import TENANTS
from proof.t17_machine import Machine
from proof.t17_model import OPEN, TABLE
from proof.t17_things import Order

_WAYS: Final = {
    "SENT_TO_SUPPLIER": (),
    "ACKNOWLEDGED": ("ACKNOWLEDGED",),
    "IN_PROGRESS": ("COMMITTED",),
    "PENDING": ("COMMITTED", "INFORMATION_REQUIRED"),
    "HELD": ("ACKNOWLEDGED", "DELAY"),
}
_CHANCE: Final = Chance(TENANTS[0], tenant_door=False, pick=5, number=1, which=2, luck=5)
_LAST: Final = Chance(TENANTS[0], tenant_door=False, pick=0, number=1, which=2, luck=5)


def go_round(machine: Machine) -> None:
    """One order for each pair of a state and an update; as the machine compares them, so are these compared."""
    for state in OPEN:
        for reason in TABLE:
            order = _order(machine, visited=reason in {"REAPPOINT", "REAPPOINTED"})
            for said in _WAYS[state]:
                _say(machine, order, said)
            if reason in {"AMENDED", "AMENDMENT_REJECTED"} and machine.model.may_amend(order):
                machine.amend(_LAST)
            elif reason == "CANCELLATION_REJECTED":
                machine.cancel(_LAST)
            _say(machine, order, reason)
            machine.story.clear()
    machine.teardown()


def _order(machine: Machine, *, visited: bool) -> Order:
    if visited:
        machine.book(_LAST)
        machine.order_with_visit(_LAST)
    else:
        machine.order_without_visit(_CHANCE)
    return list(machine.model.orders.values())[-1]


def _say(machine: Machine, order: Order, reason: str) -> None:
    said = machine.shape(order, reason, order.read + 1, "", 1)
    if said is None:
        raise AssertionError(f"nothing to say as {reason} of {order}")
    machine.say(order, said)
