"""Where what the gateway shows differs from T17's model."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from proof.t17_things import Booking, Endpoint, Order, Told
from proof.t17_world import slot_of

ANSWER: Final = "answers that the model does not expect"
ORDER: Final = "orders that stand otherwise than in the model"
BOOKING: Final = "bookings and places that stand otherwise than in the model"
KCI: Final = "KCIs that are told otherwise than in the model"
ENDPOINT: Final = "endpoints that fare otherwise than in the model"
INVARIANTS: Final = (ANSWER, ORDER, BOOKING, KCI, ENDPOINT)
_ACTIONS: Final = {
    "INFORMATION_REQUIRED": "INFORMATION_REQUIRED",
    "REAPPOINT": "REAPPOINT",
    "AMENDMENT_REJECTED": "RESUBMIT",
    "CANCELLATION_REJECTED": "RESUBMIT",
}


class Mismatch(AssertionError):
    """The gateway and the model differ; `kind` is the invariant that is broken."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def order(model: Order, body: Any, *, by_tenant_door: bool) -> Iterator[tuple[str, str]]:
    """Each difference, with the invariant that it breaks."""
    said = [("type", model.type, body["orderType"]), ("status", model.status, body["status"])]
    if model.dates_known:
        said += [
            (f"{name}Date", getattr(model, name), _moment(body, f"{name}Date")) for name in ("committed", "target")
        ]
    for name, expected, found in said:
        if found != expected:
            yield ORDER, f"expected {name} {expected}, found {found}"
    if model.booking and model.booking.id > 0 and body.get("appointmentReservationId") != model.booking.id:
        yield BOOKING, f"expected booking {model.booking.id}, found {body.get('appointmentReservationId')}"
    visit = body.get("appointmentTimeslot")
    differs = (slot_of(visit) if visit else None) != (model.booking.slot if model.booking else None)
    if differs and (model.booking or not model.ended):
        yield BOOKING, f"expected {model.booking and model.booking.slot}, found {visit}"
    yield from _updates(model, body["updates"], by_tenant_door=by_tenant_door)


def _moment(body: Any, name: str) -> datetime | None:
    return datetime.fromisoformat(body[name]) if name in body else None


def _updates(model: Order, updates: Sequence[Any], *, by_tenant_door: bool) -> Iterator[tuple[str, str]]:
    spell = _by_tenant_door if by_tenant_door else _by_wholesale_door
    expected = [_expected(model, one, by_tenant_door=by_tenant_door) for one in model.told]
    found = [spell(one) for one in updates]
    if [one[:-1] for one in expected] != [one[:-1] for one in found]:
        yield KCI, f"expected KCIs {[one[:-1] for one in expected]}, found {[one[:-1] for one in found]}"
    elif expected != found:
        yield ENDPOINT, f"expected deliveries {[one[-1] for one in expected]}, found {[one[-1] for one in found]}"


def _expected(model: Order, told: Told, *, by_tenant_door: bool) -> tuple[object, ...]:
    delivery = _delivery(model, told)
    if not by_tenant_door:
        return told.number, told.reason, told.status, delivery
    if told.reason in _ACTIONS:
        return told.number, "ACTION_REQUIRED", _ACTIONS[told.reason], delivery
    asked = any(one.cancels and one.status == "COMPLETED" for one in model.changes)
    ends = {"ORDER_REJECTED": "TERMINATED", "CANCELLED": "CANCELLED" if asked else "TERMINATED"}
    return told.number, "INFORMATIONAL", ends.get(told.reason, told.reason), delivery


def _delivery(model: Order, told: Told) -> str | None:
    key = (model.id, told.number)
    taken = [key in one.owed[: one.taken] for one in told.endpoints]
    if any(not here and not one.deleted for here, one in zip(taken, told.endpoints, strict=True)):
        return "PENDING"
    return "DELIVERED" if any(taken) else None


def _by_wholesale_door(shown: Any) -> tuple[object, ...]:
    return shown["sequenceNumber"], shown["reasonCode"], shown["status"], shown.get("deliveryStatus")


def _by_tenant_door(shown: Any) -> tuple[object, ...]:
    says: dict[str, Any] = shown.get("action") or shown.get("information") or {}
    return shown["sequenceNumber"], shown["updateType"], says.get("type"), shown.get("deliveryStatus")


def booking(model: Booking, body: Any, state: str | None = None) -> Iterator[str]:
    if slot_of(body["timeslot"]) != model.slot:
        yield f"expected {model.slot}, found {body['timeslot']}"
    if state is not None and body["state"] != state:
        yield f"expected {state}, found {body['state']}"
    if state in {None, "RESERVED"} and _moment(body, "expiryDateTime") != model.expires:
        yield f"expected to end {model.expires.isoformat()}, found {body.get('expiryDateTime')}"


def event(shown: Any) -> tuple[object, ...]:
    if shown["type"] == "KCI":
        return "KCI", shown["orderId"], shown["sequenceNumber"], shown["reasonCode"], shown["status"]
    return shown["type"], shown["appointmentId"], shown["state"]


def feed(expected: Sequence[tuple[object, ...]], found: Sequence[tuple[object, ...]]) -> str:
    """What differs; what happens to different orders at one moment may stand in any order."""
    apart = [_by_thing(events) for events in (expected, found)]
    return f"expected {apart[0]}, found {apart[1]}" if apart[0] != apart[1] else ""


def _by_thing(events: Sequence[tuple[object, ...]]) -> dict[tuple[object, ...], list[tuple[object, ...]]]:
    found: defaultdict[tuple[object, ...], list[tuple[object, ...]]] = defaultdict(list)
    for one in events:
        found[one[:2]].append(one[2:])
    return dict(found)


def taken(model: Endpoint, came: Sequence[Any]) -> str:
    """What differs between what an endpoint was owed and what came: each order's in order, none twice."""
    apart: list[dict[int, list[int]]] = []
    for pairs in (model.owed[: model.taken], [(one["orderId"], one["sequenceNumber"]) for one in came]):
        found: defaultdict[int, list[int]] = defaultdict(list)
        for order_id, number in pairs:
            found[order_id].append(number)
        apart.append(dict(found))
    return f"expected at the endpoint {apart[0]}, came {apart[1]}" if apart[0] != apart[1] else ""
