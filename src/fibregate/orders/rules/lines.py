"""Whether there is a line for the order: room for a new one, or the port that it names, in the right state."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fibregate.clock import BusinessTime
from fibregate.orders.model import Request
from fibregate.orders.rules import dates
from fibregate.orders.rules.facts import Facts
from fibregate.orders.rules.items import LINE_ID, ONT_PORT, ONT_REFERENCE, said, where
from fibregate.suppliers.network.model import Premises, Terminal
from fibregate.vocabulary import OrderType

SWITCHES: Final = frozenset({OrderType.TRANSFER, OrderType.TAKEOVER})
IDLE: Final = ("STOPPED", "FREE")


@dataclass(frozen=True, slots=True)
class Named:
    """A port of a terminal at the address, as the tenant may see it."""

    terminal: Terminal
    port: Mapping[str, Any]

    @property
    def number(self) -> int:
        return int(self.port["portNumber"])

    @property
    def status(self) -> str:
        return str(self.port["status"])

    @property
    def own(self) -> bool:
        """In use by the asking tenant."""
        return bool(self.port["tenantActive"])

    @property
    def words(self) -> str:
        return f"port {self.number} of {self.terminal.ont_reference}"


def room(request: Request, facts: Facts, premises: Premises, now: BusinessTime) -> Iterator[str]:
    """For a line that is new."""
    if facts.own_open_order is not None and (facts.one_open_order or premises.one_open_order):
        yield f"address: your order {facts.own_open_order} is open at this address; wait for it to end"
        return
    left = premises.lines_left(facts.open_orders)
    if left > 0:
        return
    free_from = premises.pending_cease
    if free_from is None or left < 0:
        yield _line_exists(premises)
    elif dates.of_work(request, facts, now) < free_from:
        yield f"orderType: NEW is possible here from {free_from.isoformat()}, when the line that is there is ceased"


def _line_exists(premises: Premises) -> str:
    if premises.count_ports("STOPPED"):
        return "orderType: a line exists: use START with ONT_REFERENCE and ONT_PORT"
    return "orderType: no free port is left at this address for a NEW line"


def existing(request: Request, facts: Facts, premises: Premises) -> Iterator[str]:
    """For an order that takes a port which is there."""
    if request.unread & {"serviceOrderItem"}:
        return
    try:
        named = port(request, premises)
    except LookupError as fault:
        yield f"{where(request)}: {fault}"
        return
    found = claimed(named, facts) or _standing(request, facts, premises, named)
    if found:
        yield f"{where(request)}: {found}"
    elif request.order_type in SWITCHES:
        yield from _before_it_ends(request, named)


def port(request: Request, premises: Premises) -> Named:
    """The one that the order names. Raises `LookupError` that says what is missing or does not fit."""
    line, ont, number = (said(request, name) for name in (LINE_ID, ONT_REFERENCE, ONT_PORT))
    if line is None and (ont is None or number is None):
        raise LookupError(
            f"{request.order_type} names the line that is there: give ONT_REFERENCE and ONT_PORT, or LINE_ID"
        )
    here = [one for one in premises.terminals if line in {None, one.line_id} and ont in {None, one.ont_reference}]
    fits = [Named(one, each) for one in here for each in one.ports if number in {None, str(each["portNumber"])}]
    if not fits:
        raise LookupError("there is no such line at this address; availability lists those that are")
    if number is None:
        fits = _likely(request.order_type, fits)
    if len(fits) != 1:
        raise LookupError("LINE_ID does not tell which port: give ONT_REFERENCE and ONT_PORT")
    return fits[0]


def _likely(kind: OrderType, fits: Sequence[Named]) -> Sequence[Named]:
    """The ports of a line that such an order can mean."""
    if kind is OrderType.START:
        return [one for one in fits if one.status == "STOPPED"] or [one for one in fits if one.status == "FREE"]
    return [one for one in fits if one.status == "ACTIVE" and one.own == (kind is OrderType.SWAP)]


def claimed(named: Named, facts: Facts) -> str | None:
    """Why another order may not have it now."""
    for one in facts.claims:
        if (one.ont_reference, one.port_number) == (named.terminal.ont_reference, named.number):
            whose = "another order" if one.order is None else f"your order {one.order}"
            return f"{whose} for {named.words} is open; wait for it to end"
    return None


def _standing(request: Request, facts: Facts, premises: Premises, named: Named) -> str | None:
    match request.order_type:
        case OrderType.START:
            return _idle(facts, premises, named)
        case OrderType.SWAP:
            return None if named.own else f"no service of yours runs on {named.words}"
        case kind:
            if named.own:
                return f"{named.words} is yours already: use MODIFY or SWAP"
            if named.status != "ACTIVE":
                return f"{named.words} is {named.status}: {kind} takes one that is ACTIVE; use START"
            return None


def _idle(facts: Facts, premises: Premises, named: Named) -> str | None:
    if named.own:
        return f"{named.words} is yours already: use MODIFY or SWAP"
    if named.status == "ACTIVE":
        return f"{named.words} is in use: use TRANSFER, or TAKEOVER where the customer moves in"
    if named.status not in IDLE or not _is_left(facts, premises, named.status):
        return f"{named.words} is set aside for another order"
    return None


def _is_left(facts: Facts, premises: Premises, status: str) -> bool:
    """Whether no open order for a new line counts on the port; those beyond the free ones count on stopped ones."""
    if premises.unlimited_lines:
        return True
    left = premises.lines_left(facts.open_orders)
    return left > 0 if status == "FREE" else premises.count_ports("STOPPED") + min(left, 0) > 0


def _before_it_ends(request: Request, named: Named) -> Iterator[str]:
    ends, wished = named.terminal.pending_cease, request.requested_completion_date
    if ends and wished and wished >= ends and "requestedCompletionDate" not in request.unread:
        yield (
            f"requestedCompletionDate: the line is ceased on {ends.isoformat()}; {request.order_type} is possible "
            "before then, NEW from then on"
        )
