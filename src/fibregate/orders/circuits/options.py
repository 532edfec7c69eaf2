"""What may be made of a circuit now, and what that would cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fibregate.calendars import uk_date
from fibregate.clock import BusinessTime
from fibregate.db import Statements
from fibregate.errors import Unknown
from fibregate.orders.circuits import rules, store
from fibregate.suppliers.network.circuits import actions as circuits
from fibregate.suppliers.network.circuits import rates, terms
from fibregate.suppliers.network.circuits.model import Circuit
from fibregate.suppliers.network.circuits.rates import Rates
from fibregate.suppliers.network.circuits.terms import EarlyEnding
from fibregate.vocabulary import OrderKey, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitOptions:
    """Of one circuit. `refusal`: why nothing can be asked of it now; without one, `cannot_modify` may say why not that.

    `bandwidths` and `terms` are what it can become, with what it would then cost a month; `ending` is what a cease on
    its `first_day` would cost.
    """

    circuit: Circuit
    refusal: str | None
    cannot_modify: str | None
    bandwidths: Sequence[tuple[str, Decimal]]
    terms: Sequence[tuple[int, Decimal]]
    notice_days: int
    first_day: date
    ending: EarlyEnding


async def of_service(on: Statements, tenant: TenantId, service: str, now: BusinessTime) -> CircuitOptions:
    """Raises `Unknown`, for another tenant's too."""
    circuit = await circuits.find(on, tenant, service)
    if circuit is None:
        raise Unknown(f"service: there is no Ethernet service {service[:50]}")
    return await _of(on, tenant, circuit, now)


async def of_order(on: Statements, tenant: TenantId, order: OrderKey, now: BusinessTime) -> list[CircuitOptions]:
    """Of those that the order has brought."""
    brought = [one for one in await circuits.of_order(on, tenant, order) if one.since is not None]
    return [await _of(on, tenant, one, now) for one in brought]


async def _of(on: Statements, tenant: TenantId, circuit: Circuit, now: BusinessTime) -> CircuitOptions:
    today, notice = uk_date(now), await rates.notice_days(on, circuit)
    first = terms.first_day(today, notice)
    busy_with = await store.busy_with(on, tenant, circuit.service_id)
    known = await rates.of(on, circuit)
    return CircuitOptions(
        circuit=circuit,
        refusal=_refusal(circuit, busy_with),
        cannot_modify=None if known else f"{circuit.product} is not sold any more between these sites.",
        bandwidths=_bandwidths(circuit, known) if known else (),
        terms=_terms(circuit, known, today) if known else (),
        notice_days=notice,
        first_day=first,
        ending=terms.early_ending(circuit.term_from or today, circuit.months, circuit.monthly, first),
    )


def _refusal(circuit: Circuit, busy_with: int | None) -> str | None:
    if not circuit.is_live:
        return "It has ended."
    return f"Order {busy_with} about it is open." if busy_with is not None else None


def _bandwidths(circuit: Circuit, known: Rates) -> list[tuple[str, Decimal]]:
    """At the term that runs."""
    found = [(one.code, known.monthly(one.code, circuit.months)) for one in known.on_bearer(circuit.bandwidth)]
    return [(code, monthly) for code, monthly in found if monthly is not None and code != circuit.bandwidth]


def _terms(circuit: Circuit, known: Rates, today: date) -> list[tuple[int, Decimal]]:
    """At the bandwidth that it has."""
    kept = [one for one in sorted(known.prices.terms) if not rules.shortens(circuit, one, today)]
    found = [(months, known.monthly(circuit.bandwidth, months)) for months in kept]
    return [(months, monthly) for months, monthly in found if monthly is not None]
