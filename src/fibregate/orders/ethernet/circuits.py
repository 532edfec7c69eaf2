"""What an Ethernet order shows beside what all orders show, with what its network has told since."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fibregate.suppliers.network.ethernet.circuits import OF_A_SITE, OF_AN_ITEM, numbered

HANDOVER: Final = "POINT_OF_INTERCONNECT"
VLAN: Final = "SERVICE_VLAN_ID"
MILESTONE: Final = "MILESTONE "
"""How the text of an update begins that tells how far the work has come."""


def shown(asked: Mapping[str, Any], learnt: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Each fact stands at its site or its service; one that names neither, at the first service.

    Where the tenant takes it over is said of its own end: the first B-END, else the last site.
    """
    facts = {one["name"]: one["value"] for one in learnt}
    own_end = next((place for place, one in enumerate(asked["sites"]) if one["role"] == "B-END"), -1)
    sites = [
        _with(one, "siteCharacteristics", _of(facts, OF_A_SITE, place)) for place, one in enumerate(asked["sites"])
    ]
    if HANDOVER in facts:
        given = [{"name": HANDOVER, "value": facts.pop(HANDOVER)}]
        sites[own_end] = _with(sites[own_end], "siteCharacteristics", given)
    services = [_of(facts, OF_AN_ITEM, place) for place, _ in enumerate(asked["items"])]
    services[0] += [{"name": name, "value": value} for name, value in facts.items()]
    items = [
        {**one, "service": _with(one["service"], "serviceCharacteristic", services[place])}
        for place, one in enumerate(asked["items"])
    ]
    return {"supplierQuoteId": asked["supplierQuoteId"], "siteInformation": sites, "ethernetOrderItems": items}


def _of(facts: dict[str, str], names: Sequence[str], place: int) -> list[dict[str, str]]:
    """Taken out of the facts."""
    there = [(name, numbered(name, place)) for name in names]
    return [{"name": name, "value": facts.pop(key)} for name, key in there if key in facts]


def _with(part: Mapping[str, Any], member: str, learnt: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    if not learnt:
        return dict(part)
    told = {one["name"] for one in learnt}
    return {**part, member: [*(one for one in part.get(member) or () if one["name"] not in told), *learnt]}


def milestone(text: str | None) -> str | None:
    """How far the work has come, where an update says so."""
    return text.removeprefix(MILESTONE) if text and text.startswith(MILESTONE) else None
