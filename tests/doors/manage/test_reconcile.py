from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.doors.manage.conftest import Desk
from tests.kcis.receiver import receiving

from fibregate.doors.manage import reconcile

RECONCILE = "/manage/v1/reconcile"
REPLAYS = "/manage/v1/replays"


async def told(desk: Desk, *times: int) -> None:
    for each in times:
        order = await desk.stage.order()
        for _ in range(each):
            await desk.stage.tell(order)


def claim(order_id: int, last: int, status: str | None = "ACKNOWLEDGED") -> dict[str, Any]:
    return {"orderId": order_id, "lastSequence": last} | ({"status": status} if status else {})


async def ask(desk: Desk, *orders: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await desk.ours.post(RECONCILE, json={"orders": list(orders), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_order_is_told_what_is_missing_and_what_is_wrong(desk: Desk) -> None:
    await told(desk, 3, 2, 1, 0, 1)
    found = await ask(
        desk,
        claim(160, 2),
        claim(159, 1),
        claim(161, 4),
        claim(160_000, 1),
        claim(162, 0, "PENDING"),
        claim(163, 1, None),
    )
    assert [(one["orderId"], one["findings"]) for one in found["orders"]] == [
        (160, []),
        (159, ["MISSING"]),
        (161, ["AHEAD"]),
        (160_000, ["UNKNOWN_ORDER"]),
        (162, ["STATUS"]),
        (163, []),
    ]
    behind, ahead, unknown, wrong = (found["orders"][place] for place in (1, 2, 3, 4))
    assert [one["sequenceNumber"] for one in behind["missing"]] == [2, 3]
    assert (behind["missingCount"], behind["lastSequence"], behind["claimedSequence"]) == (2, 3, 1)
    feed = (await desk.ours.get("/manage/v1/kcis")).json()["events"]
    assert behind["missing"] == feed[1:3]
    assert (ahead["lastSequence"], ahead["claimedSequence"], ahead["missing"]) == (1, 4, [])
    assert unknown == {
        "orderId": 160_000,
        "findings": ["UNKNOWN_ORDER"],
        "claimedSequence": 1,
        "claimedStatus": "ACKNOWLEDGED",
        "missingCount": 0,
        "missing": [],
    }
    assert (wrong["status"], wrong["claimedStatus"]) == ("ACKNOWLEDGED", "PENDING")
    assert (found["more"], found["unmentioned"], found["moreUnmentioned"]) == (False, [], False)
    assert "replayId" not in found


async def test_before_the_first_kci_nobody_can_know_that_the_order_was_sent_on(desk: Desk) -> None:
    await told(desk, 0)
    await desk.stage.web.row("update orders set status = 'SENT_TO_SUPPLIER' where tenant_id = $1", desk.stage.ours)
    for status, findings in [("RECEIVED_BY_GATEWAY", []), ("SENT_TO_SUPPLIER", []), ("ACKNOWLEDGED", ["STATUS"])]:
        assert (await ask(desk, claim(159, 0, status)))["orders"][0]["findings"] == findings


async def test_open_orders_that_are_not_listed_are_named(desk: Desk) -> None:
    await told(desk, 1, 1, 1)
    await desk.stage.order(desk.stage.theirs)
    await desk.stage.web.row(
        "update orders set status = 'COMPLETED' where tenant_id = $1 and id = 160", desk.stage.ours
    )
    found = await ask(desk, claim(159, 1))
    assert found["unmentioned"] == [161]
    assert (await ask(desk))["unmentioned"] == [159, 161]


async def test_what_is_missing_is_resent_exactly_and_once_under_one_id(desk: Desk) -> None:
    async with receiving() as receiver:
        await desk.made(url=receiver.url)
        await told(desk, 3, 2)
        await desk.stage.work_off()
        receiver.received.clear()
        replay = str(uuid4())
        for _ in range(2):
            found = await ask(desk, claim(159, 1), claim(160, 2), resend=True, replayId=replay)
            assert found["replayId"] == replay
            await desk.stage.work_off()
        assert [(got.json["orderId"], got.number) for got in receiver.received] == [(159, 2), (159, 3)]
        assert {got.headers["webhook-replay"] for got in receiver.received} == {replay}
    shown = (await desk.ours.get(f"{REPLAYS}/{replay}")).json()
    assert shown["asked"] == {"missing": [{"orderId": 159, "after": 1}, {"orderId": 160, "after": 2}]}
    assert (shown["count"], shown["sent"], shown["open"]) == (2, 2, 0)


async def test_what_waits_anyway_is_not_sent_twice_by_a_resend(desk: Desk) -> None:
    async with receiving() as receiver:
        endpoint = (await desk.made(url=receiver.url))["id"]
        await told(desk, 2)
        found = await ask(desk, claim(159, 0), resend=True, endpointId=endpoint)
        await desk.stage.work_off()
        assert [got.headers["webhook-replay"] for got in receiver.received] == [found["replayId"]] * 2


async def test_nothing_missing_makes_no_replay_and_a_bad_endpoint_is_named(desk: Desk) -> None:
    await desk.made()
    await told(desk, 1)
    assert "replayId" not in await ask(desk, claim(159, 1), resend=True)
    assert (await desk.ours.get(REPLAYS)).json() == {"replays": []}
    body = {"orders": [claim(159, 0)], "resend": True, "endpointId": str(uuid4())}
    answer = await desk.ours.post(RECONCILE, json=body)
    assert answer.status_code == 422
    assert answer.json()["messages"][0].startswith("endpointId: there is no endpoint")


async def test_another_tenants_order_is_unknown(desk: Desk) -> None:
    await desk.stage.tell(await desk.stage.order(desk.stage.theirs), desk.stage.theirs)
    absent, foreign = (await ask(desk, claim(999, 0), claim(159, 0)))["orders"]
    assert foreign == {**absent, "orderId": 159}


async def test_more_than_is_shown_at_once_is_said_and_comes_when_it_is_asked_for_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "MOST_MISSING", 3)
    await told(desk, 2, 2)
    found = await ask(desk, claim(159, 0), claim(160, 0))
    assert found["more"]
    assert [(len(one["missing"]), one["missingCount"]) for one in found["orders"]] == [(2, 2), (1, 2)]
    found = await ask(desk, claim(159, 2), claim(160, 1))
    assert not found["more"]
    assert found["orders"][1]["missing"][0]["sequenceNumber"] == 2


async def test_a_thousand_orders_are_reconciled_at_once_and_not_one_more(desk: Desk) -> None:
    claims = [claim(number, 0) for number in range(1, 1001)]
    await desk.stage.clock.advance(timedelta(hours=1))
    assert len((await ask(desk, *claims))["orders"]) == 1000
    answer = await desk.ours.post(RECONCILE, json={"orders": [*claims, claim(1001, 0)]})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"orders": {}}, 400),
        ({"orders": [{"orderId": 1}]}, 422),
        ({"orders": [claim(1, -1)]}, 422),
        ({"orders": [claim(0, 1)]}, 422),
        ({"orders": [claim(1, 2**31)]}, 422),
        ({"orders": [{"orderId": 1, "lastSequence": "1"}]}, 400),
        ({"orders": [claim(1, 0), claim(1, 1)]}, 422),
        ({"orders": [], "endpointId": "x"}, 422),
    ],
)
async def test_a_bad_request_is_refused(desk: Desk, body: Any, status: int) -> None:
    answer = await desk.ours.post(RECONCILE, json=body)
    assert answer.status_code == status, answer.text
