"""The gateway's own watch on orders: what it says when a network is silent, when, and how often."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.sandbox.stage import START, Stage

from fibregate.calendars import add_working_hours
from fibregate.orders import actions as orders
from fibregate.orders.watch import actions as watch
from fibregate.orders.watch.model import Expectation, Unit, Who
from fibregate.tenants.model import Actor
from fibregate.vocabulary import Nation, OrderStatus, Reason

SILENT, CLEAN = 999900001026, 999900001001
BY = Actor("test")


async def alarms(stage: Stage) -> list[tuple[str, str, bool]]:
    rows = await stage.db.rows(
        "select kind, subject, cleared_at from alarms where about_tenant = $1 order by alarm_id", stage.tenants["ISP1"]
    )
    return [(row["kind"], row["subject"], row["cleared_at"] is not None) for row in rows]


async def lane(stage: Stage, order: int) -> Any:
    found = await orders.get(stage.db, stage.tenants["ISP1"], order)
    return await stage.db.row("select * from lanes where key = 'watch:' || $1::bigint", None, found.key)


async def placed(stage: Stage, uprn: int, **how: Any) -> int:
    held = await stage.book(uprn)
    return await stage.order(uprn, appointment=held.id, **how)


async def expects(stage: Stage, status: OrderStatus, **what: Any) -> None:
    async with stage.db.tx(None) as tx:
        given: dict[str, Any] = {
            "supplier": "NETWORK1",
            "status": status,
            "unit": Unit.WORKING_DAYS,
            "days_without_target": None,
            "who": Who.SUPPLIER,
            "text": "Nothing {span} after {since}.",
        }
        await watch.expect(tx, Expectation(**given | what), by=BY)


async def test_a_silent_network_is_told_of_once_and_at_the_agreed_hour(stage: Stage) -> None:
    order = await placed(stage, SILENT)
    await stage.walk(timedelta(hours=2))
    assert (await stage.told(order)).letters == "A"
    await stage.walk(timedelta(hours=4))
    told = await stage.told(order)
    assert told.letters == "A W"
    assert told.texts[1] == (
        "No commitment 4 working hours after acknowledgement. We are asking the network; nothing is needed from you."
    )
    warning = told.rows[1]
    due = add_working_hours(told.at(Reason.ACKNOWLEDGED), 4, Nation.ENGLAND)
    assert abs(warning["created_at"] - due) < timedelta(seconds=2)
    assert warning["issued_at"] is None
    facts = warning["facts"]
    assert facts["problemCode"] == "OTHER"
    assert facts["status"] == facts["previousStatus"] == "ACKNOWLEDGED"
    assert facts["actBy"] == {"who": "SUPPLIER", "by": due.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    assert "issuedAt" not in facts
    assert "receivedAt" not in facts
    assert facts["entity"]["status"] == "ACKNOWLEDGED"
    assert await alarms(stage) == [("ORDER_SILENT", f"order {order}", False)]
    await stage.walk(timedelta(days=2))
    assert (await stage.told(order)).letters == "A W"


async def test_the_story_of_a_silent_network_ends_well(stage: Stage) -> None:
    order = await placed(stage, SILENT)
    await stage.walk(timedelta(days=14))
    told = await stage.told(order)
    assert told.letters == "A W C U U + E"
    assert await stage.status(order) is OrderStatus.COMPLETED
    assert told.at(Reason.COMMITTED).date() == date(2025, 7, 4)
    assert [row["sequence_number"] for row in told.rows] == list(range(1, 8))
    assert await alarms(stage) == [("ORDER_SILENT", f"order {order}", True)]
    assert await stage.refused_updates() == []


async def test_a_warning_of_ours_takes_no_number_of_the_supplier(stage: Stage) -> None:
    await placed(stage, SILENT)
    await stage.walk(timedelta(days=14))
    rows = await stage.db.rows(
        "select sequence_number, reason from supplier_updates where tenant_id = $1 order by sequence_number",
        stage.tenants["ISP1"],
    )
    assert [row["sequence_number"] for row in rows] == list(range(1, len(rows) + 1))
    assert "WARNING" not in {row["reason"] for row in rows}


async def test_a_visit_that_passed_in_silence_is_asked_for_anew(stage: Stage) -> None:
    held = await stage.book(SILENT)
    await stage.walk(timedelta(days=6))
    order = await stage.order(SILENT, appointment=held.id)
    await stage.walk(timedelta(days=4))
    told = await stage.told(order)
    assert told.letters == "A W P"
    assert told.rows[-1]["facts"]["problemCode"] == "SUPPLIER_FAULT"


async def test_an_order_that_ended_waits_for_nothing(stage: Stage) -> None:
    order = await placed(stage, CLEAN)
    await stage.walk(timedelta(hours=1))
    waits = await lane(stage, order)
    assert waits["last_done"] < waits["last_enqueued"]
    assert waits["due_at"] == datetime(2025, 7, 10, 12, tzinfo=UTC)
    await stage.walk(timedelta(days=8))
    assert await stage.status(order) is OrderStatus.COMPLETED
    waits = await lane(stage, order)
    assert waits["last_done"] == waits["last_enqueued"]


async def test_what_a_supplier_agreed_to_beats_the_default(stage: Stage) -> None:
    await expects(stage, OrderStatus.SENT_TO_SUPPLIER, span=0, unit=Unit.WORKING_HOURS)
    order = await placed(stage, CLEAN)
    await stage.walk(timedelta(minutes=5))
    told = await stage.told(order)
    assert told.letters == "W A"
    assert told.texts[0] == "Nothing 0 working hours after the order was sent."


async def test_each_wait_is_told_of_by_itself(stage: Stage) -> None:
    await expects(stage, OrderStatus.ACKNOWLEDGED, span=1)
    order = await placed(stage, 999900001011)
    await stage.walk(timedelta(days=20))
    told = await stage.told(order)
    assert told.letters == "A W W D"
    assert told.texts[2] == "Nothing 1 working day after the last update."
    assert [row["facts"]["problemCode"] for row in told.rows if row["reason"] == "WARNING"] == [
        "WAYLEAVE_ISSUE",
        "OTHER",
    ]


async def test_a_longer_time_that_was_set_meanwhile_counts(stage: Stage) -> None:
    await expects(stage, OrderStatus.ACKNOWLEDGED, span=2, unit=Unit.WORKING_HOURS)
    order = await placed(stage, 999900001011)
    await stage.walk(timedelta(hours=1))
    await expects(stage, OrderStatus.ACKNOWLEDGED, span=6, unit=Unit.WORKING_HOURS)
    await stage.walk(timedelta(hours=3))
    assert (await stage.told(order)).letters == "A"
    await stage.walk(timedelta(hours=3, minutes=30))
    assert (await stage.told(order)).letters == "A W"


async def test_who_expects_nothing_is_told_nothing(stage: Stage) -> None:
    await expects(stage, OrderStatus.HELD, span=None)
    order = await placed(stage, 999900001028)
    await stage.walk(timedelta(days=60))
    assert (await stage.told(order)).letters == "A C U U D U W X"
    waits = await lane(stage, order)
    assert waits["last_done"] == waits["last_enqueued"]


async def test_a_tenant_that_must_answer_is_reminded_of_its_own_date(stage: Stage) -> None:
    await expects(stage, OrderStatus.PENDING, span=2, who=Who.TENANT)
    order = await placed(stage, 999900001003)
    await stage.walk(timedelta(days=12))
    told = await stage.told(order)
    assert told.letters == "A C U P W"
    asked, reminded = told.rows[3]["facts"], told.rows[4]["facts"]
    assert reminded["actBy"] == asked["actBy"] == {"who": "TENANT", "by": "2025-07-22T09:00:00.000Z"}


async def test_an_order_whose_times_are_the_tenants_own_is_left_alone(stage: Stage) -> None:
    await expects(stage, OrderStatus.ACKNOWLEDGED, span=1)
    order = await placed(stage, CLEAN, headers={"x-kci-delay": str(6 * 24 * 3600)})
    await stage.walk(timedelta(days=11))
    assert (await stage.told(order)).letters == "A"


async def test_a_silent_order_is_watched_from_where_the_clock_began(stage: Stage) -> None:
    assert START < await stage.clock.now() < START + timedelta(minutes=1)
    order = await placed(stage, SILENT)
    await stage.walk(timedelta(minutes=1))
    waits = await lane(stage, order)
    assert waits["due_at"].date() == date(2025, 7, 2)
