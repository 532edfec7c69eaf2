"""The circuits that every tenant of a new sandbox has already: one to be changed, and one to be ended."""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any, Final

from fibregate.calendars import uk_date, uk_instant
from fibregate.clock import BusinessTime
from fibregate.db import Statements, Tx
from fibregate.suppliers.network.circuits import actions as circuits
from fibregate.suppliers.network.circuits import store
from fibregate.suppliers.network.circuits.model import Planned
from fibregate.suppliers.network.circuits.terms import after_months, first_day
from fibregate.suppliers.network.ethernet import actions as network
from fibregate.suppliers.network.ethernet.model import Site
from fibregate.suppliers.network.ethernet.pricing import price
from fibregate.suppliers.questions import Identifier
from fibregate.suppliers.quoting import Role
from fibregate.vocabulary import SupplierId, TenantId

_PRODUCT: Final = "ethernet-epl"
_MONTHS: Final = 36
_HALL: Final = 999900002900
_NOON: Final = time(12)


@dataclass(frozen=True, slots=True)
class Live:
    """A circuit to the data hall, by its A-END; `left` are the months of its term if its cease is ordered today."""

    uprn: int
    bandwidth: str
    left: int

    @property
    def number(self) -> int:
        """Far beyond those of orders."""
        return 99_000_000 + self.uprn % 1_000_000


LIVE: Final = (Live(999900002012, "100M1G", 24), Live(999900002013, "1G1G", 7))


@dataclass(frozen=True, slots=True)
class Known:
    """The same for all tenants."""

    planned: Planned
    sites: list[dict[str, Any]]


async def priced(tx: Tx, one: Live, supplier: SupplierId, now: BusinessTime) -> Known:
    """By the list that was just put in."""
    prices = await network.find_prices(tx, supplier)
    sites = await network.find_sites(tx, [Identifier(str(each)) for each in (one.uprn, _HALL)])
    ends = [(role, site) for role, site in zip((Role.A_END, Role.B_END), sites, strict=True) if site is not None]
    bandwidth = prices.products[_PRODUCT].bandwidth(one.bandwidth) if prices else None
    if prices is None or bandwidth is None:
        raise AssertionError("it was just put in")
    chosen = [(prices.products[_PRODUCT], bandwidth)]
    lines = price(prices, chosen, _MONTHS, [(site.name, site) for _, site in ends]).monthly
    term_from = after_months(first_day(uk_date(now), prices.cease_notice_days), one.left - _MONTHS)
    planned = Planned(
        service_id=f"NW1-E-{one.number}-1",
        supplier_id=supplier,
        reference=f"ETH{one.number}/1",
        order=None,
        place=0,
        product=_PRODUCT,
        bandwidth=one.bandwidth,
        months=_MONTHS,
        monthly=sum((line.amount for line in lines), Decimal("0.00")),
        since=uk_instant(term_from, _NOON),
        term_from=term_from,
    )
    return Known(planned, [_end(role, site) for role, site in ends])


def _end(role: Role, site: Site) -> dict[str, Any]:
    address = {"id": site.identifier, "type": site.kind}
    return {"name": site.name, "role": role.value, "postcode": site.postcode, "address": address}


async def insert(on: Statements, tenant: TenantId, known: Known) -> None:
    """For the tenant that the transaction speaks for."""
    await store.insert(on, tenant, known.planned)
    await circuits.hand_over(on, tenant, known.planned.service_id, known.sites)
