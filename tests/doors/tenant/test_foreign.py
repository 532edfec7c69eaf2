"""What is another tenant's is answered as what is nobody's, in whichever field it is named, and in half a body too."""

import asyncio
import json
import re
from typing import Any
from urllib.parse import quote

from tests.doors.tenant import far
from tests.doors.tenant.asking import ask, provide, visit
from tests.doors.updates.test_updates import QUIET
from tests.journeys.gateway import Gateway, Got
from tests.journeys.requests import DOCUMENTS, address

THEIRS = {"order": "127", "visit": "159", "service": "S-160", "supplier": "ALTNET7"}
NOBODYS = {"order": "727", "visit": "759", "service": "S-760", "supplier": "ALTNET8"}
WHERE = f"address={quote(json.dumps(address()))}"
FTTP = f"serviceSpecification={quote(json.dumps({'id': 'fttp'}))}"
LIVE = """
insert into services (tenant_id, service_id, uprn, service, characteristics, state, since)
values ($1, $2, 10025559646, 'fttp', '[]', 'ACTIVE', now())
"""


def requests(ids: dict[str, str]) -> list[tuple[str, str, Any]]:
    """At the tenant door, and at the manage door where a path begins with a slash."""
    order, at, line = int(ids["order"]), int(ids["visit"]), ids["service"]
    other: dict[str, Any] = {"supplier": ids["supplier"]}
    profile = [{"name": "LINE_PROFILE", "value": "80/20"}]
    modify = {"orderType": "MODIFY", "serviceId": line, "serviceCharacteristics": profile}
    cease = {"orderType": "CEASE", "serviceId": line, "requestedCompletionDate": "2025-08-04"}
    swap = {"LINE_PROFILE": "55/55", "SERVICE_ID": line, "ONT_REFERENCE": "ONT1", "ONT_PORT": "1"}
    wrong: dict[str, Any] = {"notes": 5}
    amends, cancels = "service-order-amendments", "service-order-cancellations"
    bodies: list[tuple[str, Any]] = [
        ("service-orders", provide(at)),
        ("service-orders", provide(at, **other)),
        ("service-orders", provide(at, **wrong)),
        ("service-orders", provide(at, **wrong, **other)),
        ("service-orders", provide(characteristics=swap, orderType="SWAP")),
        ("appointments", visit(**other)),
        ("appointments", visit(**other, purpose="REPAIR", serviceId=line)),
        *(("service-orders", {**body, **more}) for body in (modify, cease) for more in _with("NETWORK1", other, wrong)),
        ("service-orders", {**modify, "supplier": "NETWORK1", "appointmentReservationId": at}),
        (amends, {"orderId": order, "notes": "x"}),
        (amends, {"orderId": order, **wrong}),
        (amends, {"orderId": order, "appointmentReservationId": at, **other}),
        (cancels, {"orderId": order, "reasonCode": "OTHER"}),
        (cancels, {"orderId": order, "reasonCode": 5}),
        (cancels, {"orderId": order, "reasonCode": "OTHER", **other}),
    ]
    paths = [
        *(f"{one}/{order}" for one in ("service-orders", amends, cancels)),
        f"addresses?uprn={DOCUMENTS}&supplier={ids['supplier']}",
        f"service-availability?{WHERE}&suppliers={ids['supplier']}",
        f"service-availability?{WHERE}&suppliers=NETWORK1,{ids['supplier']}",
        f"available-appointments?{WHERE}&{FTTP}&appointmentPurpose=PROVIDE&supplier={ids['supplier']}",
        f"/manage/v1/orders/{order}/options",
        f"/manage/v1/orders/{order}/deliveries",
        f"/manage/v1/services?serviceId={line}",
        "/manage/v1/services",
        "/manage/v1/suppliers",
    ]
    return [*(("POST", path, body) for path, body in bodies), *(("GET", path, None) for path in paths)]


def _with(own: str, other: dict[str, Any], wrong: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"supplier": own}, {"supplier": own, **wrong}, other, {**other, **wrong}]


async def furnish(running: Gateway) -> None:
    """All that `THEIRS` names, for ISP1."""
    await far.add(running, THEIRS["supplier"], "http://127.0.0.1:9", tenants=["ISP1"])
    await running.rows("ISP1", LIVE, THEIRS["service"])
    wholesale = {"id": 159, **{name: value for name, value in visit().items() if name != "supplier"}}
    assert (await running.ask("POST", "appointments", tenant="ISP1", body=wholesale)).status == 201
    body = {"id": 127, "tenant": "ISP1", **provide(159)}
    del body["supplier"]
    got = await running.ask("POST", "service-orders", tenant="ISP1", body=body, extra={**QUIET, "X-Kci-Delay": "0"})
    assert got.status == 202, got.raw
    async with asyncio.timeout(10):
        while (await ask(running, "GET", "service-orders/127", tenant="ISP1")).body["status"] != "ACKNOWLEDGED":
            await asyncio.sleep(0.02)
    for kind, asked in (("amendment", {"notes": "x"}), ("cancellation", {"reasonCode": "OTHER"})):
        body = {"id": 127, "orderId": 127, **asked}
        silent = {"X-Scenario": f"{kind.upper()}_PENDING"}
        got = await running.ask("POST", f"service-order-{kind}s", tenant="ISP1", body=body, extra=silent)
        assert got.status == 202, got.raw


async def asked(running: Gateway, one: tuple[str, str, Any], **named: str) -> Got:
    method, path, body = one
    at = path if path.startswith("/") else f"/v1/{path}"
    return await running.ask(method, at, tenant="ISP2", body=body, extra=named)


def shape(got: Got, ids: dict[str, str]) -> tuple[int, str]:
    text = re.sub(r'"(uuid|asOf)":"[^"]*"', "", got.raw.decode())
    for name, value in ids.items():
        text = text.replace(value, f"<{name}>")
    return got.status, text


async def test_a_foreign_thing_is_answered_as_an_absent_one_in_every_field_that_names_it(running: Gateway) -> None:
    await furnish(running)
    for theirs, nobodys in zip(requests(THEIRS), requests(NOBODYS), strict=True):
        foreign, absent = await asked(running, theirs), await asked(running, nobodys)
        assert shape(foreign, THEIRS) == shape(absent, NOBODYS), theirs
        assert foreign.status in {400, 404, 422} or theirs[0] == "GET", (theirs, foreign.raw)
        if not theirs[1].startswith("/"):
            named = await asked(running, theirs, Tenant="ISP1")
            assert shape(named, THEIRS) == shape(foreign, THEIRS), "at the tenant door the token alone says who asks"
    assert await running.rows("ISP2", "select id from orders where tenant_id = $1") == []
    shown = (await ask(running, "GET", "service-orders/127", tenant="ISP1")).body
    assert shown["status"] == "PENDING_CANCELLATION", "and the owner's is as it was"
