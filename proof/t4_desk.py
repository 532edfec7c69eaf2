"""A connection that books and releases with the product's own statements, and writes down what it surely holds."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import asyncpg
import orjson

from proof.slots import Slot
from proof.t4_statements import Statement, statement
from proof.town import FIRST_VISITED_UPRN

SERVICE: Final = "fttp"
HOLD_SECONDS: Final = 60
"""The book's holds last a minute, from a now that is told to the statement."""

APP_ROLE: Final = "fibregate_app"


@dataclass
class Hold:
    """A place that was surely held from `since` until `until` at least, in seconds of this machine's clock."""

    slot: Slot
    tenant: int
    id: int
    since: float
    until: float


@dataclass(frozen=True)
class Statements:
    """What `appointments.book` and `appointments.release` send."""

    book: Statement
    lock: Statement
    end: Statement
    find: str = "select id, state from reservations where tenant_id = $1 and id = $2"

    @classmethod
    def of(cls, source: Path) -> Self:
        return cls(statement(source, "book"), statement(source, "lock"), statement(source, "end"))


@dataclass
class Desk:
    """One connection of one tenant. A connection that breaks is opened again, and what was asked is looked up."""

    dsn: str
    tenant: int
    statements: Statements
    holds: list[Hold] = field(default_factory=list[Hold])
    broken: int = 0
    _connection: Any = None
    _prepared: dict[str, Any] = field(default_factory=dict[str, Any])

    async def open(self) -> None:
        self._prepared.clear()
        self._connection = await asyncpg.connect(self.dsn, timeout=10)
        await self._connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_dump, decoder=orjson.loads)
        await self._connection.execute(f"set role {APP_ROLE}")
        await self._connection.execute("select set_config('fg.tenant', $1, false)", str(self.tenant))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    async def book(self, number: int, slot: Slot, *, seconds: float) -> Hold | None:
        """A hold that ends by itself after so many seconds, 60 at most. None: no place was got."""
        now = datetime.now(UTC) - timedelta(seconds=HOLD_SECONDS - seconds)
        row = await self._run(self.statements.book.sql, *self._booking(number, slot, now))
        if row is None:
            return None
        held = Hold(slot, self.tenant, number, time.time(), row["expires_at"].timestamp())
        self.holds.append(held)
        return held

    def _booking(self, number: int, slot: Slot, now: datetime) -> list[object]:
        values: dict[str, object] = {
            "tenant": self.tenant,
            "wish.id": number,
            "wish.uprn": FIRST_VISITED_UPRN,
            "wish.service": SERVICE,
            "wish.service_id": None,
            "wish.purpose.value": "PROVIDE",
            "wish.starts_at": slot.starts_at,
            "wish.ends_at": slot.ends_at,
            "wish.body_hash": number.to_bytes(8),
            "today": now.date(),
            "now": now,
            "dict(wish.address)": {"id": str(FIRST_VISITED_UPRN), "type": "UPRN"},
            "notice": None,
            "asker.request_id": "t4",
            "limit": None,
            "asker.conversation_id": "t4",
            "asker.client": "t4",
            "asker.origin": "t4",
        }
        return self.statements.book.arguments(values)

    async def release(self, hold: Hold) -> bool:
        """As the door does it: locked, looked at, ended. From now on the place is not surely held."""
        hold.until = min(hold.until, time.time())
        async with self._connection.transaction():
            found = await self._run(self.statements.lock.sql, self.tenant, hold.id)
            if found is None or found["state"] != "RESERVED":
                return False
            return await self._run(self.statements.end.sql, *self._ending(hold.id)) is not None

    def _ending(self, number: int) -> list[object]:
        now = datetime.now(UTC)
        values = {"tenant": self.tenant, "reservation": number, "state": "RELEASED", "now": now}
        return self.statements.end.arguments(values)

    async def state(self, number: int) -> str | None:
        """How a reservation stands, None where there is none."""
        row = await self._run(self.statements.find, self.tenant, number)
        return row["state"] if row else None

    async def _run(self, sql: str, *arguments: object) -> Any:
        prepared = self._prepared.get(sql)
        if prepared is None:
            prepared = self._prepared[sql] = await self._connection.prepare(sql)
        return await prepared.fetchrow(*arguments)


def _dump(value: object) -> str:
    return orjson.dumps(value).decode()
