"""The operator's commands around the watch: alarms, a tenant's contact, what is expected of suppliers."""

from datetime import UTC, datetime

from tests.cli.operator_desk import Desk

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime
from fibregate.db import WORK_ROLE, Db
from fibregate.tenants import actions as tenants

NOW = BusinessTime(datetime(2025, 7, 1, 9, tzinfo=UTC))


async def sound(office: Desk, code: str | None, text: str, *, cleared: bool = False) -> None:
    db = Db(office.runtime, role=WORK_ROLE, size=1)
    try:
        whose = (await tenants.get(db, code)).tenant_id if code else None
        async with db.tx(whose) as tx:
            await alarms.sound(tx, whose, kind=Kind.GHOST_APPOINTMENT, subject=text, text=text, now=NOW)
            if cleared:
                await alarms.clear(tx, whose, kind=Kind.GHOST_APPOINTMENT, subject=text, now=NOW)
    finally:
        await db.close()


async def test_all_alarms_are_shown_to_the_operator(office: Desk) -> None:
    assert await office.does("alarms") == "No open alarms.\n"
    await office.does("tenant add ISP1")
    await office.does("tenant add ISP2")
    for code, text in (("ISP1", "first"), (None, "second"), ("ISP2", "third")):
        await sound(office, code, text)
    await sound(office, "ISP1", "over", cleared=True)
    shown = await office.does("alarms")
    assert [text for text in ("third", "second", "first") if text in shown] == ["third", "second", "first"]
    assert shown.index("third") < shown.index("second") < shown.index("first")
    assert "Tue  1 Jul 2025 10:00" in shown
    assert "over" not in shown
    assert "over" in await office.does("alarms --all")
    mine = await office.does("alarms --tenant ISP1")
    assert "first" in mine
    assert "second" not in mine
    assert "there is no ISP9" in await office.fails("alarms --tenant ISP9")


async def test_a_tenant_gets_a_contact(office: Desk) -> None:
    await office.does("tenant add ISP1")
    assert "noc@isp1.example" in await office.does("tenant contact ISP1 --mail noc@isp1.example")
    assert "one address" in await office.fails("tenant contact ISP1 --mail nonsense")
    assert "one address" in await office.fails("tenant contact ISP1 --mail 'a@b.example, c@d.example'")
    assert "nobody" in await office.does("tenant contact ISP1 --mail ''")
    assert "there is no ISP9" in await office.fails("tenant contact ISP9 --mail noc@isp9.example")


async def test_what_is_expected_of_a_supplier_can_be_seen_and_set(office: Desk) -> None:
    before = await office.does("supplier expectations list")
    assert "6 working days" in before
    assert "2 working days after the target date; without one 15 working days" in before
    await office.does("supplier expectations set ACKNOWLEDGED --supplier NETWORK1 --hours 4")
    await office.does("supplier expectations set HELD --never")
    await office.does("supplier expectations set IN_PROGRESS --after-target 1 --who OPERATOR --text 'Late: {span}.'")
    after = await office.does("supplier expectations list")
    assert "4 working hours" in after
    assert "6 working days" in after
    assert "not watched" in after
    assert "Late: {span}." in after
    assert "without one" not in after


async def test_half_an_expectation_is_refused(office: Desk) -> None:
    assert "give one of" in await office.fails("supplier expectations set HELD --hours 1 --never", code=2)
    assert "give one of" in await office.fails("supplier expectations set HELD --without-target 1", code=2)
    assert "there is no NOBODY" in await office.fails("supplier expectations set HELD --supplier NOBODY --hours 1")
    assert "nothing can be expected" in await office.fails("supplier expectations set COMPLETED --hours 1")
