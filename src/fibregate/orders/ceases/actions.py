"""Make such an order, and move its day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.errors import Invalid
from fibregate.orders import actions as orders
from fibregate.orders import news
from fibregate.orders.ceases import store
from fibregate.orders.model import Order
from fibregate.suppliers.port import Draft
from fibregate.tenants.numbers import actions as numbers
from fibregate.vocabulary import OrderKey, Reason, SupplierId, TenantId

_NUMBERED: Final = "TENANT"
"""The door at which we give the numbers."""

_NAMES: Final = UUID("b0b8a3f5-6a3e-4e5c-9d5c-2f7f6d1a40e7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cease:
    """What a network says of it: which service ends, why, and when."""

    supplier: SupplierId
    service_id: str
    reason: str
    ends_at: datetime
    text: str | None = None


async def begin(tx: Tx, tenant: TenantId, cease: Cease, now: BusinessTime) -> Order:
    """The order, told as CREATED. Raises `Invalid` where the tenant has no such service of that supplier.

    Its number is the tenant's next one, where the service came by the tenant door. Takes the lock of the tenant's feed.
    """
    door = await store.find_door(tx, tenant, cease.service_id, cease.supplier)
    number = await numbers.take(tx, tenant, "ORDER") if door == _NUMBERED else None
    key = await store.insert(
        tx,
        tenant,
        supplier=cease.supplier,
        service_id=cease.service_id,
        reason=cease.reason,
        ends_at=cease.ends_at,
        name=str(uuid5(_NAMES, f"{tenant}:{cease.service_id}:{now.isoformat()}")),
        door=door or "",
        number=number,
        now=now,
    )
    if key is None:
        raise Invalid(f"serviceId: the tenant has no service {cease.service_id!r} of yours")
    made = await orders.lock(tx, tenant, key)
    return await news.tell(tx, made, Draft(reason=Reason.CREATED, text=cease.text), now)


async def put_off(tx: Tx, tenant: TenantId, order: OrderKey, ends_at: datetime) -> bool:
    """The service ends at another time than was said; False where that is what was said."""
    return await store.put_off(tx, tenant, order, ends_at)
