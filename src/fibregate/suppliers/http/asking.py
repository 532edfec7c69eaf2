"""What is asked, as the wholesale dialect writes it: queries and bodies. What is not said is left out."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from fibregate.calendars import stamp
from fibregate.suppliers.questions import (
    AmendmentAsked,
    AvailabilityAsked,
    BookingAsked,
    CancellationAsked,
    Cease,
    Characteristic,
    Contact,
    Identifier,
    Modify,
    OrderAsked,
    Provide,
    SlotsAsked,
)

Json = dict[str, Any]


def availability(asked: AvailabilityAsked) -> str:
    return _query({"address": address(asked.address), "serviceTypes": ",".join(asked.service_types)})


def slots(asked: SlotsAsked) -> str:
    return _query(
        {
            "address": address(asked.address),
            "appointmentPurpose": asked.purpose.value,
            "serviceSpecification": {"id": asked.service, "name": asked.service_name or asked.service},
            "appointmentFromDate": asked.from_date.isoformat() if asked.from_date else "",
            "classifications": ",".join(one.value for one in asked.classifications),
        }
    )


def booking(asked: BookingAsked) -> Json:
    return {
        "id": asked.id,
        "address": address(asked.address),
        "serviceSpecification": {"id": asked.service},
        "purpose": asked.purpose.value,
        "timeslot": {
            "timeslotStartDateTime": stamp(asked.timeslot.starts_at),
            "timeslotEndDateTime": stamp(asked.timeslot.ends_at),
        },
        **said({"serviceId": asked.service_id, "serviceCharacteristics": listed(asked.characteristics) or None}),
    }


def order(asked: OrderAsked, tenant: str) -> Json:
    body: Json = {"id": asked.id, "tenant": tenant}
    match asked:
        case Provide():
            item = {
                "serviceSpecification": {"id": asked.service},
                "serviceCharacteristics": listed(asked.characteristics),
            }
            body |= {"orderType": asked.order_type.value, "address": address(asked.address), "serviceOrderItem": item}
        case Modify():
            changed = said({"serviceCharacteristics": listed(asked.characteristics) or None})
            body |= {"orderType": "MODIFY", "serviceId": asked.service_id, **changed}
        case Cease():
            body |= {"orderType": "CEASE", "serviceId": asked.service_id, **said({"reason": asked.reason})}
    return body | said(
        {
            "primaryContact": contact(asked.primary_contact),
            "secondaryContact": contact(asked.secondary_contact),
            "appointmentReservationId": asked.appointment_id,
            "appointmentReservationReference": asked.appointment_reference,
            "requestedCompletionDate": day(asked.requested_completion_date),
            "engineerTasks": list(asked.engineer_tasks) or None,
            "hazards": asked.hazards,
            "onSiteRestrictions": asked.on_site_restrictions,
            "notes": asked.notes,
        }
    )


def amendment(asked: AmendmentAsked) -> Json:
    """Empty texts and lists stay: they remove what is there."""
    return {
        "id": asked.id,
        "orderId": asked.order_id,
        **said(
            {
                "supplierOrderReference": asked.order_reference,
                "serviceCharacteristics": None if asked.characteristics is None else listed(asked.characteristics),
                "primaryContact": contact(asked.primary_contact),
                "secondaryContact": contact(asked.secondary_contact),
                "appointmentReservationId": asked.appointment_id,
                "requestedCompletionDate": day(asked.requested_completion_date),
                "engineerTasks": None if asked.engineer_tasks is None else list(asked.engineer_tasks),
                "hazards": asked.hazards,
                "onSiteRestrictions": asked.on_site_restrictions,
                "notes": asked.notes,
            }
        ),
    }


def cancellation(asked: CancellationAsked) -> Json:
    return {
        "id": asked.id,
        "orderId": asked.order_id,
        "reasonCode": asked.reason_code,
        **said({"supplierOrderReference": asked.order_reference, "text": asked.text}),
    }


def _query(parameters: Mapping[str, Any]) -> str:
    """Objects as JSON; what is empty is not asked."""
    written = {
        name: orjson.dumps(value).decode() if isinstance(value, dict) else value
        for name, value in parameters.items()
        if value
    }
    return urlencode(written, quote_via=quote, safe="")


def said(members: Mapping[str, Any]) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def address(address: Identifier) -> Json:
    further = [{"id": one.id, "type": one.type} for one in address.additional]
    return {"id": address.id, "type": address.type, **({"additionalIdentifiers": further} if further else {})}


def listed(characteristics: Iterable[Characteristic]) -> list[Json]:
    return [{"name": one.name, "value": one.value} for one in characteristics]


def contact(contact: Contact | str | None) -> Json | str | None:
    if contact is None or isinstance(contact, str):
        return contact
    return said({"name": contact.name, "email": contact.email, "phoneNumber": contact.phone_number})


def day(day: date | str | None) -> str | None:
    return day.isoformat() if isinstance(day, date) else day
