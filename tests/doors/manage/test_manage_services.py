"""A tenant's services: those that its orders brought, changed and ended, and nobody else's."""

from datetime import timedelta
from typing import Any

from tests.journeys.gateway import Gateway
from tests.journeys.requests import booking, cease, modify, order

SERVICES = "/manage/v1/services"
FIRST_LIGHT = "999900001029"
SLOT = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")


async def listed(one: Gateway, tenant: str = "ISP1", query: str = "") -> list[dict[str, Any]]:
    got = await one.ask("GET", f"{SERVICES}{query}", tenant=tenant)
    assert got.status == 200, got.raw
    return got.body["services"]


async def completed(one: Gateway, number: int, uprn: str, tenant: str = "ISP1") -> None:
    body = booking(number, uprn=uprn, slot=SLOT)
    assert (await one.ask("POST", "appointments", tenant=tenant, body=body)).status == 201
    body = order(number, uprn=uprn, tenant=tenant, appointment=number, characteristics={"LINE_PROFILE": "80/20"})
    assert (await one.ask("POST", "service-orders", tenant=tenant, body=body)).status == 202


async def lines(one: Gateway, tenant: str = "ISP1", query: str = "") -> list[dict[str, Any]]:
    """Without the circuits that every tenant has from the beginning."""
    return [each for each in await listed(one, tenant, query) if "circuit" not in each]


async def test_a_service_is_in_its_early_life_for_28_days_and_names_its_order(running: Gateway) -> None:
    await completed(running, 29, FIRST_LIGHT)
    assert await lines(running) == []
    await running.walk(timedelta(days=16))
    (service,) = await lines(running)
    assert service["earlyLife"] is True
    assert (service["orderId"], service["state"], service["supplier"]) == (29, "ACTIVE", "NETWORK1")
    assert service["address"] == {"id": FIRST_LIGHT, "type": "UPRN"}
    assert service["serviceCharacteristics"] == [{"name": "LINE_PROFILE", "value": "80/20"}]
    assert (service["enniId"], service["serviceVlanId"]) == ("ENNI-011", "111.1001")
    told = (await running.ask("GET", "service-orders/29", tenant="ISP1")).body["serviceOrderItem"]
    facts = {one["name"]: one["value"] for one in told["serviceCharacteristics"]}
    assert service["serviceId"] == facts["SERVICE_ID"]
    assert (service["ontReference"], str(service["ontPort"])) == (facts["ONT_REFERENCE"], facts["ONT_PORT"])
    await running.walk(timedelta(days=29))
    (service,) = await lines(running)
    assert service["earlyLife"] is False


async def test_a_service_that_is_changed_and_ceased_says_so(running: Gateway) -> None:
    await completed(running, 1, "999900001001")
    await running.walk(timedelta(days=16))
    (service,) = await lines(running)
    number = service["serviceId"]
    bodies = (
        modify(2, number, tenant="ISP1", profile="300/300", requestedCompletionDate="2025-07-21"),
        cease(3, number, "2025-07-28", tenant="ISP1"),
    )
    for body in bodies:
        got = await running.ask("POST", "service-orders", tenant="ISP1", body=body)
        assert (got.status, got.raw) == (202, b"")
        await running.walk(timedelta(days=7))
    (service,) = await lines(running)
    assert service["serviceCharacteristics"] == [{"name": "LINE_PROFILE", "value": "300/300"}]
    await running.walk(timedelta(days=7))
    (service,) = await lines(running)
    assert (service["state"], service["ceased"], service["earlyLife"]) == ("CEASED", "2025-07-28T05:30:00.000Z", False)
    assert await lines(running, query="?state=ACTIVE") == []
    read = (await running.ask("GET", "service-orders/2", tenant="ISP1")).body
    assert (read["serviceId"], read["status"], read["orderType"]) == (number, "COMPLETED", "MODIFY")
    assert read["serviceCharacteristics"][0] == {"name": "LINE_PROFILE", "value": "300/300"}
    ceased = (await running.ask("GET", "service-orders/3", tenant="ISP1")).body
    assert "serviceOrderItem" not in ceased
    assert [each["reasonCode"] for each in ceased["updates"]] == ["ACKNOWLEDGED", "COMMITTED", "COMPLETED"]


async def test_services_are_listed_page_by_page_and_found(running: Gateway) -> None:
    theirs = await listed(running, "ISP2")
    assert [each["serviceId"][:5] for each in theirs] == ["NW1-E"] * 2 + ["NW1-S"] * 4
    found: list[str] = []
    cursor = ""
    while True:
        got = (await running.ask("GET", f"{SERVICES}?limit=3{cursor}", tenant="ISP2")).body
        found += [each["serviceId"] for each in got["services"]]
        if "nextCursor" not in got:
            break
        cursor = f"&after={got['nextCursor']}"
    assert found == [each["serviceId"] for each in theirs] == sorted(found)
    one = theirs[-1]
    assert await listed(running, "ISP2", f"?serviceId={one['serviceId']}") == [one]
    assert await listed(running, "ISP2", f"?uprn={one['address']['id']}") == [one]
    assert await listed(running, "ISP2", "?uprn=1") == []
    assert await listed(running, "ISP1", f"?serviceId={one['serviceId']}") == []
    (await running.ask("GET", f"{SERVICES}?{cursor[1:]}", tenant="ISP1")).refused(422, "INVALID_REQUEST")
