"""`POST /manage/v1/reconcile`: what a tenant has, against what there is. Rules: `docs/reference/replay.md`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, Strict

from fibregate.db import Row
from fibregate.doors.manage import store
from fibregate.doors.manage.feed import KciEvent, kci_event
from fibregate.doors.manage.services import SCOPE, Manage, actor_of, tenant_of
from fibregate.errors import Invalid
from fibregate.kcis.replays import actions as replays
from fibregate.kcis.replays.model import Asked, Missing
from fibregate.vocabulary import ENDED, OrderKey, OrderStatus, TenantId
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Id, Text50
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MOST: Final = 1_000
MOST_MISSING: Final = 500
_UNTOLD: Final = frozenset({OrderStatus.RECEIVED_BY_GATEWAY.value, OrderStatus.SENT_TO_SUPPLIER.value})

Finding = Literal["MISSING", "STATUS", "AHEAD", "UNKNOWN_ORDER"]


class OrderClaimed(Wire):
    """What you have of one order."""

    order_id: Id
    last_sequence: Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)] = Field(
        description="the highest number up to which you have every KCI; 0 for none"
    )
    status: Text50 | None = Field(default=None, description="the order's status as you have it; compared where given")


class ReconcileAsked(Wire):
    """What you have, and whether what is missing is to be sent."""

    orders: Annotated[list[OrderClaimed], Field(max_length=MOST)]
    resend: bool = Field(default=False, description="make a replay of exactly what is missing")
    endpoint_id: UUID | None = Field(default=None, description="where to; without it, to all of your endpoints")
    replay_id: UUID | None = Field(default=None, description="yours, for the replay, so that it is made once")


class OrderFound(Wire):
    """How one order stands against what you have; nothing in `findings` means that the two agree."""

    order_id: int
    findings: list[Finding]
    last_sequence: int | None = Field(default=None, description="the number of its latest KCI")
    status: str | None = None
    claimed_sequence: int
    claimed_status: str | None = None
    missing_count: int = 0
    missing: Annotated[list[KciEvent], Field(max_length=MOST_MISSING)]


class Reconciled(Wire):
    """One entry for each order that you listed, in your order; and open orders that you did not list."""

    orders: Annotated[list[OrderFound], Field(max_length=MOST)]
    more: bool = Field(description="whether more is missing than is shown; take what is here and ask again")
    unmentioned: Annotated[list[int], Field(max_length=MOST)]
    more_unmentioned: bool
    replay_id: UUID | None = None


async def reconcile(call: Call[None, ReconcileAsked, Manage]) -> Answer:
    db, tenant, body = call.services.db, tenant_of(call), call.body
    _refuse_twins(body.orders)
    ours = {row["id"]: row for row in await store.list_claimed(db, tenant, [one.order_id for one in body.orders])}
    gaps = [_gap(one, ours[one.order_id]) for one in body.orders if one.order_id in ours]
    rows = await store.list_missing(db, tenant, [(gap.order, gap.after, gap.last) for gap in gaps], limit=MOST_MISSING)
    replay = await _resend(call, tenant, gaps) if body.resend else None
    missing = _by_order(rows)
    found = [_found(one, ours.get(one.order_id), missing) for one in body.orders]
    unmentioned = await store.list_unmentioned(
        db, tenant, [one.order_id for one in body.orders], ended=[one.value for one in ENDED], limit=MOST + 1
    )
    return Answer(
        200,
        Reconciled(
            orders=found,
            more=sum(one.missing_count for one in found) > len(rows),
            unmentioned=unmentioned[:MOST],
            more_unmentioned=len(unmentioned) > MOST,
            replay_id=replay,
        ),
    )


def _refuse_twins(claimed: Sequence[OrderClaimed]) -> None:
    twins = [order_id for order_id, times in Counter(one.order_id for one in claimed).items() if times > 1]
    if twins:
        raise Invalid([f"orders: {order_id} is listed more than once" for order_id in twins[:10]])


def _gap(claimed: OrderClaimed, row: Row) -> Missing:
    return Missing(claimed.order_id, OrderKey(row["order_key"]), claimed.last_sequence, row["kci_count"])


async def _resend(call: Call[None, ReconcileAsked, Manage], tenant: TenantId, gaps: Sequence[Missing]) -> UUID | None:
    """The replay of what is missing; None when nothing is."""
    if not any(gap.after < gap.last for gap in gaps):
        return None
    asked = Asked(endpoint=call.body.endpoint_id, missing=gaps)
    made = await replays.make(call.services.db, tenant, asked, replay=call.body.replay_id, by=actor_of(call))
    return made.replay


def _by_order(rows: Sequence[Row]) -> dict[int, list[KciEvent]]:
    found: dict[int, list[KciEvent]] = {}
    for row in rows:
        found.setdefault(row["order_key"], []).append(kci_event(row["facts"], row["at"]))
    return found


def _found(claimed: OrderClaimed, row: Row | None, missing: Mapping[int, list[KciEvent]]) -> OrderFound:
    said: dict[str, Any] = {
        "order_id": claimed.order_id,
        "claimed_sequence": claimed.last_sequence,
        "claimed_status": claimed.status,
    }
    if row is None:
        return OrderFound(**said, findings=["UNKNOWN_ORDER"], missing=[])
    count = max(0, row["kci_count"] - claimed.last_sequence)
    return OrderFound(
        **said,
        findings=_findings(claimed, row),
        last_sequence=row["kci_count"],
        status=row["status"],
        missing_count=count,
        missing=missing.get(row["order_key"], []) if count else [],
    )


def _findings(claimed: OrderClaimed, row: Row) -> list[Finding]:
    found: list[Finding] = []
    if claimed.last_sequence < row["kci_count"]:
        found.append("MISSING")
    if claimed.last_sequence > row["kci_count"]:
        found.append("AHEAD")
    if claimed.status is not None and not _same_status(claimed.status, row):
        found.append("STATUS")
    return found


def _same_status(claimed: str, row: Row) -> bool:
    """Before the first KCI nobody has told the tenant that its order was sent on."""
    return claimed == row["status"] or (row["kci_count"] == 0 and {claimed, row["status"]} <= _UNTOLD)


_KCI: Final = {
    "type": "KCI",
    "at": "2025-07-01T09:30:00.000Z",
    "id": "570185ca-b25d-54d5-86ec-682acab796b8",
    "sequenceNumber": 2,
    "orderId": 127,
    "reasonCode": "COMMITTED",
    "status": "IN_PROGRESS",
    "timestamp": "2025-07-01T09:30:00.000Z",
}

_UNKNOWN: Final = {
    "orderId": 128,
    "findings": ["UNKNOWN_ORDER"],
    "claimedSequence": 4,
    "missingCount": 0,
    "missing": [],
}

ROUTES: Final = [
    Route(
        method="POST",
        path="/reconcile",
        name="reconcile",
        summary="Compare what you have with what there is",
        description=(
            f"At most {MOST:,} orders. For each: what you are missing (the first {MOST_MISSING} KCIs in all, as in the "
            "feed), whether its status is another one, or whether you claim more than there is. Nothing is changed; "
            "with `resend` a replay of exactly what is missing is made as well."
        ),
        scope=SCOPE,
        action=reconcile,
        body=ReconcileAsked,
        answers={200: Reconciled},
        tags=("Replays",),
        body_examples={
            "two orders": {
                "orders": [
                    {"orderId": 127, "lastSequence": 1, "status": "ACKNOWLEDGED"},
                    {"orderId": 128, "lastSequence": 4},
                ]
            }
        },
        answer_examples={
            200: {
                "orders": [
                    {
                        "orderId": 127,
                        "findings": ["MISSING", "STATUS"],
                        "lastSequence": 2,
                        "status": "IN_PROGRESS",
                        "claimedSequence": 1,
                        "claimedStatus": "ACKNOWLEDGED",
                        "missingCount": 1,
                        "missing": [_KCI],
                    },
                    _UNKNOWN,
                ],
                "more": False,
                "unmentioned": [129],
                "moreUnmentioned": False,
            }
        },
    )
]
