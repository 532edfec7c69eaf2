"""An operator at a terminal, with all commands, on a database of the test's own."""

import asyncio
import shlex
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from typer.testing import CliRunner, Result

from fibregate.appointments import actions as appointments
from fibregate.appointments.model import Asker, Wish
from fibregate.cli.main import app
from fibregate.clock import SystemClock
from fibregate.db import WORK_ROLE, Db
from fibregate.lanes.runner import Runner
from fibregate.migrate import Dsns
from fibregate.orders import actions as orders
from fibregate.orders.actions import Placement
from fibregate.orders.model import Request
from fibregate.settings import Settings
from fibregate.suppliers.network.books import actions as books
from fibregate.tenants import actions as tenants
from fibregate.vault import Vault
from fibregate.vocabulary import OrderType, Purpose, TenantId
from fibregate.web.connector import Connector
from fibregate.web.guard import Guard
from fibregate.work import Work, handlers

KEY = bytes(range(32))
UPRN = 100012345678
ASKER = Asker(client="test", origin="test", request_id="request-1", conversation_id="conversation-1")
PREMISES = (
    "uprn,area,profile,street_number,street_name,city,postcode\n"
    f"{UPRN},FENBRIDGE,GPON,12,High Street,Fenbridge,FB1 2AB\n"
)


@dataclass
class Desk:
    """`types` gives the result, `does` insists on exit code 0 and gives what was printed, `fails` on another one."""

    runtime: str
    folder: Path

    async def types(self, line: str) -> Result:
        words = shlex.split(line)
        if "--help" not in words and words[-1] != "template":
            words += ["--database", self.runtime]
        return await asyncio.to_thread(CliRunner(env={"COLUMNS": "200"}).invoke, app, words)

    async def does(self, line: str) -> str:
        result = await self.types(line)
        assert result.exit_code == 0, result.output
        return result.stdout

    async def fails(self, line: str, code: int = 1) -> str:
        result = await self.types(line)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.stderr

    async def file(self, text: str | bytes, name: str = "premises.csv") -> Path:
        path = self.folder / name
        await asyncio.to_thread(path.write_bytes, text if isinstance(text, bytes) else text.encode())
        return path

    async def open_network(self) -> None:
        """From nothing to a network on which ISP1 can order."""
        await self.does("tenant add ISP1")
        await self.does("premises area FENBRIDGE --nation ENG --name Fenbridge")
        await self.does("premises profile GPON --offer LINE_PROFILE=55/55,80/20 --offer MINIMUM_SPEED=100")
        await self.does(f"premises import {await self.file(PREMISES)}")
        await self.does("premises handover ISP1 FENBRIDGE --enni ENNI-011 --outer-vlan 111")
        await self.does(
            "slots book-create FENBRIDGE --pattern 1-5/08:00-13:00/4 --pattern 6/08:00-13:00/2/premium --lead-days 1"
        )


@dataclass
class Network:
    """An ISP's orders on that network, with a worker that runs."""

    db: Db
    tenant: TenantId

    async def visit(self, number: int) -> date:
        book = await books.find(self.db, "FENBRIDGE", "fttp", Purpose.PROVIDE)
        assert book
        now = await SystemClock().now()
        slot = (await books.free(self.db, book, now=now, from_date=None))[0]
        wish = Wish(
            id=number,
            uprn=UPRN,
            address={"id": str(UPRN), "type": "UPRN"},
            service="fttp",
            purpose=Purpose.PROVIDE,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            read_as_local=False,
            body_hash=sha256(str(number).encode()).digest(),
        )
        await appointments.book(self.db, self.tenant, wish, ASKER, now=now, hold_limit=None)
        return slot.starts_at.date()

    async def order(self, number: int) -> date:
        """With a visit; answers its day, when the work order is open."""
        day = await self.visit(number)
        request = Request(
            id=number,
            order_type=OrderType.NEW,
            tenant_code="ISP1",
            uprn=UPRN,
            address={"id": str(UPRN), "type": "UPRN"},
            service="fttp",
            characteristics=[{"name": "LINE_PROFILE", "value": "55/55"}],
            primary_contact={"name": "Asha Patel", "phoneNumber": "01632 960001"},
            secondary_contact=None,
            appointment_id=number,
            appointment_reference=None,
            requested_completion_date=day + timedelta(days=30),
            engineer_tasks=["Fit the router"],
            hazards="Dog",
            on_site_restrictions=None,
            notes=None,
            body_hash=sha256(str(number).encode()).digest(),
        )
        how = Placement(now=await SystemClock().now(), one_open_order=False)
        await orders.place(self.db, self.tenant, request, ASKER, how)
        return day


@asynccontextmanager
async def working(dsns: Dsns) -> AsyncGenerator[Runner]:
    """A worker, as `fibregate work` runs one."""
    db, clock = Db(dsns.runtime, role=WORK_ROLE), SystemClock()
    guard = Guard(allow=["127.0.0.0/8"], ports=None, plain_http=True)
    async with Connector(guard, connect_seconds=1, total_seconds=2) as connector:
        parts = Work(db=db, clock=clock, settings=Settings(), vault=Vault(KEY), connector=connector)
        runner = Runner(db, clock, handlers(parts), concurrency=8)
        db.hint = runner.wake
        running = asyncio.create_task(runner.run())
        try:
            yield runner
        finally:
            await runner.stop()
            await running
            await db.close()


@asynccontextmanager
async def network(dsns: Dsns) -> AsyncGenerator[Network]:
    """After `Desk.open_network`."""
    db = Db(dsns.runtime, size=2)
    try:
        found = await tenants.get(db, "ISP1")
        yield Network(db, found.tenant_id)
    finally:
        await db.close()
