"""What may be asked of an order now, as its tenant reads it before asking."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.gateway import Gateway
from tests.journeys.requests import order

LATE = datetime(2025, 7, 15, 16, tzinfo=UTC)


async def options(running: Gateway, number: int, tenant: str = "YOUR_TENANT") -> dict[str, Any]:
    got = await running.ask("GET", f"/manage/v1/orders/{number}/options", tenant=tenant)
    assert got.status == 200, got.raw
    return got.body


async def test_an_order_tells_what_may_be_asked_of_it_until_its_deadline(running: Gateway) -> None:
    slot = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
    body = {
        "id": 7,
        "address": {"id": "10025559646", "type": "UPRN"},
        "serviceSpecification": {"id": "fttp"},
        "purpose": "PROVIDE",
        "timeslot": {"timeslotStartDateTime": slot[0], "timeslotEndDateTime": slot[1]},
    }
    assert (await running.ask("POST", "appointments", body=body)).status == 201
    assert (await running.ask("POST", "service-orders", body=order(127, appointment=7))).status == 202
    await running.walk(timedelta(hours=1))
    told = await options(running, 127)
    assert told["amend"]["possible"]
    assert told["amend"]["until"] == told["cancel"]["freeUntil"] == "2025-07-15T15:00:00.000Z"
    assert told["cancel"]["until"] == slot[0]
    assert "charge" not in told["cancel"]
    await running.walk_to(LATE)
    late = await options(running, 127)
    assert not late["amend"]["possible"]
    assert "16:00 on Tuesday 15 July" in late["amend"]["because"]
    assert late["cancel"]["possible"]
    assert late["cancel"]["charge"]["currency"] == "GBP"
    assert late["cancel"]["charge"]["amount"] == "85.00"


async def test_an_absent_order_has_no_options(running: Gateway) -> None:
    got = await running.ask("GET", "/manage/v1/orders/128/options", tenant="ISP2")
    assert got.refused(404, "NOT_FOUND") == ["id: there is no order 128"]


async def test_a_tenant_sees_the_suppliers_that_it_may_use(running: Gateway) -> None:
    got = await running.ask("GET", "/manage/v1/suppliers")
    assert got.status == 200
    own, ethernet = got.body["suppliers"]
    assert own["supplier"] == "NETWORK1"
    assert (ethernet["supplier"], ethernet["ownNetwork"]) == ("SUPPLIER2", True)
    assert own["ownNetwork"]
    assert "NEW" in own["capabilities"]
    assert "health" not in own
