"""A KCI as this door itself takes it, from nothing but the KCI's frozen facts.

For a tenant that is a gateway: we are its supplier, and its updates door reads this at `POST /v1/kcis`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import orjson

from fibregate.clock import BusinessTime
from fibregate.doors.updates.companions import CHARGING, COMPANIONS
from fibregate.kcis.rendering import operation_url, without_unset
from fibregate.vocabulary import OrderStatus, Reason

NAME: Final = "supplier-kci"

_ORDERS: Final[Mapping[str, str]] = {
    "MODIFY": "modifyServiceOrder",
    "CEASE": "ceaseServiceOrder",
    "UNSOLICITED_CEASE": "unsolicitedCeaseServiceOrder",
}
_PROVIDES: Final = "provideServiceOrder"
_PROVIDES_ETHERNET: Final = "ethernetServiceOrder"
_ENTITY: Final = (
    "orderType",
    "status",
    "serviceId",
    "reason",
    "address",
    "serviceOrderItem",
    "supplierQuoteId",
    "serviceCharacteristics",
    "primaryContact",
    "secondaryContact",
    "appointmentReservationId",
    "appointmentReservationReference",
    "appointmentTimeslot",
    "requestedCompletionDate",
    "requestedCeaseDate",
    "committedDate",
    "targetDate",
)
_PARTS: Final[Mapping[str, frozenset[str]]] = {
    "siteInformation": frozenset({"name", "postcode", "role", "address", "siteCharacteristics"}),
    "ethernetOrderItems": frozenset({"service", "contractDetails", "requestedCompletionDate"}),
}
"""Of each site and service of an order for Ethernet: not the people there, and so never more than was ordered with."""

_UNSAID: Final = "OTHER"
_NO_MORE: Final = "The network said no more about it."
"""For what a reason must bring and nobody said: refused as incomplete, an update would hold up all that follow."""

_LONGEST: Final = 1000
"""Characters of a text or a note that this door takes; our own network's people may write more."""


def render(facts: Mapping[str, Any], made_at: BusinessTime) -> bytes:
    """The bytes of the update, numbered as its tenant's KCIs are; `made_at` is not in them. Unset fields are left out.

    The order is named by the number that the tenant gave it, with the tenant, and by the supplier's reference once
    there is one.
    """
    del made_at
    reason, codes = _reason(facts), facts.get("supplierCodes") or [None]
    update = {
        "id": facts["id"],
        "sequenceNumber": facts["sequenceNumber"],
        "issuedOn": facts.get("issuedAt") or facts["happenedAt"],
        "reasonCode": reason.value,
        **_said(facts, reason),
        "supplierCode": codes[0],
        "supplierCodes": facts.get("supplierCodes"),
        "supplierNotes": [_note(one) for one in cast("Sequence[Mapping[str, Any]]", facts.get("notes") or ())],
        "charge": _charge(facts, reason),
        _kind(facts): _entity(facts),
    }
    return orjson.dumps(without_unset(update))


def _kind(facts: Mapping[str, Any]) -> str:
    provides = _PROVIDES_ETHERNET if "ethernetOrderItems" in (facts.get("entity") or {}) else _PROVIDES
    return _ORDERS.get(facts["orderType"], provides)


def url(saved: str) -> str:
    """Where to post: the tenant saves the base of its updates door, or the whole URL."""
    return operation_url(saved)


def _reason(facts: Mapping[str, Any]) -> Reason:
    """An order that never got to the network has been refused, as far as who sent it to us is concerned."""
    never_sent = facts.get("error") and facts["status"] == OrderStatus.FAILED_TO_SEND
    return Reason.ORDER_REJECTED if never_sent else Reason(facts["reason"])


def _said(facts: Mapping[str, Any], reason: Reason) -> dict[str, Any]:
    """Problem code and text, with what must come along."""
    wanted = COMPANIONS.get(reason, ())
    problem, text = facts.get("problemCode"), facts.get("text")
    if not text and facts.get("error"):
        text = " ".join(facts["error"]["messages"])
    if "problemCode" in wanted:
        problem = problem or _UNSAID
    if "text" in wanted or (problem == _UNSAID and not facts.get("supplierCodes")):
        text = text or _NO_MORE
    return {"problemCode": problem, "text": _bounded(text)}


def _charge(facts: Mapping[str, Any], reason: Reason) -> dict[str, Any] | None:
    """Where it is raised; what became of it is said by the update that decides."""
    charge = facts.get("charge")
    if not charge or reason not in CHARGING:
        return None
    told = {name: charge.get(name) for name in ("included", "answerBy")}
    return without_unset({"construction": charge.get("construction", charge["amount"]), **told})


def _note(note: Mapping[str, Any]) -> dict[str, Any]:
    return without_unset({**note, "note": _bounded(note["note"])})


def _bounded(text: str | None) -> str | None:
    return text if text is None or len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _entity(facts: Mapping[str, Any]) -> dict[str, Any]:
    frozen = cast("Mapping[str, Any]", facts.get("entity") or {})
    entity = {
        **_name(facts),
        **{name: frozen.get(name) for name in _ENTITY},
        **{member: _parts(frozen.get(member), names) for member, names in _PARTS.items()},
        "orderType": facts["orderType"],
        "status": facts["status"],
        **_request("serviceOrderAmendment", facts.get("amendment")),
        **_request("serviceOrderCancellation", facts.get("cancellation")),
    }
    return without_unset(entity)


def _parts(told: Sequence[Mapping[str, Any]] | None, names: frozenset[str]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name in names} for one in told or ()]


def _name(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What names the order. Its number means nothing without its tenant, which an older release did not freeze."""
    reference, tenant = facts.get("supplierReference"), facts.get("tenant")
    number = facts["orderId"] if tenant or not reference else None
    return {"id": number, "tenant": tenant, "supplierOrderReference": reference}


def _request(kind: str, asked: Mapping[str, Any] | None) -> dict[str, Any]:
    """The amendment or cancellation that is answered, under the names of its kind."""
    return {f"{kind}Id": asked.get("id"), f"{kind}Reference": asked.get("reference")} if asked else {}
