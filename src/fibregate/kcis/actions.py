"""Tell a tenant what happened: in the same transaction, once, for good."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.kcis import store
from fibregate.vocabulary import OrderKey, ReservationState, TenantId

_NAMES = UUID("5a1b0f0e-3c55-4a6e-9f3d-0f1bb7a1c0de")


async def tell(
    tx: Tx,
    tenant: TenantId,
    order: OrderKey,
    *,
    number: int,
    reason: str,
    status: str,
    facts: Mapping[str, object],
    issued_at: datetime | None,
    received_at: datetime | None,
    now: BusinessTime,
) -> None:
    """Append KCI `number` of the order, show it in the feed, and queue it for each endpoint.

    The caller holds the order's row and counts; `facts` are all that any rendering will ever read. Takes the lock of
    the tenant's feed, so call it last.
    """
    identity = uuid5(_NAMES, f"{tenant}:{order}:{number}")
    await store.tell(
        tx,
        tenant,
        order,
        number=number,
        id=identity,
        reason=reason,
        status=status,
        facts={"id": str(identity), "sequenceNumber": number, **facts},
        issued_at=issued_at,
        received_at=received_at,
        now=now,
    )
    tx.wakes_workers = True


async def show_appointment(
    tx: Tx, tenant: TenantId, reservation: int, state: ReservationState, now: BusinessTime
) -> None:
    """Tell in the feed, and only there, that a hold is gone (`EXPIRED` or `WITHDRAWN`)."""
    await store.show_appointment(tx, tenant, reservation, state=state.value, now=now)
