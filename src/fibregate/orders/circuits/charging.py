"""What an early ending costs: a charge that the tenant is told of, and that goes when the cease does."""

from decimal import Decimal
from typing import Final
from uuid import uuid4

from fibregate.clock import BusinessTime
from fibregate.db import Tx
from fibregate.orders import news
from fibregate.orders.charges import store
from fibregate.orders.charges.model import ChargeKind, ChargeState
from fibregate.orders.model import Order
from fibregate.suppliers.port import Draft
from fibregate.vocabulary import Reason

_PROBLEM: Final = "COST_ISSUE"
_NOTHING: Final = Decimal("0.00")


async def raise_early_ending(tx: Tx, order: Order, now: BusinessTime) -> Order:
    """The network has the cease: what it costs is charged, and nobody is asked, for it was shown before.

    Takes the lock of the tenant's feed, so call it last.
    """
    ending = (order.circuit or {}).get("earlyEndingCharge")
    amount = Decimal(ending["amount"]) if ending else _NOTHING
    if ending is None or amount <= _NOTHING:
        return order
    left = ending["monthsLeft"]
    months = "the month that is" if left == 1 else f"the {left} months that are"
    text = f"Ending early costs {amount:,.2f}, without VAT: the rentals of {months} left of the term."
    charge = uuid4()
    await store.insert(
        tx,
        order.tenant,
        charge,
        order.key,
        construction=amount,
        included=_NOTHING,
        text=text,
        state=ChargeState.ACCEPTED,
        raised_at=now,
        answer_by=None,
        kind=ChargeKind.EARLY_ENDING,
    )
    raised = await store.find(tx, order.tenant, charge)
    told = {"charge": raised.shown()} if raised else {}
    return await news.tell(tx, order, Draft(reason=Reason.UPDATE, text=text, problem_code=_PROBLEM), now, more=told)
