"""Two walls between tenants, each proved alone: all that is one tenant's is asked for by another, with a wall out.

The first wall is the tenant in every statement, the second is row-level security. The same replay must leak once both
are gone, or it would prove nothing.
"""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from tests.doors.tenant.circuits import cease as ended
from tests.doors.tenant.circuits import modify as faster
from tests.doors.tenant.ethernet import order as ethernet_order
from tests.doors.tenant.quoting import item, quote
from tests.doors.updates.test_updates import QUIET
from tests.journeys.gateway import WHOLESALE, Card, Gateway, gateway
from tests.journeys.requests import booking, cease, modify, order

from fibregate import db
from fibregate.app import App, gate
from fibregate.migrate import Dsns
from fibregate.web.gate import Gate

SLOT = ("2025-07-16T07:00:00.000Z", "2025-07-16T12:00:00.000Z")
CANARY = "canary-7f3a"
SERVICE = "S-160"
CIRCUIT = "E-160"
SECRET = "4f0e8a83-6f6d-4e8f-93a1-b70b9e2a3c5a"
FIRST_WALL = re.compile(r"\b(?:\w+\.)?tenant_id = \$1\b")
LIVE = """
with made as (
    insert into ethernet_circuits (
        tenant_id, service_id, supplier_id, circuit_reference, place, product, bandwidth, months, monthly, state, since,
        term_from
    ) values ($1, $2, 1, $3, 0, 'ethernet-epl', '100M1G', 36, 221.00, 'ACTIVE', now(), '2024-07-01') returning 1
)
insert into ethernet_circuit_sites (
    tenant_id, service_id, place, handover, outer_vlan, inner_vlan, name, role, postcode, address
)
select $1, $2, n, 'UPRN 99990000200' || n, 101, 77, $3, case n when 1 then 'A-END' else 'B-END' end, 'FB1 3AA',
    jsonb_build_object('id', '99990000200' || n, 'type', 'UPRN')
from made, generate_series(1, 2) as n
"""
PUBLIC = {
    "/.well-known/jwks.json",
    "/.well-known/webhook-keys/{id}",
    "/IdentityModule/v1.0/oauth/token",
    "/v1/auth/tenant/access-token",
    "/v1/auth/supplier/access-token",
}


def without_first_wall(sql: str) -> str:
    return FIRST_WALL.sub("($1::integer is not null)", sql)


