"""How tests order, wait, and read what an order's tenant was told."""

from datetime import date, time
from typing import Any

from tests.sandbox.stage import Stage, Told

from fibregate.calendars import uk_instant
from fibregate.clock import UK


async def ordered(stage: Stage, uprn: int, *, from_date: date | None = None) -> int:
    held = await stage.book(uprn, from_date=from_date)
    return await stage.order(uprn, appointment=held.id)


async def walk_to(stage: Stage, day: int, at: str, *, month: int = 7) -> None:
    """To this UK time of a day in 2025."""
    moment = uk_instant(date(2025, month, day), time.fromisoformat(at))
    await stage.walk(moment - await stage.clock.now())


async def new_visit(stage: Stage, uprn: int, day: int, *, month: int = 7) -> dict[str, Any]:
    held = await stage.book(uprn, from_date=date(2025, month, day))
    return {"appointmentReservationId": held.id}


def when(told: Told, place: int) -> str:
    """The UK time of an update, to the minute."""
    return f"{told.rows[place]['issued_at'].astimezone(UK):%a %-d %b %H:%M}"


def dates(told: Told, place: int) -> tuple[str, str]:
    """Committed and target date of an update, as days."""
    facts = told.rows[place]["facts"]
    return facts["committedDate"][:10], facts["targetDate"][:10]
