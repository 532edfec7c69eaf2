"""What our own network's Ethernet answers for one site: its products there, and how long they take."""

from typing import Final

from fibregate.db import Statements
from fibregate.suppliers.answers import Address, Availability, Choice, Reason, Specification
from fibregate.suppliers.answers import Site as SiteAnswer
from fibregate.suppliers.network.ethernet import actions as ethernet
from fibregate.suppliers.network.ethernet.model import Bandwidth, PriceList, Product, Site, Work, mbps
from fibregate.suppliers.questions import Characteristic, Identifier
from fibregate.suppliers.quoting import BANDWIDTH
from fibregate.vocabulary import SupplierId

ETHERNET: Final = "ETHERNET"
NOT_HERE: Final = Reason("OUT_OF_FOOTPRINT", "This kind of service cannot be had at this address.")
_CONSTRAINTS: Final = {
    Work.NONE: (),
    Work.SURVEY: (Reason("SURVEY_REQUIRED", "A survey comes first"),),
    Work.CIVILS: (
        Reason("SURVEY_REQUIRED", "A survey comes first"),
        Reason("ECC_LIKELY", "A construction charge is likely"),
    ),
    Work.UNKNOWN: (Reason("SURVEY_REQUIRED", "Nothing is known of the building"),),
}


async def answer(on: Statements, supplier: SupplierId, asked: Identifier) -> Availability | None:
    """What is sold there under that code; None where nothing is."""
    (site,) = await ethernet.find_sites(on, [asked])
    prices = await ethernet.find_prices(on, supplier) if site else None
    specifications = [_specification(prices, one, site) for one in prices.products.values()] if prices and site else []
    offered = tuple(one for one in specifications if one)
    if prices is None or site is None or not offered:
        return None
    lead = Characteristic("MINIMUM_LEAD_TIME", str(prices.lead_days[site.work]))
    return Availability(
        address=Address(identifier=asked, name=site.name, postcode=site.postcode, country="UK"),
        specifications=offered,
        site=SiteAnswer(new_line=True, constraints=_CONSTRAINTS[site.work], line_characteristics=(lead,)),
    )


def _specification(prices: PriceList, product: Product, site: Site) -> Specification | None:
    codes = tuple(one.code for one in product.bandwidths if _reaches(site, one))
    if not codes:
        return None
    terms = Choice("CONTRACT_TERM", tuple(map(str, sorted(prices.terms))))
    return Specification(product.id, product.name, (Choice(BANDWIDTH, codes), terms))


def _reaches(site: Site, bandwidth: Bandwidth) -> bool:
    return site.greatest_bearer is None or mbps(bandwidth.bearer) <= mbps(site.greatest_bearer)
