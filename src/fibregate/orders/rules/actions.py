"""Judge an order, and say what it will take when it is placed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from fibregate.clock import BusinessTime
from fibregate.orders.model import Request
from fibregate.orders.placing.store import Claims
from fibregate.orders.rules import dates, items, lines, services, visits
from fibregate.orders.rules.facts import Facts
from fibregate.suppliers.network.model import ADDRESS_NOT_KNOWN, TEXTS, Premises
from fibregate.vocabulary import PROVIDES, OrderType

NAMES_A_LINE: Final = items.NAMES_A_LINE
"""Order types that take a port which is there."""

_NAMES_A_SERVICE: Final = frozenset({OrderType.MODIFY, OrderType.CEASE, OrderType.SWAP})


def faults(request: Request, facts: Facts, now: BusinessTime) -> list[str]:
    """One message for each fault; empty when the order can be taken. What could not be read is not judged again."""
    found = [*_tenant(request, facts), *visits.faults(request, facts, now), *dates.past(request, now)]
    if request.order_type not in PROVIDES:
        return found + list(_of_service(request, facts, now))
    if request.unread & {"address"}:
        return found
    found += _address(facts)
    if facts.premises and not facts.premises.reason:
        found += _at(request, facts, facts.premises, now)
    return found


def _tenant(request: Request, facts: Facts) -> Iterator[str]:
    if request.tenant_code != facts.tenant_code and "tenant" not in request.unread:
        yield f"tenant: must be the tenant of the token; accepted: {facts.tenant_code}"


def _address(facts: Facts) -> Iterator[str]:
    premises = facts.premises
    if premises is None:
        yield f"address: {ADDRESS_NOT_KNOWN}: {TEXTS[ADDRESS_NOT_KNOWN]}"
    elif premises.reason:
        yield f"address: {premises.reason['code']}: {premises.reason['text']}"


def _at(request: Request, facts: Facts, premises: Premises, now: BusinessTime) -> Iterator[str]:
    """A provide at an address where it can be."""
    yield from items.faults(request, premises)
    if request.order_type is OrderType.SWAP:
        yield from services.swapped(request, facts)
    if request.order_type in NAMES_A_LINE:
        yield from lines.existing(request, facts, premises)
    else:
        yield from lines.room(request, facts, premises, now)
    yield from dates.too_soon(request, facts, premises.nation, now)


def _of_service(request: Request, facts: Facts, now: BusinessTime) -> Iterator[str]:
    yield from services.faults(request, facts)
    if facts.live is None or facts.premises is None:
        return
    if request.order_type is OrderType.MODIFY:
        yield from items.faults(request, facts.premises)
    yield from dates.too_soon(request, facts, facts.premises.nation, now)


def service_of(request: Request) -> str | None:
    """The live service that an order is about, by its id."""
    if request.order_type is OrderType.SWAP:
        return items.said(request, items.SERVICE_ID)
    return request.service_id


def completed(request: Request, facts: Facts) -> Request:
    """The order with what its service says of it."""
    live = facts.live
    if live is None or request.order_type not in _NAMES_A_SERVICE:
        return request
    if request.order_type is OrderType.SWAP:
        return replace(request, service_id=live.service_id)
    address = live.address or {"id": str(live.uprn), "type": "UPRN"}
    return replace(request, uprn=live.uprn, address=address, service=live.service)


def claims(request: Request, facts: Facts) -> Claims:
    """What an order without faults takes."""
    premises, kind = facts.premises, request.order_type
    new = kind is OrderType.NEW
    counted = premises is not None and not premises.unlimited_lines
    port = lines.port(request, premises) if premises and kind in NAMES_A_LINE else None
    return Claims(
        reservation=facts.reservation["id"] if facts.reservation else None,
        line_at=request.uprn if new or kind is OrderType.START else None,
        one_at_a_time=new and (facts.one_open_order or bool(premises and premises.one_open_order)),
        open_orders=facts.open_orders if counted and (new or kind is OrderType.START) else None,
        port=(port.terminal.ont_reference, port.number) if port else None,
    )
