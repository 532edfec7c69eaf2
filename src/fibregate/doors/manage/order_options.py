"""`/manage/v1/orders/{id}/options`: what may be amended or cancelled now, until when, and at which cost."""

from typing import Annotated, Any, Final

from pydantic import Field

from fibregate.calendars import stamp
from fibregate.doors.manage import service_options
from fibregate.doors.manage.service_options import ServiceOptionsShown
from fibregate.doors.manage.services import SCOPE, Manage, tenant_of
from fibregate.orders.changes import options
from fibregate.orders.changes.model import Change
from fibregate.orders.changes.options import Option
from fibregate.orders.circuits import options as circuits
from fibregate.vocabulary import ChangeKind, ChangeStatus, OrderStatus
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Stamp
from fibregate.web.route import Route
from fibregate.web.wire import Wire


class ChargeShown(Wire):
    """What the network charges, without VAT; no amount where it does not say how much."""

    text: str
    amount: str | None = Field(default=None, description="exact, such as 95.00")
    currency: str = "GBP"


class AmendShown(Wire):
    """Whether an amendment is taken now."""

    possible: bool
    because: str | None = Field(default=None, description="why not")
    until: Stamp | None = Field(default=None, description="the deadline of a change; absent while there is none")
    fields: Annotated[list[str], Field(max_length=20)] = Field(description="what it may change")


class CancelShown(Wire):
    """Whether a cancellation is taken now."""

    possible: bool
    because: str | None = Field(default=None, description="why not")
    until: Stamp | None = Field(default=None, description="when the work begins; absent while there is no such time")
    free_until: Stamp | None = Field(default=None, description="from then on it is charged")
    charge: ChargeShown | None = Field(default=None, description="what it would cost now")
    reason_codes: Annotated[list[str], Field(max_length=20)]


class ChangeShown(Wire):
    """An amendment or a cancellation that is not decided yet."""

    kind: ChangeKind
    id: int
    status: ChangeStatus
    asked: Stamp


class OptionsShown(Wire):
    """What may be asked of an order now."""

    order_id: int
    status: OrderStatus
    amend: AmendShown
    cancel: CancelShown
    waiting: Annotated[list[ChangeShown], Field(max_length=1000)]
    services: Annotated[list[ServiceOptionsShown], Field(max_length=10)] | None = Field(
        default=None, description="the Ethernet that it has brought to our own network, and what may be made of it"
    )


async def read(call: Call[None, None, Manage]) -> Answer:
    services, number = call.services, int(call.path["id"])
    tenant, now = tenant_of(call), await services.clock.now()
    found = await options.of(services.db, tenant, number, now)
    brought = await circuits.of_order(services.db, tenant, found.order.key, now)
    return Answer(
        200,
        OptionsShown(
            order_id=found.order.id,
            status=found.order.status,
            amend=AmendShown(
                possible=found.amend.refusal is None,
                because=found.amend.refusal,
                until=found.amend.until,
                fields=list(found.amend.accepted),
            ),
            cancel=CancelShown(
                possible=found.cancel.refusal is None,
                because=found.cancel.refusal,
                until=found.cancel.until,
                free_until=found.cancel.free_until,
                charge=_charge(found.cancel),
                reason_codes=list(found.cancel.accepted),
            ),
            waiting=[_change(one) for one in found.waiting],
            services=[service_options.shown(one) for one in brought] or None,
        ),
    )


def _charge(option: Option) -> ChargeShown | None:
    if not option.is_charged or option.refusal is not None:
        return None
    since = f" since {stamp(option.free_until)}" if option.free_until else ""
    amount = None if option.charge is None else f"{option.charge:.2f}"
    return ChargeShown(text=f"The visit is aborted and charged{since}.", amount=amount)


def _change(one: Change) -> ChangeShown:
    return ChangeShown(kind=one.kind, id=one.id, status=one.status, asked=one.created_at)


_EXAMPLE: Final[dict[str, Any]] = {
    "orderId": 127,
    "status": "IN_PROGRESS",
    "amend": {"possible": True, "until": "2025-07-15T15:00:00.000Z", "fields": ["appointmentReservationId", "notes"]},
    "cancel": {
        "possible": True,
        "until": "2025-07-16T07:00:00.000Z",
        "freeUntil": "2025-07-15T15:00:00.000Z",
        "reasonCodes": ["CUSTOMER_CHANGED_MIND"],
    },
    "waiting": [],
}

ROUTES: Final = [
    Route(
        method="GET",
        path="/orders/{id:int}/options",
        name="readOrderOptions",
        summary="See what may be amended or cancelled now",
        description="Ask before promising a customer anything; what the network says that it costs stands here too.",
        scope=SCOPE,
        action=read,
        answers={200: OptionsShown},
        errors=(404,),
        tags=("Orders",),
        answer_examples={200: _EXAMPLE},
    )
]
