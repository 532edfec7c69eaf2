"""`GET /manage/v1/kcis`: everything that was told to the tenant, in the order in which it became true."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from fibregate.db import Row
from fibregate.doors.manage import store
from fibregate.doors.manage.cursors import feed_cursor, read_feed_cursor
from fibregate.doors.manage.services import SCOPE, Manage, tenant_of
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Stamp, Text255
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MOST: Final = 500
USUAL: Final = 100

_SPELT: Final[Mapping[str, str]] = {
    "reason": "reasonCode",
    "happenedAt": "timestamp",
    "issuedAt": "issuedOn",
    "receivedAt": "receivedOn",
    "supplierReference": "supplierOrderReference",
    "appointmentReference": "appointmentReservationReference",
    "reservationId": "appointmentReservationId",
    "notes": "supplierNotes",
}


class FeedQuery(Wire):
    """Where to read on."""

    after: Text255 | None = Field(default=None, description="the `nextCursor` of the answer before; without it, all")
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL


class KciEvent(Wire):
    """One KCI as it was told; times are texts as they were frozen then."""

    type: Literal["KCI"]
    at: Stamp = Field(description="when it came into the feed")
    id: str
    sequence_number: int = Field(description="1 to n of its order")
    order_id: int
    order_type: str | None = None
    reason_code: str
    status: str
    previous_status: str | None = None
    timestamp: str
    issued_on: str | None = None
    received_on: str | None = None
    supplier: str | None = None
    supplier_order_reference: str | None = None
    text: str | None = None
    problem_code: str | None = None
    supplier_codes: list[str] | None = None
    supplier_notes: list[dict[str, Any]] | None = None
    committed_date: str | None = None
    target_date: str | None = None
    appointment: dict[str, Any] | None = None
    appointment_reservation_reference: str | None = None
    appointment_reservation_id: int | None = None
    characteristics: list[dict[str, Any]] | None = None
    act_by: dict[str, Any] | None = Field(default=None, description="who must act, and by when")
    entity: dict[str, Any] | None = Field(default=None, description="the whole order as it was then")
    request_id: str | int | None = None
    conversation_id: str | None = None


class AppointmentEvent(Wire):
    """A hold that is gone without the tenant's doing."""

    type: Literal["APPOINTMENT"]
    at: Stamp
    appointment_id: int
    state: Literal["EXPIRED", "WITHDRAWN"]


class SkippedEvent(Wire):
    """A KCI that an endpoint is not sent any more, because somebody asked for that."""

    type: Literal["SKIPPED"]
    at: Stamp
    kci_id: str
    order_id: int
    sequence_number: int
    endpoint_id: UUID


class FeedPage(Wire):
    """Events in order; `nextCursor` is always there, and is where to go on, now or later."""

    events: Annotated[list[KciEvent | AppointmentEvent | SkippedEvent], Field(max_length=MOST)]
    next_cursor: str
    more: bool = Field(description="whether there is more at once")


async def read(call: Call[FeedQuery, None, Manage]) -> Answer:
    tenant = tenant_of(call)
    position = read_feed_cursor(call.query.after, tenant)
    rows = await store.list_feed(call.services.db, tenant, after=position, limit=call.query.limit + 1)
    page = rows[: call.query.limit]
    if page:
        position = page[-1]["position"]
    return Answer(
        200,
        FeedPage(
            events=[_event(row) for row in page],
            next_cursor=feed_cursor(tenant, position),
            more=len(rows) > len(page),
        ),
    )


def _event(row: Row) -> KciEvent | AppointmentEvent | SkippedEvent:
    if row["type"] == "APPOINTMENT":
        return AppointmentEvent(
            type="APPOINTMENT", at=row["at"], appointment_id=row["appointment_id"], state=row["appointment_state"]
        )
    if row["type"] == "SKIPPED":
        return SkippedEvent(
            type="SKIPPED",
            at=row["at"],
            kci_id=row["facts"]["id"],
            order_id=row["facts"]["orderId"],
            sequence_number=row["sequence_number"],
            endpoint_id=row["skipped_at_endpoint"],
        )
    return kci_event(row["facts"], row["at"])


def kci_event(facts: Mapping[str, Any], at: datetime) -> KciEvent:
    """A KCI's frozen facts in the names of this door."""
    spelt = {_SPELT.get(name, name): value for name, value in facts.items()}
    return KciEvent.model_validate({**spelt, "type": "KCI", "at": at})


ROUTES: Final = [
    Route(
        method="GET",
        path="/kcis",
        name="readFeed",
        summary="Read every KCI from a cursor on",
        description="Complete: nothing ever appears before a cursor that was handed out. Ask again with `nextCursor`.",
        scope=SCOPE,
        action=read,
        query=FeedQuery,
        answers={200: FeedPage},
        tags=("KCIs",),
        answer_examples={
            200: {
                "events": [
                    {
                        "type": "KCI",
                        "at": "2025-07-01T09:00:00.000Z",
                        "id": "5a1b0f0e-3c55-5a6e-9f3d-0f1bb7a1c0de",
                        "sequenceNumber": 1,
                        "orderId": 159,
                        "reasonCode": "ACKNOWLEDGED",
                        "status": "ACKNOWLEDGED",
                        "timestamp": "2025-07-01T09:00:00.000Z",
                    },
                    {
                        "type": "APPOINTMENT",
                        "at": "2025-07-15T22:59:59.000Z",
                        "appointmentId": 160,
                        "state": "EXPIRED",
                    },
                    {
                        "type": "SKIPPED",
                        "at": "2025-07-16T09:00:00.000Z",
                        "kciId": "5a1b0f0e-3c55-5a6e-9f3d-0f1bb7a1c0de",
                        "orderId": 159,
                        "sequenceNumber": 1,
                        "endpointId": "0b9e2a3c-5a47-4f0e-8a83-6f6de8f3a1b7",
                    },
                ],
                "nextCursor": "ZnwxfDI",
                "more": False,
            }
        },
    )
]
