"""`/manage/v1/replays`: send KCIs again. Rules: `docs/reference/replay.md`."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field

from fibregate.doors.manage.cursors import read_replay_cursor, replay_cursor
from fibregate.doors.manage.services import SCOPE, Manage, actor_of, tenant_of, uuid_of
from fibregate.errors import Invalid
from fibregate.kcis.endpoints.model import MOST as MOST_ENDPOINTS
from fibregate.kcis.replays import actions as replays
from fibregate.kcis.replays.model import MOST as MOST_ITEMS
from fibregate.kcis.replays.model import Asked, Outline, Replay
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Id, Instant, Stamp, Text255
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MOST: Final = 100
USUAL: Final = 20


class ReplayAsked(Wire):
    """What is to be sent again: exactly one of `kciId`, `orderId`, `from` and `to` (or one of them), `undelivered`."""

    replay_id: UUID | None = Field(default=None, description="yours, so that asking again does nothing twice")
    endpoint_id: UUID | None = Field(default=None, description="without it, all of your endpoints")
    kci_id: UUID | None = None
    order_id: Id | None = None
    told_from: Instant | None = Field(default=None, alias="from", description="of when KCIs were told; inclusive")
    told_to: Instant | None = Field(default=None, alias="to", description="of when KCIs were told; exclusive")
    undelivered: bool = Field(default=False, description="all that waits, parked included")
    preview: bool = Field(default=False, description="count, and send nothing")


class ReplayPart(Wire):
    """What is for one endpoint."""

    endpoint_id: UUID
    count: int


class ReplayPreview(Wire):
    """What would be sent."""

    count: int
    resumed: int | None = Field(default=None, description="KCIs of earlier replays, parked since, that would go on")
    endpoints: Annotated[list[ReplayPart], Field(max_length=MOST_ENDPOINTS)]


class ReplayMade(ReplayPreview):
    """The job that was made, or that was made before."""

    replay_id: UUID


class ReplayPartShown(ReplayPart):
    """How far one endpoint's part is."""

    sent: int


class ReplayListed(Wire):
    """A job as it was asked for."""

    replay_id: UUID
    asked: dict[str, Any]
    asked_by: str
    created: Stamp
    count: int


class ReplayShown(ReplayListed):
    """A job and how far it is. What is neither sent nor open was for an endpoint that was deleted."""

    sent: int = Field(description="taken or skipped since")
    open: int
    endpoints: Annotated[list[ReplayPartShown], Field(max_length=100_000)]


class ReplaysQuery(Wire):
    """Where to read on."""

    after: Text255 | None = Field(default=None, description="the `nextCursor` of the answer before")
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL


class ReplaysPage(Wire):
    """Jobs, the newest first; with `nextCursor` while there are more."""

    replays: Annotated[list[ReplayListed], Field(max_length=MOST)]
    next_cursor: str | None = None


async def make(call: Call[None, ReplayAsked, Manage]) -> Answer:
    tenant, asked = tenant_of(call), _asked(call.body)
    if call.body.preview:
        outline = await replays.preview(call.services.db, tenant, asked)
        return Answer(200, ReplayPreview(**_outline(outline)))
    made = await replays.make(call.services.db, tenant, asked, replay=call.body.replay_id, by=actor_of(call))
    return Answer(202, ReplayMade(replay_id=made.replay, **_outline(made.outline)))


async def list_all(call: Call[ReplaysQuery, None, Manage]) -> Answer:
    tenant, limit = tenant_of(call), call.query.limit
    before = read_replay_cursor(call.query.after, tenant)
    found = await replays.list_recent(call.services.db, tenant, before=before, limit=limit + 1)
    page = found[:limit]
    cursor = replay_cursor(tenant, page[-1].created_at, page[-1].replay) if len(found) > limit else None
    return Answer(200, ReplaysPage(replays=[ReplayListed(**_listed(one)) for one in page], next_cursor=cursor))


