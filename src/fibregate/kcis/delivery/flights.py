"""The three statements of a delivery, each made together with those of other lanes."""

import asyncio
from collections.abc import Sequence

from fibregate.db import Db, Row
from fibregate.kcis.delivery import store
from fibregate.kcis.delivery.letters import store as letters
from fibregate.kcis.delivery.model import Made, Place, Taken
from fibregate.kcis.delivery.together import RUNWAYS, Together
from fibregate.vocabulary import TenantId


class Flights:
    """One for a worker."""

    def __init__(self, db: Db) -> None:
        async def find(tenant: TenantId, asked: Sequence[Place]) -> list[Row]:
            return await letters.find_heads(db, tenant, asked)

        async def keep(tenant: TenantId, made: Sequence[Made]) -> list[Made]:
            return await letters.insert(db, tenant, made)

        async def record(tenant: TenantId, taken: Sequence[Taken]) -> list[Row | None]:
            return await store.record_taken(db, tenant, taken)

        runways = asyncio.Semaphore(RUNWAYS)
        self._find: Together[Place, Row] = Together(find, runways)
        self._keep: Together[Made, Made] = Together(keep, runways)
        self._record: Together[Taken, Row | None] = Together(record, runways)

    async def find_head(self, asked: Place) -> Row:
        """See `letters.store.find_heads`."""
        return await self._find.ask(asked.tenant, asked)

    async def keep(self, made: Made) -> Made:
        """See `letters.store.insert`."""
        return await self._keep.ask(made.at.tenant, made)

    async def record_taken(self, taken: Taken) -> Row | None:
        """See `store.record_taken`."""
        return await self._record.ask(taken.at.tenant, taken)
