"""The service that is asked for: its specification and its characteristics, against what the address offers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fibregate.orders.model import Request
from fibregate.suppliers.network.model import Premises
from fibregate.vocabulary import PROVIDES, OrderType

PROFILE: Final = "LINE_PROFILE"
LINE_ID, ONT_REFERENCE, ONT_PORT, SERVICE_ID = "LINE_ID", "ONT_REFERENCE", "ONT_PORT", "SERVICE_ID"
_FIXED: Final = frozenset({LINE_ID, ONT_REFERENCE, ONT_PORT, SERVICE_ID})
NAMES_A_LINE: Final = frozenset({OrderType.START, OrderType.TRANSFER, OrderType.TAKEOVER, OrderType.SWAP})

_TEXT: Final = {"pattern": r"[!-~]{1,50}", "text": "1 to 50 printable ASCII characters"}
_OF_LINES: Final[Sequence[Mapping[str, Any]]] = (
    {"name": LINE_ID, **_TEXT},
    {"name": ONT_REFERENCE, **_TEXT},
    {"name": ONT_PORT, "pattern": r"[1-9][0-9]?", "text": "the number of a port, 1 to 99"},
)


def where(request: Request) -> str:
    """The name of the array of characteristics in this order's body."""
    return "serviceOrderItem.serviceCharacteristics" if request.order_type in PROVIDES else "serviceCharacteristics"


def said(request: Request, name: str) -> str | None:
    """What the order says of a characteristic."""
    return next((one["value"] for one in request.characteristics if one["name"] == name), None)


def faults(request: Request, premises: Premises) -> Iterator[str]:
    if request.unread & {"serviceOrderItem", "serviceCharacteristics"}:
        return
    if request.order_type in PROVIDES and premises.service != request.service:
        yield (
            f"serviceOrderItem.serviceSpecification.id: {request.service!r} is not offered at this address; "
            f"accepted: {premises.service}"
        )
    whole = request.order_type in PROVIDES
    yield from characteristics(where(request), request.characteristics, premises, kind=request.order_type, whole=whole)


def characteristics(
    at: str, given: Sequence[Mapping[str, str]], premises: Premises, *, kind: OrderType, whole: bool
) -> Iterator[str]:
    """What is wrong with names and values of an order of this type; `whole` where the profile must be among them."""
    listed = {one["name"]: one for one in premises.characteristics}
    known = {**{one["name"]: one for one in (*premises.order_characteristics, *_more(kind))}, **listed}
    if whole and PROFILE in listed and all(one["name"] != PROFILE for one in given):
        yield f"{at}: {PROFILE} is missing; accepted: {', '.join(listed[PROFILE]['values'])}"
    yield from named(at, given, known)


def named(at: str, given: Sequence[Mapping[str, str]], known: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with names and values, by the rule of each name."""
    names = [one["name"] for one in given]
    for place, one in enumerate(given):
        if names.index(one["name"]) != place:
            yield f"{at}[{place}].name: {one['name']} is given twice"
        elif one["name"] not in known:
            yield f"{at}[{place}].name: {one['name']!r} is not known; accepted: {', '.join(sorted(known))}"
        else:
            yield from _value(f"{at}[{place}].value", one["value"], known[one["name"]])


def kept(at: str, stands: Sequence[Mapping[str, str]], given: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """An amendment leaves an order on its line and at its service."""
    before = {one["name"]: one["value"] for one in stands}
    for place, one in enumerate(given):
        if one["name"] in _FIXED and one["value"] != before.get(one["name"]):
            yield f"{at}[{place}].value: {one['name']} cannot be amended; cancel the order and place another"


def _more(kind: OrderType) -> Iterator[Mapping[str, Any]]:
    if kind in NAMES_A_LINE:
        yield from _OF_LINES
    if kind is OrderType.SWAP:
        yield {"name": SERVICE_ID, **_TEXT}


def _value(at: str, value: str, rule: Mapping[str, Any]) -> Iterator[str]:
    values: Sequence[str] | None = rule.get("values")
    pattern: str | None = rule.get("pattern")
    if values is not None:
        same = value.casefold() in {one.casefold() for one in values} if rule.get("ignoreCase") else value in values
        if not same:
            yield f"{at}: {value!r} is not a value of {rule['name']}; accepted: {', '.join(values)}"
    elif pattern is not None and not re.fullmatch(pattern, value):
        yield f"{at}: {value!r} is not a value of {rule['name']}; accepted: {rule.get('text', pattern)}"
