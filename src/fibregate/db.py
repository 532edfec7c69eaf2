"""The only way to the database: connections that remember whose tenant they serve.

Row-level security reads the session setting `fg.tenant`. It is set outside any transaction and only when it changes,
forgotten here before it is set and remembered after the server has answered, so a wrong memory means no rows, never
another tenant's. Every statement of a tenant carries the tenant as `$1` as well: that is the other wall.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

import asyncpg
import structlog

from fibregate.errors import GatewayError, Unavailable
from fibregate.sessions import connect
from fibregate.vocabulary import TenantId

Row = asyncpg.Record

APP_ROLE = "fibregate_app"
WORK_ROLE = "fibregate_work"

LOOK_AHEAD = 16
WAITERS = 2000
_PLANS = {WORK_ROLE: {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}}
"""A worker says few things very often, and always by key. PostgreSQL plans each anew five times on each connection,
which takes longer than the work: without the first, one delivery in a hundred waited a quarter of a second. Planned
once while a table is empty, a statement would read the whole of it until the next analysis: hence the second."""
_LOST = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_SET_TENANT = "select set_config('fg.tenant', $1, false)"
_log = structlog.stdlib.get_logger(__name__)
_open_transaction: ContextVar[bool] = ContextVar("open_transaction", default=False)


class OutcomeUnknown(Unavailable):
    """The database went away in the middle: what was asked may or may not be done; the same id asked again tells."""


def in_transaction() -> bool:
    """Whether this task has a transaction open; outbound calls refuse to be made then."""
    return _open_transaction.get()


class Statements(Protocol):
    """What a store function needs: a `Db` for a statement of its own, or a `Tx` to join somebody's unit."""

    async def row(self, sql: str, tenant: TenantId | None, *args: object) -> Row | None:
        """First row or None. With a tenant, that is `$1`; without one, `args` start at `$1`."""
        ...

    async def rows(self, sql: str, tenant: TenantId | None, *args: object) -> list[Row]:
        """All rows; parameters as in `row`."""
        ...


@dataclass(slots=True, eq=False)
class _Slot:
    connection: Any = None
    tenant: TenantId | None = None
    prepared: dict[str, Any] = field(default_factory=dict[str, Any])
    is_cut_off: bool = False  # preparing begins what stays open, with its locks, until something is run

    async def statement(self, sql: str) -> Any:
        found = self.prepared.get(sql)
        if found is None:
            self.is_cut_off = True
            found = self.prepared[sql] = await self.connection.prepare(sql)
            self.is_cut_off = False
        return found

    def is_spoilt(self) -> bool:
        held = self.connection
        return held is not None and (self.is_cut_off or held.is_closed() or held.is_in_transaction())

    def drop(self) -> None:
        """Forget the connection; the place in the pool stays."""
        if self.connection is not None:
            self.connection.terminate()
        self.connection, self.tenant, self.prepared, self.is_cut_off = None, None, {}, False


@dataclass(slots=True, eq=False)
class Tx:
    """One transaction of one tenant (or of none, for what spans tenants)."""

    slot: _Slot
    tenant: TenantId | None
    wakes_workers: bool = False

    async def row(self, sql: str, tenant: TenantId | None, *args: object) -> Row | None:
        """As `Statements.row`; the tenant must be the transaction's own."""
        return await (await self.slot.statement(sql)).fetchrow(*self._parameters(tenant, args))

    async def rows(self, sql: str, tenant: TenantId | None, *args: object) -> list[Row]:
        """As `Statements.rows`; the tenant must be the transaction's own."""
        return await (await self.slot.statement(sql)).fetch(*self._parameters(tenant, args))

    def _parameters(self, tenant: TenantId | None, args: tuple[object, ...]) -> tuple[object, ...]:
        if tenant is None:
            return args
        if tenant != self.tenant:
            raise AssertionError("a transaction serves one tenant only")
        return (tenant, *args)


