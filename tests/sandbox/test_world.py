"""The invented network: always the same, complete, and what the special addresses answer."""

from collections import Counter
from datetime import date

import pytest
from tests.sandbox.stage import Stage

from fibregate.calendars import uk_date
from fibregate.sandbox.world import places, special
from fibregate.sandbox.world.actions import as_csv, days_around_clock_changes, every_home
from fibregate.vocabulary import Purpose

DAY = date(2025, 7, 1)
PROFILES = {"GPON": 1, "XGS": 2, "DOCUMENTS": 3}


def test_the_same_day_gives_the_same_bytes() -> None:
    assert as_csv(every_home(DAY), PROFILES) == as_csv(every_home(DAY), PROFILES)


def test_there_are_more_than_ten_thousand_and_no_address_is_there_twice() -> None:
    uprns = Counter(home.uprn for home in every_home(DAY))
    assert len(uprns) > 10_000
    assert max(uprns.values()) == 1
    assert 999900003001 not in uprns


def test_nothing_looks_like_a_real_place() -> None:
    for home in every_home(DAY):
        if home.uprn != places.DOCUMENTS_UPRN:
            assert home.address["postcode"][:2] in {"FB", "EK", "LW", "BU"}


def test_one_address_in_five_has_a_second_identifier() -> None:
    invented = [home for home in every_home(DAY) if home.area in {one.code for one in places.DISTRICTS}]
    share = sum("identifier" in home.address for home in invented) / len(invented)
    assert 0.17 < share < 0.23


def test_the_range_is_the_sandboxs() -> None:
    assert places.is_sandbox_uprn(999900000000)
    assert places.is_sandbox_uprn(999900009999)
    assert not places.is_sandbox_uprn(999900010000)
    assert not places.is_sandbox_uprn(places.DOCUMENTS_UPRN)


def test_a_fortnight_of_mornings_is_partly_sold_everywhere() -> None:
    for area in places.DISTRICTS:
        whole = next(one.capacity for one in places.patterns(area, "PROVIDE") if one.classification == "WEEKDAY_AM")
        assert 2 <= whole <= 8


def test_clock_changes_are_framed_by_a_friday_and_a_monday() -> None:
    assert days_around_clock_changes(DAY)[:4] == [
        date(2025, 10, 24),
        date(2025, 10, 27),
        date(2026, 3, 27),
        date(2026, 3, 30),
    ]


async def test_the_documents_visit_can_be_booked(stage: Stage) -> None:
    slots = await stage.free(places.DOCUMENTS_UPRN)
    days = {uk_date(one.starts_at) for one in slots if one.classification == "WEEKDAY_AM"}
    assert date(2025, 7, 16) in days
    assert min(days) == date(2025, 7, 8)


async def test_the_documents_premises_is_as_printed(stage: Stage) -> None:
    found = await stage.premises(places.DOCUMENTS_UPRN, "YOUR_TENANT")
    assert found.handover is not None
    assert (found.handover.enni_id, found.handover.site_name, found.handover.site_location) == (
        "ENNI-001",
        "Site A",
        "Location B",
    )
    assert found.characteristics == [
        {"name": "LINE_PROFILE", "values": ["55/55", "80/20", "100/100"]},
        {"name": "AUTHENTICATION_AGENT", "values": ["DHCPRelayAgent"]},
        {"name": "MINIMUM_SPEED", "values": ["100", "200", "500"]},
    ]
    assert found.installation_type == "STANDARD"
    assert found.unlimited_lines


async def test_one_place_a_week(stage: Stage) -> None:
    slots = await stage.free(999900003005)
    assert len(slots) == 4
    assert {one.starts_at.isoweekday() for one in slots} == {3}


async def test_fully_booked_for_28_days(stage: Stage) -> None:
    assert await stage.free(999900003006) == []
    assert await stage.free(999900003006, from_date=date(2025, 8, 5))


async def test_slots_only_from_the_day_a_port_is_promised(stage: Stage) -> None:
    found = await stage.premises(special.RELIEF)
    assert found.ready_date == date(2025, 7, 29)
    assert found.constraints == [{"code": "CAPACITY_RELIEF_PLANNED", "text": "A port is promised by Tuesday 29 July"}]
    slots = await stage.free(special.RELIEF)
    assert min(uk_date(one.starts_at) for one in slots) == found.ready_date


async def test_full_days_where_the_build_has_two_stages(stage: Stage) -> None:
    assert {"WEEKDAY", "WEEKDAY_AM"} <= {one.classification for one in await stage.free(999900001013)}


async def test_sundays_are_for_repairs(stage: Stage) -> None:
    provide = {one.classification for one in await stage.free(999900001001)}
    repair = await stage.free(999900001001, purpose=Purpose.REPAIR)
    assert "SUNDAY_AM" not in provide
    assert next(one.standard for one in repair if one.classification == "SUNDAY_AM") is False


async def test_a_second_port_needs_no_visit(stage: Stage) -> None:
    found = await stage.premises(999900003009)
    assert found.installation_type is None
    assert [port["status"] for port in found.terminals[0].ports] == ["ACTIVE", "FREE", "FREE", "FREE"]
    assert found.terminals[0].ports[0]["tenantActive"] is False


async def test_a_line_that_is_to_be_ceased_says_when(stage: Stage) -> None:
    found = await stage.premises(special.CEASES)
    assert found.pending_cease == date(2025, 7, 31)
    assert found.lines_left(0) == 0


async def test_isp2_is_not_in_llanfechan(stage: Stage) -> None:
    assert (await stage.premises(999900003012, "ISP2")).unavailable == "NO_INTERCONNECT"
    assert (await stage.premises(999900003012, "ISP1")).unavailable is None


@pytest.mark.parametrize(("number", "reason"), [(2, "OUT_OF_FOOTPRINT"), (3, "PLANNED"), (4, "PARENT_ADDRESS")])
async def test_special_addresses_say_why_not(stage: Stage, number: int, reason: str) -> None:
    found = await stage.premises(999900003000 + number)
    assert found.unavailable == reason
    if number == 4:
        assert found.reason is not None
        assert "999900003041 (flat 1)" in found.reason["text"]
