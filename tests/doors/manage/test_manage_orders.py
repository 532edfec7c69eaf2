from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from tests.doors.manage.conftest import Desk
from tests.kcis.receiver import receiving

from fibregate.kcis.standing import actions as standing

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
        for _ in range(3):
            await desk.stage.tell(order)
        receiver.respond = lambda got: web.Response(status=500 if got.number == 2 else 202, text="thanks")
        await desk.stage.work_off()
        await desk.stage.step(timedelta(seconds=5))
    shown = (await desk.ours.get(f"{ORDERS}/159/deliveries")).json()
    assert shown["orderId"] == 159
    first, second, third = shown["deliveries"]
    assert (first["endpointId"], first["sequenceNumber"], first["state"]) == (made["id"], 1, "DELIVERED")
    assert first["delivered"] == first["made"] == "2025-07-01T09:00:00.000Z"
    attempt = first["attempts"][0]
    for name in ("connectMs", "firstByteMs", "totalMs"):
        assert 0 < attempt.pop(name) < 10_000
    assert attempt == {
        "attempt": 1,
        "started": "2025-07-01T09:00:00.000Z",
        "peer": "127.0.0.1",
        "httpStatus": 202,
        "outcome": "DELIVERED",
        "answer": "thanks",
        "requestId": receiver.received[0].headers["x-request-id"],
        "signedWith": attempt["signedWith"],
    }
    assert len(attempt["signedWith"]) == 1
    assert (second["state"], second["attemptCount"]) == ("PENDING", 2)
    assert second["nextAttempt"] == "2025-07-01T09:00:35.000Z"
    assert [one["attempt"] for one in second["attempts"]] == [2, 1]
    assert [one["nextAttempt"] for one in second["attempts"]] == [
        "2025-07-01T09:00:35.000Z",
        "2025-07-01T09:00:05.000Z",
    ]
    assert "made" not in third
    assert (third["state"], third["attemptCount"], third["attempts"]) == ("PENDING", 0, [])
    assert "nextAttempt" not in third


async def test_every_attempt_can_be_read_however_many_there_were(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "MOST_ATTEMPTS", 2)
    order = await desk.stage.order()
    async with receiving() as receiver:
        receiver.respond = lambda _: web.Response(status=500)
        one, _ = [(await desk.made(url=receiver.url))["id"] for _ in range(2)]
        await desk.stage.tell(order)
        await desk.stage.tell(order)
        await desk.stage.work_off()
        for _ in range(4):
            await desk.stage.step(timedelta(hours=1))
    path, narrow = f"{ORDERS}/159/deliveries", {"endpointId": one, "sequenceNumber": 1}
    shown = (await desk.ours.get(path)).json()["deliveries"]
    assert len(shown) == 4
    assert sum(len(delivery["attempts"]) for delivery in shown) == 2
    (mine,) = (await desk.ours.get(path, params=narrow)).json()["deliveries"]
    assert (mine["endpointId"], mine["sequenceNumber"]) == (one, 1)
    found = [attempt["attempt"] for attempt in mine["attempts"]]
    while found[-1] > 1:
        (mine,) = (await desk.ours.get(path, params={**narrow, "beforeAttempt": found[-1]})).json()["deliveries"]
        found += [attempt["attempt"] for attempt in mine["attempts"]]
    assert found == list(range(mine["attemptCount"], 0, -1))
    for wrong in ({"endpointId": "x"}, {"sequenceNumber": "0"}, {"beforeAttempt": "x"}):
        assert (await desk.ours.get(path, params=wrong)).status_code in {400, 422}


async def test_another_tenants_deliveries_are_those_of_no_order(desk: Desk) -> None:
    await desk.stage.order()
    foreign = await desk.theirs.get(f"{ORDERS}/159/deliveries")
    absent = await desk.theirs.get(f"{ORDERS}/999/deliveries")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["messages"] == ["id: there is no order 159"]
    assert (await desk.ours.get(f"{ORDERS}/159/deliveries")).json() == {"orderId": 159, "deliveries": []}
