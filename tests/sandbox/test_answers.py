"""What the network makes of amendments and cancellations, story by story, and how the stories go on."""

from datetime import date, timedelta

from tests.sandbox.asking import dates, new_visit, ordered, walk_to, when
from tests.sandbox.isp import BANDED
from tests.sandbox.stage import Stage

from fibregate.calendars import add_working_days, spoken_day, uk_date
from fibregate.vocabulary import ChangeKind, ChangeStatus, Nation, OrderStatus, Reason

A_MONTH = timedelta(days=31)
DUCT, NOBODY_HOME, CONSENT, CHARGE = 999900001005, 999900001003, 999900001012, 999900001015
DOG, PLOT, NO_SERVICE, MOVES_THE_DATE, STORM, SILENT = (999900001000 + n for n in (19, 20, 21, 22, 23, 26))
DASH = "\N{EN DASH}"


async def test_nobody_is_home_and_the_customer_moves_the_promise(stage: Stage) -> None:
    order = await ordered(stage, NOBODY_HOME)
    await walk_to(stage, 8, "10:00")
    amendment = await stage.amend(order, **await new_visit(stage, NOBODY_HOME, 9))
    await stage.walk(timedelta(minutes=1))
    assert await stage.status(order) is OrderStatus.PENDING_AMENDMENT
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C U P a U U + E"
    assert when(told, 4) == "Tue 8 Jul 10:02"
    assert told.rows[4]["status"] == "IN_PROGRESS"
    assert told.texts[4] == f"New visit on Tuesday 15 July, 08:00{DASH}13:00."
    assert dates(told, 4) == ("2025-07-15", "2025-07-15")
    assert told.rows[4]["facts"]["amendment"]["id"] == amendment
    assert [when(told, place) for place in (5, 6, 8)] == ["Mon 14 Jul 10:00", "Tue 15 Jul 08:40", "Tue 15 Jul 10:12"]
    assert (await stage.decided(ChangeKind.AMENDMENT, amendment)).status is ChangeStatus.COMPLETED
    assert (await stage.causes(order))[2:] == [("COMMITTED", "CUSTOMER"), ("TARGET", "CUSTOMER")]


async def test_a_second_visit_without_an_answer_is_the_last(stage: Stage) -> None:
    order = await ordered(stage, NOBODY_HOME)
    await walk_to(stage, 8, "10:00")
    again = {"x-problem-code": "ACCESS_ISSUE"}
    await stage.amend(order, headers=again, **await new_visit(stage, NOBODY_HOME, 14))
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C U P a U X"
    assert told.texts[-1] == "Two visits without an answer."
    assert told.rows[-1]["facts"]["supplierCodes"] == ["1001"]
    assert await stage.overbooked() == []


async def test_a_new_visit_needs_a_reservation(stage: Stage) -> None:
    order = await ordered(stage, NOBODY_HOME)
    await walk_to(stage, 8, "10:00")
    await stage.amend(order, notes="They were at work.")
    await stage.walk(timedelta(minutes=3))
    told = await stage.told(order)
    assert told.texts[-1] == "Please reserve a new visit and quote its id in appointmentReservationId."
    assert told.rows[-1]["facts"]["actBy"] == {"who": "TENANT", "by": "2025-07-22T09:00:00.000Z"}
    assert await stage.status(order) is OrderStatus.PENDING


async def test_the_owner_agrees_to_a_dig(stage: Stage) -> None:
    order = await ordered(stage, DUCT)
    await walk_to(stage, 8, "11:00")
    await stage.amend(order, onSiteRestrictions="The gate sticks.")
    await walk_to(stage, 8, "15:30")
    assert (await stage.told(order)).texts[-1].startswith("Please answer in notes")
    await walk_to(stage, 9, "09:00")
    await stage.amend(order, notes="Agreed; call Asha Patel on 01632 960001.")
    await walk_to(stage, 17, "09:00")
    assert await stage.status(order) is OrderStatus.PENDING
    await stage.amend(order, **await new_visit(stage, DUCT, 24))
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C U U D I n a U P a U U + E"
    assert [when(told, place) for place in (6, 7, 8, 9, 10)] == [
        "Tue 8 Jul 15:00",
        "Wed 9 Jul 13:00",
        "Wed 16 Jul 15:00",
        "Wed 16 Jul 15:05",
        "Thu 17 Jul 09:02",
    ]
    assert [row["status"] for row in told.rows[4:11]] == [
        *("HELD", "PENDING", "PENDING", "IN_PROGRESS", "IN_PROGRESS", "PENDING", "IN_PROGRESS")
    ]
    assert dates(told, 7) == ("2025-07-08", "2025-07-22")
    assert dates(told, -1) == ("2025-07-08", "2025-07-24")
    assert [cause for which, cause in await stage.causes(order) if which == "TARGET"] == ["NETWORK"] * 3


