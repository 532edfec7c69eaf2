"""An order read from its row, and as its tenant sees it: the entity that KCIs freeze and answers show."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from fibregate import calendars
from fibregate.db import Row
from fibregate.orders.ethernet import circuits
from fibregate.orders.model import Order
from fibregate.vocabulary import PROVIDES, OrderStatus, OrderType, ReservationState, TenantId

_AS_THEY_ARE = frozenset(one.name for one in fields(Order)) - {
    "tenant",
    "key",
    "status",
    "returns_to",
    "beneath",
    "nation",
    "appointment",
}


def read(tenant: TenantId, row: Row) -> Order:
    """From a row with the store's columns."""
    return Order(
        tenant=tenant,
        key=row["order_key"],
        status=OrderStatus(row["status"]),
        returns_to=OrderStatus(row["returns_to"]) if row["returns_to"] else None,
        beneath=OrderStatus(row["beneath"]) if row["beneath"] else None,
        nation=row["nation"] or "ENG",
        appointment=_standing(row["appointment"]),
        **{name: row[name] for name in _AS_THEY_ARE},
    )


def _standing(visit: dict[str, Any] | None) -> dict[str, Any] | None:
    """A visit that was given up is not the order's any more."""
    return visit if visit and ReservationState(visit["state"]).holds_a_place else None


def stamp(instant: datetime | None) -> str | None:
    """An instant as bodies have it, or nothing."""
    return calendars.stamp(instant) if instant else None


def instant(text: str) -> datetime:
    """An instant out of the database's JSON."""
    return datetime.fromisoformat(text)


def timeslot(order: Order) -> dict[str, Any] | None:
    """The order's visit as bodies have it, or nothing."""
    visit = order.appointment
    if visit is None:
        return None
    return {
        "timeslotStartDateTime": stamp(instant(visit["starts_at"])),
        "timeslotEndDateTime": stamp(instant(visit["ends_at"])),
        "classification": visit["classification"],
        "standard": visit["standard"],
    }


def entity(order: Order) -> dict[str, Any]:
    """The whole order in the field names that every dialect shares; what is unset is left out."""
    full = {
        "id": order.id,
        "orderType": order.order_type,
        "supplier": order.supplier,
        "supplierOrderReference": order.supplier_reference,
        "status": order.status.value,
        **_what(order),
        "primaryContact": order.primary_contact,
        "secondaryContact": order.secondary_contact,
        "appointmentReservationId": order.reservation_id,
        "appointmentReservationReference": order.appointment["reference"] if order.appointment else None,
        "appointmentTimeslot": timeslot(order),
        "requestedCompletionDate": _wished(order),
        "requestedCeaseDate": stamp(order.requested_cease_date),
        "committedDate": stamp(order.committed_at),
        "targetDate": stamp(order.target_at),
        "engineerTasks": order.engineer_tasks,
        "hazards": order.hazards,
        "onSiteRestrictions": order.on_site_restrictions,
        "notes": order.notes,
        "created": stamp(order.created_at),
        "updated": stamp(order.updated_at),
    }
    return {name: value for name, value in full.items() if value is not None}


def _wished(order: Order) -> str | None:
    """Those of an Ethernet order stand in its items."""
    day = order.requested_completion_date if order.ethernet is None else None
    return day.isoformat() if day else None


def _what(order: Order) -> dict[str, Any]:
    """What it is about: a service that is to come to an address or between sites, or one that lives there."""
    if order.ethernet is not None:
        return circuits.shown(order.ethernet, order.characteristics)
    if order.order_type in PROVIDES:
        item = {
            "serviceSpecification": {"id": order.service, "name": order.service_name},
            "serviceCharacteristics": order.characteristics,
        }
        return {"address": order.address, "serviceOrderItem": item}
    changes = order.characteristics if order.order_type == OrderType.MODIFY else None
    return {
        "serviceId": order.service_id,
        "reason": order.cease_reason,
        "address": order.address,
        "serviceCharacteristics": changes,
        **(order.circuit or {}),
    }