@dataclass
class Theirs:
    """What the other tenant may try to reach."""

    endpoint: str
    cursor: str
    quote: str
    priced: dict[str, Any] = field(default_factory=dict[str, Any])
    called: dict[str, Any] = field(default_factory=dict[str, Any])

    def requests(self) -> list[tuple[str, str, Any]]:
        change = {"url": "http://127.0.0.1:9/stolen", "rendering": "wholesale-webhook"}
        skip = {"endpointId": self.endpoint, "sequenceNumber": 1, "because": "to see"}
        return [
            ("GET", "appointments/159", None),
            ("DELETE", "appointments/160", None),
            ("GET", "service-orders/127", None),
            ("GET", "/v1/service-orders/127", None),
            ("GET", "/v1/service-order-amendments/127", None),
            ("GET", "/v1/service-order-cancellations/127", None),
            ("GET", f"/manage/v1/endpoints/{self.endpoint}", None),
            ("PATCH", f"/manage/v1/endpoints/{self.endpoint}", change),
            ("GET", f"/manage/v1/endpoints/{self.endpoint}/secrets", None),
            ("POST", f"/manage/v1/endpoints/{self.endpoint}/secrets", {"overlapDays": 0}),
            ("DELETE", f"/manage/v1/endpoints/{self.endpoint}/secrets/{SECRET}", None),
            ("POST", f"/manage/v1/endpoints/{self.endpoint}/ping", None),
            ("POST", f"/manage/v1/endpoints/{self.endpoint}/verify", None),
            ("DELETE", f"/manage/v1/endpoints/{self.endpoint}", None),
            ("GET", "/manage/v1/endpoints", None),
            ("GET", "/manage/v1/alarms", None),
            ("GET", "/manage/v1/kcis", None),
            ("GET", f"/manage/v1/kcis?after={self.cursor}", None),
            ("GET", "/manage/v1/orders", None),
            ("GET", "/manage/v1/quotes", None),
            ("GET", "/manage/v1/quotes?externalIdentifier=" + CANARY, None),
            ("GET", f"/manage/v1/quotes/{self.quote}", None),
            ("GET", "/v1/ethernet/service-orders/1", None),
            ("POST", "/v1/ethernet/service-orders", self.priced),
            ("GET", "ethernet/service-orders/131", None),
            ("POST", "ethernet/service-orders", self.called),
            ("GET", "/manage/v1/services", None),
            ("GET", f"/manage/v1/services/{CIRCUIT}/options", None),
            ("POST", "/v1/ethernet/service-orders", faster(serviceId=CIRCUIT)),
            ("POST", "/v1/ethernet/service-orders", ended("2025-09-30", serviceId=CIRCUIT)),
            ("GET", f"/manage/v1/services?serviceId={SERVICE}", None),
            ("POST", "service-orders", modify(902, SERVICE, tenant="ISP2", requestedCompletionDate="2025-07-30")),
            ("POST", "service-orders", cease(903, SERVICE, "2025-07-30", tenant="ISP2")),
            ("GET", "/manage/v1/orders/127/deliveries", None),
            ("GET", "/manage/v1/orders/127/options", None),
            ("POST", "/manage/v1/orders/127/skip", skip),
            ("GET", "/manage/v1/charges", None),
            ("GET", "/manage/v1/wayleaves", None),
            ("GET", f"/manage/v1/charges/{SECRET}", None),
            ("POST", f"/manage/v1/charges/{SECRET}/decision", {"decision": "DECLINE"}),
            ("GET", f"/manage/v1/replays/{SECRET}", None),
            ("POST", "/manage/v1/replays", {"endpointId": self.endpoint, "undelivered": True}),
            ("GET", "/sandbox/v1/orders/127", None),
            ("POST", "service-orders", order(900, tenant="ISP2", appointment=160)),
            ("POST", "service-orders", order(901, tenant="ISP2", appointmentReservationReference=CANARY)),
            ("GET", "service-order-amendments/127", None),
            ("GET", "service-order-cancellations/127", None),
            ("POST", "service-order-amendments", {"id": 902, "orderId": 127, "notes": "x"}),
            ("POST", "service-order-cancellations", {"id": 903, "orderId": 127, "reasonCode": "OTHER"}),
        ]


