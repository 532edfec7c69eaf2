"""A KCI as the tenant dialect's `POST /kcis` tells it, from nothing but the KCI's frozen facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import orjson

from fibregate.calendars import stamp
from fibregate.clock import BusinessTime
from fibregate.kcis.rendering import operation_url, without_unset
from fibregate.vocabulary import OrderStatus, Reason

NAME: Final = "tenant-kci"

_MEMBER: Final = {"INFORMATIONAL": "information", "ACTION_REQUIRED": "action"}
_ACTIONS: Final[Mapping[str, str]] = {
    Reason.INFORMATION_REQUIRED: "INFORMATION_REQUIRED",
    Reason.REAPPOINT: "REAPPOINT",
    Reason.AMENDMENT_REJECTED: "RESUBMIT",
    Reason.CANCELLATION_REJECTED: "RESUBMIT",
}
"""What the tenant has to do; every other reason informs."""

_ENTITY_TYPES: Final[Mapping[str, str]] = {
    "MODIFY": "MODIFY_ORDER",
    "CEASE": "CEASE_ORDER",
    "UNSOLICITED_CEASE": "UNSOLICITED_CEASE_ORDER",
}
_PROVIDES: Final = "PROVIDE_ORDER"
_PROVIDES_ETHERNET: Final = "PROVIDE_ETHERNET_ORDER"
_ENTITY: Final = (
    ("id", "id"),
    ("orderType", "orderType"),
    ("supplier", "supplier"),
    ("supplierOrderNumber", "supplierOrderReference"),
    ("status", "status"),
    ("supplierQuoteId", "supplierQuoteId"),
    ("siteInformation", "siteInformation"),
    ("ethernetOrderItems", "ethernetOrderItems"),
    ("milestone", "milestone"),
    ("serviceId", "serviceId"),
    ("reason", "reason"),
    ("address", "address"),
    ("serviceOrderItem", "serviceOrderItem"),
    ("serviceCharacteristics", "serviceCharacteristics"),
    ("contractDetails", "contractDetails"),
    ("monthlyTotal", "monthlyTotal"),
    ("earlyEndingCharge", "earlyEndingCharge"),
    ("primaryContact", "primaryContact"),
    ("secondaryContact", "secondaryContact"),
    ("appointmentReservationId", "appointmentReservationId"),
    ("appointmentSupplierReference", "appointmentReservationReference"),
    ("appointmentTimeslot", "appointmentTimeslot"),
    ("requestedCompletionDate", "requestedCompletionDate"),
    ("requestedCeaseDate", "requestedCeaseDate"),
    ("committedDate", "committedDate"),
    ("targetDate", "targetDate"),
    ("engineerTasks", "engineerTasks"),
    ("hazards", "hazards"),
    ("onSiteRestrictions", "onSiteRestrictions"),
    ("notes", "notes"),
    ("created", "created"),
    ("updated", "updated"),
)


def render(facts: Mapping[str, Any], made_at: BusinessTime) -> bytes:
    """The bytes of the record; `deliveredOn` is when they were made. Unset fields are left out."""
    return orjson.dumps({**_record(facts, made_at), "entityType": _entity_type(facts), "entity": _told_entity(facts)})


def _entity_type(facts: Mapping[str, Any]) -> str:
    if _is_ethernet(facts.get("entity") or {}):
        return _PROVIDES_ETHERNET
    return _ENTITY_TYPES.get(facts["orderType"], _PROVIDES)


def _is_ethernet(whole: Mapping[str, Any]) -> bool:
    return "ethernetOrderItems" in whole


def shown(facts: Mapping[str, Any], made_at: datetime | None, delivery: str | None) -> dict[str, Any]:
    """The same record as an order lists it: with what became of it, and without the order around it."""
    return without_unset({**_record(facts, made_at), "deliveryStatus": delivery, **_requests(facts)})


def _record(facts: Mapping[str, Any], made_at: datetime | None) -> dict[str, Any]:
    kind, member, told = _told(facts)
    record = {
        "id": facts["id"],
        "supplier": facts.get("supplier"),
        "sequenceNumber": facts["sequenceNumber"],
        "issuedOn": facts.get("issuedAt"),
        "receivedOn": facts.get("receivedAt"),
        "deliveredOn": stamp(made_at) if made_at else None,
        "updateType": kind,
        member: told,
        "supplierNotes": [without_unset(one) for one in cast("Sequence[Mapping[str, Any]]", facts.get("notes") or ())],
    }
    return without_unset(record)


def url(saved: str) -> str:
    """Where to post: the tenant saves the base of its API, or the whole URL."""
    return operation_url(saved)


def _told(facts: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]]:
    """The type of the update, and the one member that goes with it."""
    if facts.get("error"):
        return "ERROR", "error", facts["error"]
    action = _ACTIONS.get(facts["reason"])
    kind = "ACTION_REQUIRED" if action else "INFORMATIONAL"
    codes = facts.get("supplierCodes") or [None]
    told = {
        "type": action or _information(facts),
        "code": facts.get("problemCode"),
        "text": facts.get("text"),
        "supplierCode": codes[0],
        "supplierCodes": facts.get("supplierCodes"),
    }
    return kind, _MEMBER[kind], without_unset(told)


def _information(facts: Mapping[str, Any]) -> str:
    """An end that the tenant did not ask for is TERMINATED."""
    reason: str = facts["reason"]
    asked = facts.get("cancellation") or facts.get("previousStatus") == OrderStatus.PENDING_CANCELLATION
    if reason == Reason.ORDER_REJECTED or (reason == Reason.CANCELLED and not asked):
        return "TERMINATED"
    return reason


def _told_entity(facts: Mapping[str, Any]) -> dict[str, Any]:
    frozen = cast("Mapping[str, Any]", facts.get("entity") or {})
    whole = {"id": facts["orderId"], "orderType": facts["orderType"], "status": facts["status"], **frozen}
    return {**entity(whole), **_requests(facts)}


def entity(whole: Mapping[str, Any]) -> dict[str, Any]:
    """An order, from the field names that every dialect shares to those of this one.

    Ethernet that is provided has no order type, as the documents show it.
    """
    left_out = {"orderType"} if _is_ethernet(whole) else frozenset[str]()
    return without_unset({name: whole.get(ours) for name, ours in _ENTITY if name not in left_out})


def _requests(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The amendment or cancellation that this is about."""
    return without_unset(
        {
            "serviceOrderAmendment": change(facts.get("amendment") or {}),
            "serviceOrderCancellation": change(facts.get("cancellation") or {}),
        }
    )


def change(asked: Mapping[str, Any]) -> dict[str, Any]:
    """An amendment or a cancellation, from the field names that every dialect shares; an empty member stays.

    It removes what is stored.
    """
    named = {"supplierReference" if name == "reference" else name: value for name, value in asked.items()}
    return {name: value for name, value in named.items() if value is not None}
