"""Prices: exact, adding up, and never the wrong way with term, rate or distance."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import product as pairs

from hypothesis import given
from hypothesis import strategies as st

from fibregate.suppliers.network.ethernet.model import Bandwidth, PriceList, Product, Roles, Site, Work, mbps
from fibregate.suppliers.network.ethernet.pricing import Price, part, price
from fibregate.suppliers.quoting import over_the_term, total
from fibregate.vocabulary import SupplierId

CODES = ("100M1G", "1G1G", "1G10G", "10G10G")
MONTHS = (12, 36, 60)
STEPS = (0, 5_000, 15_000, 75_000)

money = st.decimals(min_value=0, max_value=100_000, places=2)
percents = st.decimals(min_value="0.01", max_value=100, places=2)
metres = st.integers(min_value=0, max_value=700_000)
works = st.sampled_from(Work)


@st.composite
def price_lists(draw: st.DrawFn) -> PriceList:
    """One whose prices go the right way, as every one that can be imported does."""
    monthly = sorted(draw(st.lists(money, min_size=4, max_size=4)))
    terms = sorted(draw(st.lists(percents, min_size=3, max_size=3)), reverse=True)
    steps = sorted(draw(st.lists(money, min_size=4, max_size=4)))
    offers = [
        Bandwidth(code=code, monthly=rental, connection=draw(money))
        for code, rental in zip(CODES, monthly, strict=True)
    ]
    return PriceList(
        supplier_id=SupplierId(1),
        products={"epl": Product(id="epl", name="Line", roles=Roles.ENDS, bandwidths=offers)},
        terms=dict(zip(MONTHS, terms, strict=True)),
        distances=list(zip(STEPS, steps, strict=True)),
        lead_days={Work.NONE: 15, Work.SURVEY: 30, Work.CIVILS: 65, Work.UNKNOWN: 65},
        validity_days=30,
        included_construction=Decimal("2800.00"),
        cease_notice_days=30,
    )


def at(easting: int, northing: int = 0, work: Work = Work.NONE) -> Site:
    construction = Decimal("4000.00") if work is Work.CIVILS else None
    return Site(
        kind="UPRN",
        identifier="1",
        name="Here",
        postcode="FB1 1AA",
        easting=easting,
        northing=northing,
        work=work,
        construction=construction,
    )


def priced(prices: PriceList, codes: list[str], months: int, *sites: Site) -> Price:
    sold = prices.products["epl"]
    chosen = [(sold, one) for code in codes if (one := sold.bandwidth(code))]
    return price(prices, chosen, months, [(f"site {n}", one) for n, one in enumerate(sites)])


@given(price_lists(), st.lists(st.sampled_from(CODES), min_size=1, max_size=10), st.sampled_from(MONTHS), metres)
def test_charges_add_up_to_the_penny(prices: PriceList, codes: list[str], months: int, easting: int) -> None:
    found = priced(prices, codes, months, at(0), at(easting))
    charges = [one.amount for one in (*found.one_off, *found.monthly)]
    assert all(one == one.quantize(Decimal("0.01")) for one in charges)
    sold = prices.products["epl"].bandwidths
    connections = sum(next(one.connection for one in sold if one.code == code) for code in codes)
    assert total(found.one_off) == connections
    whole = over_the_term(total(found.one_off), total(found.monthly), months)
    assert whole == connections + sum(months * one.amount for one in found.monthly)
    assert whole.as_tuple().exponent == -2
    assert whole < Decimal(10) ** 10


@given(price_lists(), st.sampled_from(CODES), metres)
def test_a_longer_term_costs_no_more_a_month(prices: PriceList, code: str, easting: int) -> None:
    rentals = [total(priced(prices, [code], months, at(0), at(easting)).monthly) for months in MONTHS]
    assert rentals == sorted(rentals, reverse=True)


@given(price_lists(), st.sampled_from(MONTHS), metres)
def test_a_higher_rate_costs_no_less(prices: PriceList, months: int, easting: int) -> None:
    rentals = [total(priced(prices, [code], months, at(0), at(easting)).monthly) for code in CODES]
    assert rentals == sorted(rentals)


@given(price_lists(), st.sampled_from(CODES), st.sampled_from(MONTHS), st.lists(metres, min_size=2, max_size=6))
def test_a_longer_way_costs_no_less(prices: PriceList, code: str, months: int, ways: list[int]) -> None:
    rentals = [total(priced(prices, [code], months, at(0), at(way)).monthly) for way in sorted(ways)]
    assert rentals == sorted(rentals)


@given(st.integers(0, 10_000_000), st.integers(1, 10_000))
def test_a_part_is_rounded_half_a_penny_up(pence: int, hundredths: int) -> None:
    """As whole numbers have it."""
    exact = pence * hundredths
    assert part(Decimal(pence) / 100, Decimal(hundredths) / 100) == Decimal((2 * exact + 10_000) // 20_000) / 100


LIST = PriceList(
    supplier_id=SupplierId(1),
    products={
        "epl": Product(
            id="epl",
            name="Line",
            roles=Roles.ENDS,
            bandwidths=[Bandwidth(code="1G1G", monthly=Decimal("389.00"), connection=Decimal("500.00"))],
        )
    },
    terms={36: Decimal(82)},
    distances=[(0, Decimal("0.00")), (5_000, Decimal("42.00")), (15_000, Decimal("95.00"))],
    lead_days={Work.NONE: 15, Work.SURVEY: 30, Work.CIVILS: 65, Work.UNKNOWN: 65},
    validity_days=30,
    included_construction=Decimal("2800.00"),
    cease_notice_days=30,
)


def test_a_step_begins_at_its_first_metre_in_a_straight_line() -> None:
    def lines(*sites: Site) -> list[tuple[str, str]]:
        return [(one.name, str(one.amount)) for one in priced(LIST, ["1G1G"], 36, *sites).monthly]

    rental = ("Rental epl 1G1G, 36 months", "318.98")
    assert lines(at(0), at(4_999)) == [rental]
    assert lines(at(0), at(3_000, 4_000)) == [rental, ("Distance from 5 km on", "34.44")]
    assert lines(at(0), at(14_999), at(-1)) == [rental, ("Distance from 15 km on", "77.90")]


def test_the_most_that_is_to_be_done_decides_and_construction_is_in_no_total() -> None:
    levels = {Work.NONE: ("FIRM", 15), Work.SURVEY: ("FIRM_SUBJECT_TO_SURVEY", 30)}
    levels |= {Work.CIVILS: ("FIRM_SUBJECT_TO_SURVEY", 65), Work.UNKNOWN: ("BUDGETARY", 65)}
    order = [Work.NONE, Work.SURVEY, Work.CIVILS, Work.UNKNOWN]
    for one, other in pairs(order, order):
        found = priced(LIST, ["1G1G"], 36, at(0, work=one), at(1, work=other))
        assert (found.level, found.lead_days) == levels[max(one, other, key=order.index)]
        assert len(found.construction) == [one, other].count(Work.CIVILS)
        assert (total(found.one_off), total(found.monthly)) == (Decimal("500.00"), Decimal("318.98"))
    (built,) = priced(LIST, ["1G1G"], 36, at(0), at(1, work=Work.CIVILS)).construction
    assert (built.site, built.excess) == ("site 1", Decimal("1200.00"))


def test_a_site_may_shorten_how_long_a_quote_holds_and_never_lengthen_it() -> None:
    for days, holds in ((1, 1), (90, 30), (None, 30)):
        site = Site(
            kind="UPRN",
            identifier="1",
            name="Here",
            postcode="FB1 1AA",
            easting=0,
            northing=0,
            work=Work.NONE,
            validity_days=days,
        )
        assert priced(LIST, ["1G1G"], 36, at(0), site).validity_days == holds


def test_bandwidths_are_read_as_rate_and_bearer() -> None:
    assert [mbps(one) for one in ("100M", "1G", "10G")] == [100, 1_000, 10_000]
    found = Bandwidth(code="100M1G", monthly=Decimal(0), connection=Decimal(0))
    assert (found.rate, found.bearer) == (100, "1G")
    assert Decimal("0.005").quantize(Decimal("0.01"), ROUND_HALF_UP) == part(Decimal("0.01"), Decimal(50))
