"""Lines that are there need no visit: one that is quoted all the same changes nothing of what the network does."""

from datetime import date, timedelta

import pytest
from tests.sandbox.stage import Stage

from fibregate.vocabulary import OrderType

TO_TRANSFER, TO_TAKE_OVER = 999900001024, 999900001025
DAY, LATER = date(2025, 7, 16), date(2025, 7, 21)


@pytest.mark.parametrize(("uprn", "kind"), [(TO_TRANSFER, OrderType.TRANSFER), (TO_TAKE_OVER, OrderType.TAKEOVER)])
async def test_a_line_goes_over_on_its_day_whatever_visit_an_amendment_quotes(
    stage: Stage, uprn: int, kind: OrderType
) -> None:
    order = await stage.order(uprn, kind=kind, day=DAY, extras=await stage.line(uprn))
    await stage.walk(timedelta(hours=1))
    held = await stage.book(uprn, from_date=LATER)
    await stage.amend(order, appointmentReservationId=held.id)
    await stage.walk(timedelta(minutes=5))
    told = await stage.told(order)
    assert told.letters == "A C a"
    assert told.texts[-1] == "Changed as asked."
    await stage.walk(timedelta(days=31))
    told = await stage.told(order)
    assert told.letters == "A C a + E"
    assert f"{told.rows[-1]['issued_at']:%Y-%m-%d %H:%M}" == "2025-07-16 05:02"
