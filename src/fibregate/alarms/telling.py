"""The lane of an alarm: each change is told by every channel that is set, until it is taken or was tried enough."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

import orjson
import structlog

from fibregate.alarms import store
from fibregate.alarms.duty import Duty, NotTold
from fibregate.alarms.model import Alarm
from fibregate.calendars import stamp
from fibregate.clock import BusinessTime
from fibregate.db import Db, Row
from fibregate.lanes import actions as lanes
from fibregate.lanes.model import Claim

LANE: Final = "alarm"
FIRST_WAIT: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(hours=1)
MOST_TRIES: Final = 30
"""About a day. Afterwards the alarm is shown as not told, and its next change is tried again."""

Channel = Literal["webhook", "mail", "tenant"]
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm with how far each channel has been told of it, and where its tenant's contact is."""

    alarm: Alarm
    tenant_code: str | None
    tenant_mail: str | None
    by: dict[Channel, int]


async def tell(duty: Duty, db: Db, claim: Claim, now: BusinessTime) -> None:
    """Handler of the lane. What one channel took, it is not told again while another is tried."""
    async with db.tx(claim.tenant) as tx:
        told = _read(await store.get(tx, claim.tenant, int(str(claim.subject["alarm"]))))
    failures = [why async for why in _told(db, duty, told)]
    async with db.tx(claim.tenant) as tx:
        await store.note_untold(tx, claim.tenant, told.alarm.id, "; ".join(failures) or None)
        if failures and claim.attempts + 1 < MOST_TRIES:
            wait = min(FIRST_WAIT * 2 ** min(claim.attempts, 20), LONGEST_WAIT)
            await lanes.postpone(tx, claim, BusinessTime(now + wait), failed=True)
            return
        await lanes.complete(tx, claim)
    if failures:
        _log.warning("an alarm could not be told", alarm=told.alarm.id, kind=told.alarm.kind, because=failures)


def _read(row: Row) -> Told:
    by: dict[Channel, int] = {
        "webhook": row["told_by_webhook"],
        "mail": row["told_by_mail"],
        "tenant": row["told_to_tenant"],
    }
    return Told(store.read(row), row["code"], row["alarm_mail"], by)


async def _told(db: Db, duty: Duty, told: Told) -> AsyncGenerator[str]:
    """Tell each channel that has not heard; yields what went wrong."""
    for channel in _channels(duty, told):
        try:
            await _tell(duty, told, channel)
        except NotTold as error:
            yield str(error)
        else:
            async with db.tx(told.alarm.tenant) as tx:
                await store.mark_told(tx, told.alarm.tenant, told.alarm.id, channel, told.alarm.changes)


def _channels(duty: Duty, told: Told) -> list[Channel]:
    contact = told.alarm.tells_tenant and told.tenant_mail
    wanted: list[tuple[Channel, object]] = [
        ("webhook", duty.webhook),
        ("mail", duty.mail and duty.mail_to),
        ("tenant", duty.mail and contact),
    ]
    return [channel for channel, there in wanted if there and told.by[channel] < told.alarm.changes]


async def _tell(duty: Duty, told: Told, channel: Channel) -> None:
    identity = f"alarm-{told.alarm.id}-{told.alarm.changes}"
    if channel == "webhook":
        if duty.webhook:
            await duty.webhook.post(identity, body(told))
        return
    to = duty.mail_to if channel == "mail" else told.tenant_mail
    if duty.mail and to:
        await duty.mail.send(to, _subject(told), _text(told), message_id=f"{identity}-{channel}")


def body(told: Told) -> bytes:
    """What the webhook gets: the alarm as it stands now."""
    alarm = told.alarm
    about = {
        "alarmId": alarm.id,
        "kind": alarm.kind.value,
        "state": "CLEARED" if alarm.cleared_at else "OPEN",
        "level": alarm.level,
        "tenant": told.tenant_code,
        "subject": alarm.subject,
        "text": alarm.text,
        "raisedAt": stamp(alarm.raised_at),
        "clearedAt": stamp(alarm.cleared_at) if alarm.cleared_at else None,
    }
    kind = "alarm.cleared" if alarm.cleared_at else "alarm.raised"
    return orjson.dumps({"type": kind, "timestamp": stamp(alarm.cleared_at or alarm.raised_at), "data": about})


def _subject(told: Told) -> str:
    state = "cleared" if told.alarm.cleared_at else "raised"
    return f"[Fibregate] {told.alarm.kind.value} {state}" + (f": {told.tenant_code}" if told.tenant_code else "")


def _text(told: Told) -> str:
    alarm = told.alarm
    cleared = [f"Cleared: {stamp(alarm.cleared_at)}"] if alarm.cleared_at else []
    lines = [alarm.text, "", f"About: {alarm.subject}", f"Raised: {stamp(alarm.raised_at)}", *cleared]
    return "\n".join([*lines, f"Alarm: {alarm.id}", ""])
