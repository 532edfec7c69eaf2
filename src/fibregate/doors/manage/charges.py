"""`/manage/v1/charges`: what networks want paid before they build, and what a tenant says to that.

Rules: `docs/reference/charges.md`.
"""

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from fibregate.doors.manage.cursors import charge_cursor, read_charge_cursor
from fibregate.doors.manage.services import SCOPE, Manage, asker_of, tenant_of, uuid_of
from fibregate.orders.charges import decisions, store
from fibregate.orders.charges.model import ChargeKind, ChargeState, Decision
from fibregate.web.call import Answer, Call
from fibregate.web.fields import Id, Stamp, Text255
from fibregate.web.route import Route
from fibregate.web.wire import Wire

MOST: Final = 500
USUAL: Final = 100
Pounds = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}\.[0-9]{2}$")]


class ChargesQuery(Wire):
    """Which charges, and where to read on."""

    state: Annotated[list[ChargeState], Field(max_length=len(ChargeState))] = Field(
        default_factory=list[ChargeState], description="all, where it is left out"
    )
    order_id: Id | None = None
    after: Text255 | None = Field(default=None, description="the `nextCursor` of the answer before")
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL


class NetworkCharge(Wire):
    """One charge. Amounts are exact, in GBP without VAT: `amount` is what is to be paid, beyond what is included."""

    id: str
    order_id: int
    supplier: str
    kind: ChargeKind
    state: ChargeState
    construction: Pounds | None = Field(default=None, description="only of construction: what building costs")
    included: Pounds | None = Field(default=None, description="only of construction: what the price includes of it")
    amount: Pounds
    currency: str
    text: str | None = Field(default=None, description="the network's words")
    decision: Decision | None = None
    raised: Stamp
    answer_by: Stamp | None = None
    answered: Stamp | None = None
    ended: Stamp | None = None


class ChargesPage(Wire):
    """Charges, the eldest first; with `nextCursor` while there are more."""

    charges: Annotated[list[NetworkCharge], Field(max_length=MOST)]
    next_cursor: str | None = None


class DecisionAsked(Wire):
    """What you say to a charge. To accept it, say the amount: what you pay is never more than what you have read."""

    decision: Decision
    amount: Pounds | None = Field(default=None, description="needed to accept: that of the charge, such as 2350.00")


async def list_all(call: Call[ChargesQuery, None, Manage]) -> Answer:
    asked, tenant = call.query, tenant_of(call)
    found = await store.list_charges(
        call.services.db,
        tenant,
        states=asked.state,
        order_id=asked.order_id,
        after=read_charge_cursor(asked.after, tenant),
        limit=asked.limit + 1,
    )
    page = found[: asked.limit]
    body: dict[str, Any] = {"charges": [one.shown() for one in page]}
    if len(found) > asked.limit:
        body["nextCursor"] = charge_cursor(tenant, page[-1].raised_at, page[-1].id)
    return Answer(200, body)


async def read(call: Call[None, None, Manage]) -> Answer:
    found = await decisions.get(call.services.db, tenant_of(call), uuid_of(call, "charge"))
    return Answer(200, found.shown())


async def decide(call: Call[None, DecisionAsked, Manage]) -> Answer:
    services, asked, tenant = call.services, call.body, tenant_of(call)
    now = await services.clock.now()
    amount = Decimal(asked.amount) if asked.amount is not None else None
    charge = uuid_of(call, "charge")
    async with services.db.tx(tenant) as tx:
        found = await decisions.decide(tx, tenant, charge, asked.decision, amount, asker=asker_of(call), now=now)
    return Answer(200, found.shown())


CHARGE: Final[dict[str, Any]] = {
    "id": "6c0f3a52-4f0b-4a4f-9d0c-0c0f3a524f0b",
    "orderId": 127,
    "supplier": "NETWORK1",
    "kind": "CONSTRUCTION",
    "state": "AWAITING_RESPONSE",
    "construction": "5150.00",
    "included": "2800.00",
    "amount": "2350.00",
    "currency": "GBP",
    "text": "Construction 5150.00, of which 2800.00 is included: 2350.00 to pay. Accept or decline.",
    "raised": "2025-07-14T14:30:00.000Z",
    "answerBy": "2025-08-13T16:00:00.000Z",
}

ROUTES: Final = [
    Route(
        method="GET",
        path="/charges",
        name="listCharges",
        summary="What networks want paid before they build",
        scope=SCOPE,
        action=list_all,
        query=ChargesQuery,
        answers={200: ChargesPage},
        tags=("Charges",),
        query_examples={"state": ["AWAITING_RESPONSE"]},
        answer_examples={200: {"charges": [CHARGE]}},
    ),
    Route(
        method="GET",
        path="/charges/{id}",
        name="getCharge",
        summary="One charge",
        scope=SCOPE,
        action=read,
        answers={200: NetworkCharge},
        errors=(404,),
        tags=("Charges",),
        answer_examples={200: CHARGE},
    ),
    Route(
        method="POST",
        path="/charges/{id}/decision",
        name="decideCharge",
        summary="Accept or decline a charge",
        description=(
            "The network is told by an amendment that agrees to the amount, or by a cancellation; the charge is "
            "ANSWERED until it has decided that. The same decision again changes nothing."
        ),
        scope=SCOPE,
        action=decide,
        body=DecisionAsked,
        answers={200: NetworkCharge},
        errors=(404,),
        tags=("Charges",),
        body_examples={"accept": {"decision": "ACCEPT", "amount": "2350.00"}, "decline": {"decision": "DECLINE"}},
        answer_examples={200: {**CHARGE, "state": "ANSWERED", "decision": "ACCEPT", "answered": CHARGE["raised"]}},
    ),
]
