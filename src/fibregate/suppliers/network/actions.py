"""What our network does with an order: it takes it, and says what can be had at a premises from now on."""

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.suppliers.network import store
from fibregate.vocabulary import OrderKey, TenantId


async def take(tx: Tx, tenant: TenantId, order: OrderKey, now: BusinessTime) -> str:
    """Open the work order, once; the answer is the network's own reference for the order."""
    return await store.insert_work_order(tx, tenant, order, now)


async def set_readiness(tx: Tx, uprn: int, readiness: str, text: str | None) -> None:
    """Change what can be had at a premises from now on."""
    await store.set_readiness(tx, uprn, readiness, text)
