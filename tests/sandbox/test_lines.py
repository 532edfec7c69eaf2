"""Lines that are there: started, changed, ceased, and gone from one tenant to another."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from tests.sandbox.stage import ASKER, Stage

from fibregate.calendars import uk_instant
from fibregate.errors import Invalid
from fibregate.orders import actions as orders
from fibregate.orders.changes import actions as changes
from fibregate.orders.changes.model import Wish
from fibregate.vocabulary import ChangeKind, OrderStatus, OrderType, Purpose, Reason

TO_START, TO_TRANSFER, TO_TAKE_OVER = 999900001002, 999900001024, 999900001025
SECOND_PORT, CEASING = 999900003009, 999900003010
DAY = date(2025, 7, 16)
A_MONTH = timedelta(days=31)
UNTIL_READ = timedelta(seconds=1)
"""How long a story waits where the gateway has not yet read what it said at the same instant."""
S = OrderStatus


async def transfer(
    stage: Stage,
    uprn: int = TO_TRANSFER,
    kind: OrderType = OrderType.TRANSFER,
    tenant: str = "ISP1",
    *,
    day: date = DAY,
    headers: dict[str, str] | None = None,
) -> int:
    return await stage.order(uprn, tenant, kind=kind, day=day, extras=await stage.line(uprn), headers=headers)


async def cancel(stage: Stage, order: int, reason: str, tenant: str = "ISP1", number: int = 1) -> None:
    wish = Wish(
        kind=ChangeKind.CANCELLATION,
        id=number,
        door="WHOLESALE",
        order_id=order,
        asked={},
        reason_code=reason,
        body_hash=b"",
    )
    await changes.ask(stage.db, stage.tenants[tenant], wish, ASKER, await stage.clock.now())


async def refusal(
    stage: Stage,
    uprn: int,
    kind: OrderType,
    tenant: str = "ISP1",
    *,
    day: date | None = DAY,
    extras: dict[str, str] | None = None,
) -> str:
    with pytest.raises(Invalid) as refused:
        await stage.order(uprn, tenant, kind=kind, day=day, extras=extras)
    return str(refused.value)


async def port(stage: Stage, uprn: int, tenant: str = "ISP1") -> dict[str, Any]:
    return dict((await stage.premises(uprn, tenant)).terminals[0].ports[0])


async def live(stage: Stage, uprn: int = TO_START, tenant: str = "ISP1") -> str:
    """A service that the tenant started there."""
    await stage.order(uprn, tenant, kind=OrderType.START, day=date(2025, 7, 4), extras=await stage.line(uprn, tenant))
    await stage.walk(timedelta(days=4))
    return str((await stage.services(tenant))[-1]["service_id"])


async def test_a_stopped_line_is_started_and_its_appointment_released(stage: Stage) -> None:
    assert (await port(stage, TO_START))["status"] == "STOPPED"
    assert "use START with ONT_REFERENCE and ONT_PORT" in await refusal(stage, TO_START, OrderType.NEW)
    held = await stage.book(TO_START)
    order = await stage.order(
        TO_START, kind=OrderType.START, day=DAY, appointment=held.id, extras=await stage.line(TO_START)
    )
    assert (await port(stage, TO_START))["status"] == "RESERVED"
    await stage.walk(A_MONTH)
    told = await stage.told(order)
    assert told.letters == "A C U + E"
    assert told.texts[1] == "No visit needed. Activation on Wednesday 16 July."
    assert told.texts[2] == "The ONT is in place and answers; the visit on Tuesday 8 July is released."
    assert told.at(Reason.ADDITIONAL) == uk_instant(DAY, time(6, 30))
    assert told.texts[-1] == "Activated remotely."
    assert await stage.overbooked() == []
    found = (await stage.services("ISP1"))[0]
    assert (found["state"], found["order_id"], found["uprn"]) == ("ACTIVE", order, TO_START)
    assert found["characteristics"] == [{"name": "LINE_PROFILE", "value": "80/20"}]
    there = await port(stage, TO_START)
    assert (there["status"], there["tenantActive"]) == ("ACTIVE", True)
    assert not (await port(stage, TO_START, "ISP2"))["tenantActive"]


async def test_a_start_that_comes_to_nothing_leaves_the_port_as_it_was(stage: Stage) -> None:
    before = await port(stage, TO_START)
    headers = {"x-scenario": "ORDER_CANCELLED", "x-kci-delay": "1"}
    await stage.order(TO_START, kind=OrderType.START, day=DAY, headers=headers, extras=await stage.line(TO_START))
    await stage.walk(timedelta(minutes=1))
    assert await port(stage, TO_START) == before
    await live(stage)


async def test_what_a_line_order_must_say(stage: Stage) -> None:
    line = await stage.line(TO_START)
    other = await stage.line(TO_TRANSFER)
    start, over = OrderType.START, OrderType.TRANSFER
    assert "give ONT_REFERENCE and ONT_PORT, or LINE_ID" in await refusal(stage, TO_START, start)
    for wrong in ({**line, "ONT_PORT": "2"}, other, {"LINE_ID": "LN1"}):
        told = await refusal(stage, TO_START, start, extras=wrong)
        assert told.endswith("there is no such line at this address; availability lists those that are")
    assert "is not a value of ONT_PORT" in await refusal(stage, TO_START, start, extras={**line, "ONT_PORT": "one"})
    assert "is STOPPED: TRANSFER takes one that is ACTIVE" in await refusal(stage, TO_START, over, extras=line)
    assert "is in use: use TRANSFER" in await refusal(stage, TO_TRANSFER, start, extras=other)
    assert "is yours already" in await refusal(stage, TO_TRANSFER, over, "ISP2", extras=other)
    assert "'ONT_PORT' is not known" in await refusal(stage, SECOND_PORT, OrderType.NEW, extras={"ONT_PORT": "1"})
    for day in (None, date(2025, 7, 1)):
        assert "accepted: 2025-07-02 or later" in await refusal(stage, TO_START, start, extras=line, day=day)
    named = {"LINE_ID": (await stage.premises(TO_START)).terminals[0].line_id}
    assert await stage.order(TO_START, kind=start, day=DAY, extras=named)


async def test_a_port_that_an_order_has_is_nobody_elses(stage: Stage) -> None:
    line = await stage.line(SECOND_PORT, port=2)
    mine = await stage.order(SECOND_PORT, kind=OrderType.START, day=DAY, extras=line)
    assert f"your order {mine} for port 2" in await refusal(stage, SECOND_PORT, OrderType.START, extras=line)
    told = await refusal(stage, SECOND_PORT, OrderType.START, "YOUR_TENANT", extras=line)
    assert "another order for port 2" in told
    assert str(mine) not in told.partition("open;")[0].replace(line["ONT_REFERENCE"], "")
    for tenant in ("ISP1", "YOUR_TENANT"):
        await stage.order(SECOND_PORT, tenant, day=DAY)
    assert "no free port is left" in await refusal(stage, SECOND_PORT, OrderType.NEW)
    last = await stage.line(SECOND_PORT, port=3)
    assert "set aside for another order" in await refusal(stage, SECOND_PORT, OrderType.START, extras=last)
    await stage.walk(A_MONTH)
    ports = {row["port_number"] for tenant in ("ISP1", "YOUR_TENANT") for row in await stage.services(tenant)}
    assert ports == {2, 3, 4}


async def test_a_service_is_changed_and_ceased_and_its_line_started_again(stage: Stage) -> None:
    service = await live(stage)
    wrong = [("999", "300/300", "you have no service '999'"), (service, "1/1", "'1/1' is not a value of LINE_PROFILE")]
    for named, profile, says in wrong:
        with pytest.raises(Invalid, match=says):
            await stage.change(OrderType.MODIFY, named, day=DAY, asked={"LINE_PROFILE": profile})
    modify = await stage.change(OrderType.MODIFY, service, day=DAY, asked={"LINE_PROFILE": "300/300"})
    with pytest.raises(Invalid, match=f"serviceId: your order {modify} for service"):
        await stage.change(OrderType.CEASE, service, day=DAY)
    await stage.walk(timedelta(days=14))
    told = await stage.told(modify)
    assert told.letters == "A C + E"
    assert told.rows[-1]["facts"]["entity"]["serviceId"] == service
    assert (await stage.services("ISP1"))[0]["characteristics"] == [{"name": "LINE_PROFILE", "value": "300/300"}]
    cease = await stage.change(OrderType.CEASE, service, day=date(2025, 8, 1))
    await stage.walk(timedelta(days=20))
    assert (await stage.told(cease)).letters == "A C E"
    gone = (await stage.services("ISP1"))[0]
    assert (gone["state"], gone["ceased_at"]) == ("CEASED", datetime(2025, 8, 1, 5, 30, tzinfo=UTC))
    there = await port(stage, TO_START)
    assert (there["status"], there["stoppedDate"]) == ("STOPPED", "2025-08-01T05:30:00.000Z")
    with pytest.raises(Invalid, match="is not live"):
        await stage.change(OrderType.MODIFY, service, day=date(2025, 9, 1), asked={"LINE_PROFILE": "55/55"})
    line = await stage.line(TO_START)
    await stage.order(TO_START, "ISP2", kind=OrderType.START, day=date(2025, 8, 20), extras=line)


async def test_a_modify_may_have_a_visit(stage: Stage) -> None:
    service = await live(stage)
    wrong = await stage.book(TO_START)
    asked = {"LINE_PROFILE": "55/55"}
    with pytest.raises(Invalid, match=r"is for PROVIDE; an order of type MODIFY takes MODIFY"):
        await stage.change(OrderType.MODIFY, service, day=DAY, asked=asked, appointment=wrong.id)
    held = await stage.book(TO_START, purpose=Purpose.MODIFY)
    order = await stage.change(OrderType.MODIFY, service, day=None, asked=asked, appointment=held.id)
    await stage.walk(timedelta(days=14))
    assert (await stage.told(order)).letters == "A C U U + E"
    assert await stage.overbooked() == []


async def test_another_tenants_service_answers_as_one_that_is_not_there(stage: Stage) -> None:
    service = await live(stage)
    said: list[str] = []
    for named in (service, "NW1-S-99999999"):
        with pytest.raises(Invalid) as refused:
            await stage.change(OrderType.CEASE, named, "ISP2", day=DAY)
        said.append(str(refused.value).replace(named, "…"))
    assert said[0] == said[1]


async def test_a_swap_replaces_the_tenants_own_service(stage: Stage) -> None:
    service = await live(stage)
    line = await stage.line(TO_START)
    assert "SERVICE_ID is missing" in await refusal(stage, TO_START, OrderType.SWAP, extras=line)
    theirs = await refusal(stage, TO_START, OrderType.SWAP, "ISP2", extras={**line, "SERVICE_ID": service})
    assert f"you have no service '{service}'" in theirs
    order = await stage.order(TO_START, kind=OrderType.SWAP, day=DAY, extras={**line, "SERVICE_ID": service})
    with pytest.raises(Invalid, match=f"your order {order}"):
        await stage.change(OrderType.MODIFY, service, day=DAY, asked={"LINE_PROFILE": "55/55"})
    await stage.walk(timedelta(days=14))
    assert (await stage.told(order)).letters == "A C + E"
    old, new = await stage.services("ISP1")
    assert (old["state"], new["state"], old["service_id"]) == ("CEASED", "ACTIVE", service)
    assert (old["ont_reference"], old["port_number"]) == (new["ont_reference"], new["port_number"])
    assert (await port(stage, TO_START))["tenantActive"]


async def test_a_line_goes_from_one_tenant_to_another(stage: Stage) -> None:
    gaining = await transfer(stage)
    await stage.walk(timedelta(minutes=9))
    assert await stage.ceases("ISP2") == []
    await stage.walk(timedelta(minutes=2))
    (losing,) = await stage.ceases("ISP2")
    assert losing >= 9_000_000_000_000_000
    assert (await stage.told(losing, "ISP2")).letters == "CREATED A C"
    assert await stage.status(losing, "ISP2") is S.IN_PROGRESS
    await stage.walk(datetime(2025, 7, 16, 5, 1, 59, tzinfo=UTC) - await stage.clock.now())
    assert (await stage.told(gaining)).letters == "A C"
    await stage.walk(timedelta(seconds=2))
    told, lost = await stage.told(gaining), await stage.told(losing, "ISP2")
    assert (told.letters, lost.letters) == ("A C + E", "CREATED A C E")
    minute = uk_instant(DAY, time(6, 2))
    assert told.at(Reason.ADDITIONAL) == minute
    assert told.at(Reason.COMPLETED) == lost.at(Reason.COMPLETED)
    assert told.at(Reason.COMPLETED) - minute in (timedelta(0), UNTIL_READ)
    assert told.texts[1] == "Takes over at 06:00 on Wednesday 16 July."
    new = (await stage.services("ISP1"))[-1]
    was = next(one for one in await stage.services("ISP2") if one["uprn"] == TO_TRANSFER)
    assert (was["state"], new["state"], was["yields"]) == ("CEASED", "ACTIVE", False)
    assert (was["ont_reference"], was["port_number"]) == (new["ont_reference"], new["port_number"])
    assert new["enni_id"] == "ENNI-011"
    assert (await port(stage, TO_TRANSFER))["tenantActive"]
    assert await stage.refused_updates() == []
    back = await transfer(stage, tenant="ISP2", day=date(2025, 7, 25))
    await stage.walk(timedelta(days=14))
    assert await stage.status(back, "ISP2") is S.COMPLETED


async def test_who_loses_a_line_never_learns_who_gains_it(stage: Stage) -> None:
    gaining = await transfer(stage)
    await stage.walk(timedelta(days=20))
    (losing,) = await stage.ceases("ISP2")
    found = await orders.get(stage.db, stage.tenants["ISP1"], gaining)
    service = (await stage.services("ISP1"))[-1]
    secrets = [
        "ISP1",
        "ENNI-011",
        found.supplier_reference,
        service["service_id"],
        found.request_id,
        found.conversation_id,
        f"{service['outer_vlan']}.{service['inner_vlan']}",
        "Asha Patel",
    ]
    rows = (await stage.told(losing, "ISP2")).rows
    for row in rows:
        assert not [one for one in secrets if one and one in str(row["facts"])], row["facts"]
        assert str(row["facts"]["entity"]["id"]) == str(losing)
    first = rows[0]["facts"]
    assert (first["status"], first["entity"]["reason"]) == ("RECEIVED_BY_GATEWAY", "CHANGE_OF_CP")
    assert first["entity"]["requestedCeaseDate"] == "2025-07-16T05:00:00.000Z"
    assert "issuedAt" not in first
    assert "receivedAt" not in first


async def test_a_service_of_the_tenant_door_ends_under_its_tenants_next_number(stage: Stage) -> None:
    await live(stage)
    tenant = stage.tenants["ISP1"]
    (brought,) = await stage.db.rows("update orders set door = 'TENANT' where tenant_id = $1 returning id", tenant)
    await transfer(stage, TO_START, tenant="ISP2")
    await stage.walk(timedelta(hours=1))
    assert await stage.ceases("ISP1") == [2 if brought["id"] == 1 else 1]
    (row,) = await stage.db.rows("select last_number from gateway_numbers where tenant_id = $1", tenant)
    assert [row["last_number"]] == await stage.ceases("ISP1")


async def test_a_gaining_order_that_is_cancelled_leaves_the_line_where_it_is(stage: Stage) -> None:
    gaining = await transfer(stage)
    await stage.walk(timedelta(hours=1))
    await cancel(stage, gaining, "CUSTOMER_CHANGED_MIND")
    await stage.walk(A_MONTH)
    (losing,) = await stage.ceases("ISP2")
    lost = await stage.told(losing, "ISP2")
    assert (await stage.told(gaining)).letters == "A C X"
    assert lost.letters == "CREATED A C X"
    assert lost.rows[-1]["facts"]["problemCode"] == "NO_LONGER_REQUIRED"
    kept = next(one for one in await stage.services("ISP2") if one["uprn"] == TO_TRANSFER)
    assert (kept["state"], kept["yields"]) == ("ACTIVE", False)
    assert await stage.services("ISP1") == []
    assert await transfer(stage, day=date(2025, 9, 1))


async def test_an_order_that_ends_before_it_is_committed_tells_nobody_else(stage: Stage) -> None:
    await transfer(stage, headers={"x-scenario": "ORDER_REJECTED", "x-kci-delay": "1"})
    await stage.walk(timedelta(days=1))
    assert await stage.ceases("ISP2") == []
    assert await transfer(stage, tenant="YOUR_TENANT")


async def test_no_objection_is_taken_to_a_change_of_provider(stage: Stage) -> None:
    await transfer(stage)
    await stage.walk(timedelta(hours=1))
    (losing,) = await stage.ceases("ISP2")
    with pytest.raises(Invalid, match="This network takes no objection to a change of provider"):
        await cancel(stage, losing, "CUSTOMER_NOT_AWARE", "ISP2")
    assert (await stage.told(losing, "ISP2")).letters == "CREATED A C"


async def test_a_tenant_objects_to_a_takeover_until_the_deadline(stage: Stage) -> None:
    gaining = await transfer(stage, TO_TAKE_OVER, OrderType.TAKEOVER)
    await stage.walk(timedelta(hours=1))
    (losing,) = await stage.ceases("ISP2")
    await cancel(stage, losing, "END_USER_NOT_MOVING", "ISP2")
    await stage.walk(A_MONTH)
    lost, told = await stage.told(losing, "ISP2"), await stage.told(gaining)
    assert (lost.letters, told.letters) == ("CREATED A C X", "A C X")
    assert lost.rows[0]["facts"]["entity"]["reason"] == "TAKEOVER"
    assert lost.rows[-1]["facts"]["problemCode"] == "NO_LONGER_REQUIRED"
    last = told.rows[-1]["facts"]
    assert (last["problemCode"], last["supplierCodes"]) == ("INVALID_REQUEST", ["8001"])
    assert last["text"] == "The occupier is not moving out. Check the address."
    kept = next(one for one in await stage.services("ISP2") if one["uprn"] == TO_TAKE_OVER)
    assert (kept["state"], kept["yields"]) == ("ACTIVE", False)


async def test_an_objection_after_the_deadline_is_refused(stage: Stage) -> None:
    gaining = await transfer(stage, TO_TAKE_OVER, OrderType.TAKEOVER)
    await stage.walk(uk_instant(date(2025, 7, 15), time(16)) - await stage.clock.now())
    (losing,) = await stage.ceases("ISP2")
    with pytest.raises(Invalid, match="objections were taken until 16:00 on Tuesday 15 July"):
        await cancel(stage, losing, "END_USER_NOT_MOVING", "ISP2")
    await stage.walk(timedelta(days=1))
    assert (await stage.told(gaining)).letters == "A C + E"


async def test_a_switch_at_no_delay_still_tells_the_loser_first(stage: Stage) -> None:
    gaining = await transfer(stage, headers={"x-kci-delay": "0"})
    await stage.walk(timedelta(minutes=1))
    (losing,) = await stage.ceases("ISP2")
    assert (await stage.told(gaining)).letters == "A C + E"
    assert (await stage.told(losing, "ISP2")).letters == "CREATED A C E"


async def test_what_the_losing_tenant_had_ordered_ends_with_its_service(stage: Stage) -> None:
    service = next(one for one in await stage.services("ISP2") if one["uprn"] == TO_TRANSFER)["service_id"]
    mine = await stage.change(OrderType.CEASE, service, "ISP2", day=date(2025, 8, 1))
    await transfer(stage)
    await stage.walk(timedelta(hours=1))
    (losing,) = await stage.ceases("ISP2")
    await stage.walk(timedelta(days=20))
    assert await stage.status(losing, "ISP2") is S.COMPLETED
    ended = await stage.told(mine, "ISP2")
    assert (ended.letters, ended.rows[-1]["facts"]["problemCode"]) == ("A C X", "LINKED_ORDER_ISSUE")


async def test_a_service_that_ends_by_itself_is_not_ceased_twice(stage: Stage) -> None:
    service = next(one for one in await stage.services("ISP2") if one["uprn"] == TO_TRANSFER)["service_id"]
    await stage.change(OrderType.CEASE, service, "ISP2", day=date(2025, 7, 8))
    gaining = await transfer(stage)
    await stage.walk(timedelta(days=20))
    assert (await stage.told(gaining)).letters == "A C + E"
    (losing,) = await stage.ceases("ISP2")
    assert (await stage.told(losing, "ISP2")).letters == "CREATED A C E"
    assert (await port(stage, TO_TRANSFER))["tenantActive"]
    assert await stage.refused_updates() == []


async def test_a_line_with_a_pending_cease_can_be_taken_over_until_then(stage: Stage) -> None:
    line = await stage.line(CEASING)
    told = await refusal(stage, CEASING, OrderType.TRANSFER, extras=line, day=date(2025, 7, 31))
    assert "the line is ceased on 2025-07-31; TRANSFER is possible before then, NEW from then on" in told
    assert "NEW is possible here from 2025-07-31" in await refusal(stage, CEASING, OrderType.NEW)
    order = await transfer(stage, CEASING)
    await stage.walk(timedelta(days=40))
    assert await stage.status(order) is S.COMPLETED
    assert (await port(stage, CEASING))["tenantActive"]


async def test_a_line_that_is_ceased_on_its_day_is_free(stage: Stage) -> None:
    order = await stage.order(CEASING, day=date(2025, 8, 1))
    await stage.walk(timedelta(days=40))
    assert await stage.status(order) is S.COMPLETED
    was = next(one for one in await stage.services("ISP2") if one["uprn"] == CEASING)
    assert was["state"] == "CEASED"
    assert (await port(stage, CEASING))["tenantActive"]
