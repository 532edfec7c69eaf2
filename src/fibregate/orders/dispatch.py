"""Hand an order to our own network."""

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.orders import actions, news
from fibregate.orders.circuits import charging
from fibregate.orders.model import Order
from fibregate.suppliers.network import actions as network
from fibregate.vocabulary import OrderKey, OrderStatus, TenantId


async def to_own_network(tx: Tx, tenant: TenantId, key: OrderKey, now: BusinessTime) -> Order:
    """The network opens a work order, and the order is sent."""
    order = await actions.lock(tx, tenant, key)
    if order.status.ended:
        return order
    await network.take(tx, tenant, key, now)
    if order.status is OrderStatus.RECEIVED_BY_GATEWAY:  # or an update was quicker
        order = await news.sent(tx, order, now)
    return await charging.raise_early_ending(tx, order, now)
