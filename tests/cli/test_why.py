"""`fibregate why` over stories that a sandbox's network acts out."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count

import pytest
from aiohttp import web
from tests.cli.operator_desk import Desk
from tests.kcis.receiver import Receiver, receiving
from tests.sandbox.stage import Stage, seed, staged

from fibregate.kcis.endpoints import actions as endpoints
from fibregate.kcis.endpoints.model import Change, Rules
from fibregate.migrate import Dsns
from fibregate.orders import actions as orders
from fibregate.tenants.model import Actor
from fibregate.vault import Vault
from fibregate.web.guard import Guard
from fibregate.work import RENDERERS

NOBODY_HOME, BAD_POLE, CLEAN, SAYS_NOTHING, MESSY = (
    999900001003,
    999900001014,
    999900001001,
    999900001026,
    999900001027,
)
BY = Actor("test")
RULES = Rules(
    guard=Guard(allow=["127.0.0.0/8"], ports=None, plain_http=True), renderings=RENDERERS, vault=Vault(b"0" * 32)
)


@pytest.fixture
async def stage(dsns: Dsns) -> AsyncIterator[Stage]:
    await seed(dsns)
    async with staged(dsns) as ready:
        yield ready


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as ready:
        yield ready


async def placed(stage: Stage, uprn: int, tenant: str = "ISP1") -> int:
    held = await stage.book(uprn, tenant)
    return await stage.order(uprn, tenant, appointment=held.id)


async def listening(stage: Stage, receiver: Receiver, *, answers: int) -> None:
    receiver.respond = lambda _: web.Response(status=answers, text="no")
    async with stage.db.tx(stage.tenants["ISP1"]) as tx:
        await endpoints.create(
            tx, stage.tenants["ISP1"], url=receiver.url, rendering="wholesale-webhook", rules=RULES, by=BY
        )


async def test_a_question_names_who_must_answer_and_by_when(office: Desk, stage: Stage) -> None:
    order = await placed(stage, NOBODY_HOME)
    await stage.walk(timedelta(days=8))
    said = await office.does(f"why {order}")
    assert f"Order {order} of ISP1 is PENDING." in said
    assert "NETWORK1 promised Tue 8 Jul 2025, by 13:00." in said
    assert "It waits for ISP1 to answer." in said
    assert "TENANT must act by Tue 22 Jul 2025 10:00: REAPPOINT by KCI 4: No answer at the door" in said
    assert "since Tue  8 Jul 2025 08:50." in said
    assert "NETWORK1 said REAPPOINT for ACCESS_ISSUE (supplier codes 1001), which is KCI 4." in said
    assert "The order went from IN_PROGRESS to PENDING, because of update 4 REAPPOINT, received" in said
    assert "acted out by story F03." in said
    assert "promised date set to Tue 8 Jul 2025, by 13:00 by the network" in said
    assert "was given back" in said
    assert "ISP1 has no endpoint: it fetches its KCIs from the feed." in said


async def test_an_order_is_found_by_whatever_is_known_of_it(office: Desk, stage: Stage) -> None:
    order = await placed(stage, NOBODY_HOME)
    await stage.walk(timedelta(hours=1))
    found = await orders.get(stage.db, stage.tenants["ISP1"], order)
    kci = (await orders.list_updates(stage.db, found))[0]["id"]
    assert found.appointment
    named = {
        f"{order} --tenant ISP1": "",
        str(found.supplier_reference): f" (found by reference {found.supplier_reference})",
        str(kci): f" (found by KCI {kci})",
        found.appointment["reference"]: f" (found by appointment {found.appointment['reference']})",
    }
    for typed, by in named.items():
        assert f"Order {order} of ISP1{by} is IN_PROGRESS." in await office.does(f"why {typed}")


async def test_a_number_that_two_tenants_use_is_not_guessed(office: Desk, stage: Stage) -> None:
    stage.ids = count(70)
    await placed(stage, CLEAN)
    stage.ids = count(70)
    order = await placed(stage, NOBODY_HOME, "ISP2")
    said = await office.fails(f"why {order}")
    assert f"several orders are meant: {order} of ISP1 (number), {order} of ISP2 (number)" in said
    assert f"Order {order} of ISP2 is" in await office.does(f"why {order} --tenant ISP2")
    assert "there is no order of ISP1 with" in await office.fails("why 4711 --tenant ISP1")
    assert "there is no order with the number" in await office.fails("why no-such-thing")
    assert "tenant" in await office.fails("why 1 --tenant NOBODY")


async def test_timers_and_operators_are_named_as_causes(office: Desk, stage: Stage) -> None:
    silent = await placed(stage, NOBODY_HOME)
    asked = await placed(stage, CLEAN)
    await stage.walk(timedelta(hours=1))
    reference = (await orders.get(stage.db, stage.tenants["ISP1"], asked)).supplier_reference
    await office.does(f'work-order ask {reference} --text "Which floor?" --answer-by 2025-07-03')
    await stage.walk(timedelta(days=3))
    said = await office.does(f"why {asked}")
    assert "(work-order.ask)" in said
    assert "overdue by " in said
    await stage.walk(timedelta(days=30))
    said = await office.does(f"why {silent}")
    assert "CANCELLED for TIMED_OUT" in said
    assert "a timer's: the tenant had not answered." in said
    assert "It has ended as CANCELLED: nothing is waited for." in said


async def test_dates_are_told_with_who_moved_them(office: Desk, stage: Stage) -> None:
    order = await placed(stage, BAD_POLE)
    await stage.walk(timedelta(days=9))
    said = await office.does(f"why {order}")
    assert "NETWORK1 promised Tue 8 Jul 2025, by 13:00, and now expects Wed 16 Jul 2025, by 13:00." in said
    moved = "expected date moved from Tue 8 Jul 2025, by 13:00 to Wed 16 Jul 2025, by 13:00 by the network, SITE_UNSAFE"
    assert moved in said
    assert "It waits for NETWORK1 to do the work on the visit of Wed 16 Jul 2025 08:00" in said
    assert "was replaced by another" in said


async def test_news_that_did_not_come_is_the_gateways_own_word(office: Desk, stage: Stage) -> None:
    order = await placed(stage, SAYS_NOTHING)
    await stage.walk(timedelta(days=1, hours=1))
    said = await office.does(f"why {order}")
    assert "The gateway itself said WARNING for OTHER, which is KCI 2." in said
    assert "because no news had come by " in said
    assert "SUPPLIER must act by " in said


async def test_what_an_endpoint_refuses_is_told_with_its_last_answer(
    office: Desk, stage: Stage, receiver: Receiver
) -> None:
    await listening(stage, receiver, answers=500)
    order = await placed(stage, CLEAN)
    await stage.walk(timedelta(hours=2))
    said = await office.does(f"why {order}")
    assert "Not delivered" in said
    assert f"{receiver.url}: " in said
    assert "the endpoint has taken nothing since Tue  1 Jul 2025 10:02, last: answered 500" in said
    assert "of KCI 1 on Tue  1 Jul 2025" in said
    assert "answered 500" in said


async def test_a_suspended_endpoint_is_the_reason(office: Desk, stage: Stage, receiver: Receiver) -> None:
    await listening(stage, receiver, answers=410)
    order = await placed(stage, CLEAN)
    await stage.walk(timedelta(hours=1))
    said = await office.does(f"why {order}")
    assert "KCIs 1 to 2 held back from" in said
    assert "the endpoint is suspended since" in said
    tenant = stage.tenants["ISP1"]
    (endpoint,) = await endpoints.list_all(stage.db, tenant)
    receiver.respond = lambda _: web.Response(status=204)
    async with stage.db.tx(tenant) as tx:
        await endpoints.change(tx, tenant, endpoint.endpoint_id, to=Change(enabled=True), rules=RULES, by=BY)
    await stage.walk(timedelta(hours=1))
    assert "Not delivered" not in await office.does(f"why {order}")


async def test_a_late_message_is_told_with_both_times(office: Desk, stage: Stage) -> None:
    order = await placed(stage, MESSY)
    await stage.walk(timedelta(hours=1))
    said = await office.does(f"why {order}")
    assert "update 1 ACKNOWLEDGED, issued Tue  1 Jul 2025 10:02 and received Tue  1 Jul 2025 10:30" in said
    assert "update 2 COMMITTED, received Tue  1 Jul 2025 10:30, acted out by story F27." in said


async def test_an_update_that_waits_or_was_refused_is_told(office: Desk, stage: Stage) -> None:
    order = await placed(stage, CLEAN)
    await stage.walk(timedelta(minutes=10))
    found = await orders.get(stage.db, stage.tenants["ISP1"], order)
    reference = found.supplier_reference
    said = await office.fails(f"work-order complete {reference}")
    assert "COMPLETED is not possible" in said
    said = await office.does(f"why {order}")
    assert "The network's update 2 COMPLETED was refused: COMPLETED is not possible" in said
