"""An operator builds a circuit by hand, gives it another rate, and ends it."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from tests.cli.operator_desk import ASKER, Desk, working
from tests.cli.test_ethernet_commands import BARN, OFFICE, prices, sites

from fibregate.calendars import uk_date
from fibregate.clock import SystemClock
from fibregate.db import Db
from fibregate.migrate import Dsns
from fibregate.orders.actions import Placement
from fibregate.orders.circuits import actions as changes
from fibregate.orders.circuits.model import Request as Change
from fibregate.orders.ethernet import actions as ethernet
from fibregate.orders.ethernet.model import Item, Request
from fibregate.quotes import actions as quotes
from fibregate.quotes.model import ItemWish, Wish
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.questions import Characteristic, Identifier
from fibregate.suppliers.quoting import QuoteAsked, Role, ServiceAsked, SiteAsked
from fibregate.tenants import actions as tenants
from fibregate.vocabulary import OrderType, SupplierId

PRODUCT = "ethernet-epl"
ENDS = (
    ("Office", "100012345678", "UPRN", Role.A_END, "FB1 2AB"),
    ("Barn", "A00000000001", "NAD", Role.B_END, "FB1 2AC"),
)
QUOTED = "NETWORK1-QUO-ETH-1"
SERVICE = "NW1-E-00000001-1"


SITES = [
    {"name": name, "postcode": postcode, "role": role.value, "address": {"id": key, "type": kind}}
    for name, key, kind, role, postcode in ENDS
]
ASKED = [
    SiteAsked(name=name, postcode=postcode, role=role, address=Identifier(key, kind))
    for name, key, kind, role, postcode in ENDS
]
RATE = ServiceAsked(PRODUCT, (Characteristic("POINT_OF_INTERCONNECT", "100M1G"),))
SENT: dict[str, Any] = {
    "serviceSpecification": {"id": PRODUCT},
    "serviceCharacteristic": [{"name": "POINT_OF_INTERCONNECT", "value": "100M1G"}],
}
CONTRACT = {"contractLength": {"value": 36, "unit": "MONTH"}}


def new() -> Request:
    return Request(
        supplier="NETWORK1",
        supplier_quote_id=QUOTED,
        sites=ASKED,
        items=[Item(service=RATE, months=36, billing=None, wished=None)],
        sites_sent=SITES,
        items_sent=[{"service": SENT, "contractDetails": CONTRACT}],
        body_hash=sha256(b"new").digest(),
    )


def change(kind: OrderType, **more: Any) -> Change:
    body_hash = sha256(kind.encode()).digest()
    return Change(order_type=kind, supplier="NETWORK1", service_id=SERVICE, body_hash=body_hash, **more)


@dataclass
class Bench:
    office: Desk
    db: Db

    async def quote(self) -> None:
        tenant = (await tenants.get(self.db, "ISP1")).tenant_id
        ways = {one.supplier.code: one for one in await accounts.routes(self.db, tenant)}
        question = QuoteAsked(sites=tuple(ASKED), services=(RATE,), months=36)
        item = ItemWish(id=1, supplier="NETWORK1", question=question, sites=SITES, contract=CONTRACT, services=[SENT])
        wish = Wish(external_identifier="TENDER-7", items=[item], places=range(1))
        async with self.db.tx(tenant) as tx:
            await quotes.ask(tx, tenant, wish, ways, asker=ASKER, now=await SystemClock().now())

    async def place(self, asked: Request | Change) -> str:
        """Answers the reference of its work order."""
        tenant = (await tenants.get(self.db, "ISP1")).tenant_id
        how = Placement(now=await SystemClock().now(), one_open_order=False)
        async with self.db.tx(tenant) as tx:
            if isinstance(asked, Change):
                key = (await changes.place(tx, tenant, asked, ASKER, how)).key
            else:
                key = (await ethernet.place(tx, tenant, asked, ASKER, supplier=SupplierId(1), how=how)).key
        find = "select reference from work_orders where tenant_id = $1 and order_key = $2"
        async with asyncio.timeout(20):
            while not (row := await self.db.row(find, tenant, key)):
                await asyncio.sleep(0.02)
        return str(row["reference"])

    async def carry_out(self, asked: Request | Change, day: date) -> str:
        """From the order to its end; the reference of its work order."""
        reference = await self.place(asked)
        await self.office.does(f"work-order commit {reference} --date {day.isoformat()}")
        said = await self.office.does(f"work-order complete {reference}")
        assert "is COMPLETED" in said, said
        return reference


async def test_a_circuit_is_built_changed_and_ended_by_hand(office: Desk, dsns: Dsns) -> None:
    await office.does("tenant add ISP1")
    await office.does(f"ethernet prices {await prices(office, ('cease_notice_days = 30', 'cease_notice_days = 0'))}")
    assert "a cease has 0" in await office.does("ethernet show")
    await office.does(f"ethernet sites {await sites(office, OFFICE, BARN)}")
    db, today = Db(dsns.runtime, size=2), uk_date(await SystemClock().now())
    async with working(dsns):
        bench = Bench(office, db)
        await bench.quote()
        reference = await bench.carry_out(new(), today)
        assert f"{SERVICE}, active" in await office.does(f"work-order show {reference}")
        listed = await office.does("services list --tenant ISP1")
        for shown in (SERVICE, "101.1001", "B-END Barn", "100M1G, 36 months, 221.00 a month"):
            assert shown in listed, listed
        faster = [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]
        await bench.carry_out(change(OrderType.MODIFY, characteristics=faster), today)
        assert "1G1G, 36 months, 297.50 a month" in await office.does("services list --uprn 100012345678")
        await bench.carry_out(change(OrderType.CEASE, wished=today + timedelta(days=1)), today)
        assert f"CEASED {today.isoformat()}" in await office.does("services list --ceased")
        (charge,) = await db.rows(
            "select kind, state, amount from charges where tenant_id = $1", (await tenants.get(db, "ISP1")).tenant_id
        )
        assert (charge["kind"], charge["state"], str(charge["amount"])) == ("EARLY_ENDING", "ACCEPTED", "10710.00")
    await db.close()
