"""What an Ethernet order must satisfy before it is taken: every fault at once, in words.

Rules: `docs/reference/ethernet.md`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.orders.ethernet.model import Item, Price, Request, bandwidths
from fibregate.orders.rules import items
from fibregate.suppliers.network.catalogue import CHARGE_BAND, ORDER_CHARACTERISTICS
from fibregate.suppliers.network.ethernet import rules as network
from fibregate.suppliers.network.ethernet.model import PriceList, plain
from fibregate.suppliers.quoting import BANDWIDTH, Level, SiteAsked

SITES: Final = "siteInformation"
ITEMS: Final = "ethernetOrderItems"
_AGAIN: Final = "quote again"


def faults(request: Request, price: Price | None, prices: PriceList | None, now: BusinessTime) -> list[str]:
    """One message for each fault; empty when the order can be taken.

    `prices` are what our own network sells now; of a supplier far away nothing is known but its quote.
    """
    found = [*past(request, now), *_caps(request), *_joined(request, prices)]
    if "supplierQuoteId" in request.unread:
        return found
    if price is None:
        who = request.supplier or "the network"
        return [f"supplierQuoteId: {who} gave you no price {request.supplier_quote_id}; quote first", *found]
    return [
        *_price(request, price, now, ours=prices is not None),
        *found,
        *_sites(request, price),
        *_items(request, price, prices),
    ]


def past(request: Request, now: BusinessTime) -> Iterator[str]:
    """Wishes that nobody can fulfil."""
    if ITEMS in request.unread:
        return
    today = calendars.uk_date(now)
    for place, one in enumerate(request.items):
        if one.wished is not None and one.wished < today:
            yield (
                f"ethernetOrderItems[{place}].requestedCompletionDate: {one.wished.isoformat()} is past; "
                f"accepted: {today.isoformat()} or later"
            )


def _caps(request: Request) -> Iterator[str]:
    """The most that the tenant pays for construction without being asked."""
    if ITEMS in request.unread:
        return
    for place, one in enumerate(request.items):
        caps = [{"name": each.name, "value": each.value} for each in one.service.characteristics if each.name in _CAP]
        yield from items.named(f"ethernetOrderItems[{place}].service.serviceCharacteristic", caps, _CAP)


_CAP: Final = {one["name"]: one for one in ORDER_CHARACTERISTICS if one["name"] == CHARGE_BAND}


def unfit(play: Mapping[str, Any]) -> Iterator[str]:
    """What an order of a line can ask a sandbox's network to act out, and one for Ethernet cannot."""
    for header, name in (("X-Scenario", "scenario"), ("X-Problem-Code", "problemCode")):
        if play.get(name) is not None:
            yield f"{header}: the first A-END's address chooses the story of an Ethernet order; leave it out"


def _joined(request: Request, prices: PriceList | None) -> Iterator[str]:
    if request.unread & {SITES, ITEMS}:
        return
    for place, one in enumerate(request.items):
        product = prices.products.get(one.service.product) if prices else None
        said = network.misjoined(product, request.sites) if product else None
        if said:
            yield f"ethernetOrderItems[{place}].service.serviceSpecification.id: {said}"


def _price(request: Request, price: Price, now: BusinessTime, *, ours: bool) -> Iterator[str]:
    number = request.supplier_quote_id
    if ours and price.level == Level.BUDGETARY:
        yield f"supplierQuoteId: {number} is {price.level}: nobody knows the building yet, and it cannot be ordered"
    if price.ordered_by is not None:
        yield f"supplierQuoteId: {number} was ordered already, by order {price.ordered_by}; {_AGAIN}"
    if now > price.valid_until:
        yield f"supplierQuoteId: {number} held until {calendars.stamp(price.valid_until)}; {_AGAIN}"


