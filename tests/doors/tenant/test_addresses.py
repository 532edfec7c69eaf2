"""Addresses: found by postcode or UPRN, narrowed down, and whose list they are from."""

from tests.doors.tenant import far
from tests.doors.tenant.asking import ask
from tests.journeys.gateway import Gateway, Got

PRINTED = {
    "identifier": {"id": "10025559646", "type": "UPRN"},
    "name": "Unit H",
    "streetNumber": "1",
    "streetName": "The Courtyard",
    "locality": "Tewkesbury Business Park",
    "city": "Tewkesbury",
    "postcode": "GL20 8GD",
    "country": "UK",
    "qualifier": "Gold",
    "source": "NETWORK1",
}


async def find(running: Gateway, query: str, tenant: str = "YOUR_TENANT") -> Got:
    return await ask(running, "GET", f"addresses?{query}", tenant=tenant)


async def test_an_address_is_found_by_its_uprn_or_its_postcode_however_that_is_spaced(running: Gateway) -> None:
    for query in ("uprn=10025559646", "uprn=010025559646", "postalCode=GL20%208GD", "postalCode=gl208gd"):
        got = await find(running, query)
        assert (got.status, got.body) == (200, [PRINTED]), got.raw
        assert "X-Notice" not in got.headers


async def test_parts_narrow_it_down_in_any_case(running: Gateway) -> None:
    every = (await find(running, "postalCode=FB11AA")).body
    assert len(every) > 10
    assert {one["postcode"] for one in every} == {"FB1 1AA"}
    flats = (await find(running, "postalCode=FB11AA&name=weir+court&streetNumber=2")).body
    assert flats
    assert len(flats) < len(every)
    assert {one["name"] for one in flats} == {"Weir Court"}
    assert any(one.get("subAddress", {}).get("unitNumber") == "12" for one in flats)
    street = flats[0]["streetName"]
    assert (await find(running, f"postalCode=FB11AA&streetName={street.upper().replace(' ', '%20')}")).body
    assert (await find(running, "postalCode=FB11AA&streetName=Nowhere")).body == []
    assert (await find(running, "uprn=10025559646&postalCode=FB11AA")).body == []
    assert (await find(running, "uprn=5")).body == []


async def test_addresses_beyond_reach_are_addresses_too(running: Gateway) -> None:
    (only,) = (await find(running, "uprn=999900003002")).body
    assert only["identifier"]["id"] == "999900003002"


async def test_a_long_list_is_cut_and_says_so(running: Gateway) -> None:
    await running.db.row(
        "insert into premises (uprn, area, readiness, address) select 77000000000 + n, 'TEWKESBURY', "
        "'OUT_OF_FOOTPRINT', jsonb_build_object('postcode', 'ZZ1 1ZZ', 'streetName', 'Long Lane', 'streetNumber', "
        "n::text) from generate_series(1, 101) as n",
        None,
    )
    got = await find(running, "postalCode=ZZ11ZZ")
    assert [one["streetNumber"] for one in got.body] == [str(n) for n in range(1, 101)]
    assert "more than these 100" in got.headers["X-Notice"]
    assert len((await find(running, "postalCode=ZZ11ZZ&streetNumber=101")).body) == 1


async def test_what_cannot_be_looked_up_is_refused(running: Gateway) -> None:
    for query in ("", "name=Weir+Court", "streetNumber=2&streetName=x"):
        told = (await find(running, query)).refused(400, "MALFORMED_REQUEST")
        assert told == ["postalCode, uprn: one of the two is required"]
    for query in ("uprn=x", "uprn=1234567890123", "postalCode=%21", "postalCode=GL20%208GD&supplier=NOBODY"):
        (await find(running, query)).refused(422, "INVALID_REQUEST")
    (await find(running, "uprn=1&uprn=2")).refused(400, "MALFORMED_REQUEST")


async def test_only_our_own_network_has_a_list(running: Gateway) -> None:
    await far.add(running, "ALTNET1", "http://127.0.0.1:9", tenants=("ISP1",))
    (await find(running, "uprn=10025559646&supplier=ALTNET1", "ISP1")).refused(501, "NOT_IMPLEMENTED")
    assert (await find(running, "uprn=10025559646&supplier=NETWORK1", "ISP1")).body == [PRINTED]
    await far.let(running, "NETWORK1", enabled=False)
    (await find(running, "uprn=10025559646")).refused(501, "NOT_IMPLEMENTED")