async def furnish(one: Gateway) -> Theirs:
    """ISP1's things, each with a canary in it."""
    for number in (159, 160):
        got = await one.ask("POST", "appointments", tenant="ISP1", body=booking(number, slot=SLOT))
        assert got.status == 201
    await one.rows("ISP1", "update reservations set reference = $2 where tenant_id = $1 and id = 160", CANARY)
    body = order(127, tenant="ISP1", appointment=159, notes=CANARY, hazards=CANARY)
    assert (
        await one.ask("POST", "service-orders", tenant="ISP1", body=body, extra={**QUIET, "X-Kci-Delay": "0"})
    ).status == 202
    await one.rows(
        "ISP1",
        "insert into services (tenant_id, service_id, uprn, service, characteristics, state, since) "
        "values ($1, $2, 10025559646, 'fttp', $3, 'ACTIVE', now())",
        SERVICE,
        [{"name": "CANARY", "value": CANARY}],
    )
    await one.rows("ISP1", LIVE, CIRCUIT, CANARY)
    async with asyncio.timeout(10):
        while (await one.ask("GET", "service-orders/127", tenant="ISP1")).body["status"] != "ACKNOWLEDGED":
            await asyncio.sleep(0.02)
    for kind, asked in (("amendment", {"notes": CANARY}), ("cancellation", {"reasonCode": "OTHER", "text": CANARY})):
        silent = {"X-Scenario": f"{kind.upper()}_PENDING"}
        body = {"id": 127, "orderId": 127, **asked}
        got = await one.ask("POST", f"service-order-{kind}s", tenant="ISP1", body=body, extra=silent)
        assert got.status == 202, got.raw
    made = await one.ask(
        "POST",
        "/manage/v1/endpoints",
        tenant="ISP1",
        body={"url": f"http://127.0.0.1:9/{CANARY}", "rendering": "wholesale-webhook"},
    )
    assert made.status == 201, made.raw
    await one.rows(
        "ISP1",
        "insert into alarms (about_tenant, kind, subject, level, text, tells_tenant, raised_at) "
        "values ($1, 'ORDER_SILENT', 'order 127', 1, $2, false, now())",
        CANARY,
    )
    feed = await one.ask("GET", "/manage/v1/kcis?limit=1", tenant="ISP1")
    quoted = await one.ask("POST", "/v1/quote", tenant="ISP1", body=quote(item(1), item(2), reference=CANARY))
    assert quoted.status == 201, quoted.raw
    ordered, priced = (ethernet_order(each["supplierQuoteId"]) for each in quoted.body["quoteItems"])
    ordered["siteInformation"][0]["notes"] = CANARY
    got = await one.ask("POST", "/v1/ethernet/service-orders", tenant="ISP1", body=ordered)
    assert (got.status, got.body["id"]) == (201, 1), got.raw
    return Theirs(made.body["id"], feed.body["nextCursor"], quoted.body["id"], priced, await called(one))


async def called(one: Gateway) -> dict[str, Any]:
    """An order of ISP1's at the wholesale door, and what another tenant would send to have a price of its."""
    bodies: list[dict[str, Any]] = []
    for number in (131, 132):
        asked = {**item(), "id": number, "externalIdentifier": CANARY}
        got = await one.ask("POST", "quote", tenant="ISP1", body=asked)
        assert got.status == 201, got.raw
        wish = {**ethernet_order(got.body["supplierQuoteId"]), "id": number}
        bodies.append(wish)
    ordered, wanted = bodies
    ordered["siteInformation"][0]["notes"] = CANARY
    got = await one.ask("POST", "ethernet/service-orders", tenant="ISP1", body={**ordered, "tenant": "ISP1"})
    assert got.status == 202, got.raw
    return {**wanted, "tenant": "ISP2"}


def leaks(status: int, raw: bytes) -> bool:
    """Something of the other tenant's was shown, or changed."""
    if CANARY.encode() in raw or b"Jane Doe" in raw or b'"orderId":127' in raw:
        return True
    return status in {201, 202, 204}


async def state(one: Gateway) -> list[Any]:
    held = await one.rows("ISP1", "select id, state from reservations where tenant_id = $1 order by id")
    endpoints = await one.rows("ISP1", "select url, enabled, deleted_at from endpoints where tenant_id = $1")
    changes = await one.rows("ISP1", "select kind, id from order_changes where tenant_id = $1 order by change_key")
    return [*map(tuple, held), *map(tuple, endpoints), *map(tuple, changes)]


async def replay(one: Gateway, theirs: Theirs) -> list[str]:
    """What leaked."""
    before = await state(one)
    found: list[str] = []
    for method, path, body in theirs.requests():
        got = await one.ask(method, path, tenant="ISP2", body=body)
        if leaks(got.status, got.raw):
            found.append(f"{method} {path}: {got.status} {got.raw[:200]!r}")
    if await state(one) != before:
        found.append("something was changed")
    return found


