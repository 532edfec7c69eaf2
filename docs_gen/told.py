"""What a tenant is told of each move, in each rendering: rendered, not written down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from docs_gen.markdown import code, table
from fibregate.clock import BusinessTime
from fibregate.doors.tenant import rendering as tenant
from fibregate.doors.updates import rendering as supplier
from fibregate.doors.wholesale import rendering as wholesale
from fibregate.orders.states import MOVES, OWN_MOVES, Move, OwnMove, To
from fibregate.vocabulary import OrderStatus, Reason
from fibregate.work import RENDERERS

S = OrderStatus
_AT: Final = BusinessTime(datetime(2025, 11, 3, 10, 12, tzinfo=UTC))
_SAID: Final = (
    "Each rendering tells every move, with the same `id` and `sequenceNumber`, and calls it what the last columns say: "
    f"rendered from the facts of such a KCI, the `reasonCode` of `{wholesale.NAME}`, beside the `status` that the move "
    f"leads to; `updateType` and `type` of `{tenant.NAME}`, which has an `error` in place of a type with `ERROR`; "
    f"the `reasonCode` of `{supplier.NAME}`.\n"
)
_AFTER: Final = (
    "¹ Told of orders and changes that came by the tenant door alone. An order far away that is answered 201 is told "
    "`ACKNOWLEDGED`, and `COMMITTED` where the answer has both dates, as if the supplier had said so.\n"
)
_ERROR: Final = {
    "uuid": "d0a7c1de-8a53-4c62-8e1c-6f5d2b9f7f10",
    "code": "SUPPLIER_TIMED_OUT",
    "messages": ["No answer"],
}


@dataclass(frozen=True, slots=True)
class Told:
    """One kind of move. `says` is what each rendering calls it, by its name; nothing where nobody is told.

    `supplier_says`: it is an update of the supplier's that makes it.
    """

    source: tuple[OrderStatus, ...]
    target: str
    reason: Reason | None
    what: str
    says: Mapping[str, str]
    supplier_says: bool = True


def section() -> str:
    """Of the page of states."""
    rows = [
        [
            code(one.reason.value) if one.supplier_says and one.reason else "–",
            ", ".join(code(state.value) for state in one.source) or "–",
            one.target,
            one.what,
            *(code(one.says[name]) if one.says else "–" for name in RENDERERS),
        ]
        for one in every()
    ]
    heads = ["update", "from", "to", "says", *(code(name) for name in RENDERERS)]
    return "\n".join([_SAID, table(heads, rows), _AFTER])


def every() -> list[Told]:
    """All moves, the gateway's own first."""
    return [*(_own(one) for one in OWN_MOVES), *(one for move in MOVES for one in _of(move))]


def heard(facts: Mapping[str, Any]) -> dict[str, str]:
    """What each rendering calls it."""
    spelt = {wholesale.NAME: _wholesale, tenant.NAME: _tenant, supplier.NAME: _supplier}
    return {name: spelt[name](orjson.loads(one.render(facts, _AT))) for name, one in RENDERERS.items()}


def _wholesale(event: Mapping[str, Any]) -> str:
    return str(event["reasonCode"] if event["eventType"] == "ORDER_STATUS_UPDATE" else event["eventType"])


def _tenant(record: Mapping[str, Any]) -> str:
    told = record.get("information") or record.get("action") or {"type": "error"}
    return f"{record['updateType']} {told['type']}".removesuffix(" error")


def _supplier(update: Mapping[str, Any]) -> str:
    return str(update["reasonCode"])


def _facts(reason: Reason, source: OrderStatus, target: OrderStatus, **more: Any) -> dict[str, Any]:
    return {
        "id": "0d5b0c8e-6b0e-4c39-9d35-6f2c8d1f7a11",
        "sequenceNumber": 3,
        "reason": reason.value,
        "status": target.value,
        "previousStatus": source.value,
        "orderId": 48,
        "orderType": "NEW",
        "tenant": "ISP1",
        "happenedAt": "2025-11-03T10:12:01.100Z",
        **more,
    }


def _own(move: OwnMove) -> Told:
    source = _ordered(move.source)
    what = move.says
    if move.told is None:
        return Told(source, code(move.target.value), None, f"{what} is taken", {}, supplier_says=False)
    more: dict[str, Any] = {"error": _ERROR} if move.with_error else {}
    if move.told is Reason.CREATED:
        more = {"orderType": "UNSOLICITED_CEASE", "entity": {"serviceId": "SVC-1", "reason": "OTHER_PROVIDER"}}
    elif not move.with_error:
        what += " ¹"
    facts = _facts(move.told, source[0] if source else move.target, move.target, **more)
    by_supplier = move.told is Reason.CREATED
    return Told(source, code(move.target.value), move.told, what, heard(facts), by_supplier)


def _of(move: Move) -> Iterator[Told]:
    source = _ordered(move.source)
    for where, target, what, more in _ways(move, source):
        yield Told(source, where, move.reason, what, heard(_facts(move.reason, source[0], target, **more)))


def _ways(move: Move, source: tuple[OrderStatus, ...]) -> Iterator[tuple[str, OrderStatus, str, Mapping[str, Any]]]:
    """Where it may lead, and why: an update may mean several things."""
    asked = {"cancellation": {"id": 13}}
    match move.target:
        case To.ENDED_HOW:
            yield code(S.CANCELLED.value), S.CANCELLED, "the order ends, as the tenant asked", asked
            yield code(S.CANCELLED.value), S.CANCELLED, "the supplier ends the order", {}
            yield code(S.FAILED.value), S.FAILED, "the supplier gives up and says `FAILED`", {}
        case To.DONE_HOW:
            yield code(S.COMPLETED.value), S.COMPLETED, move.says, {}
            yield code(S.PARTIAL.value), S.PARTIAL, "part of the service works, and the supplier says `PARTIAL`", {}
        case To.SAME_OR_BACK:
            yield "the same state", source[0], "news", {}
            yield (
                "the state before it",
                S.IN_PROGRESS,
                "a new date, or the state before it: the wait is over",
                {},
            )
        case To.SAME | To.BENEATH:
            yield move.target.value, source[0], move.says, {}
        case To.BACK | To.AGREED:
            yield move.target.value, S.IN_PROGRESS, move.says, {}
        case _:
            yield code(move.target.value), move.target, move.says, {}


def _ordered(states: frozenset[OrderStatus]) -> tuple[OrderStatus, ...]:
    return tuple(one for one in OrderStatus if one in states)