async def test_an_answer_by_a_person_waits_for_office_hours(stage: Stage) -> None:
    order = await ordered(stage, DUCT)
    await walk_to(stage, 11, "16:30")
    await stage.amend(order, notes="Agreed.")
    await walk_to(stage, 14, "09:00")
    told = await stage.told(order)
    assert told.letters == "A C U U D I a"
    assert when(told, 6) == "Mon 14 Jul 08:00"


async def test_consent_comes_late_and_the_promise_after_the_new_visit(stage: Stage) -> None:
    order = await ordered(stage, CONSENT)
    await walk_to(stage, 22, "09:00")
    assert (await stage.told(order)).letters == "A W D U P"
    await stage.amend(order, **await new_visit(stage, CONSENT, 29))
    await stage.walk(timedelta(minutes=3))
    assert await stage.status(order) is OrderStatus.ACKNOWLEDGED
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A W D U P a C U U + E"
    assert (when(told, 5), when(told, 6)) == ("Tue 22 Jul 09:02", "Tue 22 Jul 09:22")
    assert dates(told, -1) == ("2025-07-29", "2025-07-29")


async def test_a_charge_is_accepted_by_what_covers_it(stage: Stage) -> None:
    order = await ordered(stage, CHARGE, from_date=date(2025, 7, 28))
    await walk_to(stage, 9, "09:00")
    too_little = [BANDED[0], {"name": "ECC_CHARGEBAND", "value": "B"}]
    await stage.amend(order, serviceCharacteristics=too_little)
    await stage.walk(timedelta(minutes=3))
    told = await stage.told(order)
    assert told.texts[-1].startswith("That does not cover the construction charge of 840.00 GBP.")
    assert told.rows[-1]["facts"]["actBy"]["by"] == "2025-08-07T16:00:00.000Z"
    await stage.amend(order, serviceCharacteristics=BANDED)
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A U I n a C U U + E"
    assert (when(told, 4), when(told, 5)) == ("Wed 9 Jul 09:05", "Wed 9 Jul 09:15")
    assert told.rows[4]["status"] == "ACKNOWLEDGED"
    assert dates(told, -1) == ("2025-07-28", "2025-07-28")


async def test_a_charge_is_declined_by_cancelling(stage: Stage) -> None:
    order = await ordered(stage, CHARGE)
    await walk_to(stage, 9, "09:00")
    cancellation = await stage.cancel(order)
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A U I X"
    assert told.texts[-1] == "Charge declined, nothing to pay."
    assert told.rows[-1]["facts"]["problemCode"] == "COST_ISSUE"
    assert told.rows[-1]["facts"]["cancellation"]["id"] == cancellation
    assert await stage.overbooked() == []


async def test_a_charge_accepted_after_the_visit_needs_another(stage: Stage) -> None:
    order = await ordered(stage, CHARGE)
    await walk_to(stage, 14, "09:00")
    await stage.amend(order, serviceCharacteristics=BANDED)
    await walk_to(stage, 14, "12:00")
    told = await stage.told(order)
    assert told.letters == "A U I a P"
    assert told.texts[-1].startswith("Please agree a new visit; the one on ")
    await stage.walk(A_MONTH)
    assert (await stage.told(order)).letters == "A U I a P W X"


async def test_the_dog_must_be_kept_away(stage: Stage) -> None:
    order = await ordered(stage, DOG)
    await walk_to(stage, 8, "09:00")
    visit = await new_visit(stage, DOG, 15)
    refused = await stage.amend(order, **visit)
    await stage.walk(timedelta(minutes=3))
    told = await stage.told(order)
    assert told.letters == "A C U P n"
    assert told.texts[-1] == "Say in hazards how the dog will be kept away."
    assert told.rows[-1]["status"] == "PENDING"
    assert (await stage.decided(ChangeKind.AMENDMENT, refused)).answer == told.texts[-1]
    await stage.amend(order, hazards="The dog is with the neighbour.")
    await stage.walk(timedelta(minutes=3))
    assert (await stage.told(order)).texts[-1].startswith("Please reserve a new visit")
    await stage.amend(order, hazards="The dog is with the neighbour.", **visit)
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C U P n n a U U + E"
    assert dates(told, -1) == ("2025-07-15", "2025-07-15")
    assert told.rows[-1]["facts"]["entity"]["hazards"] == "The dog is with the neighbour."


