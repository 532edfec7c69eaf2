"""Give out the next number."""

from typing import Final, Literal

from fibregate.db import Tx
from fibregate.tenants.numbers import store
from fibregate.vocabulary import TenantId

Kind = Literal["APPOINTMENT", "ORDER", "AMENDMENT", "CANCELLATION"]

UNNUMBERED: Final = 0
"""The `id` of something asked for that has none yet."""

_USED_IN: Final[dict[Kind, str]] = {
    "APPOINTMENT": store.RESERVATIONS,
    "ORDER": store.ORDERS,
    "AMENDMENT": store.AMENDMENTS,
    "CANCELLATION": store.CANCELLATIONS,
}


async def take(tx: Tx, tenant: TenantId, kind: Kind) -> int:
    """The tenant's next number of this kind. Nobody else gets one until `tx` ends: take every other lock before.

    The tenant itself may use it at the wholesale door before `tx` ends, which then breaks a unique key: begin again.
    """
    last = await store.lock(tx, tenant, kind)
    # A statement of its own: one that had waited for the lock would still see what was used before it.
    return await store.count_up(tx, tenant, kind, _USED_IN[kind], at_least=last + 1)


async def pass_over(tx: Tx, tenant: TenantId, kind: Kind) -> None:
    """The next number will be one that the tenant has not used itself."""
    last = await store.lock(tx, tenant, kind)
    free = await store.count_up(tx, tenant, kind, _USED_IN[kind], at_least=last + 1)
    await store.count_back(tx, tenant, kind, free)
