"""Whether the service that an order is about is the tenant's, live, and not in another order's hands."""

from collections.abc import Iterator

from fibregate.orders.model import Request
from fibregate.orders.rules.facts import Facts
from fibregate.orders.rules.items import ONT_PORT, ONT_REFERENCE, SERVICE_ID, said, where


def faults(request: Request, facts: Facts) -> Iterator[str]:
    """For a modify or a cease; another tenant's service answers as one that is not there."""
    if "serviceId" not in request.unread:
        yield from _named(request.service_id or "", facts, "serviceId")


def swapped(request: Request, facts: Facts) -> Iterator[str]:
    """For a swap."""
    if "serviceOrderItem" in request.unread:
        return
    at = where(request)
    named = said(request, SERVICE_ID)
    if named is None:
        yield f"{at}: SERVICE_ID is missing; {request.order_type} names the service that it replaces"
        return
    yield from _named(named, facts, f"{at}: {SERVICE_ID}")
    live = facts.live
    wrong = live and (
        said(request, ONT_REFERENCE) not in {None, live.ont_reference}
        or said(request, ONT_PORT) not in {None, str(live.port_number)}
    )
    if wrong:
        yield f"{at}: {SERVICE_ID}: service {named} runs on another port"


def _named(service: str, facts: Facts, at: str) -> Iterator[str]:
    live = facts.live
    if live is None:
        yield f"{at}: you have no service {service!r}"
    elif live.state != "ACTIVE":
        yield f"{at}: service {service!r} is not live"
    elif facts.busy_with is not None:
        yield f"{at}: your order {facts.busy_with} for service {service!r} is open; wait for it to end"
