"""What a supplier is asked, made from an order or a change of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from fibregate.db import Row
from fibregate.orders.changes.model import Change
from fibregate.orders.model import Order
from fibregate.suppliers.keeping import Kept
from fibregate.suppliers.questions import (
    AmendmentAsked,
    CancellationAsked,
    Cease,
    Characteristic,
    Contact,
    Identifier,
    Modify,
    Provide,
)
from fibregate.vocabulary import ChangeKind, OrderType

_TEXTS: Final = (("hazards", "hazards"), ("onSiteRestrictions", "on_site_restrictions"), ("notes", "notes"))


def of_order(number: int, order: Order, visit: Row | None) -> Kept:
    """`visit` names the order's appointment at the supplier: our number there, and its reference."""
    common: dict[str, Any] = {
        "id": number,
        "primary_contact": contact(order.primary_contact),
        "secondary_contact": contact(order.secondary_contact),
        "appointment_id": visit["sent_id"] if visit else None,
        "appointment_reference": visit["reference"] if visit else None,
        "requested_completion_date": order.requested_completion_date,
        "engineer_tasks": tuple(order.engineer_tasks or ()),
        "hazards": order.hazards,
        "on_site_restrictions": order.on_site_restrictions,
        "notes": order.notes,
    }
    match OrderType(order.order_type):
        case OrderType.CEASE:
            return Cease(**common, service_id=order.service_id or "")
        case OrderType.MODIFY:
            return Modify(
                **common, service_id=order.service_id or "", characteristics=characteristics(order.characteristics)
            )
        case provided:
            return Provide(
                **common,
                order_type=provided,
                address=identifier(order.address),
                service=order.service,
                characteristics=characteristics(order.characteristics),
            )


def of_change(number: int, change: Change, order: Order, order_number: int, visit: Row | None) -> Kept:
    """Of an amendment only what the tenant has sent goes on; `visit` is the new appointment, where it quotes one."""
    if change.kind is ChangeKind.CANCELLATION:
        return CancellationAsked(
            id=number,
            order_id=order_number,
            order_reference=order.supplier_reference,
            reason_code=change.reason_code or "OTHER",
        )
    asked = change.asked
    parts: dict[str, Any] = {ours: asked[name] for name, ours in _TEXTS if name in asked}
    if "serviceCharacteristics" in asked:
        parts["characteristics"] = characteristics(asked["serviceCharacteristics"])
    if "engineerTasks" in asked:
        parts["engineer_tasks"] = tuple(asked["engineerTasks"])
    if "primaryContact" in asked:
        parts["primary_contact"] = contact(asked["primaryContact"])
    if "secondaryContact" in asked:
        parts["secondary_contact"] = contact(asked["secondaryContact"]) or ""
    if "requestedCompletionDate" in asked:
        wished = asked["requestedCompletionDate"]
        parts["requested_completion_date"] = date.fromisoformat(wished) if wished else ""
    if visit is not None:
        parts["appointment_id"] = visit["sent_id"]
    return AmendmentAsked(id=number, order_id=order_number, order_reference=order.supplier_reference, **parts)


def identifier(address: Mapping[str, Any]) -> Identifier:
    """An address as it was sent."""
    more = cast("list[Mapping[str, Any]]", address.get("additionalIdentifiers") or [])
    return Identifier(address["id"], address["type"], tuple(Identifier(one["id"], one["type"]) for one in more))


def characteristics(given: Any) -> tuple[Characteristic, ...]:
    return tuple(Characteristic(one["name"], one["value"]) for one in given)


def contact(given: Mapping[str, Any] | str | None) -> Contact | None:
    """Nothing where there is nobody, or where it is to be removed."""
    if not given or isinstance(given, str):
        return None
    return Contact(name=given.get("name"), phone_number=given.get("phoneNumber"), email=given.get("email"))
