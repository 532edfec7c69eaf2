"""Price lists and sites come in whole or not at all; quotes are shown side by side."""

from pathlib import Path
from uuid import uuid4

import pytest
from tests.cli.operator_desk import ASKER, Desk

from fibregate.clock import SystemClock
from fibregate.db import Db
from fibregate.errors import NotImplementedHere
from fibregate.migrate import Dsns
from fibregate.quotes import actions
from fibregate.quotes.model import ItemWish, Wish
from fibregate.suppliers.accounts import actions as accounts
from fibregate.suppliers.questions import Characteristic, Identifier
from fibregate.suppliers.quoting import QuoteAsked, Role, ServiceAsked, SiteAsked
from fibregate.tenants import actions as tenants

HEAD = "kind,identifier,name,postcode,easting,northing,work,construction,greatest_bearer,validity_days"
OFFICE = "UPRN,100012345678,Office,FB1 2AB,540000,310000,NONE,,,"
BARN = "NAD,A00000000001,Barn,FB1 2AC,541000,310000,CIVILS,4000.00,1G,7"


async def sites(office: Desk, *lines: str) -> Path:
    return await office.file("\n".join((HEAD, *lines)) + "\n", "sites.csv")


async def prices(office: Desk, *changes: tuple[str, str]) -> Path:
    text = await office.does("ethernet template")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return await office.file(text, "prices.toml")


def question(bandwidth: str) -> QuoteAsked:
    ends = (
        ("Office", "100012345678", "UPRN", Role.A_END, "FB12AB"),
        ("Barn", "A00000000001", "NAD", Role.B_END, "FB12AC"),
    )
    return QuoteAsked(
        sites=tuple(
            SiteAsked(name=name, postcode=postcode, role=role, address=Identifier(key, kind))
            for name, key, kind, role, postcode in ends
        ),
        services=(ServiceAsked("ethernet-epl", (Characteristic("POINT_OF_INTERCONNECT", bandwidth),)),),
        months=36,
    )


async def ask(dsns: Dsns, *bandwidths: str) -> str:
    """A quote of ISP1's; its id."""
    db = Db(dsns.runtime, size=1)
    try:
        tenant = (await tenants.get(db, "ISP1")).tenant_id
        ways = {one.supplier.code: one for one in await accounts.routes(db, tenant)}
        contract = {"contractLength": {"value": 36, "unit": "MONTH"}}
        items = [
            ItemWish(
                id=number,
                supplier="NETWORK1",
                question=question(bandwidth),
                sites=[],
                contract=contract,
                services=[{"serviceSpecification": {"id": "ethernet-epl"}}],
            )
            for number, bandwidth in enumerate(bandwidths, 1)
        ]
        wish = Wish(external_identifier="TENDER-7", items=items, places=range(len(items)))
        async with db.tx(tenant) as tx:
            found = await actions.ask(tx, tenant, wish, ways, asker=ASKER, now=await SystemClock().now())
        return str(found.id)
    finally:
        await db.close()


async def test_from_nothing_to_a_quote_that_is_compared(office: Desk, dsns: Dsns) -> None:
    await office.does("tenant add ISP1")
    listed = await prices(office, ("1G1G =", "1G10G = { monthly = 480.00, connection = 1900.00 }\n1G1G ="))
    assert "2 products" not in (said := await office.does(f"ethernet prices {listed} --dry-run"))
    assert "NETWORK1: 1 products at 3 bandwidths could be sold, for 12, 36, 60 months." in said
    assert "1G1G" not in await office.does("ethernet show")
    with pytest.raises(NotImplementedHere, match="NETWORK1 has no price list for Ethernet"):
        await ask(dsns, "1G1G")
    assert "are sold" in await office.does(f"ethernet prices {listed}")
    assert "1G10G" in await office.does("ethernet show")
    file = await sites(office, OFFICE, BARN)
    assert "2 could be imported." in await office.does(f"ethernet sites {file} --dry-run")
    assert "2 new, 0 changed, 0 as they were." in await office.does(f"ethernet sites {file}")
    changed = await sites(office, OFFICE, BARN.replace("4000.00", "4500.00"))
    assert "0 new, 1 changed, 1 as they were." in await office.does(f"ethernet sites {changed}")
    number = await ask(dsns, "1G1G", "1G10G")
    for named in (number, "TENDER-7"):
        said = await office.does(f"quote compare ISP1 {named}")
        for shown in ("297.50", "1200.00", "11910.00", "4500.00 at B-END Barn", "item 2, instead", "65 working days"):
            assert shown in said, said
        assert "item 2, NETWORK1: B-END: no 10G headend within reach" in said
        assert [said.count(f"NETWORK1-QUO-ETH-{n}") for n in (1, 2, 3)] == [1, 1, 0]
    assert "QUOTED, REJECTED" in await office.does("quote list ISP1")
    assert "has none with the id or the reference" in await office.fails("quote compare ISP1 TENDER-8")
    assert "there is no quote" in await office.fails(f"quote compare ISP1 {uuid4()}")
    smaller = await prices(office, ("1G1G = { monthly = 350.00, connection = 1200.00 }", ""))
    await office.does(f"ethernet prices {smaller}")
    assert "297.50" in await office.does(f"quote compare ISP1 {number}"), "a quote that was given stays"