async def drop_second_wall(owner: str) -> None:
    connection = await asyncpg.connect(owner)
    try:
        for row in await connection.fetch("select relname from pg_class where relrowsecurity"):
            await connection.execute(f"alter table {row['relname']} disable row level security")
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "running_with",
    [{"first", "second"}, {"second"}, {"first"}, set[str]()],
    ids=["both walls", "the second alone", "the first alone", "none"],
)
async def test_nothing_of_one_tenant_reaches_another(
    town: tuple[Dsns, Card], monkeypatch: pytest.MonkeyPatch, running_with: set[str]
) -> None:
    fresh, card = town
    statement = db._Slot.statement

    async def open_statement(slot: db._Slot, sql: str) -> Any:
        return await statement(slot, without_first_wall(sql))

    async with gateway(fresh.runtime, card) as one:
        theirs = await furnish(one)
        for code in ("ISP1", "ISP2"):
            await one.token(code)
        if "first" not in running_with:
            monkeypatch.setattr(db._Slot, "statement", open_statement)
        if "second" not in running_with:
            await drop_second_wall(fresh.owner)
        found = await replay(one, theirs)
        monkeypatch.undo()
    assert bool(found) is (not running_with), "\n".join(found)


async def test_a_foreign_id_answers_byte_for_byte_as_an_absent_one(running: Gateway) -> None:
    theirs = await furnish(running)
    nobodys = "00000000-0000-4000-8000-000000000000"
    unpriced = "SUPP2-QUO-ETH-1"
    called = {**theirs.called, "supplierQuoteId": unpriced}
    absent = Theirs(nobodys, theirs.cursor, nobodys, ethernet_order(unpriced), called)
    pairs = zip(theirs.requests(), absent.requests(), strict=True)
    for (method, path, body), (_, other, other_body) in pairs:
        if "?after=" in path or "{" in path:
            continue
        here = other.replace("159", "759").replace("160", "760").replace("127", "727").replace("131", "731")
        there = json.loads(
            json.dumps(other_body).replace("160", "760").replace("127", "727").replace(CANARY, "canary-none")
        )
        foreign = await running.ask(method, path, tenant="ISP2", body=body)
        nothing = await running.ask(method, here, tenant="ISP2", body=there)
        assert foreign.status == nothing.status, (path, foreign.raw, nothing.raw)
        shown = re.sub(rb'"uuid":"[^"]*"', b"", foreign.raw)
        expected = re.sub(rb'"uuid":"[^"]*"', b"", nothing.raw)
        for ours, absent_one in ((b"159", b"759"), (b"160", b"760"), (b"127", b"727"), (b"131", b"731")):
            expected = expected.replace(absent_one, ours)
        priced = theirs.called if body is theirs.called else theirs.priced
        expected = expected.replace(f"price {unpriced};".encode(), f"price {priced['supplierQuoteId']};".encode())
        named = theirs.quote if "/quotes/" in path else theirs.endpoint
        assert shown == expected.replace(nobodys.encode(), named.encode())


async def test_every_route_has_a_scope_or_is_known_to_be_public(
    town: tuple[Dsns, Card], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, card = town
    gates: list[Gate] = []

    def noted(app: App) -> Gate:
        gates.append(gate(app))
        return gates[-1]

    monkeypatch.setattr("fibregate.cli.processes.gate", noted)
    async with gateway(fresh.runtime, card):
        routes = [(door.prefix + route.path, route) for door in gates[0].doors for route in door.routes]
    public = {path for path, route in routes if route.scope is None}
    assert public == PUBLIC
    replayed = [
        (method, path if path.startswith("/") else f"{WHOLESALE}/{path}")
        for method, path, _ in Theirs("some-id", "cursor", "some-quote").requests()
    ]
    for path, route in routes:
        pattern = re.compile(re.sub(r"\{\w+(:int)?\}", "[^/]+", path))
        if "{" in path and route.scope is not None:
            covered = any(method == route.method and pattern.fullmatch(asked) for method, asked in replayed)
            assert covered, f"{route.method} {path} is not replayed as another tenant"
