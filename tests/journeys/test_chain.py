"""What comes back from a network through two gateways, beside the stories."""

from datetime import timedelta
from typing import Any

from tests.journeys import requests
from tests.journeys.chain import ISP, SUPPLIER, Chain

UPRN = "999900001001"


def address(uprn: str = UPRN) -> dict[str, str]:
    return {"id": uprn, "type": "UPRN"}


async def booked(chain: Chain, uprn: str = UPRN) -> int:
    query = (
        f'available-appointments?supplier={SUPPLIER}&address={{"id":"{uprn}","type":"UPRN"}}'
        '&serviceSpecification={"id":"fttp"}&appointmentPurpose=PROVIDE'
    )
    found = await chain.ask("GET", query)
    assert found.status == 200, found.raw
    slot = next(one for one in found.body["availableTimeslots"] if one["classification"] == "WEEKDAY_AM")
    body = {
        "supplier": SUPPLIER,
        "address": address(uprn),
        "serviceSpecification": {"id": "fttp"},
        "purpose": "PROVIDE",
        "timeslot": {name: slot[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")},
    }
    made = await chain.ask("POST", "appointments", body)
    assert made.status == 201, made.raw
    return made.body["id"]


async def ordered(chain: Chain, uprn: str = UPRN) -> int:
    body: dict[str, Any] = {
        "orderType": "NEW",
        "supplier": SUPPLIER,
        "address": address(uprn),
        "serviceOrderItem": {
            "serviceSpecification": {"id": "fttp"},
            "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "80/20"}],
        },
        "primaryContact": {"name": "Asha Patel", "phoneNumber": "01632 960001"},
        "appointmentReservationId": await booked(chain, uprn),
    }
    made = await chain.ask("POST", "service-orders", body)
    assert made.status == 201, made.raw
    assert made.body["status"] == "RECEIVED_BY_GATEWAY"
    return made.body["id"]


async def told(chain: Chain, order: int) -> tuple[str, list[str]]:
    got = await chain.ask("GET", f"service-orders/{order}")
    assert got.status == 200, got.raw
    kinds = [
        next(one[name] for name in ("information", "action", "error") if name in one) for one in got.body["updates"]
    ]
    return got.body["status"], [one.get("type", one.get("code")) for one in kinds]


async def test_an_order_at_a_supplier_far_away_is_amended_and_cancelled(chain: Chain) -> None:
    order = await ordered(chain)
    await chain.walk(timedelta(hours=1))
    amendment = {"orderId": order, "appointmentReservationId": await booked(chain), "notes": "Ring twice"}
    made = await chain.ask("POST", "service-order-amendments", amendment)
    assert made.status == 201, made.raw
    await chain.walk(timedelta(minutes=10))
    status, types = await told(chain, order)
    assert (status, types[-1]) == ("IN_PROGRESS", "AMENDED")
    ended = await chain.ask(
        "POST", "service-order-cancellations", {"orderId": order, "reasonCode": "CUSTOMER_CHANGED_MIND"}
    )
    assert ended.status == 201, ended.raw
    await chain.walk(timedelta(minutes=10))
    status, types = await told(chain, order)
    assert (status, types[-1]) == ("CANCELLED", "CANCELLED")


async def test_a_line_that_the_far_network_gives_to_another_is_ceased_near(chain: Chain) -> None:
    order = await ordered(chain)
    await chain.walk(timedelta(days=15))
    read = await chain.ask("GET", f"service-orders/{order}")
    assert read.body["status"] == "COMPLETED", read.raw
    given = {one["name"]: one["value"] for one in read.body["serviceOrderItem"]["serviceCharacteristics"]}
    line = {name: given[name] for name in ("LINE_PROFILE", "ONT_REFERENCE", "ONT_PORT")}
    day = (await chain.far.clock.now() + timedelta(days=7)).date().isoformat()
    body = requests.order(1, uprn=UPRN, tenant="ISP2", characteristics=line, orderType="TRANSFER")
    made = await chain.far.ask("POST", "service-orders", tenant="ISP2", body={**body, "requestedCompletionDate": day})
    assert made.status == 202, made.raw
    await chain.walk(timedelta(days=1))
    found = await chain.near.ask("GET", "/manage/v1/orders?status=IN_PROGRESS", tenant=ISP)
    (cease,) = found.body["orders"]
    await chain.walk(timedelta(days=7))
    assert (await told(chain, cease["id"])) == ("COMPLETED", ["CREATED", "ACKNOWLEDGED", "COMMITTED", "COMPLETED"])
    ended = await chain.ask("GET", f"service-orders/{cease['id']}")
    assert ended.body["orderType"] == "UNSOLICITED_CEASE"
    assert ended.body["serviceId"] == given["SERVICE_ID"]
