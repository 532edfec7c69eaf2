"""A KCI as the wholesale dialect's webhook tells it, from nothing but the KCI's frozen facts."""

from collections.abc import Mapping
from typing import Any, Final, cast

import orjson

from fibregate.calendars import stamp
from fibregate.clock import BusinessTime
from fibregate.kcis.rendering import without_unset

NAME: Final = "wholesale-webhook"

_DETAILS: Final = (
    ("previousStatus", "previousStatus"),
    ("problemCode", "problemCode"),
    ("text", "text"),
    ("supplierCodes", "supplierCodes"),
    ("supplierOrderReference", "supplierReference"),
    ("committedDate", "committedDate"),
    ("targetDate", "targetDate"),
    ("appointment", "appointment"),
    ("appointmentReservationReference", "appointmentReference"),
    ("appointmentReservationId", "reservationId"),
    ("characteristics", "characteristics"),
    ("supplierNotes", "notes"),
    ("actBy", "actBy"),
    ("issuedOn", "issuedAt"),
    ("receivedOn", "receivedAt"),
)


def render(facts: Mapping[str, Any], made_at: BusinessTime) -> bytes:
    """The bytes of the event; `details.deliveredOn` is when they were made. Unset fields are left out."""
    words = _words(facts)
    details = {name: facts[key] for name, key in _DETAILS if _set(facts.get(key))}
    details |= {name: _request(facts[name]) for name in ("amendment", "cancellation") if _set(facts.get(name))}
    details["deliveredOn"] = stamp(made_at)
    event = {
        "id": facts["id"],
        "sequenceNumber": facts["sequenceNumber"],
        **_about(facts),
        "orderId": facts["orderId"],
        "status": facts["status"],
        "timestamp": facts["happenedAt"],
    }
    if words:
        event["notes"] = details["notes"] = words
    return orjson.dumps({**event, "details": details})


def _request(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The tenant's amendment or cancellation that is answered: which, and how it stands."""
    named = {"id": asked.get("id"), "supplierReference": asked.get("reference"), "status": asked.get("status")}
    return without_unset(named)


def _about(facts: Mapping[str, Any]) -> dict[str, str]:
    """An order of the tenant's own, or a cease that it never asked for: then the reason is why the service ends."""
    if facts["orderType"] != "UNSOLICITED_CEASE":
        return {"eventType": "ORDER_STATUS_UPDATE", "reasonCode": facts["reason"]}
    cease = facts["entity"]
    return {"eventType": "UNSOLICITED_CEASE", "serviceId": cease["serviceId"], "reasonCode": cease["reason"]}


def _words(facts: Mapping[str, Any]) -> str:
    """What happened, for a person: the update's text, and what the engineers noted."""
    notes = cast("list[Mapping[str, str]]", facts.get("notes") or [])
    texts = [facts.get("text") or "", *(one["note"] for one in notes)]
    return "\n".join(text for text in texts if text)


def _set(value: object) -> bool:
    return value is not None and value not in ("", [], {})