async def get(call: Call[None, None, Manage]) -> Answer:
    found = await replays.get(call.services.db, tenant_of(call), uuid_of(call, "replay"))
    parts = [
        ReplayPartShown(endpoint_id=part.endpoint, count=part.count, sent=part.sent) for part in found.outline.parts
    ]
    return Answer(200, ReplayShown(**_listed(found), sent=found.sent, open=found.open, endpoints=parts))


def _asked(body: ReplayAsked) -> Asked:
    ways = {
        "kciId": body.kci_id is not None,
        "orderId": body.order_id is not None,
        "from and to": body.told_from is not None or body.told_to is not None,
        "undelivered": body.undelivered,
    }
    given = [name for name, is_given in ways.items() if is_given]
    if len(given) != 1:
        found = f"this has {' and '.join(given)}" if given else "this has none"
        raise Invalid(f"body: exactly one of {', '.join(ways)} is accepted; {found}")
    return Asked(
        endpoint=body.endpoint_id,
        kci=body.kci_id,
        order_id=body.order_id,
        told_from=body.told_from,
        told_to=body.told_to,
        undelivered=body.undelivered,
    )


def _outline(outline: Outline) -> dict[str, Any]:
    return {
        "count": outline.count,
        "resumed": outline.resumed or None,
        "endpoints": [ReplayPart(endpoint_id=part.endpoint, count=part.count) for part in outline.parts],
    }


def _listed(one: Replay) -> dict[str, Any]:
    return {
        "replay_id": one.replay,
        "asked": one.asked,
        "asked_by": one.asked_by,
        "created": one.created_at,
        "count": one.outline.count,
    }


_REPLAY: Final = "8f14e45f-ceea-467f-a0e6-2a6c1a2f9b10"
_ENDPOINT: Final = "0b9e2a3c-5a47-4f0e-8a83-6f6de8f3a1b7"
_LISTED: Final = {
    "replayId": _REPLAY,
    "asked": {"orderId": 159},
    "askedBy": "client-1",
    "created": "2025-07-02T09:00:00.000Z",
    "count": 3,
}

ROUTES: Final = [
    Route(
        method="POST",
        path="/replays",
        name="replayKcis",
        summary="Send KCIs again",
        description=(
            "Each goes out with the same `webhook-id` and bytes as ever and the header `webhook-replay`, an order's in "
            "their order. The same `replayId` with an equal body is the same job; with another body, 422. "
            f"A job has at most {MOST_ITEMS:,} KCIs, counted for each endpoint. `preview` answers 200 with the count."
        ),
        scope=SCOPE,
        action=make,
        body=ReplayAsked,
        answers={202: ReplayMade, 200: ReplayPreview},
        tags=("Replays",),
        body_examples={
            "order": {"replayId": _REPLAY, "orderId": 159},
            "range": {"from": "2025-07-01T09:00:00.000Z", "to": "2025-07-01T17:00:00.000Z", "preview": True},
            "undelivered": {"endpointId": _ENDPOINT, "undelivered": True},
        },
        answer_examples={
            202: {"replayId": _REPLAY, "count": 3, "endpoints": [{"endpointId": _ENDPOINT, "count": 3}]},
            200: {"count": 3, "endpoints": [{"endpointId": _ENDPOINT, "count": 3}]},
        },
    ),
    Route(
        method="GET",
        path="/replays",
        name="listReplays",
        summary="List your replays",
        scope=SCOPE,
        action=list_all,
        query=ReplaysQuery,
        answers={200: ReplaysPage},
        tags=("Replays",),
        answer_examples={200: {"replays": [_LISTED]}},
    ),
    Route(
        method="GET",
        path="/replays/{id}",
        name="getReplay",
        summary="See how far a replay is",
        scope=SCOPE,
        action=get,
        answers={200: ReplayShown},
        errors=(404,),
        tags=("Replays",),
        answer_examples={
            200: {**_LISTED, "sent": 2, "open": 1, "endpoints": [{"endpointId": _ENDPOINT, "count": 3, "sent": 2}]}
        },
    ),
]
