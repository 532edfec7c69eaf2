"""What an order is told, step by step, in the words of an update, with all that must come along."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from fibregate.calendars import stamp
from fibregate.sandbox.remote import ethernet
from fibregate.sandbox.remote.changes import Changes
from fibregate.sandbox.remote.memory import Memory
from fibregate.sandbox.remote.model import Change, Json, Order, Shape, Step
from fibregate.sandbox.remote.orders import COURSES, Orders

_BECOMES: Final = {
    "CREATED": "ACKNOWLEDGED",
    "ACKNOWLEDGED": "ACKNOWLEDGED",
    "COMMITTED": "IN_PROGRESS",
    "COMPLETED": "COMPLETED",
    "ORDER_REJECTED": "REJECTED",
}
_TEXTS: Final = {
    "UPDATE": "the route to the premises is checked",
    "ADDITIONAL": "the service has its ids",
    "WARNING": "something that nobody has a word for",
    "ORDER_REJECTED": "the network has no room there",
    "AMENDMENT_REJECTED": "the work is too far on",
    "CANCELLATION_REJECTED": "the work is too far on",
}
_PROBLEMS: Final = {
    "WARNING": "GREMLINS_IN_THE_DUCT",
    "CANCELLED": "NO_LONGER_REQUIRED",
    "ORDER_REJECTED": "CAPACITY_ISSUE",
}
_NOBODY_KNOWS: Final = ("ALT-9999", "??")


class Course:
    """Puts the next step of an order into words, and makes it true."""

    def __init__(self, memory: Memory, orders: Orders, changes: Changes, now: Callable[[], datetime]) -> None:
        self._memory, self._orders, self._changes, self._now = memory, orders, changes, now

    def next(self, order: Order) -> Json:
        """The update for the first step of the order's course; it is in the outbox then, and numbered."""
        step = order.course.pop(0)
        change = self._memory.named(step.change)
        self._happen(order, step, change if isinstance(change, Change) else None)
        order.told += 1
        update = self._words(order, step, change if isinstance(change, Change) else None)
        order.outbox.append(update)
        self._memory.keep(order)
        return update

    def taken(self, order: Order) -> None:
        """All of the outbox was told."""
        order.outbox.clear()
        self._memory.keep(order)

    def _happen(self, order: Order, step: Step, change: Change | None) -> None:
        order.status = _BECOMES.get(step.reason, order.status)
        if change is not None:
            if step.reason.endswith("_REJECTED"):
                self._changes.refuse(change)
            else:
                self._changes.grant(order, change)
        elif step.reason == "ADDITIONAL" and not order.service_id:
            order.service_id = f"{order.reference}-S"
        elif step.reason == "ORDER_REJECTED":
            self._changes.free(order)
        elif step.reason == "COMMITTED":
            self._confirm(order)
        elif step.reason == "COMPLETED":
            self._complete(order)

    def _confirm(self, order: Order) -> None:
        booking = self._memory.booking(order.tenant, order.booking) if order.booking else None
        if booking is not None:
            booking.state = "CONFIRMED"
            self._memory.keep(booking)

    def _complete(self, order: Order) -> None:
        """A cease takes the service away."""
        if order.shape in {Shape.CEASE, Shape.UNSOLICITED}:
            service = self._memory.service(order.tenant, order.service_id)
            if service is not None:
                service.ceased = True
                self._memory.keep(service)

    def _words(self, order: Order, step: Step, change: Change | None) -> Json:
        update: Json = {
            "id": str(uuid5(NAMESPACE_URL, f"{order.reference}/{order.told}")),
            "sequenceNumber": order.told,
            "issuedOn": stamp(self._now()),
            "reasonCode": step.reason,
            "problemCode": _PROBLEMS.get(step.reason),
            "text": f"{order.reference}/{order.told}: {_TEXTS.get(step.reason, step.reason.lower())}",
            "supplierCodes": _NOBODY_KNOWS if step.reason == "WARNING" else None,
            order.shape.value: self._entity(order, change),
        }
        return {name: value for name, value in update.items() if value is not None}

    def _entity(self, order: Order, change: Change | None) -> Json:
        entity = self._orders.shown(order)
        if change is not None:
            entity[f"{change.what.value}Id"] = change.id
            entity[f"{change.what.value}Reference"] = change.reference
        if order.service_id and order.shape is Shape.ETHERNET:
            ethernet.with_facts(entity, order)
        elif order.service_id and order.shape in {Shape.PROVIDE, Shape.MODIFY}:
            _with_facts(entity, order)
        return entity

    def unsolicited(self, completed: Order) -> Order:
        """The cease of a service that somebody else has taken over."""
        body: Json = {
            "orderType": "UNSOLICITED_CEASE",
            "reason": "CHANGE_OF_CP",
            "serviceId": completed.service_id,
            "requestedCeaseDate": stamp(self._now()),
        }
        made = Order(
            shape=Shape.UNSOLICITED,
            tenant=completed.tenant,
            id=None,
            reference=self._memory.reference(),
            uprn=completed.uprn,
            body=body,
            conversation=completed.conversation,
            made_at=self._now(),
            service_id=completed.service_id,
            committed_at=self._now(),
            target_at=self._now(),
            course=[Step(one) for one in COURSES[Shape.UNSOLICITED]],
        )
        self._memory.keep(made)
        return made


def _with_facts(entity: Json, order: Order) -> None:
    """What the network gave the service, among the characteristics that were asked for."""
    number = int(order.reference.rpartition("-")[2])
    given = {
        "SERVICE_ID": order.service_id,
        "ONT_REFERENCE": f"ONT-{number}",
        "ONT_PORT": "1",
        "SERVICE_VLAN_ID": str(100 + number % 3900),
    }
    facts = [{"name": name, "value": value} for name, value in given.items()]
    if order.shape is Shape.MODIFY:
        asked: list[Any] = entity.get("serviceCharacteristics") or []
        entity["serviceCharacteristics"] = [*asked, *facts]
    else:
        item: dict[str, Any] = entity.get("serviceOrderItem") or {}
        entity["serviceOrderItem"] = {
            **item,
            "serviceCharacteristics": [*item.get("serviceCharacteristics", []), *facts],
        }
