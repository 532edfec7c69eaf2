"""Look products, prices and sites up, and answer a question from them. Rules: `docs/reference/ethernet.md`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Final, cast

from fibregate.db import Row, Statements, Tx
from fibregate.suppliers.answers import Reason
from fibregate.suppliers.network.ethernet import rules, store
from fibregate.suppliers.network.ethernet.model import Bandwidth, PriceList, Product, Roles, Site, Work, mbps
from fibregate.suppliers.network.ethernet.pricing import price
from fibregate.suppliers.network.model import ADDRESS_NOT_KNOWN, TEXTS
from fibregate.suppliers.questions import Characteristic, Identifier
from fibregate.suppliers.quoting import BANDWIDTH, NotQuoted, QuoteAsked, Quoted, ServiceAsked, SiteAsked
from fibregate.vocabulary import SupplierId

NO_HEADEND: Final = "NO_HEADEND"

Chosen = Sequence[tuple[Product, Bandwidth]]


async def find_prices(on: Statements, supplier: SupplierId) -> PriceList | None:
    """What is sold under that code, if anything is."""
    row = await store.find_prices(on, supplier)
    return _prices(row) if row else None


def _prices(row: Row) -> PriceList:
    return PriceList(
        supplier_id=SupplierId(row["supplier_id"]),
        products={one["id"]: _product(one) for one in row["products"] or ()},
        terms={one["months"]: Decimal(one["percent"]) for one in row["terms"] or ()},
        distances=[(one["from_metres"], Decimal(one["monthly"])) for one in row["distances"] or ()],
        lead_days={
            Work.NONE: row["lead_days"],
            Work.SURVEY: row["survey_lead_days"],
            Work.CIVILS: row["civils_lead_days"],
            Work.UNKNOWN: row["civils_lead_days"],
        },
        validity_days=row["validity_days"],
        included_construction=row["included_construction"],
        cease_notice_days=row["cease_notice_days"],
    )


def _product(one: dict[str, object]) -> Product:
    said = cast("list[dict[str, str]]", one["bandwidths"] or [])
    bandwidths = [
        Bandwidth(code=each["code"], monthly=Decimal(each["monthly"]), connection=Decimal(each["connection"]))
        for each in said
    ]
    return Product(
        id=str(one["id"]),
        name=str(one["name"]),
        roles=Roles(str(one["roles"])),
        bandwidths=sorted(bandwidths, key=lambda each: each.size),
    )


async def find_sites(on: Statements, addresses: Sequence[Identifier]) -> list[Site | None]:
    """The site at each address, in their order; None where no list has it."""
    keys = {key for one in addresses for key in _keys(one)}
    rows = await store.find_sites(on, sorted(keys)) if keys else []
    found = {(row["kind"], row["identifier"]): _site(row) for row in rows}
    return [next((found[key] for key in _keys(one) if key in found), None) for one in addresses]


def _keys(address: Identifier) -> Iterable[tuple[str, str]]:
    for one in (address, *address.additional):
        if one.type == "UPRN" and one.id.isascii() and one.id.isdigit():
            yield "UPRN", one.id.lstrip("0") or "0"
        elif one.type == "NAD":
            yield "NAD", one.id.upper()


def _site(row: Row) -> Site:
    return Site(
        kind=row["kind"],
        identifier=row["identifier"],
        name=row["name"],
        postcode=row["postcode"],
        easting=row["easting"],
        northing=row["northing"],
        work=Work(row["work"]),
        construction=row["construction"],
        greatest_bearer=row["greatest_bearer"],
        validity_days=row["validity_days"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One item with what our own network knows of it."""

    prices: PriceList
    asked: QuoteAsked
    known: Sequence[Site | None]

    @property
    def faults(self) -> list[str]:
        """What makes it no question that can be answered; see `rules`."""
        return list(rules.faults(self.prices, self.asked, self.known))


async def question(on: Statements, prices: PriceList, asked: QuoteAsked) -> Question:
    known = await find_sites(on, [one.address for one in asked.sites])
    return Question(prices=prices, asked=asked, known=known)


async def quote(tx: Tx, of: Question, now: datetime) -> Quoted | NotQuoted:
    """The price of a question without faults, under a number that is taken here; or why there is none."""
    there = [(asked, site) for asked, site in zip(of.asked.sites, of.known, strict=True) if site is not None]
    missing = [asked for asked, site in zip(of.asked.sites, of.known, strict=True) if site is None]
    if missing:
        return NotQuoted(
            tuple(Reason(ADDRESS_NOT_KNOWN, f"{one.words}: {TEXTS[ADDRESS_NOT_KNOWN]}") for one in missing)
        )
    chosen = rules.services(of.prices, of.asked)
    out_of_reach = list(_out_of_reach(chosen, there))
    if not out_of_reach:
        return await _quoted(tx, of, chosen, there, now)
    smaller = _smaller(chosen, there)
    alternates = () if smaller is None else (await _quoted(tx, of, smaller, there, now),)
    return NotQuoted(tuple(out_of_reach), alternates)


def _out_of_reach(chosen: Chosen, there: Sequence[tuple[SiteAsked, Site]]) -> Iterable[Reason]:
    for asked, site in there:
        if site.greatest_bearer is None:
            continue
        most = mbps(site.greatest_bearer)
        bearers = dict.fromkeys(one.bearer for _, one in chosen if mbps(one.bearer) > most)
        yield from (Reason(NO_HEADEND, f"{asked.role}: no {bearer} headend within reach") for bearer in bearers)


def _smaller(chosen: Chosen, there: Sequence[tuple[SiteAsked, Site]]) -> Chosen | None:
    """The same products at the greatest bandwidths that every site can have; None where one has none."""
    most = min(mbps(site.greatest_bearer) for _, site in there if site.greatest_bearer is not None)
    found: list[tuple[Product, Bandwidth]] = []
    for product, bandwidth in chosen:
        best = product.best(rate=bandwidth.rate, bearer=most)
        if best is None:
            return None
        found.append((product, best))
    return found


async def _quoted(
    tx: Tx, of: Question, chosen: Chosen, there: Sequence[tuple[SiteAsked, Site]], now: datetime
) -> Quoted:
    found = price(of.prices, chosen, of.asked.months, [(asked.words, site) for asked, site in there])
    return Quoted(
        quote_id=await store.take_number(tx, of.prices.supplier_id),
        services=tuple(_offered(one, *offer) for one, offer in zip(of.asked.services, chosen, strict=True)),
        level=found.level,
        months=of.asked.months,
        one_off=found.one_off,
        monthly=found.monthly,
        construction=found.construction,
        lead_days=found.lead_days,
        valid_until=now + timedelta(days=found.validity_days),
        notes=tuple(
            f"{one.words} and {other.words} are at one address"
            for (one, here), (other, also) in combinations(there, 2)
            if here.key == also.key
        ),
    )


def _offered(asked: ServiceAsked, product: Product, bandwidth: Bandwidth) -> ServiceAsked:
    others = [one for one in asked.characteristics if one.name != BANDWIDTH]
    return replace(asked, name=product.name, characteristics=(Characteristic(BANDWIDTH, bandwidth.code), *others))
