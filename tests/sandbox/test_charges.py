"""Construction charges: asked for, accepted, declined, forgotten; the network is told, and the amounts stay exact."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.sandbox.asking import new_visit, ordered, walk_to, when
from tests.sandbox.stage import ASKER, Stage

from fibregate.errors import Invalid, Unknown
from fibregate.inbox import actions as inbox
from fibregate.orders import actions as orders
from fibregate.orders.changes import actions as changes
from fibregate.orders.charges import decisions, store
from fibregate.orders.charges.model import Charge, ChargeState, Decision
from fibregate.suppliers.network import store as suppliers
from fibregate.suppliers.port import Addressee, Cost, Draft
from fibregate.vocabulary import OrderStatus, Reason, SupplierId

FARM, HOUSE = 999900001015, 999900001001
AMOUNT = Decimal("840.00")
A_MONTH = timedelta(days=31)


async def charges(stage: Stage, tenant: str = "ISP1") -> list[Charge]:
    return await store.list_charges(stage.db, stage.tenants[tenant], states=(), order_id=None, after=None, limit=10)


async def asked(stage: Stage) -> tuple[int, Charge]:
    """An order at the farm whose network has just asked."""
    order = await ordered(stage, FARM, from_date=date(2025, 7, 28))
    await walk_to(stage, 8, "16:00")
    (charge,) = await charges(stage)
    return order, charge


async def decide(
    stage: Stage, charge: Charge, decision: Decision, amount: Decimal | None = None, tenant: str = "ISP1"
) -> Charge:
    owner = stage.tenants[tenant]
    async with stage.db.tx(owner) as tx:
        return await decisions.decide(tx, owner, charge.id, decision, amount, asker=ASKER, now=await stage.clock.now())


async def test_a_question_about_money_is_a_charge_with_the_same_words(stage: Stage) -> None:
    order, charge = await asked(stage)
    assert (charge.construction, charge.included, charge.amount) == (AMOUNT, Decimal("0.00"), AMOUNT)
    assert (charge.state, charge.order_id, charge.answer) == (ChargeState.AWAITING_RESPONSE, order, None)
    told = (await stage.told(order)).rows[-1]
    assert told["facts"]["charge"] == charge.shown()
    assert told["facts"]["charge"]["amount"] == "840.00"
    assert told["facts"]["charge"]["answerBy"] == told["facts"]["actBy"]["by"]
    assert told["facts"]["text"] == charge.text


async def test_what_is_accepted_is_told_to_the_network_and_it_builds(stage: Stage) -> None:
    order, charge = await asked(stage)
    answered = await decide(stage, charge, Decision.ACCEPT, AMOUNT)
    assert (answered.state, answered.answer) == (ChargeState.ANSWERED, Decision.ACCEPT)
    assert await decide(stage, charge, Decision.ACCEPT, AMOUNT) == answered, "the same answer again"
    with pytest.raises(Invalid, match="is ANSWERED since"):
        await decide(stage, charge, Decision.DECLINE)
    with pytest.raises(Invalid, match=r"840\.00 is to be paid, and 840\.01 is accepted"):
        await decide(stage, charge, Decision.ACCEPT, Decimal("840.01"))
    await stage.walk(A_MONTH)
    (settled,) = await charges(stage)
    assert (settled.state, settled.answer, settled.amount) == (ChargeState.ACCEPTED, Decision.ACCEPT, AMOUNT)
    told = await stage.told(order)
    assert told.letters == "A U I a C U U + E"
    amended = next(row for row in told.rows if row["reason"] == "AMENDED")
    assert amended["facts"]["charge"]["state"] == "ACCEPTED"
    (band,) = [one for one in amended["facts"]["amendment"]["serviceCharacteristics"] if one["name"] != "LINE_PROFILE"]
    assert band == {"name": "ECC_CHARGEBAND", "value": "840.00"}
    with pytest.raises(Invalid, match="is ACCEPTED since"):
        await decide(stage, charge, Decision.DECLINE)


async def test_what_is_declined_ends_the_order_and_costs_nothing(stage: Stage) -> None:
    order, charge = await asked(stage)
    assert (await decide(stage, charge, Decision.DECLINE)).state is ChargeState.ANSWERED
    await stage.walk(timedelta(hours=1))
    (declined,) = await charges(stage)
    assert (declined.state, declined.answer) == (ChargeState.DECLINED, Decision.DECLINE)
    told = await stage.told(order)
    assert told.texts[-1] == "Charge declined, nothing to pay."
    assert told.rows[-1]["facts"]["charge"]["state"] == "DECLINED"
    assert await stage.status(order) is OrderStatus.CANCELLED


async def test_no_other_amount_is_accepted_and_nothing_is_asked_of_the_network(stage: Stage) -> None:
    order, charge = await asked(stage)
    for amount, said in ((None, "nothing"), (Decimal("839.99"), "839.99"), (Decimal("8400.00"), "8400.00")):
        with pytest.raises(Invalid) as refused:
            await decide(stage, charge, Decision.ACCEPT, amount)
        assert refused.value.messages == [
            f"amount: 840.00 is to be paid, and {said} is accepted; send the exact amount"
        ]
    assert await stage.status(order) is OrderStatus.PENDING
    with pytest.raises(Unknown):
        await decide(stage, charge, Decision.ACCEPT, AMOUNT, tenant="ISP2")


async def test_a_charge_that_is_forgotten_lapses_with_its_order(stage: Stage) -> None:
    order, charge = await asked(stage)
    await stage.walk(timedelta(days=32))
    (lapsed,) = await charges(stage)
    assert (lapsed.state, lapsed.answer) == (ChargeState.LAPSED, None)
    told = await stage.told(order)
    assert told.letters == "A U I W W W W X"
    assert told.rows[-1]["facts"]["charge"]["state"] == "LAPSED"
    with pytest.raises(Invalid, match=r"is LAPSED since 2025-08-07T16:00:00\.000Z"):
        await decide(stage, charge, Decision.ACCEPT, AMOUNT)


async def test_an_amendment_that_agrees_accepts_and_a_cancellation_declines(stage: Stage) -> None:
    order, _ = await asked(stage)
    band = [{"name": "LINE_PROFILE", "value": "80/20"}, {"name": "ECC_CHARGEBAND", "value": "C"}]
    await stage.amend(order, serviceCharacteristics=band)
    await stage.walk(timedelta(hours=1))
    (accepted,) = await charges(stage)
    assert (accepted.state, accepted.answer) == (ChargeState.ACCEPTED, Decision.ACCEPT)
    other = await ordered(stage, FARM, from_date=date(2025, 8, 11))
    await walk_to(stage, 16, "12:00")
    await stage.cancel(other)
    await stage.walk(timedelta(hours=1))
    assert [one.state for one in await charges(stage)] == [ChargeState.ACCEPTED, ChargeState.DECLINED]


async def test_what_the_order_agreed_to_beforehand_is_accepted_at_once(stage: Stage) -> None:
    visit = await new_visit(stage, FARM, 28)
    order = await stage.order(FARM, appointment=visit["appointmentReservationId"], extras={"ECC_CHARGEBAND": "1000.00"})
    await walk_to(stage, 8, "16:00")
    (charge,) = await charges(stage)
    assert (charge.state, charge.answer_by) == (ChargeState.ACCEPTED, None)
    assert (await stage.told(order)).rows[2]["facts"]["charge"] == charge.shown()


async def test_an_answer_that_the_network_refuses_may_be_given_again(stage: Stage) -> None:
    order, charge = await asked(stage)
    owner, network = stage.tenants["ISP1"], SupplierId(await suppliers.own_supplier(stage.db))
    await decide(stage, charge, Decision.ACCEPT, AMOUNT)
    (change,) = await changes.find_open(stage.db, owner, charge.order_key)
    refusal = Draft(reason=Reason.AMENDMENT_REJECTED, text="Try again.", request_id=change.id)
    async with stage.db.tx(owner) as tx:
        await inbox.announce(tx, Addressee(owner, network, charge.order_key), refusal, await stage.clock.now())
    await stage.walk(timedelta(seconds=1))
    (again,) = await charges(stage)
    assert (again.state, again.answer, again.change_key) == (ChargeState.AWAITING_RESPONSE, None, None)
    assert (await stage.told(order)).rows[-1]["facts"]["charge"]["state"] == "AWAITING_RESPONSE"
    assert (await decide(stage, charge, Decision.ACCEPT, AMOUNT)).state is ChargeState.ANSWERED


async def test_an_operators_charge_is_asked_again_every_five_working_days_and_lapses_after_thirty(stage: Stage) -> None:
    held = await stage.book(HOUSE)
    order = await stage.order(HOUSE, appointment=held.id, headers={"x-scenario": "ORDER_ACKNOWLEDGED"})
    await stage.walk(timedelta(hours=1))
    owner, network = stage.tenants["ISP1"], SupplierId(await suppliers.own_supplier(stage.db))
    about = Addressee(owner, network, (await orders.get(stage.db, owner, order)).key)
    cost = Cost(Decimal("5150.00"), Decimal("2800.00"))
    asks = Draft(reason=Reason.INFORMATION_REQUIRED, text="2,350.00 to pay.", problem_code="COST_ISSUE", charge=cost)
    async with stage.db.tx(owner) as tx:
        await inbox.announce(tx, about, asks, await stage.clock.now())
    await stage.walk(timedelta(days=29))
    told = await stage.told(order)
    assert told.letters == "A I W W W W"
    assert [when(told, place) for place in (1, 2, 3, 4, 5)] == [
        "Tue 1 Jul 11:00",
        "Tue 8 Jul 10:00",
        "Tue 15 Jul 10:00",
        "Tue 22 Jul 10:00",
        "Tue 29 Jul 10:00",
    ]
    assert {row["facts"]["actBy"]["by"] for row in told.rows[1:]} == {"2025-07-31T16:00:00.000Z"}
    await stage.walk(timedelta(days=2))
    told = await stage.told(order)
    assert (told.letters, when(told, -1)) == ("A I W W W W X", "Thu 31 Jul 17:00")
    (charge,) = await charges(stage)
    assert (charge.state, charge.amount) == (ChargeState.LAPSED, Decimal("2350.00"))
