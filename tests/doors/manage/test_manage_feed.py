import asyncio
import random
from typing import Any

import pytest
from tests.doors.manage.conftest import Desk

from fibregate.kcis import actions as kcis
from fibregate.vocabulary import ReservationState

FEED = "/manage/v1/kcis"

_SLOT = """
with book as (
    insert into slot_books (area, service, purpose, lead_days) values ('A', 'fttp', 'PROVIDE', 1) returning book_id
)
insert into slots (
    book_id, local_date, classification, starts_at, ends_at, hold_until, book_by, standard, capacity, booked
)
select
    book_id, '2025-07-16', 'WEEKDAY_AM', '2025-07-16T07:00Z', '2025-07-16T12:00Z', '2025-07-15T22:59Z', '2025-07-15',
    true, 1, 1
from book returning slot_id
"""
_HOLD = """
insert into reservations (
    tenant_id, id, slot_id, uprn, service, purpose, state, reference, body_hash, address, conversation_id, request_id
) values ($1, 160, $2, 1, 'fttp', 'PROVIDE', 'EXPIRED', 'R1', '', '{}', 'c', 'r')
"""


async def pages(desk: Desk, after: str | None = None, limit: int = 2) -> tuple[list[dict[str, Any]], str]:
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": limit} | ({"after": after} if after else {})
    while True:
        answer = await desk.ours.get(FEED, params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["events"]
        query["after"] = page["nextCursor"]
        if not page["more"]:
            return found, page["nextCursor"]


async def test_the_feed_gives_each_kci_once_and_a_cursor_to_go_on_from(desk: Desk) -> None:
    assert (await desk.ours.get(FEED)).json()["events"] == []
    order, other = await desk.stage.order(), await desk.stage.order()
    for one in (order, other, order, order, other):
        await desk.stage.tell(
            one, text="words", notes=[{"note": "n", "type": "Engineer Note"}], supplierReference="WO-1"
        )
    events, cursor = await pages(desk)
    assert [(one["orderId"], one["sequenceNumber"]) for one in events] == [
        (159, 1),
        (160, 1),
        (159, 2),
        (159, 3),
        (160, 2),
    ]
    assert events[0] == {
        "type": "KCI",
        "at": "2025-07-01T09:00:00.000Z",
        "id": events[0]["id"],
        "sequenceNumber": 1,
        "orderId": 159,
        "orderType": "NEW",
        "reasonCode": "UPDATE",
        "status": "ACKNOWLEDGED",
        "timestamp": "2025-07-01T09:00:00.000Z",
        "supplierOrderReference": "WO-1",
        "text": "words",
        "supplierNotes": [{"note": "n", "type": "Engineer Note"}],
        "conversationId": "conversation-1",
    }
    await desk.stage.tell(order)
    later, end = await pages(desk, cursor)
    assert [one["sequenceNumber"] for one in later] == [4]
    assert await pages(desk, end) == ([], end)


async def test_the_feed_tells_of_holds_that_are_gone(desk: Desk) -> None:
    db = desk.stage.web
    await db.row("insert into areas (area, nation) values ('A', 'ENG')", None)
    await db.row("insert into service_specifications (service, name) values ('fttp', 'FTTP')", None)
    await db.row("insert into premises (uprn, area, readiness, address) values (1, 'A', 'PLANNED', '{}')", None)
    slot = await db.row(_SLOT, None)
    assert slot is not None
    await db.row(_HOLD, desk.stage.ours, slot["slot_id"])
    async with db.tx(desk.stage.ours) as tx:
        now = await desk.stage.clock.now()
        await kcis.show_appointment(tx, desk.stage.ours, 160, ReservationState.EXPIRED, now)
    events, _ = await pages(desk)
    assert events == [
        {"type": "APPOINTMENT", "at": "2025-07-01T09:00:00.000Z", "appointmentId": 160, "state": "EXPIRED"}
    ]


async def test_nothing_ever_appears_behind_a_cursor_while_many_write(desk: Desk) -> None:
    orders = [await desk.stage.order() for _ in range(6)]
    chance = random.Random(7)  # noqa: S311 - a pace that can be repeated
    done = asyncio.Event()

    async def write(order: Any) -> None:
        for _ in range(15):
            await desk.stage.tell(order)
            await asyncio.sleep(chance.random() / 500)

    async def follow() -> list[tuple[int, int]]:
        seen: list[tuple[int, int]] = []
        cursor: str | None = None
        last = False
        while True:
            events, cursor = await pages(desk, cursor, limit=3)
            seen += [(one["orderId"], one["sequenceNumber"]) for one in events]
            if last:
                return seen
            last = done.is_set()

    async def write_all() -> None:
        await asyncio.gather(*(write(order) for order in orders))
        done.set()

    followers = asyncio.gather(follow(), follow())
    await write_all()
    one, other = await followers
    assert one == other
    assert len(one) == len(set(one)) == 90
    assert one == [(event["orderId"], event["sequenceNumber"]) for event in (await pages(desk, limit=100))[0]]


async def test_a_tenant_sees_its_own_feed_only(desk: Desk) -> None:
    await desk.stage.tell(await desk.stage.order())
    assert (await desk.theirs.get(FEED)).json()["events"] == []


async def test_another_tenants_cursor_is_refused(desk: Desk) -> None:
    cursor = (await desk.theirs.get(FEED)).json()["nextCursor"]
    assert (await desk.ours.get(FEED, params={"after": cursor})).status_code == 422


@pytest.mark.parametrize(
    "cursor",
    ["x", "Zg", "ZnwxfC0x", "ZnwxfDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU", "é", "*", "A" * 255, "_w", "====", "8J-SqQ"],
)
async def test_a_broken_cursor_is_named(desk: Desk, cursor: str) -> None:
    answer = await desk.ours.get(FEED, params={"after": cursor})
    assert answer.status_code == 422
    assert answer.json()["messages"][0].startswith("after: ")


@pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "1.5", ""])
async def test_a_bad_limit_is_refused(desk: Desk, limit: str) -> None:
    assert (await desk.ours.get(FEED, params={"limit": limit})).status_code in {400, 422}
