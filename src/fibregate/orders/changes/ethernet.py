"""What an amendment may change of an Ethernet order. Rules: `docs/reference/ethernet.md`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fibregate.orders.changes import contents
from fibregate.orders.changes.model import Wish
from fibregate.orders.ethernet.circuits import HANDOVER, VLAN
from fibregate.orders.model import Order
from fibregate.orders.rules import items
from fibregate.suppliers.network.catalogue import CHARGE_BAND, ORDER_CHARACTERISTICS
from fibregate.vocabulary import ServiceType

_LIST: Final = "serviceCharacteristics"
_MEMBERS: Final = (_LIST, "primaryContact", "secondaryContact", "hazards", "onSiteRestrictions", "notes")
_BANDWIDTH: Final = re.compile(r"[1-9][0-9]{0,3}[MG][1-9][0-9]{0,3}[MG]")
_TAG: Final = r"(?:[2-9]|[1-9][0-9]{1,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])"
_RULES: Final[Mapping[str, Mapping[str, Any]]] = {
    one["name"]: one
    for one in (
        *(one for one in ORDER_CHARACTERISTICS if one["name"] == CHARGE_BAND),
        {"name": HANDOVER, "pattern": r"[!-~](?:[ -~]{0,98}[!-~])?", "text": "1 to 100 printable ASCII characters"},
        {"name": VLAN, "pattern": rf"{_TAG}(?:\.{_TAG})?", "text": "a VLAN from 2 to 4094, or two as 101.1042"},
    )
}
"""A charge is agreed to by the first; the others say where and how the tenant takes the service over."""

_OF_CIRCUITS: Final = {CHARGE_BAND: _RULES[CHARGE_BAND]}
"""Of an order that changes or ends what lives."""


def members(order: Order) -> tuple[str, ...]:
    """What an amendment of this order may bring."""
    return _MEMBERS if order.service_type == ServiceType.ETHERNET else contents.MEMBERS


def faults(wish: Wish, order: Order) -> Iterator[str]:
    """What it is, where and for how long stands in its quote; whom and what to expect there may be told anew."""
    brings = _RULES if order.circuit is None else _OF_CIRCUITS
    for name in contents.MEMBERS:
        if name in wish.asked and name not in _MEMBERS:
            accepted = ", ".join((*_MEMBERS[1:], f"{_LIST} with {', '.join(sorted(brings))}"))
            yield f"{name}: cannot be changed on order {order.id}, which is for Ethernet; accepted: {accepted}"
    sent: Sequence[Mapping[str, str]] = wish.asked.get(_LIST) or ()
    stands = {one["name"]: {"name": one["name"], "values": [one["value"]]} for one in order.characteristics}
    yield from items.named(_LIST, sent, {**stands, **brings})
    if order.circuit is not None:
        return
    for place, one in enumerate(sent):
        if one["name"] == HANDOVER and _BANDWIDTH.fullmatch(one["value"]) and one["value"] not in _quoted(order):
            yield f"{_LIST}[{place}].value: {one['value']} is not what was quoted; quote again"


def _quoted(order: Order) -> set[str]:
    asked = order.ethernet or {}
    said = [one["service"].get("serviceCharacteristic") or () for one in asked["items"]]
    said += [one.get("siteCharacteristics") or () for one in asked["sites"]]
    return {each["value"] for one in said for each in one if each["name"] == HANDOVER}
