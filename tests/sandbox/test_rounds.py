"""The looks that come every hour: all of them, at the full hour, for as long as the worker lives."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.sandbox.stage import Stage

from fibregate import rounds
from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind

CLEAN = 999900001001


@pytest.mark.parametrize(
    ("now", "minutes", "following"),
    [
        ("2025-07-01T09:00:00", 60, "2025-07-01T10:00:00"),
        ("2025-07-01T09:59:59", 60, "2025-07-01T10:00:00"),
        ("2025-07-01T09:00:01", 360, "2025-07-01T12:00:00"),
        ("2025-07-01T23:10:00", 1440, "2025-07-02T00:00:00"),
    ],
)
def test_rounds_begin_at_full_hours(now: str, minutes: int, following: str) -> None:
    there = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert rounds.following_round(there, timedelta(minutes=minutes)) == datetime.fromisoformat(following).replace(
        tzinfo=UTC
    )


async def test_every_look_comes_every_hour(stage: Stage) -> None:
    await rounds.begin(stage.db, await stage.clock.now())
    await stage.walk(timedelta(hours=5))
    rows = await stage.db.rows("select kind, due_at, last_done from lanes where key ^@ (kind || ':round')", None)
    assert {row["kind"] for row in rows} == set(rounds.ALL)
    assert {row["due_at"] for row in rows} == {datetime(2025, 7, 1, 15, tzinfo=UTC)}
    assert {row["last_done"] for row in rows} == {6}


async def test_what_is_broken_is_found_within_the_hour_and_cleared_within_the_next(stage: Stage) -> None:
    held = await stage.book(CLEAN)
    order = await stage.order(CLEAN, appointment=held.id)
    await rounds.begin(stage.db, await stage.clock.now())
    await stage.walk(timedelta(minutes=50))
    mine = stage.tenants["ISP1"]
    breaks = "update reservations set state = $3 where tenant_id = $1 and id = $2"
    await stage.db.row("update orders set status = $3 where tenant_id = $1 and id = $2", mine, order, "FAILED")
    await stage.walk(timedelta(minutes=30))
    found = await alarms.list_of(stage.work, mine, cleared=False, limit=5)
    assert [one.kind for one in found] == [Kind.GHOST_APPOINTMENT]
    await stage.db.row(breaks, mine, held.id, "RELEASED")
    await stage.walk(timedelta(hours=1))
    found = await alarms.list_of(stage.work, mine, cleared=True, limit=5)
    assert [one.cleared_at is not None for one in found] == [True]
