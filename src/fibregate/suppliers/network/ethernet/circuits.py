"""What our own network calls what it has built: a service and a circuit for each item, a VLAN for each site.

Numbers of services and circuits come from the order's key, so that no two orders of the network have the same.
"""

from typing import Final

from fibregate.vocabulary import OrderKey

OF_AN_ITEM: Final = ("SERVICE_ID", "CIRCUIT_REFERENCE")
OF_A_SITE: Final = ("SERVICE_VLAN_ID",)


def numbered(name: str, place: int) -> str:
    """The name of a fact of the item, or of the site, at that place of its order."""
    return f"{name}_{place + 1}"


def service_id(order: OrderKey, place: int) -> str:
    return f"NW1-E-{order:08d}-{place + 1}"


def references(order: OrderKey, items: int) -> list[str]:
    """Of the circuits of an order."""
    return [f"ETH{order:08d}/{place + 1}" for place in range(items)]
