"""`/manage/v1/wayleaves`: owners whose consent a network waits for. Rules: `docs/reference/wayleaves.md`."""

from typing import Annotated, Any, Final

from pydantic import Field

from fibregate.doors.manage.cursors import read_wayleave_cursor, wayleave_cursor
from fibregate.doors.manage.services import SCOPE, Manage, tenant_of
from fibregate.orders.wayleaves import store
from fibregate.orders.wayleaves.model import WayleaveState
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Id, Stamp, Text255
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MOST: Final = 500
USUAL: Final = 100


class WayleavesQuery(Wire):
    """Which wayleaves, and where to read on."""

    state: Annotated[list[WayleaveState], Field(max_length=len(WayleaveState))] = Field(
        default_factory=list[WayleaveState], description="all, where it is left out"
    )
    order_id: Id | None = None
    after: Text255 | None = Field(default=None, description="the `nextCursor` of the answer before")
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL


class WayleaveOut(Wire):
    """That an owner must agree before the network builds, from the first word of it to the answer."""

    id: str
    order_id: int
    supplier: str
    state: WayleaveState
    text: str | None = Field(default=None, description="the network's latest words about it")
    asked: Stamp
    answer_by: Stamp | None = Field(default=None, description="while you are the one who is waited for")
    ended: Stamp | None = None


class WayleavesPage(Wire):
    """Wayleaves, the eldest first; with `nextCursor` while there are more."""

    wayleaves: Annotated[list[WayleaveOut], Field(max_length=MOST)]
    next_cursor: str | None = None


async def list_all(call: Call[WayleavesQuery, None, Manage]) -> Answer:
    asked, tenant = call.query, tenant_of(call)
    found = await store.list_wayleaves(
        call.services.db,
        tenant,
        states=asked.state,
        order_id=asked.order_id,
        after=read_wayleave_cursor(asked.after, tenant),
        limit=asked.limit + 1,
    )
    page = found[: asked.limit]
    body: dict[str, Any] = {"wayleaves": [one.shown() for one in page]}
    if len(found) > asked.limit:
        body["nextCursor"] = wayleave_cursor(tenant, page[-1].asked_at, page[-1].id)
    return Answer(200, body)


_WAYLEAVE: Final[dict[str, Any]] = {
    "id": "2d1c5b1e-70a4-4f2e-9c55-0a3f524f0b11",
    "orderId": 128,
    "supplier": "SUPPLIER2",
    "state": "AWAITING_OWNER",
    "text": "Landlord's consent needed; form sent to the wayleave contact of the order.",
    "asked": "2025-07-08T09:00:00.000Z",
}

ROUTES: Final = [
    Route(
        method="GET",
        path="/wayleaves",
        name="listWayleaves",
        summary="Owners whose consent is waited for",
        scope=SCOPE,
        action=list_all,
        query=WayleavesQuery,
        answers={200: WayleavesPage},
        tags=("Wayleaves",),
        query_examples={"state": ["AWAITING_OWNER"]},
        answer_examples={200: {"wayleaves": [_WAYLEAVE]}},
    ),
]
