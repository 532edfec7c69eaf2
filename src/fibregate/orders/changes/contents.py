"""The order as an amendment would make it.

Only what was sent changes; an array replaces the whole array, an empty one and an empty text remove what is stored,
and of a contact only the parts that were sent change. Rules: `docs/reference/orders.md`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from fibregate.orders.model import Order

TEXTS: Final[Mapping[str, str]] = {
    "hazards": "hazards",
    "onSiteRestrictions": "on_site_restrictions",
    "notes": "notes",
    "engineerTasks": "engineer_tasks",
}
"""Members that are stored as they are sent, and where."""

MEMBERS: Final = (
    "serviceCharacteristics",
    "primaryContact",
    "secondaryContact",
    "appointmentReservationId",
    "requestedCompletionDate",
    *TEXTS,
)
"""All that an amendment may change."""


def amended(order: Order, asked: Mapping[str, Any]) -> Order:
    """But for its appointment, which is a matter of places."""
    changes: dict[str, Any] = {ours: asked[name] or None for name, ours in TEXTS.items() if name in asked}
    if "serviceCharacteristics" in asked:
        changes["characteristics"] = _characteristics(order, asked["serviceCharacteristics"])
    if "primaryContact" in asked:
        changes["primary_contact"] = _contact(order.primary_contact, asked["primaryContact"])
    if "secondaryContact" in asked:
        changes["secondary_contact"] = _contact(order.secondary_contact, asked["secondaryContact"])
    if "requestedCompletionDate" in asked:
        wished = asked["requestedCompletionDate"]
        changes["requested_completion_date"] = date.fromisoformat(wished) if wished else None
    return replace(order, **changes)


_NETWORKS_OWN: Final = re.compile(
    r"(?:SERVICE_ID|SERVICE_VLAN_ID|CIRCUIT_REFERENCE)(?:_[0-9]+)?|ONT_REFERENCE|ONT_PORT"
)


def is_networks_own(name: str) -> bool:
    """A characteristic that the network has set: it stays, whatever the tenant's array says.

    Those of Ethernet are numbered by the place of their service or site.
    """
    return _NETWORKS_OWN.fullmatch(name) is not None


def _characteristics(order: Order, sent: list[dict[str, str]]) -> list[Mapping[str, str]]:
    names = {one["name"] for one in sent}
    kept = [one for one in order.characteristics if is_networks_own(one["name"]) and one["name"] not in names]
    return [*sent, *kept]


def _contact(stored: Mapping[str, Any] | None, sent: Mapping[str, Any] | str) -> dict[str, Any] | None:
    if isinstance(sent, str) or not sent:
        return None
    parts = {**(stored or {}), **sent}
    return {name: value for name, value in parts.items() if value} or None
