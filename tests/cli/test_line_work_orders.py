"""An operator carries orders about lines by hand: a start, a modify, a transfer, and both of its sides."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from tests.cli.operator_desk import ASKER, UPRN, Desk, working

from fibregate.clock import SystemClock
from fibregate.db import Db
from fibregate.errors import Invalid
from fibregate.migrate import Dsns
from fibregate.orders import actions as orders
from fibregate.orders.actions import Placement
from fibregate.orders.model import Request
from fibregate.tenants import actions as tenants
from fibregate.vocabulary import OrderType

FILE = (
    "service_id,tenant,uprn,ont_reference,port,inner_vlan,since,line_profile,line_id,serial_number,manufacturer\n"
    f"OLD-1,ISP2,{UPRN},ONT1,1,1001,2023-07-16,80/20,LN1,SN1,Maker\n"
)


@dataclass
class Town:
    """Two providers on one network, in an operator's hands."""

    office: Desk
    db: Db

    async def order(self, number: int, kind: OrderType, tenant: str, **said: Any) -> str:
        """Placed; answers the reference of its work order."""
        found = (await tenants.get(self.db, tenant)).tenant_id
        now = await SystemClock().now()
        asked: dict[str, str] = said.pop("asked", {})
        request = Request(
            id=number,
            order_type=kind,
            tenant_code=tenant,
            characteristics=[{"name": name, "value": value} for name, value in asked.items()],
            primary_contact={"name": "Asha Patel", "phoneNumber": "01632 960001"},
            secondary_contact=None,
            requested_completion_date=a_month_on(now.date()),
            notes=None,
            body_hash=sha256(str(number).encode()).digest(),
            **said,
        )
        await orders.place(self.db, found, request, ASKER, Placement(now=now, one_open_order=True))
        return await self.reference(tenant, number)

    async def reference(self, tenant: str, number: int | None = None) -> str:
        """Of the order of that number, or of the tenant's latest."""
        found = (await tenants.get(self.db, tenant)).tenant_id
        async with asyncio.timeout(20):
            while not (
                row := await self.db.row(
                    "select w.reference from work_orders as w join orders as o using (tenant_id, order_key) "
                    "where w.tenant_id = $1 and ($2::bigint is null or o.id = $2) order by o.order_key desc limit 1",
                    found,
                    number,
                )
            ):
                await asyncio.sleep(0.02)
        return str(row["reference"])

    async def told(self, tenant: str) -> list[tuple[str, str]]:
        found = (await tenants.get(self.db, tenant)).tenant_id
        rows = await self.db.rows(
            "select reason, status from kcis where tenant_id = $1 order by order_key, sequence_number", found
        )
        return [(row["reason"], row["status"]) for row in rows]

    async def until(self, tenant: str, reason: str, status: str) -> None:
        async with asyncio.timeout(20):
            while (reason, status) not in await self.told(tenant):
                await asyncio.sleep(0.02)


def a_month_on(day: date) -> date:
    return day + timedelta(days=30)


async def _prepared(office: Desk) -> None:
    await office.open_network()
    await office.does("tenant add ISP2")
    await office.does("premises handover ISP2 FENBRIDGE --enni ENNI-021 --outer-vlan 121")
    await office.does(f"services import {await office.file(FILE, 'services.csv')}")


PROVIDE = {"uprn": UPRN, "address": {"id": str(UPRN), "type": "UPRN"}, "service": "fttp"}
LINE = {"LINE_PROFILE": "80/20", "ONT_REFERENCE": "ONT1", "ONT_PORT": "1"}


async def test_a_line_is_transferred_by_hand_and_the_loser_follows(office: Desk, dsns: Dsns) -> None:
    await _prepared(office)
    db = Db(dsns.runtime, size=2)
    async with working(dsns):
        town = Town(office, db)
        gaining = await town.order(1, OrderType.TRANSFER, "ISP1", asked=LINE, **PROVIDE)
        assert "TRANSFER" in await office.does(f"work-order show {gaining}")
        await office.does(f"work-order acknowledge {gaining}")
        await office.does(f"work-order commit {gaining}")
        await town.until("ISP2", "COMMITTED", "IN_PROGRESS")
        losing = await town.reference("ISP2")
        assert "CHANGE_OF_CP" in await office.does(f"work-order show {losing}")
        assert "the line has not gone yet" in await office.fails(f"work-order complete {losing}")
        assert "Applied" in await office.does(f"work-order complete {gaining}")
        await town.until("ISP2", "COMPLETED", "COMPLETED")
        assert await town.told("ISP2") == [
            ("CREATED", "RECEIVED_BY_GATEWAY"),
            ("ACKNOWLEDGED", "ACKNOWLEDGED"),
            ("COMMITTED", "IN_PROGRESS"),
            ("COMPLETED", "COMPLETED"),
        ]
        assert [reason for reason, _ in await town.told("ISP1")] == ["ACKNOWLEDGED", "COMMITTED", "COMPLETED"]
        listed = await office.does("services list")
        assert "OLD-1" not in listed
        assert "111.1001" in listed
    await db.close()


async def test_a_losers_cease_that_the_operator_ends_ends_the_gaining_order(office: Desk, dsns: Dsns) -> None:
    await _prepared(office)
    db = Db(dsns.runtime, size=2)
    async with working(dsns):
        town = Town(office, db)
        gaining = await town.order(1, OrderType.TAKEOVER, "ISP1", asked=LINE, **PROVIDE)
        await office.does(f"work-order acknowledge {gaining}")
        assert "COMPLETED is not possible" in await office.fails(f"work-order complete {gaining}")
        await office.does(f"work-order commit {gaining}")
        await town.until("ISP2", "COMMITTED", "IN_PROGRESS")
        losing = await town.reference("ISP2")
        await office.does(f"work-order cancel {losing} --problem NO_LONGER_REQUIRED --text 'Wrong house'")
        await town.until("ISP1", "CANCELLED", "CANCELLED")
        assert "OLD-1" in await office.does("services list")
    await db.close()


async def test_a_service_is_changed_by_hand(office: Desk, dsns: Dsns) -> None:
    await _prepared(office)
    db = Db(dsns.runtime, size=2)
    async with working(dsns):
        town = Town(office, db)
        with pytest.raises(Invalid, match="you have no service 'OLD-1'"):
            await town.order(1, OrderType.MODIFY, "ISP1", asked={"LINE_PROFILE": "55/55"}, service_id="OLD-1")
        modify = await town.order(2, OrderType.MODIFY, "ISP2", asked={"LINE_PROFILE": "55/55"}, service_id="OLD-1")
        for said in ("acknowledge", "commit", "additional --provision", "complete"):
            verb, _, options = said.partition(" ")
            await office.does(f"work-order {verb} {modify} {options}".strip())
        assert "LINE_PROFILE 55/55" in await office.does("services list --tenant ISP2")
    await db.close()
