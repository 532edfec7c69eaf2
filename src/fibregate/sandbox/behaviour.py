"""Premises whose network is slow, broken, or changes its mind: what happens around a request there.

The doors call these where the process serves a sandbox, and nowhere else.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from fibregate.appointments import actions as appointments
from fibregate.clock import BusinessClock, BusinessTime
from fibregate.db import Db
from fibregate.errors import SupplierFault
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim, Lane
from fibregate.sandbox import store

SLOW = frozenset({999900003007})
BROKEN = frozenset({999900003008})
DROPPED = frozenset({999900003011})
SLOW_SECONDS = 40.0
DROPPED_AFTER = timedelta(hours=1)
LANE = "withdraw"
_WHILE_BOOKING = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the doors are handed."""

    db: Db
    clock: BusinessClock

    async def before_availability(self, uprn: int) -> None:
        """Takes 40 seconds of real time at a slow address."""
        if uprn in SLOW:
            await asyncio.sleep(SLOW_SECONDS)

    async def before_booking(self, uprn: int) -> None:
        """Raises `SupplierFault` at a broken address. Elsewhere the network will take the hold back an hour later."""
        if uprn in BROKEN:
            raise SupplierFault("the network failed while it booked; nothing is held, the same id may be sent again")
        if uprn in DROPPED:
            now = await self.clock.now()
            async with self.db.tx(None) as tx:
                lane = Lane(LANE, f"{uprn}:{now.timestamp():.6f}", None, {"uprn": uprn})
                await lanes.schedule(tx, lane, due_at=now + DROPPED_AFTER)


async def withdraw(db: Db, claim: Claim, now: BusinessTime) -> None:
    """The lane of such a booking: take back what has been held there for an hour."""
    uprn = int(str(claim.subject["uprn"]))
    for tenant in await store.list_tenants(db):
        async with db.tx(tenant) as tx:
            for held in await store.list_holds(tx, tenant, uprn=uprn):
                if held["created_at"] + DROPPED_AFTER <= now + _WHILE_BOOKING:
                    await appointments.withdraw(tx, tenant, held["id"], now)
    async with db.tx(None) as tx:
        await lanes.complete(tx, claim)
