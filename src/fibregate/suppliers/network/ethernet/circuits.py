"""What our own network calls what it has built: a service and a circuit for each item, a VLAN for each site.

Numbers come from the order's key, so that no two orders of the network have the same; asked again they are the same.
"""

from typing import Final

from fibregate.vocabulary import OrderKey

OF_AN_ITEM: Final = ("SERVICE_ID", "CIRCUIT_REFERENCE")
OF_A_SITE: Final = ("SERVICE_VLAN_ID",)
_SITES: Final = 20
_LOWEST, _TAGS = 2, 4093


def numbered(name: str, place: int) -> str:
    """The name of a fact of the item, or of the site, at that place of its order."""
    return f"{name}_{place + 1}"


def facts(order: OrderKey, *, items: int, sites: int) -> dict[str, str]:
    """All of an order's."""
    found: dict[str, str] = {}
    for place, reference in enumerate(references(order, items)):
        service, circuit = OF_AN_ITEM
        found[numbered(service, place)] = f"NW1-E-{order:08d}-{place + 1}"
        found[numbered(circuit, place)] = reference
    for place in range(sites):
        found[numbered(OF_A_SITE[0], place)] = vlan(order, place)
    return found


def references(order: OrderKey, items: int) -> list[str]:
    """Of the circuits of an order."""
    return [f"ETH{order:08d}/{place + 1}" for place in range(items)]


def vlan(order: OrderKey, place: int) -> str:
    """Outer and inner tag, both from 2 to 4094. No two sites have the same until they are sixteen million."""
    outer, inner = divmod(order * _SITES + place, _TAGS)
    return f"{_LOWEST + outer % _TAGS}.{_LOWEST + inner}"
