"""`POST /manage/v1/orders/{id}/skip`: let a lane go on without its head."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field, Strict

from fibregate.doors.manage.services import SCOPE, Manage, actor_of, tenant_of
from fibregate.kcis.skips import actions as skips
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Text1000
from fibregate.web.route import Route
from fibregate.web.wire import Wire

Number = Annotated[int, Strict(), Field(ge=1, le=2**31 - 1)]


class SkipAsked(Wire):
    """Which KCI of the order shall not be sent to which endpoint any more, and why."""

    endpoint_id: UUID
    sequence_number: Number = Field(description="the next one that this endpoint is to be sent")
    because: Text1000 = Field(description="kept in your audit")


class SkipShown(Wire):
    """Where it stands: SKIPPING until a worker has done it, DELIVERED when it was taken before."""

    order_id: int
    endpoint_id: UUID
    sequence_number: int
    state: Literal["SKIPPING", "SKIPPED", "DELIVERED"]


async def skip(call: Call[None, SkipAsked, Manage]) -> Answer:
    tenant, order_id, asked = tenant_of(call), int(call.path["id"]), call.body
    async with call.services.db.tx(tenant) as tx:
        state = await skips.skip(
            tx,
            tenant,
            order_id,
            endpoint=asked.endpoint_id,
            number=asked.sequence_number,
            because=asked.because,
            by=actor_of(call),
        )
    return Answer(
        202,
        SkipShown(order_id=order_id, endpoint_id=asked.endpoint_id, sequence_number=asked.sequence_number, state=state),
    )


_SKIP: Final = {"endpointId": "0b9e2a3c-5a47-4f0e-8a83-6f6de8f3a1b7", "sequenceNumber": 2}

ROUTES: Final = [
    Route(
        method="POST",
        path="/orders/{id:int}/skip",
        name="skipKci",
        summary="Skip the KCI that an endpoint does not take",
        description=(
            "Only the next one to be sent can be skipped. It stays in the feed, which also tells of the skip; what "
            "comes after it is sent. Asking again changes nothing."
        ),
        scope=SCOPE,
        action=skip,
        body=SkipAsked,
        answers={202: SkipShown},
        errors=(404,),
        tags=("Orders",),
        body_examples={"refused": {**_SKIP, "because": "our system cannot read this one; done by hand"}},
        answer_examples={202: {"orderId": 159, **_SKIP, "state": "SKIPPING"}},
    ),
]
