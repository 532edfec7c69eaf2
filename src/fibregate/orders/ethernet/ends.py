"""What the end of an Ethernet order makes of the circuits of our own network."""

from typing import Final

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.orders.model import Order
from fibregate.suppliers.network.circuits import actions as circuits
from fibregate.vocabulary import OrderStatus, OrderType

_DONE: Final = frozenset({OrderStatus.COMPLETED, OrderStatus.PARTIAL})


async def ended(tx: Tx, order: Order, now: BusinessTime) -> None:
    """Raises `Invalid` where the circuits cannot be what the order wants."""
    if order.status in _DONE:
        await circuits.complete(tx, order.tenant, order.key, OrderType(order.order_type), now)
    else:
        await circuits.give_up(tx, order.tenant, order.key, now)
