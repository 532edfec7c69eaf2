"""No order without a valid quote: what is not as it was quoted is refused, and what is as quoted is not."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibregate.clock import BusinessTime
from fibregate.orders.changes import contents
from fibregate.orders.ethernet import rules
from fibregate.orders.ethernet.model import Item, Price, Request
from fibregate.suppliers.questions import Characteristic, Identifier
from fibregate.suppliers.quoting import BANDWIDTH, Role, ServiceAsked, SiteAsked
from fibregate.vocabulary import SupplierId

NOW = BusinessTime(datetime(2025, 7, 1, 9, tzinfo=UTC))
RATES = ("100M1G", "1G1G", "10G10G")
MONTHS = (12, 36, 60)
ROLES = (Role.A_END, Role.B_END, Role.MULTI_POINT)

uprns = st.lists(st.integers(1, 10**12 - 1), min_size=2, max_size=5, unique=True)
services = st.lists(st.tuples(st.sampled_from(("epl", "evpl")), st.sampled_from(RATES)), min_size=1, max_size=4)


@st.composite
def quoted(draw: st.DrawFn) -> tuple[Request, Price]:
    """A price, and the order that takes it as it is: in another order, with spaces and zeros as may be."""
    sites = [
        SiteAsked(
            name=f"site {place}",
            postcode=f"FB1 {place}AA",
            role=draw(st.sampled_from(ROLES)),
            address=Identifier(str(uprn)),
        )
        for place, uprn in enumerate(draw(uprns))
    ]
    sold, months = draw(services), draw(st.sampled_from(MONTHS))
    price = Price(
        supplier_id=SupplierId(1),
        sites=[_site(one) for one in sites],
        contract={"billingFrequency": "MONTHLY"},
        services=[_service(*one) for one in sold],
        months=months,
        level="FIRM",
        valid_until=NOW + timedelta(days=draw(st.integers(0, 30))),
        ordered_by=None,
    )
    items = [
        Item(
            service=ServiceAsked(product, (Characteristic(BANDWIDTH, rate),)), months=months, billing=None, wished=None
        )
        for product, rate in draw(st.permutations(sold))
    ]
    moved = [
        replace(one, address=Identifier(one.address.id.zfill(12)), postcode=one.postcode.replace(" ", ""))
        for one in draw(st.permutations(sites))
    ]
    request = Request(
        supplier_quote_id="Q-1", sites=moved, items=items, sites_sent=[], items_sent=[], body_hash=b"", supplier="S"
    )
    return request, price


def _site(one: SiteAsked) -> Mapping[str, Any]:
    address = {"id": one.address.id, "type": one.address.type}
    return {"name": one.name, "postcode": one.postcode, "role": one.role.value, "address": address}


def _service(product: str, rate: str) -> Mapping[str, Any]:
    return {
        "serviceSpecification": {"id": product},
        "serviceCharacteristic": [{"name": BANDWIDTH, "value": rate}],
    }


Spoil = Callable[[Request, Price], tuple[Request, Price | None]]


def _other_site(request: Request, price: Price) -> tuple[Request, Price]:
    first, *rest = request.sites
    return replace(request, sites=[replace(first, address=Identifier("999999999999999")), *rest]), price


def _other_postcode(request: Request, price: Price) -> tuple[Request, Price]:
    first, *rest = request.sites
    return replace(request, sites=[replace(first, postcode="ZZ9 9ZZ"), *rest]), price


def _other_role(request: Request, price: Price) -> tuple[Request, Price]:
    first, *rest = request.sites
    role = next(one for one in ROLES if one is not first.role)
    return replace(request, sites=[replace(first, role=role), *rest]), price


def _other_rate(request: Request, price: Price) -> tuple[Request, Price]:
    first, *rest = request.items
    service = replace(first.service, characteristics=(Characteristic(BANDWIDTH, "400G400G"),))
    return replace(request, items=[replace(first, service=service), *rest]), price


def _other_product(request: Request, price: Price) -> tuple[Request, Price]:
    first, *rest = request.items
    return replace(request, items=[replace(first, service=replace(first.service, product="other")), *rest]), price


def _other_term(request: Request, price: Price) -> tuple[Request, Price]:
    first, *rest = request.items
    return replace(request, items=[replace(first, months=first.months + 1), *rest]), price


def _old(request: Request, price: Price) -> tuple[Request, Price]:
    return request, replace(price, valid_until=NOW - timedelta(microseconds=1))


SPOILS: Mapping[str, Spoil] = {
    "no price": lambda request, _: (request, None),
    "an old price": _old,
    "a price that was ordered": lambda request, price: (request, replace(price, ordered_by=7)),
    "a site less": lambda request, price: (replace(request, sites=request.sites[1:]), price),
    "a site twice": lambda request, price: (replace(request, sites=[*request.sites, request.sites[0]]), price),
    "a service less": lambda request, price: (replace(request, items=request.items[1:]), price),
    "a service twice": lambda request, price: (replace(request, items=[*request.items, request.items[0]]), price),
    "another site": _other_site,
    "another postcode": _other_postcode,
    "another role": _other_role,
    "another bandwidth": _other_rate,
    "another product": _other_product,
    "another term": _other_term,
}


@given(quoted())
def test_what_is_as_it_was_quoted_can_be_ordered(case: tuple[Request, Price]) -> None:
    assert rules.faults(*case, None, NOW) == []


@given(quoted(), st.sampled_from(sorted(SPOILS)))
def test_what_is_not_as_it_was_quoted_cannot(case: tuple[Request, Price], spoil: str) -> None:
    request, price = SPOILS[spoil](*case)
    found = rules.faults(request, price, None, NOW)
    assert found
    assert all(said and field for field, _, said in (one.partition(": ") for one in found))


@pytest.mark.parametrize(
    "name", ["SERVICE_ID", "SERVICE_ID_2", "SERVICE_VLAN_ID_20", "CIRCUIT_REFERENCE_1", "ONT_PORT"]
)
def test_what_the_network_has_set_stays_when_a_tenant_sends_an_array(name: str) -> None:
    assert contents.is_networks_own(name)
    assert not contents.is_networks_own(f"{name}_OF_MINE")
    assert not contents.is_networks_own("ECC_CHARGEBAND")
