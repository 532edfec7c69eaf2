"""What is wrong with a question by our own network's price list: data that cannot be, not places out of reach."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from fibregate.suppliers.network.ethernet.model import Bandwidth, PriceList, Product, Roles, Site, plain
from fibregate.suppliers.quoting import BANDWIDTH, QuoteAsked, Role, ServiceAsked, SiteAsked

MONTHLY: Final = "MONTHLY"


def faults(prices: PriceList, asked: QuoteAsked, known: Sequence[Site | None]) -> Iterator[str]:
    """Every one, each naming its field within the item and what is accepted. `known` are its sites, in their order."""
    if asked.months not in prices.terms:
        accepted = ", ".join(map(str, sorted(prices.terms)))
        yield f"contractDetails.contractLength: {asked.months} months is not sold; accepted: {accepted}"
    if asked.billing not in {None, MONTHLY}:
        yield f"contractDetails.billingFrequency: accepted is {MONTHLY}"
    for place, service in enumerate(asked.services):
        yield from (f"service[{place}].{fault}" for fault in _of_service(prices, service, asked.sites))
    for place, (site, here) in enumerate(zip(asked.sites, known, strict=True)):
        if here is not None and plain(site.postcode) != plain(here.postcode):
            yield f"sites[{place}].postcode: {site.postcode} is not the postcode of {here.kind} {here.identifier}"


def _of_service(prices: PriceList, asked: ServiceAsked, sites: Sequence[SiteAsked]) -> Iterator[str]:
    product = prices.products.get(asked.product)
    if product is None:
        accepted = ", ".join(sorted(prices.products))
        yield f"serviceSpecification.id: {asked.product!r} is not sold; accepted: {accepted}"
        return
    yield from _of_bandwidth(product, asked, sites)
    said = misjoined(product, sites)
    if said:
        yield f"serviceSpecification.id: {said}"


def misjoined(product: Product, sites: Sequence[SiteAsked]) -> str | None:
    """Why the product cannot join sites of these roles, with all of them; None where it can."""
    if product.roles is Roles.ANY or Counter(one.role for one in sites) == Counter((Role.A_END, Role.B_END)):
        return None
    said = ", ".join(f"{one.name} is {one.role}" for one in sites)
    return f"{product.id} joins one A-END with one B-END; sites: {said}"


def _of_bandwidth(product: Product, asked: ServiceAsked, sites: Sequence[SiteAsked]) -> Iterator[str]:
    accepted = ", ".join(one.code for one in product.bandwidths)
    codes = wanted(asked, sites)
    if not codes:
        yield f"serviceCharacteristic: {BANDWIDTH} is required, here or at the sites; accepted: {accepted}"
    elif len(codes) > 1:
        yield f"serviceCharacteristic: {BANDWIDTH} is {' and '.join(codes)}, here and at the sites; one is accepted"
    elif product.bandwidth(codes[0]) is None:
        yield f"serviceCharacteristic: {BANDWIDTH} {codes[0]!r} is not sold; accepted: {accepted}"


def wanted(asked: ServiceAsked, sites: Sequence[SiteAsked]) -> list[str]:
    """The bandwidths that are named, each once: one, where the question is a good one."""
    said = [*asked.characteristics, *(one for site in sites for one in site.characteristics)]
    return list(dict.fromkeys(one.value for one in said if one.name == BANDWIDTH))


def services(prices: PriceList, asked: QuoteAsked) -> list[tuple[Product, Bandwidth]]:
    """Of a question without faults."""
    found: list[tuple[Product, Bandwidth]] = []
    for one in asked.services:
        product = prices.products[one.product]
        bandwidth = product.bandwidth(wanted(one, asked.sites)[0])
        if bandwidth is None:
            raise AssertionError("its faults were looked for first")
        found.append((product, bandwidth))
    return found
