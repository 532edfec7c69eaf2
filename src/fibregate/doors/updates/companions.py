"""What must come with each reason: a table, checked when an update arrives."""

from collections.abc import Iterator, Mapping
from typing import Final

from fibregate.suppliers.port import Draft
from fibregate.vocabulary import OrderStatus, Reason

_PROBLEM, _TEXT, _STATUS = "problemCode", "text", "status"
_COMMITTED, _TARGET, _REQUEST = "committedDate", "targetDate", "the amendment's or cancellation's id or reference"

COMPANIONS: Final[Mapping[Reason, tuple[str, ...]]] = {
    Reason.ACKNOWLEDGED: (_STATUS,),
    Reason.COMMITTED: (_STATUS, _COMMITTED, _TARGET),
    Reason.WARNING: (_PROBLEM,),
    Reason.DELAY: (_PROBLEM,),
    Reason.REAPPOINT: (_PROBLEM,),
    Reason.INFORMATION_REQUIRED: (_TEXT,),
    Reason.CANCELLED: (_PROBLEM,),
    Reason.ORDER_REJECTED: (_TEXT,),
    Reason.AMENDED: (_REQUEST,),
    Reason.AMENDMENT_REJECTED: (_REQUEST, _TEXT),
    Reason.CANCELLATION_REJECTED: (_REQUEST, _TEXT),
}

CHARGING: Final = frozenset({Reason.INFORMATION_REQUIRED, Reason.UPDATE})
"""An update with one of these may bring a charge."""


def faults(draft: Draft) -> Iterator[str]:
    """One message for each companion that is missing or contradicts the reason."""
    given = {
        _PROBLEM: draft.problem_code,
        _TEXT: draft.text,
        _STATUS: draft.status,
        _COMMITTED: draft.committed_at,
        _TARGET: draft.target_at,
        _REQUEST: draft.request_id or draft.request_reference,
    }
    for name in COMPANIONS.get(draft.reason, ()):
        if given[name] is None:
            yield f"{name}: required with reasonCode {draft.reason.value}"
    if draft.reason is Reason.COMMITTED and draft.status not in {None, OrderStatus.IN_PROGRESS}:
        yield "status: accepted with reasonCode COMMITTED is IN_PROGRESS"
    yield from _of_charge(draft)
    if draft.problem_code == "OTHER" and not draft.text and not draft.supplier_codes:
        yield "text or supplierCodes: required with problemCode OTHER"


def _of_charge(draft: Draft) -> Iterator[str]:
    cost = draft.charge
    if cost is None:
        return
    if draft.reason not in CHARGING:
        accepted = " or ".join(one.value for one in Reason if one in CHARGING)
        yield f"charge: goes with reasonCode {accepted}"
    if cost.construction <= cost.included:
        yield f"charge.included: {cost.included} leaves nothing of {cost.construction} to pay; leave charge out"
