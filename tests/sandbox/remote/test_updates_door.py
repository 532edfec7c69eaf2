"""What the remote network tells is what our own updates door takes: every field, with all that must come along."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.sandbox.remote.caller import Ground, entity, unvisited
from tests.sandbox.remote.test_quotes import PATH, ethernet_order, quote_of

from fibregate.doors.updates import companions, kcis, shapes
from fibregate.web.reading import Model

KCI = Model(shapes.KciIn, "body")


def faults(update: dict[str, Any]) -> list[str]:
    said = KCI.read(update)
    about = said.provide_service_order or said.ethernet_service_order
    assert about is not None
    return list(companions.faults(kcis._update(said, about, datetime.now(UTC))))


@pytest.mark.parametrize("name", ["well", "unknown-codes", "rejects", "commits-at-once", "renumbered"])
async def test_the_updates_of_an_order_are_taken(ground: Ground, name: str) -> None:
    order = ground.order(unvisited(name))
    await ground.post("/service-orders", order)
    await ground.door.until(lambda: ground.door.reasons()[-1:] in (["COMPLETED"], ["ORDER_REJECTED"]))
    for update in ground.door.updates:
        assert faults(update) == []
        assert (entity(update)["id"], entity(update)["tenant"]) == (order["id"], "ISP1")


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("drops-amendment-reply", ["AMENDED", "CANCELLED"]),
        ("refuses-changes", ["AMENDMENT_REJECTED", "CANCELLATION_REJECTED"]),
    ],
)
async def test_the_answers_to_changes_are_taken(ground: Ground, name: str, reasons: list[str]) -> None:
    order = ground.order(unvisited(name))
    await ground.post("/service-orders", order)
    await ground.door.until(lambda: "ADDITIONAL" in ground.door.reasons())
    changes = [
        {"orderId": order["id"], "id": 7, "notes": "x"},
        {"orderId": order["id"], "id": 8, "reasonCode": "OTHER"},
    ]
    for kind, body in zip(("amendment", "cancellation"), changes, strict=True):
        await ground.post(f"/service-order-{kind}s", body)
    await ground.door.until(lambda: set(reasons) <= set(ground.door.reasons()))
    answers = [one for one in ground.door.updates if one["reasonCode"] in reasons]
    assert [faults(one) for one in answers] == [[], []]
    assert [KCI.read(one).provide_service_order.service_order_amendment_id for one in answers] == [7, None]


async def test_the_service_that_an_order_brought_is_read(ground: Ground) -> None:
    await ground.post("/service-orders", ground.order(unvisited("well")))
    await ground.door.until(lambda: ground.door.reasons()[-1:] == ["COMPLETED"])
    about = KCI.read(ground.door.updates[-1]).provide_service_order
    assert about is not None
    assert set(kcis._facts(about)) == kcis.NETWORK_FACTS


async def test_what_was_given_to_each_end_of_a_circuit_is_read(ground: Ground) -> None:
    asked = quote_of(ground, unvisited("well"), unvisited("well", 501))
    price = (await ground.post("/quote", asked)).body
    await ground.post(PATH, ethernet_order(ground, asked, price["supplierQuoteId"]))
    await ground.door.until(lambda: ground.door.reasons()[-1:] == ["COMPLETED"])
    assert [faults(one) for one in ground.door.updates] == [[]] * 5
    about = KCI.read(ground.door.updates[-1]).ethernet_service_order
    assert about is not None
    given = {"SERVICE_ID_1", "CIRCUIT_REFERENCE_1", "SERVICE_VLAN_ID_1", "SERVICE_VLAN_ID_2"}
    assert set(kcis._facts(about)) == given
