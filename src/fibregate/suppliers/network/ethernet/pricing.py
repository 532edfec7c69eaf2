"""What services between sites come to: exact decimals, and nothing but the price list and the sites decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from typing import Final

from fibregate.suppliers.network.ethernet.model import Bandwidth, PriceList, Product, Site, Work
from fibregate.suppliers.quoting import Construction, Level, PriceLine

PENNY: Final = Decimal("0.01")
_HUNDRED: Final = Decimal(100)
_WORST: Final = (Work.UNKNOWN, Work.CIVILS, Work.SURVEY, Work.NONE)
_LEVELS: Final = {Work.UNKNOWN: Level.BUDGETARY, Work.NONE: Level.FIRM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one item costs, and how long it takes."""

    level: Level
    one_off: tuple[PriceLine, ...]
    monthly: tuple[PriceLine, ...]
    construction: tuple[Construction, ...]
    lead_days: int
    validity_days: int


def price(
    prices: PriceList, services: Sequence[tuple[Product, Bandwidth]], months: int, sites: Sequence[tuple[str, Site]]
) -> Price:
    """Of services that all join these sites, each with its name, for a term that is sold."""
    percent = prices.terms[months]
    places = [site for _, site in sites]
    from_metres, surcharge = step(prices, places)
    one_off: list[PriceLine] = []
    monthly: list[PriceLine] = []
    for product, bandwidth in services:
        one_off.append(PriceLine(f"Connection {product.id} {bandwidth.code}", bandwidth.connection))
        rental = f"Rental {product.id} {bandwidth.code}, {months} months"
        monthly.append(PriceLine(rental, part(bandwidth.monthly, percent)))
        if surcharge:
            monthly.append(PriceLine(f"Distance from {from_metres / 1000:g} km on", part(surcharge, percent)))
    work = next(one for one in _WORST if any(place.work is one for place in places))
    return Price(
        level=_LEVELS.get(work, Level.FIRM_SUBJECT_TO_SURVEY),
        one_off=tuple(one_off),
        monthly=tuple(monthly),
        construction=tuple(
            Construction(site=name, amount=site.construction, included=prices.included_construction)
            for name, site in sites
            if site.construction is not None
        ),
        lead_days=prices.lead_days[work],
        validity_days=min([prices.validity_days, *(one.validity_days for one in places if one.validity_days)]),
    )


def part(amount: Decimal, percent: Decimal) -> Decimal:
    """To the penny, half a penny up."""
    return (amount * percent / _HUNDRED).quantize(PENNY, ROUND_HALF_UP)


def step(prices: PriceList, sites: Sequence[Site]) -> tuple[int, Decimal]:
    """The step of the longest straight line between two of the sites; whole metres squared, so nothing is rounded."""
    longest = max((_squared(a, b) for a, b in combinations(sites, 2)), default=0)
    return max(one for one in prices.distances if one[0] ** 2 <= longest)


def _squared(a: Site, b: Site) -> int:
    return (a.easting - b.easting) ** 2 + (a.northing - b.northing) ** 2
