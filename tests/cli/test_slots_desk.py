import re
from datetime import date, timedelta

import pytest
from tests.cli.operator_desk import Desk, network, working

from fibregate.migrate import Dsns

FAR = "2099-01-05"  # a Monday


def cells(shown: str, day: date) -> list[str]:
    """The line of that day's first visit, cell by cell."""
    line = next(one for one in shown.splitlines() if f"{day:%a} {day.day:>2} {day:%b %Y}" in one)
    return re.split(r"\s{2,}", line.partition("–")[2].strip())


async def test_places_are_counted_by_state_over_all_tenants(office: Desk, dsns: Dsns) -> None:
    await office.open_network()
    async with network(dsns) as isp, working(dsns):
        day = await isp.visit(1)
        shown = f"slots show --area FENBRIDGE --from {day} --to {day} --purpose PROVIDE"
        assert [int(one) for one in cells(await office.does(shown), day)[1:6]] == [4, 0, 0, 1, 3]
        await isp.order(2)
        assert [int(one) for one in cells(await office.does(shown), day)[1:6]] == [4, 0, 1, 1, 2]
        listed = await office.does("work-order list")
        while "NW1-" not in listed:
            listed = await office.does("work-order list")
        number = "NW1-" + listed.partition("NW1-")[2][:8]
        await office.does(f"work-order acknowledge {number}")
        await office.does(f"work-order commit {number}")
        assert [int(one) for one in cells(await office.does(shown), day)[1:6]] == [4, 1, 0, 1, 2]
        assert "1 timeslots are closed" in await office.does(f"slots close --area FENBRIDGE --from-date {day}")
        closed = cells(await office.does(shown), day)
        assert [int(one) for one in closed[1:6]] == [4, 1, 0, 1, 0]
        assert closed[6].startswith("closed")
        said = await office.does(f"slots open --area FENBRIDGE --from-date {day} --hours 08:00-13:00 --capacity 1")
        assert f"{day}: 2 places, because so many are sold." in said


async def test_a_book_opens_by_its_patterns_and_days_are_added(office: Desk) -> None:
    await office.open_network()
    week = await office.does("slots show")
    assert "FENBRIDGE, fttp, PROVIDE" in week
    assert "premium" in week
    last = date.fromisoformat(FAR) + timedelta(days=6)
    await office.does(
        f"slots open --area FENBRIDGE --from-date {FAR} --to-date {last} --hours 18:00-20:00 --capacity 3 "
        "--weekdays 2,4 --premium"
    )
    shown = await office.does(f"slots show --from {FAR} --to {last}")
    assert shown.count("18:00–20:00") == 2
    assert "Tue  6 Jan 2099" in shown
    assert "premium" in shown
    await office.does(f"slots close --area FENBRIDGE --from-date {FAR} --to-date {last} --band WEEKDAY_EVENING")
    assert (await office.does(f"slots show --from {FAR} --to {last}")).count("closed") == 2
    assert "None: no book is open there" in await office.does("slots show --from 2098-01-01 --to 2098-01-02")


async def test_bank_holidays_are_left_out_unless_asked_for(office: Desk) -> None:
    await office.open_network()
    line = "slots open --area FENBRIDGE --from-date 2026-12-25 --hours 08:00-13:00 --capacity 3"
    assert "0 timeslots" in await office.does(line)
    assert "1 timeslots" in await office.does(f"{line} --holidays")


async def test_books_know_three_ways_to_hold(office: Desk) -> None:
    await office.open_network()
    await office.does("slots book-create FENBRIDGE --purpose REPAIR --no-expiry --pattern 1-7/08:00-13:00/1")
    await office.does("slots book-create FENBRIDGE --purpose MODIFY --hold-minutes 30 --pattern 2,4/07:00-08:00/1")
    shown = await office.does("slots show")
    assert "FENBRIDGE, fttp, REPAIR" in shown
    assert "FENBRIDGE, fttp, MODIFY" in shown


@pytest.mark.parametrize(
    "line",
    [
        "slots open --area NOWHERE --from-date 2099-01-05 --hours 08:00-13:00 --capacity 1",
        "slots open --area FENBRIDGE --from-date 2099-01-05 --hours 09:00-13:00 --capacity 1",
        "slots open --area FENBRIDGE --from-date 2099-01-05 --to-date 2099-01-01 --hours 08:00-13:00 --capacity 1",
        "slots close --area FENBRIDGE --purpose REPAIR --from-date 2099-01-05",
        "slots book-create NOWHERE",
        "slots book-create FENBRIDGE --service gold",
    ],
)
async def test_what_cannot_be_is_refused_with_exit_code_1(office: Desk, line: str) -> None:
    await office.open_network()
    assert (await office.fails(line)).startswith("refused: ")


@pytest.mark.parametrize(
    "words",
    [
        "show --from yesterday",
        "show --purpose FUN",
        "open --area A --from-date 2099-01-05 --hours 8 --capacity 1",
        "open --area A --from-date 2099-01-05 --hours 08:00-13:00 --capacity 0",
        "open --area A --from-date 2099-01-05 --hours 08:00-13:00 --capacity 1 --weekdays 8",
        "close --area A --from-date 2099-01-05 --band LUNCH",
        "book-create A --pattern 1-5/08:00-13:00",
        "book-create A --pattern 1-5/09:00-13:00/2",
        "book-create A --pattern 5-1/08:00-13:00/2",
        "book-create A --pattern 1-5/08:00-13:00/0",
        "book-create A --hold-minutes 5 --no-expiry",
    ],
)
async def test_what_is_typed_wrongly_is_exit_code_2(no_office: Desk, words: str) -> None:
    await no_office.fails(f"slots {words}", 2)
