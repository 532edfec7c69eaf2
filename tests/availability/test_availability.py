"""What an address can have, tenant by tenant."""

from typing import Any

from tests.journeys.gateway import Gateway


async def check(running: Gateway, uprn: int, tenant: str = "ISP1") -> dict[str, Any]:
    got = await running.ask("GET", f"service-availability?addressId={uprn}", tenant=tenant)
    assert got.status == 200, got.raw
    return got.body


async def test_nothing_to_be_had_is_told_with_its_reason(running: Gateway) -> None:
    for uprn, code in (
        (5, "ADDRESS_NOT_KNOWN"),
        (999900003002, "OUT_OF_FOOTPRINT"),
        (999900003003, "PLANNED"),
        (999900003004, "PARENT_ADDRESS"),
    ):
        body = await check(running, uprn)
        assert body["serviceSpecifications"] == []
        assert [one["code"] for one in body["unavailabilityReasons"]] == [code]
        assert ("siteInformation" in body) is (uprn != 5)
    assert (await check(running, 5))["address"] == {"identifier": {"id": "5", "type": "UPRN"}}


async def test_the_handover_is_the_asking_tenants(running: Gateway) -> None:
    for tenant, enni in (("YOUR_TENANT", "ENNI-001"), ("ISP1", "ENNI-011"), ("ISP2", "ENNI-021")):
        site = (await check(running, 999900001001, tenant))["siteInformation"]
        assert site["enniId"] == enni


async def test_a_tenant_without_a_handover_is_told_so(running: Gateway) -> None:
    body = await check(running, 999900003012, "ISP2")
    assert body["serviceSpecifications"] == []
    assert str(body["unavailabilityReasons"]).find("NO_INTERCONNECT") > 0
    assert (await check(running, 999900003012, "ISP1"))["serviceSpecifications"]


async def test_a_line_that_is_there_is_shown_as_each_tenant_may_see_it(running: Gateway) -> None:
    shown: dict[str, list[bool]] = {}
    for tenant in ("ISP1", "ISP2"):
        site = (await check(running, 999900003009, tenant))["siteInformation"]
        assert site["newLine"] is True
        assert "installationType" not in site
        ports = site["existingLines"][0]["ont"]["ports"]
        shown[tenant] = [port["tenantActive"] for port in ports]
    assert shown == {"ISP1": [False] * 4, "ISP2": [True, False, False, False]}
