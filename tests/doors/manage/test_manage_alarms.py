from datetime import timedelta
from typing import Any

from tests.doors.manage.conftest import Desk

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Kind
from fibregate.clock import BusinessTime
from fibregate.vocabulary import TenantId

ALARMS = "/manage/v1/alarms"


async def sound(desk: Desk, *subjects: str, tenant: TenantId | None = None, cleared: bool = False) -> None:
    whose, now = tenant or desk.stage.ours, await desk.stage.clock.now()
    async with desk.stage.work.tx(whose) as tx:
        for one in subjects:
            await alarms.sound(tx, whose, kind=Kind.DELIVERY_PARKED, subject=one, text=f"about {one}", now=now)
            if cleared:
                later = BusinessTime(now + timedelta(minutes=5))
                await alarms.clear(tx, whose, kind=Kind.DELIVERY_PARKED, subject=one, now=later)


async def pages(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = await desk.ours.get(ALARMS, params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["alarms"]
        if "nextCursor" not in page:
            return found
        query["after"] = page["nextCursor"]


async def test_a_tenant_sees_its_own_alarms_and_nobody_elses(desk: Desk) -> None:
    await sound(desk, "one")
    await sound(desk, "theirs", tenant=desk.stage.theirs)
    [shown] = await pages(desk)
    assert {name: value for name, value in shown.items() if name != "id"} == {
        "kind": "DELIVERY_PARKED",
        "state": "OPEN",
        "subject": "one",
        "level": 1,
        "text": "about one",
        "raised": "2025-07-01T09:00:00.000Z",
    }
    other = (await desk.theirs.get(ALARMS)).json()["alarms"]
    assert [one["subject"] for one in other] == ["theirs"]


async def test_open_ones_come_first_and_pages_join_without_a_seam(desk: Desk) -> None:
    await sound(desk, "a", "b", cleared=True)
    await sound(desk, "c", "d", "e")
    await sound(desk, "f", cleared=True)
    for limit in (1, 2, 4, 100):
        assert [one["subject"] for one in await pages(desk, limit=limit)] == ["e", "d", "c", "f", "b", "a"]
    assert [one["subject"] for one in await pages(desk, limit=2, state="OPEN")] == ["e", "d", "c"]
    assert (await pages(desk))[-1]["cleared"] == "2025-07-01T09:05:00.000Z"


async def test_a_cursor_is_good_for_its_own_list_only(desk: Desk) -> None:
    await sound(desk, "a", "b")
    cursor = (await desk.ours.get(ALARMS, params={"limit": 1})).json()["nextCursor"]
    assert (await desk.theirs.get(ALARMS, params={"after": cursor})).status_code == 422
    assert (await desk.ours.get("/manage/v1/kcis", params={"after": cursor})).status_code == 422
    assert (await desk.ours.get(ALARMS, params={"after": "nonsense"})).status_code == 422
    assert (await desk.weak.get(ALARMS)).status_code == 403
