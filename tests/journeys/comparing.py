"""What two customers of two gateways were told, made comparable: what must differ is left out, and nothing else."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast

from tests.journeys.customer import Json, said

LEFT_OUT: Final[Mapping[str, str]] = {
    "id": "a KCI's id is that of the gateway that tells it",
    "sequenceNumber": "is counted by that gateway; that it goes 1, 2, 3 is asserted by itself",
    "supplier": "A calls B by another name than B calls its own network",
    "receivedOn": "A's clock, when B's update came",
    "deliveredOn": "the clock of the gateway that tells it",
    "issuedOn": "both clocks tick with the real one: it is compared to within that",
    "entity.id": "each gateway numbers orders for itself",
    "entity.supplier": "as above",
    "entity.created": "the clock of the gateway that was asked",
    "entity.updated": "the clock of the gateway that tells it",
    "entity.appointmentReservationId": "each gateway numbers appointments for itself",
    "entity.appointmentSupplierReference": "the network counts them up in the order in which it is asked",
    "entity.supplierOrderNumber": "the same",
    "entity.serviceOrderAmendment.id": "each gateway numbers amendments for itself",
    "entity.serviceOrderAmendment.orderId": "the order's number",
    "entity.serviceOrderAmendment.supplier": "as above",
    "entity.serviceOrderAmendment.appointmentReservationId": "the appointment's number",
    "entity.serviceOrderAmendment.supplierReference": "made of the order's reference",
}
"""What is left out of each KCI, and why it cannot be the same."""

GIVEN_OUT: Final = {"SERVICE_ID": "{service}", "SERVICE_VLAN_ID": "{vlan}"}
"""What the network gives out in the order in which orders come to it: in lists and in texts its name stands for it."""

_ORDER, _SERVICE, _VLAN = r"\bNW1-\d{8}\b", r"\bNW1-S-\d{8}\b", r"\b\d{3}\.\d{4}\b"
_WORDS: Final = ((_ORDER, "{ref}"), (_SERVICE, "{service}"), (_VLAN, "{vlan}"))

TICKED: Final = timedelta(minutes=10)
"""More than a test takes."""


def comparable(kci: Mapping[str, Any]) -> Json:
    """By the names of all its members, one below the other."""
    return {name: value for name, value in _flat(kci) if name not in LEFT_OUT}


def _flat(whole: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in whole.items():
        if isinstance(value, dict):
            yield from _flat(cast("Json", value), f"{before}{name}.")
        elif name == "serviceCharacteristics":
            yield before + name, [{**one, "value": GIVEN_OUT.get(one["name"], one["value"])} for one in value]
        else:
            yield before + name, _masked(value) if name == "text" else value


def _masked(text: str) -> str:
    for pattern, word in _WORDS:
        text = re.sub(pattern, word, text)
    return text


def own(kcis: Iterable[Mapping[str, Any]]) -> list[str]:
    """The texts of what a gateway told by itself: nobody issued it."""
    return [said(one)["text"] for one in kcis if "issuedOn" not in one]


def issued(kcis: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in kcis if "issuedOn" in one]


def at_the_same_time(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """What the other's gateway told by itself has no time."""
    if "issuedOn" not in other:
        return True
    first, second = (datetime.fromisoformat(kci["issuedOn"]) for kci in (one, other))
    return abs(first - second) < TICKED