async def test_the_site_manager_says_when(stage: Stage) -> None:
    order = await ordered(stage, PLOT)
    while await stage.status(order) is not OrderStatus.PENDING:
        await stage.walk(timedelta(hours=4))
    asked = (await stage.told(order)).at(Reason.REAPPOINT)
    first = add_working_days(uk_date(asked), 10, Nation.ENGLAND)
    visits = [await stage.book(PLOT, from_date=day) for day in (uk_date(asked), first)]
    assert uk_date(visits[1].timeslot.starts_at) == first
    for visit in visits:
        await stage.amend(order, appointmentReservationId=visit.id)
        await stage.walk(timedelta(minutes=3))
    told = await stage.told(order)
    assert told.letters == "A C U P n a"
    assert told.texts[4] == f"Site manager says not before {spoken_day(asked + (first - uk_date(asked)))}."
    assert [row["status"] for row in told.rows[4:]] == ["PENDING", "IN_PROGRESS"]
    assert dates(told, 5) == (first.isoformat(), first.isoformat())


async def test_the_vlan_that_the_tenant_confirms_is_taken(stage: Stage) -> None:
    order = await ordered(stage, NO_SERVICE)
    await walk_to(stage, 8, "15:00")
    other = (await stage.told(order)).texts[5].removeprefix("Please confirm that VLAN ").split()[0]
    await stage.amend(order, notes=f"VLAN {other} is free.")
    await stage.walk(timedelta(hours=1))
    told = await stage.told(order)
    assert told.letters == "A C U U D I a + E"
    assert told.texts[6] == f"Thank you; we take VLAN {other}."
    assert [when(told, place) for place in (6, 7, 8)] == ["Tue 8 Jul 15:02", "Tue 8 Jul 15:17", "Tue 8 Jul 15:19"]
    assert told.rows[6]["status"] == "IN_PROGRESS"
    assert {"name": "SERVICE_VLAN_ID", "value": other} in told.rows[7]["facts"]["characteristics"]


async def test_a_storm_moves_the_target_and_not_the_promise(stage: Stage) -> None:
    order = await ordered(stage, STORM)
    await walk_to(stage, 9, "13:00")
    await stage.amend(order, **await new_visit(stage, STORM, 16))
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C W D P a U U + E"
    assert dates(told, -1) == ("2025-07-08", "2025-07-16")


async def test_an_order_that_was_left_lying_is_promised_after_the_new_visit(stage: Stage) -> None:
    held = await stage.book(SILENT)
    await stage.walk(timedelta(days=6))
    order = await stage.order(SILENT, appointment=held.id)
    await stage.walk(timedelta(days=4))
    await stage.amend(order, **await new_visit(stage, SILENT, 21))
    await stage.walk(A_MONTH)
    assert (await stage.told(order)).letters == "A W P a C U U + E"


async def test_a_tenant_moves_the_visit_before_the_deadline_and_not_after(stage: Stage) -> None:
    early, late = [await ordered(stage, MOVES_THE_DATE) for _ in range(2)]
    await walk_to(stage, 7, "15:59")
    await stage.amend(early, **await new_visit(stage, MOVES_THE_DATE, 21))
    await walk_to(stage, 7, "16:01")
    refused = await stage.amend(late, **await new_visit(stage, MOVES_THE_DATE, 21))
    await stage.walk(A_MONTH)
    told = await stage.told(early)
    assert told.letters == "A C U a U + E"
    assert told.rows[3]["facts"]["committedDate"] == "2025-07-21T12:00:00.000Z"
    assert told.at(Reason.COMPLETED).date() == date(2025, 7, 21)
    assert (await stage.causes(early))[2:] == [("COMMITTED", "TENANT"), ("TARGET", "TENANT")]
    told = await stage.told(late)
    assert told.letters == "A C U n U + E"
    assert told.texts[3] == (
        "The visit on Tuesday 8 July can no longer be changed; the deadline was 16:00 on Monday 7 July."
    )
    assert told.at(Reason.COMPLETED).date() == date(2025, 7, 8)
    change = await stage.decided(ChangeKind.AMENDMENT, refused)
    assert (change.status, change.answer) == (ChangeStatus.REJECTED, told.texts[3])
    assert await stage.overbooked() == []
    assert await stage.refused_updates() == []
