"""Ethernet orders from their quote to COMPLETED: the documents' own, and the one that goes well."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.database import TestServer, copy_of_template, drop
from tests.doors.tenant.asking import ask
from tests.doors.tenant.ethernet import ANSWERED, ASKED, order, place, quoted
from tests.journeys.gateway import Gateway, furnish, gateway

NEW_YEAR = datetime(2022, 1, 1, tzinfo=UTC)
OURS = {"id", "status", "created", "updated", "updates", "committedDate", "targetDate"}
"""Members of the printed answer whose values are made, not echoed."""


def _told(read: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["information"]["type"], one.get("issuedOn", "")[:16]) for one in read["updates"]]


def _learnt(one: dict[str, Any], member: str) -> dict[str, str]:
    return {each["name"]: each["value"] for each in one[member] if each["name"] != "POINT_OF_INTERCONNECT"}


async def test_the_printed_order_is_taken_as_it_stands_by_everybody_and_is_promised_later_than_wished(
    server: TestServer,
) -> None:
    fresh = await copy_of_template(server)
    async with gateway(fresh.runtime, await furnish(fresh.runtime, start=NEW_YEAR)) as running:
        for tenant in ("YOUR_TENANT", "ISP1"):
            got = await place(running, ASKED, tenant=tenant)
            assert got.status == 201, got.raw
            echoed = {name: value for name, value in ANSWERED.items() if name not in OURS | {"supplierOrderNumber"}}
            assert {name: got.body[name] for name in echoed} == echoed
            assert set(got.body) == {*echoed, *OURS} - {"committedDate", "targetDate"}
            assert (got.body["id"], got.body["updates"]) == (1, [])
            await running.walk(timedelta(minutes=6))
        read = (await ask(running, "GET", "ethernet/service-orders/1")).body
        assert (read["status"], read["supplierOrderNumber"]) == (ANSWERED["status"], ANSWERED["supplierOrderNumber"])
        other = (await ask(running, "GET", "ethernet/service-orders/1", tenant="ISP1")).body
        assert other["status"] == "ACKNOWLEDGED"
        assert other["supplierOrderNumber"].startswith("NW1-")  # A123X is one order's
        await running.walk(timedelta(days=30))
        read = (await ask(running, "GET", "ethernet/service-orders/1")).body
        assert set(read) == set(ANSWERED)
        assert (read["status"], read["committedDate"]) == ("COMPLETED", "2022-01-24T23:59:59.000Z")
        assert _told(read) == [
            ("UPDATE", ""),  # the gateway's own: it was sent
            ("ACKNOWLEDGED", "2022-01-01T00:05"),
            ("COMMITTED", "2022-01-05T12:00"),
            ("UPDATE", "2022-01-11T08:00"),
            ("UPDATE", "2022-01-19T08:00"),
            ("ADDITIONAL", "2022-01-24T11:00"),
            ("COMPLETED", "2022-01-24T12:00"),
        ]
        assert running.bugs() == []
    await drop(server, fresh)


async def test_a_quick_win_is_handed_over_with_its_numbers_at_each_end(running: Gateway) -> None:
    assert (await place(running, order(await quoted(running)))).status == 201
    await running.walk(timedelta(days=24))
    read = (await ask(running, "GET", "ethernet/service-orders/1")).body
    assert [one for one, _ in _told(read)] == [
        *("UPDATE", "ACKNOWLEDGED", "COMMITTED", "UPDATE", "UPDATE", "ADDITIONAL", "COMPLETED")
    ]
    assert (read["status"], read["committedDate"]) == ("COMPLETED", "2025-07-22T22:59:59.000Z")
    assert read["committedDate"] == read["targetDate"]
    (one,) = read["ethernetOrderItems"]
    service = _learnt(one["service"], "serviceCharacteristic")
    assert set(service) == {"SERVICE_ID", "CIRCUIT_REFERENCE"}
    vlans = [_learnt(site, "siteCharacteristics") for site in read["siteInformation"]]
    assert [set(site) for site in vlans] == [{"SERVICE_VLAN_ID"}] * 2
    assert vlans[0] != vlans[1]
    facts = (await running.rows("YOUR_TENANT", KCIS))[3]["facts"]
    assert facts["entity"]["milestone"] == "fibre spliced and tested end to end."
    amended = {"orderId": 1, "notes": "Too late."}
    assert (await ask(running, "POST", "service-order-amendments", amended, request="r4")).status == 422


KCIS = "select facts from kcis where tenant_id = $1 order by sequence_number"
