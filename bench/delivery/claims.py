"""How long it takes to claim fifty lanes while the orders of a dead endpoint wait."""

import asyncio
from dataclasses import dataclass, field
from time import monotonic, perf_counter
from typing import Any, Final

from fibregate.db import Db
from fibregate.lanes import actions as lanes

DEAD_URL: Final = "http://127.0.0.1:1/kcis"
"""Nobody listens there."""

FIFTY: Final = 50
LIVING: Final = 2000
"""Lanes of other tenants that are due meanwhile."""

_LOOK_SECONDS: Final = 0.2
_OWNER: Final = "bench"
_WARM: Final = 10


@dataclass(slots=True)
class Claims:
    """Seconds of a claim for fifty: each round's median and slowest of twenty, and how many lanes `came`.

    `blocked` lanes were passed by; it took the worker `seconds_to_block` to find that they are.
    """

    p50: list[float] = field(default_factory=list[float])
    p95: list[float] = field(default_factory=list[float])
    came: list[int] = field(default_factory=list[int])
    blocked: int = 0
    seconds_to_block: float = 0.0


_BLOCKED: Final = """
select count(*) filter (where last_done < last_enqueued) as waiting,
    count(*) filter (where last_done < last_enqueued and (held or due_at > clock())) as blocked
from lanes where share = $1
"""


async def until_blocked(looking: Any, share: str, orders: int, *, patience: float) -> None:
    """Until the worker has found the endpoint dead and holds what waits for it, each order's first KCI undelivered."""
    deadline = monotonic() + patience
    while True:
        row = await looking.fetchrow(_BLOCKED, share)
        if row["waiting"] == orders and row["blocked"] >= orders - 1:
            return
        if monotonic() > deadline:
            raise RuntimeError(
                f"after {patience:g} s only {row['blocked']} of {orders} orders wait for the dead endpoint"
            )
        await asyncio.sleep(_LOOK_SECONDS)


async def measure(db: Db, found: Claims, *, tries: int) -> None:
    """One round of claims, each handed back at once."""
    took: list[float] = []
    for one in range(tries + _WARM):
        began = perf_counter()
        claims = await lanes.claim(db, _OWNER, limit=FIFTY)
        ended = perf_counter()
        assert claims
        found.came.append(len(claims))
        await lanes.hand_back(db, _OWNER)
        if one >= _WARM:
            took.append(ended - began)
    took.sort()
    found.p50.append(took[len(took) // 2])
    found.p95.append(took[int(len(took) * 0.95)])
