"""Ask our own network what can be had."""

from fibregate.availability import store
from fibregate.availability.model import Availability
from fibregate.db import Db
from fibregate.suppliers.network import premises
from fibregate.vocabulary import TenantId


async def check(db: Db, tenant: TenantId, uprn: int) -> Availability:
    """One read: the premises, its lines and the tenant's handover there."""
    row = await store.find(db, tenant, uprn)
    return Availability(premises.read(row), row["open_orders"], row["ethernet"]) if row else Availability(None, 0)
