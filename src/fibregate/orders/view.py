"""An order read from its row, and as its tenant sees it: the entity that KCIs freeze and answers show."""

from datetime import datetime
from typing import Any

from fibregate import calendars
from fibregate.db import Row
from fibregate.orders.model import Order
from fibregate.vocabulary import OrderStatus, ReservationState, TenantId


def read(tenant: TenantId, row: Row) -> Order:
    """From a row with the store's columns."""
    return Order(
        tenant=tenant,
        tenant_code=row["tenant_code"],
        key=row["order_key"],
        id=row["id"],
        order_type=row["order_type"],
        status=OrderStatus(row["status"]),
        returns_to=OrderStatus(row["returns_to"]) if row["returns_to"] else None,
        supplier=row["supplier"],
        uprn=row["uprn"],
        nation=row["nation"] or "ENG",
        address=row["address"],
        service=row["service"],
        service_name=row["service_name"],
        characteristics=row["characteristics"],
        primary_contact=row["primary_contact"],
        secondary_contact=row["secondary_contact"],
        engineer_tasks=row["engineer_tasks"],
        hazards=row["hazards"],
        on_site_restrictions=row["on_site_restrictions"],
        notes=row["notes"],
        requested_completion_date=row["requested_completion_date"],
        reservation_id=row["reservation_id"],
        appointment=_standing(row["appointment"]),
        supplier_reference=row["supplier_reference"],
        committed_at=row["committed_at"],
        target_at=row["target_at"],
        kci_count=row["kci_count"],
        own_network=row["own_network"],
        request_id=row["request_id"],
        conversation_id=row["conversation_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
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
        "address": order.address,
        "serviceOrderItem": {
            "serviceSpecification": {"id": order.service, "name": order.service_name},
            "serviceCharacteristics": order.characteristics,
        },
        "primaryContact": order.primary_contact,
        "secondaryContact": order.secondary_contact,
        "appointmentReservationId": order.reservation_id,
        "appointmentReservationReference": order.appointment["reference"] if order.appointment else None,
        "appointmentTimeslot": timeslot(order),
        "requestedCompletionDate": order.requested_completion_date.isoformat()
        if order.requested_completion_date
        else None,
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
