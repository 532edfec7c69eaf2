"""A whole sandbox without doors: the invented network, a worker on it, and a clock to walk."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

from fibregate.appointments import actions as appointments
from fibregate.appointments.model import Asker, Reservation, Wish
from fibregate.clock import BusinessTime
from fibregate.db import WORK_ROLE, Db
from fibregate.inbox import actions as inbox
from fibregate.inbox.actions import Named
from fibregate.lanes.runner import Runner
from fibregate.migrate import Dsns
from fibregate.orders import actions as orders
from fibregate.orders.actions import Placement
from fibregate.orders.changes import actions as changes
from fibregate.orders.model import Order, Request
from fibregate.sandbox import clock, parts
from fibregate.sandbox.clock import SandboxClock, Walked
from fibregate.sandbox.world import actions as world
from fibregate.sandbox.written import LETTERS
from fibregate.settings import Settings
from fibregate.suppliers.network import premises
from fibregate.suppliers.network import store as network
from fibregate.suppliers.network.books import actions as books
from fibregate.suppliers.port import Timeslot, Update
from fibregate.vault import Vault
from fibregate.vocabulary import ChangeKind, OrderStatus, OrderType, Purpose, Reason, SupplierId, TenantId
from fibregate.web.connector import Connector
from fibregate.web.guard import Guard
from fibregate.work import Work, handlers

START = BusinessTime(datetime(2025, 7, 1, 9, tzinfo=UTC))
ASKER = Asker(client="test", origin="test", request_id="request-1", conversation_id="conversation-1")


@dataclass
class Told:
    """What the tenant of one order has been told."""

    rows: list[Any]

    @property
    def letters(self) -> str:
        return " ".join(LETTERS[Reason(row["reason"])] for row in self.rows)

    @property
    def texts(self) -> list[str]:
        return [row["facts"]["text"] for row in self.rows]

    def at(self, reason: Reason) -> datetime:
        return next(row["created_at"] for row in self.rows if row["reason"] == reason)


@dataclass
class Stage:
    db: Db
    work: Db
    tenants: Mapping[str, TenantId]
    ids: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def clock(self) -> SandboxClock:
        return SandboxClock(self.db)

    async def walk(self, span: timedelta) -> Walked:
        """All of it: one that runs out of time on a busy machine is sent on, and the test's own time bounds it."""
        walked = await clock.advance(self.db, by=span)
        while not walked.caught_up:
            left = walked.target - await self.clock.now()
            walked = await clock.advance(self.db, by=max(left, timedelta(0)))
        return walked

    async def free(
        self, uprn: int, *, from_date: date | None = None, purpose: Purpose = Purpose.PROVIDE
    ) -> list[Timeslot]:
        row = await self.db.row("select area from premises where uprn = $1", None, uprn)
        assert row is not None
        book = await books.find(self.db, row["area"], "fttp", purpose)
        assert book is not None
        return await books.free(self.db, book, now=await self.clock.now(), from_date=from_date)

    async def book(
        self,
        uprn: int,
        tenant: str = "ISP1",
        *,
        from_date: date | None = None,
        band: str = "WEEKDAY_AM",
        purpose: Purpose = Purpose.PROVIDE,
    ) -> Reservation:
        slots = await self.free(uprn, from_date=from_date, purpose=purpose)
        slot = next(one for one in slots if one.classification == band)
        return await self.book_slot(uprn, slot, tenant, purpose)

    async def book_slot(
        self, uprn: int, slot: Timeslot, tenant: str = "ISP1", purpose: Purpose = Purpose.PROVIDE
    ) -> Reservation:
        number = next(self.ids)
        wish = Wish(
            id=number,
            uprn=uprn,
            address={"id": str(uprn), "type": "UPRN"},
            service="fttp",
            purpose=purpose,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            read_as_local=False,
            body_hash=sha256(str(number).encode()).digest(),
        )
        now = await self.clock.now()
        return await appointments.book(self.db, self.tenants[tenant], wish, ASKER, now=now, hold_limit=None)

    async def line(self, uprn: int, tenant: str = "ISP1", *, port: int = 1) -> dict[str, str]:
        """The characteristics that name a port of the first line at an address."""
        found = (await self.premises(uprn, tenant)).terminals[0]
        return {"ONT_REFERENCE": found.ont_reference, "ONT_PORT": str(port)}

    async def order(
        self,
        uprn: int,
        tenant: str = "ISP1",
        *,
        kind: OrderType = OrderType.NEW,
        appointment: int | None = None,
        headers: Mapping[str, str] | None = None,
        day: date | None = None,
        extras: Mapping[str, str] | None = None,
    ) -> int:
        """Place an order; answers its id. `extras` are further characteristics."""
        number = next(self.ids)
        asked = {"LINE_PROFILE": "80/20", **(extras or {})}
        request = Request(
            id=number,
            order_type=kind,
            tenant_code=tenant,
            uprn=uprn,
            address={"id": str(uprn), "type": "UPRN"},
            service="fttp",
            characteristics=[{"name": name, "value": value} for name, value in asked.items()],
            primary_contact={"name": "Asha Patel", "phoneNumber": "01632 960001"},
            secondary_contact=None,
            appointment_id=appointment,
            appointment_reference=None,
            requested_completion_date=day,
            engineer_tasks=None,
            hazards=None,
            on_site_restrictions=None,
            notes=None,
            body_hash=sha256(str(number).encode()).digest(),
        )
        await self.place(request, headers)
        return number

    async def amend(
        self, order: int, tenant: str = "ISP1", *, headers: Mapping[str, str] | None = None, **asked: Any
    ) -> int:
        """Ask for an amendment, with its members as on the wire; answers its id."""
        return await self._change(ChangeKind.AMENDMENT, order, tenant, headers, asked=asked)

    async def cancel(
        self,
        order: int,
        tenant: str = "ISP1",
        *,
        headers: Mapping[str, str] | None = None,
        because: str = "NO_LONGER_REQUIRED",
    ) -> int:
        return await self._change(ChangeKind.CANCELLATION, order, tenant, headers, asked={}, reason_code=because)

    async def _change(
        self, kind: ChangeKind, order: int, tenant: str, headers: Mapping[str, str] | None, **what: Any
    ) -> int:
        number = next(self.ids)
        wish = changes.Wish(
            kind=kind,
            id=number,
            door="WHOLESALE",
            order_id=order,
            body_hash=sha256(str(number).encode()).digest(),
            play=parts.read_change_play(kind, headers or {}),
            answers_late=parts.hooks(self.db, self.clock)["answers_late"],
            **what,
        )
        await changes.ask(self.db, self.tenants[tenant], wish, ASKER, await self.clock.now())
        return number

    async def decided(self, kind: ChangeKind, number: int, tenant: str = "ISP1") -> changes.Change:
        return await changes.get(self.db, self.tenants[tenant], kind, number)

    async def change(
        self,
        kind: OrderType,
        service: str,
        tenant: str = "ISP1",
        *,
        day: date | None,
        asked: Mapping[str, str] | None = None,
        appointment: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """A modify or a cease of a live service; answers its id."""
        number = next(self.ids)
        request = Request(
            id=number,
            order_type=kind,
            tenant_code=tenant,
            service_id=service,
            characteristics=[{"name": name, "value": value} for name, value in (asked or {}).items()],
            primary_contact=None,
            secondary_contact=None,
            appointment_id=appointment,
            requested_completion_date=day,
            notes=None,
            body_hash=sha256(str(number).encode()).digest(),
        )
        await self.place(request, headers)
        return number

    async def place(self, request: Request, headers: Mapping[str, str] | None = None) -> None:
        how = Placement(now=await self.clock.now(), one_open_order=False, play=parts.read_play(headers or {}))
        await orders.place(self.db, self.tenants[request.tenant_code], request, ASKER, how)

    async def services(self, tenant: str) -> list[Any]:
        """Those that are or were live, by their ids."""
        return await self.db.rows(
            "select * from services where tenant_id = $1 and since is not null order by since, service_id",
            self.tenants[tenant],
        )

    async def ceases(self, tenant: str) -> list[int]:
        """The numbers of ceases that the tenant never asked for."""
        rows = await self.db.rows(
            "select id from orders where tenant_id = $1 and order_type = 'UNSOLICITED_CEASE' order by order_key",
            self.tenants[tenant],
        )
        return [row["id"] for row in rows]

    async def told(self, order: int, tenant: str = "ISP1") -> Told:
        found = await orders.get(self.db, self.tenants[tenant], order)
        rows = await self.db.rows(
            "select sequence_number, reason, status, facts, created_at, issued_at from kcis "
            "where tenant_id = $1 and order_key = $2 order by sequence_number",
            self.tenants[tenant],
            found.key,
        )
        return Told(rows)

    async def causes(self, order: int, tenant: str = "ISP1") -> list[tuple[str, str]]:
        """Which dates of the order moved, and who caused that, one after the other."""
        found = await orders.get(self.db, self.tenants[tenant], order)
        rows = await self.db.rows(
            "select which, caused_by from order_dates where tenant_id = $1 and order_key = $2 order by move, which",
            found.tenant,
            found.key,
        )
        return [(row["which"], row["caused_by"]) for row in rows]

    async def status(self, order: int, tenant: str = "ISP1") -> OrderStatus:
        return (await orders.get(self.db, self.tenants[tenant], order)).status

    async def premises(self, uprn: int, tenant: str = "ISP1") -> premises.Premises:
        found = await premises.find(self.db, self.tenants[tenant], uprn)
        assert found is not None
        return found

    async def say_at_the_door(self, order: Order, reason: Reason, number: int, *, problem: str | None = None) -> None:
        """As the network itself, over the way of the updates door."""
        own = await network.own_supplier(self.db)
        code = next(code for code, tenant in self.tenants.items() if tenant == order.tenant)
        now = await self.clock.now()
        update = Update(
            reason=reason, problem_code=problem, id=uuid4(), sequence_number=number, issued_at=now, received_at=now
        )
        await inbox.receive(
            self.db, Named(supplier=SupplierId(own), tenant_code=code, order_id=order.id, reference=None), update, b"{}"
        )

    async def refused_updates(self) -> list[str]:
        found: list[str] = []
        for tenant in self.tenants.values():
            rows = await self.db.rows(
                "select reason, refusal from supplier_updates "
                "where tenant_id = $1 and state not in ('APPLIED', 'RECORDED')",
                tenant,
            )
            found += [f"{row['reason']}: {row['refusal']}" for row in rows]
        return found

    async def proposed(self) -> list[int]:
        """Reservations that wait for the decision of an amendment."""
        found: list[int] = []
        for tenant in self.tenants.values():
            rows = await self.db.rows("select id from reservations where tenant_id = $1 and state = 'PROPOSED'", tenant)
            found += [row["id"] for row in rows]
        return found

    async def overbooked(self) -> list[Any]:
        """Timeslots whose count is not that of their live reservations, of all tenants."""
        held: dict[int, int] = {}
        for tenant in self.tenants.values():
            for row in await self.db.rows(
                "select slot_id from reservations where tenant_id = $1 "
                "and state in ('RESERVED', 'PROPOSED', 'ATTACHED', 'CONFIRMED', 'FULFILLED')",
                tenant,
            ):
                held[row["slot_id"]] = held.get(row["slot_id"], 0) + 1
        rows = await self.db.rows("select slot_id, booked from slots where booked > 0", None)
        booked = {row["slot_id"]: row["booked"] for row in rows}
        return [] if booked == held else [booked, held]


async def seed(dsns: Dsns) -> None:
    """Tenants, clock and invented network; the same in every database, so it is done once and copied."""
    db = Db(dsns.runtime)
    try:
        tenants: dict[str, TenantId] = {}
        for code in ("YOUR_TENANT", "ISP1", "ISP2"):
            row = await db.row("insert into tenants (code) values ($1) returning tenant_no", None, code)
            assert row is not None
            tenants[code] = TenantId(row["tenant_no"])
        await clock.set_start(db, START)
        await world.seed(db, tenants, START)
    finally:
        await db.close()


@asynccontextmanager
async def staged(dsns: Dsns) -> AsyncGenerator[Stage]:
    """Plays in a database that was seeded."""
    db, work = Db(dsns.runtime), Db(dsns.runtime, role=WORK_ROLE)
    await clock.set_start(db, START)  # it went on since the seed was made
    rows = await db.rows("select code, tenant_no from tenants", None)
    tenants = {str(row["code"]): TenantId(row["tenant_no"]) for row in rows}
    guard = Guard(allow=["127.0.0.0/8"], ports=None, plain_http=True)
    async with Connector(guard, connect_seconds=1, total_seconds=2) as connector:
        ours = SandboxClock(work)
        parts_of = Work(
            db=work,
            clock=ours,
            settings=Settings(),
            vault=Vault(b"0" * 32),
            connector=connector,
            extra=parts.handlers(work, ours),
            **parts.working(),
        )
        runner = Runner(work, ours, handlers(parts_of), concurrency=16)
        db.hint = work.hint = runner.wake
        running = asyncio.create_task(runner.run())
        try:
            yield Stage(db, work, tenants)
        finally:
            await runner.stop()
            await running
            await work.close()
            await db.close()
