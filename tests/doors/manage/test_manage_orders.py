from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from tests.doors.manage.conftest import Desk
from tests.kcis.receiver import receiving

ORDERS = "/manage/v1/orders"


async def ids(desk: Desk, **query: Any) -> list[int]:
    answer = await desk.ours.get(ORDERS, params=query)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["orders"]]


async def test_orders_are_listed_page_by_page_also_when_made_in_one_instant(desk: Desk) -> None:
    for _ in range(5):
        await desk.stage.order()
    await desk.stage.clock.advance(timedelta(hours=1))
    await desk.stage.order()
    await desk.stage.order(desk.stage.theirs)
    found: list[int] = []
    cursor: str | None = None
    while True:
        page = (await desk.ours.get(ORDERS, params={"limit": 2} | ({"after": cursor} if cursor else {}))).json()
        found += [one["id"] for one in page["orders"]]
        cursor = page.get("nextCursor")
        if cursor is None:
            break
    assert found == [159, 160, 161, 162, 163, 164]
    assert [one["id"] for one in (await desk.theirs.get(ORDERS)).json()["orders"]] == [165]


async def test_an_order_is_shown_as_it_stands(desk: Desk) -> None:
    order = await desk.stage.order()
    await desk.stage.tell(order)
    assert (await desk.ours.get(ORDERS)).json()["orders"] == [
        {
            "id": 159,
            "orderType": "NEW",
            "status": "ACKNOWLEDGED",
            "supplier": "NETWORK1",
            "address": {"id": "1", "type": "UPRN"},
            "service": "fttp",
            "lastSequence": 1,
            "created": "2025-07-01T09:00:00.000Z",
            "updated": "2025-07-01T09:00:00.000Z",
        }
    ]


async def test_orders_are_filtered(desk: Desk) -> None:
    await desk.stage.order(uprn=7)
    await desk.stage.clock.advance(timedelta(hours=1))
    await desk.stage.order(uprn=8)
    await desk.stage.web.row(
        "update orders set status = 'COMPLETED' where tenant_id = $1 and id = 160", desk.stage.ours
    )
    assert await ids(desk, status="COMPLETED") == [160]
    assert await ids(desk, status="COMPLETED,ACKNOWLEDGED") == [159, 160]
    assert await ids(desk, status="FAILED") == []
    assert await ids(desk, uprn="0007") == [159]
    assert await ids(desk, orderType="NEW") == [159, 160]
    assert await ids(desk, createdFrom="2025-07-01T10:00:00Z") == [160]
    assert await ids(desk, createdTo="2025-07-01T10:00:00Z") == [159]
    assert await ids(desk, updatedSince="2025-07-01T11:00:00+01:00") == [160]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "NEVER"},
        {"orderType": "OLD"},
        {"uprn": "x"},
        {"uprn": "1" * 13},
        {"createdFrom": "yesterday"},
        {"createdTo": "2025-02-30T00:00:00Z"},
        {"after": "x"},
        {"limit": "0"},
    ],
)
async def test_a_bad_filter_is_refused(desk: Desk, query: dict[str, str]) -> None:
    answer = await desk.ours.get(ORDERS, params=query)
    assert answer.status_code in {400, 422}
    assert answer.json()["messages"][0].startswith(next(iter(query)))


async def test_a_feeds_cursor_is_none_of_orders(desk: Desk) -> None:
    cursor = (await desk.ours.get("/manage/v1/kcis")).json()["nextCursor"]
    assert (await desk.ours.get(ORDERS, params={"after": cursor})).status_code == 422


async def test_deliveries_show_every_attempt_and_what_comes_next(desk: Desk) -> None:
    order = await desk.stage.order()
    async with receiving() as receiver:
        made = await desk.made(url=receiver.url)
        await desk.stage.tell(order)
        await desk.stage.tell(order)
        receiver.respond = lambda got: web.Response(status=500 if got.number == 2 else 202, text="thanks")
        await desk.stage.work_off()
        await desk.stage.step(timedelta(seconds=5))
    shown = (await desk.ours.get(f"{ORDERS}/159/deliveries")).json()
    assert shown["orderId"] == 159
    first, second = shown["deliveries"]
    assert (first["endpointId"], first["sequenceNumber"], first["state"]) == (made["id"], 1, "DELIVERED")
    assert first["delivered"] == first["made"] == "2025-07-01T09:00:00.000Z"
    assert first["attempts"][0] | {"tookMs": 0} == {
        "attempt": 1,
        "started": "2025-07-01T09:00:00.000Z",
        "tookMs": 0,
        "httpStatus": 202,
        "outcome": "DELIVERED",
        "answer": "thanks",
    }
    assert (second["state"], second["attemptCount"]) == ("PENDING", 2)
    assert second["nextAttempt"] == "2025-07-01T09:00:35.000Z"
    assert [one["attempt"] for one in second["attempts"]] == [2, 1]


async def test_another_tenants_deliveries_are_those_of_no_order(desk: Desk) -> None:
    await desk.stage.order()
    foreign = await desk.theirs.get(f"{ORDERS}/159/deliveries")
    absent = await desk.theirs.get(f"{ORDERS}/999/deliveries")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["messages"] == ["id: there is no order 159"]
    assert (await desk.ours.get(f"{ORDERS}/159/deliveries")).json() == {"orderId": 159, "deliveries": []}