def _sites(request: Request, price: Price) -> Iterator[str]:
    """One to one, in any order; of two at one address, those of equal roles belong together."""
    if SITES in request.unread:
        return
    pairs, left = _paired(request.sites, price.sites)
    for place, one in enumerate(request.sites):
        at, other = f"siteInformation[{place}]", pairs.get(place)
        if other is None:
            yield f"{at}.address: {one.words} at {one.address.type} {one.address.id} is not in the quote"
            continue
        if one.role != other["role"]:
            yield f"{at}.role: {one.words} is quoted as {other['role']}"
        if plain(one.postcode) != plain(other["postcode"]):
            yield f"{at}.postcode: {one.postcode} is quoted as {other['postcode']}"
    for other in left:
        address = other["address"]
        yield f"siteInformation: {other['role']} {other['name']} at {address['type']} {address['id']} was quoted, too"


def _paired(
    asked: Sequence[SiteAsked], quoted: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[int, Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
    """The quoted site of each one that is ordered, by its place, and those that are left over."""
    left = list(quoted)
    pairs: dict[int, Mapping[str, Any]] = {}
    for same in (_same_role, _same_address):
        for place, one in enumerate(asked):
            other = next((each for each in left if place not in pairs and same(one, each)), None)
            if other is not None:
                left.remove(other)
                pairs[place] = other
    return pairs, left


def _same_address(asked: SiteAsked, quoted: Mapping[str, Any]) -> bool:
    address = quoted["address"]
    return _key(asked.address.type, asked.address.id) == _key(address["type"], address["id"])


def _same_role(asked: SiteAsked, quoted: Mapping[str, Any]) -> bool:
    return _same_address(asked, quoted) and asked.role == quoted["role"]


def _key(kind: str, text: str) -> tuple[str, str]:
    """UPRNs compare as numbers."""
    return kind, text.lstrip("0") if kind == "UPRN" else text.upper()


def _items(request: Request, price: Price, prices: PriceList | None) -> Iterator[str]:
    """One to one, in any order; those that are no service of the quote are compared with what is left of it."""
    if ITEMS in request.unread:
        return
    sites = () if SITES in request.unread else request.sites
    left = list(price.services)
    others: list[int] = []
    for place, one in enumerate(request.items):
        same = next((each for each in left if not list(_service(one, each, price, sites))), None)
        if same is None:
            others.append(place)
        else:
            left.remove(same)
    for place, one in enumerate(request.items):
        yield from (f"ethernetOrderItems[{place}].contractDetails.{said}" for said in _term(one, price, prices))
    for place, quoted in zip(others, left, strict=False):
        for said in _service(request.items[place], quoted, price, sites):
            yield f"ethernetOrderItems[{place}].service.{said}"
    if len(request.items) != len(price.services):
        yield (
            f"ethernetOrderItems: {len(request.items)} ordered, {len(price.services)} quoted; "
            "order every service of the quote once"
        )


def _service(one: Item, quoted: Mapping[str, Any], price: Price, sites: Sequence[SiteAsked]) -> Iterator[str]:
    product, offered = quoted["serviceSpecification"]["id"], bandwidths(quoted, price.sites)
    if one.service.product != product:
        yield f"serviceSpecification.id: {one.service.product!r} is quoted as {product}"
    said = [each for each in network.wanted(one.service, sites) if each not in offered]
    if said and offered:
        told = " and ".join(offered)
        yield f"serviceCharacteristic: {BANDWIDTH} {' and '.join(said)}, here or at the sites, is quoted as {told}"


def _term(one: Item, price: Price, prices: PriceList | None) -> Iterator[str]:
    """Our own network bills monthly where nothing was said; of another that is its own matter."""
    if one.months != price.months:
        yield f"contractLength: {one.months} months is quoted as {price.months}"
    billing = price.contract.get("billingFrequency") or (network.MONTHLY if prices else None)
    if billing is not None and one.billing not in {None, billing}:
        yield f"billingFrequency: {one.billing} is quoted as {billing}"
