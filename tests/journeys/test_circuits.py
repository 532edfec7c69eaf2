"""Ethernet that lives: it comes to be, gets another rate, is ended before its term, and is seen all the while."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.doors.tenant.asking import ask
from tests.doors.tenant.circuits import ENDING, SLOW, cease, modify, placed
from tests.doors.tenant.ethernet import order, place, quoted
from tests.doors.tenant.quoting import HALL, QUICK, site
from tests.journeys.gateway import START, Gateway

from fibregate.suppliers.network.circuits import actions as circuits
from fibregate.suppliers.network.circuits import store
from fibregate.suppliers.network.circuits.model import Planned
from fibregate.vocabulary import SupplierId, TenantId

FACTS = "select facts from kcis where tenant_id = $1 order by sequence_number"
VLANS = """
select s.service_id, s.handover, s.outer_vlan, s.inner_vlan from ethernet_circuit_sites as s
where s.tenant_id = $1 and s.released_at is null order by s.handover, s.outer_vlan, s.inner_vlan
"""

OTHER_VLAN = """
update ethernet_circuit_sites set inner_vlan = $3
where tenant_id = $1 and service_id = $2 and handover = 'UPRN 999900002900' returning inner_vlan
"""


async def services(running: Gateway, tenant: str = "YOUR_TENANT", more: str = "") -> dict[str, dict[str, Any]]:
    got = await running.ask("GET", f"/manage/v1/services?limit=500{more}", tenant=tenant)
    assert got.status == 200, got.raw
    return {one["serviceId"]: one for one in got.body["services"]}


async def options(running: Gateway, service: str, tenant: str = "YOUR_TENANT") -> dict[str, Any]:
    got = await running.ask("GET", f"/manage/v1/services/{service}/options", tenant=tenant)
    assert got.status == 200, got.raw
    shown: dict[str, Any] = got.body
    return shown


def told(read: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["information"]["type"], one["information"].get("code", "")) for one in read["updates"]]


async def read(running: Gateway, number: int) -> dict[str, Any]:
    shown: dict[str, Any] = (await ask(running, "GET", f"ethernet/service-orders/{number}")).body
    return shown


async def test_an_order_that_completes_brings_a_service_that_only_its_tenant_has(running: Gateway) -> None:
    number = await quoted(running, supplier="NETWORK1")
    shown = await placed(running, order(number, supplier="NETWORK1"), request="new")
    await running.walk(timedelta(days=20))
    assert set(await services(running, more="&uprn=999900002001")) == set(), "nothing lives there yet"
    await running.walk(timedelta(days=4))
    (found,) = (await services(running, more="&uprn=999900002001")).values()
    done = await read(running, shown["id"])
    (item,) = done["ethernetOrderItems"]
    learnt = {one["name"]: one["value"] for one in item["service"]["serviceCharacteristic"]}
    ends = [
        {one["name"]: one["value"] for one in site["siteCharacteristics"]}["SERVICE_VLAN_ID"]
        for site in done["siteInformation"]
    ]
    circuit = found["circuit"]
    assert (found["serviceId"], circuit["circuitReference"]) == (learnt["SERVICE_ID"], learnt["CIRCUIT_REFERENCE"])
    assert [one["serviceVlanId"] for one in circuit["sites"]] == ends
    assert (found["service"], found["orderId"], found["state"]) == ("ethernet-epl", shown["id"], "ACTIVE")
    assert (circuit["contractMonths"], circuit["contractFrom"], circuit["monthlyTotal"]) == (36, "2025-07-22", "297.50")
    assert found["since"].startswith("2025-07-22")
    brought = (await running.ask("GET", f"/manage/v1/orders/{shown['id']}/options")).body["services"]
    assert brought == [await options(running, found["serviceId"])]
    assert brought[0]["cease"]["earlyEndingCharge"]["monthsLeft"] == 35, "when the notice is over"
    assert found["serviceId"] not in await services(running, "ISP1")
    for service in (found["serviceId"], "NW1-E-12345678-1"):
        theirs = await running.ask("GET", f"/manage/v1/services/{service}/options", tenant="ISP1")
        assert theirs.refused(404, "NOT_FOUND") == [f"service: there is no Ethernet service {service}"]
        for about in (modify(serviceId=service), cease("2025-09-30", serviceId=service)):
            got = await place(running, about, tenant="ISP1", request=f"{service} {about['orderType']}")
            said = f"serviceId: you have no Ethernet service '{service}' at NETWORK1"
            assert got.refused(422, "INVALID_REQUEST") == [said]


async def test_no_two_circuits_of_a_tenant_have_one_vlan_where_they_are_handed_over(running: Gateway) -> None:
    for tenant in ("YOUR_TENANT", "ISP1"):
        rows = [tuple(row) for row in await running.rows(tenant, VLANS)]
        assert [row[1:] for row in rows] == [
            ("UPRN 999900002012", 101, 1001),
            ("UPRN 999900002013", 101, 1001),
            ("UPRN 999900002900", 101, 1001),
            ("UPRN 999900002900", 101, 1002),
        ]
    for tag, why in ((1001, asyncpg.UniqueViolationError), (4095, asyncpg.CheckViolationError)):
        with pytest.raises(why):
            await running.rows("YOUR_TENANT", OTHER_VLAN, ENDING, tag)


async def test_a_vlan_that_its_tenant_gives_is_taken_where_it_is_free(running: Gateway) -> None:
    tenant = TenantId(running.card.numbers["ISP1"])
    ends = [site(QUICK), site(HALL[0], "B-END")]
    for number, vlans in (("1", ["101.1001", "101.77"]), ("2", ["101.1002", "101.1003"])):
        planned = Planned(
            service_id=number,
            supplier_id=SupplierId(1),
            reference=number,
            order=None,
            place=0,
            product="ethernet-epl",
            bandwidth="1G1G",
            months=12,
            monthly=Decimal("350.00"),
            since=START,
            term_from=START.date(),
        )
        async with running.db.tx(tenant) as tx:
            await store.insert(tx, tenant, planned)
            await circuits.hand_over(tx, tenant, number, ends, given=(101, 77))
        found = await circuits.find(running.db, tenant, number)
        assert found
        assert [one.vlan for one in found.ends] == vlans


async def test_a_rate_is_changed_in_the_night_that_was_promised(running: Gateway) -> None:
    before = await options(running, SLOW)
    assert before["modify"]["bandwidths"] == [{"bandwidth": "1G1G", "monthlyTotal": "297.50"}]
    assert before["modify"]["terms"] == [
        {"months": 36, "monthlyTotal": "221.00"},
        {"months": 60, "monthlyTotal": "197.60"},
    ]
    shown = await placed(running, modify())
    await running.walk(timedelta(days=3))
    busy = await options(running, SLOW)
    assert busy["modify"]["because"] == busy["cease"]["because"] == f"Order {shown['id']} about it is open."
    assert (await services(running))[SLOW]["serviceCharacteristics"][0]["value"] == "100M1G"
    await running.walk(timedelta(days=7))
    done = await read(running, shown["id"])
    assert [one for one, _ in told(done)] == ["UPDATE", "ACKNOWLEDGED", "COMMITTED", "COMPLETED"]
    assert (done["status"], done["committedDate"]) == ("COMPLETED", "2025-07-09T03:00:00.000Z")
    after = (await services(running))[SLOW]
    assert after["serviceCharacteristics"] == [{"name": "POINT_OF_INTERCONNECT", "value": "1G1G"}]
    assert (after["circuit"]["monthlyTotal"], after["circuit"]["contractFrom"]) == ("297.50", "2024-07-31")
    renewed = await placed(running, modify(None, months=60), request="renew")
    await running.walk(timedelta(days=10))
    assert (await read(running, renewed["id"]))["status"] == "COMPLETED"
    circuit = (await services(running))[SLOW]["circuit"]
    assert (circuit["contractMonths"], circuit["contractFrom"], circuit["monthlyTotal"]) == (60, "2025-07-21", "266.00")
    assert running.bugs() == []


async def charges(running: Gateway) -> list[tuple[str, str, str]]:
    got = await running.ask("GET", "/manage/v1/charges")
    return [(one["kind"], one["state"], one["amount"]) for one in got.body["charges"]]


async def test_an_early_end_is_charged_as_it_was_shown_and_the_circuit_stays_known(running: Gateway) -> None:
    ending = (await options(running, ENDING))["cease"]
    assert (ending["noticeDays"], ending["earliestDate"]) == (30, "2025-07-31")
    assert ending["earlyEndingCharge"] == {
        "monthsLeft": 7,
        "monthlyTotal": "297.50",
        "amount": "2082.50",
        "currency": "GBP",
    }
    shown = await placed(running, cease(ending["earliestDate"]))
    await running.walk(timedelta(days=1))
    assert await charges(running) == [("EARLY_ENDING", "ACCEPTED", "2082.50")]
    raised = (await running.rows("YOUR_TENANT", FACTS))[1]["facts"]
    assert (raised["charge"]["amount"], raised["problemCode"]) == ("2082.50", "COST_ISSUE")
    assert "construction" not in raised["charge"]
    await running.walk(timedelta(days=29))
    assert (await services(running))[ENDING]["state"] == "ACTIVE", "until the end of its last day"
    await running.walk(timedelta(days=1))
    done = await read(running, shown["id"])
    assert told(done) == [
        *(("UPDATE", ""), ("UPDATE", "COST_ISSUE"), ("ACKNOWLEDGED", ""), ("COMMITTED", ""), ("COMPLETED", ""))
    ]
    assert (done["status"], done["committedDate"]) == ("COMPLETED", "2025-07-31T22:59:59.000Z")
    ended = (await services(running))[ENDING]
    assert (ended["state"], ended["ceased"][:13]) == ("CEASED", "2025-07-31T22")
    assert set(await services(running, more="&state=ACTIVE&uprn=999900002013")) == set()
    assert (await options(running, ENDING))["cease"]["because"] == "It has ended."
    assert await charges(running) == [("EARLY_ENDING", "ACCEPTED", "2082.50")]
    assert (await place(running, modify(serviceId=ENDING), request="late")).refused(422, "INVALID_REQUEST") == [
        f"serviceId: service '{ENDING}' is not live"
    ]
    assert running.bugs() == []


async def cancel(running: Gateway, number: int, request: str) -> Any:
    body = {"orderId": number, "reasonCode": "CUSTOMER_CHANGED_MIND"}
    return await ask(running, "POST", "service-order-cancellations", body, request=request)


async def test_a_cease_is_called_off_until_the_day_before_and_costs_nothing_then(running: Gateway) -> None:
    shown = await placed(running, cease())
    await running.walk(timedelta(hours=3))
    may = (await running.ask("GET", f"/manage/v1/orders/{shown['id']}/options")).body["cancel"]
    assert (may["possible"], may["until"], may["freeUntil"]) == (True, *["2025-07-30T15:00:00.000Z"] * 2)
    assert (await cancel(running, shown["id"], "in time")).status == 201
    await running.walk(timedelta(hours=1))
    done = await read(running, shown["id"])
    assert (done["status"], await charges(running)) == ("CANCELLED", [("EARLY_ENDING", "WITHDRAWN", "2082.50")])
    facts = (await running.rows("YOUR_TENANT", FACTS))[-1]["facts"]
    assert (facts["reason"], facts["charge"]["state"]) == ("CANCELLED", "WITHDRAWN")
    assert (await services(running))[ENDING]["state"] == "ACTIVE"
    again = await placed(running, cease(), request="again")
    await running.walk_to(datetime(2025, 7, 30, 15, 1, tzinfo=UTC))
    late = await cancel(running, again["id"], "too late")
    assert late.refused(422, "INVALID_REQUEST") == [
        f"orderId: too late to cancel order {again['id']}; it could be until 2025-07-30T15:00:00.000Z"
    ]


async def test_an_amendment_of_such_an_order_tells_whom_to_speak_to_and_nothing_else(running: Gateway) -> None:
    shown = await placed(running, cease())
    await running.walk(timedelta(hours=3))
    later = {"orderId": shown["id"], "requestedCompletionDate": "2025-09-30"}
    said = (await ask(running, "POST", "service-order-amendments", later, request="a1")).refused(422, "INVALID_REQUEST")
    assert said[0].startswith("requestedCompletionDate: cannot be changed")
    noted = {"orderId": shown["id"], "notes": "Leave the fibre in the wall."}
    assert (await ask(running, "POST", "service-order-amendments", noted, request="a2")).status == 201
    await running.walk(timedelta(hours=1))
    assert (await read(running, shown["id"]))["notes"] == noted["notes"]
