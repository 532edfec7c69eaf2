"""Answer a charge: the network is told by an amendment that agrees to it, or by a cancellation.

Rules: `docs/reference/charges.md`.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from fibregate import calendars
from fibregate.appointments.model import Asker
from fibregate.clock import BusinessTime
from fibregate.db import Statements, Tx
from fibregate.errors import Invalid, Unknown
from fibregate.orders import actions as orders
from fibregate.orders.changes import actions as changes
from fibregate.orders.changes.contents import is_networks_own
from fibregate.orders.changes.model import Wish
from fibregate.orders.charges import store
from fibregate.orders.charges.model import Charge, ChargeState, Decision
from fibregate.orders.model import Order
from fibregate.suppliers.network.catalogue import CHARGE_BAND
from fibregate.tenants.numbers.actions import UNNUMBERED
from fibregate.vocabulary import ChangeKind, TenantId

_WHY: Final = "OTHER"


async def get(on: Statements, tenant: TenantId, charge: UUID) -> Charge:
    """Raises `Unknown`, for another tenant's too."""
    found = await store.find(on, tenant, charge)
    if found is None:
        raise Unknown(f"id: there is no charge {charge}")
    return found


async def decide(
    tx: Tx,
    tenant: TenantId,
    charge: UUID,
    decision: Decision,
    amount: Decimal | None,
    *,
    asker: Asker,
    now: BusinessTime,
) -> Charge:
    """The charge, answered. The same answer again changes nothing.

    Raises `Unknown`, and `Invalid` where it is too late, where another answer was given, or where what is accepted is
    not the amount of the charge.
    """
    seen = await get(tx, tenant, charge)
    order = await orders.lock(tx, tenant, seen.order_key)
    stands = await get(tx, tenant, charge)
    found = [*_amount(stands, decision, amount)]
    if stands.answer is decision and not found:
        return stands
    found = [*_standing(stands, now), *found]
    if found:
        raise Invalid(found)
    change = await changes.take(tx, tenant, _wish(order, stands, decision), asker, now)
    await store.answer(tx, tenant, charge, decision, change=change.key, now=now)
    tx.wakes_workers = True
    return await get(tx, tenant, charge)


def _standing(charge: Charge, now: BusinessTime) -> Iterator[str]:
    if charge.state is not ChargeState.AWAITING_RESPONSE:
        since = charge.ended_at or charge.answered_at or now
        yield f"decision: charge {charge.id} is {charge.state.value} since {calendars.stamp(since)}"
    elif charge.answer_by is not None and now >= charge.answer_by:
        yield f"decision: charge {charge.id} was to be answered by {calendars.stamp(charge.answer_by)}"


def _amount(charge: Charge, decision: Decision, amount: Decimal | None) -> Iterator[str]:
    if decision is Decision.ACCEPT and amount != charge.amount:
        said = "nothing" if amount is None else f"{amount}"
        yield f"amount: {charge.amount:.2f} is to be paid, and {said} is accepted; send the exact amount"


def _wish(order: Order, charge: Charge, decision: Decision) -> Wish:
    common: dict[str, Any] = {
        "id": UNNUMBERED,
        "door": order.door,
        "order_id": order.id,
        "body_hash": charge.id.bytes,
    }
    if decision is Decision.DECLINE:
        text = f"The charge of {charge.amount:.2f} GBP is declined."
        return Wish(kind=ChangeKind.CANCELLATION, asked={}, reason_code=_WHY, text=text, **common)
    agreed = {"name": CHARGE_BAND, "value": f"{charge.amount:.2f}"}
    return Wish(kind=ChangeKind.AMENDMENT, asked={"serviceCharacteristics": [*_others(order), agreed]}, **common)


def _others(order: Order) -> list[Mapping[str, str]]:
    """An array replaces the whole array: the rest of it stays."""
    return [one for one in order.characteristics if one["name"] != CHARGE_BAND and not is_networks_own(one["name"])]
