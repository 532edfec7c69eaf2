"""Services that live already: brought in with their ids, and reconciled with the network."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.cli.operator_desk import ASKER, UPRN, Desk, network, working

from fibregate.clock import SystemClock
from fibregate.db import Db
from fibregate.migrate import Dsns
from fibregate.orders import actions as orders
from fibregate.orders.actions import Placement
from fibregate.orders.model import Request
from fibregate.suppliers.network.inventory.model import COLUMNS
from fibregate.vocabulary import OrderStatus, OrderType

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "services-csv.md"
HEAD = "service_id,tenant,uprn,ont_reference,port,inner_vlan,since,line_profile,line_id,serial_number,manufacturer"
ONT = "LN1,SN1,Maker"
FIRST = f"OLD-1,ISP1,{UPRN},ONT1,1,1001,2023-07-16,80/20,{ONT}"
SECOND = f"OLD-2,ISP1,{UPRN},ONT1,2,1002,2023-08-01,55/55,,,"


async def rows(dsns: Dsns, sql: str) -> list[Any]:
    connection = await asyncpg.connect(dsns.owner)
    try:
        await connection.execute("alter table services no force row level security")
        return await connection.fetch(sql)
    finally:
        await connection.close()


async def csv(office: Desk, *lines: str) -> Path:
    return await office.file("\n".join((HEAD, *lines)) + "\n", "services.csv")


async def test_the_template_can_be_imported(office: Desk, dsns: Dsns) -> None:
    await office.open_network()
    file = await office.file(await office.does("services template"), "services.csv")
    told = await office.does(f"services import {file} --dry-run")
    assert "1 could be brought in" in told
    assert await rows(dsns, "select * from services") == []
    assert await rows(dsns, "select * from onts") == []
    assert "1 brought in, 0 as they were." in await office.does(f"services import {file}")
    assert "0 brought in, 1 as they were." in await office.does(f"services import {file}")
    listed = await office.does("services list")
    for shown in ("OLD-7712", "ISP1", "111.1001", "2023-07-16", "LINE_PROFILE 80/20, CARE_LEVEL STANDARD"):
        assert shown in listed, listed


async def test_what_is_brought_in_keeps_its_ids_and_can_be_ordered_about(office: Desk, dsns: Dsns) -> None:
    await office.open_network()
    assert "2 brought in" in await office.does(f"services import {await csv(office, FIRST, SECOND)}")
    first, second = await rows(dsns, "select * from services order by service_id")
    assert (first["service_id"], first["ont_reference"], first["port_number"]) == ("OLD-1", "ONT1", 1)
    assert (second["outer_vlan"], second["inner_vlan"], second["enni_id"]) == (111, 1002, "ENNI-011")
    ports = await rows(dsns, "select status, service_id from ont_ports order by port_number")
    assert [tuple(one) for one in ports] == [("ACTIVE", "OLD-1"), ("ACTIVE", "OLD-2"), ("FREE", None), ("FREE", None)]
    async with working(dsns), network(dsns) as isp:
        now = await SystemClock().now()
        request = Request(
            id=7,
            order_type=OrderType.CEASE,
            tenant_code="ISP1",
            service_id="OLD-1",
            characteristics=[],
            primary_contact=None,
            secondary_contact=None,
            requested_completion_date=now.date().replace(year=now.year + 1),
            notes=None,
            body_hash=b"7",
        )
        await orders.place(isp.db, isp.tenant, request, ASKER, Placement(now=now, one_open_order=True))
        await _carried_by_hand(office, isp.db, isp.tenant)
    assert "CEASED" in await office.does("services list --ceased")
    assert "OLD-1" not in await office.does("services list")


async def _carried_by_hand(office: Desk, db: Db, tenant: Any) -> None:
    reference = await work_order(db, tenant)
    for said in ("acknowledge", "commit", "complete --text Ceased"):
        assert "Applied" in await office.does(
            f"work-order {said.partition(' ')[0]} {reference} {said.partition(' ')[2]}"
        )
    assert (await orders.get(db, tenant, 7)).status is OrderStatus.COMPLETED


async def work_order(db: Db, tenant: Any) -> str:
    async with asyncio.timeout(20):
        while not (found := await db.rows("select reference from work_orders where tenant_id = $1", tenant)):
            await asyncio.sleep(0.02)
    return str(found[-1]["reference"])


BAD = {
    f"OLD-3,ISP9,{UPRN},ONT3,1,1003,2023-07-16,80/20,LN3,SN3,Maker": "tenant: 'ISP9' is not known",
    "OLD-3,ISP1,42,ONT3,1,1003,2023-07-16,80/20,LN3,SN3,Maker": "uprn: 42 is not known; import it first",
    "OLD-3,ISP1,999900000001,ONT3,1,1003,2023-07-16,80/20,LN3,SN3,Maker": "belongs to sandboxes",
    f"OLD-3,ISP1,{UPRN},ONT3,1,1003,2023-07-16,80/20,,SN3,Maker": "line_id: needed, because ONT3 is new here",
    f"OLD-3,ISP1,{UPRN},ONT3,1,1003,2023-07-16,80/20,LN1,SN3,Maker": "line_id: LN1 feeds ONT1 already",
    f"OLD-3,ISP1,{UPRN},ONT3,5,1003,2023-07-16,80/20,LN3,SN3,Maker": "port: ONT3 has 4 ports",
    f"OLD-3,ISP1,{UPRN},ONT3,17,1003,2023-07-16,80/20,LN3,SN3,Maker": "port: '17'; a number from 1 to 16",
    f"OLD-3,ISP1,{UPRN},ONT1,1,1003,2023-07-16,80/20,,,": "port 1 of ONT1 stands on line 2 already",
    f"OLD-3,ISP1,{UPRN},ONT1,3,1001,2023-07-16,80/20,,,": "111.1001 at ENNI-011 stands on line 2 already",
    f"OLD-3,ISP1,{UPRN},ONT1,3,1003,2023-07-16,80/20,LN2,,": "line_id: line 2 says otherwise of ONT1",
    f"OLD-1,ISP1,{UPRN},ONT1,3,1003,2023-07-16,80/20,,,": "service_id: OLD-1 stands on line 2 already",
    f"OLD-3,ISP1,{UPRN},ONT1,3,1,2023-07-16,80/20,,,": "inner_vlan: '1'; a number from 2 to 4094",
    f"OLD-3,ISP1,{UPRN},ONT1,3,1003,16/07/2023,80/20,,,": "since: '16/07/2023' is no date",
    f"OLD-3,ISP1,{UPRN},ONT1,3,1003,2099-07-16,80/20,,,": "since: lies ahead",
    f"OLD-3,ISP1,{UPRN},ONT1,3,1003,2023-07-16,8/2,,,": "line_profile: '8/2' is not offered there; accepted: 55/55",
    f"OLD 3,ISP1,{UPRN},ONT1,3,1003,2023-07-16,80/20,,,": "service_id: 'OLD 3'",
    f"OLD-3,ISP1,{UPRN},ONT1": "has 4 columns; the first line names 11",
}


@pytest.mark.parametrize(("line", "reason"), BAD.items())
async def test_a_bad_line_is_told_with_its_number_and_nothing_is_imported(
    office: Desk, dsns: Dsns, line: str, reason: str
) -> None:
    await office.open_network()
    told = await office.fails(f"services import {await csv(office, FIRST, line)}")
    assert "line 3: " in told
    assert reason in told.replace("\n", " ")
    assert "Nothing was imported." in told
    assert await rows(dsns, "select * from services") == []
    assert "line,reason,service_id" in (office.folder / "services.bad.csv").read_text()


async def test_all_faults_of_a_line_are_told_at_once(office: Desk) -> None:
    await office.open_network()
    line = "OLD-3,ISP9,42,ONT3,1,1003,2099-07-16,80/20,,SN3,Maker"
    told = (await office.fails(f"services import {await csv(office, line)}")).replace("\n", " ")
    for part in ("tenant: 'ISP9'", "since: lies ahead", "uprn: 42 is not known", "line_id: needed"):
        assert part in told


async def test_the_file_and_the_network_are_reconciled(office: Desk, dsns: Dsns) -> None:
    await office.open_network()
    await office.does(f"services import {await csv(office, FIRST, SECOND)}")
    changed = FIRST.replace("80/20", "55/55").replace("1001", "1011")
    third = f"OLD-3,ISP1,{UPRN},ONT1,3,1003,2024-01-01,80/20,,,"
    told = await office.does(f"services import {await csv(office, changed, third)}")
    assert "differs: OLD-1 of ISP1: line 2: inner_vlan is 1001 here, 1011 in the file; line_profile is 80/20" in told
    assert "only on the network: OLD-2 of ISP1: UPRN 100012345678, ONT1 port 2" in told
    assert "1 only in the file, 0 the same, 1 told differently, 1 only on the network" in told
    first = (await rows(dsns, "select * from services order by service_id"))[0]
    assert first["inner_vlan"] == 1001
    report = (office.folder / "services.reconciliation.csv").read_text().splitlines()
    assert [one.split(",")[0] for one in report] == ["what", "differs", "only on the network", "only in the file"]
    taken = f"OLD-4,ISP1,{UPRN},ONT1,3,1004,2024-01-01,80/20,,,"
    assert "is in use here" in await office.fails(f"services import {await csv(office, taken)}")
    taken = f"OLD-4,ISP1,{UPRN},ONT1,4,1003,2024-01-01,80/20,LN9,,"
    told = await office.fails(f"services import {await csv(office, taken)}")
    assert "line_id: ONT1 has LN1 here" in told
    assert "is service OLD-3's here" in told.replace("\n", " ")


async def test_a_file_that_cannot_be_used_is_refused_whole(office: Desk) -> None:
    await office.open_network()
    for text, says in (
        ("", "the file is empty; its first line must name the columns"),
        ("service_id,tenant,colour\n", "column 'colour' is not known"),
        (HEAD + ",tenant\n", "column 'tenant' stands there twice"),
        (HEAD + "\n" + "x" * 20000, "line 2: longer than 16384 bytes"),
    ):
        told = await office.fails(f"services import {await office.file(text, 'services.csv')}")
        assert says in told.replace("\n", " ")


def test_every_column_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"| `{name}` |" not in page] == []


async def test_objections_are_set_for_a_network(office: Desk, dsns: Dsns) -> None:
    await office.open_network()
    assert "taken to takeover" in await office.does("supplier objections NETWORK1 takeover")
    assert (await rows(dsns, "select objections from suppliers"))[0]["objections"] == "TAKEOVER"
    assert "taken to no switch" in await office.does("supplier objections NETWORK1 none")
    assert "there is no NOBODY" in await office.fails("supplier objections NOBODY all")
