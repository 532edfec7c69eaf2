"""What the end of an order makes of a service at a supplier far away, as far as we know of it."""

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.orders.model import Order
from fibregate.orders.sending import store
from fibregate.vocabulary import PROVIDES, OrderType


async def completed(tx: Tx, order: Order, now: BusinessTime) -> None:
    """A service that is there, is another, or is gone. Without an id nothing can be said of it.

    What is between sites is none of the services of lines.
    """
    if order.ethernet is not None:
        return
    brought = next((one["value"] for one in order.characteristics if one["name"] == "SERVICE_ID"), None)
    if order.order_type in PROVIDES:
        if brought is not None:
            await store.bring_service(tx, order, brought, now)
    elif order.service_id is not None and order.order_type == OrderType.MODIFY:
        await store.change_service(tx, order, order.service_id)
    elif order.service_id is not None:
        await store.end_service(tx, order, order.service_id, now)
