"""What the remote network tells is what our own updates door takes: every field, with all that must come along."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.sandbox.remote.caller import Ground, entity, unvisited

from fibregate.doors.updates import companions, kcis
from fibregate.web.reading import Model

KCI = Model(kcis.KciIn, "body")


def faults(update: dict[str, Any]) -> list[str]:
    said = KCI.read(update)
    about = said.provide_service_order
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
