"""`GET /manage/v1/alarms`: what a person should look at, as far as it is about the tenant."""

from typing import Annotated, Final, Literal

from pydantic import Field

from fibregate.alarms import actions as alarms
from fibregate.alarms.model import Alarm, Kind
from fibregate.doors.manage.cursors import alarm_cursor, read_alarm_cursor
from fibregate.doors.manage.services import SCOPE, Manage, tenant_of
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Stamp, Text255
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MOST: Final = 500
USUAL: Final = 100


class AlarmsQuery(Wire):
    """Where to read on, and whether those that are over are wanted."""

    after: Text255 | None = Field(default=None, description="the `nextCursor` of the answer before; without it, all")
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL
    state: Literal["OPEN", "ALL"] = Field(default="ALL", description="OPEN leaves out what is cleared")


class AlarmShown(Wire):
    """One alarm. `subject` names what it is about; while it is open, nothing else opens with the same one."""

    id: int
    kind: Kind
    state: Literal["OPEN", "CLEARED"]
    subject: str
    level: int = Field(description="higher is worse; 1 where there is only one")
    text: str
    raised: Stamp
    cleared: Stamp | None = None


class AlarmsPage(Wire):
    """Open ones first, the newest first; `nextCursor` is there while there is more."""

    alarms: Annotated[list[AlarmShown], Field(max_length=MOST)]
    next_cursor: str | None = None


async def list_all(call: Call[AlarmsQuery, None, Manage]) -> Answer:
    tenant, asked = tenant_of(call), call.query
    found = await alarms.list_of(
        call.services.db,
        tenant,
        cleared=asked.state == "ALL",
        after=read_alarm_cursor(asked.after, tenant),
        limit=asked.limit + 1,
    )
    page = found[: asked.limit]
    cursor = None
    if len(found) > len(page):
        cursor = alarm_cursor(tenant, cleared=page[-1].cleared_at is not None, alarm=page[-1].id)
    return Answer(200, AlarmsPage(alarms=[_shown(one) for one in page], next_cursor=cursor))


def _shown(one: Alarm) -> AlarmShown:
    return AlarmShown(
        id=one.id,
        kind=one.kind,
        state="OPEN" if one.cleared_at is None else "CLEARED",
        subject=one.subject,
        level=one.level,
        text=one.text,
        raised=one.raised_at,
        cleared=one.cleared_at,
    )


ROUTES: Final = [
    Route(
        method="GET",
        path="/alarms",
        name="listAlarms",
        summary="List the alarms about you, open ones first",
        description="Those that concern you are mailed to your contact as well, where the operator has one.",
        scope=SCOPE,
        action=list_all,
        query=AlarmsQuery,
        answers={200: AlarmsPage},
        tags=("Alarms",),
        answer_examples={
            200: {
                "alarms": [
                    {
                        "id": 12,
                        "kind": "ENDPOINT_FAILING",
                        "state": "OPEN",
                        "subject": "0b5a4a3e-6a4c-4a53-9a5d-3f6b2f0a7a11",
                        "level": 1,
                        "text": "nothing has been taken since 2025-07-01 09:00Z; last: answered 503",
                        "raised": "2025-07-01T09:15:00.000Z",
                    }
                ]
            }
        },
    )
]
