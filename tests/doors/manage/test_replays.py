import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.doors.manage.conftest import Desk
from tests.kcis.receiver import receiving

REPLAYS = "/manage/v1/replays"


async def told(desk: Desk, times: int = 3) -> None:
    order = await desk.stage.order()
    for _ in range(times):
        await desk.stage.tell(order)


async def test_a_replay_is_previewed_made_watched_and_listed(desk: Desk) -> None:
    async with receiving() as receiver:
        endpoint = (await desk.made(url=receiver.url))["id"]
        await told(desk)
        await desk.stage.work_off()
        preview = await desk.ours.post(REPLAYS, json={"orderId": 159, "preview": True})
        parts = [{"endpointId": endpoint, "count": 3}]
        assert (preview.status_code, preview.json()) == (200, {"count": 3, "endpoints": parts})
        assert (await desk.ours.get(REPLAYS)).json() == {"replays": []}

        made = await desk.ours.post(REPLAYS, json={"orderId": 159})
        identity = made.json()["replayId"]
        assert (made.status_code, made.json()) == (202, {"replayId": identity, "count": 3, "endpoints": parts})
        listed = {
            "replayId": identity,
            "asked": {"orderId": 159},
            "askedBy": "client-1",
            "created": "2025-07-01T09:00:00.000Z",
            "count": 3,
        }
        assert (await desk.ours.get(REPLAYS)).json() == {"replays": [listed]}
        shown = await desk.ours.get(f"{REPLAYS}/{identity}")
        parts[0]["sent"] = 0
        assert shown.json() == {**listed, "sent": 0, "open": 3, "endpoints": parts}
        await desk.stage.work_off()
        shown = await desk.ours.get(f"{REPLAYS}/{identity}")
        parts[0]["sent"] = 3
        assert shown.json() == {**listed, "sent": 3, "open": 0, "endpoints": parts}
        assert receiver.numbers() == [1, 2, 3, 1, 2, 3]


async def test_the_callers_own_id_makes_it_once_however_often_it_is_sent(desk: Desk) -> None:
    await desk.made()
    await told(desk)
    body = {"replayId": str(uuid4()), "from": "2025-07-01T09:00:00Z", "to": "2025-07-01T10:00:00Z"}
    spelt_otherwise = {**body, "from": "2025-07-01T10:00:00.000+01:00", "replayId": body["replayId"].upper()}
    answers = await asyncio.gather(*(desk.ours.post(REPLAYS, json=one) for one in (body, spelt_otherwise, body)))
    assert {one.status_code for one in answers} == {202}
    assert len({one.text for one in answers}) == 1
    other = await desk.ours.post(REPLAYS, json={**body, "to": "2025-07-01T11:00:00Z"})
    assert other.status_code == 422
    assert other.json()["messages"][0].startswith("replayId: ")
    assert len((await desk.ours.get(REPLAYS)).json()["replays"]) == 1
    assert [row["act"] for row in await desk.audited()] == ["endpoint.create", "replay.make"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "body: exactly one of kciId, orderId, from and to, undelivered is accepted; this has none"),
        ({"orderId": 159, "undelivered": True}, 422, "this has orderId and undelivered"),
        ({"undelivered": False}, 422, "this has none"),
        ({"orderId": 999}, 422, "orderId: there is no order 999"),
        ({"kciId": str(UUID(int=1))}, 422, f"kciId: there is no KCI {UUID(int=1)}"),
        ({"undelivered": True, "endpointId": str(UUID(int=1))}, 422, "endpointId: there is no endpoint"),
        ({"from": "2025-07-02T00:00:00Z", "to": "2025-07-01T00:00:00Z"}, 422, "to: must be later than from"),
        ({"from": "yesterday"}, 422, "from: "),
        ({"from": 1751360400}, 400, "from: "),
        ({"orderId": "159"}, 400, "orderId: "),
        ({"replayId": "x", "undelivered": True}, 422, "replayId: "),
        ({"undelivered": "true"}, 400, "undelivered: "),
        ([], 400, "body: "),
    ],
)
async def test_a_bad_request_is_refused_with_its_fault(desk: Desk, body: Any, status: int, said: str) -> None:
    await desk.made()
    answer = await desk.ours.post(REPLAYS, json=body)
    assert answer.status_code == status, answer.text
    assert said in " ".join(answer.json()["messages"])


async def test_replays_are_listed_page_by_page_the_newest_first(desk: Desk) -> None:
    await desk.made()
    ids = [str(uuid4()) for _ in range(5)]
    for one in ids:
        await desk.ours.post(REPLAYS, json={"replayId": one, "undelivered": True})
    found: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await desk.ours.get(REPLAYS, params=query)).json()
        found += [one["replayId"] for one in page["replays"]]
        if "nextCursor" not in page:
            break
        query["after"] = page["nextCursor"]
    assert found == sorted(ids, reverse=True)  # all of one instant
    assert (await desk.theirs.get(REPLAYS, params={"after": query["after"]})).status_code == 422
    assert (await desk.ours.get(REPLAYS, params={"after": "x"})).status_code == 422


async def test_another_tenants_replay_is_nobodys(desk: Desk) -> None:
    await desk.made()
    await told(desk)
    made = (await desk.ours.post(REPLAYS, json={"orderId": 159})).json()["replayId"]
    assert (await desk.theirs.get(REPLAYS)).json() == {"replays": []}
    for one in (made, str(uuid4()), "x"):
        answer = await desk.theirs.get(f"{REPLAYS}/{one}")
        assert (answer.status_code, answer.json()["messages"]) == (404, [f"id: there is no replay {one}"])
    assert (await desk.theirs.post(REPLAYS, json={"orderId": 159})).status_code == 422
    assert (await desk.theirs.post(REPLAYS, json={"replayId": made, "undelivered": True})).status_code == 422


async def test_a_token_without_the_scope_replays_reconciles_and_skips_nothing(desk: Desk) -> None:
    for method, path in [
        ("POST", REPLAYS),
        ("GET", REPLAYS),
        ("GET", f"{REPLAYS}/{uuid4()}"),
        ("POST", "/manage/v1/reconcile"),
        ("POST", "/manage/v1/orders/159/skip"),
    ]:
        assert (await desk.weak.request(method, path, json={})).status_code == 403
