"""What became of an order's deliveries, for its tenant to see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from fibregate.db import Db, Row
from fibregate.errors import Unknown
from fibregate.kcis.delivery import store
from fibregate.vocabulary import TenantId

MOST_ATTEMPTS: Final = 500

State = Literal["DELIVERED", "PENDING", "PARKED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One KCI on its way to one endpoint; `attempts` are the latest, newest first, of the `attempt_count` made."""

    endpoint_id: UUID
    sequence_number: int
    kci_id: UUID
    state: State
    made_at: datetime
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    attempt_count: int
    attempts: list[Row]


async def of_order(db: Db, tenant: TenantId, order_id: int) -> list[Delivery]:
    """Raises `Unknown`. Covers what has been tried at least once, with the newest 500 attempts of the whole order."""
    order = await store.find_order(db, tenant, order_id)
    if order is None:
        raise Unknown(f"id: there is no order {order_id}")
    rows = await store.list_of_order(db, tenant, order)
    tried: dict[tuple[UUID, int], list[Row]] = {}
    for row in await store.list_attempts(db, tenant, order, limit=MOST_ATTEMPTS):
        tried.setdefault((row["endpoint_id"], row["sequence_number"]), []).append(row)
    return [_delivery(row, tried.get((row["endpoint_id"], row["sequence_number"]), [])) for row in rows]


def _delivery(row: Row, attempts: list[Row]) -> Delivery:
    delivered = row["delivered_at"] is not None
    return Delivery(
        endpoint_id=row["endpoint_id"],
        sequence_number=row["sequence_number"],
        kci_id=row["kci_id"],
        state="DELIVERED" if delivered else "PARKED" if row["parked_reason"] else "PENDING",
        made_at=row["made_at"],
        delivered_at=row["delivered_at"],
        next_attempt_at=row["next_attempt_at"],
        attempt_count=row["attempts"],
        attempts=attempts,
    )
