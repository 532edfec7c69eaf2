"""What an order about a circuit must satisfy before it is taken: every fault at once, in words.

Rules: `docs/reference/ethernet.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.orders.circuits.model import Request
from fibregate.suppliers.network.circuits import terms
from fibregate.suppliers.network.circuits.model import Circuit
from fibregate.suppliers.network.circuits.rates import Rates
from fibregate.suppliers.network.ethernet.rules import MONTHLY
from fibregate.suppliers.quoting import BANDWIDTH
from fibregate.vocabulary import OrderType

CHARACTERISTICS: Final = "serviceCharacteristics"
CONTRACT: Final = "contractDetails"
DAY: Final = "requestedCompletionDate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an order is judged by. `busy_with` is the tenant's open order about the circuit; without one, nothing."""

    circuit: Circuit | None
    busy_with: int | None
    rates: Rates | None
    notice_days: int


def faults(request: Request, facts: Facts, now: BusinessTime) -> list[str]:
    """One message for each fault; empty when the order can be taken."""
    found = [*_service(request, facts)]
    today = calendars.uk_date(now)
    if request.order_type is OrderType.CEASE:
        return [*found, *_notice(request, facts, today)]
    return [*found, *_past(request, today), *_changes(request, facts, today)]


def _service(request: Request, facts: Facts) -> Iterator[str]:
    if "serviceId" in request.unread:
        return
    named, circuit = request.service_id, facts.circuit
    if circuit is None:
        yield f"serviceId: you have no Ethernet service {named!r} at {request.supplier}"
    elif not circuit.is_live:
        yield f"serviceId: service {named!r} is not live"
    elif facts.busy_with is not None:
        yield f"serviceId: your order {facts.busy_with} for service {named!r} is open; wait for it to end"


def _notice(request: Request, facts: Facts, today: date) -> Iterator[str]:
    """A day inside the notice is refused: nobody should believe that the rent ends sooner than it does."""
    if DAY in request.unread or request.wished is None:
        return
    if facts.circuit is None:
        yield from _past(request, today)
        return
    first = terms.first_day(today, facts.notice_days)
    if request.wished < first:
        yield (
            f"{DAY}: {request.wished.isoformat()} is within the notice of {facts.notice_days} days; accepted: "
            f"{first.isoformat()} or later"
        )


def _past(request: Request, today: date) -> Iterator[str]:
    if DAY not in request.unread and request.wished is not None and request.wished < today:
        yield f"{DAY}: {request.wished.isoformat()} is past; accepted: {today.isoformat()} or later"


def _changes(request: Request, facts: Facts, today: date) -> Iterator[str]:
    """Of a bandwidth, of a term, or of both."""
    circuit, rates = facts.circuit, facts.rates
    if request.billing not in {None, MONTHLY} and CONTRACT not in request.unread:
        yield f"{CONTRACT}.billingFrequency: accepted is {MONTHLY}"
    others = [one["name"] for one in request.characteristics if one["name"] != BANDWIDTH]
    if CHARACTERISTICS not in request.unread:
        yield from (f"{CHARACTERISTICS}: {name} cannot be modified; accepted: {BANDWIDTH}" for name in others)
    if circuit is None or not circuit.is_live:
        return
    if rates is None:
        yield f"serviceId: {circuit.product} is not sold any more between the sites of {circuit.service_id}; quote anew"
        return
    wanted = list(dict.fromkeys(one["value"] for one in request.characteristics if one["name"] == BANDWIDTH))
    if CHARACTERISTICS not in request.unread:
        yield from _bandwidth(wanted, circuit, rates)
    if CONTRACT not in request.unread:
        yield from _term(request, circuit, rates, today)
    same = not wanted or wanted == [circuit.bandwidth]
    if same and request.months is None and not request.unread & {CHARACTERISTICS, CONTRACT}:
        yield (
            f"body: nothing is to be changed; accepted are {CHARACTERISTICS} with another {BANDWIDTH} than "
            f"{circuit.bandwidth}, {CONTRACT} with a renewed term, or both"
        )


def _bandwidth(wanted: list[str], circuit: Circuit, rates: Rates) -> Iterator[str]:
    accepted = ", ".join(one.code for one in rates.on_bearer(circuit.bandwidth))
    if len(wanted) > 1:
        yield f"{CHARACTERISTICS}: {BANDWIDTH} is {' and '.join(wanted)}; one is accepted"
        return
    for code in wanted:
        found = rates.product.bandwidth(code)
        if found is None:
            yield f"{CHARACTERISTICS}: {BANDWIDTH} {code!r} is not sold; accepted: {accepted}"
        elif found not in rates.on_bearer(circuit.bandwidth):
            yield (
                f"{CHARACTERISTICS}: {BANDWIDTH} {code} needs a new bearer: order a new service; "
                f"accepted here: {accepted}"
            )


def _term(request: Request, circuit: Circuit, rates: Rates, today: date) -> Iterator[str]:
    """A renewed term begins when the change is made, and takes nothing off the one that runs."""
    at, sold = f"{CONTRACT}.contractLength", rates.prices.terms
    accepted = ", ".join(map(str, sorted(sold)))
    if request.months is None:
        if circuit.months not in sold:
            yield f"{at}: the term of {circuit.months} months is not sold any more; renew it; accepted: {accepted}"
    elif request.months not in sold:
        yield f"{at}: {request.months} months is not sold; accepted: {accepted}"
    elif shortens(circuit, request.months, today):
        ends = terms.after_months(circuit.term_from or today, circuit.months)
        yield (
            f"{at}: {request.months} months from today would end before {ends.isoformat()}, as the term that runs "
            "does; a renewed term takes nothing off it"
        )


def shortens(circuit: Circuit, months: int, today: date) -> bool:
    """Whether a term that began today would end before the one that runs."""
    return terms.after_months(today, months) < terms.after_months(circuit.term_from or today, circuit.months)