class Db:
    """A bounded set of connections of one role. Safe for many tasks of one event loop."""

    def __init__(self, dsn: str, *, role: str = APP_ROLE, size: int = 10, wait_seconds: float = 5) -> None:
        self._dsn = dsn
        self._role = role
        self._wait_seconds = wait_seconds
        self._idle = [_Slot() for _ in range(size)]
        self._all = tuple(self._idle)
        self._waiting: OrderedDict[asyncio.Future[_Slot], TenantId | None] = OrderedDict()
        self._opening: asyncio.Task[None] | None = None
        self._closed = False
        self.hint: Callable[[], None] = lambda: None
        """Called after a commit that left work for a lane; a hint only, polling is the guarantee."""

    async def close(self) -> None:
        """End every connection; what is in flight is cut off, and what is asked later leaves none behind."""
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
        for slot in self._all:
            slot.drop()
        await asyncio.sleep(0)

    async def row(self, sql: str, tenant: TenantId | None, *args: object) -> Row | None:
        """One statement, its own transaction; see `Statements.row`. Raises `Unavailable` when the database is away."""
        async with self._serving(tenant) as slot:
            statement = await slot.statement(sql)
            return await (statement.fetchrow(*args) if tenant is None else statement.fetchrow(tenant, *args))

    async def rows(self, sql: str, tenant: TenantId | None, *args: object) -> list[Row]:
        """One statement, all its rows; see `row`."""
        async with self._serving(tenant) as slot:
            statement = await slot.statement(sql)
            return await (statement.fetch(*args) if tenant is None else statement.fetch(tenant, *args))

    @asynccontextmanager
    async def tx(self, tenant: TenantId | None) -> AsyncGenerator[Tx]:
        """Several statements that happen together or not at all."""
        async with self._serving(tenant) as slot:
            mark = _open_transaction.set(True)
            try:
                tx = Tx(slot, tenant)
                async with slot.connection.transaction():
                    yield tx
            except asyncio.CancelledError:
                # A BEGIN or COMMIT that was cut off may still come about: nobody else may be served on this connection.
                slot.drop()
                raise
            finally:
                _open_transaction.reset(mark)
        if tx.wakes_workers:
            self.hint()

    async def ping(self) -> None:
        """Raises `Unavailable` when the database does not answer."""
        await self.row("select true as here", None)

    @asynccontextmanager
    async def raw(self) -> AsyncGenerator[Any]:
        """A connection itself, for COPY; nobody's tenant afterwards."""
        async with self._serving(None) as slot:
            try:
                yield slot.connection
            except asyncio.CancelledError:
                slot.drop()
                raise
            finally:
                slot.tenant = None

    async def _take(self, tenant: TenantId | None) -> _Slot:
        if self._idle:
            return self._pick(tenant)
        if len(self._waiting) >= WAITERS:
            raise Unavailable("The gateway is at its limit of waiting requests; nothing was done.", 1)
        future: asyncio.Future[_Slot] = asyncio.get_running_loop().create_future()
        self._waiting[future] = tenant
        try:
            async with asyncio.timeout(self._wait_seconds):
                return await future
        except BaseException as error:
            self._waiting.pop(future, None)
            if future.done() and not future.cancelled():
                self._give(future.result())
            if isinstance(error, TimeoutError):
                raise Unavailable("No database connection came free in time; nothing was done.", 1) from error
            raise

    def _pick(self, tenant: TenantId | None) -> _Slot:
        """The tenant's own, last used; else the open one that was longest idle, and then another is opened."""
        for place in range(len(self._idle) - 1, -1, -1):
            if tenant is None or self._idle[place].tenant == tenant:
                return self._idle.pop(place)
        unopened = [slot for slot in self._idle if slot.connection is None]
        if len(unopened) == len(self._idle):
            return self._idle.pop(0)
        if unopened and self._opening is None:
            self._idle.remove(unopened[0])
            self._opening = asyncio.create_task(self._open(unopened[0]))
        picked = next(slot for slot in self._idle if slot.connection is not None)
        self._idle.remove(picked)
        return picked

    async def _open(self, slot: _Slot) -> None:
        """One more connection for next time, which by then has seen all that is asked here: nobody waits for it."""
        try:
            slot.connection = await self._connect()
            for sql in list(max(self._all, key=lambda one: len(one.prepared)).prepared):
                await slot.statement(sql)
            await slot.connection.execute("select 1")  # ends what preparing began: its locks, and its statement's time
        except BaseException as error:
            slot.drop()
            if not isinstance(error, (asyncpg.PostgresError, *_LOST)):
                raise
            _log.debug("no further connection was opened", because=str(error))
        finally:
            self._opening = None
            self._give(slot)

    def _give(self, slot: _Slot) -> None:
        """Hand a slot to the oldest waiter of its tenant among the first few, else to the oldest of all."""
        pick: asyncio.Future[_Slot] | None = None
        for looked, (future, tenant) in enumerate(self._waiting.items(), 1):
            if pick is None or tenant == slot.tenant:
                pick = future
            if tenant == slot.tenant or looked == LOOK_AHEAD:
                break
        if pick is None:
            self._idle.append(slot)
            return
        del self._waiting[pick]
        if pick.done():
            self._give(slot)
        else:
            pick.set_result(slot)

    @asynccontextmanager
    async def _serving(self, tenant: TenantId | None) -> AsyncGenerator[_Slot]:
        slot = await self._take(tenant)
        connected = False
        try:
            await self._ready(slot, tenant)
            connected = True
            yield slot
        except asyncpg.InsufficientPrivilegeError:
            _log.exception("row level security refused a statement: a bug")
            slot.drop()
            raise
        except (asyncpg.PostgresError, GatewayError) as error:
            if _is_outage(error):
                slot.drop()
                raise _outage(begun=connected) from error
            raise
        except _LOST as error:
            slot.drop()
            raise _outage(begun=connected) from error
        finally:
            if self._closed or slot.is_spoilt():
                slot.drop()
            self._give(slot)

    async def _ready(self, slot: _Slot, tenant: TenantId | None) -> None:
        if slot.connection is None or slot.connection.is_closed():
            slot.drop()
            slot.connection = await self._connect()
        if tenant is not None and slot.tenant != tenant:
            slot.tenant = None
            await (await slot.statement(_SET_TENANT)).fetchval(str(tenant))
            slot.tenant = tenant

    async def _connect(self) -> Any:
        connection = await connect(self._dsn, **_PLANS.get(self._role, {}))
        try:
            await connection.execute(f'set role "{self._role}"')
        except BaseException:  # a caller that was cancelled leaves no connection behind
            connection.terminate()
            raise
        return connection


def _outage(*, begun: bool) -> Unavailable:
    if begun:
        return OutcomeUnknown("The database went away while it worked; ask again with the same id.")
    return Unavailable("The database is away; nothing was done.")


def _is_outage(error: Exception) -> bool:
    """Errors of class 08 and 57P say that the connection or the server is going; so does a full server (53)."""
    code = getattr(error, "sqlstate", None) or ""
    return code.startswith(("08", "57P", "53", "58", "XX")) or code in {"25006", "57014"}