async def test_a_file_of_sites_tells_every_line_that_is_wrong_and_brings_in_none(office: Desk) -> None:
    file = await sites(
        office,
        OFFICE,
        OFFICE.replace("540000", "-1").replace("NONE", "DIG"),
        "UPRN,999900002001,Story,FB1 2AB,1,1,NONE,,,",
        "NAD,X1,Barn,nowhere,1,1,CIVILS,,1X,400",
        OFFICE,
        "UPRN,7",
    )
    told = await office.fails(f"ethernet sites {file}")
    for line in (
        "line 3: easting: '-1'; a number from 0 to 700000 is accepted; work: 'DIG'; accepted: NONE, SURVEY, CIVILS",
        "line 4: identifier: 999900002001 belongs to sandboxes",
        "line 5: postcode: 'nowhere'; accepted: a postcode such as AB1 2CD; greatest_bearer: '1X'; accepted: a bearer",
        "line 6: identifier: UPRN 100012345678 stands on line 2 already",
        "line 7: has 2 columns; the first line names 10",
        "5 of 6 lines are bad",
        "Nothing was imported.",
    ):
        assert line in told, told
    assert "identifier: 'X1'; accepted: A and 11 digits" in told
    assert "construction: needed where work is CIVILS, and only there" in told
    assert "1 new" in await office.does(f"ethernet sites {await sites(office, OFFICE)}")
    told = await office.fails(f"ethernet sites {await office.file('kind,what', 'sites.csv')}")
    assert "line 1: column 'what' is not known" in told


WRONG = [
    (("validity_days = 30", "validity_days = 0"), "validity_days: Input should be greater than or equal to 1"),
    (("36 = 85", "36 = 85.001"), "terms.36: Decimal input should have no more than 2 decimal places"),
    (("36 = 85", "36 = 70"), "terms.60: 76 per cent is more than the 70 of 36 months; it must not rise"),
    (("monthly = 350.00", "monthly = 250.00"), "products[0].bandwidths.1G1G: costs less than 100M1G; it must not"),
    (("monthly = 350.00", "monthly = nan"), "products[0].bandwidths.1G1G.monthly: Input should be a finite number"),
    (("from_metres = 5000", "from_metres = 0"), "distances: what comes after 0 metres must be longer"),
    (("from_metres = 0", "from_metres = 1"), "distances[0].from_metres: the first step begins at 0"),
    (("survey = 30", "survey = 10"), "lead_days: none, survey and civils must not fall"),
    (('roles = "ENDS"', 'roles = "BOTH"'), "products[0].roles: Input should be 'ENDS' or 'ANY'"),
    (("validity_days = 30", "valid = 30"), "valid: Extra inputs are not permitted"),
    (("validity_days = 30", "validity_days ="), "the file is no TOML in UTF-8"),
]


async def test_a_price_list_that_is_wrong_changes_nothing(office: Desk) -> None:
    for change, told in WRONG:
        assert told in await office.fails(f"ethernet prices {await prices(office, change)}")
    assert "ethernet-epl" not in await office.does("ethernet show")
    named = f"ethernet prices {await prices(office)} --supplier ALTNET1"
    assert "ALTNET1 is none of our own; accepted: NETWORK1" in await office.fails(named)
