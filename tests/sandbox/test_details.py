"""What single stories promise beyond the order of their updates."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from tests.sandbox.stage import START, Stage

from fibregate.calendars import uk_date, uk_instant
from fibregate.errors import Invalid, SupplierFault
from fibregate.orders import actions as orders
from fibregate.sandbox import actions, parts
from fibregate.sandbox.behaviour import Behaviour
from fibregate.vocabulary import OrderStatus, Reason

A_MONTH = timedelta(days=31)


async def _played(stage: Stage, uprn: int, *, span: timedelta = A_MONTH) -> int:
    held = await stage.book(uprn)
    order = await stage.order(uprn, appointment=held.id)
    await stage.walk(span)
    return order


async def test_a_clean_install_in_its_own_words(stage: Stage) -> None:
    told = await stage.told(await _played(stage, 999900001001))
    assert told.texts[:4] == [
        "Order received, our reference NW1-10000001.",
        "Visit confirmed for Tuesday 8 July, 08:00\N{EN DASH}13:00. Service expected the same day.",
        "Engineer visit on Tuesday 8 July, 08:00\N{EN DASH}13:00. Changes must reach us by 16:00 today.",
        "Engineer on site.",
    ]
    facts = {one["name"]: one["value"] for one in told.rows[4]["facts"]["characteristics"]}
    assert told.texts[4] == (
        f"Service details: {facts['SERVICE_ID']}, ONT {facts['ONT_REFERENCE']} port {facts['ONT_PORT']}, "
        f"VLAN {facts['SERVICE_VLAN_ID']}."
    )
    assert told.texts[5].startswith("Service active. Light level at the ONT \N{MINUS SIGN}")
    assert told.rows[2]["issued_at"] == datetime(2025, 7, 7, 9, tzinfo=UTC)
    assert told.rows[1]["facts"]["committedDate"] == "2025-07-08T12:00:00.000Z"
    found = await stage.premises(999900001001)
    assert found.terminals[0].ports[0]["status"] == "ACTIVE"


async def test_a_port_that_is_free_needs_no_visit(stage: Stage) -> None:
    order = await stage.order(999900003009, day=date(2025, 7, 4))
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C + E"
    assert told.texts[1] == "No visit needed. Activation on Friday 4 July."
    assert told.at(Reason.COMPLETED) == datetime(2025, 7, 4, 5, 32, tzinfo=UTC)


async def test_the_network_moves_the_visit_and_not_the_promise(stage: Stage) -> None:
    held = await stage.book(999900001014)
    order = await stage.order(999900001014, appointment=held.id)
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    moved = next(row for row in told.rows if row["reason"] == "REAPPOINTED")
    assert moved["facts"]["text"].endswith("new visit Wednesday 16 July, 08:00\N{EN DASH}13:00.")
    assert told.rows[-1]["facts"]["committedDate"] == "2025-07-08T12:00:00.000Z"
    assert told.rows[-1]["facts"]["targetDate"] == "2025-07-16T12:00:00.000Z"
    assert told.at(Reason.COMPLETED) == uk_instant(date(2025, 7, 16), time(10, 12))
    assert told.rows[4]["issued_at"] == uk_instant(date(2025, 7, 15), time(10))


async def test_the_works_in_the_road_are_put_back(stage: Stage) -> None:
    told = await stage.told(await _played(stage, 999900001006, span=timedelta(days=60)))
    delay, permit, warning = told.rows[4], told.rows[5], told.rows[6]
    assert delay["facts"]["targetDate"] == "2025-08-12T12:00:00.000Z"
    assert permit["issued_at"] == uk_instant(date(2025, 7, 10), time(11))
    assert permit["facts"]["text"].endswith("works planned for the week of Monday 21 July.")
    assert warning["facts"]["targetDate"] == "2025-08-19T12:00:00.000Z"
    assert told.texts[8].startswith("We have booked ")


@pytest.mark.parametrize(
    ("band", "letters"),
    [
        ({"ECC_CHARGEBAND": "C"}, "A U U C U U + E"),
        ({"ECC_CHARGEBAND": "840"}, "A U U C U U + E"),
        ({"ECC_CHARGEBAND": "B"}, "A U I W W W W X"),
        ({"ECC_CHARGEBAND": "839.99"}, "A U I W W W W X"),
        ({}, "A U I W W W W X"),
    ],
)
async def test_a_band_that_covers_the_charge_needs_no_question(
    stage: Stage, band: dict[str, str], letters: str
) -> None:
    slot = (await stage.free(999900001015, from_date=date(2025, 7, 21)))[0]
    held = await stage.book_slot(999900001015, slot)
    order = await stage.order(999900001015, appointment=held.id, extras=band)
    await stage.walk(timedelta(days=45))
    told = await stage.told(order)
    assert told.letters == letters
    if "I" in letters:
        asked = next(row for row in told.rows if row["reason"] == "INFORMATION_REQUIRED")
        assert asked["facts"]["text"].endswith("Accept or decline by Thursday 7 August.")
        assert told.at(Reason.CANCELLED) == uk_instant(date(2025, 8, 7), time(17))


async def test_a_visit_that_is_still_ahead_is_committed_when_consent_comes(stage: Stage) -> None:
    held = await stage.book(999900001012, from_date=date(2025, 7, 28))
    order = await stage.order(999900001012, appointment=held.id)
    await stage.walk(A_MONTH)
    assert (await stage.told(order)).letters == "A W D U C U U + E"


async def test_the_second_at_one_address_is_refused(stage: Stage) -> None:
    held = [await stage.book(999900001017, tenant) for tenant in ("ISP1", "ISP1", "ISP2")]
    first = await stage.order(999900001017, appointment=held[0].id)
    with pytest.raises(Invalid, match=f"order {first}"):
        await stage.order(999900001017, appointment=held[1].id)
    twin = await stage.order(999900001017, "ISP2", appointment=held[2].id)
    await stage.walk(timedelta(hours=1))
    told = await stage.told(twin, "ISP2")
    assert told.letters == "J"
    assert told.texts == ["Another order for this address is in progress."]
    assert (await stage.told(first)).letters == "A C"


async def test_capacity_is_gone_for_everybody_afterwards(stage: Stage) -> None:
    await _played(stage, 999900001009)
    assert (await stage.premises(999900001009, "ISP2")).unavailable == "NO_CAPACITY"


async def test_the_other_flats_are_refused_afterwards(stage: Stage) -> None:
    await _played(stage, 999900001011)
    assert (await stage.premises(999900004001)).unavailable == "WAYLEAVE_REFUSED"
    assert (await stage.premises(999900004023)).unavailable == "WAYLEAVE_REFUSED"


async def test_the_network_takes_another_vlan(stage: Stage) -> None:
    told = await stage.told(await _played(stage, 999900001021))
    assert "VLAN 111.1001 is in use" in told.texts[4]
    other = told.texts[5].removeprefix("Please confirm that VLAN ").split()[0]
    assert told.texts[5] == f"Please confirm that VLAN {other} is free on your side of ENNI-011; answer in notes."
    assert other != "111.1001"
    added = next(row for row in told.rows if row["reason"] == "ADDITIONAL")
    assert {"name": "SERVICE_VLAN_ID", "value": other} in added["facts"]["characteristics"]


async def test_a_delay_of_seconds_replaces_every_time_of_the_story(stage: Stage) -> None:
    held = await stage.book(999900001006)
    order = await stage.order(999900001006, appointment=held.id, headers={"x-kci-delay": "5"})
    await stage.walk(timedelta(minutes=2))
    told = await stage.told(order)
    assert told.letters == "A C U U D U W U M U U + E"
    stamps = [row["issued_at"] for row in told.rows]
    assert {later - earlier for earlier, later in pairwise(stamps)} == {timedelta(seconds=5)}


async def test_a_problem_code_is_told_as_asked(stage: Stage) -> None:
    held = await stage.book(999900001201)
    headers = {"x-scenario": "ORDER_CANCELLED", "x-problem-code": "PLANNING_ISSUE", "x-kci-delay": "0"}
    order = await stage.order(999900001201, appointment=held.id, headers=headers)
    await stage.walk(timedelta(minutes=1))
    told = await stage.told(order)
    assert told.letters == "A C X"
    assert told.rows[-1]["facts"]["problemCode"] == "PLANNING_ISSUE"


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({"x-scenario": "F01"}, "ORDER_SUCCESSFUL"),
        ({"x-problem-code": "MOON_PHASE"}, "UNKNOWN_FAULT"),
        ({"x-kci-delay": "-1"}, "whole seconds"),
        ({"x-kci-delay": "1.5"}, "whole seconds"),
        ({"x-kci-delay": "99999999999999999999"}, "whole seconds"),
        ({"x-kci-delay": "\u0663"}, "whole seconds"),
    ],
)
def test_an_unknown_scenario_names_what_is_accepted(headers: dict[str, str], accepted: str) -> None:
    with pytest.raises(Invalid, match=accepted):
        parts.read_play(headers)


def test_no_header_asks_for_nothing() -> None:
    assert parts.read_play({}) is None


def test_the_scenario_beats_the_address_and_the_address_the_default() -> None:
    assert actions.story_of(999900001006, "ORDER_REJECTED").id == "F16"
    assert actions.story_of(999900001006, None).id == "F06"
    assert actions.story_of(999900004001, None).id == "F01"


async def test_a_silent_tenant_ends_the_order(stage: Stage) -> None:
    told = await stage.told(await _played(stage, 999900001003))
    assert told.texts[3].startswith("No answer at the door or on 07700 900103. Card left at 08:50.")
    assert told.texts[4] == "No answer yet. The order ends on Tuesday 22 July without one."
    assert told.rows[5]["facts"]["problemCode"] == "TIMED_OUT"


async def test_an_order_that_has_ended_is_left_alone(stage: Stage) -> None:
    held = await stage.book(999900001004)
    order = await stage.order(999900001004, appointment=held.id)
    await stage.walk(A_MONTH)
    assert await stage.status(order) is OrderStatus.CANCELLED
    assert await stage.overbooked() == []
    row = await stage.db.row(
        "select count(*) as left from lanes where last_done < last_enqueued and kind = 'story'", None
    )
    assert row is not None
    assert row["left"] == 0


async def test_a_hold_is_withdrawn_after_an_hour(stage: Stage) -> None:
    behaves = Behaviour(stage.db, stage.clock)
    uprn = 999900003011
    await behaves.before_booking(uprn)
    held = await stage.book(uprn)
    await stage.walk(timedelta(minutes=30))
    await behaves.before_booking(uprn)
    later = await stage.book(uprn)
    await stage.walk(timedelta(minutes=40))
    with pytest.raises(Invalid, match="withdrawn"):
        await stage.order(uprn, appointment=held.id)
    await stage.order(uprn, appointment=later.id)


async def test_a_broken_address_holds_nothing(stage: Stage) -> None:
    with pytest.raises(SupplierFault):
        await Behaviour(stage.db, stage.clock).before_booking(999900003008)


async def test_a_slow_address_takes_its_time(stage: Stage) -> None:
    behaves = Behaviour(stage.db, stage.clock)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await behaves.before_availability(999900003007)
    await behaves.before_availability(999900001001)


async def test_local_hours_stay_over_the_clock_change(stage: Stage) -> None:
    slots = [
        one
        for one in await stage.free(999900001030, from_date=date(2025, 10, 20))
        if one.classification == "WEEKDAY_AM"
    ]
    assert [(uk_date(one.starts_at), one.starts_at.hour) for one in slots] == [
        (date(2025, 10, 24), 7),
        (date(2025, 10, 27), 8),
    ]
    held = await stage.book_slot(999900001030, slots[1])
    order = await stage.order(999900001030, appointment=held.id)
    await stage.walk(datetime(2025, 11, 1, tzinfo=UTC) - START)
    told = await stage.told(order)
    assert told.rows[2]["issued_at"] == datetime(2025, 10, 24, 9, tzinfo=UTC)
    assert told.at(Reason.COMPLETED) == datetime(2025, 10, 27, 10, 12, tzinfo=UTC)


async def test_the_same_clock_gives_the_same_words(stage: Stage) -> None:
    found: list[list[str]] = []
    for tenant in ("ISP1", "YOUR_TENANT"):
        held = await stage.book(10025559646, tenant)
        number = await stage.order(10025559646, tenant, appointment=held.id, extras={"LINE_PROFILE": "55/55"})
        await stage.walk(timedelta(days=14))
        assert (await orders.get(stage.db, stage.tenants[tenant], number)).status is OrderStatus.COMPLETED
        found.append((await stage.told(number, tenant)).texts)
    assert found[0][3] == found[1][3]
