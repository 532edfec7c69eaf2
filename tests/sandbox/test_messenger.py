"""F27: a network that tells F01 badly, and a tenant that hears it well."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from tests.sandbox.stage import Stage, Told

from fibregate.calendars import uk_instant
from fibregate.doors.updates import companions
from fibregate.doors.updates.shapes import KciIn
from fibregate.inbox import content
from fibregate.orders import actions as orders
from fibregate.sandbox.written import Step
from fibregate.vocabulary import OrderStatus, Reason

MESSY, CLEAN = 999900001027, 999900001001
A_MONTH = timedelta(days=31)


async def _placed(stage: Stage, uprn: int, headers: dict[str, str] | None = None) -> int:
    held = await stage.book(uprn)
    return await stage.order(uprn, appointment=held.id, headers=headers)


async def _played(stage: Stage, uprn: int, headers: dict[str, str] | None = None) -> int:
    order = await _placed(stage, uprn, headers)
    await stage.walk(A_MONTH)
    return order


async def _brought(stage: Stage, order: int) -> list[Any]:
    """The supplier's updates as they came in."""
    found = await orders.get(stage.db, stage.tenants["ISP1"], order)
    return await stage.db.rows(
        "select * from supplier_updates where tenant_id = $1 and order_key = $2 "
        "order by received_at, sequence_number desc",
        found.tenant,
        found.key,
    )


def _same_words(told: Told) -> list[str]:
    """Without what differs between two orders by design."""
    return [text.split(":")[0].split(", our reference")[0].split(" level at ")[0] for text in told.texts]


async def test_the_tenant_is_told_a_clean_install_in_order_each_once_and_then_the_late_one(stage: Stage) -> None:
    placed = [await _placed(stage, uprn) for uprn in (MESSY, CLEAN)]
    await stage.walk(A_MONTH)
    messy, clean = [await stage.told(one) for one in placed]
    assert messy.letters == f"{clean.letters} +" == "A C U U + E +"
    assert _same_words(messy)[:6] == _same_words(clean)
    assert [row["sequence_number"] for row in messy.rows] == list(range(1, 8))
    assert [row["status"] for row in messy.rows][-2:] == ["COMPLETED", "COMPLETED"]
    assert messy.rows[-1]["facts"]["previousStatus"] == "COMPLETED"
    assert messy.texts[-1].startswith("The engineer's photographs")


async def test_the_numbers_come_badly_and_the_repeat_leaves_no_trace(stage: Stage) -> None:
    order = await _played(stage, MESSY)
    came = await _brought(stage, order)
    assert [row["sequence_number"] for row in came] == [2, 1, 4, 3, 6, 5, 7]
    assert [row["state"] for row in came] == ["APPLIED"] * 6 + ["RECORDED"]
    late = {row["sequence_number"]: row["received_at"] - row["issued_at"] for row in came}
    assert late[1] == timedelta(minutes=28, seconds=20)
    assert late[2] == timedelta()
    assert late[3] > timedelta(hours=20)
    assert await stage.status(order) is OrderStatus.COMPLETED
    assert (await stage.premises(MESSY)).terminals[0].ports[0]["status"] == "ACTIVE"


async def test_what_was_said_keeps_its_own_time(stage: Stage) -> None:
    told = await stage.told(await _played(stage, MESSY))
    assert told.rows[2]["issued_at"] == datetime(2025, 7, 7, 9, tzinfo=UTC)
    assert told.rows[2]["created_at"] == uk_instant(date(2025, 7, 8), time(8, 40)) + timedelta(seconds=20)


async def test_codes_that_nobody_knows_are_kept(stage: Stage) -> None:
    told = await stage.told(await _played(stage, MESSY))
    assert [row["facts"].get("problemCode") for row in told.rows] == [None, None, None, "MOON_PHASE", None, None, None]
    assert told.rows[2]["facts"]["supplierCodes"] == ["TIDE-HIGH"]


async def test_what_is_kept_raw_is_what_the_updates_door_takes(stage: Stage) -> None:
    for row in await _brought(stage, await _played(stage, MESSY)):
        said = KciIn.model_validate_json(row["raw"])
        assert (said.id, said.sequence_number, said.reason_code) == (row["id"], row["sequence_number"], row["reason"])
        kept = content.load(row["id"], row["sequence_number"], row["content"], row["received_at"])
        assert list(companions.faults(kept)) == []


@pytest.mark.parametrize("delay", ["0", "5", "90"])
async def test_seconds_between_all_updates_do_not_lose_one(stage: Stage, delay: str) -> None:
    order = await _played(stage, MESSY, {"x-kci-delay": delay})
    assert (await stage.told(order)).letters == "A C U U + E +"
    assert await stage.refused_updates() == []


async def test_a_second_order_there_needs_no_visit_and_is_told_as_badly(stage: Stage) -> None:
    await _played(stage, MESSY)
    order = await stage.order(MESSY, day=(await stage.clock.now()).date() + timedelta(days=7))
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C + E +"
    assert [row["sequence_number"] for row in await _brought(stage, order)] == [2, 1, 4, 3, 5]


async def test_an_order_that_its_network_ends_early_hears_no_more(stage: Stage) -> None:
    order = await _placed(stage, MESSY)
    await stage.walk(timedelta(hours=1))
    found = await orders.get(stage.db, stage.tenants["ISP1"], order)
    await stage.say_at_the_door(found, Reason.CANCELLED, 3, problem="PLANNING_ISSUE")
    await stage.walk(A_MONTH)
    assert (await stage.told(order)).letters == "A C X"
    assert await stage.status(order) is OrderStatus.CANCELLED


async def test_a_number_that_was_taken_meanwhile_does_not_stop_the_story(stage: Stage) -> None:
    order = await _placed(stage, MESSY)
    await stage.walk(timedelta(hours=1))
    found = await orders.get(stage.db, stage.tenants["ISP1"], order)
    await stage.say_at_the_door(found, Reason.UPDATE, 3)
    await stage.walk(A_MONTH)
    assert (await stage.told(order)).letters == "A C U U + E +"


def test_only_a_message_with_a_number_can_be_muddled() -> None:
    with pytest.raises(ValueError, match="only a message with a number"):
        Step.model_validate({"at": "t", "say": "UPDATE", "text": "x", "overtaken": True})
