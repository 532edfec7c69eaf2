"""Alarms on their way to whoever is on duty, and to a tenant's contact."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from tests.alarms.duty_desk import SECRET, Desk, Post, desk, post_office

from fibregate import work
from fibregate.alarms import actions as alarms
from fibregate.alarms import telling
from fibregate.alarms.duty import on_duty
from fibregate.alarms.model import Alarm, Kind
from fibregate.clock import BusinessTime
from fibregate.db import Db
from fibregate.lanes import actions as lanes
from fibregate.settings import Settings
from fibregate.tenants import actions as tenants
from fibregate.tenants.model import Actor
from fibregate.vocabulary import TenantId

NOW = BusinessTime(datetime(2025, 7, 1, 9, tzinfo=UTC))


@pytest.fixture
async def duty() -> AsyncIterator[Desk]:
    async with desk() as made:
        yield made


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with post_office() as made:
        yield made


async def sound(db: Db, tenant: TenantId | None, *, level: int = 1, tells_tenant: bool = False) -> None:
    async with db.tx(tenant) as tx:
        await alarms.sound(
            tx,
            tenant,
            kind=Kind.ENDPOINT_FAILING,
            subject="it",
            text=f"It fails at level {level}.",
            now=NOW,
            level=level,
            tells_tenant=tells_tenant,
        )


async def clear(db: Db, tenant: TenantId | None) -> None:
    async with db.tx(tenant) as tx:
        await alarms.clear(
            tx, tenant, kind=Kind.ENDPOINT_FAILING, subject="it", now=BusinessTime(NOW + timedelta(hours=2))
        )


async def work_off(db: Db, settings: Settings, *, at: BusinessTime = NOW) -> int:
    """Run what is due; how many lanes that were. What was put off waits for the clock of the database."""
    visits = 0
    async with on_duty(settings, work.sign) as whoever:
        for claim in await lanes.claim(db, "worker", limit=50):
            await telling.tell(whoever, db, claim, at)
            visits += 1
    return visits


async def one(db: Db, tenant: TenantId | None) -> Alarm:
    [found] = await alarms.list_of(db, tenant, cleared=True, limit=10)
    return found


async def the_lane(db: Db) -> Any:
    return await db.row("select due_at, attempts, last_done < last_enqueued as waits from lanes", None)


async def test_an_alarm_is_posted_signed_once_and_so_is_its_end(db: Db, tenant: TenantId, duty: Desk) -> None:
    await sound(db, tenant)
    await work_off(db, duty.settings())
    await clear(db, tenant)
    await work_off(db, duty.settings())
    assert await work_off(db, duty.settings()) == 0
    raised, cleared = duty.posted
    alarm = await one(db, tenant)
    assert raised == {
        "type": "alarm.raised",
        "timestamp": "2025-07-01T09:00:00.000Z",
        "data": {
            "alarmId": alarm.id,
            "kind": "ENDPOINT_FAILING",
            "state": "OPEN",
            "level": 1,
            "tenant": "ISP1",
            "subject": "it",
            "text": "It fails at level 1.",
            "raisedAt": "2025-07-01T09:00:00.000Z",
            "clearedAt": None,
        },
    }
    assert cleared["type"] == "alarm.cleared"
    assert cleared["timestamp"] == "2025-07-01T11:00:00.000Z"
    assert duty.ids == [f"alarm-{alarm.id}-1", f"alarm-{alarm.id}-2"]


async def test_an_alarm_of_the_operators_own_is_told_too(db: Db, duty: Desk) -> None:
    await sound(db, None)
    await work_off(db, duty.settings())
    assert duty.posted[0]["data"]["tenant"] is None


async def test_a_higher_level_is_told_again(db: Db, tenant: TenantId, duty: Desk) -> None:
    for level in (1, 2, 2, 3):
        await sound(db, tenant, level=level)
        await work_off(db, duty.settings())
    assert len(duty.posted) == 3


async def test_what_is_not_taken_is_tried_again_later_and_shown_meanwhile(db: Db, tenant: TenantId, duty: Desk) -> None:
    await sound(db, tenant)
    duty.status = 503
    await work_off(db, duty.settings())
    assert (await one(db, tenant)).untold_because == "webhook: answered 503"
    lane = await the_lane(db)
    assert (lane["due_at"], lane["attempts"], lane["waits"]) == (NOW + timedelta(seconds=10), 1, True)
    duty.status = 204
    await work_off(db, duty.settings())
    assert len(duty.posted) == 1
    assert (await one(db, tenant)).untold_because is None
    assert len(set(duty.ids)) == 1


async def test_the_waits_double_up_to_an_hour_and_end_after_thirty_tries(db: Db, tenant: TenantId, duty: Desk) -> None:
    await sound(db, tenant)
    duty.status = 500
    waits: list[timedelta] = []
    for _ in range(telling.MOST_TRIES - 1):
        await work_off(db, duty.settings())
        waits.append((await the_lane(db))["due_at"] - NOW)
    assert waits[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert max(waits) == timedelta(hours=1)
    await work_off(db, duty.settings())
    assert not (await the_lane(db))["waits"]
    assert (await one(db, tenant)).untold_because == "webhook: answered 500"
    duty.status = 204
    await clear(db, tenant)
    await work_off(db, duty.settings())
    assert [one["type"] for one in duty.posted] == ["alarm.cleared"]
    assert (await one(db, tenant)).untold_because is None


async def test_with_nobody_on_duty_it_is_only_shown(db: Db, tenant: TenantId) -> None:
    await sound(db, tenant, tells_tenant=True)
    await work_off(db, Settings())
    alarm = await one(db, tenant)
    assert alarm.untold_because is None
    assert not (await the_lane(db))["waits"]


async def test_a_private_address_needs_the_operators_own_list(db: Db, tenant: TenantId, duty: Desk) -> None:
    await sound(db, tenant)
    await work_off(db, duty.settings(duty_allow=[], webhook_allow=["127.0.0.0/8"]))
    assert duty.ids == []
    assert "may not be called" in str((await one(db, tenant)).untold_because)


async def test_alarms_are_mailed(db: Db, tenant: TenantId, post: Post) -> None:
    await sound(db, tenant)
    settings = post.settings(duty_mail="duty@network.example")
    await work_off(db, settings)
    await clear(db, tenant)
    await work_off(db, settings)
    assert post.recipients == ["duty@network.example"] * 2
    assert [str(mail["Subject"]) for mail in post.kept] == [
        "[Fibregate] ENDPOINT_FAILING raised: ISP1",
        "[Fibregate] ENDPOINT_FAILING cleared: ISP1",
    ]
    assert "It fails at level 1." in str(post.kept[0].get_payload())
    assert post.kept[0]["From"] == "gateway@network.example"
    assert len({mail["Message-ID"] for mail in post.kept}) == 2


async def test_what_one_channel_took_is_not_sent_there_again(db: Db, tenant: TenantId, duty: Desk, post: Post) -> None:
    await sound(db, tenant)
    post.refuses = "550 no such mailbox"
    given = duty.settings().model_copy(
        update=post.settings(duty_mail="duty@network.example").model_dump(exclude_unset=True)
    )
    await work_off(db, given)
    assert len(duty.posted) == 1
    assert str((await one(db, tenant)).untold_because).startswith("mail: ")
    post.refuses = ""
    await work_off(db, given)
    assert len(duty.posted) == 1
    assert len(post.kept) == 1


async def test_a_tenants_contact_is_told_only_of_what_concerns_it(
    db: Db, web: Db, tenant: TenantId, post: Post
) -> None:
    async with web.tx(None) as tx:
        await tenants.set_contact(tx, "ISP1", mail="noc@isp1.example", by=Actor("test"))
    await sound(db, tenant)
    await work_off(db, post.settings())
    assert post.recipients == []
    await clear(db, tenant)
    await work_off(db, post.settings())
    await sound(db, tenant, tells_tenant=True)
    await work_off(db, post.settings())
    assert post.recipients == ["noc@isp1.example"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"duty_webhook": "https://duty.example/"}, "FIBREGATE_DUTY_SECRET"),
        ({"duty_secret": "whsec_short"}, "24 to 64 bytes"),
        ({"duty_mail": "duty@network.example"}, "FIBREGATE_SMTP_HOST"),
    ],
)
def test_half_a_duty_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings.model_validate(given)


def test_a_secret_is_not_shown() -> None:
    assert SECRET not in repr(Settings.model_validate({"duty_secret": SECRET}))
