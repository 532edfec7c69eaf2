"""`/manage/v1/orders`: find orders, and see what became of the deliveries of one."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, StringConstraints

from fibregate.db import Row
from fibregate.doors.manage import store
from fibregate.doors.manage.cursors import order_cursor, read_order_cursor
from fibregate.doors.manage.services import SCOPE, Manage, tenant_of
from fibregate.kcis.standing import actions as standing
from fibregate.kcis.standing.actions import MOST_ATTEMPTS, Only
from fibregate.kcis.standing.model import State, Way
from fibregate.vocabulary import OrderStatus, OrderType
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Day, Instant, Stamp, Text255
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MOST: Final = 500
USUAL: Final = 100

Uprn = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}$")]


class OrdersQuery(Wire):
    """What the orders must be like, and where to read on."""

    status: Annotated[list[OrderStatus], Field(max_length=len(OrderStatus))] = Field(default_factory=list[OrderStatus])
    created_from: Instant | None = None
    created_to: Instant | None = Field(default=None, description="exclusive")
    updated_since: Instant | None = None
    uprn: Uprn | None = None
    order_type: OrderType | None = None
    after: Text255 | None = Field(default=None, description="the `nextCursor` of the answer before")
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL


class OrderShown(Wire):
    """An order in a list."""

    id: int
    order_type: str
    status: str
    supplier: str
    supplier_order_reference: str | None = None
    address: dict[str, Any]
    service: str
    requested_completion_date: Day | None = None
    appointment_reservation_id: int | None = None
    committed_date: Stamp | None = None
    target_date: Stamp | None = None
    last_sequence: int = Field(description="the number of its latest KCI, 0 before the first")
    created: Stamp
    updated: Stamp


class OrdersPage(Wire):
    """Orders, the oldest first; with `nextCursor` while there are more."""

    orders: Annotated[list[OrderShown], Field(max_length=MOST)]
    next_cursor: str | None = None


class AttemptShown(Wire):
    """One attempt; `answer` is the start of what came back, scrubbed, or why nothing did. Times of calls are real."""

    attempt: int
    started: Stamp
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None
    total_ms: float
    peer: str | None = Field(default=None, description="the address that was dialled")
    http_status: int | None = None
    outcome: str
    answer: str | None = None
    next_attempt: Stamp | None = Field(default=None, description="when the next one was planned, as this one failed")
    signed_with: list[UUID] | None = Field(default=None, description="the ids of the secrets")
    request_id: UUID | None = Field(default=None, description="its `X-Request-ID`")
    replay_id: UUID | None = Field(default=None, description="its `webhook-replay`")


class DeliveryShown(Wire):
    """One KCI on its way to one endpoint."""

    endpoint_id: UUID
    sequence_number: int
    kci_id: UUID
    state: State
    parked_because: str | None = None
    made: Stamp | None = Field(default=None, description="when its bytes were made, before the first attempt")
    delivered: Stamp | None = None
    skipped: Stamp | None = None
    next_attempt: Stamp | None = None
    attempt_count: int
    attempts: Annotated[list[AttemptShown], Field(max_length=MOST_ATTEMPTS)]


class DeliveriesQuery(Wire):
    """Which deliveries; with both and `beforeAttempt`, every attempt can be read, however many there were."""

    endpoint_id: UUID | None = None
    sequence_number: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    before_attempt: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        default=None, description="only attempts with a lower number"
    )


class Deliveries(Wire):
    """Each KCI of an order on its way to each endpoint, with the latest attempts of them all."""

    order_id: int
    deliveries: Annotated[list[DeliveryShown], Field(max_length=100_000)]


async def list_all(call: Call[OrdersQuery, None, Manage]) -> Answer:
    tenant, asked = tenant_of(call), call.query
    like = store.Filter(
        statuses=[one.value for one in asked.status] or None,
        created_from=asked.created_from,
        created_to=asked.created_to,
        updated_since=asked.updated_since,
        uprn=None if asked.uprn is None else int(asked.uprn),
        order_type=asked.order_type,
    )
    after = read_order_cursor(asked.after, tenant)
    rows = await store.list_orders(call.services.db, tenant, like, after=after, limit=asked.limit + 1)
    page = rows[: asked.limit]
    more = len(rows) > len(page)
    cursor = order_cursor(tenant, page[-1]["created_at"], page[-1]["order_key"]) if more else None
    return Answer(200, OrdersPage(orders=[_order(row) for row in page], next_cursor=cursor))


async def deliveries(call: Call[DeliveriesQuery, None, Manage]) -> Answer:
    order_id: int = call.path["id"]
    asked = call.query
    only = Only(endpoint=asked.endpoint_id, number=asked.sequence_number, before=asked.before_attempt)
    found = await standing.of_order(call.services.db, tenant_of(call), order_id, only)
    return Answer(200, Deliveries(order_id=order_id, deliveries=[_delivery(one) for one in found]))


def _order(row: Row) -> OrderShown:
    return OrderShown(
        id=row["id"],
        order_type=row["order_type"],
        status=row["status"],
        supplier=row["supplier"],
        supplier_order_reference=row["supplier_reference"],
        address=row["address"],
        service=row["service"],
        requested_completion_date=row["requested_completion_date"],
        appointment_reservation_id=row["reservation_id"],
        committed_date=row["committed_at"],
        target_date=row["target_at"],
        last_sequence=row["kci_count"],
        created=row["created_at"],
        updated=row["updated_at"],
    )


def _delivery(one: Way) -> DeliveryShown:
    return DeliveryShown(
        endpoint_id=one.endpoint_id,
        sequence_number=one.sequence_number,
        kci_id=one.kci_id,
        state=one.state,
        parked_because=one.parked_reason,
        made=one.made_at,
        delivered=one.delivered_at,
        skipped=one.skipped_at,
        next_attempt=one.next_attempt_at,
        attempt_count=one.attempt_count,
        attempts=[_attempt(row) for row in one.attempts],
    )


def _attempt(row: Row) -> AttemptShown:
    return AttemptShown(
        attempt=row["attempt"],
        started=row["started_at"],
        dns_ms=_ms(row["dns_ms"]),
        connect_ms=_ms(row["connect_ms"]),
        tls_ms=_ms(row["tls_ms"]),
        first_byte_ms=_ms(row["first_byte_ms"]),
        total_ms=round(row["took_ms"], 1),
        peer=row["peer"],
        http_status=row["http_status"],
        outcome=row["outcome"],
        answer=row["answer"],
        next_attempt=row["next_attempt_at"],
        signed_with=row["signed_with"],
        request_id=row["request_id"],
        replay_id=row["replay_id"],
    )


def _ms(found: float | None) -> float | None:
    return None if found is None else round(found, 1)


_ORDER: Final = {
    "id": 159,
    "orderType": "NEW",
    "status": "IN_PROGRESS",
    "supplier": "NETWORK1",
    "supplierOrderReference": "WO-10000001",
    "address": {"id": "10025559646", "type": "UPRN"},
    "service": "fttp",
    "appointmentReservationId": 159,
    "committedDate": "2025-07-16T12:00:00.000Z",
    "targetDate": "2025-07-16T12:00:00.000Z",
    "lastSequence": 2,
    "created": "2025-07-01T09:00:00.000Z",
    "updated": "2025-07-01T09:00:05.000Z",
}

ROUTES: Final = [
    Route(
        method="GET",
        path="/orders",
        name="listOrders",
        summary="List your orders",
        scope=SCOPE,
        action=list_all,
        query=OrdersQuery,
        answers={200: OrdersPage},
        tags=("Orders",),
        query_examples={"status": ["IN_PROGRESS", "PENDING"]},
        answer_examples={200: {"orders": [_ORDER]}},
    ),
    Route(
        method="GET",
        path="/orders/{id:int}/deliveries",
        name="listDeliveries",
        summary="See what became of the KCIs of an order",
        description=(
            f"The newest {MOST_ATTEMPTS} attempts are shown; narrow it to one KCI and one endpoint, and go on with "
            "`beforeAttempt`, for all of them."
        ),
        scope=SCOPE,
        action=deliveries,
        query=DeliveriesQuery,
        answers={200: Deliveries},
        errors=(404,),
        tags=("Orders",),
    ),
]
