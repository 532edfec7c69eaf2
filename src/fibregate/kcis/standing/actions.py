"""See how KCIs stand: those of an order, those that wait, and what each endpoint has before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fibregate.db import Db, Row, Statements
from fibregate.errors import Unknown
from fibregate.kcis.standing import store
from fibregate.kcis.standing.model import Outcome, Way, told
from fibregate.vocabulary import OrderKey, TenantId

MOST_ATTEMPTS: Final = 500


@dataclass(frozen=True, slots=True)
class Only:
    """What ways must be like; None asks for nothing. `before` narrows the attempts only: those with lower numbers."""

    endpoint: UUID | None = None
    number: int | None = None
    before: int | None = None


async def of_order(db: Db, tenant: TenantId, order_id: int, only: Only | None = None) -> list[Way]:
    """Every way of its KCIs, tried or not, with the newest 500 attempts of them all. Raises `Unknown`."""
    only = only or Only()
    order = await store.find_order(db, tenant, order_id)
    if order is None:
        raise Unknown(f"id: there is no order {order_id}")
    key = OrderKey(order["order_key"])
    rows = await store.list_of_order(db, tenant, key, up_to=order["kci_count"])
    tried = await store.list_attempts(
        db, tenant, key, number=only.number, before=only.before, endpoint=only.endpoint, limit=MOST_ATTEMPTS
    )
    wanted = [
        row
        for row in rows
        if only.endpoint in {None, row["endpoint_id"]} and only.number in {None, row["sequence_number"]}
    ]
    return _ways(wanted, tried)


async def of_kci(db: Db, tenant: TenantId, kci: UUID) -> tuple[Row, list[Way]]:
    """The KCI itself with its facts, and its ways. Raises `Unknown`."""
    row = await store.find_kci(db, tenant, kci)
    if row is None:
        raise Unknown(f"there is no KCI {kci}")
    rows = await store.list_of_kci(db, tenant, kci)
    tried = await store.list_attempts(
        db, tenant, OrderKey(row["order_key"]), number=row["sequence_number"], limit=MOST_ATTEMPTS
    )
    return row, _ways([one for one in rows if one["endpoint_id"]], tried)


async def outcomes(on: Statements, tenant: TenantId, order: OrderKey, *, up_to: int) -> dict[int, Outcome]:
    """What became of each KCI of an order, by its number."""
    rows = await store.list_of_order(on, tenant, order, up_to=up_to)
    found: dict[int, Outcome] = {}
    for number in range(1, up_to + 1):
        ways = [row for row in rows if row["sequence_number"] == number]
        made = [row["made_at"] for row in ways if row["made_at"]]
        found[number] = Outcome(min(made, default=None), told([row["state"] for row in ways]))
    return found


def _ways(rows: Sequence[Row], attempts: Sequence[Row]) -> list[Way]:
    tried: dict[tuple[UUID, int], list[Row]] = {}
    for row in attempts:
        tried.setdefault((row["endpoint_id"], row["sequence_number"]), []).append(row)
    return [_way(row, tried.get((row["endpoint_id"], row["sequence_number"]), [])) for row in rows]


def _way(row: Row, attempts: Sequence[Row]) -> Way:
    known: dict[str, Any] = {name: value for name, value in row.items() if name != "order_key"}
    return Way(**known, attempts=attempts)
